//! A dispatcher that ends by a defect in the middle of an instruction: readiness says so, and the
//! one that takes over asks and never sends. A folder for banks' files that can't be used. What a
//! stop seals.

use super::bank::{Act, Played};
use super::desk::{Desk, ZHANG, file};
use adapters::exchange::Outcome;
use gateway::channel::Collector;
use gateway::core::Fact;
use gateway::dispatch::Pace;
use gateway::dispatch::recovery::recover_bank;
use gateway::event::Event;
use gateway::installation::Banks;
use gateway::proof::kept::Kept;
use gateway::proof::known::KnownKeys;
use gateway::serving::{Engine, Setup};
use gateway::telemetry::{Concerns, Metrics};
use journal::Kind;
use journal::disk::OsDisk;
use schemas::LineState;
use schemas::value::BankCode;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A record that changes nothing.
fn started(version: &str) -> Fact {
    let started = Event::Started {
        version: version.to_owned(),
        first_file_no: None,
    };
    started.into()
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..4_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{what} never happens");
}

/// Stops the engine while time passes: a dispatcher that lets changes come together for a moment
/// sleeps on a clock that stands.
async fn stop(engine: Engine, desk: &Desk) {
    let passes = async {
        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
            desk.clock.advance(Duration::from_millis(2));
        }
    };
    tokio::select! {
        stopped = engine.stop(Duration::from_secs(10)) => stopped.unwrap(),
        () = passes => {}
    }
}

