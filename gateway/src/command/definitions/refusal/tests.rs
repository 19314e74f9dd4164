#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use std::path::Path;

#[test]
fn no_programmers_word_is_told() {
    for (what, zh, en) in [
        (
            "invalid value: integer `-1`, expected u32",
            "这里应为:0 至 4294967295 的整数,写的是:数字 -1",
            "the number -1 stands where a whole number from 0 to 4294967295 belongs",
        ),
        (
            "invalid type: string \"x\", expected a boolean",
            "这里应为:true 或 false,写的是:文字 \"x\"",
            "the text \"x\" stands where true or false belongs",
        ),
        (
            "invalid type: map, expected a string",
            "这里应为:加双引号的文字,写的是:一张表或没有引号的时间",
            "a table, date or time stands where a text in quotes belongs",
        ),
        (
            "invalid type: integer `1`, expected struct Identity",
            "这里应为:一张表,写的是:数字 1",
            "the number 1 stands where a table belongs",
        ),
        (
            "invalid basic string, expected `\"`",
            "双引号没有写完,这里应有 `\"`",
            "invalid basic string, expected `\"`",
        ),
        (
            "unknown field `a`, expected `b` or `c`",
            "没有这一项 `a`,可用:`b`、`c`",
            "unknown field `a`, expected `b` or `c`",
        ),
        (
            "code 09 stands twice in line",
            "代码 09 在代码表 line 中写了两次",
            "code 09 stands twice in line",
        ),
        (
            "code 01 has a meaning in dialect hxb_xhj already; a bank may add codes, another \
             meaning needs a new dialect",
            "代码 01 在方言 hxb_xhj 中已有含义;银行只能增加代码,含义不同须另写方言",
            "code 01 has a meaning in dialect hxb_xhj already; a bank may add codes, another \
             meaning needs a new dialect",
        ),
    ] {
        assert_eq!(reason(what, Lang::Zh), zh);
        assert_eq!(reason(what, Lang::En), en);
    }
}

/// The texts of a source file, each as a message shows it: without its comments and tests, `x`
/// where it names something.
fn texts(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap();
    let lines = source.lines().map(str::trim_start);
    let code: Vec<&str> = lines.filter(|line| !line.starts_with("//")).collect();
    let code = code.join("\n").replace("\\\n", "").replace("\\\"", "\u{1}");
    let texts = code.split('"').skip(1).step_by(2);
    let named = texts.map(|text| {
        let text = text.replace('\u{1}', "\"");
        let mut parts = text.split('{');
        let first = parts.next().unwrap().to_owned();
        parts.fold(first, |said, part| {
            said + "x" + part.split_once('}').map_or(part, |(_, rest)| rest)
        })
    });
    named.collect()
}

/// Every text with which a definition is refused.
#[test]
fn what_the_book_says_has_its_chinese() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let resolve = root.join("adapters/src/definition/resolve");
    let mut files = vec![
        root.join("adapters/src/definition/resolve.rs"),
        root.join("adapters/src/codes.rs"),
        root.join("adapters/src/routes.rs"),
    ];
    for folder in [resolve.clone(), resolve.join("steps")] {
        let entries = folder.read_dir().unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        files.extend(paths.filter(|path| path.is_file()));
    }
    // Parts of a message.
    let parts = [
        "unknown x `x`, expected one of x",
        "connection field",
        "captured value",
        "no other step of submit",
        "their channel",
        "the headers of the bank's messages",
        "the algorithm of a key",
        "what is secret",
    ];
    let mut told = 0;
    for file in files {
        for text in texts(&std::fs::read_to_string(&file).unwrap()) {
            if !text.trim().contains(' ') || parts.contains(&text.as_str()) {
                continue;
            }
            told += 1;
            let zh = reason(&text, Lang::Zh);
            assert!(!zh.is_ascii(), "{}: {text}", file.display());
        }
    }
    assert!(told > 60, "{told}");
}
