//! What the bank sends of itself, read by the messages that its dialect lists.

use crate::adapter::BankAdapter;
use crate::exchange::{Crypto, Push, Unreadable};
use crate::layout::fault::unreadable;
use crate::wire::Message;

impl BankAdapter {
    /// A message that the bank pushes: framed, enveloped or bare as found.
    ///
    /// # Errors
    /// `Unreadable`.
    pub fn decode_push(&self, bytes: &[u8], crypto: &dyn Crypto) -> Result<Push, Unreadable> {
        let push = &self.dialect.push;
        let also = push.also.iter().map(|also| (&also.message, &also.codes));
        let mut attempts = Vec::new();
        for (message, codes) in std::iter::once((self.push_message()?, &push.codes)).chain(also) {
            match self.read_as_found(message, bytes, crypto) {
                Ok(values) => return Ok(self.push(codes, &values)),
                Err(wrong) => attempts.push((0, wrong)),
            }
        }
        let furthest = Unreadable::furthest(attempts);
        Err(furthest.unwrap_or_else(|| unreadable("not this message")))
    }

    pub(crate) fn push_message(&self) -> Result<&Message, Unreadable> {
        let query = || self.dialect.query.last().and_then(|s| s.reply.as_ref());
        let message = self.dialect.push.message.as_ref().or_else(query);
        message.ok_or_else(|| unreadable("the dialect has no pushed message"))
    }
}
