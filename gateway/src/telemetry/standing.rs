//! What waits and since when, and how clock, disk and calendar stand: numbers of which alarms are
//! made (`config/alarms.yml`).

use super::metrics::gauge;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use schemas::BankCode;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A step of the wall clock below this is a correction, no step.
const STEP_MS: i64 = 60_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WaitLabels {
    bank: String,
    waits_for: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BankLabels {
    bank: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct MessageLabels {
    bank: String,
    message: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DirectionLabels {
    direction: &'static str,
}

/// Why a bank's message waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageWait {
    /// Stored, and not read to its end.
    Open,
    /// Nobody could read it.
    Unread,
}

impl MessageWait {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Unread => "unread",
        }
    }
}

/// The numbers.
#[derive(Debug, Default)]
pub struct Standing {
    waits: Family<WaitLabels, Gauge>,
    unsent: Family<BankLabels, Gauge>,
    at_bank: Family<BankLabels, Gauge>,
    unread: Family<BankLabels, Gauge>,
    messages: Family<MessageLabels, Gauge>,
    journal_failed: Gauge,
    book_doubtful: Gauge,
    defects: Gauge,
    clock_behind: Gauge,
    clock_steps: Family<DirectionLabels, Counter>,
    disk_free: Gauge,
    calendar_ends: Gauge,
    seen: Mutex<Option<(i64, Duration)>>,
}

impl Standing {
    pub(super) fn register(&self, registry: &mut Registry) {
        let each: [(&str, &str, &Gauge); 6] = [
            (
                "journal_failed",
                "The journal takes no records: 1",
                &self.journal_failed,
            ),
            (
                "book_doubtful",
                "A defect struck in the middle of a change, nothing is decided: 1",
                &self.book_doubtful,
            ),
            (
                "defects",
                "Facts of ours that could not be followed",
                &self.defects,
            ),
            (
                "clock_behind_seconds",
                "How much earlier the clock is than the latest record; 0: not",
                &self.clock_behind,
            ),
            (
                "disk_free_bytes",
                "Room where the journal lies; -1: not known",
                &self.disk_free,
            ),
            (
                "calendar_ends_timestamp_seconds",
                "End of the last day of which is known whether banks work",
                &self.calendar_ends,
            ),
        ];
        for (name, about, gauge) in each {
            registry.register(name, about, gauge.clone());
        }
        self.register_by_bank(registry);
        registry.register(
            "clock_steps",
            "Steps of the clock by a minute or more, seen from one reading of these numbers to the \
             next",
            self.clock_steps.clone(),
        );
        // Seen from the beginning, so that their first step is one.
        for direction in ["back", "forward"] {
            let labels = DirectionLabels { direction };
            drop(self.clock_steps.get_or_create(&labels));
        }
    }

    fn register_by_bank(&self, registry: &mut Registry) {
        registry.register(
            "wait_oldest_age_seconds",
            "Age of the oldest wait of a batch, by bank and what it waits for",
            self.waits.clone(),
        );
        let by_bank = [
            (
                "unsent_oldest_age_seconds",
                "Age of the oldest bank file that certainly did not leave, or for how long its \
                 bank can't be asked about one, by bank",
                &self.unsent,
            ),
            (
                "at_bank_oldest_age_seconds",
                "Time since the oldest bank file left of which a line has no end, by bank",
                &self.at_bank,
            ),
            (
                "messages_unread",
                "Messages of a bank that nobody could read, by bank",
                &self.unread,
            ),
        ];
        for (name, about, family) in by_bank {
            registry.register(name, about, family.clone());
        }
        registry.register(
            "message_oldest_age_seconds",
            "Age of the oldest message of a bank that is not read to its end, or can't be read",
            self.messages.clone(),
        );
    }

    /// Age of the oldest wait of that kind at a bank; 0 where nothing waits.
    pub fn waits(&self, bank: BankCode, waits_for: &'static str, age_seconds: u64) {
        let bank = bank.as_str().to_owned();
        let labels = WaitLabels { bank, waits_for };
        self.waits.get_or_create(&labels).set(gauge(age_seconds));
    }

    /// Age of the oldest file that certainly did not leave, or since when none can; 0 where
    /// there is none.
    pub fn unsent(&self, bank: BankCode, age_seconds: u64) {
        let bank = bank.as_str().to_owned();
        let labels = BankLabels { bank };
        self.unsent.get_or_create(&labels).set(gauge(age_seconds));
    }

    /// Time since the oldest file left of which a line has no end; 0 where there is none.
    pub fn at_bank(&self, bank: BankCode, age_seconds: u64) {
        let bank = bank.as_str().to_owned();
        let labels = BankLabels { bank };
        self.at_bank.get_or_create(&labels).set(gauge(age_seconds));
    }

    /// How many messages of a bank nobody could read.
    pub fn unread(&self, bank: BankCode, count: u64) {
        let bank = bank.as_str().to_owned();
        let labels = BankLabels { bank };
        self.unread.get_or_create(&labels).set(gauge(count));
    }

    /// Age of the oldest message that waits so; 0 where there is none.
    pub fn message(&self, bank: BankCode, wait: MessageWait, age_seconds: u64) {
        let bank = bank.as_str().to_owned();
        let message = wait.as_str();
        let labels = MessageLabels { bank, message };
        self.messages.get_or_create(&labels).set(gauge(age_seconds));
    }

    /// Whether the journal takes no records, the book is in doubt, and how many defects it lists.
    pub fn core(&self, journal_failed: bool, book_doubtful: bool, defects: u64) {
        self.journal_failed.set(i64::from(journal_failed));
        self.book_doubtful.set(i64::from(book_doubtful));
        self.defects.set(gauge(defects));
    }

    /// The wall clock, the latest record, both Unix milliseconds, and the time that has passed in
    /// the process: what the wall clock made more or less of it was a step.
    pub fn clock(&self, now_ms: i64, latest_ms: i64, elapsed: Duration) {
        let behind_ms = latest_ms.saturating_sub(now_ms).max(0);
        self.clock_behind.set(behind_ms / 1000);
        let before = {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.replace((now_ms, elapsed))
        };
        let Some((then_ms, then)) = before else {
            return;
        };
        let passed = elapsed.saturating_sub(then).as_millis();
        let passed_ms = i64::try_from(passed).unwrap_or(i64::MAX);
        let step_ms = now_ms.saturating_sub(then_ms).saturating_sub(passed_ms);
        if step_ms.abs() < STEP_MS {
            return;
        }
        let direction = if step_ms < 0 { "back" } else { "forward" };
        let labels = DirectionLabels { direction };
        self.clock_steps.get_or_create(&labels).inc();
    }

    /// Room where the journal lies; none where the disk does not say.
    pub fn disk_free(&self, bytes: Option<u64>) {
        self.disk_free.set(bytes.map_or(-1, gauge));
    }

    /// End of the last day of which is known whether banks work, Unix seconds.
    pub fn calendar_ends(&self, unix_seconds: i64) {
        self.calendar_ends.set(unix_seconds);
    }
}
