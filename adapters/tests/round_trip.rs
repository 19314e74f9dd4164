//! Every bank, both chairs: what the gateway writes the bank reads, and the other way round.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use adapters::exchange::{DisbursementRecord, Outcome, PushReceipt, Reply, ResultFile};
use adapters::{BankAdapter, BankReply, Book, RequestKind};
use schemas::FailureReason;
use std::collections::BTreeMap;
use support::{ToyKeys, accept, converse, names, order_for, outcomes, query};
use time::macros::datetime;

fn every_outcome() -> Vec<Outcome> {
    let failed = FailureReason::ALL.into_iter().map(Outcome::Failed);
    [
        Outcome::Paid,
        Outcome::Accepted,
        Outcome::Unknown,
        Outcome::Returned,
    ]
    .into_iter()
    .chain(failed)
    .collect()
}

fn ask(adapter: &BankAdapter, said: &[Outcome]) -> (ResultFile, Vec<u8>) {
    let order = order_for(adapter);
    let mut submission = adapter.submit(&order);
    let (receipt, ..) = converse(adapter, &mut submission, accept);
    let Reply::Receipt(receipt) = receipt else {
        panic!("a submission ends in a receipt")
    };
    assert_eq!(receipt.outcome, Outcome::Accepted, "{}", adapter.code());
    let asked = query(&order, receipt.references);
    let mut conversation = adapter.query(&asked);
    let (reply, requests, replies) = converse(adapter, &mut conversation, |request| {
        assert_ne!(request.kind, RequestKind::Submit);
        BankReply {
            batch: Some(Outcome::Paid),
            ..BankReply::result(outcomes(&order, said))
        }
    });
    assert!(
        requests
            .iter()
            .all(|request| request.file_no == Some(order.file_no))
    );
    match reply {
        Reply::Result(result) => (result, replies.last().unwrap().clone()),
        Reply::Receipt(_) => panic!("a query ends in a result"),
    }
}

#[test]
fn the_bank_reads_the_order_that_was_written() {
    for adapter in Book::built_in().unwrap().by_dialect() {
        let order = order_for(adapter);
        let mut conversation = adapter.submit(&order);
        let (_, requests, _) = converse(adapter, &mut conversation, accept);
        let carriers: Vec<_> = requests.iter().filter(|r| !r.lines.is_empty()).collect();
        let lines = &carriers.last().expect("a message carries the lines").lines;
        let mut expected = Vec::new();
        for (line, read) in order.lines.iter().zip(lines) {
            expected.push(line.name.reveal(schemas::Purpose::Matching).to_owned());
            assert_eq!((line.account, line.amount), (read.account, read.amount));
            assert_eq!(read.row_no, Some(line.row_no), "{}", adapter.code());
        }
        assert_eq!(names(lines), expected, "{}", adapter.code());
        let instructing = requests.iter().filter(|r| r.kind == RequestKind::Submit);
        for request in instructing {
            assert_eq!(request.file_no, Some(order.file_no), "{}", adapter.code());
            // A message of one payment states no count and no sum.
            if adapter.limits().rows_max > 1 {
                let count = order.lines.len() as u32;
                assert_eq!(request.count, Some(count), "{}", adapter.code());
                assert_eq!(request.total, order.total(), "{}", adapter.code());
            }
        }
        let encoded = adapter.encode_payment(&order, &ToyKeys).unwrap();
        assert!(!encoded.is_empty());
        assert_eq!(encoded, adapter.encode_payment(&order, &ToyKeys).unwrap());
    }
}

