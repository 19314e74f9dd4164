//! What a refused file leaves behind, and how many of them an employer may leave in a day.

use super::desk::{Desk, LI, MAKER, Row, ZHANG, file};
use gateway::event::{Event, Policy};
use gateway::intake::Submitted;

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
