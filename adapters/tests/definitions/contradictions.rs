//! A definition that contradicts itself is refused: what it declares and has not, or has and does
//! not declare, and texts that nobody could tell apart.

use adapters::Book;

use super::{BANK, DIALECT, dialect_refused, refused};

/// What is declared and absent, and what is there and not declared.
#[test]
fn a_dialect_has_what_it_declares() {
    let of_push = "codes = { line = \"push\" }";
    let returned = "outcome = \"returned\"";
    for (old, new, mark, words) in [
        (
            "query = true",
            "query = false",
            "query = false",
            ["`[[query]]`", "`query = true`"],
        ),
        (
            "push = true",
            "push = false",
            "push = false",
            ["`[push]`", "`push = true`"],
        ),
        (
            of_push,
            "codes = {}",
            "push = true",
            ["`codes.line`", "`push = false`"],
        ),
        (
            "returns = true",
            "returns = false",
            "returns = false",
            ["means returned", "`returns = true`"],
        ),
        (
            returned,
            "outcome = \"unknown\"",
            "returns = true",
            ["means returned", "`returns = false`"],
        ),
    ] {
        dialect_refused(old, new, mark, &words);
    }
    let (before, query) = DIALECT.split_once("[[query]]").unwrap();
    let (_, after) = query.split_once("[push]").unwrap();
    let unasked = format!("{before}[push]{after}");
    assert!(refused(&unasked, BANK).what.contains("`query`"));
}

#[test]
fn a_bank_is_asked_and_with_pauses() {
    for (old, new) in [
        ("count_max = 120", "count_max = 0"),
        ("interval_ms = 60_000", "interval_ms = 0"),
        ("answer_limit_ms = 86_400_000", "answer_limit_ms = 0"),
    ] {
        dialect_refused(old, new, new, &[new, "1 or more"]);
    }
    let name = "name = \"query\"";
    for word in [
        "poll = { until = [\"00\"], wait_ms = 5",
        "again = { codes = [\"B107\"]",
    ] {
        let rule = format!("{name}\n{word}, count_max = 0 }}");
        let what = word.split(' ').next().unwrap();
        dialect_refused(name, &rule, name, &[what, "1 or more"]);
    }
}

/// A row whose last columns are empty would end too early, and be another row.
#[test]
fn columns_and_rows_are_told_apart() {
    let lines = "field_sep = \"|\"\ntrailing_sep = true\nrow_sep = \"#\"";
    let words = ["`row_sep`", "`field_sep`", "`trailing_sep = true`"];
    for (field_sep, row_sep) in [
        ("#", "#"),
        ("|", "||"),
        ("|", "|#"),
        ("|#", "#"),
        ("ab", "ba"),
    ] {
        let row_sep = format!("row_sep = \"{row_sep}\"");
        let new = format!("field_sep = \"{field_sep}\"\n{row_sep}");
        let before = DIALECT.find(lines).unwrap();
        let place = DIALECT[..before].matches(&row_sep).count();
        assert_eq!(place, 0, "the first of its kind");
        dialect_refused(lines, &new, &row_sep, &words);
    }
    let none = "field_sep = \"\"\nrow_sep = \"#\"";
    dialect_refused(lines, none, "row = [", &["`field_sep`", "`head_sep`"]);
    let file = "dialects/cmbc_reimb/dialect.toml";
    let packed = include_str!("../../dialects/cmbc_reimb/dialect.toml");
    let wrong = packed.replacen("row_sep = \"^\"", "row_sep = \"|\"", 1);
    let error = Book::from_files([(file, &wrong)]).expect_err("refused");
    let at = wrong.find("row_sep = \"|\"").unwrap();
    let line = wrong[..at].matches('\n').count() + 1;
    assert_eq!((error[0].file.as_str(), error[0].line), (file, line));
    assert!(
        error[0].what.contains("`trailing_sep = true`"),
        "{}",
        error[0]
    );
}
