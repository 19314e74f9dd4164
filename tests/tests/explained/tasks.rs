//! Alarms by their causes where the program gives no hold for them: the assembled engine over a
//! journal in memory, with a clock that the test moves.

use super::alarms::is_raised;
use super::waits::bank;
use gateway::clock::{Clock, ManualClock};
use gateway::dispatch::Pace;
use gateway::event::Event;
use gateway::installation::Banks;
use gateway::proof::CheckpointKey;
use gateway::query::gauges::measure;
use gateway::serving::{Engine, Setup};
use gateway::telemetry::{Concerns, Metrics};
use schemas::LineState;
use schemas::codes::BankCalendar;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tests::bank::{Played, at_bank, release};
use tests::desk::{Desk, open_with};
use time::OffsetDateTime;

/// An engine at work for a desk.
struct Working {
    desk: Desk,
    engine: Engine,
    metrics: Arc<Metrics>,
    concerns: Arc<Concerns>,
}

impl Working {
    fn start(desk: &Desk, data: &Path, banks: Banks) -> Self {
        let metrics = Arc::new(Metrics::new());
        let concerns = Arc::new(Concerns::new(Arc::clone(&metrics)));
        let setup = Setup {
            data: data.to_owned(),
            witness: None,
            banks,
            collectors: [].into(),
            checkpoints: CheckpointKey::default(),
            mandates: Arc::clone(&desk.mandates),
            calendar: Arc::new(BankCalendar::built_in().clone()),
            pace: Pace::REAL,
            collect_wait_ms: 10_000,
            metrics: Arc::clone(&metrics),
            concerns: Arc::clone(&concerns),
        };
        let engine = Engine::start(Arc::clone(&desk.core), &setup).unwrap();
        Self {
            desk: desk.clone(),
            engine,
            metrics,
            concerns,
        }
    }

    /// What `/metrics` shows, as its handler makes it.
    fn scrape(&self) -> String {
        measure(&self.desk.core, &self.engine.search(), &self.metrics);
        self.metrics.render().unwrap()
    }

    fn raises(&self, alarm: &str) -> bool {
        is_raised(alarm, &self.scrape(), "", 0.0)
    }

    /// Stops the engine while time passes: its tasks sleep for moments on the desk's clock.
    async fn stop(self) {
        let passes = async {
            loop {
                tokio::time::sleep(Duration::from_millis(1)).await;
                self.desk.clock.advance(Duration::from_millis(2));
            }
        };
        tokio::select! {
            stopped = self.engine.stop(Duration::from_secs(10)) => stopped.unwrap(),
            () = passes => {}
        }
    }

    /// Lets time pass until the alarm is, or is no more.
    async fn becomes(&self, alarm: &str, raised: bool) {
        for _ in 0..2_000 {
            if self.raises(alarm) == raised {
                return;
            }
            self.desk.clock.advance(Duration::from_secs(1));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!(
            "{alarm} does not become {raised}: {:?}",
            self.concerns.list()
        );
    }
}

/// A defect in the middle of an instruction.
#[tokio::test(flavor = "multi_thread")]
async fn a_dispatcher_that_ends_by_a_defect() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::new(bank());
    let batch = release(&desk, 2);
    let played = Played::new(&desk);
    played.memory(|memory| memory.before_instruction = Some(Box::new(|| panic!("planned"))));
    let banks = [(bank(), Arc::clone(&played.dispatcher.bank))];
    let working = Working::start(&desk, folder.path(), Banks(Arc::new(banks.into())));
    working.becomes("AnxinTask", true).await;
    let told = working.concerns.list();
    assert_eq!(told, [(format!("dispatcher:{}", bank()), "defect")]);
    // It begins again by itself, asks and never sends; steady for a minute it is no concern.
    working.becomes("AnxinTask", false).await;
    let states = desk.states(&batch);
    assert!(!states.contains(&LineState::Intended), "{states:?}");
    assert!(played.memory(|memory| memory.submissions()) <= 1);
    working.stop().await;
}

/// What stands in the way of the witness holds the index back.
#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_held_back() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::new(bank());
    let working = Working::start(&desk, folder.path(), Banks(Arc::new([].into())));
    working.becomes("AnxinTask", false).await;
    assert!(!working.raises("AnxinIndexBehind"));
    let witness = folder.path().join("witness");
    let _ = std::fs::remove_file(&witness);
    std::fs::create_dir_all(witness.join("in the way")).unwrap();
    let mut last = 0;
    for number in 0..=100_000u32 {
        let event = Event::Disclosed {
            to: "urn:anxin:regulator:330000".to_owned(),
            count: number,
        };
        last = desk.core.record("urn:anxin:gateway", event.into()).unwrap();
    }
    desk.core.wait_durable(last).unwrap();
    working.becomes("AnxinTask", true).await;
    assert!(working.raises("AnxinIndexBehind"));
    // The runbook: AnxinTask stands as well, and its log says what can't be written.
    std::fs::remove_dir_all(&witness).unwrap();
    working.becomes("AnxinIndexBehind", false).await;
    working.becomes("AnxinTask", false).await;
    working.stop().await;
}

/// A clock that is asked once more and fails.
struct Striking {
    inner: Arc<ManualClock>,
    left: AtomicI64,
}

impl Clock for Striking {
    fn now(&self) -> OffsetDateTime {
        assert!(self.left.fetch_sub(1, Ordering::SeqCst) != 1, "planned");
        self.inner.now()
    }

    fn elapsed(&self) -> Duration {
        self.inner.elapsed()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + 'static>> {
        self.inner.sleep(duration)
    }
}

/// A defect in the middle of a change of the book. A restart makes it anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_book_in_doubt() {
    let mut desk = Desk::new(bank());
    // The desk's bank runs by itself, outside this runtime.
    let batch = std::thread::scope(|scope| scope.spawn(|| at_bank(&desk, 2).0).join().unwrap());
    desk.core.wait_durable(desk.head()).unwrap();
    let before = desk.states(&batch);
    let clock = Arc::new(Striking {
        inner: Arc::clone(&desk.clock),
        left: AtomicI64::new(0),
    });
    desk.core = Arc::new(open_with(&desk.disk, Arc::clone(&clock) as Arc<dyn Clock>));
    let folder = tempfile::tempdir().unwrap();
    let working = Working::start(&desk, folder.path(), Banks(Arc::new([].into())));
    assert!(!working.raises("AnxinBookDoubtful"));
    let record = || {
        let event = Event::Disclosed {
            to: "urn:anxin:regulator:330000".to_owned(),
            count: 1,
        };
        desk.core.record("urn:anxin:gateway", event.into())
    };
    // The clock is asked before the change as well: the defect that strikes within it counts.
    for asked in 1..20 {
        clock.left.store(asked, Ordering::SeqCst);
        let struck = std::panic::catch_unwind(std::panic::AssertUnwindSafe(record));
        clock.left.store(0, Ordering::SeqCst);
        if struck.is_err() && desk.core.is_doubtful() {
            break;
        }
    }
    assert!(working.raises("AnxinBookDoubtful"));
    assert!(record().is_err(), "nothing is decided any more");
    working.engine.stop(Duration::from_secs(10)).await.ok();
    let again = desk.crash();
    let folder = tempfile::tempdir().unwrap();
    let working = Working::start(&again, folder.path(), Banks(Arc::new([].into())));
    assert!(!working.raises("AnxinBookDoubtful"));
    assert_eq!(again.states(&batch), before);
    working.stop().await;
}
