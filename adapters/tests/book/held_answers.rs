//! Answers of banks that no other test knows, in the forms in which people keep them: framed,
//! enveloped or bare, with numbers of any form, other line ends, quotes and white space.
//!
//! `held_answers/cases.tsv` says what each of them tells. It was written by hand from the public
//! descriptions of the layouts.

mod unread;

use crate::support::{Unchecked, bank, dialect_alone};
use adapters::exchange::{Answer, Flaw, LineOutcome, Outcome};
use adapters::{BankAdapter, Book};
use schemas::{BankCode, Purpose};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// One file and what it tells.
struct Case {
    file: String,
    bank: String,
    kind: String,
    whole: Vec<String>,
    lines: Option<Vec<Vec<String>>>,
}

/// What was read, whichever of the two it is.
struct Read {
    outcome: Outcome,
    code: Option<String>,
    text: Option<String>,
    references: BTreeMap<String, String>,
    totals: BTreeMap<String, i64>,
    lines: Vec<LineOutcome>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/book/held_answers")
}

fn cases() -> Vec<Case> {
    let table = std::fs::read_to_string(folder().join("cases.tsv")).unwrap();
    let mut cases: Vec<Case> = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let mut cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let Some(of_line) = line.strip_prefix('\t') else {
            let whole = cells.split_off(3);
            let [file, bank, kind] = cells.try_into().unwrap();
            let lines = None;
            cases.push(Case {
                file,
                bank,
                kind,
                whole,
                lines,
            });
            continue;
        };
        let lines = cases.last_mut().unwrap().lines.get_or_insert_default();
        if of_line != "none" {
            lines.push(of_line.split('\t').map(str::to_owned).collect());
        }
    }
    cases
}

/// As it is, else with the line end that a program took away.
fn read(case: &Case, bytes: &[u8]) -> Option<Read> {
    let kind = match case.kind.as_str() {
        "receipt" => Answer::Receipt,
        "push" => Answer::Push,
        _ => Answer::Result,
    };
    let adapter = match BankCode::parse(&case.bank) {
        Ok(_) => bank(&case.bank),
        Err(_) => dialect_alone(&case.bank),
    };
    let book = Book::built_in().unwrap();
    let named = adapter.siblings().iter();
    let siblings = named.map(|name| book.dialect(name).unwrap());
    adapter.by_dialect().chain(siblings).find_map(|adapter| {
        let as_is = |bytes: &[u8]| read_as_is(adapter, case, bytes);
        let ended = || adapter.ended(kind, bytes);
        let mut read = as_is(bytes).or_else(|| as_is(&ended()?))?;
        adapter.doubt_cut(kind, (bytes, &Unchecked), &mut read.lines);
        Some(read)
    })
}

fn read_as_is(adapter: &BankAdapter, case: &Case, bytes: &[u8]) -> Option<Read> {
    if case.kind == "receipt" {
        let receipt = adapter.kept_receipt(bytes, &Unchecked).ok()?;
        return Some(Read {
            outcome: receipt.outcome,
            code: receipt.bank_code,
            text: receipt.bank_text,
            references: receipt.references,
            totals: BTreeMap::new(),
            lines: receipt.lines,
        });
    }
    if case.kind == "push" {
        let push = adapter.kept_push(bytes, &Unchecked).ok()?;
        let named = push
            .file_no
            .map(|no| ("file_no".to_owned(), no.to_string()));
        return Some(Read {
            outcome: Outcome::Unknown,
            code: None,
            text: None,
            references: named.into_iter().collect(),
            totals: push.totals,
            lines: push.lines,
        });
    }
    let result = adapter.kept_result(bytes, &Unchecked).ok()?;
    Some(Read {
        outcome: result.outcome,
        code: result.bank_code,
        text: result.bank_text,
        references: result.references,
        totals: result.totals,
        lines: result.lines,
    })
}

