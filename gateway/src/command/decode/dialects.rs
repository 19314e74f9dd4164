//! A message of a bank that has two dialects.

use super::keys::Keys;
use super::{Decoded, MessageWord, decode};
use adapters::BankAdapter;
use adapters::exchange::Unreadable;

/// Read by the first of the bank's dialects that reads it; gives that one too.
pub(super) fn read(
    bank: &'static BankAdapter,
    message: MessageWord,
    bytes: &[u8],
    keys: &Keys,
) -> Result<(&'static BankAdapter, Decoded), Unreadable> {
    let by = |own: &'static BankAdapter| Ok((own, decode(own, message, bytes, keys)?));
    let mut dialects = bank.by_dialect();
    let first = by(dialects.next().unwrap_or(bank));
    dialects.fold(first, |known, own| {
        known.or_else(|wrong: Unreadable| by(own).map_err(|too| wrong.or(too)))
    })
}