#[test]
fn the_gateway_reads_every_outcome_that_the_bank_says() {
    for adapter in Book::built_in().unwrap().by_dialect() {
        for outcome in every_outcome() {
            let (result, bytes) = ask(adapter, &[outcome]);
            let expected = adapter.bank_side().line_expressible(outcome, false);
            let place = format!("{} {outcome:?}", adapter.code());
            if !adapter.bank_side().names_line(outcome) {
                assert!(adapter.capability().failures_only, "{place}");
                assert_eq!(
                    (result.lines.len(), &result.flaws[..]),
                    (0, &[][..]),
                    "{place}"
                );
                continue;
            }
            let count = order_for(adapter).lines.len();
            assert_eq!(result.lines.len(), count, "{place}");
            assert!(
                result.lines.iter().all(|l| l.outcome == expected),
                "{place}"
            );
            assert_eq!(result.flaws, [], "{place}");
            let kept = adapter.decode_result(&bytes, &ToyKeys).unwrap();
            assert_eq!(kept.lines, result.lines, "{place}");
            match (outcome, expected) {
                (Outcome::Failed(_), Outcome::Failed(_)) => {}
                (Outcome::Returned, Outcome::Unknown) => {}
                (said, read) => assert_eq!(said, read, "{place}"),
            }
        }
    }
}

#[test]
fn a_push_and_its_receipt_are_understood() {
    for adapter in Book::built_in().unwrap().by_dialect() {
        let order = order_for(adapter);
        for outcome in every_outcome() {
            let lines = outcomes(&order, &[outcome]).into_iter();
            let records: Vec<DisbursementRecord> = lines
                .map(|line| DisbursementRecord {
                    file_no: Some(order.file_no),
                    line,
                })
                .collect();
            let side = adapter.bank_side();
            let bytes = side.write_push(&records, &ToyKeys).unwrap();
            let read = adapter.decode_push(&bytes, &ToyKeys).unwrap();
            let expected = side.line_expressible(outcome, true);
            assert_eq!(read.lines.len(), records.len());
            assert_eq!(read.file_no, Some(order.file_no), "{}", adapter.code());
            assert_eq!(read.flaws, [], "{}", adapter.code());
            for (told, sent) in read.lines.iter().zip(&records) {
                assert_eq!(told.outcome, expected, "{}", adapter.code());
                assert_eq!(told.row_no, sent.line.row_no, "{}", adapter.code());
                assert_eq!(told.amount, sent.line.amount);
            }
        }
        for accepted in [true, false] {
            let receipt = PushReceipt {
                file_no: Some(order.file_no),
                accepted,
                position: 123_456,
                at: datetime!(2026-11-23 10:00:00 +8),
            };
            let bytes = adapter.encode_push_receipt(&receipt);
            assert!(!bytes.is_empty(), "{}", adapter.code());
            let read = adapter.bank_side().read_push_receipt(&bytes, &ToyKeys);
            assert_eq!(read.unwrap(), accepted, "{}", adapter.code());
        }
    }
}

#[test]
fn a_bank_that_knows_nothing_says_not_found_or_unknown() {
    for adapter in Book::built_in().unwrap().by_dialect() {
        let order = order_for(adapter);
        let references = adapter.bank_side().references(order.file_no);
        let asked = query(&order, references);
        let mut conversation = adapter.query(&asked);
        let (reply, ..) = converse(adapter, &mut conversation, |_| {
            BankReply::of(Outcome::NotFound)
        });
        let Reply::Result(result) = reply else {
            panic!("a query ends in a result")
        };
        assert!(
            matches!(result.outcome, Outcome::NotFound | Outcome::Unknown),
            "{}: {:?}",
            adapter.code(),
            result.outcome
        );
        assert!(!result.is_final && result.lines.is_empty());
        // The code is that of the request, and not what fills the place of the batch's.
        let unlisted = result.bank_code.as_deref() == Some("ZZ");
        let understood = result.outcome == Outcome::NotFound;
        assert!(!(understood && unlisted), "{}", adapter.code());
    }
}

#[test]
fn the_references_of_a_receipt_survive() {
    let adapter = support::bank("HXB");
    let order = order_for(adapter);
    let mut conversation = adapter.submit(&order);
    let (reply, ..) = converse(adapter, &mut conversation, accept);
    let Reply::Receipt(receipt) = reply else {
        panic!("a submission ends in a receipt")
    };
    assert_eq!(receipt.bank_code.as_deref(), Some("000000"));
    assert_eq!(receipt.references, BTreeMap::new());
}