fn word(outcome: Outcome) -> String {
    let word = match outcome {
        Outcome::Paid => "paid",
        Outcome::Failed(_) => "failed",
        Outcome::Accepted => "accepted",
        Outcome::Unknown | Outcome::NotFound => "unknown",
        Outcome::Returned => "returned",
    };
    word.to_owned()
}

fn cells(line: &LineOutcome) -> Vec<Option<String>> {
    vec![
        line.row_no.map(|no| no.to_string()),
        line.account
            .map(|account| account.reveal(Purpose::Disclosure).to_owned()),
        line.name
            .as_ref()
            .map(|name| name.reveal(Purpose::Disclosure).to_owned()),
        line.amount.map(|amount| amount.0.to_string()),
        Some(word(line.outcome)),
        line.bank_code.clone(),
        line.bank_text.clone().filter(|text| !text.is_empty()),
        line.bank_serial.clone(),
        line.reference.clone(),
    ]
}

/// The first cell that is another one; the last may be left out of the table.
fn differing(expected: &[String], found: &[Option<String>]) -> Option<String> {
    assert!([expected.len(), expected.len() + 1].contains(&found.len()));
    let mut pairs = expected.iter().zip(found);
    let differ = pairs.find(|(expected, found)| match expected.as_str() {
        "*" => false,
        "-" => found.is_some(),
        text => found.as_deref() != Some(text),
    });
    differ.map(|(expected, found)| format!("{expected} is expected, found {found:?}"))
}

fn wrong(case: &Case) -> Vec<String> {
    let bytes = std::fs::read(folder().join(&case.file)).unwrap();
    let Some(read) = read(case, &bytes) else {
        return vec!["unreadable".to_owned()];
    };
    let total = |name: &str| read.totals.get(name).map(i64::to_string);
    let mut whole = case.whole.clone();
    let reference = whole.pop().unwrap();
    let found = [
        Some(word(read.outcome)),
        read.code,
        read.text,
        total("count"),
        total("amount_fen"),
    ];
    let mut wrong: Vec<String> = differing(&whole, &found).into_iter().collect();
    if reference != "*" && !read.references.values().any(|own| *own == reference) {
        wrong.push(format!("{reference} is not among {:?}", read.references));
    }
    let Some(lines) = &case.lines else {
        return wrong;
    };
    if lines.len() != read.lines.len() {
        wrong.push(format!("{} lines, not {}", read.lines.len(), lines.len()));
    }
    let lines = lines.iter().zip(&read.lines).enumerate();
    wrong.extend(lines.filter_map(|(at, (expected, found))| {
        let differs = differing(expected, &cells(found))?;
        Some(format!("line {}: {differs}", at + 1))
    }));
    wrong
}

