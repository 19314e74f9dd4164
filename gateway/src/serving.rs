//! The assembled gateway: what `anxin serve` and the demonstration run.
//!
//! Order of a start: read the journal and ask its witnesses whether it was set back, before
//! anything is changed; recover its tail; replay it into the book; finish what a crash interrupted
//! (messages first, then intents: an answer that lies in the journal is worth more than a
//! question; then files that were arriving, which are abandoned); only then dispatch and serve,
//! while the index follows. Nothing is said to a bank before the first look into the folder in
//! which it leaves results: what lies there is older than the answer to any question.

mod closing;
mod collecting;
mod failure;
mod search_key;
mod supervision;
mod tasks;

pub use failure::StartError;

use crate::book::first_file_no;
use crate::channel::Collector;
use crate::clock::Clock;
use crate::copy::{may_start, may_use};
use crate::core::{Core, CoreError};
use crate::dispatch::{ACTOR, Dispatcher, Pace, recovery};
use crate::event::Event;
use crate::index::{
    FollowError, Follower, Keeper, Search, open_journal, open_sled, write_inventory,
};
use crate::installation::Banks;
use crate::intake::abandon_interrupted;
use crate::mandates::Mandates;
use crate::proof::{CheckpointKey, Log};
use crate::telemetry::{Concerns, Metrics};
pub(crate) use closing::close_signed;
use collecting::Collecting;
use journal::disk::{Disk, OsDisk};
use journal::random::{Random, SystemRandom};
use journal::seal::{SealError, Vault, create_master_file, master_from_file};
use journal::{Journal, JournalError, Opening, Options, Recovery};
use schemas::codes::BankCalendar;
use schemas::value::BankCode;
use search_key::finds_recorded;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use supervision::Supervisor;
use tasks::follow;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinHandle};

/// What a start finds and takes over.
#[derive(Debug)]
pub struct Opened {
    /// Facts.
    pub core: Arc<Core>,
    /// What the journal's recovery did.
    pub recovery: Recovery,
    /// Held as long as this process works on the folder.
    pub lock: std::fs::File,
}

/// Opens the data folder: `journal/`, `keys/`, and `index/` later.
///
/// `witness` is the folder outside that holds a witness, where there has to be one.
/// `master` is the file of the master key; with `create`, it is made where it is missing
/// (development only). `options` are the journal's; a journal of another digest is refused.
///
/// # Errors
/// When journal or keys can't be opened, or the record can't be followed.
pub fn open_data(
    data: &Path,
    witness: Option<&Path>,
    master: &Path,
    create: bool,
    clock: Arc<dyn Clock>,
    options: Options,
    progress: &mut dyn FnMut(u64),
) -> Result<Opened, StartError> {
    may_start(data)?;
    let lock = lock(data)?;
    let disk = Arc::new(OsDisk);
    let random = Arc::new(SystemRandom::new());
    let now = clock.now();
    let options = Options {
        opened_ms: now.unix_timestamp() * 1000,
        digest_is_fixed: true,
        ..options
    };
    let opening = open_journal(data, witness, options)?;
    if create && !master.exists() {
        create_master_file(master, random.as_ref()).map_err(StartError::Master)?;
    }
    let key = master_from_file(master).map_err(StartError::Master)?;
    let keys = (disk as Arc<dyn Disk>, data.join("keys"));
    let (core, recovery) = open_core(opening, keys, (&key, random), clock, progress)?;
    if let Some(record) = core.desk().restored_unused() {
        may_use(data, record)?;
    }
    Ok(Opened {
        core: Arc::new(core),
        recovery,
        lock,
    })
}

/// Recovers a journal that was read and asked about, opens the data keys in their folder, and
/// replays.
///
/// # Errors
/// As [`open_data`].
pub(crate) fn open_core(
    opening: Opening,
    (disk, keys): (Arc<dyn Disk>, PathBuf),
    (master, random): (&[u8; 32], Arc<dyn Random>),
    clock: Arc<dyn Clock>,
    progress: &mut dyn FnMut(u64),
) -> Result<(Core, Recovery), StartError> {
    let (journal, recovery) = opening.open()?;
    tell_of(&recovery);
    let vault = match names_a_key(&journal)? {
        true => Vault::open_again(disk, &keys, master, random)?,
        false => Vault::open(disk, &keys, master, random)?,
    };
    let core = Core::open(journal, vault, clock, progress)?;
    if !finds_recorded(&core) {
        return Err(SealError::SearchForeign(core.vault().dir().to_owned()).into());
    }
    Ok((core, recovery))
}

