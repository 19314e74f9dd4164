//! What the calls work with: one value, made by the command that serves.

use crate::access::rate::{Buckets, Rate};
use crate::api::room::Places;
use crate::api::spool::SpoolFolder;
use crate::clock::Clock;
use crate::configuration::Roles;
use crate::core::{Core, CoreError};
use crate::index::Search;
use crate::intake::{AcceptanceLimits, RefusalLimits};
use crate::mandates::Mandates;
use crate::proof::Log;
use crate::telemetry::{Concerns, Metrics};
use schemas::codes::BankCalendar;
use schemas::employer_files::{BankRules, Limits};
use schemas::value::BankCode;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// The answer to a message that a bank pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipted {
    /// Journal sequence of the message, for the `Anxin-Receipt` header.
    pub sequence: u64,
    /// Journal sequence that must be durable before the receipt leaves.
    pub last_sequence: u64,
    /// The receipt in the bank's own dialect.
    pub receipt: Vec<u8>,
    /// Its content type.
    pub content_type: String,
    /// The same bytes came before.
    pub replayed: bool,
}

/// The door to the banks' side: takes a message as it came, with the bank that its certificate
/// names.
pub trait BankMessages: Send + Sync {
    /// Headers of the call that belong to a message of this bank and kind: they come to
    /// [`BankMessages::receive`] in a block before the body ([`adapters::wire::headers`]).
    fn headers(&self, _bank: BankCode, _kind: &str) -> Vec<String> {
        Vec::new()
    }

    /// Stores, applies and receipts one message. `kind` is push, result or receipt. `None` when
    /// this installation has no adapter of the bank. Blocking.
    ///
    /// # Errors
    /// Ours only; what can't be read is stored, listed and receipted as such.
    fn receive(
        &self,
        core: &Core,
        bank: BankCode,
        kind: &str,
        bytes: &[u8],
    ) -> Result<Option<Receipted>, CoreError>;
}

/// Limits of the interface. Each has a default that ordinary work does not reach; those of
/// `gateway.toml` are these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiLimits {
    /// Bytes of an upload that are kept in memory; larger ones go to a sealed file. 1 MiB.
    pub memory_bytes_max: usize,
    /// Bytes of bodies that lie in memory at once, over all callers; one party has at most half of
    /// them, or one message of a bank. An upload goes into a sealed file at once when there is no
    /// room, another body is refused for now. 256 MiB.
    pub buffered_bytes_max: usize,
    /// Uploads that are worked on at once, when all their bytes are there; one party has at most
    /// half of them. 8.
    pub uploads_max: usize,
    /// Longest wait of a received upload for one of those places. 30 s.
    pub upload_wait: Duration,
    /// Uploads that are received, wait or are worked on at once, and answers to them that list
    /// findings and are not taken yet. 256.
    pub receptions_max: usize,
    /// The same of one party. 8.
    pub receptions_per_party_max: usize,
    /// Longest wait for one of those places, or of those for long answers: a burst is no attack.
    /// 2 s.
    pub reception_wait: Duration,
    /// Bytes of one party's uploads that are received and not yet worked off. 1 GiB.
    pub received_bytes_per_party_max: u64,
    /// Long answers (reports, findings, correction files) that are written at once. 128.
    pub long_answers_max: usize,
    /// The same of one party. 8.
    pub long_answers_per_party_max: usize,
    /// Bytes of a request's head, and of its header list in HTTP/2; at least 8 KiB. 32 KiB.
    pub head_bytes_max: usize,
    /// Bytes of a bank's message, which is one journal record. 32 MiB.
    pub message_bytes_max: usize,
    /// Bytes of a command's JSON. 1 MiB.
    pub command_bytes_max: usize,
    /// Longest silence inside a body, until something of an answer is taken, and without a request
    /// on a connection: one whose other end takes nothing is ended after twice as long. 30 s.
    pub body_idle: Duration,
    /// Slowest body on the whole, in bytes a second, after `body_grace`. 4 KiB/s.
    pub body_bytes_per_second_min: u64,
    /// Time in which a body may be slower. 30 s.
    pub body_grace: Duration,
    /// Time for a TLS handshake. 3 s.
    pub handshake: Duration,
    /// Handshakes at once: they take no place of a connection. 1,024.
    pub handshakes_max: usize,
    /// Handshakes of one address (in IPv6, of 64 bits) at once; a further one is closed. 64.
    pub handshakes_per_address_max: usize,
    /// Time for the head of a request. 10 s.
    pub head: Duration,
    /// Connections at once. 4,096.
    pub connections_max: usize,
    /// Connections of one party at once. 64.
    pub connections_per_party_max: usize,
    /// Age at which a connection is ended politely, so that a revoked certificate does not
    /// outlive its revocation by a long connection. 1 h.
    pub connection_age_max: Duration,
    /// Requests at once on one HTTP/2 connection. 64.
    pub streams_max: u32,
    /// Time for what is under way when the server stops. 30 s.
    pub drain: Duration,
    /// Searches by a person's number or account, for one caller.
    pub search_rate: Rate,
    /// Files of one employer that may come to nothing in a day.
    pub refusals: RefusalLimits,
    /// Files of one employer that are accepted in a day.
    pub acceptances: AcceptanceLimits,
}

