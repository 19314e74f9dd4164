//! What banks push, and resolutions that wait for their second operator.

use super::{Book, Proposal, PushedMessage, UnmatchedRecord};
use crate::event::Event;

impl Book {
    /// Follows the records of a pushed message.
    pub(super) fn message(
        &mut self,
        event: &Event,
        sequence: u64,
        time_ms: i64,
    ) -> Result<(), &'static str> {
        match event {
            Event::BankMessage {
                bank,
                message,
                digest,
                reading,
            } => {
                let pushed = PushedMessage {
                    sequence,
                    time_ms,
                    reading: reading.clone(),
                    message: message.clone(),
                };
                self.open_messages
                    .insert(sequence, (*bank, digest.clone(), pushed));
            }
            Event::BankMessageClosed { message } => {
                let (bank, digest, pushed) = self
                    .open_messages
                    .remove(message)
                    .ok_or("no open message")?;
                self.pushed.insert((bank, digest), pushed);
            }
            Event::Unmatched {
                bank,
                message,
                place,
                file_no,
                why,
                reported_fen,
            } => {
                // A message that a crash interrupted is read again.
                let again = |known: &UnmatchedRecord| {
                    *message != 0 && (known.message, known.place) == (*message, *place)
                };
                if !self.unmatched.iter().any(again) {
                    self.unmatched.push(UnmatchedRecord {
                        bank: *bank,
                        sequence,
                        message: *message,
                        place: *place,
                        file_no: *file_no,
                        why: why.clone(),
                        reported_fen: *reported_fen,
                        time_ms,
                    });
                }
            }
            _ => return Err("not a record of a pushed message"),
        }
        Ok(())
    }

    /// Follows the proposal of a resolution.
    pub(super) fn propose(
        &mut self,
        event: &Event,
        sequence: u64,
        time_ms: i64,
    ) -> Result<(), &'static str> {
        let Event::ResolutionProposed {
            payment,
            outcome,
            reason,
            evidence_digest,
            operator,
            ..
        } = event
        else {
            return Err("not a proposal");
        };
        let proposal = Proposal {
            outcome: *outcome,
            reason: *reason,
            evidence_digest: evidence_digest.clone(),
            operator: operator.clone(),
            time_ms,
        };
        self.proposals.insert(*payment, proposal);
        self.note_line(*payment, sequence)
    }
}
