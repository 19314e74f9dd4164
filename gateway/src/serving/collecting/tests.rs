#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::channel::{Channel, SendError, SendErrorKind};
use crate::clock::{BoxFuture, SystemClock};
use crate::dispatch::Bank;
use crate::event::Event;
use crate::keys::BankKeys;
use crate::telemetry::Metrics;
use adapters::exchange::Outgoing;
use journal::disk::MemoryDisk;
use journal::random::SystemRandom;
use journal::seal::Vault;
use journal::{Journal, Options};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::time::SystemTime;

/// Nothing is sent here.
struct Nowhere;

impl Channel for Nowhere {
    fn send<'a>(&'a self, _: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        let none = SendError::not_sent(SendErrorKind::NoEndpoint, "nowhere");
        Box::pin(std::future::ready(Err(none)))
    }
}

fn core() -> Arc<Core> {
    let disk = Arc::new(MemoryDisk::new());
    let options = Options::default();
    let (journal, _) = Journal::open(disk.clone(), Path::new("/journal"), options).unwrap();
    let random = Arc::new(SystemRandom::new());
    let vault = Vault::open(disk, Path::new("/keys"), &[7; 32], random).unwrap();
    let clock = Arc::new(SystemClock::new());
    Arc::new(Core::open(journal, vault, clock, &mut |_| {}).unwrap())
}

/// The folder of a bank, and who looks into it.
struct Inbox {
    place: tempfile::TempDir,
    collecting: Collecting,
    stop: watch::Sender<bool>,
}

