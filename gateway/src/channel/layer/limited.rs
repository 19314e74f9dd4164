//! How much one bank may hold of our sockets and of our patience.

use std::sync::Arc;

use adapters::exchange::Outgoing;
use tokio::sync::Semaphore;

use crate::channel::{Channel, SendError, SendErrorKind};
use crate::clock::BoxFuture;

/// At most so many messages under way and so many waiting; one more is certainly not sent.
/// One bank that is slow holds up nobody but itself.
#[derive(Clone, Debug)]
pub struct Limited<C> {
    inner: C,
    endpoint: String,
    under_way: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

impl<C: Channel> Limited<C> {
    /// At most `under_way_max` (at least 1) inside `inner`, at most `waiting_max` before it.
    #[must_use]
    pub fn new(inner: C, endpoint: &str, under_way_max: u32, waiting_max: u32) -> Self {
        let permits = |number: u32| {
            let number = usize::try_from(number).unwrap_or(usize::MAX);
            Arc::new(Semaphore::new(number.clamp(1, Semaphore::MAX_PERMITS)))
        };
        Self {
            inner,
            endpoint: endpoint.to_owned(),
            under_way: permits(under_way_max),
            admitted: permits(under_way_max.max(1).saturating_add(waiting_max)),
        }
    }
}

impl<C: Channel> Channel for Limited<C> {
    fn ready<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, ()> {
        self.inner.ready(out)
    }

    fn send<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        Box::pin(async move {
            let full = || SendError::not_sent(SendErrorKind::Limit, &self.endpoint);
            // Not sent is certain here: the inner channel has not been called.
            let _place = self.admitted.try_acquire().map_err(|_| full())?;
            let _turn = self.under_way.acquire().await.map_err(|_| full())?;
            self.inner.send(out).await
        })
    }
}
