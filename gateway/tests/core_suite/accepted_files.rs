//! How many files of an employer are accepted in a day.

use super::desk::{Desk, LI, MAKER, Row, ZHANG, file};
use gateway::event::Policy;
use gateway::intake::Submitted;
use std::time::Duration;

/// A line whose amount is none.
const BAD: Row<'_> = (LI.0, LI.1, LI.2, "0.00");

fn submit(desk: &Desk, text: &str) -> Submitted {
    desk.submit_as(MAKER, Policy::GoodLines, text)
}

fn is_full(submitted: &Submitted) -> bool {
    matches!(submitted, Submitted::TooManyAccepted { .. })
}

#[test]
fn more_accepted_files_in_a_day_than_allowed_are_not_taken() {
    let mut desk = Desk::new();
    desk.acceptances.uploads_max = 2;
    let good = file("GZ-1", &[ZHANG]);
    desk.accept(&good);
    // What is refused, or sent again, is none.
    let refused = submit(&desk, &file("GZ-2", &[BAD]));
    assert!(matches!(refused, Submitted::Refused { .. }), "{refused:?}");
    assert!(matches!(
        desk.submit_as(MAKER, Policy::AllOrNothing, &good),
        Submitted::Replayed(_)
    ));
    desk.accept(&file("GZ-2", &[LI]));
    let before = desk.core.desk().sequence();
    // It is ten in the morning: the day is over in fourteen hours.
    let third = file("GZ-3", &[LI]);
    match submit(&desk, &third) {
        Submitted::TooManyAccepted { wait_s } => assert_eq!(wait_s, 14 * 3600),
        other => panic!("{other:?}"),
    }
    assert_eq!(desk.core.desk().sequence(), before, "nothing was recorded");
    // M7: what was accepted is answered as ever.
    assert!(matches!(
        desk.submit_as(MAKER, Policy::AllOrNothing, &good),
        Submitted::Replayed(_)
    ));
    // Not forgotten by a restart; another day is another day.
    desk.core.journal().commit().unwrap();
    let desk = desk.crash();
    assert!(is_full(&submit(&desk, &third)));
    desk.clock.advance(Duration::from_secs(14 * 3600));
    let other = (ZHANG.0, ZHANG.1, ZHANG.2, "6523.51");
    desk.accept(&file("GZ-3", &[other]));
}

/// Refused lines of an accepted file are kept like the others.
#[test]
fn lines_and_bytes_of_accepted_files_are_counted() {
    let text = file("GZ-1", &[ZHANG, BAD]);
    let size = text.len() as u64;
    for (lines_max, bytes_max, is_reached) in [
        (2, u64::MAX, true),
        (3, u64::MAX, false),
        (u64::MAX, size, true),
        (u64::MAX, size + 1, false),
    ] {
        let mut desk = Desk::new();
        desk.acceptances.lines_max = lines_max;
        desk.acceptances.bytes_max = bytes_max;
        assert!(matches!(submit(&desk, &text), Submitted::Accepted(_)));
        desk.core.journal().commit().unwrap();
        let desk = desk.crash();
        let further = submit(&desk, &file("GZ-2", &[LI]));
        assert_eq!(is_full(&further), is_reached, "{lines_max} {bytes_max}");
    }
}
