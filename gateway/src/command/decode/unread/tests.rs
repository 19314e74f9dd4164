#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use std::path::Path;

#[test]
fn places_are_said_in_the_readers_language() {
    let cases = [
        (
            "row 7: row.amount: not an amount",
            "第 7 笔明细“金额”不是金额",
        ),
        ("row 3 has another number of columns", "第 3 笔明细列数不符"),
        ("CMS/eb/pub/RetCode is missing", "缺少 CMS/eb/pub/RetCode"),
        ("row.status is missing", "缺少 明细结果"),
        (
            "line 4: row.amount: not an amount",
            "工作表第 4 行“金额”不是金额",
        ),
        ("line 2 has more columns", "工作表第 2 行列数过多"),
        (
            "no sm4_cbc key in slot encryption",
            "没有密钥:encryption(sm4_cbc)",
        ),
        ("something new", "something new"),
    ];
    for (en, zh) in cases {
        assert_eq!(reason(en, Lang::Zh), zh);
        assert_eq!(reason(en, Lang::En), en);
    }
}

fn sources(folder: &Path, texts: &mut Vec<String>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, texts);
        } else {
            texts.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

/// Every fixed text with which adapters refuse a message.
#[test]
fn what_adapters_say_has_its_chinese() {
    let adapters = Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters/src");
    let mut texts = Vec::new();
    sources(&adapters, &mut texts);
    // Definitions of heads that are not laid out never reach a message; the others are said in a
    // conversation, or from the bank's chair.
    let internal = [
        "a head without a definition",
        "no reply is awaited",
        "no step of the dialect travels so",
        "the step has no reply",
    ];
    let mut found = 0;
    for text in &texts {
        for door in ["unreadable(\"", "refuse(\""] {
            for part in text.split(door).skip(1) {
                let what = part.split('"').next().unwrap();
                found += 1;
                let zh = reason(what, Lang::Zh);
                assert!(internal.contains(&what) || zh != what, "{what}");
            }
        }
    }
    assert!(found > 25, "{found}");
}
