//! Reading the book for callers. Every function takes the caller's sight and shows nothing
//! outside it; it gives with its result the sequence that must be durable before anyone sees it.

pub mod batches;
pub mod breaks;
pub mod correction;
pub mod feed;
pub mod findings;
pub mod gauges;
pub mod history;
pub mod payments;
pub mod personal;
pub mod report;
mod runs;
pub mod said;
pub mod summary;
pub mod waits;

use crate::clock::CHINA;
use crate::core::CoreError;
use crate::intake::lines::KeptLineError;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Why something could not be read: ours.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// Journal or vault.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// A kept line.
    #[error(transparent)]
    Line(#[from] KeptLineError),
    /// A kept finding.
    #[error("a kept finding can't be read")]
    Finding(#[source] serde_json::Error),
    /// More than a sheet of an office file takes.
    #[error(transparent)]
    Sheet(#[from] adapters::layout::sheet::SheetError),
    /// Data was erased while a long answer was written: its head counts other lines.
    #[error("lines were erased while the answer was written")]
    Changed,
    /// The receiver of a long answer went away.
    #[error("the answer could not be written")]
    Write(#[from] std::io::Error),
}

/// A moment as the interface writes it: RFC 3339, +08:00.
#[must_use]
pub fn moment(unix_ms: i64) -> String {
    let nanoseconds = i128::from(unix_ms) * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanoseconds)
        .ok()
        .and_then(|moment| moment.to_offset(CHINA).format(&Rfc3339).ok())
        .unwrap_or_default()
}

/// A moment of the interface as people write it: `2026-11-23 10:00:00 +08:00`.
#[must_use]
pub fn plain_moment(text: &str) -> String {
    let (day, time) = text.split_once('T').unwrap_or((text, ""));
    // The day has hyphens of its own; in the time a sign begins the offset.
    let (time, offset) = match time.find(['+', '-', 'Z']) {
        Some(at) => time.split_at(at),
        None => (time, ""),
    };
    let time = time.split_once('.').map_or(time, |(seconds, _)| seconds);
    [day, time, offset].join(" ").trim_end().to_owned()
}

/// The day in China of a moment.
#[must_use]
pub fn day(unix_ms: i64) -> Option<time::Date> {
    let moment = OffsetDateTime::from_unix_timestamp(unix_ms.div_euclid(1000)).ok()?;
    Some(moment.to_offset(CHINA).date())
}

/// The place after which a page goes on: acceptance of a batch, and a line in it. Pages run from
/// the newest acceptance to the oldest, so that what arrives meanwhile moves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// Journal sequence of the batch's acceptance.
    pub accepted_at: u64,
    /// The last line shown; 0 before the first.
    pub index: u32,
}

impl Cursor {
    /// Reads what `Display` writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (accepted_at, index) = text.split_once('.')?;
        let cursor = Self {
            accepted_at: accepted_at.parse().ok()?,
            index: index.parse().ok()?,
        };
        (cursor.to_string() == text).then_some(cursor)
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.accepted_at, self.index)
    }
}

#[cfg(test)]
mod tests;
