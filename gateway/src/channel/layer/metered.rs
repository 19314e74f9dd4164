//! Counts what became of messages.

use std::sync::Arc;

use adapters::exchange::Outgoing;
use schemas::BankCode;

use crate::channel::{Channel, SendError};
use crate::clock::BoxFuture;
use crate::telemetry::Metrics;

/// Counts the outcome of each message of a bank.
pub struct Metered<C> {
    inner: C,
    bank: BankCode,
    metrics: Arc<Metrics>,
}

impl<C: Channel> Metered<C> {
    /// Counts what passes through `inner` under `bank`.
    #[must_use]
    pub fn new(inner: C, bank: BankCode, metrics: Arc<Metrics>) -> Self {
        Self {
            inner,
            bank,
            metrics,
        }
    }
}

impl<C: Channel> Channel for Metered<C> {
    fn ready<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, ()> {
        self.inner.ready(out)
    }

    fn send<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        Box::pin(async move {
            let done = self.inner.send(out).await;
            let outcome = match &done {
                Ok(_) => "answered",
                Err(error) => error.certainty.as_str(),
            };
            self.metrics.sent(self.bank, outcome);
            done
        })
    }
}
