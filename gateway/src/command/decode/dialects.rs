//! A message as the bank's dialect reads it: that of two which does, and whole.

use super::keys::Keys;
use super::{Decoded, MessageWord, cut, decode, sibling};
use adapters::BankAdapter;
use adapters::exchange::Unreadable;

/// By the dialect of the bank that reads it as it stands, else with the ending that it lost, else
/// by a further dialect of the bank.
pub(super) fn read(
    bank: &'static BankAdapter,
    message: MessageWord,
    bytes: &[u8],
    keys: &Keys,
) -> Result<(&'static BankAdapter, Decoded), Unreadable> {
    // No ending is all that it has lost.
    if let Some(empty) = Unreadable::of_nothing(bytes) {
        return Err(empty);
    }
    let names_file = |decoded: &Decoded| decoded.references.contains_key("file_no");
    let whole = bank.read_by(|own| decode(own, message, bytes, keys), names_file);
    let own = whole.or_else(|wrong| {
        let mut dialects = bank.by_dialect();
        let mended = dialects.find_map(|own| Some((own, cut::ended(own, message, bytes, keys)?)));
        mended.ok_or(wrong)
    });
    let doubted = |(own, decoded)| (own, cut::doubted(own, decoded, (message, bytes), keys));
    own.map(doubted).or_else(|wrong| {
        let decoded = sibling::read(bank, message, bytes, (keys, wrong))?;
        Ok((bank, decoded))
    })
}
