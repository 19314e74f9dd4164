#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::clock::ManualClock;
use futures_util::stream;
use std::convert::Infallible;
use std::task::Waker;

const SECOND: Duration = Duration::from_secs(1);
const FIRST: Duration = Duration::from_secs(10);
const LATER: Duration = Duration::from_secs(30);

fn made() -> (Arc<ManualClock>, Activity) {
    let clock = ManualClock::new(time::macros::datetime!(2026-11-23 10:00 +8));
    let clock = Arc::new(clock);
    let activity = Activity::new(Arc::clone(&clock) as Arc<dyn Clock>);
    (clock, activity)
}

fn look<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// The next piece; `None` where it must be waited for. An answer that is broken off is an error.
fn taken(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    let polled = Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop()));
    match polled {
        Poll::Pending => None,
        Poll::Ready(None) => Some(Ok(Bytes::new())),
        Poll::Ready(Some(frame)) => Some(frame.map(|frame| frame.into_data().unwrap())),
    }
}

/// An answer without an end, and how many hold what it holds.
fn endless(activity: &Activity) -> (Body, Arc<()>) {
    let held = Arc::new(());
    let chunks = stream::unfold(Arc::clone(&held), |held| async {
        Some((Ok::<_, Infallible>(vec![b'x'; 100_000]), held))
    });
    let response = Response::new(Body::from_stream(chunks));
    let answer = until_gone(response, activity.request());
    (answer.into_body(), held)
}

#[test]
fn an_answer_of_which_nothing_is_taken_is_broken_off_and_ends_its_connection() {
    let (clock, activity) = made();
    let mut idle = std::pin::pin!(activity.idle(FIRST, LATER));
    let (mut body, held) = endless(&activity);
    assert!(look(idle.as_mut()).is_pending());
    // A piece now and then is enough, and it is no whole chunk.
    for _ in 0..5 {
        clock.advance(LATER - SECOND);
        assert!(look(idle.as_mut()).is_pending());
        assert_eq!(taken(&mut body).unwrap().unwrap().len(), 16_384);
    }
    clock.advance(LATER - SECOND);
    assert!(look(idle.as_mut()).is_pending());
    assert_eq!(Arc::strong_count(&held), 2);
    clock.advance(SECOND);
    assert!(look(idle.as_mut()).is_pending());
    assert_eq!(Arc::strong_count(&held), 1, "it stays in memory");
    assert!(taken(&mut body).unwrap().is_err(), "half of it looks whole");
    clock.advance(LATER - SECOND);
    assert!(look(idle.as_mut()).is_pending());
    clock.advance(SECOND);
    assert_eq!(look(idle.as_mut()), Poll::Ready(false));
}

/// Requests that come all the time do not keep what nobody takes.
#[test]
fn an_answer_that_is_not_taken_is_broken_off_beside_others() {
    let (clock, activity) = made();
    let mut idle = std::pin::pin!(activity.idle(FIRST, LATER));
    let (_untaken, held) = endless(&activity);
    for second in 0..30 {
        assert_eq!(Arc::strong_count(&held), 2, "after {second} s");
        let (mut body, _) = endless(&activity);
        assert!(look(idle.as_mut()).is_pending());
        taken(&mut body).unwrap().unwrap();
        drop(body);
        assert!(look(idle.as_mut()).is_pending());
        clock.advance(SECOND);
    }
    assert!(look(idle.as_mut()).is_pending());
    assert_eq!(Arc::strong_count(&held), 1);
}

/// A change feed in which nothing happens waits for us, and so does a request that is worked on.
#[test]
fn who_waits_for_us_is_not_idle() {
    let (clock, activity) = made();
    let mut idle = std::pin::pin!(activity.idle(FIRST, LATER));
    let worked_on = activity.request();
    let silent = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
    let answer = until_gone(Response::new(silent), activity.request());
    let mut body = answer.into_body();
    assert!(taken(&mut body).is_none());
    for _ in 0..100 {
        assert!(look(idle.as_mut()).is_pending());
        clock.advance(LATER);
    }
    assert!(taken(&mut body).is_none(), "it was broken off");
    drop(body);
    for _ in 0..100 {
        assert!(look(idle.as_mut()).is_pending());
        clock.advance(LATER);
    }
    drop(worked_on);
    assert!(look(idle.as_mut()).is_pending());
    clock.advance(LATER);
    assert_eq!(look(idle.as_mut()), Poll::Ready(false));
}

#[test]
fn a_connection_on_which_nothing_is_asked_is_silent() {
    let (clock, activity) = made();
    let mut idle = std::pin::pin!(activity.idle(FIRST, LATER));
    assert!(look(idle.as_mut()).is_pending());
    clock.advance(FIRST);
    assert_eq!(look(idle.as_mut()), Poll::Ready(true));
}

/// The connection sees the same answer: its length at the beginning, its bytes, its end.
#[test]
fn an_answer_in_pieces_is_the_same_answer() {
    let (_, activity) = made();
    let bytes: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
    for length in [0, 1, 16_384, 16_385, 100_000] {
        let whole = bytes[..length].to_vec();
        let response = Response::new(Body::from(whole.clone()));
        let mut body = until_gone(response, activity.request()).into_body();
        assert_eq!(body.size_hint().exact(), Some(length as u64));
        let mut got = Vec::new();
        while !body.is_end_stream() {
            let piece = taken(&mut body).unwrap().unwrap();
            assert!((1..=16_384).contains(&piece.len()), "{}", piece.len());
            got.extend_from_slice(&piece);
            let left = (length - got.len()) as u64;
            assert_eq!(body.size_hint().exact(), Some(left));
        }
        assert!(got == whole, "{length} bytes");
    }
}
