//! M1: the word by which a bank fails a whole file frees the corrections of all its lines. Once
//! anything speaks against it, no line of the file is believed to have failed.

use adapters::exchange::{LineOutcome, Outcome, ResultFile};
use gateway::book::FileState;
use gateway::event::Origin;
use gateway::outcome::{Said, apply};
use gateway::reconcile::{BreakKind, breaks};
use gateway::resolution::{confirm, propose};
use schemas::value::PaymentId;
use schemas::{Fen, LineEvent, LineState};
use std::collections::BTreeMap;
use tests::audit::assert_sound;
use tests::bank::{at_bank, unsent};
use tests::desk::{Desk, one_bank_a_dialect};

use super::evidence::{
    REFUSED, answer, disputed, given_up, kinds, pushed, receipt, record, resolve, said,
};
use super::resolution::{ANNA, BERT, decision, unknown};

/// A result that names no row.
pub fn whole(outcome: Outcome, references: &[(&str, &str)]) -> ResultFile {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    ResultFile {
        outcome,
        of_whole: true,
        knows_file: false,
        answered: true,
        is_final: true,
        failures_only: false,
        bank_code: None,
        bank_text: None,
        references: references.iter().map(owned).collect(),
        lines: Vec::new(),
        totals: BTreeMap::new(),
        flaws: Vec::new(),
    }
}

fn tell(desk: &Desk, origin: Origin, said: Said<'_>) {
    apply(&desk.core, 1, origin, None, said).unwrap();
}

fn result(desk: &Desk, result: &ResultFile) {
    let said = Said::Result {
        result,
        not_found_is_final: false,
    };
    tell(desk, Origin::Push, said);
}

/// How a bank refuses a file of three lines as a whole.
const REFUSALS: [(&str, fn(&Desk)); 2] = [
    ("receipt", |desk| {
        tell(desk, Origin::Push, Said::Receipt(&receipt(REFUSED)));
    }),
    ("result", |desk| result(desk, &whole(REFUSED, &[]))),
];

type Says = fn(&Desk) -> LineOutcome;

/// What the bank then says of row 2, or of a row that the file has not.
const WORDS: [(&str, Says); 5] = [
    ("paid", |desk| record(desk, 3, 2, Outcome::Paid)),
    ("accepted", |desk| record(desk, 3, 2, Outcome::Accepted)),
    ("unlisted", |desk| record(desk, 3, 2, Outcome::Unknown)),
    ("another amount", |desk| LineOutcome {
        amount: Some(Fen(1)),
        ..record(desk, 3, 2, Outcome::Paid)
    }),
    ("no such row", |desk| LineOutcome {
        row_no: Some(9),
        ..record(desk, 3, 2, Outcome::Paid)
    }),
];

/// The bank refused the file and speaks of one of its rows after all: it may pay every other row
/// as well, and no correction of any of them may leave.
#[test]
fn a_refused_file_of_which_one_row_is_worked_on_is_in_doubt_as_a_whole() {
    for adapter in one_bank_a_dialect() {
        for ((how, refuse), (what, says)) in pairs() {
            let place = format!("{}: {how}, {what}", adapter.dialect());
            let desk = Desk::new(adapter.code());
            let (batch, _played) = at_bank(&desk, 3);
            refuse(&desk);
            assert_eq!(desk.states(&batch), [LineState::Failed; 3], "{place}");
            pushed(&desk, &[says(&desk)]);
            assert_eq!(disputed(&desk, &batch), [true; 3], "{place}");
            assert_sound(&desk.core, &place);
        }
    }
}

fn pairs() -> impl Iterator<Item = ((&'static str, fn(&Desk)), (&'static str, Says))> {
    REFUSALS
        .into_iter()
        .flat_map(|refusal| WORDS.into_iter().map(move |word| (refusal, word)))
}

/// The answer to a question that was under way when the refusal came: what it says of the other
/// rows is older and changes nothing, and does not vouch for them either.
#[test]
fn an_answer_under_way_that_contradicts_a_refusal_calls_all_into_doubt() {
    for adapter in one_bank_a_dialect() {
        for (how, refuse) in REFUSALS {
            let place = format!("{}: {how}", adapter.dialect());
            let desk = Desk::new(adapter.code());
            let (batch, _played) = at_bank(&desk, 3);
            let asked_at = desk.head();
            refuse(&desk);
            let rows = [
                record(&desk, 3, 1, Outcome::Paid),
                record(&desk, 3, 2, Outcome::Accepted),
                record(&desk, 3, 3, Outcome::Accepted),
            ];
            answer(&desk, asked_at, &rows);
            assert_eq!(disputed(&desk, &batch), [true; 3], "{place}");
            assert_sound(&desk.core, &place);
        }
    }
}

