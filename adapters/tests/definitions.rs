//! Wrong definitions are refused with file, line and the allowed words.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "definitions/contradictions.rs"]
mod contradictions;
mod support;

use adapters::{Book, DefinitionError, Evidence};
use std::collections::BTreeSet;

const DIALECT: &str = include_str!("../dialects/hxb_xhj/dialect.toml");
const BANK: &str = include_str!("../banks/HXB/bank.toml");
const DIALECT_FILE: &str = "dialects/hxb_xhj/dialect.toml";
const BANK_FILE: &str = "banks/HXB/bank.toml";

fn all_refused(dialect: &str, bank: &str) -> Vec<DefinitionError> {
    let files = [(DIALECT_FILE, dialect), (BANK_FILE, bank)];
    Book::from_files(files).expect_err("refused")
}

fn refused(dialect: &str, bank: &str) -> DefinitionError {
    all_refused(dialect, bank).into_iter().next().unwrap()
}

/// The dialect with `old` replaced; an error stands on the line where `mark` is.
fn dialect_refused(old: &str, new: &str, mark: &str, words: &[&str]) {
    assert!(DIALECT.contains(old), "{old}");
    let text = DIALECT.replacen(old, new, 1);
    let line = text[..text.find(mark).unwrap()].matches('\n').count() + 1;
    let errors = all_refused(&text, BANK);
    let error = errors.iter().find(|error| error.line == line);
    let error = error.unwrap_or_else(|| panic!("line {line}: {errors:?}"));
    assert_eq!(error.file, DIALECT_FILE);
    for word in words {
        assert!(error.what.contains(word), "{word} not in: {error}");
    }
}

fn bank_refused(text: &str, mark: &str, words: &[&str]) {
    let error = refused(DIALECT, text);
    let line = text[..text.find(mark).unwrap()].matches('\n').count() + 1;
    assert_eq!(
        (error.file.as_str(), error.line),
        (BANK_FILE, line),
        "{error}"
    );
    for word in words {
        assert!(error.what.contains(word), "{word} not in: {error}");
    }
}

#[test]
fn an_unknown_key_is_refused() {
    dialect_refused(
        "[pace]\nfirst_ms",
        "[pace]\nfirst_msec",
        "first_msec",
        &["first_msec", "first_ms", "interval_ms"],
    );
}

#[test]
fn an_unknown_field_is_refused_with_the_list() {
    dialect_refused(
        "field = \"payee.cnaps_code\"",
        "field = \"payee.line_no\"",
        "payee.line_no",
        &["payee.line_no", "payee.account", "row.amount"],
    );
}

/// The place is that of the second listing.
#[test]
fn a_code_that_stands_twice_is_refused() {
    let (old, new) = ("exact = [\"06\"]", "exact = [\"09\"]\n# twice");
    let text = DIALECT.replacen(old, new, 1);
    let error = refused(&text, BANK);
    let twice = text.find("# twice").unwrap();
    let line = text[..twice].matches('\n').count() + 1;
    assert!(error.what.contains("09 stands twice in line"), "{error}");
    // The head of its table, two lines above.
    assert_eq!(error.line, line - 2, "{error}");
}

#[test]
fn money_without_a_unit_is_refused() {
    dialect_refused(
        "field = \"file.total\", as = \"yuan2\"",
        "field = \"file.total\"",
        "{ field = \"file.total\" }",
        &["file.total", "fen", "yuan2", "yuan3"],
    );
}

#[test]
fn failed_without_a_reason_is_refused() {
    let failed = "exact = [\"09\"]\noutcome = \"failed\"\nreason = \"refused_by_bank\"";
    dialect_refused(
        failed,
        "exact = [\"09\"]\noutcome = \"failed\"",
        "[[codes.line]]\nexact = [\"09\"]",
        &["failed needs a reason", "name_mismatch"],
    );
}

#[test]
fn paid_with_a_reason_is_refused() {
    dialect_refused(
        "outcome = \"paid\"",
        "outcome = \"paid\"\nreason = \"other\"",
        "[[codes.line]]\nexact = [\"01\"]",
        &["only failed has a reason"],
    );
}

#[test]
fn a_misspelt_reason_is_refused_with_the_list() {
    dialect_refused(
        "refused_by_bank",
        "refused_by_banc",
        "\"refused_by_banc\"",
        &["refused_by_banc", "account_not_found", "refused_by_bank"],
    );
}

