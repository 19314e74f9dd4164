//! What a batch must be said to wait for, and since when, by the records that were there when it
//! was answered: worked out here from INTERFACE section 4 and the RUNBOOK's first table.

use crate::simulation::checkers::reading::Reading;
use schemas::LineState as S;
use schemas::value::{BatchId, PaymentId};
use std::collections::BTreeMap;

/// What may be said: the word, none where the batch has ended, and the moments since when.
pub(super) type Fit = (Option<&'static str>, Since);

/// Since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Since {
    /// One of these moments, Unix milliseconds.
    At(Vec<i64>),
    /// A moment at which anything was recorded; not known from this batch alone.
    Any,
}

const EVIDENCE: Option<&str> = Some("bank_evidence_or_resolution");

/// A batch as it stood after a record.
struct Standing<'r> {
    reading: &'r Reading,
    batch: BatchId,
    at: u64,
    /// Its lines by state: the row, and when it came into it.
    lines: BTreeMap<&'static str, Vec<(u32, i64)>>,
    /// When its lines were released.
    released_ms: Option<i64>,
    /// When those were disputed that still are.
    disputed: Vec<i64>,
}

/// What may be said of a batch after a record; nothing before it was there.
pub(super) fn after(reading: &Reading, batch: BatchId, at: u64) -> Vec<Fit> {
    let rows = reading.auditor.book().batch(batch);
    let rows = rows.map_or(0, |batch| batch.lines.len());
    let rows = u32::try_from(rows).unwrap_or(u32::MAX);
    let mut standing = Standing {
        reading,
        batch,
        at,
        lines: BTreeMap::new(),
        released_ms: None,
        disputed: Vec::new(),
    };
    (1..=rows).for_each(|row| standing.add(row));
    match standing.lines.is_empty() {
        true => Vec::new(),
        false => standing.fits(),
    }
}

impl Standing<'_> {
    fn add(&mut self, row: u32) {
        let (reading, at) = (self.reading, self.at);
        let time = |sequence| reading.times.get(&sequence).copied().unwrap_or_default();
        let batch = self.batch;
        let payment = PaymentId { batch, row };
        let past = reading.auditor.past(payment);
        for (sequence, state) in past.take_while(|(from, _)| *from <= at) {
            if state == S::Released && self.released_ms.is_none() {
                self.released_ms = Some(time(sequence));
            }
            // Only where it came to last.
            for lines in self.lines.values_mut() {
                lines.retain(|(one, _)| *one != row);
            }
            let lines = self.lines.entry(state.as_str()).or_default();
            lines.push((row, time(sequence)));
        }
        let words = reading.doubts.get(&payment).into_iter().flatten();
        let mut disputed = Vec::new();
        for (sequence, is_disputed) in words.take_while(|(from, _)| *from <= at) {
            match is_disputed {
                true => disputed.push(time(*sequence)),
                false => disputed.clear(),
            }
        }
        self.disputed.extend(disputed);
    }

    fn of(&self, state: S) -> &[(u32, i64)] {
        self.lines.get(state.as_str()).map_or(&[], Vec::as_slice)
    }

    /// When the line that has been in a state for the longest came into it.
    fn oldest(&self, state: S) -> Option<i64> {
        self.of(state).iter().map(|(_, since_ms)| *since_ms).min()
    }

    fn fits(&self) -> Vec<Fit> {
        let since = |moment: Option<i64>| Since::At(moment.into_iter().collect());
        if !self.disputed.is_empty() {
            let unknown = self.oldest(S::Unknown).into_iter();
            let moments = self.disputed.iter().copied().chain(unknown);
            return vec![(EVIDENCE, Since::At(moments.collect()))];
        }
        if let Some(held) = self.oldest(S::Held) {
            return vec![(Some("approval"), since(Some(held)))];
        }
        let unknown = self.oldest(S::Unknown);
        if unknown.is_some() {
            return vec![(EVIDENCE, since(unknown))];
        }
        let released = self.released_ms;
        let has_released = !self.of(S::Released).is_empty();
        let (accepted, intended) = (self.oldest(S::Accepted), self.oldest(S::Intended));
        let mut fits = Vec::new();
        if accepted.is_some() {
            fits.push((Some("bank_result"), since(accepted)));
        } else if intended.is_some() && self.has_left() {
            fits.push((Some("bank_answer"), since(intended)));
        } else if intended.is_some() || has_released {
            fits.push((Some("dispatch"), since(released)));
        } else {
            fits.push((None, since(None)));
        }
        if has_released {
            // Whether another payment of the same wage bars it, its own records don't say.
            fits.push((Some("other_payment"), Since::Any));
        }
        if has_released && accepted.or(intended).is_none() && self.was_intended() {
            // Of a file that was not sent no line may leave without the others.
            fits.push((EVIDENCE, since(released)));
        }
        fits
    }

    /// Whether a byte of an instruction with a line that is intended has left, since it was
    /// intended last: a file before that, of which nothing was sent, may have had it as well.
    fn has_left(&self) -> bool {
        self.of(S::Intended).iter().any(|(row, _)| {
            let Some((file_no, from)) = self.intended_last(*row) else {
                return false;
            };
            let left = self.reading.left.iter().filter(|left| left.instructs);
            let mut left = left.filter(|left| left.file_no == file_no);
            left.any(|left| (from..=self.at).contains(&left.sequence))
        })
    }

    /// The file in which a line was intended last, and the record of that.
    fn intended_last(&self, row: u32) -> Option<(u64, u64)> {
        let files = self.reading.intents.iter();
        let intents = files.flat_map(|(file_no, intents)| {
            intents
                .iter()
                .map(move |(from, intent)| (*file_no, *from, intent))
        });
        let own = intents.filter(|(_, from, intent)| {
            *from <= self.at && intent.batch == self.batch && intent.lines.contains(&row)
        });
        let last = own.max_by_key(|(_, from, _)| *from);
        last.map(|(file_no, from, _)| (file_no, from))
    }

    fn was_intended(&self) -> bool {
        let mut intents = self.reading.intents.values().flatten();
        intents.any(|(from, intent)| *from <= self.at && intent.batch == self.batch)
    }
}