impl Inbox {
    fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir(place.path().join("done")).unwrap();
        let bank = BankCode::parse("HXB").unwrap();
        let book = adapters::Book::built_in().unwrap();
        let parts = Bank {
            adapter: book.adapter(bank).unwrap(),
            keys: BankKeys::default(),
            channel: Arc::new(Nowhere),
            fields: adapters::ConnectionValues::default(),
        };
        let collecting = Collecting {
            core: core(),
            banks: Banks(Arc::new([(bank, Arc::new(parts))].into())),
            bank,
            collector: Collector::new(place.path(), 1_000),
            every: Duration::from_secs(10),
            concerns: Arc::new(Concerns::new(Arc::new(Metrics::new()))),
            concern: "folder:HXB".to_owned(),
            before: Mutex::default(),
            looked: watch::Sender::new(false),
        };
        let (stop, _) = watch::channel(false);
        Self {
            place,
            collecting,
            stop,
        }
    }

    fn look(&self) -> Looked {
        self.collecting.look(&self.stop.subscribe())
    }

    /// The bank writes on.
    fn write(&self, name: &str, text: &str) {
        let mut options = OpenOptions::new();
        let path = self.place.path().join(name);
        let mut file = options.create(true).append(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// By the bank's clock, or that of the machine that has the folder.
    fn change_at(&self, name: &str, time: SystemTime) {
        let path = self.place.path().join(name);
        let file = OpenOptions::new().append(true).open(path).unwrap();
        file.set_modified(time).unwrap();
    }

    fn is_done(&self, name: &str) -> bool {
        let here = self.place.path().join(name);
        let done = self.place.path().join("done").join(name);
        done.is_file() && !here.exists()
    }

    /// What is recorded of the bank's messages, in order: their kinds and digests.
    fn messages(&self) -> Vec<String> {
        let core = &self.collecting.core;
        let all = 1..=core.desk().sequence();
        let digest = |sequence| match core.event(sequence) {
            Ok((_, Event::BankMessage { digest, .. })) => Some(digest),
            _ => None,
        };
        all.filter_map(digest).collect()
    }
}

// By coreutils: printf 'whole\n' | sha256sum; printf 'one\ntwo\nthree\n' | sha256sum.
const WHOLE: &str = "result:3661291e28107bb940142d346bdb3a86da68415ae7fe451374d403c6037b9fa5";
const GROWN: &str = "result:b6285c57e8797db5d4c51c80d6f11938afda9b11c6a003549709189e9b4b92a2";

/// A bank writes a long file under its final name: half of it would be recorded as a message that
/// can't be read, a difference for good, and the others must not wait until it is whole.
#[test]
fn m11_a_file_is_taken_when_it_is_written_to_no_more_and_hides_no_other() {
    let inbox = Inbox::new();
    inbox.write("R1.txt", "one\n");
    inbox.write("R2.txt", "whole\n");
    assert_eq!(inbox.look(), Looked::Unsettled);
    assert_eq!(inbox.messages(), [""; 0], "nothing is known to be still");
    inbox.write("R1.txt", "two\n");
    assert_eq!(inbox.look(), Looked::Unsettled);
    assert!(inbox.is_done("R2.txt"));
    assert_eq!(inbox.messages(), [WHOLE]);
    inbox.write("R1.txt", "three\n");
    assert_eq!(inbox.look(), Looked::Unsettled);
    assert_eq!(inbox.messages(), [WHOLE]);
    assert_eq!(inbox.look(), Looked::AllTaken);
    assert!(inbox.is_done("R1.txt"));
    assert_eq!(inbox.messages(), [WHOLE, GROWN]);
}

#[test]
fn a_file_that_can_not_be_put_away_hides_no_other() {
    let inbox = Inbox::new();
    inbox.write("R1.txt", "one\ntwo\nthree\n");
    inbox.write("R2.txt", "whole\n");
    // In the place into which the first one goes.
    let taken = inbox.place.path().join("done/R1.txt");
    fs::create_dir_all(&taken).unwrap();
    assert_eq!(inbox.look(), Looked::Unsettled);
    assert_eq!(inbox.look(), Looked::Unusable);
    assert!(inbox.is_done("R2.txt"));
    assert_eq!(inbox.messages(), [GROWN, WHOLE]);
    assert_eq!(inbox.look(), Looked::Unusable);
    fs::remove_dir(taken).unwrap();
    assert_eq!(inbox.look(), Looked::AllTaken);
    assert!(inbox.is_done("R1.txt"));
    assert_eq!(inbox.messages(), [GROWN, WHOLE], "recorded once");
}

/// It may never be still, and what the bank says in it stays unread: the operator must see that.
#[test]
fn a_file_that_changes_at_sixty_looks_in_a_row_is_a_concern_until_it_is_taken() {
    let inbox = Inbox::new();
    inbox.write("R1.txt", "a new one\n");
    assert_eq!(inbox.look(), Looked::Unsettled);
    for _ in 1..60 {
        inbox.write("R1.txt", "x");
        assert_eq!(inbox.look(), Looked::Unsettled);
    }
    inbox.write("R1.txt", "x");
    assert_eq!(inbox.look(), Looked::FileLeft);
    assert_eq!(inbox.look(), Looked::AllTaken);
    assert!(inbox.is_done("R1.txt"));
}

/// Of many files that wait, a stop need not wait for all.
#[test]
fn a_stop_ends_a_look_between_two_files() {
    let inbox = Inbox::new();
    inbox.write("R1.txt", "whole\n");
    inbox.look();
    inbox.stop.send_replace(true);
    inbox.look();
    assert_eq!(inbox.messages(), [""; 0]);
    assert!(inbox.place.path().join("R1.txt").is_file());
}

/// What a bank left before something else was recorded is not newer than that.
#[test]
fn m1_what_is_taken_is_as_old_as_the_look_that_found_it() {
    let inbox = Inbox::new();
    let core = &inbox.collecting.core;
    let record = || {
        let started = Event::Started {
            version: String::new(),
            first_file_no: None,
        };
        core.record("t", started.into()).unwrap()
    };
    let first = record();
    inbox.write("R1.txt", "whole\n");
    inbox.look();
    let second = record();
    inbox.look();
    assert!(inbox.is_done("R1.txt"));
    let (_, taken) = core.event(second + 1).unwrap();
    let Event::BankMessage { seen_at, .. } = taken else {
        panic!("{taken:?}");
    };
    assert_eq!(seen_at, Some(first + 1));
    let bank = inbox.collecting.bank;
    assert_eq!(
        core.desk().pushed(bank, WHOLE).unwrap().came.latest,
        first + 1
    );
}

/// It lay there while nobody looked: a word that was recorded since may be the bank's later one.
#[test]
fn m1_what_lay_there_before_the_first_look_may_be_as_old_as_its_last_change() {
    let inbox = Inbox::new();
    let core = &inbox.collecting.core;
    inbox.write("R1.txt", "whole\n");
    // The bank's clock is ahead of ours.
    inbox.write("R2.txt", "one\ntwo\nthree\n");
    let hour = Duration::from_secs(3_600);
    let now = SystemTime::now();
    inbox.change_at("R1.txt", now - hour);
    inbox.change_at("R2.txt", now + hour);
    let started = Event::Started {
        version: String::new(),
        first_file_no: None,
    };
    let accepted = core.record("t", started.into()).unwrap();
    inbox.look();
    inbox.look();
    let came = |digest| {
        core.desk()
            .pushed(inbox.collecting.bank, digest)
            .unwrap()
            .came
    };
    let latest = accepted + 1;
    let (old, ahead) = (came(WHOLE), came(GROWN));
    assert!(old.earliest <= accepted, "{old:?}");
    assert_eq!(old.latest, latest);
    assert_eq!(ahead, Came::at(latest));
}

/// While something lies there that is not taken in, no word of the bank's is its last.
#[test]
fn m1_it_is_known_whether_all_is_taken_in() {
    let inbox = Inbox::new();
    let (core, bank) = (&inbox.collecting.core, inbox.collecting.bank);
    let left = || {
        inbox.look();
        core.has_uncollected(bank)
    };
    assert!(!left());
    inbox.write("R1.txt", "whole\n");
    assert!(left(), "not still yet");
    assert!(!left());
    for (name, why) in [
        ("回盘.txt", "a name that is not used"),
        ("R2.txt", "too large"),
    ] {
        inbox.write(name, &"x".repeat(1_001));
        assert!(left(), "{why}");
        assert!(left(), "{why}");
        fs::remove_file(inbox.place.path().join(name)).unwrap();
        assert!(!left(), "{why}");
    }
    // What can't be put away is perhaps not what was read.
    inbox.write("R3.txt", "one\ntwo\nthree\n");
    let taken = inbox.place.path().join("done/R3.txt");
    fs::create_dir_all(&taken).unwrap();
    assert!(left() && left());
    fs::remove_dir(taken).unwrap();
    assert!(!left());
    // Its share is not mounted: what the bank left is not in the empty folder.
    fs::remove_dir_all(inbox.place.path()).unwrap();
    fs::create_dir(inbox.place.path()).unwrap();
    assert!(left() && left(), "an empty folder");
    assert_eq!(inbox.look(), Looked::Unusable);
    fs::create_dir(inbox.place.path().join("done")).unwrap();
    assert!(!left());
    fs::remove_dir_all(inbox.place.path()).unwrap();
    fs::write(inbox.place.path(), "").unwrap();
    assert!(left(), "no folder");
}
