//! M1: a bank reveals that it has a file that we hold to be unsent. No line of that file may
//! leave with another one, whatever the bank said of it and of how many of its rows.

use adapters::BankLine;
use adapters::exchange::{LineOutcome, Outcome};
use gateway::book::FileState;
use gateway::event::Origin;
use gateway::outcome::{MessageKind, Said, apply, receive};
use gateway::reconcile::breaks;
use schemas::value::{AccountNo, Fen, PersonName};
use schemas::{FailureReason, LineEvent, LineState};
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, release, row, unsent};
use tests::desk::{Desk, one_bank_a_dialect, wages};
use time::macros::{date, time};

use super::evidence::{answer, disputed, given_up, pushed, record, resolve, said};

fn push(desk: &Desk, played: &Played, bytes: &[u8]) {
    let (core, adapter) = (&desk.core, played.adapter());
    receive(core, adapter, played.keys(), MessageKind::Push, bytes).unwrap();
}

/// A row of the file as the bank writes it: nothing came to the bank's memory.
fn line(desk: &Desk, row_no: u32) -> BankLine {
    let wage = &wages(1, row_no, desk.bank)[row_no as usize - 1];
    BankLine {
        row_no: Some(row_no),
        name: PersonName::parse(&wage.name).unwrap(),
        account: AccountNo::parse(&wage.account).unwrap(),
        amount: Fen(wage.fen),
        memo: None,
    }
}

/// What a bank says at night of the first of the two rows.
type Says = fn(&Desk) -> LineOutcome;

const WORDS: [(&str, Says); 6] = [
    ("paid", |desk| row(&line(desk, 1), Outcome::Paid)),
    ("accepted", |desk| row(&line(desk, 1), Outcome::Accepted)),
    ("failed", |desk| {
        let closed = FailureReason::AccountClosed;
        row(&line(desk, 1), Outcome::Failed(closed))
    }),
    ("a code that nobody lists", |desk| {
        row(&line(desk, 1), Outcome::Unknown)
    }),
    ("another amount", |desk| {
        let mut said = row(&line(desk, 1), Outcome::Paid);
        said.amount = Some(Fen(1));
        said
    }),
    ("a row that the file has not", |desk| {
        let stranger = BankLine {
            row_no: Some(7),
            ..line(desk, 7)
        };
        row(&stranger, Outcome::Paid)
    }),
];

/// The file was not sent and was given up at the cut-off; at night the bank says that it paid the
/// first row. The second does not leave in the morning.
#[test]
fn a_bank_that_has_an_abandoned_file_gets_none_of_its_rows_again() {
    for adapter in one_bank_a_dialect() {
        for (what, says) in WORDS {
            let place = format!("{}: {what}", adapter.dialect());
            let desk = Desk::new(adapter.code());
            let (batch, played) = unsent(&desk, 2);
            desk.set_clock(date!(2026 - 11 - 23), adapter.cut_off());
            played.work(&desk);
            let state = desk.core.desk().file(1).unwrap().state;
            assert_eq!(state, FileState::Abandoned, "{place}");
            push(&desk, &played, &played.push_bytes(1, vec![says(&desk)]));
            desk.set_clock(date!(2026 - 11 - 24), time!(9:00));
            played.work(&desk);
            let nothing = played.memory(|memory| memory.instructions());
            assert!(nothing.is_empty(), "{place}: {} rows left", nothing.len());
            assert_eq!(desk.disputed_count(&batch), 2, "{place}");
            assert_sound(&desk.core, &place);
        }
    }
}

/// The same, while the next file is unsent as well.
#[test]
fn the_next_file_that_waits_does_not_leave_either() {
    for adapter in one_bank_a_dialect() {
        for (what, says) in WORDS {
            let place = format!("{}: {what}", adapter.dialect());
            let desk = Desk::new(adapter.code());
            let (batch, played) = unsent(&desk, 2);
            desk.set_clock(date!(2026 - 11 - 24), time!(9:00));
            let next = played.memory(|memory| memory.sent);
            played.memory(|memory| memory.faults.insert(next, Fault::Unreachable));
            played.work(&desk);
            let state = desk.core.desk().file(2).unwrap().state;
            assert_eq!(state, FileState::NotSent, "{place}");
            push(&desk, &played, &played.push_bytes(1, vec![says(&desk)]));
            for _ in 0..5 {
                desk.clock.advance(std::time::Duration::from_secs(600));
                played.work(&desk);
            }
            let nothing = played.memory(|memory| memory.instructions());
            assert!(nothing.is_empty(), "{place}: {} rows left", nothing.len());
            assert_eq!(desk.disputed_count(&batch), 2, "{place}");
            assert_sound(&desk.core, &place);
        }
    }
}