impl Default for ApiLimits {
    fn default() -> Self {
        Self {
            memory_bytes_max: 1 << 20,
            buffered_bytes_max: 256 << 20,
            uploads_max: 8,
            upload_wait: Duration::from_secs(30),
            receptions_max: 256,
            receptions_per_party_max: 8,
            reception_wait: Duration::from_secs(2),
            received_bytes_per_party_max: 1 << 30,
            long_answers_max: 128,
            long_answers_per_party_max: 8,
            head_bytes_max: 32 << 10,
            message_bytes_max: 32 << 20,
            command_bytes_max: 1 << 20,
            body_idle: Duration::from_secs(30),
            body_bytes_per_second_min: 4 << 10,
            body_grace: Duration::from_secs(30),
            handshake: Duration::from_secs(3),
            handshakes_max: 1024,
            handshakes_per_address_max: 64,
            head: Duration::from_secs(10),
            connections_max: 4096,
            connections_per_party_max: 64,
            connection_age_max: Duration::from_secs(3600),
            streams_max: 64,
            drain: Duration::from_secs(30),
            search_rate: Rate {
                burst: 60,
                refill: Duration::from_secs(1),
            },
            refusals: RefusalLimits::default(),
            acceptances: AcceptanceLimits::default(),
        }
    }
}

/// The parts of an [`App`].
pub struct AppParts {
    /// Journal, vault and book.
    pub core: Arc<Core>,
    /// Which kind of party may call what.
    pub roles: Roles,
    /// Registered payer accounts.
    pub mandates: Arc<Mandates>,
    /// Days on which banks work.
    pub calendar: Arc<BankCalendar>,
    /// What each paying bank takes.
    pub bank_rules: Arc<dyn BankRules>,
    /// The banks' side.
    pub bank_messages: Arc<dyn BankMessages>,
    /// Limits on employers' files.
    pub file_limits: Limits,
    /// Limits of the interface.
    pub limits: ApiLimits,
    /// Equality search by keyed hash.
    pub search: Search,
    /// The tree over the journal, its checkpoints and proofs.
    pub log: Arc<Log>,
    /// Where large uploads wait.
    pub spool: SpoolFolder,
    /// For time-outs of the network and the pace of searches; the machine's clock, also where
    /// the business runs on another one.
    pub pace: Arc<dyn Clock>,
    /// Numbers for the operator.
    pub metrics: Arc<Metrics>,
    /// What keeps the gateway from being ready.
    pub concerns: Arc<Concerns>,
    /// Turns true when the server stops: endless answers end then.
    pub stopping: watch::Receiver<bool>,
}

/// What the calls work with.
pub struct App {
    pub(crate) parts: AppParts,
    pub(crate) searches: Buckets,
    pub(crate) uploads: Arc<Places>,
    pub(crate) receptions: Arc<Places>,
    pub(crate) received: Arc<Places>,
    pub(crate) long_answers: Arc<Places>,
    pub(crate) memory: Arc<Places>,
    bank_turns: Mutex<BTreeMap<BankCode, Arc<Semaphore>>>,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: AppParts) -> Self {
        let searches = Buckets::new(parts.limits.search_rate, Arc::clone(&parts.pace));
        let limits = &parts.limits;
        let most = limits.uploads_max.max(1) as u64;
        let uploads = Places::new(most, (most / 2).max(1));
        let (all, each) = (limits.receptions_max, limits.receptions_per_party_max);
        let receptions = Places::new(all as u64, each as u64);
        let received = Places::new(u64::MAX, limits.received_bytes_per_party_max);
        let (all, each) = (limits.long_answers_max, limits.long_answers_per_party_max);
        let long_answers = Places::new(all as u64, each as u64);
        // One message of a bank fits in any case.
        let (all, message) = (limits.buffered_bytes_max, limits.message_bytes_max);
        let memory = Places::new(all as u64, (all / 2).max(message) as u64);
        Self {
            parts,
            searches,
            uploads,
            receptions,
            received,
            long_answers,
            memory,
            bank_turns: Mutex::default(),
        }
    }

    /// A bank's messages are taken in one after the other. They wait for it here, where waiting
    /// holds no thread: a bank that sends many at once must not stop the others' calls.
    pub(crate) async fn bank_turn(&self, bank: BankCode) -> Option<OwnedSemaphorePermit> {
        let turn = {
            let mut turns = self
                .bank_turns
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let turn = turns.entry(bank);
            Arc::clone(turn.or_insert_with(|| Arc::new(Semaphore::new(1))))
        };
        // Never closed.
        turn.acquire_owned().await.ok()
    }

    /// Equality search by keyed hash.
    pub(crate) fn search(&self) -> &Search {
        &self.parts.search
    }

    /// Journal, vault and book.
    #[must_use]
    pub fn core(&self) -> &Arc<Core> {
        &self.parts.core
    }

    /// Limits of the interface.
    #[must_use]
    pub fn limits(&self) -> &ApiLimits {
        &self.parts.limits
    }
}

impl std::ops::Deref for App {
    type Target = AppParts;
    fn deref(&self) -> &AppParts {
        &self.parts
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App")
            .field("limits", &self.parts.limits)
            .finish_non_exhaustive()
    }
}

impl BankMessages for crate::installation::Banks {
    fn headers(&self, bank: BankCode, kind: &str) -> Vec<String> {
        let kind = crate::outcome::MessageKind::parse(kind);
        let bank = self.0.get(&bank);
        let named = bank.zip(kind);
        let named = named.map(|(bank, kind)| bank.adapter.headers(kind.answer()));
        named.unwrap_or_default()
    }

    fn receive(
        &self,
        core: &Core,
        bank: BankCode,
        kind: &str,
        bytes: &[u8],
    ) -> Result<Option<Receipted>, CoreError> {
        let Some(kind) = crate::outcome::MessageKind::parse(kind) else {
            return Ok(None);
        };
        let received = Self::receive(self, core, bank, kind, bytes)?;
        Ok(received.map(|received| Receipted {
            sequence: received.sequence,
            last_sequence: received.last_sequence,
            receipt: received.receipt,
            content_type: "application/octet-stream".to_owned(),
            replayed: received.replayed,
        }))
    }
}
