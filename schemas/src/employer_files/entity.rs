//! The references that XML of ours may have: nothing is declared, so there are no others.

use quick_xml::events::BytesRef;

/// The character of a character reference or of one of the five entities of XML; `None` for an
/// unknown one, which nobody may drop.
#[must_use]
pub fn character(reference: &BytesRef<'_>) -> Option<char> {
    match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => reference.resolve_char_ref().ok().flatten(),
    }
}
