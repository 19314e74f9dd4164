//! Which records are about the subject, and what each tells.

use super::arrivals::Arrivals;
use super::saying::tell;
use super::{Entry, Subject};
use crate::book::{Book, Recorded};
use crate::core::{CoreError, read_clear};
use crate::event::Event;
use journal::Passed;
use schemas::value::{BatchId, PaymentId};
use std::collections::{BTreeMap, BTreeSet};

/// Reads a journal record by record and keeps what is about its subject.
#[derive(Debug)]
pub struct Teller {
    subject: Subject,
    book: Book,
    entries: Vec<Entry>,
    files: BTreeSet<u64>,
    /// Messages of banks that speak of the subject.
    messages: BTreeSet<u64>,
    /// Those of which it is not known yet.
    pushed: BTreeMap<u64, Entry>,
    /// Lines of other batches that correct one of the subject's, until their batch is accepted.
    correcting: BTreeMap<u64, Vec<(u32, PaymentId)>>,
    refused: Option<String>,
    /// Of a story of one record: the batch that it belongs to.
    batch_of_record: Option<BatchId>,
    arrivals: Arrivals,
    /// The last message of each file that has no answer yet, by its place among the entries.
    asking: BTreeMap<u64, usize>,
    /// The last record seen.
    last: u64,
    /// A batch of the subject's sequence and another day.
    namesake: Option<BatchId>,
    /// The opening record has the day of the subject's id as well.
    is_begun: bool,
}

impl Teller {
    /// The story of a subject, from its beginning.
    #[must_use]
    pub fn of(subject: Subject) -> Self {
        Self {
            subject,
            book: Book::default(),
            entries: Vec::new(),
            files: BTreeSet::new(),
            messages: BTreeSet::new(),
            pushed: BTreeMap::new(),
            correcting: BTreeMap::new(),
            refused: None,
            batch_of_record: None,
            arrivals: Arrivals::default(),
            asking: BTreeMap::new(),
            last: 0,
            namesake: None,
            is_begun: false,
        }
    }

    /// The book as the records so far tell it.
    #[must_use]
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// The batch of the subject, as far as the records so far tell it.
    #[must_use]
    pub fn batch_id(&self) -> Option<BatchId> {
        match self.subject {
            Subject::Batch(batch) => Some(batch),
            Subject::Payment(payment) => Some(payment.batch),
            Subject::File(file_no) => Some(self.book.file(file_no)?.intent.batch),
            Subject::Record(_) => self.batch_of_record,
        }
    }