/// What is ours names something that the dialect has, once.
#[test]
fn a_list_of_what_is_ours_names_messages() {
    let listed = "synthetic = [\"submit.reply\", \"push\", \"returns\"]";
    let refused = |list: &str, mark: &str, words: &[&str]| {
        dialect_refused(listed, &format!("synthetic = [{list}]"), mark, words);
    };
    refused(
        "\"result\"",
        "\"result\"",
        &["result", "submit.request", "query.reply", "push", "returns"],
    );
    refused("\"push\", \"push\"", "synthetic =", &["listed already"]);
    refused(
        "\"submit.reply\", \"submit\"",
        "synthetic =",
        &["listed already"],
    );
    dialect_refused(
        "evidence = \"observed\"",
        "evidence = \"synthetic\"",
        "synthetic = [",
        &["everything is ours"],
    );
}

#[test]
fn an_unknown_table_quirk_or_connection_is_refused() {
    dialect_refused(
        "request = \"submit\"",
        "request = \"submits\"",
        "\"submits\"",
        &["submits", "line", "push", "query", "submit"],
    );
    dialect_refused(
        "channel = \"tcp\"",
        "channel = \"tcp\"\nquirks = [\"magic\"]",
        "\"magic\"",
        &["magic", "trim_reply_end"],
    );
    dialect_refused(
        "connection = \"operator\"",
        "connection = \"operater\"",
        "\"operater\"",
        &["operater", "operator", "company_no"],
    );
}

#[test]
fn a_refused_query_never_fails_a_payment() {
    dialect_refused(
        "outcome = \"not_found\"",
        "outcome = \"failed\"\nreason = \"other\"",
        "request = \"query\"",
        &["accepted, not_found or unknown only"],
    );
}

/// Two steps that instruct would pay twice, and so would one that is asked again.
#[test]
fn one_step_instructs_and_it_is_sent_once() {
    let start = DIALECT.find("[[submit]]").unwrap();
    let end = DIALECT.find("[[query]]").unwrap();
    let step = &DIALECT[start..end];
    let second = step.replacen("name = \"submit\"", "name = \"again\"", 1);
    dialect_refused(
        "[[query]]",
        &format!("{second}[[query]]"),
        "\"again\"",
        &["`instructs`", "submit", "again"],
    );
    let instructs = "instructs = true";
    let poll = "instructs = true\npoll = { until = [\"00\"], wait_ms = 5_000, count_max = 3 }";
    dialect_refused(instructs, poll, "\"submit\"", &["`poll`", "once"]);
    let again = "instructs = true\nagain = { codes = [\"B107\"], count_max = 1 }";
    dialect_refused(instructs, again, "\"submit\"", &["`again`", "once"]);
}

#[test]
fn packed_rows_and_signed_answers_stand_where_they_can() {
    let head = "[submit.request.body.delimited]\nhead = [";
    let json = "[submit.request.body.json]\nrows = { path = \"a\", packed = { field_sep = \"|\" }, \
                slots = [] }\nhead = [";
    let end = DIALECT.find("head_sep").unwrap();
    let rest = DIALECT[end..].find("[submit.reply").unwrap() + end;
    let text = format!("{}{}", &DIALECT[..end], &DIALECT[rest..]);
    let error = refused(&text.replacen(head, json, 1), BANK);
    assert!(error.what.contains("`packed`"), "{error}");
    let capture = "channel = \"tcp\"\ncapture = [{ name = \"signed\", placeholder = \"S\", \
                   opened_by = \"query\" }]";
    dialect_refused(
        "channel = \"tcp\"",
        capture,
        "\"query\" }]",
        &["no step", "signed"],
    );
}

#[test]
fn a_preset_names_a_known_dialect_and_nothing_else() {
    let unknown = BANK.replace("hxb_xhj", "hxb_xjh");
    bank_refused(&unknown, "hxb_xjh", &["hxb_xjh", "hxb_xhj"]);
    let layout = format!("{BANK}charset_out = \"utf8\"\n");
    bank_refused(&layout, "charset_out", &["charset_out", "cut_off"]);
    let noon = BANK.replace("cut_off = \"", "cut_off = \"x");
    bank_refused(&noon, "cut_off", &["HH:MM"]);
    let code = BANK.replace("code = \"HXB\"", "code = \"HXC\"");
    bank_refused(&code, "HXC", &["HXB"]);
}

