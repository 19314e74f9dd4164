//! Breaks in words: what each is, and why it is listed.

use crate::reconcile::BreakKind;
use schemas::{Lang, LineState};

/// What a break is and why, for people. A `why` that is none of ours stays as it is.
pub(super) fn message(kind: BreakKind, why: &str, lang: Lang) -> String {
    let (zh, en) = match kind {
        BreakKind::Conservation => (
            "各状态合计与受理总额不等：系统缺陷，请停止发送并报告".to_owned(),
            "the sums over the states do not make the accepted total: a defect of ours".to_owned(),
        ),
        BreakKind::Defect => (
            format!("系统的记录前后不连贯：系统缺陷，请停止发送并报告（{why}）"),
            format!("a record of ours does not follow from those before it, a defect: {why}"),
        ),
        BreakKind::ResultContradiction => (
            format!("银行的说法与我方记录相反，我方记为：{}", state(why, lang)),
            format!(
                "the bank contradicts our books, which say: {}",
                state(why, lang)
            ),
        ),
        BreakKind::ResultMismatch => (
            format!(
                "银行所报金额或账号与指令不同，我方记为：{}",
                state(why, lang)
            ),
            format!(
                "the bank reports another amount or account than instructed; our books say: {}",
                state(why, lang)
            ),
        ),
        BreakKind::MessageMismatch | BreakKind::UnmatchedRecord => return of_message(why, lang),
        BreakKind::MessageUnreadable => {
            let (zh, en) = message_kind(why);
            let en = format!("the bank's {en} can't be read; its bytes are kept");
            (format!("无法读取银行的{zh}，原文已留存"), en)
        }
        BreakKind::MessageOpen => {
            let (zh, en) = message_kind(why);
            let en = format!("the bank's {en} is kept and not yet read to its end");
            (format!("银行的{zh}已留存，尚未读完"), en)
        }
        BreakKind::Unknown => (
            "不知道银行是否已付：等银行的凭据，或由两名运营人员裁定".to_owned(),
            "nobody knows whether the bank paid: it waits for the bank's evidence, or for two \
             operators to decide"
                .to_owned(),
        ),
    };
    pick(lang, zh, en)
}

fn pick<T>(lang: Lang, zh: T, en: T) -> T {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

fn state(word: &str, lang: Lang) -> &str {
    LineState::parse(word).map_or(word, |state| state.text(lang))
}

fn message_kind(word: &str) -> (&str, &str) {
    match word {
        "push" => ("推送", "push"),
        "result" => ("结果文件", "result"),
        "receipt" => ("回执", "receipt"),
        other => (other, other),
    }
}

/// What does not fit of a message or of a record in it: a code, and perhaps its numbers.
pub(crate) fn of_message(why: &str, lang: Lang) -> String {
    let (code, numbers) = why.split_once(": ").unwrap_or((why, ""));
    if let Some(text) = of_code(code) {
        return pick(lang, text.0, text.1).to_owned();
    }
    let told = match code {
        "row_twice" => numbers.strip_prefix("row ").map(|row| {
            let en = format!("row {row} stands in the message more than once");
            pick(lang, format!("第 {row} 行在报文中不止一次"), en)
        }),
        "reference_twice" => numbers.split_once(" and ").map(|(first, row)| {
            let zh = format!("报文中第 {first} 条和第 {row} 条记录的编号相同");
            let en = format!("records {first} and {row} of the message have one number");
            pick(lang, zh, en)
        }),
        "payee_twice" => numbers.split_once(" and ").map(|(first, row)| {
            let zh = format!("报文中第 {first} 条和第 {row} 条记录账号、金额相同而结果不同");
            let en = format!(
                "records {first} and {row} of the message have one account and amount, and other \
                 outcomes"
            );
            pick(lang, zh, en)
        }),
        "row_against_batch" => Some(pick(
            lang,
            format!("报文称整批失败，第 {numbers} 条记录却不是"),
            format!("the message calls the whole failed, and its record {numbers} is not"),
        )),
        "rows_left_out" => numbers.split_once(" of ").map(|(out, all)| {
            let zh = format!("银行称文件已办结，但 {all} 笔中有 {out} 笔没有结果");
            let en = format!("the bank calls the file done and leaves out {out} of {all} rows");
            pick(lang, zh, en)
        }),
        total => of_total(total, numbers, lang),
    };
    told.unwrap_or_else(|| why.to_owned())
}

fn of_code(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "other_file_date" => (
            "报文写的日期不是该文件的日期",
            "the message names another day than the file's",
        ),
        "other_bank_batch_no" => (
            "报文写的银行批次号与此前所给不同",
            "the message names another batch number of the bank's than it gave before",
        ),
        "answer_of_another_file" => (
            "对该文件的查询，银行答复的是另一个文件",
            "the answer to a question about this file names another file",
        ),
        "answer_unreadable" => (
            "关于该文件，银行的答复无法读出",
            "what the bank answered about this file can't be read",
        ),
        "returns_unreadable" => (
            "询问该文件退汇时，银行的答复无法读出",
            "what the bank answered about returned payments of this file can't be read",
        ),
        "no_such_row" => ("文件中没有这一行", "the file has no such row"),
        "names_no_line" => (
            "记录没有写明是哪一笔",
            "the record does not say which line it is about",
        ),
        "several_lines_match" => (
            "不止一笔与记录相符，无法判定",
            "more than one line fits the record",
        ),
        "no_line_matches" => ("没有一笔与记录相符", "no line fits the record"),
        "no_such_file" => (
            "没有向该行发送过这个文件",
            "no file of this number was sent to this bank",
        ),
        "names_no_file" => ("报文没有写明是哪个文件", "the message names no file"),
        _ => return None,
    })
}

/// A stated total that is not that of the rows or of the file; numbers where it is no money.
fn of_total(code: &str, numbers: &str, lang: Lang) -> Option<String> {
    let (total, whose) = code.split_once("_not_of_")?;
    let (zh, en) = match total {
        "count" => ("总笔数", "number of lines"),
        "amount_fen" => ("总金额", "sum"),
        "paid_count" => ("成功笔数", "number of paid lines"),
        "paid_fen" => ("成功金额", "sum of paid lines"),
        "failed_count" => ("失败笔数", "number of failed lines"),
        "failed_fen" => ("失败金额", "sum of failed lines"),
        "open_count" => ("未决笔数", "number of undecided lines"),
        _ => return None,
    };
    let (whose_zh, whose_en) = match whose {
        "rows" => ("其各行", "its rows"),
        "file" => ("所指令的文件", "the file as instructed"),
        _ => return None,
    };
    let counted = numbers.strip_suffix(" counted");
    let counted = counted.and_then(|numbers| numbers.split_once(" stated, "));
    let (told_zh, told_en) = counted.map_or_else(Default::default, |(stated, right)| {
        let en = format!(": {stated} stated, {right} counted");
        (format!("：写明 {stated}，实为 {right}"), en)
    });
    let zh = format!("报文写明的{zh}与{whose_zh}不符{told_zh}");
    let en = format!("the {en} that the message states is not that of {whose_en}{told_en}");
    Some(pick(lang, zh, en))
}

#[cfg(test)]
mod tests;
