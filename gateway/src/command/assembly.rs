//! The gateway put together: data folder, engine, interface. `serve` and `demo` run the same.

use crate::api::spool::SpoolFolder;
use crate::api::{ApiLimits, App, AppParts, serve, serve_operator_network};
use crate::channel::Collector;
use crate::clock::{Clock, SystemClock};
use crate::configuration::Roles;
use crate::dispatch::{Bank, Pace};
use crate::failure::Defect;
use crate::installation::{Banks, BookRules};
use crate::mandates::Mandates;
use crate::proof::CheckpointKey;
use crate::serving::{Engine, Opened, Setup, StartError, open_data};
use crate::telemetry::{Concerns, Metrics};
use certs::random::SystemRandom;
use journal::Options;
use journal::disk::OsDisk;
use schemas::codes::BankCalendar;
use schemas::employer_files::Limits;
use schemas::value::BankCode;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What a gateway is made of.
pub struct Parts {
    /// Folder of journal, keys, index and spool.
    pub data: PathBuf,
    /// Folder outside for a witness of how far the journal had come.
    pub witness: Option<PathBuf>,
    /// File of the master key.
    pub master: PathBuf,
    /// Make the master key where it is missing: development only.
    pub creates_master: bool,
    /// The business clock.
    pub clock: Arc<dyn Clock>,
    /// The adapters.
    pub book: &'static adapters::Book,
    /// The connected banks.
    pub banks: BTreeMap<BankCode, Arc<Bank>>,
    /// Folders into which banks drop results.
    pub collectors: BTreeMap<BankCode, Collector>,
    /// Registered payer accounts.
    pub mandates: Mandates,
    /// Which kind of party may call what.
    pub roles: Roles,
    /// Days on which banks work.
    pub calendar: Arc<BankCalendar>,
    /// How long is waited.
    pub pace: Pace,
    /// Between two looks into a folder where a bank leaves files, in milliseconds.
    pub collect_wait_ms: u64,
    /// How the journal is written.
    pub journal: Options,
    /// The key that signs checkpoints.
    pub checkpoints: CheckpointKey,
    /// TLS towards callers; a new value holds from then on.
    pub tls: watch::Receiver<Arc<rustls::ServerConfig>>,
    /// Address for callers.
    pub parties: SocketAddr,
    /// Address for the operator's network.
    pub operator: SocketAddr,
    /// Limits of the interface.
    pub limits: ApiLimits,
    /// Limits on employers' files.
    pub file_limits: Limits,
    /// Numbers for the operator.
    pub metrics: Arc<Metrics>,
    /// What keeps the gateway from being ready.
    pub concerns: Arc<Concerns>,
}

/// Why a gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum AssemblyError {
    /// Journal, keys, index or record.
    #[error(transparent)]
    Start(#[from] StartError),
    /// An address can't be listened on.
    #[error("{address} can't be listened on")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
    /// The folder for uploads.
    #[error("the folder for uploads can't be used")]
    Spool(#[source] std::io::Error),
    /// The opening thread ended by a defect.
    #[error(transparent)]
    Defect(#[from] Defect),
}

/// A gateway at work.
pub struct Gateway {
    /// Address for callers, with the port that it got.
    pub parties: SocketAddr,
    /// Address for the operator's network.
    pub operator: SocketAddr,
    engine: Engine,
    drain: Duration,
    stop: watch::Sender<bool>,
    servers: JoinSet<()>,
    /// Keeps a second process off the folder as long as this one works on it.
    lock: std::fs::File,
}

impl Gateway {
    /// Opens, recovers, dispatches and serves. `progress` hears the sequence while the journal
    /// is read.
    ///
    /// # Errors
    /// See [`AssemblyError`].
    pub async fn start(
        parts: Parts,
        progress: impl FnMut(u64) + Send + 'static,
    ) -> Result<Self, AssemblyError> {
        let (parties, parties_address) = listen(parts.parties).await?;
        let (operator, operator_address) = listen(parts.operator).await?;
        let opened = open(&parts, progress).await?;
        let core = opened.core;
        core.connect(parts.banks.keys().copied().collect());
        core.follow_bank_days(Arc::clone(&parts.calendar));
        let banks = Banks(Arc::new(parts.banks));
        let mandates = Arc::new(parts.mandates);
        let setup = Setup {
            data: parts.data.clone(),
            witness: parts.witness,
            banks: banks.clone(),
            collectors: parts.collectors,
            checkpoints: parts.checkpoints,
            mandates: Arc::clone(&mandates),
            calendar: Arc::clone(&parts.calendar),
            pace: parts.pace,
            collect_wait_ms: parts.collect_wait_ms,
            metrics: Arc::clone(&parts.metrics),
            concerns: Arc::clone(&parts.concerns),
        };
        let drain = parts.limits.drain;
        let engine = Engine::start(Arc::clone(&core), &setup)?;
        let disk = Arc::new(OsDisk);
        let random = Arc::new(SystemRandom::new());
        let spool = SpoolFolder::open(disk, &parts.data.join("spool"), random);
        let (stop, stopping) = watch::channel(false);
        let app = Arc::new(App::new(AppParts {
            core,
            roles: parts.roles,
            mandates,
            calendar: parts.calendar,
            bank_rules: Arc::new(BookRules(parts.book)),
            bank_messages: Arc::new(banks),
            file_limits: parts.file_limits,
            search: engine.search(),
            log: engine.log(),
            limits: parts.limits,
            spool: spool.map_err(AssemblyError::Spool)?,
            pace: Arc::new(SystemClock::new()),
            metrics: parts.metrics,
            concerns: parts.concerns,
            stopping: stopping.clone(),
        }));
        let mut servers = JoinSet::new();
        let door = serve(parties, parts.tls, Arc::clone(&app), stopping.clone());
        servers.spawn(watched(door, Arc::clone(&app)));
        servers.spawn(serve_operator_network(operator, app, stopping));
        Ok(Self {
            parties: parties_address,
            operator: operator_address,
            engine,
            drain,
            stop,
            servers,
            lock: opened.lock,
        })
    }

    /// Ends calls under way, then dispatch, then writes the closing record.
    ///
    /// # Errors
    /// When the closing record can't be written.
    pub async fn stop(mut self) -> Result<(), journal::JournalError> {
        self.stop.send_replace(true);
        while self.servers.join_next().await.is_some() {}
        let stopped = self.engine.stop(self.drain).await;
        drop(self.lock);
        stopped
    }
}

/// The callers' door. Where it ends by a defect the operator's address still answers, and says so.
async fn watched(door: impl Future<Output = ()> + Send + 'static, app: Arc<App>) {
    let mut task = JoinSet::new();
    task.spawn(door);
    if let Some(Err(_)) = task.join_next().await {
        tracing::error!("the interface ended by a defect: nobody is let in");
        app.concerns.raise("interface", "defect");
    }
}

/// Opens the data folder on a thread of its own.
async fn open(
    parts: &Parts,
    mut progress: impl FnMut(u64) + Send + 'static,
) -> Result<Opened, AssemblyError> {
    let (data, witness) = (parts.data.clone(), parts.witness.clone());
    let (master, create) = (parts.master.clone(), parts.creates_master);
    let (clock, options) = (Arc::clone(&parts.clock), parts.journal.clone());
    let open = move || {
        let (witness, progress) = (witness.as_deref(), &mut progress);
        open_data(&data, witness, &master, create, clock, options, progress)
    };
    let opened = tokio::task::spawn_blocking(open).await;
    Ok(opened.map_err(Defect::from)??)
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), AssemblyError> {
    let failed = |source| AssemblyError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}
