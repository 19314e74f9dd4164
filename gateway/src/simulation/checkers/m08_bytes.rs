//! M8: the bytes that arrived and the bytes that left are kept, and can be shown.
//!
//! Compared: the very bytes that callers sent, that banks received and that banks said, by the
//! copies of those outside, with the bytes in the records. The auditor holds each record's bytes
//! against the digest that it states, so that a digest found is bytes found. The bytes of
//! what banks pushed are held by M3, with their receipts.

use super::cursor::{Answered, Arrivals};
use super::reading::{Left, Shared};
use crate::simulation::checker::{Checker, Looks, View};
use crate::simulation::outside::{Outside, Told, Way};
use schemas::value::BankCode;
use std::collections::BTreeMap;

/// Looks after M8.
pub(super) struct Bytes {
    reading: Shared,
    answered: Answered,
    arrivals: Arrivals,
    /// How many things of each bank were looked at.
    said: BTreeMap<BankCode, usize>,
    /// Answers that are in no record yet: bank, place among what it said, and digest.
    open: Vec<(BankCode, usize, String)>,
}

impl Bytes {
    pub(super) fn new(reading: Shared) -> Self {
        Self {
            reading,
            answered: Answered::default(),
            arrivals: Arrivals::default(),
            said: BTreeMap::new(),
            open: Vec::new(),
        }
    }

    fn arrived(&mut self, view: &View<'_>, looks: &mut Looks) {
        let reading = self.reading.borrow();
        for (bank, arrived) in self.arrivals.news(view.outside) {
            if arrived.is_copy || !arrived.is_whole {
                continue;
            }
            let digest = crate::sha256_hex(&arrived.bytes);
            let kept = reading.leaving.get(&digest);
            looks.hold(kept.is_some(), || {
                format!("{bank}: bytes of {} are in no record", arrived.step)
            });
            let mut kept = kept.into_iter().flatten();
            // What no bank could read has a signature that nobody has found right.
            let is_signed_so =
                |left: &Left| left.signature.as_slice() == arrived.signatures.as_slice();
            looks.hold(arrived.kind.is_none() || kept.any(is_signed_so), || {
                let (step, own) = (&arrived.step, &arrived.signatures);
                format!("{bank}: {step} bears {own:?}, and is recorded with another signature")
            });
        }
        for (call, answer) in self.answered.news(view.outside) {
            let Some(sheet) = call.sheet.as_ref().filter(|_| answer.is_done()) else {
                continue;
            };
            let batch = reading.batch_of(&sheet.employer, &sheet.batch_no);
            let own = crate::sha256_hex(&call.body);
            looks.hold(batch.is_some_and(|batch| batch.head.digest == own), || {
                format!("{}: other bytes are kept than came", sheet.batch_no)
            });
        }
    }

    /// Answers are in a record as soon as the next thing happens.
    fn said(&mut self, outside: &Outside, looks: &mut Looks) {
        let reading = self.reading.borrow();
        for (bank, book) in &outside.banks {
            let seen = self.said.entry(*bank).or_default();
            let news = book.told.iter().enumerate().skip(*seen);
            for (place, told) in news {
                if is_answer(told) && told.at.life == outside.now.life {
                    let digest = crate::sha256_hex(&told.bytes);
                    self.open.push((*bank, place, digest));
                }
            }
            *seen = book.told.len();
        }
        let is_kept = |digest: &String| reading.answers.contains(digest);
        let open = self.open.len();
        self.open.retain(|(_, _, digest)| !is_kept(digest));
        looks.compared += (open - self.open.len()) as u64;
    }

    /// Nothing that came in this life is without its record; a crash may have come between in an
    /// earlier one.
    fn all(&self, view: &View<'_>, looks: &mut Looks) {
        for (bank, place, _) in &self.open {
            let book = view.outside.banks.get(bank);
            let told = book.and_then(|book| book.told.get(*place));
            // What was lost on its way did not come.
            looks.hold(told.is_none_or(|told| !told.has_come), || {
                let step = told.map_or(0, |told| told.at.step);
                format!("{bank}: the answer of step {step} is in no record")
            });
        }
        self.in_part(view.outside, looks);
    }

    /// What came of an answer before its line broke is evidence as well.
    fn in_part(&self, outside: &Outside, looks: &mut Looks) {
        let reading = self.reading.borrow();
        let crashed: Vec<u32> = outside.crashes.iter().map(|one| one.at.life).collect();
        for (bank, book) in &outside.banks {
            let parts = book
                .told
                .iter()
                .filter(|told| !told.came_in_part.is_empty());
            for told in parts.filter(|told| !crashed.contains(&told.at.life)) {
                let digest = crate::sha256_hex(&told.came_in_part);
                looks.hold(reading.answers.contains(&digest), || {
                    let step = told.at.step;
                    format!("{bank}: what came of the answer of step {step} is in no record")
                });
            }
        }
    }
}

fn is_answer(told: &Told) -> bool {
    told.way == Way::Answer && !told.bytes.is_empty()
}

impl Checker for Bytes {
    fn id(&self) -> &'static str {
        "M8"
    }

    fn after_step(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, false);
        self.arrived(view, looks);
        self.said(view.outside, looks);
        self.reading.borrow_mut().tell(self.id(), looks);
    }

    fn after_reopening(&mut self, view: &View<'_>, looks: &mut Looks) {
        // What had come and was not durable is asked for again.
        self.said(view.outside, looks);
        self.open.clear();
        self.after_step(view, looks);
    }

    fn at_end(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.after_step(view, looks);
        self.all(view, looks);
    }
}
