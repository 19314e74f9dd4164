//! A reception that breaks off: without a record of its end, its lines would stay in memory at
//! every start for ever.

use crate::core::{Core, CoreError};
use crate::event::Event;

/// Abandons its file when it is dropped, unless that has a record of its end by then.
pub(super) struct Reception<'a> {
    pub core: &'a Core,
    pub actor: &'a str,
    /// Sequence of the opening record.
    pub opened: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

impl Drop for Reception<'_> {
    fn drop(&mut self) {
        // From a book that is half of a change behind, nothing is decided: the next start does it.
        if self.core.is_doubtful() {
            return;
        }
        if let Err(error) = abandon(self.core, self.actor, self.opened, self.bytes) {
            tracing::warn!(error = %error, "a broken reception is abandoned at the next start");
        }
    }
}

/// Abandons every file that is still arriving. At a start: the process that read them is gone.
/// Gives how many there were.
///
/// # Errors
/// When the record can't be written.
pub fn abandon_interrupted(core: &Core, actor: &str) -> Result<usize, CoreError> {
    let arriving: Vec<u64> = core.desk().arriving().collect();
    for opened in &arriving {
        abandon(core, actor, *opened, 0)?;
    }
    Ok(arriving.len())
}

fn abandon(core: &Core, actor: &str, opened: u64, bytes: u64) -> Result<(), CoreError> {
    let mut desk = core.desk();
    if desk.is_arriving(opened) {
        let why = "interrupted".to_owned();
        let event = Event::BatchAbandoned { opened, why, bytes };
        desk.record(actor, event)?;
    }
    Ok(())
}
