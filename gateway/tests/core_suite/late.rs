//! Findings of the close, more of them than one record takes.

use super::desk::{Desk, LI, MAKER, Row, USCC, ZHANG, file};
use gateway::access::Sight;
use gateway::core::Fact;
use gateway::event::{Event, Policy};
use gateway::intake::{Receipt, Submitted};
use gateway::query::findings;
use schemas::Lang;
use schemas::value::{RegionCode, Uscc};
use serde_json::Value;
use std::collections::BTreeSet;

const ROWS: u32 = 2_500;

fn own() -> Sight {
    Sight::Employer(Uscc::parse(USCC).unwrap())
}

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
        let found = findings::errors_of(&desk.core, &runs, &asked, (own(), Lang::En)).unwrap();
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
    let found = findings::errors_of(&desk.core, &runs, &all, (own(), Lang::Zh)).unwrap();
    assert_eq!(found.len(), 2_500);
}

#[test]
fn the_findings_of_a_batch_are_told_by_row() {
    let desk = Desk::new();
    let receipt = twice(&desk);
    let (runs, _) = findings::records(&desk.core, own(), receipt.batch).unwrap();
    let rows: Vec<u64> = findings::all(&desk.core, &runs, (own(), Lang::Zh))
        .map(|finding| finding.unwrap()["row"].as_u64().unwrap_or(u64::MAX))
        .collect();
    assert!(rows.is_sorted());
    assert!(rows.len() >= 2_500);
}

/// A record of an earlier version does not say of which payments its findings tell.
#[test]
fn m6_a_finding_that_does_not_say_of_which_payment_is_told_to_a_county_in_short() {
    let desk = Desk::new();
    let day = 20_261_123;
    let submitted_by = MAKER.to_owned();
    let opened = Event::BatchOpened { submitted_by, day };
    let opened = desk.core.record(MAKER, opened.into()).unwrap();
    let kept = r#"{"code":"payee_in_flight","severity":"error","line":1,"row":13,"value":"JH-7 / 1",
        "message":"在批次 JH-7 的序号 1 中","hint":"","message_en":"in JH-7","hint_en":""}"#;
    let kept = kept.replace('\n', "").into_bytes();
    let fact = Fact::sealed(Event::BatchFindings { opened, count: 1 }, USCC, kept);
    let runs = findings::Runs {
        reading: vec![desk.core.record(MAKER, fact).unwrap()],
        close: Vec::new(),
    };
    let county = Sight::Region(RegionCode::parse("330110").unwrap());
    let short = "The same wage of this person and month is in another batch";
    let cases = [
        (own(), Value::from("JH-7 / 1"), "in JH-7"),
        (Sight::Province, Value::from("JH-7 / 1"), "in JH-7"),
        (county, Value::Null, short),
    ];
    for (sight, value, message) in cases {
        let told = findings::all(&desk.core, &runs, (sight, Lang::En));
        let told: Vec<_> = told.map(Result::unwrap).collect();
        let told = (&told[0]["value"], &told[0]["message"]);
        assert_eq!(told, (&value, &Value::from(message)), "{sight:?}");
    }
}

/// A record of findings of these rows, each with words that tell its run.
fn kept(desk: &Desk, opened: u64, run: &str, rows: &[Option<u64>]) -> u64 {
    let finding = |row: &Option<u64>| {
        serde_json::json!({
            "code": "x", "row": row, "message": format!("{run}，中文"), "hint": "",
            "message_en": run, "hint_en": "",
        })
    };
    let lines: Vec<String> = rows
        .iter()
        .map(|row| format!("{}\n", finding(row)))
        .collect();
    let count = u32::try_from(rows.len()).unwrap();
    let event = Event::BatchFindings { opened, count };
    let fact = Fact::sealed(event, USCC, lines.concat().into_bytes());
    desk.core.record(MAKER, fact).unwrap()
}

fn opened(desk: &Desk) -> u64 {
    let event = Event::BatchOpened {
        submitted_by: MAKER.to_owned(),
        day: 20_261_123,
    };
    desk.core.record(MAKER, event.into()).unwrap()
}

/// However many records there are, the findings of the close stand among the others; of one row
/// they come after them.
#[test]
fn findings_of_very_many_records_are_told_by_row() {
    let desk = Desk::new();
    let opened = opened(&desk);
    let mut expected = Vec::new();
    let mut runs = findings::Runs::default();
    for n in 0..150 {
        let rows = [Some(10 * n + 5), Some(10 * n + 5), Some(10 * n + 9)];
        expected.extend(rows.map(|row| (row, "reading")));
        runs.reading.push(kept(&desk, opened, "reading", &rows));
    }
    runs.reading.push(kept(&desk, opened, "reading", &[None]));
    expected.push((None, "reading"));
    for rows in [
        [Some(1), Some(5)],
        [Some(707), Some(709)],
        [Some(1_499), Some(9_000)],
    ] {
        expected.extend(rows.map(|row| (row, "close")));
        runs.close.push(kept(&desk, opened, "close", &rows));
    }
    expected.sort_by_key(|(row, _)| row.unwrap_or(u64::MAX));
    let told: Vec<(Option<u64>, String)> = findings::all(&desk.core, &runs, (own(), Lang::En))
        .map(Result::unwrap)
        .map(|one| {
            (
                one["row"].as_u64(),
                one["message"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let expected: Vec<(Option<u64>, String)> = expected
        .into_iter()
        .map(|(row, run)| (row, run.to_owned()))
        .collect();
    assert_eq!(told, expected);
}

/// They are read as they are asked for: who takes few has few in memory.
#[test]
fn a_record_of_findings_is_read_when_its_first_one_is_asked_for() {
    let desk = Desk::new();
    let opened = opened(&desk);
    let there = kept(&desk, opened, "reading", &[Some(5), Some(6)]);
    let runs = findings::Runs {
        reading: vec![there, 999_999],
        close: Vec::new(),
    };
    let mut all = findings::all(&desk.core, &runs, (own(), Lang::Zh));
    for row in [5, 6] {
        assert_eq!(all.next().unwrap().unwrap()["row"], row);
    }
    assert!(all.next().unwrap().is_err(), "there is no such record");
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
