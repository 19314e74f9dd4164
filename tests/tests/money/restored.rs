//! M1 over a restored copy: the original went on after the copy was made, and the bank remembers
//! all that it was told. Nothing that waited in the copy is sent, whatever the copy shows.

use super::correction::failed_line;
use super::not_found::lost;
use adapters::RequestKind;
use gateway::approval::withdraw;
use gateway::book::{BatchState, FileState};
use gateway::dispatch::recovery::recover;
use gateway::event::{Event, Intent};
use gateway::intake::Submitted;
use gateway::outcome::finish_interrupted;
use schemas::value::{BankCode, Uscc};
use schemas::{FindingCode, LineState};
use std::collections::BTreeSet;
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::Played;
use tests::desk::{CHECKER, Desk, USCC, file, listed, one_bank_a_dialect, wages};

const TURNS: u32 = 12;
/// Eight digits, as a restore gives them.
const FIRST_FILE_NO: u64 = 61_234_567;

/// What `anxin restore` writes behind the last record of the copy.
fn restored_after(desk: &Desk, last: u64) -> Desk {
    let again = desk.crash_after(last);
    let event = Event::Restored {
        record: last,
        hash: String::new(),
        first_file_no: FIRST_FILE_NO,
    };
    again.core.record("t", event.into()).unwrap();
    again
}

/// What a start does before it dispatches (`serving`).
fn start(desk: &Desk, bank: &Played) {
    let keys: &dyn adapters::exchange::Crypto = bank.keys();
    finish_interrupted(&desk.core, &|code| {
        (code == desk.bank).then(|| (bank.adapter(), keys))
    })
    .unwrap();
    recover(&desk.core).unwrap();
}

fn submissions(bank: &Played) -> usize {
    bank.memory(|memory| {
        let all = memory.arrived.iter();
        all.filter(|one| one.kind == RequestKind::Submit).count()
    })
}

#[test]
fn nothing_that_waited_in_a_copy_is_sent_whatever_the_original_did_since() {
    for adapter in one_bank_a_dialect() {
        let desk = Desk::new(adapter.code());
        let text = file(desk.bank, "GZ-1", &wages(1, 2, desk.bank));
        let batch = desk.release(&text);
        let played = Played::new(&desk);
        played.settle(&desk, 45);
        assert_eq!(desk.states(&batch), [LineState::Paid; 2]);
        for last in 1..=desk.head() {
            let place = format!("{} copied up to {last}", desk.bank);
            let again = restored_after(&desk, last);
            let bank = played.remembering(&again, u64::MAX, true);
            let told = submissions(&bank);
            start(&again, &bank);
            let Some(state) = again.core.desk().batch(batch.batch).map(|b| b.state()) else {
                continue;
            };
            if state == BatchState::Held {
                let known: Vec<&str> = batch.head.must_acknowledge.iter().map(|c| &**c).collect();
                let approved = again.approval(&batch, &known, None);
                assert!(
                    approved.is_err(),
                    "{place}: a batch of the copy is approved"
                );
            }
            bank.settle(&again, TURNS);
            assert_eq!(submissions(&bank), told, "{place}");
            assert_sound(&again.core, &place);
            ends_with_people(&again, &batch, &place);
        }
    }
}

/// Lines that the bank may have been told of are asked about; the others wait for a withdrawal.
fn ends_with_people(again: &Desk, batch: &gateway::intake::Receipt, place: &str) {
    let waiting = |state: &LineState| matches!(state, LineState::Held | LineState::Released);
    let states = again.states(batch);
    if states.iter().any(waiting) {
        {
            let book = again.core.desk();
            let one = book.batch(batch.batch).unwrap();
            assert_eq!(book.waits_for(one).unwrap().0, "withdrawal", "{place}");
        }
        let own = Uscc::parse(USCC).unwrap();
        withdraw(&again.core, own, CHECKER, batch.batch).unwrap();
        let states = again.states(batch);
        assert_eq!(states, [LineState::Cancelled; 2], "{place}");
    } else {
        let settled = [LineState::Unknown, LineState::Accepted, LineState::Paid];
        assert!(
            states.iter().all(|s| settled.contains(s)),
            "{place}: {states:?}"
        );
    }
}