/// Whether a record has a sealed part. The first batch's has one.
fn names_a_key(journal: &Journal) -> Result<bool, JournalError> {
    for entry in journal.scan(1) {
        let (_, record) = entry?;
        if !record.key_id.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The first records of a start, before anything is dispatched: that it is one, and what a stop
/// had interrupted.
///
/// # Errors
/// When the record can't be written or followed.
pub(crate) fn begin_work(core: &Core, banks: &Banks) -> Result<(), CoreError> {
    let is_new = core.desk().sequence() == 0;
    let started = Event::Started {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        first_file_no: is_new.then(|| first_file_no(core.clock().now())),
    };
    core.record(ACTOR, started.into())?;
    take_up(core, banks)
}

/// What a stop in the middle of a write left is told: nothing in it was acknowledged, and its
/// bytes are kept for whoever wants to see them.
fn tell_of(recovery: &Recovery) {
    if let Some(torn) = &recovery.torn_tail {
        tracing::warn!(
            segment = %torn.segment,
            offset = torn.offset,
            bytes = torn.bytes_cut,
            kept_in = %torn.kept_in.display(),
            records = recovery.records,
            "cut off a torn tail of the journal"
        );
    }
}

/// Finishes what a stop had interrupted, and reads what could not be read when it came: messages
/// first, an answer is worth more than a question.
fn take_up(core: &Core, banks: &Banks) -> Result<(), CoreError> {
    let messages = banks.finish_interrupted(core)?;
    let unread = banks.read_again(core)?;
    let intents = recovery::recover(core)?;
    let given_up = recovery::give_up_unconnected(core)?;
    let files = abandon_interrupted(core, ACTOR)?;
    if messages + intents + files > 0 {
        tracing::warn!(
            messages,
            intents,
            files,
            "finished what a stop had interrupted"
        );
    }
    if given_up > 0 {
        tracing::warn!(
            given_up,
            "gave up files that were not sent: their banks have no connection here any more"
        );
    }
    if unread > 0 {
        tracing::warn!(
            unread,
            "read messages that could not be read when they came"
        );
    }
    Ok(())
}

/// Two processes over one journal would pay twice: the second one does not start. The lock goes
/// with the process, whatever ends it.
fn lock(data: &Path) -> Result<std::fs::File, StartError> {
    use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data)?;
    let mut options = std::fs::OpenOptions::new();
    let file = options
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(data.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StartError::InUse(data.to_owned())),
        Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

/// The tree over the journal: an end that was signed and is missing is noticed here, before
/// anything is sent.
fn open_log(core: &Core, setup: &Setup) -> Result<Arc<Log>, StartError> {
    let key = setup.checkpoints.signer(&setup.data)?;
    let signing = (setup.checkpoints.origin.as_str(), Arc::clone(&key.signer));
    let (disk, earlier) = (Arc::new(OsDisk), setup.checkpoints.earlier()?);
    let log = Log::open(disk, &setup.data, core.journal(), signing, &earlier)?;
    key.keep()?;
    log.begin()?;
    Ok(Arc::new(log))
}

/// What runs besides the HTTP interface.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The data folder.
    pub data: PathBuf,
    /// The folder outside that holds a witness, where there has to be one.
    pub witness: Option<PathBuf>,
    /// The banks.
    pub banks: Banks,
    /// Folders into which banks drop results.
    pub collectors: BTreeMap<BankCode, Collector>,
    /// The key that signs checkpoints.
    pub checkpoints: CheckpointKey,
    /// Registered payer accounts.
    pub mandates: Arc<Mandates>,
    /// Days on which banks work.
    pub calendar: Arc<BankCalendar>,
    /// How long is waited.
    pub pace: Pace,
    /// Between two looks into a folder where a bank leaves files, in milliseconds.
    pub collect_wait_ms: u64,
    /// Numbers for the operator.
    pub metrics: Arc<Metrics>,
    /// What keeps the gateway from being ready.
    pub concerns: Arc<Concerns>,
}

/// The running engine behind the HTTP interface.
#[derive(Debug)]
pub struct Engine {
    core: Arc<Core>,
    follower: Arc<Follower>,
    log: Arc<Log>,
    /// The folder of the index.
    index: PathBuf,
    tasks: Vec<JoinHandle<()>>,
    /// Those that wait for a bank, or look into its folder.
    held_up: Vec<AbortHandle>,
    stop: watch::Sender<bool>,
}

impl Engine {
    /// Finishes what a crash interrupted, lets the index follow, starts dispatch.
    ///
    /// # Errors
    /// When the record can't be written or followed.
    pub fn start(core: Arc<Core>, setup: &Setup) -> Result<Self, StartError> {
        let log = open_log(&core, setup)?;
        let witness = Keeper::of(&setup.data, setup.witness.as_deref());
        witness.note(core.journal())?;
        let index = Arc::new(open_sled(&setup.data.join("index"), core.journal())?);
        let follower = Arc::new(Follower::new(Arc::clone(&core), index, witness));
        begin_work(&core, &setup.banks)?;
        let (stop, stopped) = watch::channel(false);
        let supervisor = Supervisor {
            clock: core.shared_clock(),
            concerns: Arc::clone(&setup.concerns),
            metrics: Arc::clone(&setup.metrics),
            stop: stopped.clone(),
        };
        let folders = Collecting::all(&core, setup);
        let (mut tasks, mut held_up) = (Vec::new(), Vec::new());
        for (code, bank) in setup.banks.0.iter() {
            let dispatcher = Dispatcher {
                core: Arc::clone(&core),
                bank: Arc::clone(bank),
                mandates: Arc::clone(&setup.mandates),
                calendar: Arc::clone(&setup.calendar),
                pace: setup.pace,
            };
            let name = format!("dispatcher:{code}");
            let looked = folders.get(code).map(|folder| folder.looked.subscribe());
            let until = (stopped.clone(), looked);
            let begin = move |begun| tasks::dispatch(dispatcher.clone(), begun, until.clone());
            let task = tokio::spawn(supervisor.clone().keep(name, begin));
            held_up.push(task.abort_handle());
            tasks.push(task);
        }
        for (bank, collecting) in folders {
            let (name, stopped) = (format!("collector:{bank}"), stopped.clone());
            let begin = move |_| Arc::clone(&collecting).run(stopped.clone());
            let task = tokio::spawn(supervisor.clone().keep(name, begin));
            held_up.push(task.abort_handle());
            tasks.push(task);
        }
        let (followed, facts) = (Arc::clone(&follower), Arc::clone(&core));
        let metrics = Arc::clone(&setup.metrics);
        let begin = move |_| {
            let (followed, facts) = (Arc::clone(&followed), Arc::clone(&facts));
            follow(followed, facts, Arc::clone(&metrics), stopped.clone())
        };
        let name = "follower".to_owned();
        tasks.push(tokio::spawn(supervisor.clone().keep(name, begin)));
        tasks.push(tasks::seal_journal(&core, &log, supervisor));
        Ok(Self {
            core,
            follower,
            log,
            index: setup.data.join("index"),
            tasks,
            held_up,
            stop,
        })
    }

    /// A search that sees what was acknowledged.
    #[must_use]
    pub fn search(&self) -> Search {
        Search::new(Arc::clone(self.follower.index()))
    }

    /// The tree over the journal, its checkpoints and proofs.
    #[must_use]
    pub fn log(&self) -> Arc<Log> {
        Arc::clone(&self.log)
    }

    /// Ends dispatch after what is under way, then writes the closing record. A bank that says
    /// nothing for `wait`, or whose folder hangs, is left: its dispatcher and its collector are
    /// dropped where they wait, which is what a crash there would leave, and the next start asks.
    /// What hangs on a thread ends with the process.
    ///
    /// # Errors
    /// When the closing record can't be written.
    pub async fn stop(self, wait: Duration) -> Result<(), JournalError> {
        self.stop.send_replace(true);
        let clock = self.core.clock();
        let (limit, until) = (clock.sleep(wait), clock.elapsed().saturating_add(wait));
        tasks::end(self.tasks, &self.held_up, limit).await;
        close_signed(&self.core, &self.log, until)?;
        // To the closing record, the witnesses too: they tell a journal that is set back later.
        let followed = self.follower.catch_up(&mut |_| {});
        let flushed = followed.and_then(|()| Ok(self.follower.index().flush()?));
        // Only of an index that is complete: nothing changes it from here on.
        let listed =
            flushed.and_then(|()| write_inventory(&self.index).map_err(FollowError::Folder));
        if let Err(error) = listed {
            tracing::warn!(error = %error, "the index is behind; it will be caught up");
        }
        Ok(())
    }
}
