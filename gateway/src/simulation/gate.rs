//! One life of the simulated gateway: the real opening, recovery, taking up, dispatchers, index
//! follower and HTTP router, over the world's disk and clock.

use super::checker::Door;
use super::dice::Dice;
use super::line::SimLine;
use super::outside::Answer;
use super::stage::{Side, Stage};
use crate::access::Caller;
use crate::api::routes::{OperatorNetwork, router};
use crate::api::spool::SpoolFolder;
use crate::api::{ApiLimits, App, AppParts};
use crate::channel::Channel;
use crate::channel::layer::{Metered, Traced};
use crate::clock::Clock;
use crate::configuration::Roles;
use crate::core::Core;
use crate::dispatch::{Bank, Dispatcher, Pace};
use crate::index::{Follower, Keeper, Search, open_journal_on};
use crate::installation::{Banks, BookRules};
use crate::keys::BankKeys;
use crate::mandates::Mandates;
use crate::proof::{Log, LogError};
use crate::serving::{StartError, begin_work, close_signed, open_core};
use crate::telemetry::{Concerns, Metrics};
use adapters::BankAdapter;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use certs::identity::Party;
use http_body_util::BodyExt as _;
use journal::disk::{Disk, MemoryDisk};
use journal::index::{FaultyIndex, MemoryIndex};
use journal::random::SeededRandom;
use journal::{JournalError, Options};
use schemas::codes::BankCalendar;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::sync::watch;
use tower::ServiceExt as _;

/// The data folder.
pub(super) const DATA: &str = "/data";
/// The master key of every world.
const MASTER: [u8; 32] = [0x5a; 32];
/// A call of a checker ends within so many polls.
const POLLS_MAX: u32 = 10_000;

/// A bank of a world: how it speaks, and the keys of both chairs.
pub(super) struct Connection {
    pub adapter: &'static BankAdapter,
    pub ours: BankKeys,
    pub theirs: BankKeys,
}

/// What stays the same over all lives.
pub(super) struct Installation {
    pub connections: Vec<Connection>,
    pub mandates: Arc<Mandates>,
    pub book: &'static adapters::Book,
    pub calendar: Arc<BankCalendar>,
    /// Bytes of a segment of the journal: small, so that a world has several.
    pub segment_bytes_max: u64,
    /// Bytes of an upload that stay in memory: small, so that some are spooled.
    pub memory_bytes_max: usize,
}

/// A journal that was opened and replayed; nothing was taken up yet.
pub(super) struct Opened {
    pub core: Arc<Core>,
    pub disk: MemoryDisk,
    pub life: u32,
    /// Whether the journal ended with a closing record.
    pub is_closed: bool,
}

/// A gateway at work.
pub(super) struct Gate {
    pub core: Arc<Core>,
    pub disk: MemoryDisk,
    router: Router,
    clock: Arc<dyn Clock>,
    log: Arc<Log>,
    follower: Arc<Follower>,
    /// Dispatchers stop when it says so, or is gone.
    stop: watch::Sender<bool>,
    /// Held by each dispatcher as long as it works.
    at_work: Arc<()>,
}

/// Reads what is on the disk, as a start does: witnesses first, then the journal.
pub(super) fn open(
    stage: &Stage,
    installation: &Installation,
    disk: MemoryDisk,
    (seed, life): (u64, u32),
) -> Result<Opened, StartError> {
    let shared: Arc<dyn Disk> = Arc::new(disk.clone());
    let random = Arc::new(SeededRandom::new(seed ^ (u64::from(life) << 48)));
    let options = Options {
        commits_inline: true,
        digest_is_fixed: true,
        segment_bytes_max: installation.segment_bytes_max,
        opened_ms: stage.now_ms(),
        random: random.clone(),
        ..Options::default()
    };
    let data = Path::new(DATA);
    let opening = open_journal_on(Arc::clone(&shared), data, None, options)?;
    let clock = Arc::clone(&stage.clock) as Arc<dyn Clock>;
    let keys = (shared, data.join("keys"));
    let (core, recovery) = open_core(opening, keys, (&MASTER, random), clock, &mut |_| {})?;
    let banks = installation.connections.iter();
    core.connect(banks.map(|bank| bank.adapter.code()).collect());
    Ok(Opened {
        core: Arc::new(core),
        disk,
        life,
        is_closed: recovery.closed_cleanly,
    })
}

