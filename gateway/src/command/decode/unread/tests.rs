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

/// Every fixed text with which the layouts and layers of adapters refuse a message.
#[test]
fn what_adapters_say_has_its_chinese() {
    let adapters = Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters/src");
    let mut texts = Vec::new();
    for folder in ["layout", "wire"] {
        sources(&adapters.join(folder), &mut texts);
    }
    // Definitions of heads that are not laid out never reach a message.
    let internal = ["a head without a definition"];
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
