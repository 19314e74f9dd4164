//! After a crash every intent without an answer is asked about, not sent (M2).

use crate::book::FileState;
use crate::core::{Core, CoreError};
use crate::event::{Event, Origin};
use schemas::LineEvent;

/// Settles every intent that a crash left open. Gives how many there were.
///
/// An intent whose instructing message is not in the journal has certainly not left: messages
/// are durable before their first byte. Any other one may have.
///
/// # Errors
/// Ours only.
pub fn recover(core: &Core) -> Result<usize, CoreError> {
    let open: Vec<u64> = {
        let desk = core.desk();
        let unsettled = |state| matches!(state, FileState::Intended | FileState::Leaving);
        desk.files()
            .filter(|file| unsettled(file.state))
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
    let event = match desk.file(file_no).map(|file| file.state) {
        Some(FileState::Intended) => LineEvent::NotSent,
        Some(FileState::Leaving) => LineEvent::LoseTrack,
        Some(FileState::NotSent | FileState::AtBank | FileState::Abandoned) | None => {
            return Ok(());
        }
    };
    let moves = super::steps_for(&desk, file_no, event, None);
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
