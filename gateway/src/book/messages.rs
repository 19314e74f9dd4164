//! What banks push, and records of theirs that name no line.

use super::Book;
use crate::event::Event;
use schemas::value::{BankCode, BatchId, RegionCode};
use std::collections::{BTreeMap, BTreeSet};

/// Why an answer about a file says nothing: nobody can read it.
pub const ANSWER_UNREADABLE: &str = "answer_unreadable";

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
    /// The batch of that file, where it is about the message as a whole: it concerns whoever the
    /// batch concerns.
    pub batch: Option<BatchId>,
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
    /// The file that its receipt names.
    pub file_no: Option<u64>,
    /// When it came first.
    pub came: Came,
}

/// Between which records a message of the bank's own came, by the journal sequences that it would
/// have had. Of one that lay in the bank's folder nobody knows the moment: it was there when it was
/// first seen, and may have been there since its time of change. What would free money counts as
/// old as it may be, what contradicts that as young.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Came {
    /// Not before.
    pub earliest: u64,
    /// Not after.
    pub latest: u64,
}

impl Came {
    /// With this record.
    #[must_use]
    pub const fn at(sequence: u64) -> Self {
        Self {
            earliest: sequence,
            latest: sequence,
        }
    }

    /// Of a message with the record `sequence`, as its event says.
    pub(super) fn of(sequence: u64, seen_at: Option<u64>, written_at: Option<u64>) -> Self {
        let latest = seen_at.map_or(sequence, |seen_at| seen_at.min(sequence));
        Self {
            earliest: written_at.map_or(latest, |written_at| written_at.min(latest)),
            latest,
        }
    }
}

/// Whom a record concerns that fits nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Concern {
    /// The bank that sent it.
    pub bank: BankCode,
    /// The region of the batch that the whole message is about, where it has one.
    pub region: Option<RegionCode>,
}

/// Places in the list, by time and journal sequence.
type InOrder = BTreeMap<(i64, u64), usize>;

/// Messages that nobody could read, by time and journal sequence: which kind each is.
pub type Unread = BTreeMap<(i64, u64), String>;

/// Records that name no line of ours. Those of a message are seen when it is closed, all at once
/// (M3), however many records and groups of records it took to write them down.
#[derive(Debug, Default)]
pub(super) struct Unmatched {
    listed: Vec<UnmatchedRecord>,
    /// By whether they are about a whole message, and by concern.
    in_order: BTreeMap<(bool, Concern), InOrder>,
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
        batch: None,
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
    /// A bank names a row of its file that the file has not, or answers a question about it with
    /// something that nobody can read: that may have been "accepted" (decision 010).
    pub(super) fn note_stray(&mut self, record: &UnmatchedRecord) {
        let file = record
            .file_no
            .and_then(|file_no| self.files.get_mut(&file_no));
        let Some(file) = file.filter(|file| file.intent.bank == record.bank) else {
            // Under no number, or one that is none of ours, it may speak of any file.
            self.nameless_at.insert(record.bank, record.sequence);
            return;
        };
        if record.of_whole {
            file.heard |= record.why == ANSWER_UNREADABLE;
        } else {
            file.has_stray = true;
            file.changed_at = record.sequence;
        }
    }

    /// Whether the bank sent something of its own behind a record of which nobody knows what file
    /// it speaks of: it has not been read to its end yet, or names no file of the bank's.
    #[must_use]
    pub fn is_unread_since(&self, bank: BankCode, sequence: u64) -> bool {
        let mut unread = self.unread.get(&bank).into_iter().flatten();
        let mut open = self.open_messages.iter();
        let nameless_at = self.nameless_at.get(&bank).copied().unwrap_or_default();
        nameless_at > sequence
            || unread.any(|((_, came_at), _)| *came_at > sequence)
            || open.any(|(came_at, (by, ..))| *by == bank && *came_at > sequence)
    }

    /// When the same bytes came first that could not be read as that message; `None` without one.
    pub(super) fn first_came(
        &self,
        bank: BankCode,
        digest: &str,
        again: Option<u64>,
    ) -> Option<Came> {
        let again = again?;
        let first = self.pushed(bank, digest);
        let first = first.filter(|first| first.sequence == again);
        Some(first.map_or(Came::at(again), |first| first.came))
    }

