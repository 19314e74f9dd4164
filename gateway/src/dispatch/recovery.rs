//! After a crash every intent without an answer is asked about, not sent (M2).

use super::ACTOR;
use super::ending::{self, Ending};
use crate::book::{BankFile, Book, FileState};
use crate::core::{Core, CoreError};
use crate::event::{Event, Origin};
use schemas::value::BankCode;

/// Settles every intent that a crash left open. Gives how many there were.
///
/// An intent whose instructing message is not in the journal has certainly not left: messages
/// are durable before their first byte. Any other one may have, and each that a copy holds from
/// which the journal was restored.
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
                || ending::intended_lines(&desk, file).next().is_some()
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

/// Settles one intent by what the journal says of it.
///
/// # Errors
/// Ours only.
pub fn settle(core: &Core, file_no: u64, origin: Origin) -> Result<(), CoreError> {
    let mut desk = core.desk();
    let ending = match desk.file(file_no).map(|file| file.state) {
        // Of a copy the original may have gone on with it.
        Some(FileState::Intended) if is_of_copy(&desk, file_no) => Ending::MaybeSent,
        Some(FileState::Intended) => Ending::NotSent,
        Some(FileState::Leaving | FileState::AtBank) => Ending::MaybeSent,
        Some(FileState::NotSent | FileState::Abandoned) | None => return Ok(()),
    };
    ending::record(&mut desk, file_no, origin, "interrupted", ending)?;
    Ok(())
}

/// Gives up what was certainly not sent at banks to which there is no connection any more: no
/// dispatcher would do it, and its lines could be neither sent nor withdrawn. Gives how many files
/// there were. Of one with a disputed line people decide first.
///
/// # Errors
/// Ours only.
pub fn give_up_unconnected(core: &Core) -> Result<usize, CoreError> {
    let mut desk = core.desk();
    let is_disputed = |file: &BankFile| {
        let batch = desk.batch(file.intent.batch);
        let mut lines = file.intent.lines.iter();
        lines.any(|index| {
            let line = batch.and_then(|batch| batch.line(*index));
            line.is_some_and(|line| line.disputed.is_some())
        })
    };
    let stranded: Vec<u64> = desk
        .files()
        .filter(|file| file.state == FileState::NotSent)
        .filter(|file| !core.is_connected(file.intent.bank) && !is_disputed(file))
        .map(|file| file.intent.file_no)
        .collect();
    for file_no in &stranded {
        let event = Event::FileAbandoned {
            file_no: *file_no,
            why: NO_CONNECTION.to_owned(),
        };
        desk.record(ACTOR, event)?;
    }
    Ok(stranded.len())
}

/// Why a file is given up whose bank has no connection here.
const NO_CONNECTION: &str = "no_connection";

/// Whether a file was intended before the journal was restored from a copy.
fn is_of_copy(book: &Book, file_no: u64) -> bool {
    book.file(file_no)
        .is_some_and(|file| book.is_set_apart(file.intent.batch))
}
