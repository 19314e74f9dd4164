//! Whose turn it is to be asked about returns (decision 019), and who is never asked about twice or
//! never at all.

use super::evidence::{REFUSED, receipt};
use super::returned_late::{SECOND, answers, asking, rows};
use adapters::exchange::Outcome;
use gateway::dispatch::Decision;
use gateway::event::Origin;
use gateway::mandates::Mandates;
use gateway::outcome::{MessageKind, Said, apply, receive};
use gateway::reconcile::breaks;
use schemas::LineState;
use std::sync::Arc;
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Played, at_bank, row, told};
use tests::desk::{Desk, file, wages};

const HOUR: Duration = Duration::from_secs(3_600);

/// Lets so many hours pass, and the gateway works in each.
fn hours(desk: &Desk, played: &Played, count: u32) {
    for _ in 0..count {
        desk.clock.advance(HOUR);
        played.work(desk);
    }
}

/// One more batch at the bank, one line, whose wage is that of another person.
fn another(desk: &Desk, played: &Played) -> gateway::intake::Receipt {
    let wage = &wages(9, 1, desk.bank)[0];
    let batch = desk.release(&file(desk.bank, "GZ-9", std::slice::from_ref(wage)));
    played.work(desk);
    batch
}

/// The bank pushes what became of the last line of a file.
fn pushes(desk: &Desk, played: &Played, file_no: u64, outcome: Outcome) {
    let lines = played.memory(|memory| memory.instructed(file_no)).unwrap();
    let last = row(lines.last().unwrap(), outcome);
    let bytes = played.push_bytes(file_no, vec![last]);
    let (adapter, keys, kind) = (played.adapter(), played.keys(), MessageKind::Push);
    receive(&desk.core, adapter, keys, kind, &bytes).unwrap();
}

/// Where both are due a file that waits for its outcome is asked about before one that is paid.
#[test]
fn a_question_for_an_outcome_goes_before_one_for_returns() {
    for adapter in asking() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (_, played) = at_bank(&desk, 1);
        played.settle(&desk, 20);
        played.tells(&[Outcome::Accepted]);
        // In the last hour before the first question is due another file goes to the bank.
        desk.clock.advance(HOUR * 23);
        another(&desk, &played);
        desk.clock.advance(HOUR * 2);
        let next = played.decide(&desk);
        assert_eq!(next, Decision::Query { file_no: 2 }, "{place}");
        // A minute before the patience of the other one ends it is asked about, and two minutes
        // after that again: for less time than the other one.
        desk.clock.advance(HOUR * 5 - Duration::from_secs(60));
        let (next, _) = played.step(&desk).unwrap();
        assert_eq!(next, Decision::Query { file_no: 2 }, "{place}");
        desk.clock.advance(HOUR);
        let next = played.decide(&desk);
        assert_eq!(next, Decision::AskReturns { file_no: 1 }, "{place}");
        played.work(&desk);
        let asked = |file_no| desk.core.desk().file(file_no).unwrap().returns_asked;
        assert_eq!(asked(1), 1, "{place}: its turn came");
    }
}

/// Nothing can be asked of a payer's account that is not ours to name any more; that holds up no
/// question of another file, and is no failure of the dispatcher.
#[test]
fn a_question_that_cannot_be_made_is_put_off_for_an_hour() {
    for adapter in asking() {
        let place = adapter.dialect();
        let mut desk = Desk::new(adapter.code());
        let (_, played) = at_bank(&desk, 1);
        played.settle(&desk, 20);
        desk.clock.advance(HOUR * 25);
        desk.mandates = Arc::new(Mandates::default());
        let orphan = Played::new(&desk);
        let sent = |played: &Played| played.memory(|memory| memory.sent);
        let next = orphan.decide(&desk);
        assert_eq!(next, Decision::AskReturns { file_no: 1 }, "{place}");
        orphan.step(&desk).unwrap();
        assert_eq!(sent(&orphan), 0, "{place}");
        for minutes in [1, 10, 48] {
            desk.clock.advance(Duration::from_secs(minutes * 60));
            let next = orphan.decide(&desk);
            assert!(matches!(next, Decision::Wait { .. }), "{place} {next:?}");
        }
        desk.clock.advance(Duration::from_secs(120));
        let next = orphan.decide(&desk);
        assert_eq!(next, Decision::AskReturns { file_no: 1 }, "{place}");
        assert_eq!(desk.core.desk().file(1).unwrap().returns_asked, 0);
    }
}

