//! A desk whose numbers are read as an operator's monitor reads them.

use super::alarms::is_raised;
use super::waits::bank;
use gateway::query::gauges::{measure_calendar, measure_standing};
use gateway::query::waits::{Circumstances, Waits, of_batch};
use gateway::telemetry::Metrics;
use schemas::codes::BankCalendar;
use schemas::value::BatchId;
use std::time::Duration;
use tests::desk::Desk;

/// A desk with the numbers that are scraped from it.
pub struct Watched {
    pub desk: Desk,
    pub metrics: Metrics,
    pub before: String,
}

impl Watched {
    pub fn new() -> Self {
        let desk = Desk::new(bank());
        let mut watched = Self {
            desk,
            metrics: Metrics::new(),
            before: String::new(),
        };
        watched.before = watched.scrape();
        watched
    }

    pub fn scrape(&self) -> String {
        measure_standing(&self.desk.core, &self.metrics);
        measure_calendar(BankCalendar::built_in(), &self.metrics);
        self.metrics.render().unwrap()
    }

    pub fn raises(&self, alarm: &str) -> bool {
        let now_s = (self.desk.core.now_ms() / 1000) as f64;
        is_raised(alarm, &self.scrape(), &self.before, now_s)
    }

    pub fn waits(&self, id: BatchId) -> Option<Waits> {
        let desk = self.desk.core.desk();
        let batch = desk.batch(id).unwrap();
        let around = Circumstances::of(&self.desk.core, batch);
        of_batch(&desk, batch, around)
    }

    /// The batch waits for that since that moment; the alarm comes with time and not before it.
    pub fn assert_waits(&self, id: BatchId, word: &str, since_ms: i64, alarm: (&str, u64)) {
        let waits = self.waits(id).unwrap();
        assert_eq!((waits.what.as_str(), waits.since_ms), (word, since_ms));
        assert!(!self.raises(alarm.0), "{} at once", alarm.0);
        self.desk.clock.advance(Duration::from_secs(alarm.1 + 1));
        assert!(self.raises(alarm.0), "{}", alarm.0);
    }
}
