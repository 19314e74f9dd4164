//! What a bank says that fits no line or no file of ours, on its way into the list of breaks.

use super::Interpretation;
use super::mismatch::Mismatch;
use crate::book::Book;
use crate::core::Core;
use crate::event::Event;
use crate::intake::short;
use adapters::exchange::LineOutcome;
use schemas::value::{BankCode, Purpose};

/// A record that names no line of ours, or what does not fit of the whole message.
pub(super) struct Stray<'a> {
    place: u32,
    file_no: Option<u64>,
    about: About<'a>,
    said: u64,
}

enum About<'a> {
    Record {
        why: &'a str,
        record: Option<&'a LineOutcome>,
    },
    Whole(&'a Mismatch),
}

impl<'a> Stray<'a> {
    /// A record of the message.
    pub(super) fn of_record(
        place: u32,
        file_no: Option<u64>,
        why: &'a str,
        lines: &'a [LineOutcome],
    ) -> Self {
        let record = usize::try_from(place).ok().and_then(|at| lines.get(at));
        Self {
            place,
            file_no,
            about: About::Record { why, record },
            said: 0,
        }
    }

    /// Something about the whole message; `place` is behind its records.
    pub(super) fn of_whole(place: u32, file_no: Option<u64>, mismatch: &'a Mismatch) -> Self {
        Self {
            place,
            file_no,
            about: About::Whole(mismatch),
            said: 0,
        }
    }

    /// Everything that does not fit. The places of a message are the same however often it is
    /// read.
    pub(super) fn all(
        read: &'a Interpretation,
        file_no: Option<u64>,
        lines: &'a [LineOutcome],
    ) -> Vec<Self> {
        let records = read.unmatched.iter();
        let records = records.map(|(place, why)| Self::of_record(*place, file_no, why, lines));
        let behind = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        let whole = read.mismatches.iter().zip(behind..);
        let whole = whole.map(|(mismatch, place)| Self::of_whole(place, file_no, mismatch));
        records.chain(whole).collect()
    }

    /// The record of the journal.
    pub(super) fn event(&self, bank: BankCode, message: Option<u64>) -> Event {
        let (why, reported_fen, expected_fen) = match self.about {
            About::Record { why, record } => {
                let reported_fen = record.and_then(|line| Some(line.amount?.0));
                (why.to_owned(), reported_fen, None)
            }
            About::Whole(mismatch) => (
                mismatch.why.clone(),
                mismatch.reported_fen,
                mismatch.expected_fen,
            ),
        };
        Event::Unmatched {
            bank,
            message: message.unwrap_or_default(),
            place: self.place,
            file_no: self.file_no,
            why,
            reported_fen,
            of_whole: matches!(self.about, About::Whole(_)),
            expected_fen,
            said: self.said,
        }
    }
}

/// What no earlier answer said.
pub(super) fn not_said_before<'a>(
    core: &Core,
    book: &Book,
    bank: BankCode,
    strays: Vec<Stray<'a>>,
) -> Vec<Stray<'a>> {
    let hashed = strays.into_iter().map(|stray| Stray {
        said: match stray.about {
            About::Record { record, .. } => record_hash(core, record),
            About::Whole(mismatch) => hash(core, &format!("{mismatch:?}")),
        },
        ..stray
    });
    hashed
        .filter(|stray| !book.knows_answer(bank, stray.file_no, stray.said))
        .collect()
}

fn hash(core: &Core, text: &str) -> u64 {
    short(core.vault().blinder("bank_record").blind(text.as_bytes()))
}

/// What a record says, hashed under a key of the vault: it holds a name and an account.
fn record_hash(core: &Core, record: Option<&LineOutcome>) -> u64 {
    let Some(line) = record else { return 0 };
    let texts = [
        line.row_no.map(|row_no| row_no.to_string()),
        line.reference.clone(),
        line.account
            .map(|account| account.reveal(Purpose::Matching).to_owned()),
        line.name
            .as_ref()
            .map(|name| name.reveal(Purpose::Matching).to_owned()),
        line.amount.map(|amount| amount.0.to_string()),
        Some(format!("{:?}", line.outcome)),
        line.bank_serial.clone(),
        line.original_bank_serial.clone(),
    ];
    let text = texts.map(Option::unwrap_or_default).join("\0");
    hash(core, &text)
}
