//! Files that have lost their end.

use super::keys::Keys;
use super::{Decoded, decode};
use crate::command::arguments::MessageWord;
use adapters::BankAdapter;
use adapters::exchange::Answer;
use schemas::{Finding, FindingCode};

/// A message that has lost its ending, as files do that a clerk kept, is read all the same.
pub(super) fn ended(
    adapter: &BankAdapter,
    message: MessageWord,
    bytes: &[u8],
    keys: &Keys,
) -> Option<Decoded> {
    let whole = adapter.ended(answer(message), bytes)?;
    let mut decoded = decode(adapter, message, &whole, keys).ok()?;
    // A line end may be lost with any program that shows a text; a mark is not.
    if whole.trim_ascii_end() != bytes.trim_ascii_end() {
        let missing = Finding::of_file(FindingCode::MessageEndingMissing);
        decoded.findings.push(missing);
    }
    Some(decoded)
}

/// A last line whose text may go on is unknown.
pub(super) fn doubted(
    adapter: &BankAdapter,
    mut decoded: Decoded,
    (message, bytes): (MessageWord, &[u8]),
    keys: &Keys,
) -> Decoded {
    let lines = &mut decoded.lines;
    let missing = Finding::of_file(FindingCode::MessageEndingMissing);
    let told = decoded.findings.iter().any(|own| own.code == missing.code);
    if adapter.doubt_cut(answer(message), (bytes, keys), lines) && !told {
        decoded.findings.push(missing);
    }
    decoded
}

pub(super) fn answer(message: MessageWord) -> Answer {
    match message {
        MessageWord::Receipt => Answer::Receipt,
        MessageWord::Result => Answer::Result,
        MessageWord::Push => Answer::Push,
    }
}
