//! Findings of the close, more of them than one record takes.

use super::desk::{Desk, LI, MAKER, Row, ZHANG, file};
use gateway::access::Sight;
use gateway::event::{Event, Policy};
use gateway::intake::{Receipt, Submitted};
use gateway::query::findings;
use schemas::Lang;
use std::collections::BTreeSet;

const ROWS: u32 = 2_500;

/// As many wages of one person, each of another amount, and `last`.
fn many(batch_no: &str, last: Row<'_>) -> String {
    let amounts: Vec<String> = (1..=ROWS)
        .map(|n| format!("{}.{:02}", n / 100, n % 100))
        .collect();
    let mut rows: Vec<Row<'_>> = amounts
        .iter()
        .map(|amount| (ZHANG.0, ZHANG.1, ZHANG.2, amount.as_str()))
        .collect();
    rows.push(last);
    file(batch_no, &rows)
}

/// A batch whose lines but the last are refused when it closes.
fn twice(desk: &Desk) -> Receipt {
    let first = desk.submit_as(MAKER, Policy::GoodLines, &many("GZ-1", ZHANG));
    assert!(matches!(first, Submitted::Accepted(_)), "{first:?}");
    match desk.submit_as(MAKER, Policy::GoodLines, &many("GZ-2", LI)) {
        Submitted::Accepted(receipt) => receipt,
        other => panic!("{other:?}"),
    }
}

#[test]
fn findings_of_the_close_are_kept_in_records_of_a_bounded_size() {
    let desk = Desk::new();
    let receipt = twice(&desk);
    assert_eq!(receipt.head.refused_late.len(), 2_500);
    let records = desk
        .core
        .desk()
        .batch(receipt.batch)
        .unwrap()
        .finding_records
        .clone();
    let counts: Vec<u32> = records
        .iter()
        .map(|sequence| match desk.core.event(*sequence).unwrap().1 {
            Event::BatchFindings { count, .. } => count,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(counts.iter().all(|count| *count <= 1_024), "{counts:?}");
    // What the reader finds comes before it, in records of its own.
    assert!(counts.ends_with(&[1_024, 1_024, 452]), "{counts:?}");
    let (errors, warnings, notes) = receipt.head.finding_counts;
    let kept: u64 = counts.iter().map(|count| u64::from(*count)).sum();
    assert_eq!(kept, errors + warnings + notes);
}

#[test]
fn errors_of_lines_are_found_in_every_record_of_the_close() {
    let desk = Desk::new();
    let receipt = twice(&desk);
    // The record says the same after a restart.
    desk.core.journal().commit().unwrap();
    let desk = desk.crash();
    let (runs, rows) = {
        let book = desk.core.desk();
        let batch = book.batch(receipt.batch).unwrap();
        let rows: Vec<u32> = batch.lines.iter().map(|line| line.row).collect();
        (findings::Runs::of(batch), rows)
    };
    assert_eq!(runs.close.len(), 3);
    for at in [0, 1_000, 1_023, 1_024, 2_047, 2_048, 2_499, 2_500] {
        let asked = BTreeSet::from([rows[at]]);
        let found = findings::errors_of(&desk.core, &runs, &asked, Lang::En).unwrap();
        let codes: Vec<&str> = found
            .values()
            .flatten()
            .filter_map(|finding| finding["code"].as_str())
            .collect();
        // The last line is good.
        let expected: &[&str] = if at < 2_500 {
            &["payee_in_flight"]
        } else {
            &[]
        };
        assert_eq!(codes, expected, "line {}", at + 1);
    }
    let all = BTreeSet::from_iter(rows.iter().copied());
    let found = findings::errors_of(&desk.core, &runs, &all, Lang::Zh).unwrap();
    assert_eq!(found.len(), 2_500);
}

#[test]
fn the_findings_of_a_batch_are_told_by_row() {
    let desk = Desk::new();
    let receipt = twice(&desk);
    let sight = Sight::Employer(schemas::value::Uscc::parse(super::desk::USCC).unwrap());
    let (records, _) = findings::records(&desk.core, sight, receipt.batch).unwrap();
    let all = findings::all(&desk.core, &records, Lang::Zh).unwrap();
    let rows: Vec<u64> = all
        .iter()
        .map(|finding| finding["row"].as_u64().unwrap_or(u64::MAX))
        .collect();
    assert!(rows.is_sorted());
    assert!(rows.len() >= 2_500);
}

/// Three thousand lines of somebody whose document number has a wrong check digit.
fn all_wrong(batch_no: &str) -> String {
    let wrong = ("张样一", "110105194912310021", ZHANG.2, "1.00");
    file(batch_no, &vec![wrong; 3_000])
}

/// Records of findings in the journal.
fn records_of_findings(desk: &Desk) -> usize {
    let records = desk.core.journal().scan(1).map(Result::unwrap);
    let kept = records
        .filter(|(_, record)| !record.kind.is_reserved())
        .filter(|(_, record)| {
            let (_, event) = desk.core.event(record.sequence).unwrap();
            matches!(event, Event::BatchFindings { .. })
        });
    kept.count()
}

/// A small file with many errors must not fill the disk of all: what refuses it is told once, in
/// the answer, whole.
#[test]
fn findings_of_a_refused_file_stay_out_of_the_journal() {
    let desk = Desk::new();
    let answer = desk.submit_as(MAKER, Policy::AllOrNothing, &all_wrong("GZ-1"));
    let Submitted::Refused { findings, .. } = answer else {
        panic!("{answer:?}");
    };
    assert!(findings.len() >= 3_000, "{}", findings.len());
    assert_eq!(records_of_findings(&desk), 0);
}

/// So do they where good lines would be taken, but the number is in use: the answer is what
/// differs, and no batch has them.
#[test]
fn findings_of_a_file_whose_number_is_in_use_stay_out_of_the_journal() {
    let desk = Desk::new();
    desk.accept(&file("GZ-1", &[ZHANG]));
    assert_eq!(records_of_findings(&desk), 0);
    match desk.submit_as(MAKER, Policy::GoodLines, &all_wrong("GZ-1")) {
        Submitted::Conflict(conflict) => assert_eq!(conflict.field, "policy"),
        other => panic!("{other:?}"),
    }
    assert_eq!(records_of_findings(&desk), 0);
}
