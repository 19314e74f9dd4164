//! New revocation lists and certificates without a restart: the server's, and ours towards banks.
//!
//! Every minute, and at SIGHUP, the files are looked at. What changed and can be used holds from
//! then on; what can't be used is told, is a concern of readiness, and the old one stays.

mod held;

pub(super) use held::Held;

use super::security::{Table, server_tls};
use crate::clock::Clock;
use crate::command::words::Failure;
use crate::configuration::{ServerTlsFiles, Settings};
use crate::telemetry::{Concerns, Metrics};
use schemas::value::BankCode;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// The concern that the files of TLS can't be used, or have run out; with `:CODE` a bank's.
const CONCERN: &str = "tls";
const EVERY: Duration = Duration::from_secs(60);

/// TLS towards each bank, address by address.
pub(super) type BankTls = BTreeMap<BankCode, Vec<Held<rustls::ClientConfig>>>;

/// Looks after the files of TLS.
pub(super) struct Reload {
    clock: Arc<dyn Clock>,
    concerns: Arc<Concerns>,
    metrics: Arc<Metrics>,
    server: Held<rustls::ServerConfig>,
    banks: BankTls,
    asked: Option<Signal>,
}

impl Reload {
    /// Reads the server's files for the first time; the banks' have been read.
    ///
    /// # Errors
    /// Files that can't be used.
    pub fn begin(
        settings: &Settings,
        banks: BankTls,
        clock: Arc<dyn Clock>,
        concerns: Arc<Concerns>,
        metrics: Arc<Metrics>,
    ) -> Result<Self, Failure> {
        let files = files_of(settings.tls.as_ref());
        let (settings, machine) = (settings.clone(), Arc::clone(&clock));
        let make = move || server_tls(&settings, machine.as_ref());
        let reload = Self {
            server: Held::begin("server".to_owned(), Table::of_server(), files, make)?,
            banks,
            clock,
            concerns,
            metrics,
            asked: None,
        };
        reload.tell();
        Ok(reload)
    }

    /// Where the server finds what holds.
    pub fn door(&self) -> watch::Receiver<Arc<rustls::ServerConfig>> {
        self.server.door()
    }

    /// From now on SIGHUP ends nothing: one that comes while the journal is replayed is heard
    /// when [`Reload::run`] begins.
    pub fn hear(&mut self) {
        match signal(SignalKind::hangup()) {
            Ok(asked) => self.asked = Some(asked),
            Err(error) => tracing::warn!(%error, "SIGHUP is not heard"),
        }
    }

    /// Looks at the files until the task is ended.
    pub async fn run(mut self) {
        let mut asked = self.asked.take();
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
        let now = self.clock.now();
        self.server.look(now);
        let banks = self.banks.values_mut().flatten();
        banks.for_each(|held| held.look(now));
        self.tell();
    }

    fn tell(&self) {
        let now = self.clock.now();
        if let Some(ends) = self.server.ends() {
            self.metrics.tls_ends(ends.unix_timestamp());
        }
        self.concern(CONCERN, self.server.wrong(now));
        for (bank, addresses) in &self.banks {
            let wrong = addresses.iter().filter_map(|held| held.wrong(now));
            // What has run out is worse than what could not be taken.
            self.concern(&format!("{CONCERN}:{bank}"), wrong.min());
        }
    }

    fn concern(&self, name: &str, wrong: Option<&'static str>) {
        match wrong {
            Some(why) => self.concerns.raise(name, why),
            None => self.concerns.clear(name),
        }
    }
}

async fn heard(asked: &mut Option<Signal>) {
    if let Some(signal) = asked
        && signal.recv().await.is_some()
    {
        return;
    }
    std::future::pending().await
}

fn files_of(files: Option<&ServerTlsFiles>) -> Vec<PathBuf> {
    let Some(files) = files else {
        return Vec::new();
    };
    let all = [&files.chain_file, &files.key_file, &files.client_ca_file];
    let all = all.into_iter().chain(&files.crl_files);
    all.cloned().collect()
}

#[cfg(test)]
mod tests;
