//! A limit over everything, in case an inner one fails to hold.

use std::time::Duration;

use adapters::exchange::Outgoing;

use crate::channel::{Channel, SendError, SendErrorKind};
use crate::clock::BoxFuture;

/// Gives up after a total time. What the inner channel had done by then is not known, so an
/// instructing message counts as perhaps sent; the inner channel's own limits are finer.
#[derive(Clone, Debug)]
pub struct Timed<C> {
    inner: C,
    endpoint: String,
    total_wait: Duration,
}

impl<C: Channel> Timed<C> {
    /// Limits `inner` to `total_wait` of the machine's time a message.
    #[must_use]
    pub fn new(inner: C, endpoint: &str, total_wait: Duration) -> Self {
        Self {
            inner,
            endpoint: endpoint.to_owned(),
            total_wait,
        }
    }
}

impl<C: Channel> Channel for Timed<C> {
    fn ready<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, ()> {
        self.inner.ready(out)
    }

    fn send<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        Box::pin(async move {
            match tokio::time::timeout(self.total_wait, self.inner.send(out)).await {
                Ok(done) => done,
                Err(elapsed) => {
                    Err(
                        SendError::after_bytes(SendErrorKind::TimeOut, &self.endpoint, out)
                            .caused_by(elapsed),
                    )
                }
            }
        })
    }
}
