//! A defect in a channel harms one message, not the process.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use adapters::exchange::Outgoing;

use crate::channel::{Channel, SendError, SendErrorKind};
use crate::clock::BoxFuture;

/// Turns a panic of the inner channel into a `Defect`: perhaps sent, nobody knows where it was.
#[derive(Clone, Debug)]
pub struct Guarded<C> {
    inner: C,
    endpoint: String,
}

impl<C: Channel> Guarded<C> {
    /// Guards `inner`; `endpoint` names it in errors.
    #[must_use]
    pub fn new(inner: C, endpoint: &str) -> Self {
        Self {
            inner,
            endpoint: endpoint.to_owned(),
        }
    }
}

impl<C: Channel> Channel for Guarded<C> {
    fn ready<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            // A defect here has harmed nothing: the message itself tells of the next one.
            if let Ok(waiting) = catch_unwind(AssertUnwindSafe(|| self.inner.ready(out))) {
                let _ = Caught(Some(waiting)).await;
            }
        })
    }

    fn send<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        Box::pin(async move {
            let defect = || SendError::after_bytes(SendErrorKind::Defect, &self.endpoint, out);
            // The channel is used again after a panic: each message has its own connection, and
            // no channel keeps a half-made state between messages.
            match catch_unwind(AssertUnwindSafe(|| self.inner.send(out))) {
                Ok(sending) => Caught(Some(sending)).await.unwrap_or_else(|| Err(defect())),
                Err(_) => Err(defect()),
            }
        })
    }
}

struct Caught<'a, T>(Option<BoxFuture<'a, T>>);

impl<T> Future for Caught<'_, T> {
    /// `None` when the inner future panicked.
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let Some(inner) = &mut self.0 else {
            return Poll::Ready(None);
        };
        match catch_unwind(AssertUnwindSafe(|| inner.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(done)) => Poll::Ready(Some(done)),
            Err(_) => {
                self.0 = None;
                Poll::Ready(None)
            }
        }
    }
}