/// An intent whose message is not in the journal has certainly not left; of a copy that is not
/// so: the original may have gone on with it.
#[test]
fn an_intent_at_the_end_of_a_copy_may_have_been_sent() {
    let mut seen = 0;
    for adapter in one_bank_a_dialect() {
        let desk = Desk::new(adapter.code());
        let batch = desk.release(&file(desk.bank, "GZ-1", &wages(1, 2, desk.bank)));
        let played = Played::new(&desk);
        played.settle(&desk, 45);
        let intended = (1..=desk.head()).find(|at| {
            let event = desk.core.event(*at).map(|(_, event)| event);
            matches!(event, Ok(Event::FileIntended(_)))
        });
        let last = intended.unwrap();
        let plain = desk.crash_after(last);
        recover(&plain.core).unwrap();
        assert_eq!(plain.states(&batch), [LineState::Released; 2]);
        let again = restored_after(&desk, last);
        recover(&again.core).unwrap();
        assert_eq!(again.states(&batch), [LineState::Unknown; 2]);
        let state = again.core.desk().file(1).unwrap().state;
        assert_eq!(state, FileState::AtBank, "it is asked about");
        seen += 1;
    }
    assert!(seen > 20);
}

/// The original may have corrected the line, and paid: no correction of what is older than the
/// restore is taken. A new batch is.
#[test]
fn what_failed_in_a_copy_is_not_corrected_after_the_restore() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _played, correction) = failed_line(&desk);
        let text = file(desk.bank, "GZ-2", std::slice::from_ref(&correction));
        desk.core.wait_durable(desk.head()).unwrap();
        let again = restored_after(&desk, desk.head());
        assert_eq!(again.states(&batch), [LineState::Failed], "{place}");
        let Submitted::Refused { findings, .. } = again.submit(&text) else {
            panic!("{place}: the correction is taken");
        };
        let said = findings
            .iter()
            .find(|f| f.code == FindingCode::CorrectionConflict);
        assert!(said.is_some(), "{place}: {findings:?}");
        let wage = tests::desk::Wage {
            corrects: None,
            ..correction
        };
        again.accept(&file(desk.bank, "GZ-3", &[wage]));
        assert_sound(&again.core, place);
        // Without a restore it is.
        desk.accept(&text);
    }
}

/// The original went on counting its files: a bank that knows one number for other wages would
/// answer about those. Numbers of eight digits fit into every bank's messages.
#[test]
fn new_files_take_numbers_that_the_original_has_not_given() {
    let mut seen = BTreeSet::new();
    for adapter in listed().filter(|adapter| seen.insert(adapter.dialect())) {
        let desk = Desk::new(adapter.code());
        desk.release(&file(desk.bank, "GZ-1", &wages(1, 2, desk.bank)));
        let played = Played::new(&desk);
        played.settle(&desk, 45);
        let place = adapter.dialect();
        let again = restored_after(&desk, desk.head());
        let bank = played.remembering(&again, u64::MAX, true);
        start(&again, &bank);
        let batch = again.release(&file(again.bank, "GZ-2", &wages(2, 2, again.bank)));
        bank.settle(&again, 45);
        assert_eq!(again.states(&batch), [LineState::Paid; 2], "{place}");
        // A bank that takes one line a file has two of each batch.
        let files: Vec<u64> = {
            let book = again.core.desk();
            book.files().map(|file| file.intent.file_no).collect()
        };
        let (old, new): (Vec<u64>, Vec<u64>) = files.iter().partition(|no| **no < FIRST_FILE_NO);
        assert!(matches!(old.as_slice(), [1] | [1, 2]), "{place}: {old:?}");
        assert_eq!(new.len(), old.len(), "{place}");
        assert_eq!(new.first(), Some(&FIRST_FILE_NO), "{place}");
        let times = bank.memory(|memory| memory.instructions());
        assert_eq!(times.len(), 4, "{place}: {times:?}");
        assert!(times.values().all(|t| *t == 1), "{place}: {times:?}");
    }
}

/// A second restore, or a clock that was set back, never goes back in the numbers.
#[test]
fn numbers_only_grow() {
    let desk = Desk::new(one_bank_a_dialect()[0].code());
    let next = || desk.core.desk().next_file_no();
    let restore = |first_file_no| {
        let event = Event::Restored {
            record: 1,
            hash: String::new(),
            first_file_no,
        };
        desk.core.record("t", event.into()).unwrap();
    };
    assert_eq!(next(), 1);
    restore(FIRST_FILE_NO);
    assert_eq!(next(), FIRST_FILE_NO);
    restore(7);
    assert_eq!(next(), FIRST_FILE_NO + 100_000);
}