/// Takes up what was interrupted and sets the gateway to work.
pub(super) fn begin(
    stage: &Arc<Stage>,
    installation: &Installation,
    opened: Opened,
    index: Arc<FaultyIndex<MemoryIndex>>,
) -> Result<Gate, StartError> {
    let Opened {
        core, disk, life, ..
    } = opened;
    let shared: Arc<dyn Disk> = Arc::new(disk.clone());
    let data = Path::new(DATA);
    let witness = Keeper::on(Arc::clone(&shared), data, None);
    witness.note(core.journal())?;
    let metrics = Arc::new(Metrics::new());
    let banks = banks(stage, installation, &metrics);
    begin_work(&core, &banks)?;
    let clock = Arc::clone(&stage.clock) as Arc<dyn Clock>;
    let (stop, stopped) = watch::channel(false);
    let calendar = Arc::clone(&installation.calendar);
    let at_work = dispatch(stage, installation, (&core, &banks), &stopped);
    let follower = Arc::new(Follower::new(Arc::clone(&core), index.clone(), witness));
    let following = follow(Arc::clone(&follower), Arc::clone(&core), stage.dice.fork());
    stage.spawn(Side::Gateway, following);
    let signer = super::keys::checkpoints().map_err(LogError::from)?;
    let log = Log::open(
        Arc::clone(&shared),
        data,
        core.journal(),
        ("simulation", signer),
        &[],
    )?;
    log.begin()?;
    let log = Arc::new(log);
    let random = Arc::new(certs::random::SeededRandom::new(u64::from(life)));
    let spool = SpoolFolder::open(shared, &data.join("spool"), random)?;
    let limits = ApiLimits {
        memory_bytes_max: installation.memory_bytes_max,
        ..ApiLimits::default()
    };
    let app = App::new(AppParts {
        core: Arc::clone(&core),
        roles: Roles::default(),
        mandates: Arc::clone(&installation.mandates),
        calendar,
        bank_rules: Arc::new(BookRules(installation.book)),
        bank_messages: Arc::new(banks),
        file_limits: schemas::employer_files::Limits::default(),
        search: Search::new(index.clone()),
        log: Arc::clone(&log),
        limits,
        spool,
        pace: Arc::clone(&clock),
        metrics,
        concerns: Arc::new(Concerns::default()),
        stopping: stopped,
    });
    Ok(Gate {
        core,
        disk,
        router: router(Arc::new(app)),
        clock,
        log,
        follower,
        stop,
        at_work,
    })
}

/// Sets a dispatcher of each bank to work; each holds what is given as long as it works.
fn dispatch(
    stage: &Stage,
    installation: &Installation,
    (core, banks): (&Arc<Core>, &Banks),
    stopped: &watch::Receiver<bool>,
) -> Arc<()> {
    let at_work = Arc::new(());
    for bank in banks.0.values() {
        let dispatcher = Dispatcher {
            core: Arc::clone(core),
            bank: Arc::clone(bank),
            mandates: Arc::clone(&installation.mandates),
            calendar: Arc::clone(&installation.calendar),
            pace: Pace::REAL,
        };
        let (working, stopped) = (Arc::clone(&at_work), stopped.clone());
        stage.spawn(Side::Gateway, async move {
            dispatcher.run(stopped).await;
            drop(working);
        });
    }
    at_work
}

