//! Whether a connection is in use: one on which nothing is asked is closed, whatever its other
//! end does to look alive.

use crate::clock::Clock;
use axum::body::Body;
use axum::http::Response;
use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::watch;

/// Requests of one connection that are under way, from their head to the end of the answer.
#[derive(Clone)]
pub(super) struct Activity(Arc<watch::Sender<usize>>);

impl Activity {
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }

    /// One more request, until the value is dropped.
    pub fn request(&self) -> UnderWay {
        self.0.send_modify(|count| *count += 1);
        UnderWay(self.clone())
    }

    /// Ends when no request was under way for `first` since the connection was made, or for
    /// `later` since the last one ended. True where none came at all.
    pub async fn idle(&self, clock: &dyn Clock, first: Duration, later: Duration) -> bool {
        let mut count = self.0.subscribe();
        let mut none_came = true;
        loop {
            if *count.borrow_and_update() == 0 {
                let wait = if none_came { first } else { later };
                tokio::select! {
                    () = clock.sleep(wait) => return none_came,
                    // The sender lives as long as `self`.
                    _ = count.changed() => {}
                }
            } else {
                let _ = count.changed().await;
            }
            none_came = false;
        }
    }
}

/// A request that is under way.
pub(super) struct UnderWay(Activity);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| *count -= 1);
    }
}

/// An answer that counts as under way until its body has gone.
pub(super) fn until_gone(response: Response<Body>, request: UnderWay) -> Response<Body> {
    response.map(|body| {
        Body::new(Going {
            body,
            _request: request,
        })
    })
}

struct Going {
    body: Body,
    _request: UnderWay,
}

impl HttpBody for Going {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
