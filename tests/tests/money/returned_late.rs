//! Returns that a bank tells only when it is asked (decision 019): wages that are paid, come back,
//! and of which nobody says a word until the gateway asks.

use adapters::exchange::{LineOutcome, Outcome};
use adapters::{BankAdapter, BankLine, BankReply};
use gateway::book::FileState;
use gateway::dispatch::Decision;
use gateway::event::Event;
use gateway::intake::Receipt;
use gateway::reconcile::{BreakKind, breaks};
use schemas::{FailureReason, LineEvent, LineState};
use std::sync::Arc;
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, Say, at_bank, row, told};
use tests::desk::{Desk, banks_of_files};

const DAY: Duration = Duration::from_secs(86_400);

/// A bank of each dialect that asks for returns.
pub(super) fn asking() -> Vec<&'static BankAdapter> {
    let all = banks_of_files().into_iter();
    let asking: Vec<_> = all.filter(|bank| bank.returns_pace().is_some()).collect();
    assert!(!asking.is_empty());
    asking
}

/// A batch of two lines that the bank has paid: nothing of its file is open any more.
fn paid(desk: &Desk) -> (Receipt, Played) {
    let (batch, played) = at_bank(desk, 2);
    played.settle(desk, 20);
    assert_eq!(desk.states(&batch), [LineState::Paid; 2]);
    (batch, played)
}

/// From now on the bank answers a question for returns so.
pub(super) fn answers(
    played: &Played,
    say: impl Fn(&[BankLine]) -> Vec<LineOutcome> + Send + Sync + 'static,
) {
    let say = move |lines: &[BankLine]| BankReply::result(say(lines));
    replies(played, Arc::new(say));
}

fn replies(played: &Played, say: Say) {
    let repeats = played.adapter().returns_pace().unwrap().repeats_query;
    played.memory(|memory| match repeats {
        true => memory.say = Some(say),
        false => memory.say_of_returns = Some(say),
    });
}

/// What an answer tells of these lines: all of them, where it is that of a query.
pub(super) fn rows(
    played: &Played,
    outcomes: [Outcome; 2],
) -> impl Fn(&[BankLine]) -> Vec<LineOutcome> + use<> {
    let repeats = played.adapter().returns_pace().unwrap().repeats_query;
    move |lines| {
        let mut told = told(lines, &outcomes).lines;
        told.retain(|line| repeats || line.outcome == Outcome::Returned);
        told
    }
}

const FIRST: [Outcome; 2] = [Outcome::Returned, Outcome::Paid];
pub(super) const SECOND: [Outcome; 2] = [Outcome::Paid, Outcome::Returned];

/// Questions for returns, as the journal has them; the bank has got as many messages more.
fn questions(desk: &Desk) -> u32 {
    desk.core.desk().file(1).unwrap().returns_asked
}

/// Lets so many days pass, and the gateway works in each hour of them.
fn days(desk: &Desk, played: &Played, count: u32) {
    for _ in 0..count * 24 {
        desk.clock.advance(DAY / 24);
        played.work(desk);
    }
}

#[test]
fn a_return_that_is_told_only_on_asking() {
    for adapter in asking() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = paid(&desk);
        played.work(&desk);
        assert_eq!(questions(&desk), 0, "{place}: not before its time");
        days(&desk, &played, 1);
        days(&desk, &played, 1);
        assert!(questions(&desk) >= 1, "{place}");
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        // Two days after the payment the second wage has come back; the bank says so when asked.
        answers(&played, rows(&played, SECOND));
        days(&desk, &played, 1);
        let states = [LineState::Paid, LineState::Returned];
        assert_eq!(desk.states(&batch), states, "{place}");
        assert!(breaks(&desk.core.desk()).is_empty(), "{place}");
        // What is said again is no news, and nothing pays it again by itself.
        let submissions = played.memory(|memory| memory.submissions());
        days(&desk, &played, 12);
        assert_eq!(desk.states(&batch), states, "{place}");
        let sent = played.memory(|memory| memory.submissions());
        assert_eq!(sent, submissions, "{place}");
        let instructions = played.memory(|memory| memory.instructions());
        assert!(instructions.values().all(|times| *times == 1), "{place}");
        assert_sound(&desk.core, place);
    }
}

