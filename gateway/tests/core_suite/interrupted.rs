//! Files whose reception broke off: nothing of them stays in memory.

use super::desk::{Desk, LI, MAKER, ZHANG, file};
use super::doubts::bank;
use super::left_bytes::{Left, counted};
use super::supervised;
use gateway::access::Sight;
use gateway::core::Fact;
use gateway::event::{Event, Policy};
use gateway::query::breaks::breaks;
use gateway::serving::{Engine, Setup};
use gateway::telemetry::{Concerns, Metrics};
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The census goes to the end and to the start, and back to the start when it is done.
const BEFORE_KEEPING: usize = 3;
/// Once more when the bytes are kept, and the reader goes to the start itself.
const BEFORE_READING: usize = BEFORE_KEEPING + 2;

/// Gives its bytes as often as it may be sent to a place, and some more the last time, then
/// nothing but trouble.
struct Failing {
    bytes: Cursor<Vec<u8>>,
    returns: usize,
    more: usize,
    panics: bool,
}

impl Failing {
    fn after(returns: usize, text: &str) -> Self {
        Self {
            bytes: Cursor::new(text.as_bytes().to_vec()),
            returns,
            more: 0,
            panics: false,
        }
    }
}

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.returns > 0 {
            return self.bytes.read(buffer);
        }
        if self.more == 0 {
            assert!(!self.panics, "a defect of the reader");
            return Err(std::io::Error::other("the spool is gone"));
        }
        let room = buffer.len().min(self.more);
        let read = self.bytes.read(&mut buffer[..room])?;
        self.more -= read;
        Ok(read)
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.returns = self.returns.saturating_sub(1);
        self.bytes.seek(to)
    }
}

/// Why files were abandoned, in order.
fn abandoned(desk: &Desk) -> Vec<(u64, String)> {
    (1..=desk.core.desk().sequence())
        .filter_map(|sequence| match desk.core.event(sequence) {
            Ok((_, Event::BatchAbandoned { opened, why, .. })) => Some((opened, why)),
            Ok(_) | Err(_) => None,
        })
        .collect()
}

fn arriving(desk: &Desk) -> Vec<u64> {
    desk.core.desk().arriving().collect()
}

#[test]
fn a_reading_that_breaks_off_is_abandoned() {
    // While the bytes are kept, while the lines are read.
    for returns in [BEFORE_KEEPING, BEFORE_READING] {
        let desk = Desk::new();
        let mut source = Failing::after(returns, &file("GZ-1", &[ZHANG, LI]));
        let failed = desk.submit_from(MAKER, Policy::AllOrNothing, &mut source);
        assert!(failed.is_err());
        assert_eq!(arriving(&desk), [0_u64; 0]);
        let why: Vec<String> = abandoned(&desk).into_iter().map(|(_, why)| why).collect();
        assert_eq!(why, ["interrupted"]);
        // Its number is free, and what ends by itself is abandoned once.
        desk.accept(&file("GZ-1", &[ZHANG, LI]));
        assert_eq!(abandoned(&desk).len(), 1);
    }
}

/// What it left by then counts for the day.
#[test]
fn of_a_reading_that_breaks_off_counts_what_was_written() {
    let text = file("GZ-1", &vec![ZHANG; 3_000]);
    let size = text.len();
    // Before the first byte is kept; before the first line; in the middle of the lines.
    for (returns, more) in [
        (BEFORE_KEEPING, 0),
        (BEFORE_READING, 0),
        (BEFORE_READING, size - 1),
    ] {
        let desk = Desk::new();
        let mut source = Failing::after(returns, &text);
        source.more = more;
        let failed = desk.submit_from(MAKER, Policy::AllOrNothing, &mut source);
        assert!(failed.is_err());
        let left = Left::of_the_last_file(&desk);
        let kept = if returns == BEFORE_KEEPING { 0 } else { size };
        assert_eq!(left.bytes, kept as u64);
        assert_eq!(left.lines > 0, more > 0, "{left:?}");
        assert_eq!(counted(&desk), left.all(), "{left:?}");
    }
}

