//! M11: nothing is dropped in silence: an unmatched bank record, a late result, a refused event
//! each become a finding that someone can list.
//!
//! Compared: each row that a bank said and that came, with what is recorded of its line: a step, a
//! dispute, a word that came too late, or the state that it tells of anyway; a row that fits no
//! line, and a message that nobody can read, with the records about strays. Every stray, every
//! disputed and every unknown line stands in the list of breaks that an operator is given.

use super::cursor::{number, text, told};
use super::reading::{Reading, Shared};
use crate::simulation::checker::{Checker, Looks, View};
use crate::simulation::faults::FaultKind;
use crate::simulation::outside::{Outside, Told, Way};
use adapters::exchange::{LineOutcome, Outcome};
use schemas::value::{BankCode, PaymentId};
use schemas::{FailureReason, LineEvent, LineState};
use serde_json::Value;
use std::collections::BTreeSet;

/// Looks after M11.
pub(super) struct NothingDropped {
    reading: Shared,
}

impl NothingDropped {
    pub(super) fn new(reading: Shared) -> Self {
        Self { reading }
    }

    fn told(&self, outside: &Outside, looks: &mut Looks) {
        let reading = self.reading.borrow();
        let said: BTreeSet<(PaymentId, LineEvent)> = reading
            .heard
            .iter()
            .flat_map(|heard| heard.steps.clone())
            .collect();
        let disputed: BTreeSet<PaymentId> = reading
            .heard
            .iter()
            .flat_map(|heard| heard.disputed.clone())
            .collect();
        let known = Known {
            reading: &reading,
            said,
            disputed,
        };
        for (bank, told) in told(outside) {
            if is_forgotten(outside, told) {
                continue;
            }
            if is_gibberish(told) {
                looks.hold(known.is_listed_unreadable(bank, told), || {
                    format!("{bank}: what nobody can read is in no list")
                });
                continue;
            }
            let rows = told.lines.len();
            for (place, row) in (0u32..).zip(&told.lines) {
                looks.hold(known.accounts_for(bank, (told, rows), (place, row)), || {
                    let (file, way) = (told.file_no, told.way);
                    let (row, outcome) = (row.row_no, row.outcome);
                    format!("{bank}: {outcome:?} of row {row:?} of file {file:?} ({way:?}) is lost")
                });
            }
        }
    }

    /// What an operator is given.
    fn listed(&self, view: &View<'_>, looks: &mut Looks) {
        let reading = self.reading.borrow();
        let listed = breaks(view);
        looks.hold(listed.is_some(), || "the breaks can't be listed".to_owned());
        let Some(listed) = listed else { return };
        let records: BTreeSet<i64> = listed
            .iter()
            .filter_map(|b| number(b, "sequence"))
            .collect();
        for stray in &reading.strays {
            let sequence = i64::try_from(stray.sequence).unwrap_or(0);
            looks.hold(records.contains(&sequence), || {
                format!("record {sequence} fits nothing and is in no list")
            });
        }
        let payments: BTreeSet<&str> = listed.iter().map(|b| text(b, "payment_id")).collect();
        for batch in reading.auditor.book().batches() {
            for (row, line) in (1u32..).zip(&batch.lines) {
                let id = batch.id();
                let payment = PaymentId { batch: id, row }.to_string();
                let is_open = line.disputed.is_some() || line.state == LineState::Unknown;
                looks.hold(!is_open || payments.contains(payment.as_str()), || {
                    format!("{payment} is open and in no list")
                });
            }
        }
    }
}

/// All pages of the breaks.
fn breaks(view: &View<'_>) -> Option<Vec<Value>> {
    let mut all = Vec::new();
    let mut path = "/v1/breaks?limit=1000".to_owned();
    for _ in 0..100 {
        let page = view
            .door
            .call("urn:anxin:operator:lister", "GET", &path, &[]);
        let body = page.json();
        all.extend(body.get("breaks")?.as_array()?.iter().cloned());
        match body.get("next").and_then(Value::as_str) {
            Some(next) => path = format!("/v1/breaks?limit=1000&after={next}"),
            None => return Some(all),
        }
    }
    None
}

