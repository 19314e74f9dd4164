//! What a refused file leaves behind, and how many of them an employer may leave in a day.

use super::desk::{Desk, LI, MAKER, Row, ZHANG, file};
use gateway::event::{Event, Policy};
use gateway::intake::Submitted;
use std::time::Duration;

/// A line whose amount is none.
const BAD: Row<'_> = (LI.0, LI.1, LI.2, "0.00");

/// The same good line so many times; its repetition is a warning.
fn many(count: usize) -> Vec<Row<'static>> {
    vec![ZHANG; count]
}

/// Lines in the journal, record by record, and whether the bytes of the last file are.
fn kept(desk: &Desk) -> (Vec<u32>, bool) {
    let (mut lines, mut has_bytes) = (Vec::new(), false);
    for sequence in 1..=desk.core.desk().sequence() {
        match desk.core.event(sequence) {
            Ok((_, Event::BatchOpened { .. })) => has_bytes = false,
            Ok((_, Event::BatchBytes { .. })) => has_bytes = true,
            Ok((_, Event::BatchLines { count, .. })) => lines.push(count),
            Ok(_) | Err(_) => {}
        }
    }
    (lines, has_bytes)
}

fn is_refused(submitted: &Submitted) -> bool {
    matches!(submitted, Submitted::Refused { .. })
}

/// M8: the bytes are kept; its lines would be the same once more.
#[test]
fn lines_of_a_file_that_is_refused_for_certain_are_not_written() {
    // A bad line; a head that is another's; an account without a mandate.
    let bad_first = file("GZ-1", &[vec![BAD], many(3_000)].concat());
    let another = file("GZ-1", &many(3_000)).replace(super::desk::USCC, "91330103MA2B0NBY10");
    let no_mandate =
        file("GZ-1", &many(3_000)).replace(super::desk::ACCOUNT, "1202020009900012346");
    for text in [bad_first, another, no_mandate] {
        let desk = Desk::new();
        assert!(is_refused(&desk.submit_as(
            MAKER,
            Policy::AllOrNothing,
            &text
        )));
        assert_eq!(kept(&desk), (Vec::new(), true));
    }
    // What was written before the first bad line can't be taken back; the rest is not written.
    let desk = Desk::new();
    let text = file("GZ-1", &[many(1_500), vec![BAD], many(3_000)].concat());
    assert!(is_refused(&desk.submit_as(
        MAKER,
        Policy::AllOrNothing,
        &text
    )));
    assert_eq!(kept(&desk), (vec![1_024], true));
    // Its number is free, and a restart tells the same.
    desk.accept(&file("GZ-1", &[ZHANG]));
    let before = format!("{:?}", desk.core.desk().batches().collect::<Vec<_>>());
    desk.core.journal().commit().unwrap();
    let again = desk.crash();
    assert_eq!(
        format!("{:?}", again.core.desk().batches().collect::<Vec<_>>()),
        before
    );
}

#[test]
fn good_lines_beside_bad_ones_are_written() {
    let desk = Desk::new();
    let text = file("GZ-1", &[BAD, ZHANG, LI]);
    let Submitted::Accepted(receipt) = desk.submit_as(MAKER, Policy::GoodLines, &text) else {
        panic!("two of its lines are good");
    };
    assert_eq!(receipt.head.line_count, 2);
    assert_eq!(kept(&desk), (vec![3], true));
}

/// 409 names the first field that differs, of a file with errors too: there its lines are needed.
#[test]
fn lines_of_a_file_whose_number_is_in_use_are_compared() {
    let desk = Desk::new();
    desk.accept(&file("GZ-1", &[ZHANG, LI]));
    let other = (ZHANG.0, ZHANG.1, ZHANG.2, "6523.51");
    match desk.submit_as(MAKER, Policy::AllOrNothing, &file("GZ-1", &[other, BAD])) {
        Submitted::Conflict(conflict) => assert_eq!(conflict.field, "lines[1].amount"),
        other => panic!("{other:?}"),
    }
    let after_bad = file("GZ-1", &[BAD, other]);
    match desk.submit_as(MAKER, Policy::AllOrNothing, &after_bad) {
        Submitted::Conflict(conflict) => assert_eq!(conflict.field, "lines[1].name"),
        other => panic!("{other:?}"),
    }
}

/// At most two files, and bytes enough for them.
fn two_a_day() -> Desk {
    let mut desk = Desk::new();
    desk.refusals.uploads_max = 2;
    desk
}

fn bad(number: u32) -> String {
    file(&format!("GZ-{number}"), &[BAD])
}

fn submit(desk: &Desk, text: &str) -> Submitted {
    desk.submit_as(MAKER, Policy::AllOrNothing, text)
}

#[test]
fn more_refused_files_in_a_day_than_allowed_are_not_taken() {
    let desk = two_a_day();
    let good = file("GZ-1", &[ZHANG]);
    desk.accept(&good);
    // A refused file and a conflict: both leave their bytes.
    assert!(is_refused(&submit(&desk, &bad(2))));
    let conflict = submit(&desk, &file("GZ-1", &[LI]));
    assert!(matches!(conflict, Submitted::Conflict(_)), "{conflict:?}");
    let before = desk.core.desk().sequence();
    // It is ten in the morning: the day is over in fourteen hours.
    for text in [bad(3), file("GZ-4", &[LI])] {
        match submit(&desk, &text) {
            Submitted::TooManyRefused { wait_s } => assert_eq!(wait_s, 14 * 3600),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(desk.core.desk().sequence(), before, "nothing was recorded");
    // M7: what was accepted is answered as ever.
    assert!(matches!(submit(&desk, &good), Submitted::Replayed(_)));
    // Not forgotten by a restart; another day is another day.
    desk.core.journal().commit().unwrap();
    let desk = desk.crash();
    assert!(matches!(
        submit(&desk, &bad(3)),
        Submitted::TooManyRefused { .. }
    ));
    desk.clock.advance(Duration::from_secs(14 * 3600));
    assert!(is_refused(&submit(&desk, &bad(3))));
    desk.accept(&file("GZ-4", &[LI]));
}

#[test]
fn bytes_of_refused_files_are_counted() {
    let text = bad(1);
    let mut desk = Desk::new();
    desk.refusals.bytes_max = text.len() as u64 * 2;
    for _ in 0..2 {
        assert!(is_refused(&submit(&desk, &text)));
    }
    assert!(matches!(
        submit(&desk, &text),
        Submitted::TooManyRefused { .. }
    ));
}

/// A journal of before: what came to nothing did not say how many bytes it had.
#[test]
fn an_older_record_counts_as_a_file_without_bytes() {
    let of = |bytes| Event::BatchAbandoned {
        opened: 7,
        why: "empty_batch".to_owned(),
        bytes,
    };
    let mut older = serde_json::to_value(of(9)).unwrap();
    let fields = older.as_object_mut().unwrap();
    let inner = fields.values_mut().find_map(|of| of.as_object_mut());
    let removed = match inner {
        Some(inner) => inner.remove("bytes"),
        None => fields.remove("bytes"),
    };
    assert_eq!(removed, Some(9.into()));
    assert_eq!(serde_json::from_value::<Event>(older).unwrap(), of(0));
}