/// A word of money that fits no line, and then the refusal: it is believed of no line.
#[test]
fn a_refusal_after_a_word_that_nobody_understands_fails_nothing() {
    for adapter in one_bank_a_dialect() {
        for (what, says) in &WORDS[3..] {
            for (how, refuse) in REFUSALS {
                let place = format!("{}: {what}, {how}", adapter.dialect());
                let desk = Desk::new(adapter.code());
                let (batch, _played) = at_bank(&desk, 3);
                pushed(&desk, &[says(&desk)]);
                refuse(&desk);
                assert_eq!(desk.states(&batch), [LineState::Unknown; 3], "{place}");
                assert_sound(&desk.core, &place);
            }
        }
    }
}

/// What two people decided over a wrong amount does not silence the right one.
#[test]
fn a_contradiction_after_a_decision_about_an_amount_is_news() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _played) = at_bank(&desk, 2);
        pushed(&desk, &[record(&desk, 2, 1, Outcome::Paid)]);
        let wrong = LineOutcome {
            amount: Some(Fen(1)),
            ..record(&desk, 2, 1, REFUSED)
        };
        pushed(&desk, &[wrong]);
        assert_eq!(kinds(&desk), [BreakKind::ResultMismatch], "{place}");
        resolve(&desk, &batch, 1, LineEvent::ResolvePaid);
        pushed(&desk, &[record(&desk, 2, 1, REFUSED)]);
        assert_eq!(kinds(&desk), [BreakKind::ResultContradiction], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// A line that was in doubt for another's sake, and was decided: its own first word is news. What
/// is said of the other one again is none.
#[test]
fn the_first_word_of_a_line_that_was_decided_is_news() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _played) = at_bank(&desk, 3);
        tell(&desk, Origin::Push, Said::Receipt(&receipt(REFUSED)));
        let unlisted = |row| record(&desk, 3, row, Outcome::Unknown);
        pushed(&desk, &[unlisted(2)]);
        assert_eq!(disputed(&desk, &batch), [true; 3], "{place}");
        for row in 1..=3 {
            resolve(&desk, &batch, row, LineEvent::ResolveFailed);
        }
        pushed(&desk, &[unlisted(2)]);
        assert_eq!(disputed(&desk, &batch), [false; 3], "{place}");
        pushed(&desk, &[unlisted(3)]);
        assert_eq!(disputed(&desk, &batch), [false, false, true], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// Rows that the contradicting message itself names stand by their own words.
#[test]
fn a_row_that_the_bank_fails_again_is_not_in_doubt() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _played) = at_bank(&desk, 3);
        tell(&desk, Origin::Push, Said::Receipt(&receipt(REFUSED)));
        let rows = [
            record(&desk, 3, 1, Outcome::Paid),
            record(&desk, 3, 2, REFUSED),
        ];
        pushed(&desk, &rows);
        assert_eq!(disputed(&desk, &batch), [true, false, true], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// The first file was given up as unsent, and the second refused, perhaps because the first had
/// taken the money: the first one's word stops the corrections of all.
#[test]
fn a_given_up_file_that_is_paid_stops_what_failed_with_the_next() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = unsent(&desk, 2);
        given_up(&desk, &played);
        played.work(&desk);
        let refusal = receipt(REFUSED);
        apply(&desk.core, 2, Origin::Push, None, Said::Receipt(&refusal)).unwrap();
        assert_eq!(desk.states(&batch), [LineState::Failed; 2], "{place}");
        let one = record(&desk, 2, 1, Outcome::Paid);
        apply(&desk.core, 1, Origin::Push, None, said(&[one])).unwrap();
        assert_eq!(disputed(&desk, &batch), [true; 2], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// "Failed" of the whole, in a message that is another day's file's: it fails nothing, and what it
/// says "paid" or "come back" of is not paid.
#[test]
fn a_word_of_another_file_ends_no_line() {
    for adapter in one_bank_a_dialect() {
        for outcome in [REFUSED, Outcome::Paid, Outcome::Returned] {
            let place = format!("{} {outcome:?}", adapter.dialect());
            let desk = Desk::new(adapter.code());
            let (batch, _played) = at_bank(&desk, 2);
            result(&desk, &whole(outcome, &[("file_date", "20200101")]));
            assert_eq!(desk.states(&batch), [LineState::Unknown; 2], "{place}");
            assert!(
                kinds(&desk).contains(&BreakKind::MessageMismatch),
                "{place}"
            );
            assert_sound(&desk.core, &place);
        }
    }
}

/// A refusal that answers an older question than the bank's "accepted" frees no correction: the
/// bank is asked again, and what it says then counts.
#[test]
fn a_refusal_that_was_overtaken_fails_nothing() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _played) = unknown(&desk);
        let asked_at = desk.head();
        pushed(&desk, &[record(&desk, 2, 1, Outcome::Accepted)]);
        let refusal = || [record(&desk, 2, 1, REFUSED)];
        answer(&desk, asked_at, &refusal());
        let states = [LineState::Accepted, LineState::Unknown];
        assert_eq!(desk.states(&batch), states, "{place}");
        answer(&desk, desk.head(), &refusal());
        let states = [LineState::Failed, LineState::Unknown];
        assert_eq!(desk.states(&batch), states, "{place}");
        assert_sound(&desk.core, place);
    }
}