    /// When a message came first that is being read, or else with its own record: a later copy is
    /// no younger than the first, and what lay in a folder no younger than the look that found it.
    #[must_use]
    pub fn came(&self, message: u64) -> Came {
        let open = self.open_messages.get(&message);
        open.map_or(Came::at(message), |(_, _, message)| message.came)
    }

    /// Records of banks that name no line of ours.
    #[must_use]
    pub fn unmatched(&self) -> &[UnmatchedRecord] {
        &self.unmatched.listed
    }

    /// Those about whole messages, or those about single records, by whom they concern: how many,
    /// and each from a time and journal sequence on, in order.
    pub fn unmatched_from(
        &self,
        of_whole: bool,
        from: (i64, u64),
    ) -> impl Iterator<Item = (Concern, usize, impl Iterator<Item = &UnmatchedRecord>)> {
        let concerns = self.unmatched.in_order.iter();
        let concerns = concerns.filter(move |((whole, _), _)| *whole == of_whole);
        concerns.map(move |((_, concern), listed)| {
            let places = listed.range(from..).map(|(_, place)| *place);
            let records = places.filter_map(|place| self.unmatched.listed.get(place));
            (*concern, listed.len(), records)
        })
    }

    /// Messages that nobody could read yet, by bank.
    pub fn unread(&self) -> impl Iterator<Item = (BankCode, &Unread)> {
        self.unread.iter().map(|(bank, messages)| (*bank, messages))
    }

    /// The message of the same bytes, read the same way, that is stored and not closed.
    #[must_use]
    pub fn open_message(
        &self,
        bank: BankCode,
        digest: &str,
        reading: &str,
    ) -> Option<&PushedMessage> {
        let mut open = self.open_messages.iter();
        let same = open.find(|(_, (by, key, message))| {
            *by == bank && key == digest && message.reading == reading
        });
        same.map(|(_, (.., message))| message)
    }

    /// Whether an answer of the bank's about a file held that record before.
    #[must_use]
    pub fn knows_answer(&self, bank: BankCode, file_no: Option<u64>, said: u64) -> bool {
        self.unmatched.answered.contains(&(bank, file_no, said))
    }

    /// A message was stored; it counts when it is closed.
    pub(super) fn message_stored(&mut self, bank: BankCode, digest: &str, message: PushedMessage) {
        let sequence = message.sequence;
        self.note_bank(bank);
        let named = message.file_no.and_then(|no| self.files.get_mut(&no));
        if let Some(file) = named.filter(|file| file.intent.bank == bank) {
            file.pushed_at = file.pushed_at.max(message.came.latest);
        }
        self.open_messages
            .insert(sequence, (bank, digest.to_owned(), message));
    }

    /// Everything that a message says is recorded.
    pub(super) fn message_closed(&mut self, message: u64) -> Result<(), &'static str> {
        let (bank, digest, pushed) = self
            .open_messages
            .remove(&message)
            .ok_or("no open message")?;
        let unread = self.unread.entry(bank).or_default();
        let place = |message: &PushedMessage| (message.time_ms, message.sequence);
        if pushed.is_unread() {
            unread.insert(place(&pushed), pushed.message.clone());
        }
        if let Some(earlier) = self.pushed.insert((bank, digest), pushed) {
            unread.remove(&place(&earlier));
        }
        let found = self.unmatched.open.remove(&message).unwrap_or_default();
        for record in found.into_values() {
            self.list(record);
        }
        Ok(())
    }

    fn list(&mut self, mut record: UnmatchedRecord) {
        let file = record.file_no.and_then(|file_no| self.files.get(&file_no));
        let file = file.filter(|file| record.of_whole && file.intent.bank == record.bank);
        let batch = file.and_then(|file| self.batches.get(&file.intent.batch));
        record.batch = batch.map(super::Batch::id);
        let concern = Concern {
            bank: record.bank,
            region: batch.and_then(|batch| batch.head.region),
        };
        let key = (record.of_whole, concern);
        let in_order = self.unmatched.in_order.entry(key).or_default();
        in_order.insert(
            (record.time_ms, record.sequence),
            self.unmatched.listed.len(),
        );
        self.unmatched.listed.push(record);
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
            self.list(record);
        }
    }
}
