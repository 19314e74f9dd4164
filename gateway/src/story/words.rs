//! The sentence of an entry, in both languages.

use super::Entry;
use schemas::Lang;

/// Whether the story has words for an event; each has.
#[must_use]
pub fn sentence(entry: &Entry, lang: Lang) -> String {
    let (zh, en) = words(entry.event);
    let mut text = match lang {
        Lang::Zh => zh.to_owned(),
        Lang::En => en.to_owned(),
    };
    let mut add = |zh: &str, en: &str, value: &str| {
        let (label, between) = match lang {
            Lang::Zh => (zh, " "),
            Lang::En => (en, " "),
        };
        text.push_str("  ");
        text.push_str(label);
        if !label.is_empty() {
            text.push_str(between);
        }
        text.push_str(value);
    };
    if let Some(file_no) = entry.file_no {
        add("银行文件", "bank file", &file_no.to_string());
    }
    if let Some(detail) = &entry.detail {
        add("", "", detail);
    }
    if let Some((count, fen)) = entry.sum {
        let yuan = format!("{}.{:02}", fen / 100, fen % 100);
        match lang {
            Lang::Zh => add("", "", &format!("{count} 笔 {yuan} 元")),
            Lang::En => add("", "", &format!("{count} lines, {yuan} yuan")),
        }
    }
    for (step, count) in &entry.steps {
        let (zh, en) = step_words(step);
        add(zh, en, &format!("×{count}"));
    }
    for (code, count) in &entry.bank_codes {
        add("银行码", "bank code", &format!("{code} ×{count}"));
    }
    for (reason, count) in &entry.reasons {
        let said = schemas::codes::reason_text(*reason, lang);
        add("", "", &format!("{said} ×{count}"));
    }
    if let Some(fen) = entry.reported_fen {
        let yuan = format!("{}.{:02}", fen / 100, fen % 100);
        add("银行所报", "the bank reports", &yuan);
    }
    if let Some(message) = entry.message {
        add("依据记录", "by record", &format!("@{message}"));
    }
    if let Some(last) = &entry.last {
        let last_time = crate::query::moment(last.time_ms);
        match lang {
            Lang::Zh => add(
                "",
                "",
                &format!("共 {} 次,末次 {last_time} @{}", entry.count, last.sequence),
            ),
            Lang::En => add(
                "",
                "",
                &format!("{} times, last {last_time} @{}", entry.count, last.sequence),
            ),
        }
    }
    if let Some(digest) = &entry.digest {
        add("摘要", "digest", digest);
    }
    text
}

/// The words of an event; empty for one that is none of ours.
fn words(event: &str) -> (&'static str, &'static str) {
    match event {
        "started" => ("网关启动", "the gateway started"),
        "restored" => (
            "自备份恢复：其后原日志记录了什么不得而知，当时未发的不再自动发出；备份止于记录",
            "restored from a backup: what the original recorded later is not known, and what \
             waited then is not sent by itself; the backup ends with record",
        ),
        "fact_refused" => (
            "一条自身的记录不能成立(缺陷)",
            "a fact of ours was refused: a defect",
        ),
        "opened" => ("文件开始到达,报送人", "a file begins to arrive from"),
        "bytes_kept" => ("原始字节已留存", "its bytes are kept"),
        "lines_kept" => ("明细已留存", "its lines are kept"),
        "findings_kept" => ("检查结果已留存", "its findings are kept"),
        "accepted_at_intake" => ("已受理,批次号", "accepted as"),
        "file_refused" => ("文件未受理", "the file was not accepted"),
        "corrected_by" => ("被另一批次的补发更正", "a correction of it was submitted:"),
        "release" => ("已复核放行", "approved by another person"),
        "cancel" => ("企业撤回批次", "the employer withdrew the batch"),
        "cancel_lines" => ("企业撤回部分明细", "the employer withdrew lines"),
        "intend" => ("决定发送(先记后发)", "intended, before any byte leaves"),
        "sent" => ("付款指令离开", "the instruction leaves"),
        "message_sent" => ("发出报文", "a message leaves"),
        "returns_asked" => ("询问退汇", "asked what came back"),
        "message_answered" => ("银行应答", "the bank answered"),
        "file_receipt" => ("银行对文件的答复", "the bank speaks of the file"),
        "file_abandoned" => ("文件作废,从未发出", "the file is given up, never sent"),
        "outcomes" => ("明细变动", "lines change"),
        "nothing_new" => ("没有新的结果", "nothing new"),
        "message_received" => ("银行主动送来报文", "the bank sent a message"),
        "message_closed" => ("银行报文处理完毕", "the message is read to its end"),
        "message_mismatch" => ("报文整体不符", "the message does not fit as a whole"),
        "unmatched_record" => ("银行记录对不上", "a record of the bank matches nothing"),
        "resolution_proposed" => ("一名运营人员提议裁定", "an operator proposes an outcome"),
        "resolution_confirmed" => ("另一名运营人员确认裁定", "another operator confirms it"),
        "disclosed" => ("明文查看了个人信息", "personal data was shown in clear"),
        _ => ("", ""),
    }
}

/// The words of a line's step.
fn step_words(step: &str) -> (&'static str, &'static str) {
    match step {
        "not_sent" => ("确定未发出", "certainly not sent"),
        "accept" => ("银行受理", "accepted by the bank"),
        "pay" => ("已支付", "paid"),
        "fail" => ("失败", "failed"),
        "lose_track" => ("转为不明", "unknown"),
        "return" => ("退汇", "returned"),
        "resolve_paid" => ("裁定已付", "resolved as paid"),
        "resolve_failed" => ("裁定未付", "resolved as failed"),
        "result_contradiction" => ("有争议:与先前矛盾", "disputed: contradicts what was"),
        "result_mismatch" => ("有争议:金额或账号不符", "disputed: other amount or account"),
        "noted" => ("迟到的说法,仅留存", "too late, kept"),
        "refused" => ("受理时拒收", "refused at intake"),
        "cancel" => ("撤销", "withdrawn"),
        "release" => ("放行", "released"),
        "intend" => ("发送", "intended"),
        _ => ("其他", "other"),
    }
}
