//! M1: the last gate before the paying message. A flow may sign, upload and poll for minutes
//! before it; what the bank says meanwhile, and the hour, count until the very last moment.

use adapters::BankLine;
use adapters::exchange::{Next, Outcome};
use gateway::dispatch::Decision;
use gateway::outcome::{MessageKind, receive};
use schemas::LineState;
use schemas::value::BatchId;
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, row, unsent};
use tests::desk::{Desk, file, one_bank_a_dialect};
use tests::orders::order_and_query;
use time::macros::{date, time};

/// One bank of each dialect whose paying message is not its first.
fn with_steps_before() -> Vec<&'static adapters::BankAdapter> {
    let mut all = one_bank_a_dialect();
    all.retain(|adapter| {
        let desk = Desk::new(adapter.code());
        let (order, _) = order_and_query(adapter, 1);
        let keys = tests::bank::keys_of(&desk);
        match adapter.submit(&order).next(&keys).unwrap() {
            Next::Send(out) => !out.instructs,
            other => panic!("{other:?}"),
        }
    });
    assert!(all.len() >= 2, "{}", all.len());
    all
}

/// A push that comes while the next message that does not instruct is on its way.
fn meanwhile(desk: &Desk, played: &Played, bytes: Vec<u8>) {
    let (core, adapter) = (desk.core.clone(), played.adapter());
    let keys = tests::bank::keys_of(desk);
    let comes = move || {
        receive(&core, adapter, &keys, MessageKind::Push, &bytes).unwrap();
    };
    played.memory(|memory| memory.before_step = Some(Box::new(comes)));
}

/// The lines of a batch of the desk's bank as the bank reads them.
pub fn lines_of(desk: &Desk, count: u32) -> Vec<BankLine> {
    let wages = tests::desk::wages(1, count, desk.bank);
    let line = |(row_no, wage): (u32, &tests::desk::Wage)| BankLine {
        row_no: Some(row_no),
        name: schemas::PersonName::parse(&wage.name).unwrap(),
        account: schemas::AccountNo::parse(&wage.account).unwrap(),
        amount: schemas::Fen(wage.fen),
        memo: None,
    };
    (1..).zip(&wages).map(line).collect()
}

/// The lines are in their second file, which is a step before the paying one; the bank says that
/// it paid the first row of the file that was given up.
#[test]
fn lines_that_turn_out_paid_under_an_abandoned_file_do_not_leave() {
    for adapter in with_steps_before() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = unsent(&desk, 2);
        desk.set_clock(date!(2026 - 11 - 24), time!(9:00));
        let paid = vec![row(&lines_of(&desk, 2)[0], Outcome::Paid)];
        meanwhile(&desk, &played, played.push_bytes(1, paid));
        for _ in 0..5 {
            played.work(&desk);
            desk.clock.advance(std::time::Duration::from_secs(600));
        }
        assert_eq!(played.memory(|memory| memory.submissions()), 0, "{place}");
        assert_eq!(desk.states(&batch), [LineState::Released; 2], "{place}");
        assert_eq!(desk.disputed_count(&batch), 2, "{place}");
        assert_sound(&desk.core, place);
    }
}

/// The original turns out paid while its correction is a step before the paying one.
#[test]
fn a_correction_whose_original_turns_out_paid_does_not_leave() {
    for adapter in with_steps_before() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (_, played, correction) = crate::correction::failed_line(&desk);
        let second = desk.release(&file(desk.bank, "GZ-2", &[correction]));
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let paid = vec![row(&lines[0], Outcome::Paid)];
        meanwhile(&desk, &played, played.push_bytes(1, paid));
        for _ in 0..5 {
            played.work(&desk);
            desk.clock.advance(std::time::Duration::from_secs(600));
        }
        assert_eq!(played.memory(|memory| memory.submissions()), 1, "{place}");
        assert_eq!(desk.states(&second), [LineState::Released], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// The cut-off passes while the file is a step before the paying one: it leaves the next day,
/// under a new number.
#[test]
fn a_cut_off_that_passes_in_a_step_before_stops_the_paying_message() {
    for adapter in with_steps_before() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let batch = tests::bank::release(&desk, 2);
        let played = Played::new(&desk);
        let (late, cut_off) = (desk.clone(), adapter.cut_off());
        let passes = move || late.set_clock(date!(2026 - 11 - 23), cut_off);
        played.memory(|memory| memory.before_step = Some(Box::new(passes)));
        played.work(&desk);
        assert_eq!(played.memory(|memory| memory.submissions()), 0, "{place}");
        desk.set_clock(date!(2026 - 11 - 24), time!(9:00));
        played.settle(&desk, 20);
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        assert_eq!(played.memory(|memory| memory.submissions()), 1, "{place}");
        let day = desk.core.desk().file(2).unwrap().intent.bank_date.clone();
        assert_eq!(day, "2026-11-24", "{place}");
        assert_sound(&desk.core, place);
    }
}

/// The decision was made before the cut-off and is carried out after it: no intent is recorded.
#[test]
fn nothing_is_intended_for_a_day_that_is_over() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let batch = tests::bank::release(&desk, 1);
        let played = Played::new(&desk);
        let decided = played.decide(&desk);
        assert!(matches!(decided, Decision::Plan { .. }), "{place}");
        desk.set_clock(date!(2026 - 11 - 23), adapter.cut_off());
        tests::bank::run(&desk, played.dispatcher.carry_out(decided)).unwrap();
        let no_file = |id: BatchId| desk.core.desk().batch(id).unwrap().files.is_empty();
        assert!(no_file(batch.batch), "{place}");
        assert_eq!(played.memory(|memory| memory.sent), 0, "{place}");
    }
}

/// The bank took a row on by a push while the instruction was under way, and its answer is lost:
/// what it said stands, the other row is unknown.
#[test]
fn a_lost_answer_takes_back_nothing_that_the_bank_said_meanwhile() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let batch = tests::bank::release(&desk, 2);
        let played = Played::new(&desk);
        let taken = vec![row(&lines_of(&desk, 2)[0], Outcome::Accepted)];
        let bytes = played.push_bytes(1, taken);
        let (core, keys) = (desk.core.clone(), tests::bank::keys_of(&desk));
        let comes = move || {
            receive(&core, adapter, &keys, MessageKind::Push, &bytes).unwrap();
        };
        let first = tests::talk::Talk::with(adapter);
        let messages = first.submit(&first.order).unwrap();
        let at = messages.iter().position(|(out, _)| out.instructs).unwrap();
        if messages
            .iter()
            .skip(at)
            .all(|(_, request)| !request.has_reply)
        {
            continue;
        }
        played.memory(|memory| {
            memory.faults.insert(at, Fault::Silent);
            memory.before_instruction = Some(Box::new(comes));
        });
        played.step(&desk).unwrap();
        let states = [LineState::Accepted, LineState::Unknown];
        assert_eq!(desk.states(&batch), states, "{place}");
        assert_sound(&desk.core, place);
    }
}