/// A bank that has paid a line of the file, and refuses the file: the others do not fail by that.
#[test]
fn a_refusal_after_a_payment_fails_nothing() {
    for adapter in one_bank_a_dialect() {
        for (how, refuse) in REFUSALS {
            let place = format!("{} {how}", adapter.dialect());
            let desk = Desk::new(adapter.code());
            let (batch, _played) = at_bank(&desk, 3);
            pushed(&desk, &[record(&desk, 3, 1, Outcome::Paid)]);
            refuse(&desk);
            let states = [LineState::Paid, LineState::Unknown, LineState::Unknown];
            assert_eq!(desk.states(&batch), states, "{place}");
            assert_eq!(disputed(&desk, &batch), [true, false, false], "{place}");
            assert_sound(&desk.core, &place);
        }
    }
}

/// A pushed receipt with a code that nobody lists, of a file that we hold to be unsent: the bank
/// has it, and it is not sent again.
#[test]
fn a_receipt_of_an_unsent_file_keeps_it_here() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = unsent(&desk, 2);
        tell(
            &desk,
            Origin::Push,
            Said::Receipt(&receipt(Outcome::Unknown)),
        );
        assert_eq!(disputed(&desk, &batch), [true; 2], "{place}");
        let state = desk.core.desk().file(1).unwrap().state;
        assert_ne!(state, FileState::NotSent, "{place}");
        played.settle(&desk, 60);
        assert_eq!(played.memory(|memory| memory.submissions()), 0, "{place}");
        assert_sound(&desk.core, place);
    }
}

/// Two people decided that a line failed while the bank's "accepted" was under way: they had not
/// seen it, and the correction would be the second payment.
#[test]
fn what_was_under_way_when_two_people_decided_is_news() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _played) = unknown(&desk);
        let asked_at = desk.head() + 1;
        resolve(&desk, &batch, 1, LineEvent::ResolveFailed);
        answer(&desk, asked_at, &[record(&desk, 2, 1, Outcome::Accepted)]);
        assert_eq!(disputed(&desk, &batch), [true, false], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// A late word that was only noted does not silence the same word when it is news.
#[test]
fn a_noted_word_silences_no_contradiction() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _played) = at_bank(&desk, 2);
        let asked_at = desk.head();
        pushed(&desk, &[record(&desk, 2, 1, REFUSED)]);
        let unlisted = || record(&desk, 2, 1, Outcome::Unknown);
        answer(&desk, asked_at, &[unlisted()]);
        assert_eq!(disputed(&desk, &batch), [false, false], "{place}");
        answer(&desk, desk.head(), &[unlisted()]);
        assert_eq!(disputed(&desk, &batch), [true, false], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// A bank that reports a wrong amount with each answer: once is news. It takes nobody's proposal
/// away, and what two people decided stands.
#[test]
fn the_same_wrong_amount_again_is_no_news() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _played) = at_bank(&desk, 2);
        let wrong = || LineOutcome {
            amount: Some(Fen(1)),
            ..record(&desk, 2, 1, Outcome::Paid)
        };
        pushed(&desk, &[wrong()]);
        assert_eq!(kinds(&desk), [BreakKind::ResultMismatch], "{place}");
        let payment = PaymentId {
            batch: batch.batch,
            row: 1,
        };
        propose(&desk.core, ANNA, payment, &decision(LineEvent::ResolvePaid)).unwrap();
        pushed(&desk, &[wrong()]);
        confirm(&desk.core, BERT, payment, &"ab".repeat(32)).unwrap();
        pushed(&desk, &[wrong()]);
        assert!(breaks(&desk.core.desk()).is_empty(), "{place}");
        let other = LineOutcome {
            amount: Some(Fen(2)),
            ..wrong()
        };
        pushed(&desk, &[other]);
        assert_eq!(kinds(&desk), [BreakKind::ResultMismatch], "{place}");
        assert_sound(&desk.core, place);
    }
}
