//! Banks that can't be reached, were taken away, or never come to an end; and a clock that was
//! ahead: the alarm rings all the same, and what is said to help helps.

use super::watched::Watched;
use adapters::exchange::Outcome;
use gateway::approval::withdraw;
use gateway::dispatch::recovery::give_up_unconnected;
use gateway::outcome::{MessageKind, receive};
use schemas::LineState;
use schemas::value::Uscc;
use std::time::Duration;
use tests::bank::{Fault, Played, at_bank, release, told, unsent};
use tests::desk::{CHECKER, USCC};

const HOUR: Duration = Duration::from_secs(3_600);

/// The same record, opened again where no bank is connected.
fn without_connections(watched: &Watched) -> Watched {
    watched.desk.core.wait_durable(watched.desk.head()).unwrap();
    let again = Watched {
        desk: watched.desk.crash(),
        ..Watched::new()
    };
    again.desk.core.connect([].into());
    again
}

/// The file was not sent, then its bank was taken out of the configuration.
#[test]
fn what_was_not_sent_to_a_bank_that_is_gone_can_be_withdrawn() {
    let watched = Watched::new();
    let (batch, _) = unsent(&watched.desk, 2);
    let again = without_connections(&watched);
    again.desk.clock.advance(HOUR);
    assert!(again.raises("AnxinBankUnreached"));
    assert_eq!(give_up_unconnected(&again.desk.core).unwrap(), 1);
    assert_eq!(give_up_unconnected(&again.desk.core).unwrap(), 0);
    assert!(!again.raises("AnxinBankUnreached"));
    assert!(again.raises("AnxinWaitBankConnection"));
    let waits = again.waits(batch.batch).unwrap();
    assert_eq!(waits.what.as_str(), "bank_connection");
    let own = Uscc::parse(USCC).unwrap();
    withdraw(&again.desk.core, own, CHECKER, batch.batch).unwrap();
    assert_eq!(again.desk.states(&batch), [LineState::Cancelled; 2]);
    assert_eq!(again.waits(batch.batch), None);
    assert!(!again.raises("AnxinWaitBankConnection"));
}

/// What a bank has, or may have, is never given up.
#[test]
fn what_has_left_is_kept_where_its_bank_is_gone() {
    let watched = Watched::new();
    let (batch, _) = at_bank(&watched.desk, 2);
    let again = without_connections(&watched);
    assert_eq!(give_up_unconnected(&again.desk.core).unwrap(), 0);
    assert_eq!(again.desk.states(&batch), [LineState::Accepted; 2]);
    let own = Uscc::parse(USCC).unwrap();
    withdraw(&again.desk.core, own, CHECKER, batch.batch).unwrap_err();
}

#[test]
fn a_bank_that_can_t_be_asked_is_not_reached() {
    let watched = Watched::new();
    let desk = &watched.desk;
    let (_, played) = at_bank(desk, 2);
    let fails = (1..100).map(|number| (number, Fault::Unreachable));
    played.memory(|memory| memory.faults.extend(fails));
    let mut passed = Duration::ZERO;
    while played.memory(|memory| memory.sent) < 2 {
        assert!(!watched.raises("AnxinBankUnreached"), "nobody has asked");
        desk.clock.advance(played.work(desk));
    }
    while passed <= HOUR {
        let wait = played.work(desk);
        passed += wait;
        desk.clock.advance(wait);
    }
    assert!(watched.raises("AnxinBankUnreached"));
    played.memory(|memory| memory.faults.clear());
    played.tells(&[Outcome::Accepted]);
    let asked = played.memory(|memory| memory.arrived.len());
    while played.memory(|memory| memory.arrived.len()) == asked {
        desk.clock.advance(played.work(desk));
    }
    assert!(!watched.raises("AnxinBankUnreached"));
}

/// Each day the answer limit makes the lines unknown, and within the hour the bank works on it
/// again: neither of these waits is ever old.
#[test]
fn a_bank_that_works_on_it_for_days_is_said() {
    let watched = Watched::new();
    let desk = &watched.desk;
    let (batch, played) = at_bank(desk, 2);
    played.tells(&[Outcome::Accepted]);
    let mut passed = Duration::ZERO;
    while passed < 71 * HOUR {
        let wait = played.work(desk).min(HOUR);
        passed += wait;
        desk.clock.advance(wait);
    }
    assert!(!watched.raises("AnxinFileUnsettled"));
    desk.clock.advance(2 * HOUR);
    assert!(watched.raises("AnxinFileUnsettled"));
    let lines = played.memory(|memory| memory.instructed(1).unwrap());
    let bytes = played.result_bytes(desk, 1, &told(&lines, &[Outcome::Paid]));
    let kind = MessageKind::Result;
    receive(&desk.core, played.adapter(), played.keys(), kind, &bytes).unwrap();
    assert_eq!(desk.states(&batch), [LineState::Paid; 2]);
    assert!(!watched.raises("AnxinFileUnsettled"));
}

/// What was stamped while the clock was ahead would have no age until time has caught up.
#[test]
fn what_a_clock_that_was_ahead_has_stamped_rings_as_well() {
    let watched = Watched::new();
    let desk = &watched.desk;
    let batch = release(desk, 2);
    let played = Played::new(desk);
    desk.clock.step(time::Duration::days(10));
    played.memory(|memory| memory.faults.insert(0, Fault::Silent));
    while desk.states(&batch) != [LineState::Unknown; 2] {
        desk.clock.advance(played.work(desk));
    }
    desk.clock.step(time::Duration::days(-10));
    assert!(!watched.raises("AnxinWaitEvidence"));
    desk.clock.advance(HOUR + Duration::from_secs(1));
    assert!(watched.raises("AnxinWaitEvidence"));
}