    /// The last record seen; 0 before the first.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.last
    }

    /// A batch that has the subject's sequence, and another day.
    #[must_use]
    pub fn namesake(&self) -> Option<BatchId> {
        self.namesake
    }

    /// Why the subject's file was not accepted, where it was not.
    #[must_use]
    pub fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    /// What was told, in the order of the journal.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let mut entries = self.entries.clone();
        entries.sort_by_key(|entry| entry.sequence);
        entries
    }

    /// Takes the next record.
    ///
    /// # Errors
    /// When it is no event of this program.
    pub fn see(&mut self, passed: Passed<'_>) -> Result<(), CoreError> {
        self.last = passed.sequence;
        if passed.kind.is_reserved() {
            return Ok(());
        }
        let (event, table) = read_clear(passed.sequence, passed.clear)?;
        let recorded = Recorded {
            sequence: passed.sequence,
            time_ms: passed.time_ms,
            event: &event,
            table,
        };
        // What the book could not follow when it was made is listed there as a defect.
        let _ = self.book.apply(recorded);
        let entry = Entry {
            time_ms: passed.time_ms,
            sequence: passed.sequence,
            segment: passed.position.segment,
            offset: passed.position.offset,
            actor: passed.actor.to_owned(),
            count: 1,
            of_line: self.row().is_some(),
            ..tell(&event, self.row())
        };
        self.arrivals.see(&event, entry.sequence);
        if self.subject == Subject::Record(entry.sequence) {
            self.batch_of_record = self.arrivals.batch_of(&self.book, &event, &entry);
        }
        if self.is_about(&event, &entry) {
            self.note_answers(&event);
            self.entries.push(entry);
        }
        Ok(())
    }

    /// A message that leaves tells of the one before it whether that was answered.
    fn note_answers(&mut self, event: &Event) {
        if let Event::MessageLeaving { file_no, .. } = event {
            let before = self.asking.insert(*file_no, self.entries.len());
            if let Some(entry) = before.and_then(|at| self.entries.get_mut(at)) {
                entry.unanswered = 1;
            }
        } else if let Event::MessageAnswered { file_no, .. } | Event::Outcomes { file_no, .. } =
            event
        {
            self.asking.remove(file_no);
        }
    }

    fn row(&self) -> Option<u32> {
        match self.subject {
            Subject::Payment(payment) => Some(payment.row),
            Subject::Batch(_) | Subject::File(_) | Subject::Record(_) => None,
        }
    }

    fn batch(&self) -> Option<BatchId> {
        match self.subject {
            Subject::Batch(batch) => Some(batch),
            Subject::Payment(payment) => Some(payment.batch),
            Subject::File(_) | Subject::Record(_) => None,
        }
    }

    /// Whether a line of the subject's batch is the subject's.
    fn has(&self, mut rows: impl Iterator<Item = u32>) -> bool {
        match self.row() {
            Some(own) => rows.any(|row| row == own),
            None => true,
        }
    }

    fn is_about(&mut self, event: &Event, entry: &Entry) -> bool {
        if let Subject::Record(sequence) = self.subject {
            // Of a bank's message also what came of it.
            return sequence == entry.sequence || entry.message == Some(sequence);
        }
        match event {
            Event::Started { .. } | Event::Refused { .. } | Event::Disclosed { .. } => false,
            // What was there then is bound by it.
            Event::Restored { .. } => self.is_begun || !self.files.is_empty(),
            Event::BatchOpened { day, .. } => {
                let id = BatchId::new(*day, entry.sequence);
                self.is_begun |= self.batch() == Some(id);
                if self
                    .batch()
                    .is_some_and(|own| own.sequence() == entry.sequence)
                {
                    self.namesake = Some(id).filter(|id| self.batch() != Some(*id));
                }
                self.is_opened_by(entry.sequence)
            }
            Event::BatchBytes { opened, .. } | Event::BatchFindings { opened, .. } => {
                self.is_opened_by(*opened)
            }
            Event::BatchLines { .. } | Event::BatchAccepted(_) | Event::BatchAbandoned { .. } => {
                self.is_of_arrival(event, entry)
            }
            Event::BatchApproved { batch, .. } | Event::BatchWithdrawn { batch, .. } => {
                self.batch() == Some(*batch)
            }
            Event::LinesWithdrawn { batch, lines, .. } => {
                self.batch() == Some(*batch) && self.has(lines.iter().copied())
            }
            Event::FileIntended(_)
            | Event::MessageLeaving { .. }
            | Event::MessageAnswered { .. }
            | Event::FileAbandoned { .. }
            | Event::FileReceipt { .. }
            | Event::Outcomes { .. } => self.is_of_file(event),
            Event::BankMessage { .. }
            | Event::BankMessageClosed { .. }
            | Event::Unmatched { .. } => self.is_of_message(event, entry),
            Event::ResolutionProposed { payment, .. }
            | Event::ResolutionConfirmed { payment, .. } => {
                let file_no = self.book.line(*payment).map(|(_, line)| line.file_no);
                let of_file = file_no.is_some_and(|file_no| self.files.contains(&file_no));
                match self.batch() {
                    Some(batch) => batch == payment.batch && self.has([payment.row].into_iter()),
                    None => of_file,
                }
            }
        }
    }

    /// What is intended, leaves, comes back and is made of it.
    fn is_of_file(&mut self, event: &Event) -> bool {
        if let Event::FileIntended(intent) = event {
            let rows = intent.lines.iter().copied();
            let is_own = match self.batch() {
                Some(batch) => batch == intent.batch && self.has(rows),
                None => self.subject == Subject::File(intent.file_no),
            };
            if is_own {
                self.files.insert(intent.file_no);
            }
            return is_own;
        }
        if let Event::MessageLeaving { file_no, .. }
        | Event::MessageAnswered { file_no, .. }
        | Event::FileAbandoned { file_no, .. } = event
        {
            return self.files.contains(file_no);
        }
        if let Event::FileReceipt {
            file_no, message, ..
        } = event
        {
            return self.files.contains(file_no) && self.was_told(*message);
        }
        let Event::Outcomes {
            file_no,
            message,
            moves,
            disputes,
            ..
        } = event
        else {
            return false;
        };
        let rows = moves.iter().map(|step| step.index);
        let rows = rows.chain(disputes.iter().map(|(row, ..)| *row));
        let says_nothing = moves.is_empty() && disputes.is_empty();
        let is_own = self.files.contains(file_no) && (says_nothing || self.has(rows));
        is_own && self.was_told(*message)
    }

    /// What a bank tells unasked.
    fn is_of_message(&mut self, event: &Event, entry: &Entry) -> bool {
        if let Event::BankMessage { file_no, .. } = event {
            let is_own = file_no.is_some_and(|file_no| self.files.contains(&file_no));
            if is_own {
                self.messages.insert(entry.sequence);
            } else {
                self.pushed.insert(entry.sequence, entry.clone());
            }
            return is_own;
        }
        if let Event::BankMessageClosed { message } = event {
            self.pushed.remove(message);
            return self.messages.contains(message);
        }
        let Event::Unmatched {
            file_no, message, ..
        } = event
        else {
            return false;
        };
        let of_file = file_no.is_some_and(|file_no| self.files.contains(&file_no));
        let is_own = of_file || self.messages.contains(message);
        is_own && self.was_told(Some(*message).filter(|message| *message > 0))
    }

    fn is_opened_by(&self, opened: u64) -> bool {
        let batch = self.batch().filter(|_| self.is_begun);
        batch.is_some_and(|batch| batch.sequence() == opened)
    }

    /// Lines of a file, and how its arrival ends; also of a file that corrects a line of ours.
    fn is_of_arrival(&mut self, event: &Event, entry: &Entry) -> bool {
        if let Event::BatchLines {
            opened,
            first,
            count,
            corrects,
        } = event
        {
            let own: Vec<(u32, PaymentId)> = corrects.clone();
            let of_ours = own.into_iter().filter(|(_, original)| {
                self.batch() == Some(original.batch) && self.has([original.row].into_iter())
            });
            let of_ours: Vec<(u32, PaymentId)> = of_ours.collect();
            if !of_ours.is_empty() {
                self.correcting.entry(*opened).or_default().extend(of_ours);
            }
            let rows = *first..first.saturating_add(*count);
            return self.is_opened_by(*opened) && self.row().is_none_or(|row| rows.contains(&row));
        }
        if let Event::BatchAccepted(head) = event {
            let found = self.correcting.remove(&head.batch.sequence());
            for (row, original) in found.unwrap_or_default() {
                let batch = head.batch;
                let correction = PaymentId { batch, row };
                self.entries.push(Entry {
                    event: "corrected_by",
                    digest: None,
                    sum: None,
                    detail: Some(format!("{original} {correction}")),
                    ..entry.clone()
                });
            }
            return self.batch() == Some(head.batch);
        }
        let Event::BatchAbandoned { opened, why, .. } = event else {
            return false;
        };
        self.correcting.remove(opened);
        let is_own = self.is_opened_by(*opened);
        if is_own {
            self.refused = Some(why.clone());
        }
        is_own
    }

    /// A record of the subject comes from a message: so that is told as well.
    fn was_told(&mut self, message: Option<u64>) -> bool {
        if let Some(message) = message {
            self.entries.extend(self.pushed.remove(&message));
            self.messages.insert(message);
        }
        true
    }
}
