//! M12: one conversation a bank, and everybody's turn comes: questions do not starve a new
//! batch, and no open file starves another.

use adapters::exchange::Outcome;
use gateway::dispatch::Decision;
use gateway::dispatch::turn::QUESTIONS_A_TURN;
use gateway::event::Event;
use gateway::keys::BankKeys;
use gateway::mandates::Mandates;
use journal::disk::Faults;
use schemas::LineState;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, at_bank, keys_of, release, unsent};
use tests::desk::{Desk, USCC, file, one_bank_a_dialect, wages};
use tests::keys::begins_with_a_key;

const FILES: u32 = 200;

/// Batches of one line each that the bank has taken on and says nothing final of.
fn open_files(desk: &Desk) -> Played {
    let played = Played::new(desk);
    played.tells(&[Outcome::Accepted]);
    for (number, wage) in (1..).zip(wages(7, FILES, desk.bank)) {
        desk.release(&file(desk.bank, &format!("GZ-{number}"), &[wage]));
    }
    let at_bank = || {
        let book = desk.core.desk();
        let all = |batch: &gateway::book::Batch| batch.sums.of(LineState::Accepted).count == 1;
        book.batches().filter(|batch| all(batch)).count()
    };
    for _ in 0..20 * FILES {
        played.step(desk).unwrap();
        if at_bank() == FILES as usize {
            return played;
        }
    }
    panic!("the bank did not take them on")
}

#[test]
fn a_new_batch_leaves_within_a_turn_of_a_bank_with_hundreds_of_open_files() {
    let adapter = one_bank_a_dialect()[0];
    let desk = Desk::new(adapter.code());
    let played = open_files(&desk);
    // Every file is due for a question at once, and the bank needs half a minute for each.
    desk.clock.advance(Duration::from_secs(1_800));
    let wage = &wages(8, 1, desk.bank)[0];
    let batch = desk.release(&file(desk.bank, "GZ-new", std::slice::from_ref(wage)));
    let mut questions = 0;
    loop {
        let (decision, _) = played.step(&desk).unwrap();
        desk.clock.advance(Duration::from_secs(30));
        match decision {
            Decision::Query { .. } => questions += 1,
            Decision::Plan { .. } => break,
            other => panic!("{other:?}"),
        }
        assert!(questions <= QUESTIONS_A_TURN, "the new batch is starved");
    }
    assert_eq!(desk.states(&batch), [LineState::Accepted]);
    assert_sound(&desk.core, adapter.dialect());
}

#[test]
fn every_open_file_is_asked_about_before_one_is_asked_about_twice() {
    let adapter = one_bank_a_dialect()[0];
    let desk = Desk::new(adapter.code());
    let played = open_files(&desk);
    // Asked about as they came, for a while: by now the first ones are due again.
    desk.clock.advance(Duration::from_secs(1_800));
    let mut asked: BTreeMap<u64, u32> = BTreeMap::new();
    for _ in 0..FILES {
        let (decision, _) = played.step(&desk).unwrap();
        if let Decision::Query { file_no } = decision {
            *asked.entry(file_no).or_default() += 1;
        }
        desk.clock.advance(Duration::from_secs(10));
    }
    assert_eq!(asked.len(), FILES as usize, "{asked:?}");
    assert!(asked.values().all(|times| *times == 1));
}

/// The key of what is kept of a batch is gone: it can be neither planned nor asked about. That is
/// its own affair: the dispatcher rests, and other batches leave and are asked about.
#[test]
fn what_comes_to_nothing_holds_up_nobody_else() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let people = wages(7, 3, desk.bank);
        let single =
            |number: usize| file(desk.bank, &format!("GZ-{number}"), &people[number..=number]);
        let asked = desk.release(&single(0));
        let played = Played::new(&desk);
        played.work(&desk);
        let planned = desk.release(&single(1));
        desk.core.vault().destroy(USCC).unwrap();
        let other = desk.release(&single(2));
        let mut pieces = 0;
        // An hour; two with a bank that is asked by the hour.
        for _ in 0..(120 * played.looks_a_turn()).min(240) {
            // Our own errors are logged; the dispatcher goes on after a second.
            match played.step(&desk) {
                Ok((_, None)) => pieces += 1,
                Ok((_, Some(_))) => desk.clock.advance(Duration::from_secs(30)),
                Err(_) => desk.clock.advance(Duration::from_secs(1)),
            }
        }
        assert!(pieces < 60, "{place}: it does not rest");
        assert_eq!(desk.states(&asked), [LineState::Accepted], "{place}");
        assert_eq!(desk.states(&planned), [LineState::Released], "{place}");
        assert_eq!(desk.states(&other), [LineState::Paid], "{place}");
        let times = played.memory(|memory| memory.instructions());
        assert!(times.values().all(|times| *times == 1), "{place}");
    }
}

/// The key towards a bank is gone after the instruction: the question can't be signed. The
/// dispatcher does not try it again without end.
#[test]
fn a_question_that_can_not_be_signed_is_put_off() {
    for adapter in one_bank_a_dialect() {
        let desk = Desk::new(adapter.code());
        let (_, played) = at_bank(&desk, 1);
        let keyless = BankKeys::default();
        let without = Played::with_keys(&desk, keyless, keys_of(&desk));
        without.memory(|memory| memory.arrived = played.memory(|known| known.arrived.clone()));
        desk.clock.advance(Duration::from_secs(3_600));
        let mut vain = 0;
        let wait = loop {
            match without.step(&desk) {
                Ok((_, Some(wait))) => break wait,
                Ok((_, None)) | Err(_) => vain += 1,
            }
            assert!(vain < 20, "{}: it never rests", adapter.dialect());
        };
        assert!(wait >= Duration::from_secs(1), "{}", adapter.dialect());
    }
}

