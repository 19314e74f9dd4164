//! The headers of what the bank sends, taken off the block before the body for a channel, and those
//! of what it gets, put there.

use super::{BankSide, Incoming, IncomingWire};
use crate::exchange::Answer;
use crate::wire::Message;
use crate::wire::headers::{fronted, taken_off};

impl BankSide<'_> {
    /// The headers and the body of a reply to the step of this name.
    #[must_use]
    pub fn parted_reply(&self, step: &str, reply: Vec<u8>) -> (Vec<(String, String)>, Vec<u8>) {
        let names = match self.replying(step) {
            Ok((_, message)) => Message::headers(message),
            Err(_) => Vec::new(),
        };
        taken_off(&names, reply)
    }

    /// The headers and the body of a pushed message.
    #[must_use]
    pub fn parted_push(&self, message: Vec<u8>) -> (Vec<(String, String)>, Vec<u8>) {
        taken_off(&self.adapter.headers(Answer::Push), message)
    }
}

/// A request with the block of its headers before it.
pub(super) fn whole(message: &Message, incoming: &Incoming) -> Vec<u8> {
    let IncomingWire::Http { headers, .. } = &incoming.wire else {
        return incoming.bytes.clone();
    };
    let given = headers.iter();
    let given = given.map(|(name, value)| (name.clone(), value.clone().into_bytes()));
    let given: Vec<_> = given.collect();
    fronted(&message.headers(), &given, incoming.bytes.clone())
}
