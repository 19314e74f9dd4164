//! M7: the same number with other content. The answer names the first field that differs.

use super::Submission;
use super::lines::{Row, read_rows};
use super::sink::PayerPart;
use crate::book::Batch;
use crate::core::{Core, CoreError};
use crate::event::AcceptedHead;
use journal::seal::SealError;
use schemas::HeadDraft;
use schemas::value::{BatchId, Purpose};
use zeroize::Zeroizing;

/// A number in use for something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The batch that has the number.
    pub batch: BatchId,
    /// The first different field, in the order of the template: `policy`, a field of the head,
    /// `lines[N].field` by the line's place, or `content` where only the spelling differs,
    /// or something that can't be read. No value is told.
    pub field: String,
}

/// The batch that has the number, taken out of the lock: comparing opens what is sealed.
pub(super) struct Known {
    head: AcceptedHead,
    accepted_at: u64,
    lines: usize,
    line_records: Vec<(u32, u64)>,
}

impl Known {
    pub(super) fn of(batch: &Batch) -> Self {
        Self {
            head: batch.head.clone(),
            accepted_at: batch.accepted_at,
            lines: batch.lines.len(),
            line_records: batch.line_records.clone(),
        }
    }
}

impl Conflict {
    /// Compares a file, whose lines so far are in the journal, with the batch that has its
    /// number. What can't be read of its head differs from what a batch has.
    ///
    /// # Errors
    /// When a record can't be read.
    pub(super) fn between(
        core: &Core,
        known: &Known,
        head: &HeadDraft,
        submission: &Submission<'_>,
        arrived: &[(u32, u64)],
    ) -> Result<Self, CoreError> {
        let field = match of_head(core, known, head, submission)? {
            Some(field) => field.to_owned(),
            None => {
                let first = first_line(core, &known.line_records, arrived)?;
                first.unwrap_or_else(|| "content".to_owned())
            }
        };
        Ok(Self {
            batch: known.head.batch,
            field,
        })
    }
}

fn of_head(
    core: &Core,
    known: &Known,
    head: &HeadDraft,
    submission: &Submission<'_>,
) -> Result<Option<&'static str>, CoreError> {
    // Whose key is destroyed has nothing left to compare with.
    let payer: Option<PayerPart> = match opened(core, known.accepted_at)? {
        Some(text) => Some(serde_json::from_slice(&text)?),
        None => None,
    };
    let account = head
        .payer_account
        .as_ref()
        .map(|account| account.reveal(Purpose::Matching));
    let name = head
        .payer_name
        .as_ref()
        .map(|name| name.reveal(Purpose::Matching));
    let payer_differs = |differs: &dyn Fn(&PayerPart) -> bool| payer.as_ref().is_some_and(differs);
    let stated = head
        .line_count
        .and_then(|count| usize::try_from(count).ok());
    let of = &known.head;
    let differs = [
        ("policy", of.policy != submission.policy),
        (
            "employer_name",
            payer_differs(&|payer| payer.employer_name != head.employer_name),
        ),
        ("project_code", of.project_code != head.project_code),
        ("pay_month", Some(of.pay_month) != head.pay_month),
        ("paying_bank", Some(of.paying_bank) != head.paying_bank),
        (
            "payer_account",
            payer_differs(&|payer| Some(payer.payer_account.as_str()) != account),
        ),
        (
            "payer_name",
            payer_differs(&|payer| payer.payer_name.as_deref() != name),
        ),
        ("line_count", Some(known.lines) != stated),
    ];
    let first = differs.into_iter().find(|(_, differs)| *differs);
    Ok(first.map(|(field, _)| field))
}

/// The sealed part of a record; `None` where its key is destroyed.
fn opened(core: &Core, sequence: u64) -> Result<Option<Zeroizing<Vec<u8>>>, CoreError> {
    let (record, _) = core.event(sequence)?;
    match core.personal(&record) {
        Ok(text) => Ok(Some(text)),
        Err(CoreError::Vault(SealError::KeyDestroyed(_))) => Ok(None),
        Err(error) => Err(error),
    }
}

/// One record's lines, and how many of them are compared.
#[derive(Default)]
struct Part {
    text: Zeroizing<Vec<u8>>,
    done: usize,
}

/// The first line that differs, and what of it: `lines[2].amount`. Memory holds a record of each
/// side at a time.
fn first_line(
    core: &Core,
    known: &[(u32, u64)],
    arrived: &[(u32, u64)],
) -> Result<Option<String>, CoreError> {
    let (mut known, mut arrived) = (known.iter(), arrived.iter());
    let (mut old, mut new) = (Part::default(), Part::default());
    loop {
        let (old_rows, new_rows) = (rows(&old.text)?, rows(&new.text)?);
        let (left, right) = (tail(&old_rows, old.done), tail(&new_rows, new.done));
        if left.is_empty() || right.is_empty() {
            let (old_ended, new_ended) = (left.is_empty(), right.is_empty());
            drop((old_rows, new_rows));
            let next = |records: &mut std::slice::Iter<'_, (u32, u64)>| match records.next() {
                None => Ok(None),
                Some((_, sequence)) => opened(core, *sequence),
            };
            // A record without a line can't be: what is left is the end, or erased.
            if old_ended {
                let Some(text) = next(&mut known)? else {
                    return Ok(None);
                };
                old = Part { text, done: 0 };
            }
            if new_ended {
                let Some(text) = next(&mut arrived)? else {
                    return Ok(None);
                };
                new = Part { text, done: 0 };
            }
            continue;
        }
        let pairs = left.iter().zip(right);
        let mut compared = 0;
        for (known, sent) in pairs {
            if let Some(place) = difference(known, sent) {
                return Ok(Some(place));
            }
            compared += 1;
        }
        old.done += compared;
        new.done += compared;
    }
}

/// A line as it is kept, and whether it was refused.
type Judged<'a> = (Row<'a>, bool);

fn rows(text: &[u8]) -> Result<Vec<Judged<'_>>, CoreError> {
    read_rows(text).map_err(|error| match error.0 {
        Some(error) => CoreError::Json(error),
        None => CoreError::Json(serde::de::Error::custom("a kept line")),
    })
}

fn tail<'a, 'r>(rows: &'a [Judged<'r>], done: usize) -> &'a [Judged<'r>] {
    rows.get(done..).unwrap_or_default()
}

fn difference(known: &Judged<'_>, sent: &Judged<'_>) -> Option<String> {
    let ((known, known_refused), (sent, sent_refused)) = (known, sent);
    // A journal of an earlier version has no text of the lines that it refused.
    if known.index() != sent.index() {
        return Some(format!("lines[{}]", known.index().min(sent.index())));
    }
    match known.first_difference(sent) {
        Some(field) => Some(format!("lines[{}].{field}", known.index())),
        // A field that could not be read in one of them.
        None if known_refused != sent_refused => Some(format!("lines[{}]", known.index())),
        None => None,
    }
}
