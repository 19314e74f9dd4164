//! From a record back to its event.

use super::CoreError;
use crate::event::Event;
use journal::Record;

/// The event of a record and its attached table.
///
/// # Errors
/// When the clear part is not an event.
pub fn read_event(record: &Record) -> Result<(Event, &[u8]), CoreError> {
    read_clear(record.sequence, &record.clear)
}

/// The same of the clear part of the record `sequence`.
///
/// # Errors
/// When it is not an event.
pub fn read_clear(sequence: u64, clear: &[u8]) -> Result<(Event, &[u8]), CoreError> {
    let end = clear.iter().position(|byte| *byte == b'\n');
    let end = end.unwrap_or(clear.len());
    let event = serde_json::from_slice(clear.get(..end).unwrap_or_default())
        .map_err(|source| CoreError::NotAnEvent { sequence, source })?;
    Ok((event, clear.get(end + 1..).unwrap_or_default()))
}
