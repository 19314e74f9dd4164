//! One log event for each message: sizes and digests, never content.

use std::error::Error;
use std::sync::Arc;

use adapters::exchange::Outgoing;
use schemas::BankCode;

use crate::channel::{Channel, SendError};
use crate::clock::{BoxFuture, Clock};

/// Writes what left and what came as sizes and SHA-256 digests.
pub struct Traced<C> {
    inner: C,
    bank: BankCode,
    clock: Arc<dyn Clock>,
}

impl<C: Channel> Traced<C> {
    /// Traces `inner` under `bank`.
    #[must_use]
    pub fn new(inner: C, bank: BankCode, clock: Arc<dyn Clock>) -> Self {
        Self { inner, bank, clock }
    }

    fn trace(&self, out: &Outgoing, done: &Result<Vec<u8>, SendError>, elapsed_ms: u128) {
        let (bank, step) = (self.bank.as_str(), out.step.as_str());
        let (out_bytes, out_digest) = (out.bytes.len(), digest(&out.bytes));
        match done {
            Ok(reply) => tracing::info!(
                bank,
                step,
                instructs = out.instructs,
                out_bytes,
                out_digest,
                reply_bytes = reply.len(),
                reply_digest = digest(reply),
                elapsed_ms,
                "sent"
            ),
            Err(error) => tracing::warn!(
                bank,
                step,
                instructs = out.instructs,
                out_bytes,
                out_digest,
                received_bytes = error.received.len(),
                received_digest = digest(&error.received),
                elapsed_ms,
                kind = %error.kind,
                certainty = error.certainty.as_str(),
                endpoint = error.endpoint,
                cause = cause(error),
                "not answered"
            ),
        }
    }
}

impl<C: Channel> Channel for Traced<C> {
    fn ready<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, ()> {
        self.inner.ready(out)
    }

    fn send<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        Box::pin(async move {
            let begin = self.clock.elapsed();
            let done = self.inner.send(out).await;
            let elapsed = self.clock.elapsed().saturating_sub(begin);
            self.trace(out, &done, elapsed.as_millis());
            done
        })
    }
}

fn digest(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    let hex = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
    hex.collect()
}

/// The kind of an operating-system error: a closed list of words. The text of a cause is not
/// ours and could repeat what was sent.
fn cause(error: &SendError) -> String {
    let mut source: Option<&(dyn Error + 'static)> = error.source();
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            return io.kind().to_string();
        }
        source = cause.source();
    }
    String::new()
}
