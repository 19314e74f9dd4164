//! A message as the bank's dialect reads it: that of two which does, and whole.

use super::keys::Keys;
use super::{Decoded, MessageWord, decode};
use adapters::BankAdapter;
use adapters::exchange::{Answer, Unreadable};
use schemas::{Finding, FindingCode};

/// By the dialect of the bank that reads it as it stands, else with the ending that it lost.
pub(super) fn read(
    bank: &'static BankAdapter,
    message: MessageWord,
    bytes: &[u8],
    keys: &Keys,
) -> Result<(&'static BankAdapter, Decoded), Unreadable> {
    let names_file = |decoded: &Decoded| decoded.references.contains_key("file_no");
    let whole = bank.read_by(|own| decode(own, message, bytes, keys), names_file);
    whole.or_else(|wrong| {
        let mut dialects = bank.by_dialect();
        let mended = dialects.find_map(|own| Some((own, ended(own, message, bytes, keys)?)));
        mended.ok_or(wrong)
    })
}

/// A message that has lost its ending, as files do that a clerk kept, is read all the same.
fn ended(
    adapter: &BankAdapter,
    message: MessageWord,
    bytes: &[u8],
    keys: &Keys,
) -> Option<Decoded> {
    let kind = match message {
        MessageWord::Receipt => Answer::Receipt,
        MessageWord::Result => Answer::Result,
        MessageWord::Push => Answer::Push,
    };
    let whole = adapter.ended(kind, bytes)?;
    let mut decoded = decode(adapter, message, &whole, keys).ok()?;
    // A line end may be lost with any program that shows a text; a mark is not.
    if whole.trim_ascii_end() != bytes.trim_ascii_end() {
        let missing = Finding::of_file(FindingCode::MessageEndingMissing);
        decoded.findings.push(missing);
    }
    Some(decoded)
}