#[test]
fn answers_are_read_as_they_say() {
    let cases = cases();
    assert!(cases.len() > 90, "{} cases", cases.len());
    let wrong: Vec<String> = cases
        .iter()
        .flat_map(|case| {
            wrong(case)
                .into_iter()
                .map(|w| format!("{}: {w}", case.file))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the bank says of the whole is held against its rows.
#[test]
fn what_the_rows_do_not_bear_out_is_told() {
    let count = |total, stated, counted| Flaw::Count {
        total,
        stated,
        counted,
    };
    let sum = |total, stated, counted| Flaw::Sum {
        total,
        stated,
        counted,
    };
    let more = [count("count", 3, 2), sum("amount_fen", 300_000, 200_000)];
    let paid = [
        count("paid_count", 2, 1),
        sum("paid_fen", 1_360_350, 652_350),
    ];
    let cases: [(&str, &str, &[Flaw]); 4] = [
        ("cib_more_than_rows.result.txt", "CIB", &more),
        ("cib_part.result.txt", "CIB", &[]),
        (
            "cgb_open_of_none.result.txt",
            "CGB",
            &[count("open_count", 1, 0)],
        ),
        ("cmb_open_success_of_two.result.txt", "NBCB", &paid),
    ];
    for (file, code, flaws) in cases {
        let bytes = std::fs::read(folder().join(file)).unwrap();
        let read = bank(code).kept_result(&bytes, &Unchecked).unwrap();
        assert_eq!(read.flaws, flaws, "{file}");
    }
}

/// Whatever is cut off behind, nothing is paid that the whole message does not call paid.
#[test]
fn a_cut_answer_pays_nothing_more() {
    let mut seen = BTreeSet::new();
    let results = cases().into_iter().filter(|case| case.kind == "result");
    for case in results.filter(|case| seen.insert(case.bank.clone())) {
        let bytes = std::fs::read(folder().join(&case.file)).unwrap();
        // All but the serial: a line whose text is cut is not known to be paid.
        let paid = |bytes: &[u8]| -> Vec<Vec<Option<String>>> {
            let lines = read(&case, bytes).map(|read| read.lines);
            let lines = lines.unwrap_or_default().into_iter();
            let lines = lines.filter(|line| line.outcome == Outcome::Paid);
            let said = |line: LineOutcome| cells(&line).into_iter().take(7).collect();
            lines.map(said).collect()
        };
        let whole = paid(&bytes);
        for length in 0..bytes.len() {
            let cut = paid(bytes.get(..length).unwrap());
            let known = cut.iter().all(|line| whole.contains(line));
            assert!(known, "{} cut at {length}", case.file);
        }
    }
}

/// What nobody asked for is read for people only.
#[test]
fn an_answer_to_another_question_is_none_of_the_gateway_s() {
    for (file, code) in [
        ("cib_inq.result.txt", "CIB"),
        ("cib_signon.result.txt", "CIB"),
        ("cmb_returned.result.txt", "CMB"),
        ("citic_prdwn.result.txt", "CITIC"),
        ("spdb_state_packet.result.txt", "SPDB"),
        ("mybank_err.result.txt", "MYBANK"),
        ("hxb_notfound_text.result.txt", "HXB"),
        ("icbc_rare.result.txt", "ICBC"),
        ("pab_signed_tail.result.txt", "PAB"),
    ] {
        let bytes = std::fs::read(folder().join(file)).unwrap();
        assert!(
            bank(code).decode_result(&bytes, &Unchecked).is_err(),
            "{file}"
        );
    }
    for file in ["cmbopen_notice.push.txt", "cmbopen_notice_inner.push.txt"] {
        let bytes = std::fs::read(folder().join(file)).unwrap();
        let pushed = dialect_alone("cmb_open").decode_push(&bytes, &Unchecked);
        assert!(pushed.is_err(), "{file}");
    }
    let bytes = std::fs::read(folder().join("jsbc_ok.receipt.txt")).unwrap();
    assert!(bank("JSBC").decode_receipt(&bytes, &Unchecked).is_err());
}

/// What opens a session or a file is in no answer that people read.
#[test]
fn a_secret_is_no_reference() {
    for (file, code, secret) in [
        ("boc_signin.result.txt", "BOC", "TK-SAMPLE-2"),
        ("pab_state_password.result.txt", "PAB", "SAMPLE-PASSWORD"),
    ] {
        let bytes = std::fs::read(folder().join(file)).unwrap();
        assert!(String::from_utf8_lossy(&bytes).contains(secret));
        for kind in ["receipt", "result"] {
            let case = Case {
                file: file.to_owned(),
                bank: code.to_owned(),
                kind: kind.to_owned(),
                whole: Vec::new(),
                lines: None,
            };
            let Some(read) = read(&case, &bytes) else {
                continue;
            };
            let shown = format!("{:?} {:?}", read.references, (read.code, read.text));
            assert!(!shown.contains(secret), "{file} as {kind}: {shown}");
        }
    }
}

/// What anybody may write is no number of ours.
#[test]
fn a_remark_is_no_reference() {
    let bytes = std::fs::read(folder().join("mybank_finish.result.txt")).unwrap();
    let read = bank("MYBANK").kept_result(&bytes, &Unchecked).unwrap();
    let names: Vec<&str> = read.references.keys().map(String::as_str).collect();
    assert_eq!(names, ["bank_batch_no"]);
}
