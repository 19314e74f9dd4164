//! Every number that the operator is told to watch moves with what it says.

use super::bank::{Act, Played};
use super::desk::{Desk, ZHANG, file};
use adapters::exchange::Outcome;
use gateway::dispatch::ACTOR;
use gateway::event::Event;
use gateway::index::{Follower, Keeper, Search};
use gateway::query::gauges::measure;
use gateway::telemetry::Metrics;
use journal::index::MemoryIndex;
use schemas::value::BankCode;
use std::sync::Arc;
use std::time::Duration;

struct Watch {
    search: Search,
    metrics: Metrics,
}

impl Watch {
    /// Looks anew and holds the numbers against those expected.
    fn shows(&self, desk: &Desk, expected: &[&str]) {
        measure(&desk.core, &self.search, &self.metrics);
        let text = self.metrics.render().unwrap();
        for line in expected {
            let line = format!("anxin_{line}");
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}

#[test]
fn the_numbers_to_watch_move() {
    let desk = Desk::new();
    let index = Arc::new(MemoryIndex::new());
    let watch = Watch {
        search: Search::new(index.clone()),
        metrics: Metrics::new(),
    };
    let nothing = ["dispatch", "query", "outcome"].map(|queue| queue_of(queue, 0));
    watch.shows(&desk, &nothing.each_ref().map(String::as_str));
    // Nothing follows yet: the index has not seen the record of the opening.
    let opening = desk.core.journal().durable();
    let unseen = format!("index_lag_records {opening}");
    watch.shows(&desk, &["journal_durable_lag_records 0", &unseen]);
    // A batch is held, then released: it waits to be sent.
    let batch = desk.release(&file("GZ-1", &[ZHANG]));
    let head = desk.core.journal().head().0;
    let lag = format!("journal_durable_lag_records {}", head - opening);
    let one = queue_of("dispatch", 1);
    let released = [
        "batches{state=\"released\"} 1",
        "lines{state=\"released\"} 1",
    ];
    watch.shows(&desk, &[released[0], released[1], &one, &lag, &unseen]);
    // Durable, and not yet in the index; then in both.
    desk.core.journal().commit().unwrap();
    let lag = format!("index_lag_records {head}");
    watch.shows(&desk, &["journal_durable_lag_records 0", &lag]);
    let folder = tempfile::tempdir().unwrap();
    let witness = Keeper::of(folder.path(), None);
    witness.note(desk.core.journal()).unwrap();
    let follower = Follower::new(Arc::clone(&desk.core), index, witness);
    while follower.follow().unwrap() > 0 {}
    watch.shows(&desk, &["index_lag_records 0"]);
    // Sent, and the bank is silent: the file is open, its line's age grows.
    let played = Played::new(&desk, &[Act::Silent, Act::Tell(vec![Outcome::Paid])]);
    played.work(&desk);
    desk.clock.advance(Duration::from_secs(60));
    let age = "oldest_unknown_age_seconds{bank=\"HXB\"} 60";
    let open = [queue_of("dispatch", 0), queue_of("query", 1)];
    watch.shows(
        &desk,
        &["lines{state=\"unknown\"} 1", age, &open[0], &open[1]],
    );
    desk.clock.advance(Duration::from_secs(60));
    played.work(&desk);
    let age = "oldest_unknown_age_seconds{bank=\"HXB\"} 0";
    watch.shows(
        &desk,
        &["lines{state=\"paid\"} 1", age, &queue_of("query", 0)],
    );
    assert_eq!(desk.states(&batch), [schemas::LineState::Paid]);
    // A message of a bank is read, and then it is closed.
    let message = Event::BankMessage {
        bank: BankCode::parse("HXB").unwrap(),
        message: "push".to_owned(),
        digest: "00".repeat(32),
        reading: "applied".to_owned(),
        again: None,
        seen_at: None,
        written_at: None,
        file_no: None,
    };
    let message = desk.core.record(ACTOR, message.into()).unwrap();
    watch.shows(&desk, &[&queue_of("outcome", 1)]);
    let closed = Event::BankMessageClosed { message };
    desk.core.record(ACTOR, closed.into()).unwrap();
    watch.shows(&desk, &[&queue_of("outcome", 0)]);
}

fn queue_of(queue: &str, length: u32) -> String {
    format!("queue_length{{queue=\"{queue}\"}} {length}")
}
