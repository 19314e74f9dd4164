//! Whether a connection is in use: one on which nothing is asked, or nothing of the answers is
//! taken, is closed, whatever its other end does to look alive.

use crate::clock::Clock;
use axum::body::Body;
use axum::http::Response;
use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::sync::watch;

/// Bytes of an answer that the connection is given at a time, each in memory of its own. It asks
/// for the next ones when these are on their way: so what the other end takes is known, and what
/// lies in the connection's own buffers is little. A frame of HTTP/2 and a record of TLS are as
/// large.
const PIECE_BYTES: usize = 16 * 1024;

/// Requests of one connection that are under way, from their head to the end of the answer, and
/// what is left of their answers.
#[derive(Clone)]
pub(super) struct Activity(Arc<Shared>);

struct Shared {
    clock: Arc<dyn Clock>,
    requests: watch::Sender<usize>,
    answers: Mutex<Answers>,
}

#[derive(Default)]
struct Answers {
    /// Number of the last one.
    last: u64,
    going: BTreeMap<u64, Weak<Mutex<Rest>>>,
}

impl Activity {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Shared {
            clock,
            requests: watch::Sender::new(0),
            answers: Mutex::default(),
        }))
    }

    /// One more request, until the value is dropped.
    pub fn request(&self) -> UnderWay {
        self.0.requests.send_modify(|count| *count += 1);
        UnderWay(self.clone())
    }

    /// Ends when no request was under way for `first` since the connection was made, or for
    /// `later` since the last one ended. True where none came at all. Until then an answer of
    /// which nothing was taken for `later` is let go: it ends its request.
    pub async fn idle(&self, first: Duration, later: Duration) -> bool {
        let clock = &self.0.clock;
        let mut count = self.0.requests.subscribe();
        let mut look = clock.sleep(later);
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
                tokio::select! {
                    // Not begun anew by every request: who asks often is looked at too.
                    () = look.as_mut() => look = clock.sleep(self.let_go(later)),
                    _ = count.changed() => {}
                }
            }
            none_came = false;
        }
    }

    /// Lets go of the answers of which nothing was taken for `most`; gives the time until the next
    /// one can have waited so long.
    fn let_go(&self, most: Duration) -> Duration {
        let now = self.0.clock.elapsed();
        let going: Vec<_> = {
            let answers = locked(&self.0.answers);
            answers.going.values().filter_map(Weak::upgrade).collect()
        };
        let mut next = most;
        for rest in going {
            let mut rest = locked(&rest);
            let Some(waited) = rest.waits.map(|since| now.saturating_sub(since)) else {
                continue;
            };
            if waited < most {
                next = next.min(most.saturating_sub(waited));
                continue;
            }
            let gone = rest.let_go();
            // What it holds may do more than give memory back when it is dropped.
            drop(rest);
            drop(gone);
            tracing::info!("an answer of which nothing was taken was broken off");
        }
        next
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request that is under way.
pub(super) struct UnderWay(Activity);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.0.requests.send_modify(|count| *count -= 1);
    }
}

/// An answer that counts as under way until its body has gone, or is let go.
pub(super) fn until_gone(response: Response<Body>, request: UnderWay) -> Response<Body> {
    let activity = request.0.clone();
    response.map(|body| {
        let rest = Arc::new(Mutex::new(Rest {
            body: Some(body),
            frame: Bytes::new(),
            waits: Some(activity.0.clock.elapsed()),
            request: Some(request),
        }));
        let number = {
            let mut answers = locked(&activity.0.answers);
            answers.last += 1;
            let number = answers.last;
            answers.going.insert(number, Arc::downgrade(&rest));
            number
        };
        Body::new(Going {
            rest,
            number,
            activity,
        })
    })
}

struct Going {
    rest: Arc<Mutex<Rest>>,
    number: u64,
    activity: Activity,
}

impl Drop for Going {
    fn drop(&mut self) {
        locked(&self.activity.0.answers).going.remove(&self.number);
    }
}

/// What is left of an answer.
struct Rest {
    /// `None` when it was let go.
    body: Option<Body>,
    /// What the connection did not have yet of the body's last frame.
    frame: Bytes,
    /// Since when something waits for the other end; `None` while there is nothing to take.
    waits: Option<Duration>,
    request: Option<UnderWay>,
}

impl Rest {
    fn poll(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.frame.is_empty() {
            let Some(body) = &mut self.body else {
                let error = io::Error::from(io::ErrorKind::TimedOut);
                return Poll::Ready(Some(Err(axum::Error::new(error))));
            };
            let frame = match ready!(Pin::new(body).poll_frame(context)) {
                Some(Ok(frame)) => frame.into_data(),
                ended => return Poll::Ready(ended),
            };
            match frame {
                Ok(data) if data.len() > PIECE_BYTES => self.frame = data,
                Ok(data) => return Poll::Ready(Some(Ok(Frame::data(data)))),
                Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
            }
        }
        let piece = self.frame.split_to(self.frame.len().min(PIECE_BYTES));
        // A part of the frame would keep all of it in memory.
        let piece = Bytes::copy_from_slice(&piece);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn let_go(&mut self) -> (Option<Body>, Bytes, Option<UnderWay>) {
        self.waits = None;
        let frame = std::mem::take(&mut self.frame);
        (self.body.take(), frame, self.request.take())
    }
}

impl HttpBody for Going {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut rest = locked(&self.rest);
        let polled = rest.poll(context);
        // Who asks for more has sent what came before.
        let given = polled.is_ready();
        rest.waits = given.then(|| self.activity.0.clock.elapsed());
        polled
    }

    fn is_end_stream(&self) -> bool {
        let rest = locked(&self.rest);
        rest.frame.is_empty() && rest.body.as_ref().is_some_and(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let rest = locked(&self.rest);
        let of_body = rest.body.as_ref().map(HttpBody::size_hint);
        let of_body = of_body.unwrap_or_default();
        let frame = rest.frame.len() as u64;
        let mut hint = SizeHint::new();
        if let Some(upper) = of_body.upper() {
            hint.set_upper(upper.saturating_add(frame));
        }
        hint.set_lower(of_body.lower().saturating_add(frame));
        hint
    }
}

#[cfg(test)]
mod tests;
