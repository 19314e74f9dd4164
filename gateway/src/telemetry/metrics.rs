//! Numbers for the operator's monitoring, in OpenMetrics text.
//!
//! Labels are closed words: route templates, statuses, states, outcomes, bank codes. Never an
//! identifier of a batch, a line, an employer or a person.

use super::Standing;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use schemas::{BankCode, LineState};

/// The text could not be written; a defect of the library beneath.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the metrics could not be written as text")]
pub struct RenderError;

/// The queues whose lengths are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Queue {
    /// Uploads from their first byte until their answer is taken.
    Reception,
    /// Uploads being worked on.
    Intake,
    /// Batches with lines to be sent.
    Dispatch,
    /// Bank files that are not finished: sent, and not every line has its end.
    Query,
    /// Messages of banks that are not read to their end.
    Outcome,
}

impl Queue {
    /// The word of the label.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reception => "reception",
            Self::Intake => "intake",
            Self::Dispatch => "dispatch",
            Self::Query => "query",
            Self::Outcome => "outcome",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct SendLabels {
    bank: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BankLabels {
    bank: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct QueueLabels {
    queue: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WhyLabels {
    why: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ConcernLabels {
    concern: String,
}

/// All metrics of one gateway.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RouteLabels, Counter>,
    closed: Family<WhyLabels, Counter>,
    batches: Family<StateLabels, Gauge>,
    lines: Family<StateLabels, Gauge>,
    sends: Family<SendLabels, Counter>,
    oldest_unknown: Family<BankLabels, Gauge>,
    queues: Family<QueueLabels, Gauge>,
    journal_lag: Gauge,
    index_lag: Gauge,
    fsync_group: Histogram,
    concerns: Family<ConcernLabels, Gauge>,
    restarts: Family<ConcernLabels, Counter>,
    tls_ends: Gauge,
    standing: Standing,
}

/// Records in one fdatasync: powers of four from 1 to 65,536.
const FSYNC_GROUPS: [f64; 9] = [
    1.0, 4.0, 16.0, 64.0, 256.0, 1_024.0, 4_096.0, 16_384.0, 65_536.0,
];

impl Metrics {
    /// All metrics at zero.
    #[must_use]
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("anxin"),
            requests: Family::default(),
            closed: Family::default(),
            batches: Family::default(),
            lines: Family::default(),
            sends: Family::default(),
            oldest_unknown: Family::default(),
            queues: Family::default(),
            journal_lag: Gauge::default(),
            index_lag: Gauge::default(),
            fsync_group: Histogram::new(FSYNC_GROUPS),
            concerns: Family::default(),
            restarts: Family::default(),
            tls_ends: Gauge::default(),
            standing: Standing::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        let requests = self.requests.clone();
        registry.register("requests", "HTTP requests by route and status", requests);
        let closed = self.closed.clone();
        registry.register(
            "connections_closed",
            "Connections that were not let in",
            closed,
        );
        let batches = self.batches.clone();
        registry.register("batches", "Batches by state now", batches);
        let lines = self.lines.clone();
        registry.register("lines", "Lines by state now", lines);
        let sends = self.sends.clone();
        registry.register("sends", "Messages to banks by what became of them", sends);
        registry.register(
            "oldest_unknown_age_seconds",
            "Age of the oldest unknown line of a bank",
            self.oldest_unknown.clone(),
        );
        let queues = self.queues.clone();
        registry.register("queue_length", "What waits, by queue", queues);
        registry.register(
            "journal_durable_lag_records",
            "Records handed to the journal and not yet durable",
            self.journal_lag.clone(),
        );
        registry.register(
            "index_lag_records",
            "Durable records that the index has not applied yet",
            self.index_lag.clone(),
        );
        registry.register(
            "fsync_group_records",
            "Records made durable by one fdatasync",
            self.fsync_group.clone(),
        );
        registry.register(
            "concern",
            "What keeps the gateway from being ready now: 1",
            self.concerns.clone(),
        );
        registry.register(
            "task_restarts",
            "Tasks that ended by a defect or a failure and were begun again",
            self.restarts.clone(),
        );
        registry.register(
            "tls_ends_timestamp_seconds",
            "When the first of server certificate and revocation lists runs out; 0: not known",
            self.tls_ends.clone(),
        );
        self.standing.register(registry);
    }

    /// What waits and since when, and how the machine under it stands.
    #[must_use]
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// One answered request. `route` is the template (`/v1/batches/{id}`), never the path.
    pub fn request(&self, route: &'static str, status: u16) {
        self.requests
            .get_or_create(&RouteLabels { route, status })
            .inc();
    }

    /// One connection that was not let in: `address`, `handshake`, `silence`, `identity` (the
    /// certificate names no party), `party` or `full`.
    pub fn closed(&self, why: &'static str) {
        self.closed.get_or_create(&WhyLabels { why }).inc();
    }

    /// How many batches are in `state` now; `state` is a word of INTERFACE section 4.
    pub fn batches(&self, state: &'static str, number: u64) {
        self.batches
            .get_or_create(&StateLabels { state })
            .set(gauge(number));
    }

    /// How many lines are in `state` now.
    pub fn lines(&self, state: LineState, number: u64) {
        let state = state.as_str();
        self.lines
            .get_or_create(&StateLabels { state })
            .set(gauge(number));
    }

    /// One message to a bank; `outcome` is `answered` or a certainty.
    pub fn sent(&self, bank: BankCode, outcome: &'static str) {
        let bank = bank.as_str().to_owned();
        self.sends
            .get_or_create(&SendLabels { bank, outcome })
            .inc();
    }

    /// Age of the oldest unknown line of a bank; 0 where there is none.
    pub fn oldest_unknown(&self, bank: BankCode, age_seconds: u64) {
        let bank = bank.as_str().to_owned();
        self.oldest_unknown
            .get_or_create(&BankLabels { bank })
            .set(gauge(age_seconds));
    }

    /// How long a queue is now.
    pub fn queue_length(&self, queue: Queue, number: u64) {
        let queue = queue.as_str();
        self.queues
            .get_or_create(&QueueLabels { queue })
            .set(gauge(number));
    }

    /// Records handed to the journal and not yet durable.
    pub fn journal_lag(&self, records: u64) {
        self.journal_lag.set(gauge(records));
    }

    /// Durable records that the index has not applied yet.
    pub fn index_lag(&self, records: u64) {
        self.index_lag.set(gauge(records));
    }

    /// One fdatasync that made `records` durable.
    pub fn fsync_group(&self, records: u32) {
        self.fsync_group.observe(f64::from(records));
    }

    /// A task that is looked after: no concern and never begun again, until it is.
    pub fn watched(&self, name: &str) {
        self.concern(name, false);
        let concern = name.to_owned();
        drop(self.restarts.get_or_create(&ConcernLabels { concern }));
    }

    /// Whether a concern of that name stands now; see [`super::Concerns`].
    pub(super) fn concern(&self, name: &str, stands: bool) {
        let concern = name.to_owned();
        self.concerns
            .get_or_create(&ConcernLabels { concern })
            .set(i64::from(stands));
    }

    /// When the first of the server's certificate and revocation lists runs out, Unix seconds.
    pub fn tls_ends(&self, unix_seconds: i64) {
        self.tls_ends.set(unix_seconds);
    }

    /// A task of that name ended otherwise than it should.
    pub fn restarted(&self, name: &str) {
        let concern = name.to_owned();
        self.restarts
            .get_or_create(&ConcernLabels { concern })
            .inc();
    }

    /// All metrics as OpenMetrics text (`application/openmetrics-text; version=1.0.0`).
    ///
    /// # Errors
    /// Only by a defect of the library beneath.
    pub fn render(&self) -> Result<String, RenderError> {
        let mut rendered = String::new();
        text::encode(&mut rendered, &self.registry).map_err(|_| RenderError)?;
        Ok(rendered)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

pub(super) fn gauge(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
