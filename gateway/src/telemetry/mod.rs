//! What the gateway tells those who run it: logs, metrics, and where a defect was. Never a
//! person's name, number or account (INVARIANTS M9).

mod concerns;
mod defect;
mod log;
mod metrics;
mod standing;

use std::io;
use std::sync::Arc;

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

pub use concerns::{Concerns, shuts_out};
pub use defect::report_defects;
pub use log::JsonLines;
pub use metrics::{Metrics, Queue, RenderError};
pub use standing::{MessageWait, Standing};

use crate::clock::Clock;
use crate::configuration::LogLevel;

/// Logs were begun already in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("logs were begun already in this process")]
pub struct LogsBegun;

/// Begins logs on the standard error output and the report of defects, for the whole process.
/// Libraries of others speak from `warn` on only: below it they tell what they carry.
///
/// # Errors
/// When called twice.
pub fn begin(level: LogLevel, clock: Arc<dyn Clock>) -> Result<(), LogsBegun> {
    let lines = JsonLines::new(clock, Box::new(io::stderr()));
    let subscriber = tracing_subscriber::registry()
        .with(lines)
        .with(targets(level));
    tracing::subscriber::set_global_default(subscriber).map_err(|_| LogsBegun)?;
    report_defects();
    Ok(())
}

/// Our own crates at `level`, all others at `warn`, or `error` where that is the level.
#[must_use]
pub fn targets(level: LogLevel) -> Targets {
    let (own, others) = match level {
        LogLevel::Error => (Level::ERROR, Level::ERROR),
        LogLevel::Warn => (Level::WARN, Level::WARN),
        LogLevel::Info => (Level::INFO, Level::WARN),
        LogLevel::Debug => (Level::DEBUG, Level::WARN),
    };
    let crates = [
        "adapters", "anxin", "certs", "gateway", "journal", "schemas",
    ];
    let targets = Targets::new().with_default(others);
    targets.with_targets(crates.map(|name| (name, own)))
}
