//! After a crash every intent without an answer is asked about, not sent (M2).

use crate::book::{BankFile, Book, FileState};
use crate::core::{Core, CoreError};
use crate::event::{Event, Move, Origin};
use schemas::value::BankCode;
use schemas::{LineEvent, LineState};
use std::collections::BTreeSet;

/// Settles every intent that a crash left open. Gives how many there were.
///
/// An intent whose instructing message is not in the journal has certainly not left: messages
/// are durable before their first byte. Any other one may have.
///
/// # Errors
/// Ours only.
pub fn recover(core: &Core) -> Result<usize, CoreError> {
    recover_where(core, |_| true)
}

/// As [`recover`], for one bank whose dispatcher ended in the middle of its work. The other
/// banks' intents are under way and not touched.
///
/// # Errors
/// Ours only.
pub fn recover_bank(core: &Core, bank: BankCode) -> Result<usize, CoreError> {
    recover_where(core, |file| file.intent.bank == bank)
}

fn recover_where(core: &Core, chosen: impl Fn(&BankFile) -> bool) -> Result<usize, CoreError> {
    let open: Vec<u64> = {
        let desk = core.desk();
        // A bank may have spoken of some rows while the message of the file was under way: what
        // counts is whether a line still waits for the end of that.
        let unsettled = |file: &BankFile| {
            matches!(file.state, FileState::Intended | FileState::Leaving)
                || intended_lines(&desk, file).next().is_some()
        };
        desk.files()
            .filter(|file| chosen(file) && unsettled(file))
            .map(|file| file.intent.file_no)
            .collect()
    };
    for file_no in &open {
        settle(core, *file_no, Origin::Recovery)?;
    }
    Ok(open.len())
}

fn intended_lines<'a>(book: &'a Book, file: &'a BankFile) -> impl Iterator<Item = u32> + 'a {
    let batch = book.batch(file.intent.batch);
    let file_no = file.intent.file_no;
    file.intent.lines.iter().copied().filter(move |index| {
        batch
            .and_then(|batch| batch.line(*index))
            .is_some_and(|line| line.state == LineState::Intended && line.file_no == file_no)
    })
}

/// The step for every line of a file that waits for the end of its instruction.
pub(super) fn steps_of_intended(book: &Book, file_no: u64, event: LineEvent) -> Vec<Move> {
    let still: BTreeSet<u32> = book
        .file(file_no)
        .into_iter()
        .flat_map(|file| intended_lines(book, file))
        .collect();
    let mut moves = super::steps_for(book, file_no, event, None);
    moves.retain(|step| still.contains(&step.index));
    moves
}

/// Settles one intent by what the journal says of it.
///
/// # Errors
/// Ours only.
pub fn settle(core: &Core, file_no: u64, origin: Origin) -> Result<(), CoreError> {
    let mut desk = core.desk();
    let event = match desk.file(file_no).map(|file| file.state) {
        Some(FileState::Intended) => LineEvent::NotSent,
        Some(FileState::Leaving | FileState::AtBank) => LineEvent::LoseTrack,
        Some(FileState::NotSent | FileState::Abandoned) | None => return Ok(()),
    };
    let moves = steps_of_intended(&desk, file_no, event);
    desk.record(
        super::ACTOR,
        Event::Outcomes {
            file_no,
            origin,
            message: None,
            why: Some("interrupted".to_owned()),
            is_final: false,
            moves,
            disputes: Vec::new(),
        },
    )?;
    Ok(())
}