/// Ten questions went; then people or the bank say that the second wage was paid as well.
#[test]
fn a_line_that_is_paid_late_has_its_own_questions() {
    for adapter in asking() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        played.tells(&[Outcome::Paid, Outcome::Unknown]);
        hours(&desk, &played, 12 * 24);
        let most = adapter.returns_pace().unwrap().count_max;
        let asked = || desk.core.desk().file(1).unwrap().returns_asked;
        assert_eq!(asked(), most, "{place}");
        pushes(&desk, &played, 1, Outcome::Paid);
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        answers(&played, rows(&played, SECOND));
        hours(&desk, &played, 48);
        let states = [LineState::Paid, LineState::Returned];
        assert_eq!(desk.states(&batch), states, "{place}");
        assert!(asked() > most, "{place}");
        assert_sound(&desk.core, place);
    }
}

/// A file that was paid while the clock ran a month ahead is asked about all the same, though
/// others were paid since.
#[test]
fn a_clock_set_back_forgets_no_file() {
    for adapter in asking() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        desk.clock.step(time::Duration::days(28));
        let (_, played) = at_bank(&desk, 1);
        played.settle(&desk, 20);
        desk.clock.step(time::Duration::days(-28));
        another(&desk, &played);
        played.settle(&desk, 20);
        let asked = |file_no| desk.core.desk().file(file_no).unwrap().returns_asked;
        hours(&desk, &played, 3);
        assert_eq!((asked(1), asked(2)), (1, 0), "{place}");
        assert!(breaks(&desk.core.desk()).is_empty(), "{place}");
    }
}

/// The file that was paid last stands behind the others. Its moment from before the clock was set
/// back does not hide it, and its moment of just now hides nobody.
#[test]
fn the_file_that_was_paid_last_hides_no_other_one() {
    for adapter in asking() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (_, played) = at_bank(&desk, 1);
        played.settle(&desk, 20);
        desk.clock.step(time::Duration::days(28));
        another(&desk, &played);
        played.settle(&desk, 20);
        desk.clock.step(time::Duration::days(-28));
        let next = played.decide(&desk);
        assert_eq!(next, Decision::AskReturns { file_no: 2 }, "{place}");

        let desk = Desk::new(adapter.code());
        let (_, played) = at_bank(&desk, 1);
        played.settle(&desk, 20);
        played.tells(&[Outcome::Accepted]);
        desk.clock.advance(HOUR * 23);
        another(&desk, &played);
        desk.clock.advance(HOUR * 8);
        pushes(&desk, &played, 2, Outcome::Paid);
        let next = played.decide(&desk);
        assert_eq!(next, Decision::AskReturns { file_no: 1 }, "{place}");
    }
}

/// A question about a file that was refused as a whole has waited for less than one about a file
/// that was paid long ago, or for longer.
#[test]
fn of_a_refused_file_and_a_paid_one_the_one_that_has_waited_longer_is_asked_about() {
    let turns = [
        (0, Decision::Query { file_no: 2 }),
        (7, Decision::AskReturns { file_no: 1 }),
    ];
    for (hours, first) in turns {
        for adapter in asking() {
            let place = adapter.dialect();
            let desk = Desk::new(adapter.code());
            let (_, played) = at_bank(&desk, 1);
            played.settle(&desk, 20);
            desk.clock.advance(HOUR * 23);
            let refused = another(&desk, &played);
            desk.clock.advance(HOUR * hours);
            let said = receipt(REFUSED);
            apply(&desk.core, 2, Origin::Receipt, None, Said::Receipt(&said)).unwrap();
            assert_eq!(desk.states(&refused), [LineState::Failed], "{place}");
            // Both are due; the one about what was paid lets others go first for six hours.
            desk.clock.advance(HOUR * 3 / 2);
            assert_eq!(played.decide(&desk), first, "{place}");
        }
    }
}

/// What repeats the question for the outcome is answered with the whole file: another length is
/// another file, and a row without account and amount says nothing of ours.
#[test]
fn a_whole_answer_that_is_not_of_the_file_returns_nothing() {
    for adapter in asking()
        .into_iter()
        .filter(|a| a.returns_pace().unwrap().repeats_query)
    {
        for cut in [true, false] {
            let desk = Desk::new(adapter.code());
            let (batch, played) = at_bank(&desk, 2);
            played.settle(&desk, 20);
            played.says(move |lines| {
                let mut reply = told(lines, &[Outcome::Returned]);
                match cut {
                    true => drop(reply.lines.pop()),
                    false => reply.lines.iter_mut().for_each(|line| line.account = None),
                }
                reply
            });
            hours(&desk, &played, 49);
            assert_eq!(
                desk.states(&batch),
                [LineState::Paid; 2],
                "{}",
                adapter.dialect()
            );
            let found: Vec<_> = breaks(&desk.core.desk())
                .into_iter()
                .map(|b| b.why)
                .collect();
            let why = ["returns_unreadable", "answer_of_another_file"][usize::from(cut)];
            assert_eq!(found, [why], "{}", adapter.dialect());
        }
    }
}
