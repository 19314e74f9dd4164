//! Receipts that name rows. No bank of the book sends one yet; the definition language has them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use adapters::Book;
use adapters::exchange::{Flaw, Outcome, Receipt};
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
        "code": code,
        "message": "",
        "data": { "batchNo": "AX202611230000004711", "bankBatchNo": "B1", "items": rows },
    });
    let adapter = &book.adapters()[0];
    adapter
        .decode_receipt(message.to_string().as_bytes(), &ToyKeys)
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
