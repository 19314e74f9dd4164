//! What is wrong with the gateway, by name: shown by `/readyz` and as a metric until it is over.

use super::Metrics;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Whether the gateway should get no calls while a concern stands. A bank's own task concerns that
/// bank alone, and with the old certificate callers come in: taking the gateway out of service for
/// these would stop 56 banks for one.
#[must_use]
pub fn shuts_out(name: &str, why: &str) -> bool {
    !name.contains(':') && (name, why) != ("tls", "unusable")
}

/// The standing concerns of one gateway. A name is a closed word (`follower`,
/// `dispatcher:ICBC`), never an identifier of a party.
#[derive(Debug, Default)]
pub struct Concerns {
    standing: Mutex<BTreeMap<String, &'static str>>,
    metrics: Option<Arc<Metrics>>,
}

impl Concerns {
    /// No concern yet; each is shown as a metric as well.
    #[must_use]
    pub fn new(metrics: Arc<Metrics>) -> Self {
        let concerns = Self {
            standing: Mutex::default(),
            metrics: Some(metrics),
        };
        // Those of no task.
        for name in ["interface", "tls"] {
            concerns.foresee(name);
        }
        concerns
    }

    /// `name` may become a concern: its metric is 0 from now on, so that its absence is seen.
    pub fn foresee(&self, name: &str) {
        if let Some(metrics) = &self.metrics {
            metrics.concern(name, false);
        }
    }

    /// From now on `name` is a concern, because of `why`.
    pub fn raise(&self, name: &str, why: &'static str) {
        self.standing().insert(name.to_owned(), why);
        if let Some(metrics) = &self.metrics {
            metrics.concern(name, true);
        }
    }

    /// `name` is none any more.
    pub fn clear(&self, name: &str) {
        let known = self.standing().remove(name).is_some();
        if let Some(metrics) = self.metrics.as_ref().filter(|_| known) {
            metrics.concern(name, false);
        }
    }

    /// Name and reason of each, by name.
    #[must_use]
    pub fn list(&self) -> Vec<(String, &'static str)> {
        let standing = self.standing();
        standing
            .iter()
            .map(|(name, why)| (name.clone(), *why))
            .collect()
    }

    fn standing(&self) -> MutexGuard<'_, BTreeMap<String, &'static str>> {
        // Every change under the lock is whole.
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
