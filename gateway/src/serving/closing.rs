//! The end of a stop: the last checkpoint, and the closing record behind it.

use crate::core::Core;
use crate::proof::{Log, LogError};
use journal::JournalError;
use std::time::Duration;

/// Writes the closing record: it says that all before it was signed. What is recorded between the
/// two, by an upload whose sender hung up for example, is signed as well before it is tried again,
/// `until` the clock shows that time. Without a signature, or where records still come then, the
/// journal stays as a crash leaves it.
///
/// # Errors
/// When the closing record can't be written.
pub(crate) fn close_signed(core: &Core, log: &Log, until: Duration) -> Result<(), JournalError> {
    loop {
        let signed = match sign_last(core, log) {
            Ok(signed) => signed,
            Err(error) => {
                tracing::warn!(%error, "no last checkpoint, so no closing record");
                return Ok(());
            }
        };
        if core.journal().close_behind(signed, core.now_ms())? {
            return Ok(());
        }
        if core.clock().elapsed() >= until {
            tracing::warn!("records still come, so no closing record");
            return Ok(());
        }
    }
}

/// Signs over everything but the closing record, which a crash may tear: nothing signed is ever
/// missing. What is not durable yet is waited for: a journal set back to the stop before must not
/// agree with all that was signed. Gives the last record that is signed.
fn sign_last(core: &Core, log: &Log) -> Result<u64, LogError> {
    let journal = core.journal();
    let last = journal.commit()?;
    while log.follow(journal)? > 0 {}
    let signed = log.checkpoint(journal, last, core.now_ms())?;
    Ok(signed.checkpoint.size)
}

#[cfg(test)]
mod tests;
