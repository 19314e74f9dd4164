//! The headers of what the bank sends, taken off the block before the body for a channel.

use super::BankSide;
use crate::exchange::Answer;
use crate::wire::{Message, headers};

impl BankSide<'_> {
    /// The headers and the body of a reply to the step of this name.
    #[must_use]
    pub fn parted_reply(&self, step: &str, reply: Vec<u8>) -> (Vec<(String, String)>, Vec<u8>) {
        let names = match self.replying(step) {
            Ok((_, message)) => Message::headers(message),
            Err(_) => Vec::new(),
        };
        parted(&names, reply)
    }

    /// The headers and the body of a pushed message.
    #[must_use]
    pub fn parted_push(&self, message: Vec<u8>) -> (Vec<(String, String)>, Vec<u8>) {
        parted(&self.adapter.headers(Answer::Push), message)
    }
}

fn parted(names: &[String], message: Vec<u8>) -> (Vec<(String, String)>, Vec<u8>) {
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let found = headers::parted(&known, &message).filter(|_| !names.is_empty());
    let Some((values, body)) = found else {
        return (Vec::new(), message);
    };
    let values = values.into_iter().map(str::to_owned);
    let headers = names.iter().cloned().zip(values).collect();
    (headers, body.to_vec())
}
