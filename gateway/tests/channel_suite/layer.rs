//! The law of the layers: no error becomes a success, `MaybeSent` never becomes `NotSent`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use adapters::exchange::{FrameEnd, Outgoing};
use gateway::channel::layer::{Guarded, Limited, Metered, Paced, Timed, Traced};
use gateway::channel::{Certainty, Channel, SendError, SendErrorKind};
use gateway::clock::{BoxFuture, Clock, ManualClock, SystemClock};
use gateway::telemetry::Metrics;
use schemas::BankCode;
use time::macros::datetime;

use crate::peer::{harmless, run, tcp_message};

/// What an inner channel may do.
#[derive(Clone, Copy, Debug)]
enum Inner {
    Answers,
    Fails(SendErrorKind, Certainty),
    Panics,
    PanicsLater,
    NeverEnds,
}

impl Channel for Inner {
    fn ready<'a>(&'a self, _: &'a Outgoing) -> BoxFuture<'a, ()> {
        match *self {
            Self::Panics => panic!("a defect"),
            Self::Answers | Self::Fails(..) => Box::pin(std::future::ready(())),
            Self::PanicsLater => Box::pin(async { panic!("a later defect") }),
            Self::NeverEnds => Box::pin(std::future::pending()),
        }
    }

    fn send<'a>(&'a self, _: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        match *self {
            Self::Panics => panic!("a defect"),
            Self::Answers => Box::pin(async { Ok(b"reply".to_vec()) }),
            Self::Fails(kind, certainty) => Box::pin(async move {
                let mut error = SendError::not_sent(kind, "inner").caused_by("why");
                error.certainty = certainty;
                error.received = b"part".to_vec();
                Err(error)
            }),
            Self::PanicsLater => Box::pin(async {
                tokio::task::yield_now().await;
                panic!("a later defect")
            }),
            Self::NeverEnds => Box::pin(std::future::pending()),
        }
    }
}

const KINDS: [SendErrorKind; 16] = [
    SendErrorKind::NoEndpoint,
    SendErrorKind::Message,
    SendErrorKind::Connect,
    SendErrorKind::Tls,
    SendErrorKind::Write,
    SendErrorKind::Read,
    SendErrorKind::Frame,
    SendErrorKind::TooLarge,
    SendErrorKind::TimeOut,
    SendErrorKind::HttpStatus(401),
    SendErrorKind::HttpStatus(503),
    SendErrorKind::Limit,
    SendErrorKind::Folder,
    SendErrorKind::Collision,
    SendErrorKind::ReadBack,
    SendErrorKind::Defect,
];

type Layer = fn(Inner) -> Box<dyn Channel>;

fn layers() -> Vec<(&'static str, Layer)> {
    vec![
        ("guarded", |inner| Box::new(Guarded::new(inner, "x"))),
        ("timed", |inner| {
            Box::new(Timed::new(inner, "x", Duration::from_millis(50)))
        }),
        ("paced", |inner| {
            let clock = Arc::new(SystemClock::new());
            Box::new(Paced::new(inner, Duration::from_millis(1), clock))
        }),
        ("limited", |inner| Box::new(Limited::new(inner, "x", 1, 0))),
        ("metered", |inner| {
            Box::new(Metered::new(inner, bank(), Arc::new(Metrics::new())))
        }),
        ("traced", |inner| {
            Box::new(Traced::new(inner, bank(), Arc::new(SystemClock::new())))
        }),
    ]
}

fn bank() -> BankCode {
    BankCode::parse("ICBC").unwrap()
}

fn message() -> Outgoing {
    tcp_message(b"12345", FrameEnd::EndOfStream)
}

