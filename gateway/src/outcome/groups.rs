//! Many records of one message, a bounded group at a time: how long others wait for the book
//! does not depend on how much a bank sends.

use crate::core::{Core, CoreError};
use crate::event::Event;

/// Records under one taking of the lock: well under a millisecond.
const GROUP_MAX: usize = 64;

/// Records facts that need not be seen together; what makes them seen is a record of its own
/// (decision 004). Gives the last sequence, `None` where there was nothing to record.
///
/// # Errors
/// Ours only.
pub(super) fn record(
    core: &Core,
    by: &str,
    events: impl Iterator<Item = Event>,
) -> Result<Option<u64>, CoreError> {
    let mut events = events.peekable();
    let mut last = None;
    while events.peek().is_some() {
        // Written out before the lock is taken: meanwhile whoever waits for it has it.
        let group: Vec<_> = events
            .by_ref()
            .take(GROUP_MAX)
            .map(|event| core.prepare(event.into()))
            .collect::<Result<_, _>>()?;
        let mut desk = core.desk();
        for fact in &group {
            last = Some(desk.record_prepared(by, fact)?);
        }
    }
    Ok(last)
}
