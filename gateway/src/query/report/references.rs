//! What an employer's file calls its parts and transactions, as the reader of a report may see it.
//!
//! Nobody reads what a sender writes there, and some write the person. The employer's programs
//! find their own messages by it, byte for byte; for everybody else it is a text about a person,
//! as in the lines.

use super::original::Transaction;
use crate::access::Sight;
use crate::intake::lines::KeptLine;
use crate::query::personal::Seen;
use crate::query::said::masking::masked;

/// What a transaction is called: in a pain.001 as its file says, else by the line's number.
pub(super) struct Names {
    /// OrgnlInstrId.
    pub instruction: Option<String>,
    /// OrgnlEndToEndId.
    pub end_to_end: String,
}

impl Names {
    pub(super) fn of(
        seen: &Seen,
        kept: Option<&KeptLine>,
        sent: Option<&Transaction>,
        sight: Sight,
    ) -> Self {
        let instruction = sent.and_then(|sent| reference(&sent.instruction, kept, sight));
        let end_to_end = sent.and_then(|sent| reference(&sent.end_to_end, kept, sight));
        let own = kept.and_then(|kept| kept.reference.as_deref());
        Self {
            instruction: instruction.or_else(|| seen.corrects.map(|id| id.to_string())),
            end_to_end: end_to_end
                .or_else(|| reference(own?, kept, sight))
                .unwrap_or_else(|| seen.line.line_no.to_string()),
        }
    }
}

/// A reference of a transaction; `None` where there is none to be shown. Of a line that was
/// refused at intake no name is kept that could be found in it, so it is its employer's alone.
fn reference(text: &str, kept: Option<&KeptLine>, sight: Sight) -> Option<String> {
    let shown = match is_senders(sight) {
        true => text.to_owned(),
        // Masked before it is cut: half of a name would not be found.
        false => masked(text, Some(kept?)),
    };
    Some(shortened(&shown)).filter(|shown| !shown.is_empty())
}

/// What a part of the file is called; `None` where the file does not say. A part may be of one
/// person: the one of its first line is hidden in it, and every long number.
pub(super) fn part_name(
    sent: &Transaction,
    first: Option<&KeptLine>,
    sight: Sight,
) -> Option<String> {
    let id = sent.part_id.as_str();
    let shown = match is_senders(sight) {
        true => id.to_owned(),
        false => shortened(&masked(id, first)),
    };
    Some(shown).filter(|shown| !shown.is_empty())
}

/// Whether the message's name may be shown: the file's first attribute that begins like one may
/// go on with anything.
pub(super) fn shows_name(name: &str, sight: Sight) -> bool {
    let version = name.strip_prefix("pain.001.001.");
    let is_version = |version: &str| version.bytes().all(|byte| byte.is_ascii_digit());
    is_senders(sight) || version.is_some_and(|version| version.len() == 2 && is_version(version))
}

/// Whether the reader is the employer whose file it is: no other employer sees its batch.
fn is_senders(sight: Sight) -> bool {
    match sight {
        Sight::Employer(_) => true,
        Sight::Region(_) | Sight::Province | Sight::Bank(_) | Sight::Operator | Sight::Nothing => {
            false
        }
    }
}

/// Longest reference of ISO 20022 (Max35Text).
fn shortened(text: &str) -> String {
    text.chars().take(35).collect()
}
