//! What banks push, and records of theirs that name no line.

use super::Book;
use crate::event::Event;
use schemas::value::BankCode;
use std::collections::{BTreeMap, BTreeSet};

/// What a bank says that does not fit what we instructed, until somebody explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmatchedRecord {
    /// The bank that sent it.
    pub bank: BankCode,
    /// Journal sequence of the record about it.
    pub sequence: u64,
    /// Journal sequence of the message.
    pub message: u64,
    /// Place in the message, from 0.
    pub place: u32,
    /// The file that it names.
    pub file_no: Option<u64>,
    /// Why it matches nothing.
    pub why: String,
    /// What it reports, in fen.
    pub reported_fen: Option<i64>,
    /// About the message as a whole, not one record of it.
    pub of_whole: bool,
    /// What it should report, in fen.
    pub expected_fen: Option<i64>,
    /// When it came, Unix milliseconds.
    pub time_ms: i64,
}

/// A message that a bank pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedMessage {
    /// Journal sequence.
    pub sequence: u64,
    /// When it came, Unix milliseconds.
    pub time_ms: i64,
    /// `applied` or `unreadable`.
    pub reading: String,
    /// push, result or receipt.
    pub message: String,
}

/// Records that name no line of ours. Those of a message are seen when it is closed, all at once
/// (M3), however many records and groups of records it took to write them down.
#[derive(Debug, Default)]
pub(super) struct Unmatched {
    listed: Vec<UnmatchedRecord>,
    open: BTreeMap<u64, BTreeMap<(Option<u64>, u32), UnmatchedRecord>>,
    /// Of answers to questions, by the record's keyed hash: the same record in the next answer is
    /// no news, wherever it stands there; another one in its place is.
    answered: BTreeSet<(BankCode, Option<u64>, u64)>,
}

/// What an event says of what fits nothing; `None` where it is another event.
pub(super) fn unmatched_of(event: &Event, sequence: u64, time_ms: i64) -> Option<UnmatchedRecord> {
    let Event::Unmatched {
        bank,
        message,
        place,
        file_no,
        why,
        reported_fen,
        of_whole,
        expected_fen,
        said: _,
    } = event
    else {
        return None;
    };
    Some(UnmatchedRecord {
        bank: *bank,
        sequence,
        message: *message,
        place: *place,
        file_no: *file_no,
        why: why.clone(),
        reported_fen: *reported_fen,
        of_whole: *of_whole,
        expected_fen: *expected_fen,
        time_ms,
    })
}

impl PushedMessage {
    /// Nobody could read it when it came: nothing of it was applied.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        self.reading == "unreadable"
    }
}

impl Book {
    /// Records of banks that name no line of ours.
    #[must_use]
    pub fn unmatched(&self) -> &[UnmatchedRecord] {
        &self.unmatched.listed
    }

    /// Whether an answer of the bank's about a file held that record before.
    #[must_use]
    pub fn knows_answer(&self, bank: BankCode, file_no: Option<u64>, said: u64) -> bool {
        self.unmatched.answered.contains(&(bank, file_no, said))
    }

    /// A message was stored; it counts when it is closed.
    pub(super) fn message_stored(&mut self, bank: BankCode, digest: &str, message: PushedMessage) {
        let sequence = message.sequence;
        self.open_messages
            .insert(sequence, (bank, digest.to_owned(), message));
    }

    /// Everything that a message says is recorded.
    pub(super) fn message_closed(&mut self, message: u64) -> Result<(), &'static str> {
        let (bank, digest, pushed) = self
            .open_messages
            .remove(&message)
            .ok_or("no open message")?;
        self.pushed.insert((bank, digest), pushed);
        let found = self.unmatched.open.remove(&message).unwrap_or_default();
        self.unmatched.listed.extend(found.into_values());
        Ok(())
    }

    /// A record that names no line of ours; a message that a crash interrupted is read again.
    pub(super) fn not_matched(&mut self, record: UnmatchedRecord, said: u64) {
        let place = (record.file_no, record.place);
        if self.open_messages.contains_key(&record.message) {
            let of_message = self.unmatched.open.entry(record.message).or_default();
            of_message.entry(place).or_insert(record);
            return;
        }
        let said = (record.bank, record.file_no, said);
        if record.message != 0 || self.unmatched.answered.insert(said) {
            self.unmatched.listed.push(record);
        }
    }
}