/// One copy that is restored twice, an hour apart: the second counts on from where the first, with
/// a file a second, can't have come to. Of a young journal the time of day alone does not do that.
#[test]
fn one_copy_that_is_restored_twice_gives_no_number_twice() {
    let desk = Desk::new(one_bank_a_dialect()[0].code());
    let started = Event::Started {
        version: "0".to_owned(),
        first_file_no: Some(FIRST_FILE_NO),
    };
    let last = desk.core.record("t", started.into()).unwrap();
    desk.core.wait_durable(last).unwrap();
    let mut first = Vec::new();
    for hour in [0, 3_600] {
        desk.clock.advance(Duration::from_secs(hour));
        let copy = desk.crash_after(last);
        let event = Event::Restored {
            record: last,
            hash: String::new(),
            first_file_no: FIRST_FILE_NO + hour,
        };
        copy.core.record("t", event.into()).unwrap();
        first.push(copy.core.desk().next_file_no());
    }
    assert_eq!(first, [FIRST_FILE_NO + 100_000, FIRST_FILE_NO + 103_600]);
}

/// The original may have given the file up and sent its lines in another one. The bank says truly
/// that it knows no such file, and a correction would be the second payment.
#[test]
fn a_file_that_was_leaving_when_the_copy_was_made_is_never_given_up_by_a_not_found() {
    let mut seen = 0;
    for adapter in one_bank_a_dialect() {
        if adapter.not_found_is_final_after_ms().is_none() {
            continue;
        }
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let batch = lost(&desk);
        let leaving = (1..=desk.head()).find(|at| {
            let event = desk.core.event(*at).map(|(_, event)| event);
            matches!(event, Ok(Event::MessageLeaving { .. }))
        });
        for is_copy in [true, false] {
            let last = leaving.unwrap();
            let again = match is_copy {
                true => restored_after(&desk, last),
                false => desk.crash_after(last),
            };
            let bank = Played::new(&again);
            start(&again, &bank);
            again.clock.advance(Duration::from_secs(3_600));
            bank.settle(&again, 300);
            let denied = again.core.desk().file(1).unwrap().not_found_ms.len();
            assert!(denied > 2, "{place}: {denied}");
            let expected = match is_copy {
                true => LineState::Unknown,
                false => LineState::Failed,
            };
            assert_eq!(again.states(&batch), [expected; 2], "{place} {is_copy}");
        }
        seen += 1;
    }
    assert!(seen > 0);
}

/// CBHB (UnionPay) and NCBANK (Shenzhen's centre) know a file by the last four digits of its
/// number, and 0000 is none to them: no wage fails for a number that is ours to choose.
#[test]
fn no_file_gets_a_number_that_ends_in_four_zeros() {
    for code in ["CBHB", "NCBANK"] {
        let desk = Desk::new(BankCode::parse(code).unwrap());
        let event = Event::Restored {
            record: 1,
            hash: String::new(),
            first_file_no: 61_230_000,
        };
        desk.core.record("t", event.into()).unwrap();
        let next = || desk.core.desk().next_file_no();
        assert_eq!(next(), 61_230_001);
        let batch = desk.release(&file(desk.bank, "GZ-1", &wages(1, 2, desk.bank)));
        Played::new(&desk).settle(&desk, 45);
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{code}");
        assert!(desk.core.desk().file(61_230_001).is_some(), "{code}");
        assert_eq!(next(), 61_230_002);
    }
}

/// Such numbers were given before: what the journal tells of them holds.
#[test]
fn a_number_that_ends_in_four_zeros_is_read_in_an_older_journal() {
    let desk = Desk::new(one_bank_a_dialect()[0].code());
    let batch = desk.release(&file(desk.bank, "GZ-1", &wages(1, 1, desk.bank)));
    let intent = Intent {
        dialect: None,
        file_no: 10_000,
        batch: batch.batch,
        bank: desk.bank,
        lines: vec![1],
        total_fen: batch.head.total_fen,
        bank_date: "2026-11-23".to_owned(),
        instructed_ms: 0,
    };
    let intended = Event::FileIntended(Box::new(intent));
    let last = desk.core.record("t", intended.into()).unwrap();
    desk.core.wait_durable(last).unwrap();
    let again = desk.crash_after(last);
    assert_eq!(again.states(&batch), [LineState::Intended]);
    assert!(again.core.desk().file(10_000).is_some());
    assert_eq!(again.core.desk().next_file_no(), 10_001);
}
