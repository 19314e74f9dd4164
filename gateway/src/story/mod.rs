//! The story of a batch, a payment, a bank file or one record, from the journal alone: what came,
//! what was decided by whom, what left, what came back. It reads and never writes, opens nothing
//! that is sealed, and works beside a running gateway and on a copy.

mod arrivals;
mod details;
mod entry;
mod saying;
mod telling;
mod words;

pub use details::refusal_words;
pub use entry::{Entry, LastRecord, together, together_over_files};
pub use telling::Teller;
pub use words::{actor_words, dispute_words, sentence, step_words};

use schemas::value::{BatchId, PaymentId};

/// Of what the story is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A batch, or a file that came and was refused.
    Batch(BatchId),
    /// One line.
    Payment(PaymentId),
    /// One bank file.
    File(u64),
    /// One record of the journal.
    Record(u64),
}

impl Subject {
    /// Reads an id: `B20261123-42`, `B20261123-42.3`, the number of a bank file, or `@` and the
    /// sequence of a record. `None` where it is none of these.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(batch) = BatchId::parse(text) {
            return Some(Self::Batch(batch));
        }
        if let Ok(payment) = PaymentId::parse(text) {
            return Some(Self::Payment(payment));
        }
        let number = |text: &str| {
            let plain = text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<u64>().ok().filter(|one| plain && *one > 0)
        };
        match text.strip_prefix('@') {
            Some(sequence) => number(sequence).map(Self::Record),
            None => number(text).map(Self::File),
        }
    }
}
