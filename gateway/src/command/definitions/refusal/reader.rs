//! The words of the TOML reader: it names types of a program, and parts of its grammar.

use super::{captured, said};

/// In English: its own words, but for types of a program.
pub(super) fn in_english(what: &str) -> Option<String> {
    let (found, expected) = types(what)?;
    let found = VALUES.iter().find_map(|(en, of_reader, _)| {
        let rule = (*en, *of_reader);
        said(rule, found)
    });
    let expected = TYPES.iter().find(|(own, _, _)| *own == kind(expected));
    let found = found?;
    let expected = expected.map_or(expected_text(what), |(_, en, _)| *en);
    Some(format!("{found} stands where {expected} belongs"))
}

/// In Chinese; `None` for what the reader does not say.
pub(super) fn in_chinese(what: &str) -> Option<String> {
    if let Some((found, expected)) = types(what) {
        let mut values = VALUES.iter();
        let value = values.find_map(|(own, _, zh)| said((*own, *zh), found));
        let wanted = TYPES.iter().find(|(own, _, _)| *own == kind(expected));
        let wanted = wanted.map_or(expected, |(_, _, zh)| *zh);
        return Some(format!(
            "这里应为:{wanted},写的是:{}",
            value.as_deref().unwrap_or(found)
        ));
    }
    if let Some(words) = WORDS.iter().find_map(|rule| said(*rule, what)) {
        return Some(words.replace("` or `", "`、`"));
    }
    // What it names behind is a sign of the grammar.
    let (what, expected) = match what.split_once(", expected ") {
        Some((what, expected)) => (what, Some(expected)),
        None => (what, None),
    };
    let (_, zh) = GRAMMAR.iter().find(|(en, _)| *en == what)?;
    let sign = expected.filter(|sign| sign.starts_with('`'));
    Some(match sign {
        Some(sign) => format!("{zh},这里应有 {}", sign.replace(", ", "、")),
        None => (*zh).to_owned(),
    })
}

/// What was found, and what should be there.
fn types(what: &str) -> Option<(&str, &str)> {
    let rest = what
        .strip_prefix("invalid type: ")
        .or_else(|| what.strip_prefix("invalid value: "))?;
    rest.rsplit_once(", expected ")
}

fn expected_text(what: &str) -> &str {
    what.rsplit_once(", expected ").map_or(what, |(_, it)| it)
}

/// A table of any name is a table.
fn kind(expected: &str) -> &str {
    match captured("struct {}", expected) {
        Some(_) => "a map",
        None => expected,
    }
}

/// A value as the reader calls it, in English, in Chinese.
const VALUES: [(&str, &str, &str); 8] = [
    ("integer `{}`", "the number {}", "数字 {}"),
    ("floating point `{}`", "the number {}", "小数 {}"),
    ("boolean `{}`", "{}", "{}"),
    ("string {}", "the text {}", "文字 {}"),
    ("character `{}`", "the text {}", "文字 {}"),
    ("map", "a table, date or time", "一张表或没有引号的时间"),
    ("sequence", "a list", "一个列表"),
    ("unit value", "nothing", "空值"),
];

/// A type as the reader calls it, in English, in Chinese.
const TYPES: [(&str, &str, &str); 13] = [
    ("u8", "a whole number from 0 to 255", "0 至 255 的整数"),
    ("u16", "a whole number from 0 to 65535", "0 至 65535 的整数"),
    (
        "u32",
        "a whole number from 0 to 4294967295",
        "0 至 4294967295 的整数",
    ),
    ("u64", "a whole number from 0", "不小于 0 的整数"),
    ("usize", "a whole number from 0", "不小于 0 的整数"),
    ("i64", "a whole number", "整数"),
    ("a string", "a text in quotes", "加双引号的文字"),
    ("a boolean", "true or false", "true 或 false"),
    (
        "a character",
        "one character in quotes",
        "加双引号的一个字符",
    ),
    ("a sequence", "a list [ … ]", "列表 [ … ]"),
    ("a map", "a table", "一张表"),
    (
        "string or table",
        "a text in quotes or a table",
        "加双引号的文字或一张表",
    ),
    (
        "a string or table",
        "a text in quotes or a table",
        "加双引号的文字或一张表",
    ),
];

/// What is known of the words of a definition.
const WORDS: [(&str, &str); 10] = [
    (
        "unknown field {}, expected one of {}",
        "没有这一项 {},可用:{}",
    ),
    ("unknown field {}, expected {}", "没有这一项 {},可用:{}"),
    (
        "unknown field {}, there are no fields",
        "没有这一项 {},这里不能写任何项",
    ),
    (
        "unknown variant {}, expected one of {}",
        "没有这个词 {},可用:{}",
    ),
    ("unknown variant {}, expected {}", "没有这个词 {},可用:{}"),
    ("missing field {}", "缺少 {}"),
    ("duplicate field {}", "同一项写了两次:{}"),
    ("duplicate key: {}", "同一项写了两次:{}"),
    ("duplicate key", "同一项写了两次"),
    (
        "cannot extend value of type {} with a dotted key",
        "同一项写了两次:前面已写过,不能再加内容",
    ),
];

/// Where the text is not of the grammar.
const GRAMMAR: [(&str, &str); 33] = [
    ("invalid basic string", "双引号没有写完"),
    ("invalid literal string", "单引号没有写完"),
    ("invalid multi-line basic string", "三个双引号没有写完"),
    ("missing opening quote", "引号没有写完"),
    ("string values must be quoted", "文字要加英文双引号 \" "),
    ("missing escaped value", "反斜杠 \\ 之后缺少字符"),
    ("too few unicode value digits", "反斜杠 \\u 之后的位数不够"),
    ("key with no value", "这一项没有写值"),
    ("missing value", "这一项没有写值"),
    ("missing value for key", "这一项没有写值"),
    ("missing assignment between key-value pairs", "缺少等号"),
    ("extra assignment between key-value pairs", "多了等号"),
    ("extra `=`", "多了等号"),
    ("unexpected `=` in array", "列表里不能有等号"),
    ("invalid unquoted key", "项的名称里有不能用的字符"),
    ("unquoted keys cannot be empty", "等号前没有项的名称"),
    ("invalid key-value pair", "这一行不是“项 = 值”"),
    ("unexpected key or value", "这里多了内容;一行只写一项"),
    ("unexpected content", "这里多了内容"),
    (
        "unexpected content between comment and newline",
        "注释之后多了内容",
    ),
    ("invalid comment character", "注释里有不能用的字符"),
    (
        "carriage return must be followed by newline",
        "换行不完整,请用文本编辑器重新保存",
    ),
    ("unclosed table", "方括号没有写完"),
    ("unclosed array table", "方括号没有写完"),
    ("unclosed array", "列表的方括号没有写完"),
    ("unclosed inline table", "花括号没有写完"),
    ("missing comma between array elements", "列表里缺少逗号"),
    ("missing comma between key-value pairs", "缺少逗号"),
    ("extra comma in array", "列表里多了逗号"),
    ("extra comma in inline table", "多了逗号"),
    ("unexpected leading zero", "数字前不能有 0"),
    ("invalid value", "值的写法不对"),
    ("`_` may only go between digits", "_ 只能写在数字之间"),
];
