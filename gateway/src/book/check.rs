//! Whether a record would be followed, asked before it is written: the journal then holds no fact
//! that the book refuses (decision 007). Nothing here changes the book.

use super::{BankFile, Batch, BatchState, Book, FileState, LineState};
use crate::event::{AcceptedHead, Event, Intent, Move};
use schemas::LineEvent;
use schemas::line_state::{Applied, apply};
use schemas::value::{BatchId, PaymentId};
use std::collections::{BTreeMap, BTreeSet};

impl Book {
    /// Whether the book would follow an event as its next record.
    ///
    /// # Errors
    /// What does not fit, as [`Book::apply`] would say.
    pub fn would_follow(&self, event: &Event, table: &[u8]) -> Result<(), &'static str> {
        match event {
            Event::Started { .. }
            | Event::Restored { .. }
            | Event::Refused { .. }
            | Event::Disclosed { .. }
            | Event::BatchOpened { .. }
            | Event::BatchAbandoned { .. }
            | Event::BankMessage { .. }
            | Event::Unmatched { .. } => Ok(()),
            Event::BatchBytes { opened, .. } | Event::BatchFindings { opened, .. } => {
                self.arrives(*opened)
            }
            Event::BatchLines { opened, .. } => {
                let whole = table.len().is_multiple_of(super::table::ROW_BYTES);
                self.arrives(*opened)?;
                whole.then_some(()).ok_or("a table of a wrong length")
            }
            Event::BatchAccepted(head) => self.would_accept(head),
            Event::BatchApproved { batch, .. } => match self.known_batch(*batch)?.state() {
                BatchState::Held => self.all_can(*batch, LineEvent::Release),
                BatchState::Released
                | BatchState::InProgress
                | BatchState::Settled
                | BatchState::Withdrawn => Ok(()),
            },
            Event::LinesWithdrawn { batch, lines, .. } => self.can(*batch, lines),
            Event::BatchWithdrawn { batch, .. } => self.all_can(*batch, LineEvent::Cancel),
            Event::FileIntended(intent) => self.would_intend(intent),
            Event::MessageLeaving {
                file_no, instructs, ..
            } => would_leave(self.known_file(*file_no)?, *instructs),
            Event::MessageAnswered { file_no, .. } | Event::FileReceipt { file_no, .. } => {
                self.known_file(*file_no).map(drop)
            }
            Event::FileAbandoned { file_no, .. } => match self.known_file(*file_no)?.state {
                FileState::NotSent => Ok(()),
                FileState::Intended
                | FileState::Leaving
                | FileState::AtBank
                | FileState::Abandoned => {
                    Err("only a file that was certainly not sent is abandoned")
                }
            },
            Event::Outcomes {
                file_no,
                moves,
                disputes,
                ..
            } => {
                let disputed = disputes.iter().map(|(index, ..)| *index);
                self.would_move(*file_no, moves, disputed)
            }
            Event::BankMessageClosed { message } => {
                let open = self.open_messages.contains_key(message);
                open.then_some(()).ok_or("no open message")
            }
            Event::ResolutionProposed { payment, .. } => self.known_line(*payment),
            Event::ResolutionConfirmed {
                payment,
                proposal,
                outcome,
                ..
            } => self.would_resolve(*payment, (*proposal, *outcome)),
        }
    }

    fn arrives(&self, opened: u64) -> Result<(), &'static str> {
        let known = self.arriving.contains_key(&opened);
        known.then_some(()).ok_or("no opening record")
    }

    fn known_batch(&self, id: BatchId) -> Result<&Batch, &'static str> {
        self.batches.get(&id).ok_or("no such batch")
    }

    /// There is a line of this payment.
    pub(super) fn known_line(&self, payment: PaymentId) -> Result<(), &'static str> {
        let line = self.known_batch(payment.batch)?.line(payment.row);
        line.map(drop).ok_or("no such line")
    }

    fn known_file(&self, file_no: u64) -> Result<&BankFile, &'static str> {
        self.files.get(&file_no).ok_or("no such bank file")
    }

    fn would_accept(&self, head: &AcceptedHead) -> Result<(), &'static str> {
        let arrived = self.arriving.get(&head.batch.sequence());
        let arrived = arrived.ok_or("no opening record")?;
        // Proofs show by the neighbours that a line is not there.
        if !head.refused_late.is_sorted_by(|one, next| one < next) {
            return Err("lines refused late that do not ascend");
        }
        let late: BTreeSet<u32> = head.refused_late.iter().copied().collect();
        let taken = arrived
            .rows
            .iter()
            .filter(|row| !row.refused && !late.contains(&row.index));
        let (count, fen) = taken.fold((0u32, 0i64), |(count, fen), row| {
            (count + 1, fen + row.amount_fen)
        });
        if (count, fen) != (head.line_count, head.total_fen) {
            return Err("accepted count and sum differ from the lines");
        }
        Ok(())
    }

    /// Every line that is not refused can take a step.
    fn all_can(&self, id: BatchId, event: LineEvent) -> Result<(), &'static str> {
        let batch = self.known_batch(id)?;
        let can = batch
            .lines
            .iter()
            .filter(|line| line.state != LineState::Refused)
            .all(|line| moves(line.state, line.disputed.is_some(), event).is_some());
        can.then_some(()).ok_or("a line that can't take this step")
    }

    /// Each of these lines can be taken back, once.
    pub(super) fn can(&self, id: BatchId, lines: &[u32]) -> Result<(), &'static str> {
        let batch = self.known_batch(id)?;
        let can = |index: &u32| {
            let line = batch.line(*index);
            line.is_some_and(|line| {
                moves(line.state, line.disputed.is_some(), LineEvent::Cancel).is_some()
            })
        };
        let mut seen = BTreeSet::new();
        lines
            .iter()
            .all(|index| can(index) && seen.insert(*index))
            .then_some(())
            .ok_or("a line that can't take this step")
    }

    pub(super) fn would_intend(&self, intent: &Intent) -> Result<(), &'static str> {
        let batch = self.known_batch(intent.batch)?;
        match self.files.get(&intent.file_no) {
            Some(file) if file.state == FileState::NotSent && file.intent == *intent => {}
            Some(_) => return Err("a file number that is in use"),
            None => {}
        }
        let mut seen = BTreeSet::new();
        let free = |index: &u32| {
            let line = batch.line(*index);
            line.is_some_and(|line| {
                let is_free = line.file_no == 0 || line.file_no == intent.file_no;
                is_free && moves(line.state, line.disputed.is_some(), LineEvent::Intend).is_some()
            })
        };
        let all = intent
            .lines
            .iter()
            .all(|index| free(index) && seen.insert(*index));
        all.then_some(())
            .ok_or("an intent for a line that is not released")
    }

    fn would_move(
        &self,
        file_no: u64,
        steps: &[Move],
        mut disputed: impl Iterator<Item = u32>,
    ) -> Result<(), &'static str> {
        let batch = self.known_batch(self.known_file(file_no)?.intent.batch)?;
        let mut states: BTreeMap<u32, LineState> = BTreeMap::new();
        for step in steps {
            let line = batch.line(step.index).ok_or("no such line")?;
            if line.file_no != file_no {
                return Err("an outcome for a line of another file");
            }
            let state = states.entry(step.index).or_insert(line.state);
            match apply(*state, line.disputed.is_some(), step.event) {
                Applied::Moved(next) => *state = next,
                Applied::Repeated => {}
                Applied::Refused(_) => return Err("a step off the machine"),
            }
        }
        let known = disputed.all(|index| batch.line(index).is_some());
        known.then_some(()).ok_or("no such line")
    }

    /// What is named is that which waits; an older record names nothing.
    fn would_resolve(
        &self,
        payment: PaymentId,
        (named, outcome): (Option<u64>, Option<LineEvent>),
    ) -> Result<(), &'static str> {
        let proposal = self.proposals.get(&payment);
        let proposal = proposal.ok_or("no proposal to confirm")?;
        if named.is_some_and(|named| named != proposal.sequence)
            || outcome.is_some_and(|outcome| outcome != proposal.outcome)
        {
            return Err("a confirmation of another proposal");
        }
        let line = self.known_batch(payment.batch)?.line(payment.row);
        let moved =
            line.and_then(|line| moves(line.state, line.disputed.is_some(), proposal.outcome));
        moved.map(drop).ok_or("a resolution off the machine")
    }
}

fn moves(state: LineState, disputed: bool, event: LineEvent) -> Option<LineState> {
    match apply(state, disputed, event) {
        Applied::Moved(next) => Some(next),
        Applied::Repeated | Applied::Refused(_) => None,
    }
}

fn would_leave(file: &BankFile, instructs: bool) -> Result<(), &'static str> {
    match (file.state, instructs) {
        (FileState::Intended, _) | (FileState::Leaving | FileState::AtBank, false) => Ok(()),
        (FileState::Leaving | FileState::AtBank, true) => Err("an instruction sent twice"),
        (FileState::NotSent | FileState::Abandoned, _) => Err("no intent for what leaves"),
    }
}