#[test]
fn no_layer_weakens_an_error() {
    let certainties = [Certainty::NotSent, Certainty::MaybeSent];
    run(async {
        for (name, layer) in layers() {
            for kind in KINDS {
                for certainty in certainties {
                    let channel = layer(Inner::Fails(kind, certainty));
                    for out in [message(), harmless(&message())] {
                        let error = channel.send(&out).await.unwrap_err();
                        assert_eq!(error.certainty, certainty, "{name} {kind}");
                        assert_eq!(error.kind, kind, "{name}");
                        assert_eq!(error.received, b"part", "{name} {kind}");
                        assert!(error.source.is_some(), "{name} {kind}");
                    }
                }
            }
        }
    });
}

#[test]
fn no_layer_changes_an_answer() {
    run(async {
        for (name, layer) in layers() {
            let channel = layer(Inner::Answers);
            for _ in 0..3 {
                assert_eq!(channel.send(&message()).await.unwrap(), b"reply", "{name}");
            }
        }
    });
}

#[test]
fn a_panic_inside_is_perhaps_sent_and_the_channel_lives() {
    run(async {
        for inner in [Inner::Panics, Inner::PanicsLater] {
            let channel = Guarded::new(inner, "x");
            for _ in 0..2 {
                let error = channel.send(&message()).await.unwrap_err();
                assert_eq!(error.kind, SendErrorKind::Defect);
                assert_eq!(error.certainty, Certainty::MaybeSent);
            }
            let error = channel.send(&harmless(&message())).await.unwrap_err();
            assert_eq!(error.certainty, Certainty::NotSent);
        }
    });
}

#[test]
fn the_total_limit_leaves_it_open_whether_anything_left() {
    run(async {
        let channel = Timed::new(Inner::NeverEnds, "x", Duration::from_millis(20));
        let error = channel.send(&message()).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::TimeOut);
        assert_eq!(error.certainty, Certainty::MaybeSent);
    });
}

/// Holds each message until told, counting how many are inside.
struct Gate {
    inside: AtomicUsize,
    open: tokio::sync::Semaphore,
}

impl Gate {
    fn new() -> Self {
        Self {
            inside: AtomicUsize::new(0),
            open: tokio::sync::Semaphore::new(0),
        }
    }
}

impl Channel for Gate {
    fn send<'a>(&'a self, _: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        Box::pin(async {
            self.inside.fetch_add(1, Ordering::SeqCst);
            self.open.acquire().await.unwrap().forget();
            self.inside.fetch_sub(1, Ordering::SeqCst);
            Ok(Vec::new())
        })
    }
}

async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[test]
fn threats_23_one_more_than_may_wait_is_certainly_not_sent() {
    run(async {
        let gate = Arc::new(Gate::new());
        let channel = Arc::new(Limited::new(Arc::clone(&gate), "x", 2, 1));
        let mut sends = Vec::new();
        for _ in 0..3 {
            let channel = Arc::clone(&channel);
            sends.push(tokio::spawn(async move { channel.send(&message()).await }));
        }
        settle().await;
        assert_eq!(gate.inside.load(Ordering::SeqCst), 2);
        let error = channel.send(&message()).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Limit);
        assert_eq!(error.certainty, Certainty::NotSent);
        gate.open.add_permits(3);
        for send in sends {
            send.await.unwrap().unwrap();
        }
        // The places are free again, also after a sender that gave up.
        let given_up = tokio::time::timeout(Duration::ZERO, channel.send(&message())).await;
        assert!(given_up.is_err());
        gate.open.add_permits(3);
        channel.send(&message()).await.unwrap();
    });
}

#[test]
fn messages_begin_no_closer_than_the_interval() {
    run(async {
        let clock = Arc::new(ManualClock::new(datetime!(2026-11-23 10:00 +8)));
        let gate = Arc::new(Gate::new());
        let time: Arc<dyn Clock> = clock.clone();
        let interval = Duration::from_secs(60);
        let channel = Arc::new(Paced::new(Arc::clone(&gate), interval, time));
        for _ in 0..3 {
            let channel = Arc::clone(&channel);
            tokio::spawn(async move {
                channel.ready(&message()).await;
                channel.send(&message()).await
            });
        }
        for expected in 1..=3 {
            settle().await;
            assert_eq!(gate.inside.load(Ordering::SeqCst), expected);
            clock.advance(Duration::from_secs(59));
            settle().await;
            assert_eq!(gate.inside.load(Ordering::SeqCst), expected);
            clock.advance(Duration::from_secs(1));
        }
        settle().await;
        assert_eq!(clock.sleeping(), 0);
    });
}