#[test]
fn a_defect_of_the_reader_leaves_nothing_in_memory() {
    let desk = Desk::new();
    let mut source = Failing::after(BEFORE_READING, &file("GZ-1", &[ZHANG, LI]));
    source.panics = true;
    let defect = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        desk.submit_from(MAKER, Policy::AllOrNothing, &mut source)
    }));
    assert!(defect.is_err());
    assert_eq!(arriving(&desk), [0_u64; 0]);
    assert_eq!(abandoned(&desk).len(), 1);
}

/// An engine of no bank, whose concerns nobody looks at.
fn setup(desk: &Desk, data: &Path) -> Setup {
    let metrics = Arc::new(Metrics::new());
    let concerns = Arc::new(Concerns::new(Arc::clone(&metrics)));
    supervised::setup(desk, data, &concerns, &metrics)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_interrupted_is_abandoned_at_the_start() {
    let desk = Desk::new();
    let kept = desk.accept(&file("GZ-1", &[ZHANG]));
    let opened = Event::BatchOpened {
        submitted_by: MAKER.to_owned(),
        day: 20_261_123,
    };
    let opened: Vec<u64> = (0..2)
        .map(|_| desk.core.record(MAKER, opened.clone().into()).unwrap())
        .collect();
    let bytes = Event::BatchBytes {
        opened: opened[0],
        part: 0,
    };
    desk.core.record(MAKER, bytes.into()).unwrap();
    desk.core.journal().commit().unwrap();
    let desk = desk.crash();
    assert_eq!(arriving(&desk), opened);

    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::start(Arc::clone(&desk.core), &setup(&desk, folder.path())).unwrap();
    assert_eq!(arriving(&desk), [0_u64; 0]);
    let expected: Vec<(u64, String)> = opened
        .into_iter()
        .map(|opened| (opened, "interrupted".to_owned()))
        .collect();
    assert_eq!(abandoned(&desk), expected);
    assert!(desk.core.desk().batch(kept.batch).is_some());
    engine.stop(Duration::from_secs(1)).await.unwrap();
}

/// One message of one bank does not keep all banks from being paid: it stays open, and is listed.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cant_be_opened_stops_no_start() {
    let desk = Desk::new();
    let owner = "bank:HXB";
    let stored = |reading: &str| Event::BankMessage {
        bank: bank("HXB"),
        message: "push".to_owned(),
        digest: format!("push:{reading}"),
        reading: reading.to_owned(),
        file_no: None,
        again: None,
        seen_at: None,
        written_at: None,
    };
    let store = |reading: &str| {
        let fact = Fact::sealed(stored(reading), owner, b"bytes".to_vec());
        desk.core.record("urn:anxin:bank:HXB", fact).unwrap()
    };
    let open = store("applied");
    let message = store("unreadable");
    let closed = Event::BankMessageClosed { message };
    desk.core
        .record("urn:anxin:bank:HXB", closed.into())
        .unwrap();
    assert_eq!(desk.core.vault().destroy(owner).unwrap(), 1);
    desk.core.journal().commit().unwrap();
    let desk = desk.crash();
    let folder = tempfile::tempdir().unwrap();
    let engine = Engine::start(Arc::clone(&desk.core), &setup(&desk, folder.path())).unwrap();
    desk.clock.advance(Duration::from_secs(61));
    let (page, _) = breaks(&desk.core, Sight::Operator, (None, 10), schemas::Lang::En).unwrap();
    let listed: Vec<(&str, Option<u64>)> = page
        .breaks
        .iter()
        .map(|found| (found.kind.as_str(), found.sequence))
        .collect();
    let expected = [
        ("message_unreadable", Some(message)),
        ("message_open", Some(open)),
    ];
    assert_eq!(listed, expected);
    engine.stop(Duration::from_secs(1)).await.unwrap();
}