/// Whether a crash may have taken what came: an answer is not acknowledged, and is asked for
/// again. What was pushed is looked at where it was receipted, which M3 does; here where the life
/// in which it came did not end.
fn is_forgotten(outside: &Outside, told: &Told) -> bool {
    outside
        .crashes
        .iter()
        .any(|crash| crash.at.life == told.at.life)
}

/// Whether nobody can read it.
fn is_gibberish(told: &Told) -> bool {
    matches!(
        told.lie,
        Some(FaultKind::BankUnreadable | FaultKind::BankWrongSeal)
    )
}

/// The step that an outcome tells of.
fn step_of(outcome: Outcome) -> LineEvent {
    match outcome {
        Outcome::Paid => LineEvent::Pay,
        // That it has the number already is no refusal.
        Outcome::Failed(FailureReason::Duplicate) => LineEvent::LoseTrack,
        Outcome::Failed(_) => LineEvent::Fail,
        Outcome::Accepted => LineEvent::Accept,
        Outcome::Returned => LineEvent::Return,
        Outcome::Unknown | Outcome::NotFound => LineEvent::LoseTrack,
    }
}

/// Whether a line that stands so says what the outcome says.
fn agrees(outcome: Outcome, state: LineState) -> bool {
    match outcome {
        Outcome::Paid => state == LineState::Paid,
        Outcome::Failed(_) => matches!(state, LineState::Failed | LineState::Unknown),
        // What comes after it says more.
        Outcome::Accepted => !matches!(state, LineState::Held | LineState::Cancelled),
        Outcome::Returned => state == LineState::Returned,
        Outcome::Unknown | Outcome::NotFound => true,
    }
}

/// What is recorded of what banks said.
struct Known<'r> {
    reading: &'r Reading,
    said: BTreeSet<(PaymentId, LineEvent)>,
    disputed: BTreeSet<PaymentId>,
}

impl Known<'_> {
    fn accounts_for(
        &self,
        bank: BankCode,
        (told, rows): (&Told, usize),
        (place, row): (u32, &LineOutcome),
    ) -> bool {
        let of_bank = |stray: &&super::reading::Stray| stray.bank == bank;
        let digest = crate::sha256_hex(&told.bytes);
        let message = |sequence: u64| {
            let known = self.reading.messages.get(&sequence);
            known.is_some_and(|(_, kept)| *kept == digest)
        };
        let mut strays = self.reading.strays.iter().filter(of_bank);
        let is_stray = strays.any(|stray| match told.way {
            Way::Answer => !stray.of_whole && stray.file_no == told.file_no,
            Way::Push | Way::Result | Way::Receipt | Way::Folder => {
                message(stray.message) && (stray.place == place || rows == 1)
            }
        });
        if is_stray {
            return true;
        }
        let own = told.file_no.filter(|file_no| {
            let intent = self.reading.intent(*file_no);
            intent.is_some_and(|intent| intent.bank == bank)
        });
        let payment = own.zip(row.row_no);
        let payment = payment.and_then(|(file, row)| self.reading.payment(file, row));
        let Some(payment) = payment else { return false };
        let line = self.reading.auditor.book().line(payment);
        let state = line.map(|(_, line)| line.state);
        self.said.contains(&(payment, step_of(row.outcome)))
            || self.disputed.contains(&payment)
            || state.is_some_and(|state| agrees(row.outcome, state))
    }

    fn is_listed_unreadable(&self, bank: BankCode, told: &Told) -> bool {
        if told.way == Way::Answer {
            let mut strays = self.reading.strays.iter();
            return strays.any(|stray| stray.bank == bank && stray.of_whole);
        }
        let digest = crate::sha256_hex(&told.bytes);
        let mut messages = self.reading.messages.iter();
        messages.any(|(_, (of, kept))| *of == bank && *kept == digest)
            && self
                .reading
                .auditor
                .book()
                .unread()
                .any(|(of, _)| of == bank)
    }
}

impl Checker for NothingDropped {
    fn id(&self) -> &'static str {
        "M11"
    }

    fn after_step(&mut self, _: &View<'_>, _: &mut Looks) {}

    fn after_reopening(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, true);
        self.reading.borrow_mut().tell(self.id(), looks);
    }

    fn at_end(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, true);
        self.reading.borrow_mut().close();
        self.told(view.outside, looks);
        self.listed(view, looks);
        self.reading.borrow_mut().tell(self.id(), looks);
    }
}
