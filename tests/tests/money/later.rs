//! What a bank says later of what it said before, on every dialect by its own messages: the first
//! word is the answer to a question or a push, the second one a push, the next answer or a file
//! that the bank brings.
//!
//! What banks document (FORMATS section 4): a payment may come back. No dialect documents that a
//! failure becomes a payment, or a payment a failure: these dispute the line, and nothing more of
//! it is paid.

use super::evidence::{disputed, kinds};
use super::twins::found;
use adapters::exchange::Outcome::{self, Accepted, Paid, Returned, Unknown};
use adapters::{BankAdapter, BankReply};
use gateway::intake::Receipt;
use gateway::outcome::{MessageKind, receive};
use gateway::reconcile::BreakKind;
use schemas::value::PaymentId;
use schemas::{FailureReason, FindingCode, LineState, Severity};
use std::collections::BTreeMap;
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Played, told};
use tests::desk::{Desk, Wage, file, wages};
use tests::dialects::every_dialect;
use tests::stories::at_bank_speaking;

const FAILED: Outcome = Outcome::Failed(FailureReason::RefusedByBank);
const HOUR: Duration = Duration::from_secs(3_600);

/// How the bank says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    /// In answer to a question.
    Answer,
    /// A push.
    Push,
    /// An answer that nobody asked for: a file of results that the bank brings.
    Brought,
}

/// The first word, the second one, what the line is then, and whether it is disputed.
type Story = (Outcome, Outcome, LineState, bool);

const STORIES: [Story; 9] = [
    (Accepted, Paid, LineState::Paid, false),
    (Accepted, FAILED, LineState::Failed, false),
    (Paid, Returned, LineState::Returned, false),
    (FAILED, Paid, LineState::Failed, true),
    (Paid, FAILED, LineState::Paid, true),
    (Unknown, Paid, LineState::Paid, false),
    (Unknown, FAILED, LineState::Failed, false),
    // An unlisted code, first and after the bank had the file.
    (Accepted, Unknown, LineState::Unknown, false),
    (Unknown, Unknown, LineState::Unknown, false),
];

/// The bank says an outcome of the one line; `false` where its messages have no word for it.
fn says(desk: &Desk, played: &Played, outcome: Outcome, door: Door) -> bool {
    let (adapter, push) = (played.adapter(), door == Door::Push);
    let side = adapter.bank_side();
    if side.line_expressible(outcome, push) != outcome || !(push || side.names_line(outcome)) {
        return false;
    }
    match door {
        Door::Answer => {
            let asked = played.memory(|memory| memory.sent);
            played.tells(&[outcome]);
            for _ in 0..4 {
                desk.clock.advance(HOUR);
                played.work(desk);
            }
            played.memory(|memory| memory.sent) > asked
        }
        Door::Brought => {
            let lines = played.memory(|memory| memory.instructed(1)).unwrap();
            let bytes = played.result_bytes(desk, 1, &told(&lines, &[outcome]));
            let read = adapter.decode_result(&bytes, played.keys()).unwrap();
            // One that names no file is listed, and says nothing of this one.
            if !read.references.contains_key("file_no") {
                return false;
            }
            let kind = MessageKind::Result;
            receive(&desk.core, adapter, played.keys(), kind, &bytes).unwrap();
            true
        }
        Door::Push => {
            let lines = played.memory(|memory| memory.instructed(1)).unwrap();
            let reply = BankReply {
                bank_date: played.day_of(1),
                ..told(&lines, &[outcome])
            };
            let bytes = side.write_push_of(1, &reply, played.keys()).unwrap();
            let kind = MessageKind::Push;
            receive(&desk.core, adapter, played.keys(), kind, &bytes).unwrap();
            true
        }
    }
}

/// The employer corrects the wage, or sends it again, while the bank contradicts itself: neither is
/// taken.
fn no_second_payment(desk: &Desk, played: &Played, batch: &Receipt, place: &str) {
    let wage = wages(1, 1, desk.bank).remove(0);
    let corrects = PaymentId {
        batch: batch.batch,
        row: 1,
    };
    let correction = Wage {
        corrects: Some(corrects),
        ..wage
    };
    let plain = Wage {
        corrects: None,
        ..correction.clone()
    };
    for (number, again) in [("GZ-2", correction), ("GZ-3", plain)] {
        let refused = found(&desk.submit(&file(desk.bank, number, &[again])));
        let expected = matches!(
            refused,
            Some((
                FindingCode::PayeeInFlight | FindingCode::CorrectionConflict,
                Severity::Error
            ))
        );
        assert!(expected, "{place} {number}: {refused:?}");
    }
    played.settle(desk, 20);
    assert_eq!(played.memory(|memory| memory.submissions()), 1, "{place}");
}

/// Plays one story; `None` where the dialect's messages can't tell it.
fn play(adapter: &'static BankAdapter, story: Story, doors: [Door; 2]) -> Option<()> {
    let (first, then, state, contradicted) = story;
    let place = format!("{} {first:?} {then:?} {doors:?}", adapter.dialect());
    let desk = Desk::new(adapter.code());
    let (batch, played) = at_bank_speaking(&desk, adapter, 1);
    says(&desk, &played, first, doors[0]).then_some(())?;
    says(&desk, &played, then, doors[1]).then_some(())?;
    assert_eq!(desk.states(&batch), [state], "{place}");
    assert_eq!(disputed(&desk, &batch), [contradicted], "{place}");
    assert_eq!(played.memory(|memory| memory.submissions()), 1, "{place}");
    if contradicted {
        assert_eq!(kinds(&desk), [BreakKind::ResultContradiction], "{place}");
    }
    if contradicted && first == FAILED {
        no_second_payment(&desk, &played, &batch, &place);
    }
    assert_sound(&desk.core, &place);
    Some(())
}

#[test]
fn a_later_word_of_the_bank_is_believed_or_disputed() {
    let all = every_dialect();
    assert_eq!(all.len(), 35);
    let mut untold = BTreeMap::<&str, Vec<String>>::new();
    for adapter in all {
        for story in STORIES {
            let (first, second, ..) = story;
            // A file whose lines are all final is not asked about again.
            let open = matches!(first, Accepted | Unknown);
            let then = [Door::Push, Door::Brought];
            let mut ways = then.map(|then| [Door::Answer, then]).to_vec();
            ways.push([Door::Push, Door::Push]);
            if open {
                ways.push([Door::Answer, Door::Answer]);
            }
            let told = ways
                .into_iter()
                .filter_map(|doors| play(adapter, story, doors));
            if told.count() == 0 {
                let story = format!("{first:?} {second:?}");
                untold.entry(adapter.dialect()).or_default().push(story);
            }
        }
    }
    // Rows of Alipay and WeChat Pay have no state of a return.
    let returns = vec![format!("{Paid:?} {Returned:?}")];
    let without = ["alipay_batch", "wechat_payroll"];
    assert_eq!(untold, without.map(|name| (name, returns.clone())).into());
}
