//! Our own golden files, one folder a dialect: what leaves and what is read, byte by byte.
//!
//! `ANXIN_BLESS=1 cargo test -p adapters --test samples` writes them anew; a change is then
//! reviewed as a change of the wire. They are made by the engine, so they prove that nothing
//! moved, not that a bank would take them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use adapters::exchange::{DisbursementRecord, Outcome, Reply};
use adapters::{BankAdapter, BankReply};
use schemas::FailureReason;
use support::{ToyKeys, accept, converse, listed, one_of_each_dialect, order_for, outcomes, query};

fn compare(dialect: &str, name: &str, bytes: &[u8]) {
    let folder = format!("{}/dialects/{dialect}/samples", env!("CARGO_MANIFEST_DIR"));
    let path = format!("{folder}/{name}");
    if std::env::var_os("ANXIN_BLESS").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(&path, bytes).unwrap();
    }
    let golden = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let same = golden
        .iter()
        .zip(bytes)
        .take_while(|(one, other)| one == other)
        .count();
    assert!(golden == bytes, "{path} differs from byte {same}");
}

/// The name of the payees' bank, which is the paying one, stands in its rows: its instruction is
/// not that of the bank for which the golden file was made.
const NAMED_IN_ROWS: [&str; 1] = ["JXBANK"];

/// Of every bank of the list: those of one dialect say the same to the byte. The files are written
/// by one bank of each.
#[test]
fn every_message_of_every_bank_is_the_golden_file_of_its_dialect() {
    let blesses = std::env::var_os("ANXIN_BLESS").is_some();
    let banks: Vec<_> = match blesses {
        true => one_of_each_dialect(),
        false => listed().flat_map(BankAdapter::by_dialect).collect(),
    };
    for adapter in banks {
        is_golden(adapter);
    }
}

fn is_golden(adapter: &'static BankAdapter) {
    let dialect = adapter.dialect();
    let order = order_for(adapter);
    let messages = adapter.encode_payment(&order, &ToyKeys).unwrap();
    for message in messages {
        if !NAMED_IN_ROWS.contains(&adapter.code().as_str()) {
            compare(
                dialect,
                &format!("{}.request.bin", message.step),
                &message.bytes,
            );
        }
    }
    let mut submission = adapter.submit(&order);
    let (reply, _, replies) = converse(adapter, &mut submission, accept);
    compare(dialect, "receipt.bin", replies.last().unwrap());
    let Reply::Receipt(receipt) = reply else {
        panic!("a receipt")
    };
    let said = [
        Outcome::Paid,
        Outcome::Failed(FailureReason::NameMismatch),
        Outcome::Accepted,
        Outcome::Unknown,
    ];
    let asked = query(&order, receipt.references);
    let mut conversation = adapter.query(&asked);
    let (_, _, replies) = converse(adapter, &mut conversation, |_| BankReply {
        batch: Some(Outcome::Paid),
        ..BankReply::result(outcomes(&order, &said))
    });
    compare(dialect, "result.bin", replies.last().unwrap());
    let lines = outcomes(&order, &[Outcome::Returned]).into_iter().take(1);
    let records: Vec<_> = lines
        .map(|line| DisbursementRecord {
            file_no: Some(order.file_no),
            line,
        })
        .collect();
    if adapter.returns_pace().is_some() {
        let mut conversation = adapter.ask_returns(&asked);
        let (_, _, replies) = converse(adapter, &mut conversation, |_| {
            let rows = records.iter().map(|record| record.line.clone());
            BankReply::result(rows.collect())
        });
        compare(dialect, "returns.bin", replies.last().unwrap());
    }
    let push = adapter.bank_side().write_push(&records, &ToyKeys).unwrap();
    compare(dialect, "push.bin", &push);
}
