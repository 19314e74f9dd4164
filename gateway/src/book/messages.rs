//! What banks push, and records of theirs that name no line.

use super::{Book, PushedMessage, UnmatchedRecord};
use schemas::value::BankCode;

impl Book {
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
        Ok(())
    }

    /// A record that names no line of ours; a message that a crash interrupted is read again.
    pub(super) fn not_matched(&mut self, record: UnmatchedRecord) {
        let again = self.unmatched.iter().any(|known| {
            record.message != 0 && (known.message, known.place) == (record.message, record.place)
        });
        if !again {
            self.unmatched.push(record);
        }
    }
}