/// Asks for a place, and gives it up at once where it has to be waited for.
async fn is_ready(channel: &dyn Channel) -> bool {
    let out = message();
    let asked = tokio::time::timeout(Duration::ZERO, channel.ready(&out));
    asked.await.is_ok()
}

#[test]
fn who_gives_up_waiting_uses_up_no_place_and_blocks_nobody() {
    run(async {
        let clock = Arc::new(ManualClock::new(datetime!(2026-11-23 10:00 +8)));
        let time: Arc<dyn Clock> = clock.clone();
        let channel = Paced::new(Inner::Answers, Duration::from_secs(60), time);
        assert!(is_ready(&channel).await);
        // Each of them would have taken a place a minute later than the one before it.
        for _ in 0..5 {
            assert!(!is_ready(&channel).await);
        }
        assert_eq!(clock.sleeping(), 0);
        // One that waits behind another that gives up has the next place.
        let out = message();
        let mut first = channel.ready(&out);
        let mut second = channel.ready(&out);
        for waiting in [&mut first, &mut second] {
            let waited = tokio::time::timeout(Duration::ZERO, waiting);
            assert!(waited.await.is_err());
        }
        drop(first);
        clock.advance(Duration::from_secs(60));
        second.await;
        // And nobody else has it too.
        assert!(!is_ready(&channel).await);
        clock.advance(Duration::from_secs(60));
        assert!(is_ready(&channel).await);
    });
}

/// Between the place and the first byte a record is made durable: that takes its time.
#[test]
fn the_interval_counts_from_the_beginning_of_a_message() {
    run(async {
        let clock = Arc::new(ManualClock::new(datetime!(2026-11-23 10:00 +8)));
        let time: Arc<dyn Clock> = clock.clone();
        let channel = Paced::new(Inner::Answers, Duration::from_secs(60), time);
        assert!(is_ready(&channel).await);
        clock.advance(Duration::from_secs(5));
        channel.send(&message()).await.unwrap();
        clock.advance(Duration::from_secs(59));
        assert!(!is_ready(&channel).await);
        clock.advance(Duration::from_secs(1));
        assert!(is_ready(&channel).await);
    });
}

/// A pace that lies inside of every other layer is kept all the same.
#[test]
fn every_layer_waits_until_the_inner_channel_is_ready() {
    run(async {
        for (name, layer) in layers() {
            assert!(!is_ready(&*layer(Inner::NeverEnds)).await, "{name}");
            assert!(is_ready(&*layer(Inner::Answers)).await, "{name}");
        }
        let shared = Arc::new(Inner::NeverEnds);
        assert!(!is_ready(&shared).await);
        for inner in [Inner::Panics, Inner::PanicsLater] {
            assert!(is_ready(&Guarded::new(inner, "x")).await);
        }
    });
}

#[test]
fn the_meter_counts_by_bank_and_certainty() {
    run(async {
        let metrics = Arc::new(Metrics::new());
        for inner in [
            Inner::Answers,
            Inner::Fails(SendErrorKind::Read, Certainty::MaybeSent),
        ] {
            let channel = Metered::new(inner, bank(), Arc::clone(&metrics));
            let _ = channel.send(&message()).await;
        }
        let text = metrics.render().unwrap();
        for outcome in ["answered", "maybe_sent"] {
            let line = format!("anxin_sends_total{{bank=\"ICBC\",outcome=\"{outcome}\"}} 1\n");
            assert!(text.contains(&line), "{text}");
        }
    });
}