#[test]
fn a_preset_adds_codes_and_never_redefines_one() {
    let more = "\n[[codes.line]]\nexact = [\"77\"]\noutcome = \"paid\"\n";
    let text = format!("{BANK}{more}");
    let files = [(DIALECT_FILE, DIALECT), (BANK_FILE, text.as_str())];
    let book = Book::from_files(files).unwrap();
    let explained = book.adapters()[0].explain();
    let added = explained
        .iter()
        .find(|e| e.name == "codes.line.77")
        .unwrap();
    assert_eq!(
        (added.value.as_str(), added.file.as_str()),
        ("paid", BANK_FILE)
    );
    let listed = explained
        .iter()
        .filter(|e| e.name.starts_with("codes.line."));
    let own = listed.filter(|e| e.file == DIALECT_FILE).count();
    assert_eq!(own, DIALECT.matches("[[codes.line]]").count());

    let again = format!("{BANK}{}", more.replace("77", "09"));
    bank_refused(&again, "[[codes.line]]", &["09", "hxb_xhj", "new dialect"]);
    let table = format!("{BANK}{}", more.replace("codes.line", "codes.lines"));
    bank_refused(&table, "lines", &["lines", "query", "submit"]);
    let limits = format!("{BANK}[limits]\nname_bytes_max = 61\n");
    assert!(refused(DIALECT, &limits).what.contains("at most"));
}

#[test]
fn the_book_has_every_bank_of_the_list_and_trusts_none_too_much() {
    let book = Book::built_in().unwrap_or_else(|error| panic!("{error}"));
    let codes: BTreeSet<_> = book.adapters().iter().map(|a| a.code()).collect();
    let listed: BTreeSet<_> = schemas::codes::banks()
        .iter()
        .map(|bank| bank.code)
        .collect();
    assert!(book.adapters().len() >= 57);
    assert_eq!((book.adapters().len(), codes), (listed.len(), listed));
    for adapter in support::listed() {
        let designed = ["synthetic_", "rural_union"];
        let designed = designed.iter().any(|d| adapter.dialect().starts_with(d));
        let most = if designed {
            Evidence::Synthetic
        } else {
            Evidence::Observed
        };
        assert!(adapter.evidence() <= most, "{}", adapter.code());
        assert!(book.adapter(adapter.code()).is_some());
        assert!(!adapter.explain().is_empty());
        assert!(adapter.limits().rows_max > 0);
    }
}

/// What the dialect calls a password is never in a file that is not a key's.
#[test]
fn a_password_is_a_secret() {
    let book = Book::built_in().unwrap();
    let mut found = 0;
    for adapter in book.adapters() {
        for field in adapter.connection_fields() {
            let says = field.en.contains("password") || field.en.contains("SMS code");
            assert_eq!(field.secret, says, "{}: {}", adapter.dialect(), field.name);
            found += usize::from(field.secret);
        }
    }
    assert!(found > 8);
}

/// Who a bank is that the list does not have: its folder says it, and only what a bank of the
/// list can be.
#[test]
fn a_bank_that_no_list_has_says_who_it_is() {
    const FILE: &str = "banks/NOBANK9/bank.toml";
    let preset = "code = \"NOBANK9\"\ndialect = \"hxb_xhj\"\nevidence = \"synthetic\"\n\
                  cut_off = \"16:00\"\n";
    let book = |text: &str| Book::from_files([(DIALECT_FILE, DIALECT), (FILE, text)]);
    let identity = "[identity]\nname_zh = \"样例村镇银行\"\nname_en = \"Example Village Bank\"\n\
                    kind = \"rural\"\ncnaps_class = \"320\"\ncnaps_code = \"320100000009\"\n";
    let refused = |text: &str| book(text).expect_err("refused").remove(0);
    let nobody = refused(preset);
    assert_eq!((nobody.file.as_str(), nobody.line), (FILE, 1));
    assert!(nobody.what.contains("[identity]"), "{nobody}");
    let whole = format!("{preset}{identity}");
    // 320 1000 0000 and its check digit, computed as JR/T 0003 has it.
    let number = (0..10)
        .map(|digit| format!("32010000000{digit}"))
        .find(|number| schemas::CnapsCode::parse(number).is_ok());
    let whole = whole.replace("320100000009", &number.unwrap());
    let made = book(&whole).unwrap();
    let bank = made.adapters()[0].bank().unwrap();
    assert_eq!(bank.name_zh, "样例村镇银行");
    for (old, new, word) in [
        ("\"rural\"", "\"village\"", "kind of bank"),
        ("\"320\"", "\"32\"", "three digits"),
        ("\"320\"", "\"313\"", "another class"),
        ("cnaps_code = \"320", "cnaps_code = \"32", "cnaps_code"),
        ("kind =", "bic = \"AB\"\nkind =", "BIC"),
        ("name_en", "name_english", "name_english"),
    ] {
        let error = refused(&whole.replace(old, new));
        assert!(error.what.contains(word), "{word}: {error}");
        assert!(error.line >= 5, "{error}");
    }
    // What the list says already is not said otherwise.
    let listed = BANK.to_owned() + identity;
    let error = Book::from_files([(DIALECT_FILE, DIALECT), (BANK_FILE, &listed)]);
    let error = error.expect_err("refused").remove(0);
    assert_eq!(error.file, BANK_FILE);
}
