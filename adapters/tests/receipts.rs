//! Receipts that name rows, and requests with two codes, in synthetic messages.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use adapters::exchange::{Flaw, Outcome, Receipt, Reply, ResultFile};
use adapters::{BankReply, Book};
use schemas::FailureReason;
use support::ToyKeys;

const BANK: &str = include_str!("../banks/CZBANK/bank.toml");
const DIALECT: &str = include_str!("../dialects/synthetic_json/dialect.toml");
const REFUSED: Outcome = Outcome::Failed(FailureReason::RefusedByBank);

/// What a bank says whose receipts name rows by number and status.
fn receipt(code: &str, rows: &[(u32, &str)]) -> Receipt {
    let head = "    { path = \"data/bankBatchNo\", field = \"bank.batch_no\" },\n]\n";
    let slots = "\n[submit.reply.body.json.rows]\npath = \"data/items\"\nslots = [\n    \
                 { path = \"seqNo\", field = \"row.no\", required = true },\n    \
                 { path = \"status\", field = \"row.status\", required = true },\n]\n";
    let text = DIALECT
        .replacen(head, &format!("{head}{slots}"), 1)
        .replacen(
            "request = \"request\"",
            "request = \"request\", line = \"line\"",
            1,
        );
    let files = [
        ("dialects/synthetic_json/dialect.toml", text.as_str()),
        ("banks/CZBANK/bank.toml", BANK),
    ];
    let book = Book::from_files(files).unwrap_or_else(|errors| panic!("{errors:?}"));
    let rows = rows.iter().map(
        |(row_no, status)| serde_json::json!({ "seqNo": row_no.to_string(), "status": status }),
    );
    let rows: Vec<_> = rows.collect();
    let message = serde_json::json!({
        "sign": "",
        "code": code,
        "message": "",
        "data": { "batchNo": "AX202611230000004711", "bankBatchNo": "B1", "items": rows },
    });
    let adapter = &book.adapters()[0];
    adapter
        .decode_receipt(&support::signed_json(&message), &ToyKeys)
        .unwrap()
}

fn rows(receipt: &Receipt) -> Vec<(Option<u32>, Outcome)> {
    let lines = receipt.lines.iter();
    lines.map(|line| (line.row_no, line.outcome)).collect()
}

#[test]
fn a_receipt_refuses_the_rows_that_it_names() {
    let said = receipt("0000", &[(1, "FAILED"), (2, "ACCEPTED")]);
    assert_eq!(said.outcome, Outcome::Accepted);
    assert_eq!(rows(&said), [(Some(1), REFUSED)]);
    assert_eq!(said.flaws, []);
}

/// A wage that counts as failed may be paid again by a correction: failed and accepted at once is
/// unknown, in either order, and however often the one is repeated.
#[test]
fn a_row_that_is_failed_and_accepted_is_unknown() {
    let (failed, accepted) = ((1, "FAILED"), (1, "ACCEPTED"));
    let twice = Flaw::RowTwice { row_no: 1 };
    for said in [
        vec![failed, accepted],
        vec![accepted, failed],
        vec![failed, failed, accepted],
        vec![accepted, accepted, failed],
    ] {
        let said = receipt("0000", &said);
        let unknown = (Some(1), Outcome::Unknown);
        assert!(rows(&said).iter().all(|row| *row == unknown), "{said:?}");
        assert!(!said.lines.is_empty(), "{said:?}");
        assert_eq!(said.flaws.first(), Some(&twice), "{said:?}");
    }
}

#[test]
fn a_row_that_is_refused_twice_alike_is_refused_and_told() {
    let said = receipt("0000", &[(1, "FAILED"), (1, "FAILED")]);
    assert_eq!(rows(&said), [(Some(1), REFUSED); 2]);
    assert_eq!(said.flaws, [Flaw::RowTwice { row_no: 1 }]);
    let said = receipt("0000", &[(2, "ACCEPTED"), (2, "ACCEPTED")]);
    assert_eq!(
        (rows(&said), said.flaws),
        (vec![], vec![Flaw::RowTwice { row_no: 2 }])
    );
}

