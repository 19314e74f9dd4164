//! What is recorded while the stop signs and closes.

use super::*;
use crate::clock::{BoxFuture, Clock, SystemClock};
use crate::event::Event;
use crate::index::WITNESS;
use certs::algorithm::Algorithm;
use certs::random::SeededRandom;
use certs::sign::{KeyId, Signer, generate};
use journal::disk::MemoryDisk;
use journal::random::SystemRandom;
use journal::seal::Vault;
use journal::witness::Witness;
use journal::{Journal, Kind, Options};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use time::OffsetDateTime;

const DATA: &str = "/data";

/// While somebody looks at it for the `at`th time, an upload whose sender hung up records one
/// more fact.
struct Busy {
    at: u64,
    looks: AtomicU64,
    core: OnceLock<Arc<Core>>,
    machine: SystemClock,
}

impl Clock for Busy {
    fn now(&self) -> OffsetDateTime {
        if let Some(core) = self.core.get()
            && self.looks.fetch_add(1, Ordering::SeqCst) + 1 == self.at
        {
            core.record("late", started().into()).unwrap();
        }
        self.machine.now()
    }

    fn elapsed(&self) -> Duration {
        self.machine.elapsed()
    }

    fn sleep(&self, wait: Duration) -> BoxFuture<'static, ()> {
        self.machine.sleep(wait)
    }
}

fn started() -> Event {
    let version = "test".to_owned();
    Event::Started {
        version,
        first_file_no: None,
    }
}

struct Desk {
    disk: Arc<MemoryDisk>,
    core: Arc<Core>,
    clock: Arc<Busy>,
    signer: Arc<dyn Signer>,
}

impl Desk {
    fn new(at: u64) -> Self {
        let disk = Arc::new(MemoryDisk::new());
        let options = Options {
            commits_inline: true,
            ..Options::default()
        };
        let dir = Path::new(DATA).join("journal");
        let (journal, _) = Journal::open(disk.clone(), &dir, options).unwrap();
        let keys = Path::new(DATA).join("keys");
        let random = Arc::new(SystemRandom::new());
        let vault = Vault::open(disk.clone(), &keys, &[7; 32], random).unwrap();
        let clock = Arc::new(Busy {
            at,
            looks: AtomicU64::new(0),
            core: OnceLock::new(),
            machine: SystemClock::new(),
        });
        let core = Core::open(journal, vault, clock.clone(), &mut |_| {}).unwrap();
        core.record("early", started().into()).unwrap();
        let id = KeyId::new("checkpoints").unwrap();
        let (_, signer) = generate(Algorithm::Ed25519, id, &SeededRandom::new(1)).unwrap();
        Self {
            disk,
            core: Arc::new(core),
            clock,
            signer,
        }
    }

    fn log(&self) -> Result<Log, LogError> {
        let (disk, signer) = (Arc::clone(&self.disk), Arc::clone(&self.signer));
        let of = ("test/log", signer);
        let log = Log::open(disk, Path::new(DATA), self.core.journal(), of, &[])?;
        log.begin()?;
        Ok(log)
    }

    /// Closes within that time from now on.
    fn close(&self, within: Duration) {
        let log = self.log().unwrap();
        self.clock.core.set(Arc::clone(&self.core)).unwrap();
        let until = self.core.clock().elapsed().saturating_add(within);
        close_signed(&self.core, &log, until).unwrap();
    }
}

/// Header, the early fact, the late one, the closing record: three are signed, whenever the late
/// one came, and the next start takes the journal for what it is.
#[test]
fn what_comes_while_the_stop_closes_is_signed_before_the_closing_record() {
    for at in [1, 2] {
        let desk = Desk::new(at);
        desk.close(Duration::from_secs(600));
        let journal = desk.core.journal();
        assert_eq!(journal.durable(), 4, "look {at}");
        assert_eq!(journal.read_sequence(4).unwrap().kind, Kind::CLOSING);
        let witness = Witness::of(journal).unwrap().unwrap();
        let place = Path::new(DATA).join(WITNESS);
        witness.write(desk.disk.as_ref(), &place).unwrap();
        let again = desk.log();
        assert!(again.is_ok(), "look {at}: {again:?}");
    }
}

/// The stop has an end: a journal in which something comes until then is left open, as by a crash,
/// and is none that may have been set back.
#[test]
fn a_stop_whose_time_is_over_does_not_close_over_what_is_not_signed() {
    let desk = Desk::new(2);
    desk.close(Duration::ZERO);
    let journal = desk.core.journal();
    assert_eq!(journal.head().0, 3, "header, the early fact, the late one");
    assert_eq!(desk.core.record("later", started().into()).unwrap(), 4);
    journal.commit().unwrap();
    let witness = Witness::of(journal).unwrap().unwrap();
    let place = Path::new(DATA).join(WITNESS);
    witness.write(desk.disk.as_ref(), &place).unwrap();
    assert!(desk.log().is_ok());
}
