//! The words in which the pages say what stands in a place.

use super::{code, table};
use crate::command::banks::fields::FIELDS;

/// Values that are no fields: name, Chinese, English.
const OTHERS: [(&str, &str, &str); 2] = [
    ("connection.…", "部署参数", "a value of the deployment"),
    (
        "captured.…",
        "前面应答给出的值",
        "a value that an earlier answer gave",
    ),
];

/// How a value is spelt, and what a place may be beside a value.
const WORDS: [(&str, &str, &str); 17] = [
    ("as fen", "整数分", "whole fen"),
    (
        "as yuan2, yuan3",
        "元,两位或三位小数",
        "yuan with two or three decimals",
    ),
    ("as decimal", "元,XML 数值", "yuan as a number of XML"),
    (
        "as number of 6 digits",
        "数字,至少 6 位,前补零",
        "a number of at least 6 digits, zeros before it",
    ),
    ("as date8, date10", "20261123、2026-11-23", "dates"),
    ("as month6, monthzh", "202611、2026年11月", "months"),
    (
        "as time6 … stamp19t",
        "时间各式",
        "moments, as many digits as the word says",
    ),
    (
        "\"text\"",
        "固定内容,读时核对",
        "always this text; checked when read",
    ),
    (
        "\"text\" (anything is read)",
        "写此内容,读时不看",
        "this text is written, anything is read",
    ),
    (
        "else \"text\"",
        "无值时写此内容",
        "written where there is no value",
    ),
    (
        "own=1 other=2",
        "取值对照",
        "the bank's text for each of our values",
    ),
    (
        "width 10, right, filled with '0'",
        "定长字节,右对齐,填充",
        "bytes of a fixed width, side, filling",
    ),
    (
        "at most 60 bytes",
        "最长字节数",
        "longest text in the bank's character set",
    ),
    ("required", "必填", "refused where it is missing, both ways"),
    ("payload", "内层报文", "what the envelope carries"),
    (
        "delimited < head",
        "由内到外:正文、外层",
        "from the body outwards",
    ),
    (
        "forbidden",
        "文本中不允许的字符",
        "characters that no text may have",
    ),
];

pub fn page() -> String {
    let mut text = String::from("# 各页用词 · Words of the pages\n\n## 字段 · Fields\n\n");
    let heads = ["名称 · name", "含义", "meaning"];
    let row =
        |(name, zh, en): &(&str, &str, &str)| vec![code(name), (*zh).to_owned(), (*en).to_owned()];
    table(&mut text, &heads, FIELDS.iter().chain(&OTHERS).map(row));
    text.push_str("## 写法 · Spelling and rules\n\n");
    table(&mut text, &heads, WORDS.iter().map(row));
    text.trim_end().to_owned() + "\n"
}