/// Lets time pass. Our own errors are logged; the dispatcher goes on.
fn for_a_while(desk: &Desk, played: &Played) {
    for _ in 0..100 {
        let wait = match played.step(desk) {
            Ok((_, wait)) => wait.unwrap_or_default(),
            Err(_) => Duration::from_secs(1),
        };
        desk.clock.advance(wait);
    }
}

/// The mandate was taken out of the configuration after the approval, or the key is gone: nothing
/// is recorded of what can't be made, the batch waits by name, and is paid when it is mended.
#[test]
fn a_batch_whose_order_can_not_be_made_is_put_off_and_leaves_no_record() {
    let mut keyless = 0;
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let batch = release(&desk, 3);
        let head = desk.head();
        let gone = Desk {
            mandates: Arc::new(Mandates::default()),
            ..desk.clone()
        };
        for_a_while(&gone, &Played::new(&gone));
        assert_eq!(desk.head(), head, "{place}: recorded without a mandate");
        if !keys_of(&desk).public_keys.is_empty() {
            let without = Played::with_keys(&desk, BankKeys::default(), keys_of(&desk));
            for_a_while(&desk, &without);
            if begins_with_a_key(adapter) {
                let nothing_left = without.memory(|memory| memory.sent) == 0;
                assert!(nothing_left, "{place}: it left without a key");
                assert_eq!(desk.head(), head, "{place}: recorded without a key");
            }
            let submissions = without.memory(|memory| memory.submissions());
            assert_eq!(submissions, 0, "{place}: it instructs without a key");
            keyless += 1;
        }
        assert_eq!(desk.states(&batch), [LineState::Released; 3], "{place}");
        let waits = desk.core.desk().batch(batch.batch).unwrap().waits_for();
        assert_eq!(waits.map(|(what, _)| what), Some("dispatch"), "{place}");
        let mended = Played::new(&desk);
        mended.settle(&desk, 30);
        assert_eq!(desk.states(&batch), [LineState::Paid; 3], "{place}");
        assert_sound(&desk.core, place);
    }
    assert!(keyless >= 1, "at least one dialect seals what it sends");
}

/// A bank file that was certainly not sent is not intended again where it can't be made.
#[test]
fn a_file_whose_mandate_is_gone_is_not_intended_again() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        unsent(&desk, 1);
        let head = desk.head();
        let gone = Desk {
            mandates: Arc::new(Mandates::default()),
            ..desk.clone()
        };
        let played = Played::new(&gone);
        desk.clock.advance(Duration::from_secs(600));
        for _ in 0..20 {
            let (again, _) = (played.decide(&gone), played.step(&gone));
            let rests = matches!(again, Decision::Wait { .. });
            desk.clock
                .advance(Duration::from_secs(if rests { 60 } else { 0 }));
        }
        assert_eq!(desk.head(), head, "{place}: intended again");
        assert_sound(&desk.core, place);
    }
}

/// How a story begins.
type Begin = fn(&Desk) -> Played;

/// A fact that is not taken, by the disk or by the book, does not spin the dispatcher.
#[test]
fn a_decision_that_failed_is_put_off_whatever_its_kind() {
    let adapter = one_bank_a_dialect()[0];
    let limit_ms = adapter.query_pace().answer_limit_ms;
    let stories: [(Begin, Duration); 3] = [
        (|desk| at_bank(desk, 1).1, Duration::from_millis(limit_ms)),
        (|desk| unsent(desk, 1).1, Duration::from_secs(86_400)),
        (|desk| unsent(desk, 1).1, Duration::from_secs(600)),
    ];
    let mut kinds = Vec::new();
    for (begin, passes) in stories {
        let desk = Desk::new(adapter.code());
        let played = begin(&desk);
        desk.clock.advance(passes);
        // The journal takes no fact any more.
        desk.disk.set_faults(Faults {
            power: Some(0),
            ..Faults::default()
        });
        let started = Event::Started {
            version: "0".to_owned(),
            first_file_no: None,
        };
        let lost = desk.core.record("t", started.into());
        assert!(lost.and_then(|at| desk.core.wait_durable(at)).is_err());
        let failed = played.decide(&desk);
        assert!(played.step(&desk).is_err(), "{failed:?}");
        assert_ne!(played.decide(&desk), failed, "taken again at once");
        desk.clock.advance(Duration::from_secs(61));
        let again = played.decide(&desk);
        assert_eq!(
            std::mem::discriminant(&again),
            std::mem::discriminant(&failed)
        );
        kinds.push(failed);
    }
    assert!(matches!(kinds[0], Decision::GiveUpWaiting { .. }));
    assert!(matches!(kinds[1], Decision::Abandon { .. }));
    assert!(matches!(kinds[2], Decision::Resend { .. }));
}

/// A bank that can't be reached is not given file after file: the batch is cut no further
/// meanwhile, and is paid whole when the bank is back.
#[test]
fn a_batch_at_a_bank_out_of_reach_is_cut_no_further_for_a_minute() {
    let other = schemas::BankCode::parse("ICBC").unwrap();
    for adapter in one_bank_a_dialect() {
        if !adapter.capability().one_class_per_file {
            continue;
        }
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let mut lines = wages(1, 1, desk.bank);
        lines.extend(wages(2, 1, other));
        lines[1].fen += 7;
        let batch = desk.release(&file(desk.bank, "GZ-1", &lines));
        let played = Played::new(&desk);
        played.memory(|memory| memory.faults.insert(0, Fault::Unreachable));
        played.work(&desk);
        assert_eq!(desk.core.desk().files().count(), 1, "{place}");
        played.settle(&desk, 30);
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        assert_sound(&desk.core, place);
    }
}
