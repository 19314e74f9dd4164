//! What the tests share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use journal::disk::MemoryDisk;
use journal::random::SeededRandom;
use journal::{Draft, Journal, Kind, Options, Recovery};

pub fn dir() -> &'static Path {
    Path::new("/data/journal")
}

pub fn segment(first: u64) -> PathBuf {
    dir().join(format!("{first:020}.seg"))
}

/// Commits in the caller, so that every run is the same.
pub fn inline() -> Options {
    Options {
        commits_inline: true,
        random: Arc::new(SeededRandom::new(7)),
        ..Options::default()
    }
}

/// Segments of a few records.
pub fn small() -> Options {
    Options {
        segment_bytes_max: 1000,
        ..inline()
    }
}

pub fn open(disk: &MemoryDisk, options: Options) -> (Journal, Recovery) {
    Journal::open(Arc::new(disk.clone()), dir(), options).expect("opens")
}

pub fn draft(clear: &[u8]) -> Draft<'_> {
    Draft {
        kind: Kind(7),
        time_ms: 1_764_000_000_000,
        actor: "urn:anxin:operator:test",
        key_id: "",
        clear,
        sealed: &[],
    }
}

/// A journal of so many records with these options, closed.
pub fn filled(records: usize, options: Options) -> MemoryDisk {
    let disk = MemoryDisk::new();
    let (journal, _) = open(&disk, options);
    for number in 0..records {
        journal
            .append(&draft(format!("record {number}").as_bytes()))
            .unwrap();
        journal.commit().unwrap();
    }
    journal.close().unwrap();
    disk
}

/// The places of all records of one segment: offset and length.
pub fn frames(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut at = 0;
    let mut frames = Vec::new();
    while at < bytes.len() {
        let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        frames.push((at, length));
        at += length;
    }
    frames
}

/// Polls until ready, woken by the waker.
pub fn block_on<F: Future>(future: F) -> F::Output {
    struct Thread(std::thread::Thread);
    impl std::task::Wake for Thread {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Thread(std::thread::current())).into();
    let mut context = std::task::Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            std::task::Poll::Ready(output) => return output,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}
