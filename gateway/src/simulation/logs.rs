//! All that the gateway logs in a world, kept instead of printed.

use super::outside::{LogLine, Moment};
use crate::clock::ManualClock;
use crate::configuration::LogLevel;
use crate::telemetry::{JsonLines, targets};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::SubscriberExt as _;

/// The lines that came since they were last taken.
#[derive(Clone, Default)]
pub(super) struct Kept(Arc<Mutex<Vec<String>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(bytes).trim_end().to_owned();
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Kept {
    /// Collects from now on what this thread logs, on the world's clock: down to debug, which is
    /// the most that an operator can have written.
    pub fn begin(clock: &Arc<ManualClock>) -> (Self, DefaultGuard) {
        let kept = Self::default();
        let clock = Arc::clone(clock) as Arc<dyn crate::clock::Clock>;
        let lines = JsonLines::new(clock, Box::new(kept.clone()));
        let subscriber = tracing_subscriber::registry()
            .with(lines)
            .with(targets(LogLevel::Debug));
        (kept, tracing::subscriber::set_default(subscriber))
    }

    /// Takes the lines.
    pub fn take(&self, at: Moment) -> Vec<LogLine> {
        let lines = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let line = |text: String| LogLine {
            at,
            level: level(&text),
            text,
        };
        lines.into_iter().map(line).collect()
    }
}

fn level(line: &str) -> &'static str {
    const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];
    let is_of = |level: &&&str| line.contains(&format!("\"level\":\"{level}\""));
    LEVELS.iter().find(is_of).copied().unwrap_or("info")
}
