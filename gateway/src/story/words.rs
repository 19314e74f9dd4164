//! The sentence of an entry, in both languages.

use super::{Entry, details};
use crate::event::Dispute;
use crate::query::{moment, plain_moment};
use schemas::{Fen, Lang};

/// What an entry says, in one line; each event has words.
#[must_use]
pub fn sentence(entry: &Entry, lang: Lang) -> String {
    let pick = |(zh, en): (&str, &str)| pick(lang, zh, en).to_owned();
    let what = match (entry.event, entry.of_line) {
        ("outcomes", true) => ("此笔变动", "the line changes"),
        (event, _) => words(event),
    };
    let mut parts = vec![pick(what)];
    if let Some(file_no) = entry.file_no {
        parts.push(format!("{} {file_no}", pick(("银行文件", "bank file"))));
    }
    if let Some((first, last)) = entry.files {
        let to = pick(("至", "to"));
        let files = pick(("银行文件", "bank files"));
        parts.push(format!("{files} {first} {to} {last}"));
    }
    parts.extend(entry.origin.map(|origin| pick(details::origin(origin))));
    let detail = entry.detail.as_deref();
    // Who submits is who acts: said once.
    let detail = detail.filter(|detail| *detail != entry.actor);
    parts.extend(detail.map(|detail| details::detail_words(entry.event, detail, lang)));
    if let Some((count, fen)) = entry.sum {
        let yuan = Fen(fen).yuan_grouped();
        parts.push(match lang {
            Lang::Zh => format!("{count} 笔 {yuan} 元"),
            Lang::En if count == 1 => format!("1 line, {yuan} yuan"),
            Lang::En => format!("{count} lines, {yuan} yuan"),
        });
    }
    parts.extend(counted(entry, lang));
    if let Some(fen) = entry.reported_fen {
        let words = pick(("银行所报", "the bank reports"));
        parts.push(format!("{words} {}", Fen(fen).yuan_grouped()));
    }
    if let Some(message) = entry.message {
        parts.push(format!("{} @{message}", pick(("依据记录", "by record"))));
    }
    parts.extend(repeated(entry, lang));
    if let Some(digest) = &entry.digest {
        parts.push(format!("{} {digest}", pick(("摘要", "digest"))));
    }
    parts.join("  ")
}

const fn pick<'w>(lang: Lang, zh: &'w str, en: &'w str) -> &'w str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// Steps, codes and reasons, each with its number of lines; of one line that says nothing.
fn counted(entry: &Entry, lang: Lang) -> Vec<String> {
    let times = |count: &u64| match entry.of_line {
        true => String::new(),
        false => format!(" ×{count}"),
    };
    let mut parts = Vec::new();
    for (step, count) in &entry.steps {
        let (zh, en) = step_words(step);
        parts.push(format!("{}{}", pick(lang, zh, en), times(count)));
    }
    let code_words = pick(lang, "银行码", "bank code");
    for (code, count) in &entry.bank_codes {
        // A code for the whole file is of no number of lines.
        let of_file = entry.event == "file_receipt";
        let times = if of_file { String::new() } else { times(count) };
        parts.push(format!("{code_words} {code}{times}"));
    }
    for (reason, count) in &entry.reasons {
        let said = schemas::codes::reason_text(*reason, lang);
        parts.push(format!("{said}{}", times(count)));
    }
    parts
}

/// How often it was, until when, and how often in vain.
fn repeated(entry: &Entry, lang: Lang) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(last) = &entry.last {
        let time = plain_moment(&moment(last.time_ms));
        let (count, sequence) = (entry.count, last.sequence);
        parts.push(match lang {
            Lang::Zh => format!("共 {count} 次,末次 {time} @{sequence}"),
            Lang::En => format!("{count} times, last {time} @{sequence}"),
        });
    }
    if entry.unanswered > 0 {
        parts.push(match (entry.count, lang) {
            (1, Lang::Zh) => "银行没有应答".to_owned(),
            (1, Lang::En) => "the bank did not answer".to_owned(),
            (_, Lang::Zh) => format!("其中 {} 次没有应答", entry.unanswered),
            (_, Lang::En) => format!("{} of them without an answer", entry.unanswered),
        });
    }
    parts
}

/// Who acts, in words: `urn:anxin:employer:91…:person:maker` is `用工单位 91… 的 maker`. What is no
/// name of a party stays as it is.
#[must_use]
pub fn actor_words(actor: &str, lang: Lang) -> String {
    let Some(name) = actor.strip_prefix("urn:anxin:") else {
        return actor.to_owned();
    };
    let (party, person) = name.split_once(":person:").unwrap_or((name, ""));
    let (kind, own) = party.split_once(':').unwrap_or((party, ""));
    let (zh, en) = match kind {
        "gateway" => ("网关", "gateway"),
        "employer" => ("用工单位", "employer"),
        "bank" => ("银行", "bank"),
        "operator" => ("运营方", "operator"),
        "regulator" => ("监管机构", "regulator"),
        other => (other, other),
    };
    let mut said = match lang {
        Lang::Zh => zh.to_owned(),
        Lang::En => en.to_owned(),
    };
    if !own.is_empty() {
        said = format!("{said} {own}");
    }
    match (person, lang) {
        ("", _) => said,
        (person, Lang::Zh) => format!("{said} 的 {person}"),
        (person, Lang::En) => format!("{person} of {said}"),
    }
}

/// What disputes a line, in words.
#[must_use]
pub fn dispute_words(dispute: Dispute, lang: Lang) -> &'static str {
    let (zh, en) = match dispute {
        Dispute::ResultContradiction => step_words("result_contradiction"),
        Dispute::ResultMismatch => step_words("result_mismatch"),
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
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
        "opened" => ("文件开始到达", "a file begins to arrive"),
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

/// The words of a line's step, Chinese and English.
#[must_use]
pub fn step_words(step: &str) -> (&'static str, &'static str) {
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
