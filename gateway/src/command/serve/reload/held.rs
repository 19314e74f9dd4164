//! What some files of TLS make, held until better ones lie there.

use crate::command::serve::security::{End, Secured, Table};
use crate::command::words::{Failure, Words};
use schemas::Lang;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use time::OffsetDateTime;
use tokio::sync::watch;

/// Before lists and certificate run out, the operator is warned for so long.
const WARNED: time::Duration = time::Duration::days(3);

/// When a file was written and how large it is; `None` where there is none.
type Stamp = Option<(SystemTime, u64)>;

type Make<C> = Box<dyn Fn() -> Result<Secured<C>, Failure> + Send>;

/// One side's TLS: the server's, or ours towards one address of a bank.
pub(in crate::command::serve) struct Held<C> {
    whose: String,
    table: Table,
    files: Vec<PathBuf>,
    make: Make<C>,
    door: watch::Sender<Arc<C>>,
    seen: Vec<Stamp>,
    ends: Option<End>,
    unusable: bool,
}

impl<C> Held<C> {
    /// Reads the files for the first time. `whose`: for the log (`server`, `ICBC/main`); `table`
    /// names the files in the configuration.
    ///
    /// # Errors
    /// Files that can't be used.
    pub fn begin(
        whose: String,
        table: Table,
        files: Vec<PathBuf>,
        make: impl Fn() -> Result<Secured<C>, Failure> + Send + 'static,
    ) -> Result<Self, Failure> {
        let seen = files.iter().map(|path| stamp(path)).collect();
        let secured = make()?;
        Ok(Self {
            whose,
            table,
            files,
            make: Box::new(make),
            door: watch::Sender::new(secured.config),
            seen,
            ends: secured.ends,
            unusable: false,
        })
    }

    /// Where its user finds what holds.
    pub fn door(&self) -> watch::Receiver<Arc<C>> {
        self.door.subscribe()
    }

    /// When it runs out; `None` where no file says.
    pub(super) fn ends(&self) -> Option<OffsetDateTime> {
        self.ends.as_ref().map(|end| end.at)
    }

    /// Takes what is new and can be used; the old one holds where it can't.
    pub(super) fn look(&mut self, now: OffsetDateTime) {
        let stamps: Vec<Stamp> = self.files.iter().map(|path| stamp(path)).collect();
        let is_written = stamps != self.seen;
        // What could not be used is tried again: who may read a file changes without a new one.
        if !is_written && !self.unusable {
            return;
        }
        self.seen = stamps;
        let whose = &self.whose;
        match self.usable(now) {
            Ok(secured) => {
                tracing::info!(
                    whose,
                    "new certificates or revocation lists hold from now on"
                );
                self.ends = secured.ends;
                self.unusable = false;
                self.door.send_replace(secured.config);
            }
            // Told once.
            Err(_) if !is_written => {}
            Err(failure) => {
                let failure = failure.text(Lang::En);
                tracing::error!(
                    whose,
                    failure,
                    "the new files of TLS can't be used; the old hold"
                );
                self.unusable = true;
            }
        }
    }

    /// What the files make that lie there now.
    pub(super) fn usable(&self, now: OffsetDateTime) -> Result<Secured<C>, Failure> {
        let secured = (self.make)()?;
        match secured.ends.as_ref().filter(|end| end.at <= now) {
            // With it nobody would come through.
            Some(End { key, file, .. }) => {
                let remedy =
                    Words::new("请放入仍然有效的文件。", "Put one there that still holds.");
                let file = file.display().to_string();
                Err(self.table.unusable(key, &file, &RunOut, remedy))
            }
            None => Ok(secured),
        }
    }

    /// What is wrong with it now, as the word of its concern; warns before it runs out.
    pub(super) fn wrong(&self, now: OffsetDateTime) -> Option<&'static str> {
        let whose = &self.whose;
        let left = self.ends.as_ref().map(|end| end.at - now);
        let file = self.ends.as_ref().map(|end| end.file.display().to_string());
        if left.is_some_and(|left| left <= time::Duration::ZERO) {
            tracing::error!(
                whose,
                file,
                "a revocation list or the certificate has run out: nobody comes through"
            );
            return Some("expired");
        }
        if self.unusable {
            return Some("unusable");
        }
        if left.is_some_and(|left| left <= WARNED) {
            let hours = left.map(time::Duration::whole_hours);
            tracing::warn!(
                whose,
                file,
                hours,
                "a revocation list or the certificate runs out soon"
            );
        }
        None
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a revocation list or the certificate has run out already")]
struct RunOut;

fn stamp(path: &Path) -> Stamp {
    let file = std::fs::metadata(path).ok()?;
    Some((file.modified().ok()?, file.len()))
}
