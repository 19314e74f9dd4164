//! New revocation lists and a new server certificate without a restart.
//!
//! Every minute, and at SIGHUP, the files are looked at. What changed and can be used holds from
//! then on; what can't be used is told, is a concern of readiness, and the old one stays.

use super::security::{Secured, server_tls};
use crate::clock::Clock;
use crate::command::words::Failure;
use crate::configuration::{ServerTlsFiles, Settings};
use crate::telemetry::{Concerns, Metrics};
use schemas::Lang;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use time::OffsetDateTime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// The concern that the files of TLS can't be used, or have run out.
const CONCERN: &str = "tls";
const EVERY: Duration = Duration::from_secs(60);
/// Before lists and certificate run out, the operator is warned for so long.
const WARNED: time::Duration = time::Duration::days(3);

/// When a file was written and how large it is; `None` where there is none.
type Stamp = Option<(SystemTime, u64)>;

/// Looks after the server's TLS.
pub(super) struct Reload {
    settings: Settings,
    clock: Arc<dyn Clock>,
    concerns: Arc<Concerns>,
    metrics: Arc<Metrics>,
    door: watch::Sender<Arc<rustls::ServerConfig>>,
    seen: Vec<Stamp>,
    ends: Option<OffsetDateTime>,
    unusable: bool,
}

impl Reload {
    /// Reads the files for the first time.
    ///
    /// # Errors
    /// Files that can't be used.
    pub fn begin(
        settings: &Settings,
        clock: Arc<dyn Clock>,
        concerns: Arc<Concerns>,
        metrics: Arc<Metrics>,
    ) -> Result<Self, Failure> {
        let seen = stamps(settings.tls.as_ref());
        let secured = server_tls(settings, clock.as_ref())?;
        let mut reload = Self {
            settings: settings.clone(),
            clock,
            concerns,
            metrics,
            door: watch::Sender::new(secured.config),
            seen,
            ends: secured.ends,
            unusable: false,
        };
        reload.tell_end();
        Ok(reload)
    }

    /// Where the server finds what holds.
    pub fn door(&self) -> watch::Receiver<Arc<rustls::ServerConfig>> {
        self.door.subscribe()
    }

    /// Looks at the files until the task is ended.
    pub async fn run(mut self) {
        let mut asked = match signal(SignalKind::hangup()) {
            Ok(asked) => Some(asked),
            Err(error) => {
                tracing::warn!(%error, "SIGHUP is not heard");
                None
            }
        };
        loop {
            tokio::select! {
                () = self.clock.sleep(EVERY) => {}
                () = heard(&mut asked) => tracing::info!("asked to look at the files of TLS"),
            }
            // A few small files, once a minute.
            self.look();
        }
    }

    /// Takes what is new and can be used.
    pub fn look(&mut self) {
        let now = stamps(self.settings.tls.as_ref());
        if now != self.seen {
            // Remembered also where it can't be used: told once, tried again when it changes.
            self.seen = now;
            match self.usable() {
                Ok(secured) => {
                    self.ends = secured.ends;
                    self.unusable = false;
                    self.door.send_replace(secured.config);
                    tracing::info!("new certificates or revocation lists hold from now on");
                }
                Err(failure) => {
                    self.unusable = true;
                    let failure = failure.text(Lang::En);
                    tracing::error!(failure, "the new files of TLS can't be used; the old hold");
                }
            }
        }
        self.tell_end();
    }

    fn usable(&self) -> Result<Secured, Failure> {
        let secured = server_tls(&self.settings, self.clock.as_ref())?;
        let over = secured.ends.is_some_and(|ends| ends <= self.clock.now());
        match over {
            // It would shut everybody out.
            true => Err(super::unusable(
                self.settings
                    .tls
                    .as_ref()
                    .map_or(Path::new(""), |files| &files.chain_file),
                &RunOut,
            )),
            false => Ok(secured),
        }
    }

    fn tell_end(&mut self) {
        let left = self.ends.map(|ends| ends - self.clock.now());
        if let Some(ends) = self.ends {
            self.metrics.tls_ends(ends.unix_timestamp());
        }
        if left.is_some_and(|left| left <= time::Duration::ZERO) {
            self.concerns.raise(CONCERN, "expired");
            tracing::error!("a revocation list or the certificate has run out: nobody comes in");
        } else if self.unusable {
            self.concerns.raise(CONCERN, "unusable");
        } else {
            self.concerns.clear(CONCERN);
            if left.is_some_and(|left| left <= WARNED) {
                let hours = left.map(time::Duration::whole_hours);
                tracing::warn!(hours, "a revocation list or the certificate runs out soon");
            }
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a revocation list or the certificate has run out already")]
struct RunOut;

async fn heard(asked: &mut Option<Signal>) {
    if let Some(signal) = asked
        && signal.recv().await.is_some()
    {
        return;
    }
    std::future::pending().await
}

fn stamps(files: Option<&ServerTlsFiles>) -> Vec<Stamp> {
    let Some(files) = files else {
        return Vec::new();
    };
    let all = [&files.chain_file, &files.key_file, &files.client_ca_file];
    all.into_iter()
        .chain(&files.crl_files)
        .map(|path| stamp(path))
        .collect()
}

fn stamp(path: &Path) -> Stamp {
    let file = std::fs::metadata(path).ok()?;
    Some((file.modified().ok()?, file.len()))
}

#[cfg(test)]
mod tests;