/// An engine without banks and folders.
pub fn setup(desk: &Desk, data: &Path, concerns: &Arc<Concerns>, metrics: &Arc<Metrics>) -> Setup {
    Setup {
        data: data.to_owned(),
        witness: None,
        banks: Banks(Arc::new([].into())),
        collectors: [].into(),
        checkpoints: gateway::proof::CheckpointKey::default(),
        mandates: Arc::clone(&desk.mandates),
        calendar: Arc::clone(&desk.calendar),
        pace: Pace::REAL,
        collect_wait_ms: 10_000,
        metrics: Arc::clone(metrics),
        concerns: Arc::clone(concerns),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatcher_after_a_defect_asks_and_never_sends() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::new();
    let receipt = desk.release(&file("GZ-1", &[ZHANG]));
    let played = Played::new(&desk, &[Act::Defect, Act::Tell(vec![Outcome::Paid])]);
    let metrics = Arc::new(Metrics::new());
    let concerns = Arc::new(Concerns::new(Arc::clone(&metrics)));
    let code = BankCode::parse("HXB").unwrap();
    let banks = Banks(Arc::new(
        [(code, Arc::clone(&played.dispatcher.bank))].into(),
    ));
    let setup = Setup {
        banks,
        ..setup(&desk, folder.path(), &concerns, &metrics)
    };
    let engine = Engine::start(Arc::clone(&desk.core), &setup).unwrap();
    let seen = || {
        let seen = played.script.seen.lock().unwrap();
        (seen.submissions.len(), seen.queries)
    };
    until("the concern", || !concerns.list().is_empty()).await;
    assert_eq!(concerns.list(), [("dispatcher:HXB".to_owned(), "defect")]);
    assert_eq!(
        desk.states(&receipt),
        [LineState::Intended],
        "as it was left"
    );
    // The concern is there before the pause begins: the second passes in pieces.
    until("the recovery", || {
        desk.clock.advance(Duration::from_millis(20));
        desk.states(&receipt) == [LineState::Unknown]
    })
    .await;
    assert_eq!(seen(), (1, 0));
    // A minute later the bank is asked.
    for _ in 0..100 {
        if desk.states(&receipt) == [LineState::Paid] {
            break;
        }
        desk.clock.advance(Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(desk.states(&receipt), [LineState::Paid]);
    assert_eq!(seen(), (1, 1), "instructed once, asked once");
    desk.clock.advance(Duration::from_secs(60));
    until("the all-clear", || concerns.list().is_empty()).await;
    let text = metrics.render().unwrap();
    let restarts = "anxin_task_restarts_total{concern=\"dispatcher:HXB\"} 1";
    assert!(text.contains(restarts), "{text}");
    assert!(
        !text.contains("anxin_fsync_group_records_count 0\n"),
        "{text}"
    );
    stop(engine, &desk).await;
}

/// What a bank leaves there is unread: the operator must see it, and that it is over.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_used_is_a_concern_until_it_can() {
    let place = tempfile::tempdir().unwrap();
    let desk = Desk::new();
    let metrics = Arc::new(Metrics::new());
    let concerns = Arc::new(Concerns::new(Arc::clone(&metrics)));
    let inbox = place.path().join("inbox");
    let code = BankCode::parse("HXB").unwrap();
    let setup = Setup {
        collectors: [(code, Collector::new(&inbox, 100))].into(),
        ..setup(&desk, place.path(), &concerns, &metrics)
    };
    // A file is in the folder's place.
    std::fs::write(&inbox, b"").unwrap();
    let engine = Engine::start(Arc::clone(&desk.core), &setup).unwrap();
    let told = |why| concerns.list() == [("folder:HXB".to_owned(), why)];
    let shown = |stands| {
        let text = metrics.render().unwrap();
        text.contains(&format!("anxin_concern{{concern=\"folder:HXB\"}} {stands}"))
    };
    until("the concern", || told("unusable")).await;
    assert!(shown(1));
    // The folder is back, with something that is no file of a bank's.
    std::fs::remove_file(&inbox).unwrap();
    std::fs::create_dir_all(inbox.join("done")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", inbox.join("link")).unwrap();
    let looks_again = async |what: &str, holds: &dyn Fn() -> bool| {
        for _ in 0..1_000 {
            if holds() {
                return;
            }
            desk.clock.advance(Duration::from_secs(10));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{what} never happens");
    };
    looks_again("what is left", &|| told("file_left")).await;
    std::fs::remove_file(inbox.join("link")).unwrap();
    looks_again("the all-clear", &|| concerns.list().is_empty()).await;
    assert!(shown(0));
    stop(engine, &desk).await;
}

/// What lay in the folder at a start is older than the answer to whatever is asked since.
#[tokio::test(flavor = "multi_thread")]
async fn m1_a_folder_is_looked_into_before_anything_is_said_to_its_bank() {
    let place = tempfile::tempdir().unwrap();
    let desk = Desk::new();
    let receipt = desk.release(&file("GZ-1", &[ZHANG]));
    let played = Played::new(&desk, &[Act::Accept, Act::Tell(vec![Outcome::Paid])]);
    let metrics = Arc::new(Metrics::new());
    let concerns = Arc::new(Concerns::new(Arc::clone(&metrics)));
    let inbox = place.path().join("inbox");
    std::fs::create_dir_all(inbox.join("done")).unwrap();
    std::fs::write(inbox.join("R1.txt"), b"of the night").unwrap();
    let code = BankCode::parse("HXB").unwrap();
    let bank = Arc::clone(&played.dispatcher.bank);
    let setup = Setup {
        banks: Banks(Arc::new([(code, bank)].into())),
        collectors: [(code, Collector::new(&inbox, 100))].into(),
        ..setup(&desk, place.path(), &concerns, &metrics)
    };
    let engine = Engine::start(Arc::clone(&desk.core), &setup).unwrap();
    assert!(desk.core.has_uncollected(code), "nothing is taken in yet");
    let events = || {
        let all = 1..=desk.core.desk().sequence();
        let read = |sequence| (sequence, desk.core.event(sequence).map(|(_, event)| event));
        all.map(read).collect::<Vec<_>>()
    };
    let left_at = || {
        let is_first = |(sequence, event)| match event {
            Ok(Event::MessageLeaving { .. }) => Some(sequence),
            _ => None,
        };
        events().into_iter().find_map(is_first)
    };
    until("the instruction", || left_at().is_some()).await;
    assert!(desk.core.has_uncollected(code), "it may be written to");
    // The next look begins with "not known": asked once more the same may not hold.
    until("the file is taken in", || {
        desk.clock.advance(Duration::from_secs(10));
        inbox.join("done/R1.txt").exists() && !desk.core.has_uncollected(code)
    })
    .await;
    let seen_at = events().into_iter().find_map(|(_, event)| match event {
        Ok(Event::BankMessage { seen_at, .. }) => seen_at,
        _ => None,
    });
    assert!(seen_at.unwrap() <= left_at().unwrap(), "{seen_at:?}");
    assert_ne!(desk.states(&receipt), [LineState::Released]);
    stop(engine, &desk).await;
}

/// A record that is not durable yet when the stop begins belongs to the last checkpoint all the
/// same: without it a journal that is set back to the stop before would agree.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_checkpoint_covers_what_was_written_last() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::new();
    let metrics = Arc::new(Metrics::new());
    let concerns = Arc::new(Concerns::new(Arc::clone(&metrics)));
    let setup = setup(&desk, folder.path(), &concerns, &metrics);
    let engine = Engine::start(Arc::clone(&desk.core), &setup).unwrap();
    let last = desk.core.record("engine", started("the last record"));
    engine.stop(Duration::from_secs(10)).await.unwrap();
    let known = KnownKeys::read(&OsDisk, folder.path()).unwrap();
    let kept = Kept::read_end(&OsDisk, folder.path(), &known).unwrap();
    assert_eq!((kept.size_max, kept.fault), (last.unwrap(), None));
    let journal = desk.core.journal();
    let end = journal.read_sequence(journal.durable()).unwrap();
    assert_eq!(end.kind, Kind::CLOSING);
}

/// A closing record says that all before it was signed.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_can_not_sign_does_not_close() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::new();
    let metrics = Arc::new(Metrics::new());
    let concerns = Arc::new(Concerns::new(Arc::clone(&metrics)));
    let setup = setup(&desk, folder.path(), &concerns, &metrics);
    // In the place of the first tile that is written.
    std::fs::create_dir_all(folder.path().join("tiles/tile/0/000/x")).unwrap();
    let engine = Engine::start(Arc::clone(&desk.core), &setup).unwrap();
    let record = || {
        let recorded = desk.core.record("engine", started("one more"));
        recorded.unwrap()
    };
    while record() < 300 {}
    let last = record();
    engine.stop(Duration::from_secs(10)).await.unwrap();
    let journal = desk.core.journal();
    assert_eq!(journal.durable(), last);
    assert_ne!(journal.read_sequence(last).unwrap().kind, Kind::CLOSING);
}

/// A dispatcher of another bank that takes over settles nothing of what this one has under way.
#[test]
fn a_dispatcher_that_takes_over_touches_its_own_banks_files_only() {
    let desk = Desk::new();
    let batch = desk.release(&file("GZ-1", &[ZHANG]));
    desk.intend(batch.batch);
    let recovered = |code| recover_bank(&desk.core, BankCode::parse(code).unwrap()).unwrap();
    assert_eq!(recovered("ICBC"), 0);
    assert_eq!(desk.states(&batch), [LineState::Intended]);
    assert_eq!(recovered("HXB"), 1);
    assert_eq!(desk.states(&batch), [LineState::Released]);
}
