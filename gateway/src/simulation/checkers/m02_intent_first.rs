//! M2: before a byte of an instruction leaves, its intent, the bank-side number and the message
//! are durable in the journal.
//!
//! Compared: each message as it came to a bank, by its bytes, with the records that were durable
//! when its first byte came: the message itself, and of one that instructs the intent of its file.

use super::cursor::Arrivals;
use super::reading::{Left, Shared};
use crate::simulation::checker::{Checker, Looks, View};
use crate::simulation::outside::Arrived;
use schemas::value::BankCode;

/// Looks after M2.
pub(super) struct IntentFirst {
    reading: Shared,
    arrivals: Arrivals,
}

impl IntentFirst {
    pub(super) fn new(reading: Shared) -> Self {
        Self {
            reading,
            arrivals: Arrivals::default(),
        }
    }

    fn arrived(&self, bank: BankCode, arrived: &Arrived, looks: &mut Looks) {
        let reading = self.reading.borrow();
        let step = &arrived.step;
        let of_bank = |left: &&Left| {
            let intent = reading.intent(left.file_no);
            intent.is_some_and(|intent| intent.bank == bank)
        };
        // The bytes tell which message it is; the same may leave again, and a later record is not
        // that of this one.
        let before = |left: &&Left| of_bank(left) && left.sequence <= arrived.head;
        let same = reading.leaving.get(&arrived.digest);
        let record = same.into_iter().flatten().rfind(before);
        looks.hold(record.is_some(), || {
            format!("{bank}: the message {step} came and is in no record")
        });
        let Some(record) = record else { return };
        let (sequence, durable) = (record.sequence, arrived.durable);
        looks.hold(sequence <= durable, || {
            format!("{bank}: {step} came, its record {sequence} is not durable ({durable} is)")
        });
        if !arrived.instructs() {
            return;
        }
        looks.hold(record.instructs, || {
            format!("{bank}: {step} instructs, and its record does not say so")
        });
        let mut intents = reading.intents.get(&record.file_no).into_iter().flatten();
        let intent = intents.rfind(|(at, _)| *at < sequence);
        looks.hold(intent.is_some_and(|(at, _)| *at <= durable), || {
            format!(
                "{bank}: file {} is instructed before its intent",
                record.file_no
            )
        });
        let named = arrived
            .file_no
            .is_none_or(|file_no| file_no == record.file_no);
        looks.hold(named, || {
            format!("{bank}: {step} names another file than its record")
        });
        let count = intent.map(|(_, intent)| intent.lines.len());
        let same = arrived.lines.is_empty() || count == Some(arrived.lines.len());
        looks.hold(same || !arrived.is_whole, || {
            format!(
                "{bank}: file {} has other lines than its intent",
                record.file_no
            )
        });
    }
}

impl Checker for IntentFirst {
    fn id(&self) -> &'static str {
        "M2"
    }

    fn after_step(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, false);
        let news = self.arrivals.news(view.outside);
        for (bank, arrived) in news.into_iter().filter(|(_, one)| !one.is_copy) {
            self.arrived(bank, arrived, looks);
        }
        self.reading.borrow_mut().tell(self.id(), looks);
    }

    fn after_reopening(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.after_step(view, looks);
    }

    fn at_end(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.after_step(view, looks);
    }
}