fn banks(stage: &Arc<Stage>, installation: &Installation, metrics: &Arc<Metrics>) -> Banks {
    let clock = Arc::clone(&stage.clock) as Arc<dyn Clock>;
    let mut banks = BTreeMap::new();
    for connection in &installation.connections {
        let code = connection.adapter.code();
        let line = SimLine {
            adapter: connection.adapter,
            keys: connection.theirs.clone(),
            stage: Arc::clone(stage),
            dice: stage.dice.fork(),
        };
        let traced = Traced::new(line, code, Arc::clone(&clock));
        let channel: Arc<dyn Channel> = Arc::new(Metered::new(traced, code, Arc::clone(metrics)));
        let bank = Bank {
            adapter: connection.adapter,
            keys: connection.ours.clone(),
            channel,
            fields: connection.adapter.example_connection(),
        };
        banks.insert(code, Arc::new(bank));
    }
    Banks(Arc::new(banks))
}

/// The index follows what changes, a little behind.
async fn follow(follower: Arc<Follower>, core: Arc<Core>, dice: Dice) {
    let mut changes = core.changes();
    loop {
        let followed = match dice.one_in(4) {
            true => follower.catch_up(&mut |_| {}),
            false => follower.follow().map(drop),
        };
        if let Err(error) = followed {
            tracing::error!(error = %crate::chain(&error), "the index does not follow");
            core.clock().sleep(Duration::from_secs(60)).await;
            continue;
        }
        if changes.changed().await.is_err() {
            return;
        }
        core.clock().sleep(Duration::from_millis(50)).await;
    }
}

impl Gate {
    /// Asks the process to end: nobody is let in any more, and dispatchers end with what is under
    /// way.
    pub fn stops(&self) {
        self.stop.send_replace(true);
    }

    pub fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Whether no dispatcher is at work any more.
    pub fn is_idle(&self) -> bool {
        Arc::strong_count(&self.at_work) == 1
    }

    /// The end of a stop, as [`crate::serving::Engine::stop`] makes it. Gives whether the closing
    /// record was written.
    ///
    /// # Errors
    /// When it can't be.
    pub fn closes(&self) -> Result<bool, JournalError> {
        let (last, _) = self.core.journal().head();
        close_signed(&self.core, &self.log, self.clock.elapsed())?;
        if let Err(error) = self.follower.catch_up(&mut |_| {}) {
            tracing::warn!(error = %crate::chain(&error), "the index is behind");
        }
        Ok(self.core.journal().head().0 == last + 1)
    }

    /// Lets one request through the router; the answer with the journal's positions.
    pub async fn answer(&self, caller: &str, request: Request<Body>) -> Answer {
        let mut request = request;
        if let Ok(party) = caller.parse::<Party>() {
            let caller = Arc::new(Caller::new(party));
            request.extensions_mut().insert(caller);
        } else {
            request.extensions_mut().insert(OperatorNetwork);
        }
        let response = match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, body) = response.into_parts();
        // A long answer that breaks off is no answer: the caller sees that it is cut.
        let (body, is_whole) = match body.collect().await {
            Ok(whole) => (whole.to_bytes().to_vec(), true),
            Err(_) => (Vec::new(), false),
        };
        self.told(Response::from_parts(parts, ()), body, is_whole)
    }

    fn told(&self, response: Response<()>, body: Vec<u8>, is_whole: bool) -> Answer {
        let headers = response.headers().iter();
        let text = |value: &axum::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers = headers.map(|(name, value)| (name.to_string(), text(value)));
        let journal = self.core.journal();
        let mut answer = Answer {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body,
            durable: journal.durable(),
            ..Answer::default()
        };
        answer.at.at_ms = crate::clock::unix_ms(self.clock.now());
        if !is_whole {
            answer.status = 0;
        }
        answer
    }
}

impl Door for Gate {
    fn call(&self, caller: &str, method: &'static str, path: &str, body: &[u8]) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "gateway")
            .body(Body::from(body.to_vec()));
        let Ok(request) = request else {
            return Answer::default();
        };
        let mut answering = std::pin::pin!(self.answer(caller, request));
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..POLLS_MAX {
            if let Poll::Ready(answer) = answering.as_mut().poll(&mut context) {
                return answer;
            }
        }
        Answer::default()
    }
}

/// No interface: the gateway is being opened.
pub(super) struct Closed;

impl Door for Closed {
    fn call(&self, _: &str, _: &'static str, _: &str, _: &[u8]) -> Answer {
        Answer::default()
    }
}