/// The same consequences as a pushed return: the same states, reasons and breaks in the end.
#[test]
fn an_asked_return_comes_to_what_a_pushed_one_does() {
    use gateway::outcome::{MessageKind, receive};
    for adapter in asking() {
        let place = adapter.dialect();
        let end = |desk: &Desk, batch: &Receipt| {
            let book = desk.core.desk();
            let batch = book.batch(batch.batch).unwrap();
            let lines = batch.lines.iter().map(|l| (l.state, l.reason, l.disputed));
            let lines: Vec<_> = lines.collect();
            (lines, batch.state(), batch.sums, book.open_work())
        };
        let asked = Desk::new(adapter.code());
        let (batch, played) = paid(&asked);
        answers(&played, rows(&played, SECOND));
        days(&asked, &played, 2);
        let of_asked = end(&asked, &batch);

        let pushed = Desk::new(adapter.code());
        let (batch, played) = paid(&pushed);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let bytes = played.push_bytes(1, vec![row(&lines[1], Outcome::Returned)]);
        let keys = played.keys();
        receive(&pushed.core, adapter, keys, MessageKind::Push, &bytes).unwrap();
        assert_eq!(of_asked, end(&pushed, &batch), "{place}");
    }
}

#[test]
fn a_restart_within_the_window_asks_on() {
    for adapter in asking() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = paid(&desk);
        days(&desk, &played, 3);
        let before = desk.core.desk().file(1).unwrap().clone();
        assert!(before.returns_asked >= 2, "{place}");
        let last = desk.head();
        desk.core.wait_durable(last).unwrap();
        let again = desk.crash();
        let after = again.core.desk().file(1).unwrap().clone();
        let kept = |file: &gateway::book::BankFile| {
            (
                file.returns_asked,
                file.returns_asked_ms,
                file.paid,
                file.paid_ms,
            )
        };
        assert_eq!(kept(&after), kept(&before), "{place}");
        let bank = played.remembering(&again, last, true);
        let asked = questions(&again);
        // Not at once: the last question is a few hours old.
        bank.work(&again);
        assert_eq!(questions(&again), asked, "{place}");
        answers(&bank, rows(&bank, FIRST));
        days(&again, &bank, 2);
        let states = [LineState::Returned, LineState::Paid];
        assert_eq!(again.states(&batch), states, "{place}");
        assert_sound(&again.core, place);
    }
}

#[test]
fn nothing_is_asked_once_the_window_is_over() {
    for adapter in asking() {
        let place = adapter.dialect();
        let most = adapter.returns_pace().unwrap().count_max;
        let desk = Desk::new(adapter.code());
        let (batch, played) = paid(&desk);
        days(&desk, &played, 30);
        assert_eq!(questions(&desk), most, "{place}: no more than stated");
        let sent = played.memory(|memory| memory.sent);
        answers(&played, rows(&played, FIRST));
        days(&desk, &played, 5);
        assert_eq!(questions(&desk), most, "{place}");
        let now = played.memory(|memory| memory.sent);
        assert_eq!(now, sent, "{place}: not a message more");
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");

        // A gateway that stood still for longer asks nothing about what is older.
        let desk = Desk::new(adapter.code());
        let (_, played) = paid(&desk);
        desk.clock.advance(DAY * 40);
        days(&desk, &played, 5);
        assert_eq!(questions(&desk), 0, "{place}: out of the window");
    }
}

