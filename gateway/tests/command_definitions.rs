//! A dialect that contradicts itself is refused in both languages, with file, line and remedy.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::run;

const DIALECT: &str = include_str!("../../adapters/dialects/hxb_xhj/dialect.toml");

/// What stands in the definition, what is written for it, and what is told of it in Chinese and in
/// English.
const WRONG: [(&str, &str, &str, &str); 12] = [
    (
        "query = true",
        "query = false",
        "请改为 `query = true`",
        "write `query = true`",
    ),
    (
        "push = true",
        "push = false",
        "请改为 `push = true`",
        "write `push = true`",
    ),
    (
        "codes = { line = \"push\" }",
        "codes = {}",
        "或改为 `push = false`",
        "or write `push = false`",
    ),
    (
        "returns = true",
        "returns = false",
        "请改为 `returns = true`",
        "write `returns = true`",
    ),
    (
        "outcome = \"returned\"",
        "outcome = \"unknown\"",
        "或改为 `returns = false`",
        "or write `returns = false`",
    ),
    (
        "count_max = 120",
        "count_max = 0",
        "永远不会向银行查询",
        "would never be asked",
    ),
    (
        "interval_ms = 60_000",
        "interval_ms = 0",
        "不停地向银行查询",
        "without a pause",
    ),
    (
        "answer_limit_ms = 86_400_000",
        "answer_limit_ms = 0",
        "立刻变为支付不明",
        "unknown at once",
    ),
    (
        "name = \"query\"",
        "name = \"query\"\npoll = { until = [\"00\"], wait_ms = 5, count_max = 0 }",
        "删去 `poll`",
        "take `poll` out",
    ),
    (
        "name = \"query\"",
        "name = \"query\"\nagain = { codes = [\"B107\"], count_max = 0 }",
        "删去 `again`",
        "take `again` out",
    ),
    (
        "field_sep = \"|\"",
        "field_sep = \"\"",
        "明细用 `field_sep`",
        "`field_sep` in rows",
    ),
    (
        "field_sep = \"|\"",
        "field_sep = \"#\"",
        "栏与行无法区分",
        "could not be told apart",
    ),
];

#[test]
fn a_dialect_that_contradicts_itself_is_told_in_both_languages() {
    let desk = tempfile::tempdir().unwrap();
    let folder = desk.path().join("dialects/hxb_xhj");
    std::fs::create_dir_all(&folder).unwrap();
    for (old, new, zh, en) in WRONG {
        assert!(DIALECT.contains(old), "{old}");
        let text = DIALECT.replacen(old, new, 1);
        std::fs::write(folder.join("dialect.toml"), text).unwrap();
        for (lang, told) in [("zh", zh), ("en", en)] {
            let dir = desk.path().to_str().unwrap();
            let words = ["bank", "explain", "HXB", "--dir", dir, "--lang", lang];
            let ended = run(&words);
            assert_eq!(ended.code, 1, "{new}: {ended:?}");
            let line = ended.stderr.lines().find(|line| line.contains(told));
            let line = line.unwrap_or_else(|| panic!("{told}: {ended:?}"));
            let (_, place) = line.split_once("dialects/hxb_xhj/dialect.toml:").unwrap();
            let (number, _) = place.split_once(':').unwrap();
            assert!(number.parse::<usize>().unwrap() > 10, "{line}");
        }
    }
}
