//! A file while it is received: what it leaves in the journal, and its end where it breaks off.
//! Without a record of its end, its lines would stay in memory at every start for ever.

use crate::core::{Core, CoreError, Fact};
use crate::event::Event;
use std::cell::Cell;

/// Bytes of a corrected payment in the clear part of its lines' record: as a rule not more.
const CORRECTION_BYTES: usize = 40;

/// Abandons its file when it is dropped, unless that has a record of its end by then.
pub(super) struct Reception<'a> {
    core: &'a Core,
    actor: &'a str,
    /// Sequence of the opening record.
    pub opened: u64,
    kept: Cell<u64>,
}

impl<'a> Reception<'a> {
    /// Of a file whose opening record is written.
    pub fn new(core: &'a Core, actor: &'a str, opened: u64) -> Self {
        Self {
            core,
            actor,
            opened,
            kept: Cell::new(0),
        }
    }

    /// Records a part of the file, of its lines or of its findings.
    pub fn keep(&self, fact: Fact) -> Result<(), CoreError> {
        let bytes = size(&fact);
        self.core.record(self.actor, fact)?;
        self.kept.set(self.kept.get().saturating_add(bytes));
        Ok(())
    }

    /// Bytes of all that was kept so far: what a small file unpacks to, and what is found in it,
    /// may be many times its size.
    pub fn kept(&self) -> u64 {
        self.kept.get()
    }
}

impl Drop for Reception<'_> {
    fn drop(&mut self) {
        // From a book that is half of a change behind, nothing is decided: the next start does it.
        if self.core.is_doubtful() {
            return;
        }
        if let Err(error) = abandon(self.core, self.actor, self.opened, self.kept()) {
            tracing::warn!(error = %error, "a broken reception is abandoned at the next start");
        }
    }
}

/// What a record takes, as far as the file decides it.
fn size(fact: &Fact) -> u64 {
    let corrections = if let Event::BatchLines { corrects, .. } = &fact.event {
        corrects.len()
    } else {
        0
    };
    let personal = fact.personal.as_ref().map_or(0, |(_, part)| part.len());
    (personal + fact.table.len() + corrections * CORRECTION_BYTES) as u64
}

/// Abandons every file that is still arriving. At a start: the process that read them is gone,
/// and its count with it. Gives how many there were.
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
