//! What a record puts to the test: how often the auditor, when he read it, held something against
//! an invariant that might have been broken there. What a record says nothing of, it does not
//! count for.

use crate::event::Event;
use schemas::LineEvent;

/// The file whose lines an event is about as a whole.
pub(super) fn file(event: &Event) -> Option<u64> {
    if let Event::FileIntended(intent) = event {
        Some(intent.file_no)
    } else if let Event::MessageLeaving { file_no, .. } = event {
        Some(*file_no)
    } else {
        None
    }
}

/// The invariants that the auditor held against a record, and how often; `rows` are the lines of
/// its file.
pub(super) fn by(event: &Event, rows: usize) -> Vec<(&'static str, usize)> {
    match event {
        // Sums and states of the lines with which a batch begins; the digest of its bytes.
        Event::BatchAccepted(_) => vec![("M4", 1), ("M5", 1), ("M8", 1)],
        Event::BatchApproved { .. } | Event::ResolutionConfirmed { .. } => {
            vec![("M4", 1), ("M5", 1), ("M13", 1)]
        }
        Event::BatchWithdrawn { .. } | Event::LinesWithdrawn { .. } => vec![("M4", 1), ("M5", 1)],
        // Of each line whether it may be intended, of the file whether somebody approved it.
        Event::FileIntended(_) => vec![("M4", 1), ("M5", rows), ("M13", 1)],
        // Of each line whether it left before, and whether it was intended.
        Event::MessageLeaving {
            instructs: true, ..
        } => vec![("M1", rows), ("M2", rows), ("M8", 1)],
        Event::MessageLeaving { .. }
        | Event::MessageAnswered { .. }
        | Event::BankMessage { .. } => vec![("M8", 1)],
        // Who says that nothing left, and each step.
        Event::Outcomes { moves, .. } => {
            let unsent = moves.iter().filter(|step| step.event == LineEvent::NotSent);
            let sums = usize::from(!moves.is_empty());
            vec![("M1", unsent.count()), ("M4", sums), ("M5", moves.len())]
        }
        Event::Started { .. }
        | Event::Restored { .. }
        | Event::Refused { .. }
        | Event::BatchOpened { .. }
        | Event::BatchBytes { .. }
        | Event::BatchLines { .. }
        | Event::BatchFindings { .. }
        | Event::BatchAbandoned { .. }
        | Event::FileReceipt { .. }
        | Event::FileAbandoned { .. }
        | Event::BankMessageClosed { .. }
        | Event::Unmatched { .. }
        | Event::ResolutionProposed { .. }
        | Event::Disclosed { .. } => Vec::new(),
    }
}
