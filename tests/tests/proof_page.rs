//! `gateway/docs/PROOF.md` is made from what the runs printed (`gateway/docs/proof`), never
//! written by hand. `ANXIN_BLESS=1` writes it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "proof_page/crashes.rs"]
mod crashes;
#[path = "proof_page/found.rs"]
mod found;
#[path = "proof_page/mutants.rs"]
mod mutants;
#[path = "proof_page/planted.rs"]
mod planted;
#[path = "proof_page/seeds.rs"]
mod seeds;
#[path = "proof_page/simulated.rs"]
mod simulated;
#[path = "proof_page/summary.rs"]
mod summary;

use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use tests::workspace::root;

const PAGE: &str = "gateway/docs/PROOF.md";

/// The invariants, each in a few words of `gateway/docs/INVARIANTS.md`.
const INVARIANTS: [(&str, &str); 14] = [
    ("M1", "instructed at most once"),
    ("M2", "intent before bytes"),
    ("M3", "acknowledged is durable, whole"),
    ("M4", "sums agree at every position"),
    ("M5", "moves of the machine; one live correction"),
    ("M6", "each party its own"),
    ("M7", "same number and bytes, same answer"),
    ("M8", "bytes are kept"),
    ("M9", "nobody in clear"),
    ("M10", "tampering is found"),
    ("M11", "nothing dropped in silence"),
    ("M12", "ends, or says what it waits for"),
    ("M13", "nobody alone"),
    ("M14", "an unknown wage is not paid elsewhere"),
];

fn folder() -> PathBuf {
    root().join("gateway/docs/proof")
}

/// The documents whose names begin so, in the order of their names.
fn documents(beginning: &str) -> Vec<(String, Value)> {
    let entries = fs::read_dir(folder()).expect("the folder of the runs");
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(beginning))
        .collect();
    names.sort();
    let read = |name: String| {
        let text = fs::read_to_string(folder().join(&name)).unwrap();
        let value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, value)
    };
    names.into_iter().map(read).collect()
}

/// A number of a document, which must be there.
fn number(value: &Value, name: &str) -> u64 {
    let found = value.get(name).and_then(Value::as_u64);
    found.unwrap_or_else(|| panic!("no number {name} in {value}"))
}

/// How often something did not hold in a run.
fn violations(run: &Value) -> usize {
    let found = run["violations"].as_array();
    found.expect("the violations of a run").len()
}

/// A text of a document, which must be there.
fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    let found = value.get(name).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no text {name} in {value}"))
}

/// Of which program a document is: what its runner wrote, or what was noted by hand before the
/// runners did.
fn program_of(document: &Value) -> Option<String> {
    let told = |member: &str| {
        document
            .get(member)?
            .as_str()
            .filter(|told| !told.is_empty())
    };
    match (told("program"), told("note")) {
        (Some("unknown"), _) => Some("unknown".to_owned()),
        (Some(commit), _) => Some(format!("commit {commit}")),
        (None, note) => note.map(str::to_owned),
    }
}

/// The same; without one a document proves nothing.
fn program(name: &str, document: &Value) -> String {
    let found = program_of(document);
    found.unwrap_or_else(|| panic!("{name} does not say of which program it is"))
}

/// With commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn page() -> String {
    let mut page = String::from(
        "# Proof: never twice, never lost\n\n\
         Generated from what the runs printed ([proof](proof)) by \
         `ANXIN_BLESS=1 cargo test -p tests --test proof_page`; not written by hand. How each run\n\
         is made stands beside it and in [CONTRIBUTING](../../CONTRIBUTING.md); what each\n\
         invariant says and where it is held, in [INVARIANTS](INVARIANTS.md). The program of a\n\
         run is written down by its runner (`-dirty`: with changes that no commit has); of\n\
         older runs, by hand.\n\n",
    );
    page.push_str(&summary::section());
    page.push_str("| | invariant |\n| --- | --- |\n");
    for (id, words) in INVARIANTS {
        page.push_str(&format!("| {id} | {words} |\n"));
    }
    page.push('\n');
    page.push_str(&simulated::section());
    page.push_str(&planted::section());
    page.push_str(&crashes::section());
    page.push_str(&mutants::section());
    page
}

#[test]
fn what_the_runner_wrote_comes_before_what_was_noted() {
    let of = |document: Value| program_of(&document);
    let both = serde_json::json!({ "program": "abc1234-dirty", "note": "commit 1111111" });
    assert_eq!(of(both).as_deref(), Some("commit abc1234-dirty"));
    let old = serde_json::json!({ "note": "commit 1111111" });
    assert_eq!(of(old).as_deref(), Some("commit 1111111"));
    let other = serde_json::json!({ "program": "unknown" });
    assert_eq!(of(other).as_deref(), Some("unknown"));
    assert_eq!(of(serde_json::json!({ "seed": 1 })), None);
    assert_eq!(of(serde_json::json!({ "program": "", "note": "" })), None);
}

#[test]
fn the_page_is_what_the_runs_printed() {
    let path = root().join(PAGE);
    let page = page();
    if std::env::var_os("ANXIN_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == page,
        "{PAGE} is not what the runs printed: bless it"
    );
}