#[test]
fn what_says_nothing_changes_nothing() {
    for adapter in asking() {
        let place = adapter.dialect();
        for fault in Fault::ALL {
            let desk = Desk::new(adapter.code());
            let (batch, played) = paid(&desk);
            played.memory(|memory| {
                let next = memory.sent;
                memory
                    .faults
                    .extend((next..next + 50).map(|at| (at, fault)));
            });
            days(&desk, &played, 3);
            assert!(desk.core.desk().file(1).unwrap().returns_asked >= 2);
            assert_eq!(
                desk.states(&batch),
                [LineState::Paid; 2],
                "{place} {fault:?}"
            );
            let found = breaks(&desk.core.desk());
            // What can't be read is listed, once; silence is none.
            let unread = matches!(fault, Fault::Gibberish | Fault::Empty);
            assert_eq!(
                found.len(),
                usize::from(unread),
                "{place} {fault:?} {found:?}"
            );
            assert!(
                found
                    .iter()
                    .all(|each| each.kind == BreakKind::MessageMismatch)
            );
            assert_sound(&desk.core, place);
        }
        // The bank knows nothing of the file, or does not answer the question, or names rows with a
        // word that is no return.
        for outcome in [Outcome::NotFound, Outcome::Unknown] {
            let desk = Desk::new(adapter.code());
            let (batch, played) = paid(&desk);
            let reply = BankReply::of(outcome);
            replies(&played, Arc::new(move |_| reply.clone()));
            days(&desk, &played, 3);
            assert!(questions(&desk) >= 2, "{place}");
            assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
            assert_eq!(desk.disputed_count(&batch), 0, "{place}");
        }
        for outcome in [
            Outcome::Paid,
            Outcome::Accepted,
            Outcome::Unknown,
            Outcome::NotFound,
            Outcome::Failed(FailureReason::RefusedByBank),
        ] {
            let desk = Desk::new(adapter.code());
            let (batch, played) = paid(&desk);
            answers(&played, move |lines| vec![row(&lines[0], outcome)]);
            days(&desk, &played, 3);
            assert_eq!(
                desk.states(&batch),
                [LineState::Paid; 2],
                "{place} {outcome:?}"
            );
            assert_sound(&desk.core, place);
        }
    }
}

/// A bank that says "under way" of a wage that it has paid: the line stays, and the word is kept.
#[test]
fn a_row_that_is_under_way_is_kept_once() {
    for adapter in asking() {
        let place = adapter.dialect();
        if !adapter.returns_pace().unwrap().repeats_query {
            // A list of what came back has no word for it.
            continue;
        }
        let desk = Desk::new(adapter.code());
        let (batch, played) = paid(&desk);
        answers(
            &played,
            rows(&played, [Outcome::Accepted, Outcome::Returned]),
        );
        days(&desk, &played, 3);
        assert!(questions(&desk) >= 2, "{place}");
        let states = [LineState::Paid, LineState::Returned];
        assert_eq!(desk.states(&batch), states, "{place}");
        let events = (1..=desk.head()).filter_map(|at| desk.core.event(at).ok());
        let noted = events.filter_map(|(_, event)| match event {
            Event::FileReceipt { noted, .. } => Some(noted),
            _ => None,
        });
        let noted: Vec<_> = noted.flatten().map(|one| (one.index, one.event)).collect();
        assert_eq!(noted, [(1, LineEvent::Accept)], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// A row with another amount than ours is listed and moves nothing.
#[test]
fn a_return_of_another_amount_is_disputed() {
    for adapter in asking() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = paid(&desk);
        let whole = rows(&played, FIRST);
        answers(&played, move |lines| {
            let mut told = whole(lines);
            told[0].amount = Some(schemas::Fen(1));
            told
        });
        days(&desk, &played, 2);
        assert_eq!(desk.states(&batch), [LineState::Paid; 2], "{place}");
        let kinds: Vec<_> = breaks(&desk.core.desk()).iter().map(|b| b.kind).collect();
        assert_eq!(kinds, [BreakKind::ResultMismatch], "{place}");
    }
}

/// The question never holds up what is new, and a file that stays open is asked about all the same.
#[test]
fn a_file_with_one_line_left_open_is_asked_about_its_paid_one() {
    for adapter in asking() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        played.tells(&[Outcome::Paid, Outcome::Unknown]);
        days(&desk, &played, 1);
        assert_eq!(desk.states(&batch)[0], LineState::Paid, "{place}");
        answers(
            &played,
            rows(&played, [Outcome::Returned, Outcome::Unknown]),
        );
        days(&desk, &played, 1);
        assert_eq!(desk.states(&batch)[0], LineState::Returned, "{place}");
        let file = desk.core.desk().file(1).unwrap().clone();
        assert_eq!(file.state, FileState::AtBank, "{place}");
        assert_eq!(file.paid, 0, "{place}: nothing of it is paid any more");
        let asked = questions(&desk);
        days(&desk, &played, 2);
        assert_eq!(questions(&desk), asked, "{place}");
        assert!(!matches!(played.decide(&desk), Decision::AskReturns { .. }));
        assert_sound(&desk.core, place);
    }
}