/// A file that is refused with a row that is not contradicts itself; an answer to nothing says
/// nothing of its rows.
#[test]
fn a_refusal_with_an_accepted_row_is_unknown() {
    let refused = Outcome::Failed(FailureReason::MessageError);
    assert_eq!(receipt("E001", &[(1, "FAILED")]).outcome, refused);
    assert_eq!(
        receipt("E001", &[(1, "ACCEPTED")]).outcome,
        Outcome::Unknown
    );
    let said = receipt("E001", &[(1, "FAILED"), (1, "ACCEPTED")]);
    assert_eq!(said.outcome, Outcome::Unknown);
    let said = receipt("X999", &[(1, "FAILED")]);
    let unknown = vec![(Some(1), Outcome::Unknown)];
    assert_eq!((said.outcome, rows(&said)), (Outcome::Unknown, unknown));
}

/// A status that the adapter does not list is unknown (INTERFACE section 4), not accepted with the
/// rest.
#[test]
fn a_row_of_an_unlisted_status_is_unknown() {
    let said = receipt("0000", &[(1, "MOON"), (2, "ACCEPTED")]);
    assert_eq!(said.outcome, Outcome::Accepted);
    assert_eq!(rows(&said), [(Some(1), Outcome::Unknown)]);
    assert_eq!(said.flaws, []);
}

/// A dialect whose requests have two codes, the flag beside the code; "not found" is said of the
/// batch alone.
fn two_codes() -> Book {
    let code = "    { path = \"code\", field = \"reply.code\", required = true },\n";
    let flag = "    { path = \"flag\", field = \"reply.flag\", required = true },\n";
    let flags = "[[codes.flag]]\nexact = [\"0\"]\noutcome = \"accepted\"\n\n[[codes.request]]";
    let found = "[[codes.query]]\nexact = [\"E404\"]\noutcome = \"not_found\"\n";
    assert!(DIALECT.contains(found));
    let text = DIALECT
        .replace(code, &format!("{code}{flag}"))
        .replace(
            "codes = { request =",
            "codes = { flag = \"flag\", request =",
        )
        .replacen("[[codes.request]]", flags, 1)
        .replacen(found, &found.replace("codes.query", "codes.batch"), 1);
    let files = [
        ("dialects/synthetic_json/dialect.toml", text.as_str()),
        ("banks/CZBANK/bank.toml", BANK),
    ];
    Book::from_files(files).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// A request with two codes is taken where both say so; the gateway's chair.
#[test]
fn two_codes_that_differ_are_unknown() {
    let book = two_codes();
    let said = |code: &str, flag: &str| {
        let message = serde_json::json!({ "sign": "", "code": code, "flag": flag, "message": "" });
        let bytes = support::signed_json(&message);
        book.adapters()[0].decode_receipt(&bytes, &ToyKeys).unwrap()
    };
    assert_eq!(said("0000", "0").outcome, Outcome::Accepted);
    for (code, flag) in [("0000", "1"), ("E001", "0"), ("E001", "1"), ("X", "X")] {
        assert_eq!(said(code, flag).outcome, Outcome::Unknown, "{code} {flag}");
    }
    let message = serde_json::json!({ "sign": "", "code": "0000", "message": "" });
    let read = book.adapters()[0].decode_receipt(&support::signed_json(&message), &ToyKeys);
    assert!(read.is_err(), "the flag is missing");
}

/// The bank's chair writes both codes, and "not found" where it has a word for it.
#[test]
fn the_bank_writes_both_codes() {
    let book = two_codes();
    let adapter = &book.adapters()[0];
    let order = support::order("CZBANK");
    let mut submission = adapter.submit(&order);
    let (reply, ..) = support::converse(adapter, &mut submission, support::accept);
    let Reply::Receipt(receipt) = reply else {
        panic!("a receipt")
    };
    assert_eq!(receipt.outcome, Outcome::Accepted);
    let told = |reply: BankReply| -> ResultFile {
        let asked = support::query(&order, receipt.references.clone());
        let mut query = adapter.query(&asked);
        match support::converse(adapter, &mut query, |_| reply.clone()).0 {
            Reply::Result(result) => result,
            Reply::Receipt(_) => panic!("a result"),
        }
    };
    let paid = support::outcomes(&order, &[Outcome::Paid]);
    let result = told(BankReply::result(paid.clone()));
    assert!(result.lines.iter().all(|l| l.outcome == Outcome::Paid));
    assert_eq!(result.lines.len(), 5);
    let nothing = told(BankReply::of(Outcome::NotFound));
    assert_eq!(nothing.outcome, Outcome::NotFound);
    let refused = told(BankReply {
        lines: paid,
        ..BankReply::of(Outcome::Unknown)
    });
    assert!(refused.lines.iter().all(|l| l.outcome == Outcome::Unknown));
}
