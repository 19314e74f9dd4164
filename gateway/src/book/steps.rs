//! How each event changes the book. Private: [`Book::apply`] is the only door.

use super::wages::carries_the_wage;
use super::{BankFile, Batch, BatchState, Book, FileState, HistoryEntry, Stepped, Sum, wages};
use crate::event::{AcceptedHead, Dispute, Event, FileWord, Intent, Move, Origin};
use schemas::value::{BatchId, PaymentId};
use schemas::{LineEvent, LineState};

/// What an `Outcomes` record says.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub origin: Origin,
    pub message: Option<u64>,
    pub is_final: bool,
    pub moves: &'a [Move],
    pub disputes: &'a [(u32, Dispute, Move)],
}

impl Book {
    pub(super) fn accept(
        &mut self,
        head: &AcceptedHead,
        sequence: u64,
        time_ms: i64,
    ) -> Result<(), &'static str> {
        let id = head.batch;
        let arrived = self
            .arriving
            .remove(&id.sequence())
            .ok_or("no opening record")?;
        let mut batch = Batch::new(head.clone(), &arrived.rows, sequence, time_ms);
        let instructed = batch.sums.instructed();
        if instructed
            != (Sum {
                count: head.line_count,
                fen: head.total_fen,
            })
        {
            return Err("accepted count and sum differ from the lines");
        }
        self.note_accepted(&arrived, head.bytes);
        batch.line_records = arrived.line_records;
        batch.finding_records = arrived.finding_records;
        batch.byte_records = arrived.byte_records;
        batch.corrects = arrived.corrects;
        batch.note(sequence, batch.whole());
        let scope = wages::Scope::of(head);
        self.scopes.entry(scope.clone()).or_default().add(&batch);
        self.by_number
            .insert((head.employer, head.batch_no.clone()), id);
        self.by_digest
            .insert((head.employer, head.digest.clone()), id);
        self.batches.insert(id, batch);
        self.place_near(&scope);
        self.join_families(id);
        Ok(())
    }

    pub(super) fn approve(
        &mut self,
        id: BatchId,
        person: &str,
        sequence: u64,
        time_ms: i64,
    ) -> Result<(), &'static str> {
        let batch = self.batches.get_mut(&id).ok_or("no such batch")?;
        if batch.state() == BatchState::Held {
            batch.released_ms = Some(time_ms);
            self.step_all(id, LineEvent::Release, sequence, time_ms)?;
        } else {
            // Again, over what had barred lines of it.
            batch.note(sequence, batch.whole());
        }
        let batch = self.batches.get_mut(&id).ok_or("no such batch")?;
        batch.approved = Some((person.to_owned(), time_ms));
        batch.approved_at = sequence;
        self.refresh_work(id, None);
        Ok(())
    }

    /// Lines that nothing may send any more are taken back; the others of the batch stay.
    pub(super) fn withdraw_lines(
        &mut self,
        id: BatchId,
        lines: &[u32],
        sequence: u64,
        time_ms: i64,
    ) -> Result<(), &'static str> {
        self.can(id, lines)?;
        let batch = self.batches.get_mut(&id).ok_or("no such batch")?;
        for index in lines {
            if batch.step(*index, LineEvent::Cancel, time_ms) != Some(Stepped::Moved) {
                return Err("a line that can't take this step");
            }
        }
        batch.note(sequence, batch.whole());
        self.refresh_work(id, None);
        Ok(())
    }

    pub(super) fn withdraw(
        &mut self,
        id: BatchId,
        person: &str,
        sequence: u64,
        time_ms: i64,
    ) -> Result<(), &'static str> {
        self.step_all(id, LineEvent::Cancel, sequence, time_ms)?;
        let batch = self.batches.get_mut(&id).ok_or("no such batch")?;
        batch.withdrawn = Some((person.to_owned(), time_ms));
        Ok(())
    }

    /// What a bank answers about a file as a whole.
    pub(super) fn follow_answer(
        &mut self,
        event: &Event,
        sequence: u64,
        time_ms: i64,
    ) -> Result<(), &'static str> {
        if let Event::MessageAnswered {
            file_no, digest, ..
        } = event
        {
            let file = self.files.get_mut(file_no).ok_or("no such bank file")?;
            file.answered(digest);
            return self.note(*file_no, sequence);
        }
        if let Event::FileReceipt {
            file_no,
            reference_count,
            said,
            noted,
            bank_code,
            ..
        } = event
        {
            let words = (*said, noted.as_slice());
            let has_code = |step: &Move| step.bank_code.is_some();
            if (bank_code.is_some() || noted.iter().any(has_code))
                && let Some(file) = self.files.get_mut(file_no)
            {
                file.coded_at = sequence;
            }
            self.receipt(*file_no, *reference_count, words, (sequence, time_ms))?;
        }
        Ok(())
    }

    fn receipt(
        &mut self,
        file_no: u64,
        reference_count: u32,
        (said, noted): (FileWord, &[Move]),
        (sequence, time_ms): (u64, i64),
    ) -> Result<(), &'static str> {
        let file = self.files.get_mut(&file_no).ok_or("no such bank file")?;
        if reference_count > 0 {
            file.reference_records.push(sequence);
        }
        file.told(said, noted, time_ms);
        self.note(file_no, sequence)
    }

    /// Releases or cancels every line that is not refused.
    fn step_all(
        &mut self,
        id: BatchId,
        event: LineEvent,
        sequence: u64,
        time_ms: i64,
    ) -> Result<(), &'static str> {
        let batch = self.batches.get_mut(&id).ok_or("no such batch")?;
        let last = u32::try_from(batch.lines.len()).map_err(|_| "too many lines")?;
        for index in 1..=last {
            let refused = batch
                .line(index)
                .is_some_and(|line| line.state == LineState::Refused);
            if !refused && batch.step(index, event, time_ms) != Some(Stepped::Moved) {
                return Err("a line that can't take this step");
            }
        }
        batch.note(sequence, batch.whole());
        self.refresh_work(id, None);
        Ok(())
    }

    pub(super) fn intend(
        &mut self,
        intent: &Intent,
        sequence: u64,
        time_ms: i64,
    ) -> Result<(), &'static str> {
        self.would_intend(intent)?;
        match self.files.get_mut(&intent.file_no) {
            Some(file) if file.state == FileState::NotSent && file.intent == *intent => {
                file.state = FileState::Intended;
                file.since_ms = time_ms;
                file.attempts += 1;
            }
            Some(_) => return Err("a file number that is in use"),
            None => {
                self.files
                    .insert(intent.file_no, BankFile::new(intent.clone(), time_ms));
                let batch = self.batches.get_mut(&intent.batch).ok_or("no such batch")?;
                batch.files.push(intent.file_no);
            }
        }
        self.file_no_max = self.file_no_max.max(intent.file_no);
        let batch = self.batches.get_mut(&intent.batch).ok_or("no such batch")?;
        for index in &intent.lines {
            if batch.step(*index, LineEvent::Intend, time_ms) != Some(Stepped::Moved) {
                return Err("an intent for a line that is not released");
            }
            if let Some(line) = batch.line_mut(*index) {
                line.file_no = intent.file_no;
            }
        }
        self.note(intent.file_no, sequence)
    }

    pub(super) fn abandon(
        &mut self,
        file_no: u64,
        sequence: u64,
        time_ms: i64,
    ) -> Result<(), &'static str> {
        let file = self.files.get_mut(&file_no).ok_or("no such bank file")?;
        if file.state != FileState::NotSent {
            return Err("only a file that was certainly not sent is abandoned");
        }
        file.state = FileState::Abandoned;
        file.since_ms = time_ms;
        let (batch, lines) = (file.intent.batch, file.intent.lines.clone());
        let batch = self.batches.get_mut(&batch).ok_or("no such batch")?;
        for index in lines {
            if let Some(line) = batch.line_mut(index) {
                line.file_no = 0;
            }
        }
        self.note(file_no, sequence)
    }

    pub(super) fn outcomes(
        &mut self,
        file_no: u64,
        said: &Said<'_>,
        sequence: u64,
        time_ms: i64,
    ) -> Result<(), &'static str> {
        let Said {
            origin,
            message,
            is_final,
            moves,
            disputes,
        } = *said;
        let pushed_at = message.map(|message| self.came(message).earliest);
        let file = self.files.get_mut(&file_no).ok_or("no such bank file")?;
        let batch = self
            .batches
            .get_mut(&file.intent.batch)
            .ok_or("no such batch")?;
        for step in moves {
            let line = batch.line_mut(step.index).ok_or("no such line")?;
            if line.file_no != file_no {
                return Err("an outcome for a line of another file");
            }
            line.reported_fen = step.reported_fen.or(line.reported_fen);
            let before = line.state;
            match batch.step(step.index, step.event, time_ms) {
                Some(Stepped::Moved) => {
                    batch.told(step.index, sequence);
                    if let Some(line) = batch.line_mut(step.index) {
                        line.reason = step.reason;
                        file.line_moved((before, line.state), time_ms);
                    }
                }
                Some(Stepped::Repeated) => {}
                Some(Stepped::Refused(_)) | None => return Err("a step off the machine"),
            }
        }
        for (index, dispute, step) in disputes {
            let line = batch
                .dispute(*index, Some(*dispute), (sequence, time_ms))
                .ok_or("no such line")?;
            line.reported_fen = step.reported_fen.or(line.reported_fen);
        }
        // A decision was about the line as it stood: what the bank says now ends it.
        let id = batch.id();
        let told = moves.iter().map(|step| step.index);
        for row in told.chain(disputes.iter().map(|(index, ..)| *index)) {
            self.proposals.remove(&PaymentId { batch: id, row });
        }
        file.refused(origin, moves, time_ms);
        file.failed(moves, (origin, pushed_at), sequence);
        file.settled(origin, moves, disputes);
        if !(moves.is_empty() && disputes.is_empty()) {
            file.changed_at = sequence;
        }
        file.since_ms = time_ms;
        file.is_final |= is_final;
        for (row, ..) in disputes {
            self.note_may_bar(PaymentId {
                batch: id,
                row: *row,
            });
        }
        self.note(file_no, sequence)
    }

    pub(super) fn resolve(
        &mut self,
        payment: PaymentId,
        sequence: u64,
        time_ms: i64,
    ) -> Result<(), &'static str> {
        let proposal = self
            .proposals
            .remove(&payment)
            .ok_or("no proposal to confirm")?;
        // What comes after a decision is another matter, also over the same evidence.
        self.proposed.remove(&payment);
        let batch = self
            .batches
            .get_mut(&payment.batch)
            .ok_or("no such batch")?;
        let before = batch.line(payment.row).map(|line| line.state);
        match batch.step(payment.row, proposal.outcome, time_ms) {
            Some(Stepped::Moved) => {}
            Some(Stepped::Repeated | Stepped::Refused(_)) | None => {
                return Err("a resolution off the machine");
            }
        }
        // From now on the people's word stands, not the bank's last one.
        batch.decide(payment.row, sequence);
        let line = batch
            .dispute(payment.row, None, (sequence, time_ms))
            .ok_or("no such line")?;
        line.reason = proposal.reason;
        let (file_no, now) = (line.file_no, line.state);
        if let (Some(file), Some(before)) = (self.files.get_mut(&file_no), before) {
            file.line_moved((before, now), time_ms);
        }
        if before.is_some_and(|state| !carries_the_wage(state)) && carries_the_wage(now) {
            self.revived.insert(payment, sequence);
            self.note_may_bar(payment);
        }
        self.refresh_work(payment.batch, Some(file_no));
        self.note_line(payment, sequence)
    }

    /// Writes into the history of a file's batch that a record speaks of the file's lines.
    pub(super) fn note(&mut self, file_no: u64, sequence: u64) -> Result<(), &'static str> {
        let file = self.files.get(&file_no).ok_or("no such bank file")?;
        let (span, id) = (file.span(), file.intent.batch);
        let batch = self.batches.get_mut(&id).ok_or("no such batch")?;
        batch.note(sequence, span);
        self.refresh_work(id, Some(file_no));
        Ok(())
    }

    pub(super) fn note_line(
        &mut self,
        payment: PaymentId,
        sequence: u64,
    ) -> Result<(), &'static str> {
        let batch = self
            .batches
            .get_mut(&payment.batch)
            .ok_or("no such batch")?;
        batch.note(sequence, (payment.row, payment.row));
        Ok(())
    }
}

impl Batch {
    fn whole(&self) -> (u32, u32) {
        (1, u32::try_from(self.lines.len()).unwrap_or(u32::MAX))
    }

    fn note(&mut self, sequence: u64, span: (u32, u32)) {
        self.history.push(HistoryEntry { sequence, span });
    }
}