/// The bank speaks of a file whose instruction is under way, and then could not be reached after
/// all: it has the file, whatever it says of it, and nothing of it is sent again.
#[test]
fn a_bank_that_speaks_of_a_file_under_way_is_not_sent_it_again() {
    for adapter in one_bank_a_dialect() {
        for (what, says) in WORDS {
            let place = format!("{}: {what}", adapter.dialect());
            let desk = Desk::new(adapter.code());
            let batch = release(&desk, 2);
            let played = Played::new(&desk);
            let bytes = played.push_bytes(1, vec![says(&desk)]);
            let (core, keys) = (desk.core.clone(), tests::bank::keys_of(&desk));
            let comes = move || {
                receive(&core, adapter, &keys, MessageKind::Push, &bytes).unwrap();
            };
            let talk = tests::talk::Talk::with(adapter);
            let messages = talk.submit(&talk.order).unwrap();
            let paying = messages.iter().position(|(out, _)| out.instructs).unwrap();
            played.memory(|memory| {
                memory.faults.insert(paying, Fault::Unreachable);
                memory.before_instruction = Some(Box::new(comes));
            });
            for _ in 0..5 {
                played.work(&desk);
                desk.clock.advance(std::time::Duration::from_secs(600));
            }
            let nothing = played.memory(|memory| memory.instructions());
            assert!(nothing.is_empty(), "{place}: {} rows left", nothing.len());
            let free = desk.states(&batch).contains(&LineState::Released);
            assert!(!free, "{place}: {:?}", desk.states(&batch));
            assert_sound(&desk.core, &place);
        }
    }
}

/// Two people decided of a revealed row as the bank says it. Until the others are decided the bank
/// is asked, and says it again: that is no news. What says otherwise is, and so is another file.
#[test]
fn a_decided_row_of_a_revealed_file_is_not_disputed_by_the_same_word() {
    for adapter in one_bank_a_dialect() {
        for (decided, again) in [
            (LineEvent::ResolvePaid, false),
            (LineEvent::ResolveFailed, true),
        ] {
            let place = format!("{} {decided:?}", adapter.dialect());
            let desk = Desk::new(adapter.code());
            let (batch, played) = unsent(&desk, 2);
            given_up(&desk, &played);
            let next = played.memory(|memory| memory.sent);
            played.memory(|memory| memory.faults.insert(next, Fault::Unreachable));
            played.step(&desk).unwrap();
            desk.clock.step(time::Duration::days(1));
            played.step(&desk).unwrap();
            let second = desk.core.desk().file(2).unwrap().state;
            assert_eq!(second, FileState::Abandoned, "{place}");
            let paid = || [record(&desk, 2, 1, Outcome::Paid)];
            pushed(&desk, &paid());
            resolve(&desk, &batch, 1, decided);
            assert_eq!(disputed(&desk, &batch), [false, true], "{place}");
            answer(&desk, desk.head(), &paid());
            assert_eq!(disputed(&desk, &batch), [again, true], "{place}");
            // The wage is paid twice.
            apply(&desk.core, 2, Origin::Push, None, said(&paid())).unwrap();
            assert_eq!(disputed(&desk, &batch), [true, true], "{place}");
            assert_sound(&desk.core, &place);
        }
    }
}

/// That the bank refused an abandoned file as a whole is no alarm: nothing of it was paid, and the
/// lines are another file's.
#[test]
fn a_refusal_of_an_abandoned_file_disputes_nothing() {
    use adapters::exchange::Receipt;
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = unsent(&desk, 2);
        desk.set_clock(date!(2026 - 11 - 24), time!(9:00));
        played.work(&desk);
        assert_eq!(desk.states(&batch), [LineState::Accepted; 2], "{place}");
        let refusal = Receipt {
            outcome: Outcome::Failed(FailureReason::RefusedByBank),
            bank_code: None,
            bank_text: None,
            references: [].into(),
            lines: Vec::new(),
            flaws: Vec::new(),
        };
        let said = Said::Receipt(&refusal);
        apply(&desk.core, 1, Origin::Push, None, said).unwrap();
        assert!(breaks(&desk.core.desk()).is_empty(), "{place}");
        assert_eq!(desk.states(&batch), [LineState::Accepted; 2], "{place}");
        assert_sound(&desk.core, place);
    }
}
