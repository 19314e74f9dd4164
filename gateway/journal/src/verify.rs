//! Checking a journal that nobody has open. It reads and never repairs.

use std::path::Path;

use crate::chain::Hash;
use crate::disk::Disk;
use crate::error::{Damage, Flaw, JournalError};
use crate::record::{Kind, Position};
use crate::recovery::judge;
use crate::segment;
use crate::tree::leaf::Source;
use crate::walk::{Chain, Stop, Window, walk};

/// Damages are listed up to this many.
const DAMAGES_MAX: usize = 1000;

/// What a check of the whole journal found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Records that were read and fit, headers and closing records included.
    pub records: u64,
    /// Hash of the last record that was read.
    pub head_hash: Hash,
    /// Sequence of that record.
    pub head_sequence: u64,
    /// Segments found.
    pub segments: u64,
    /// Whether the last record is a closing one. If not, the journal is open, was left by a
    /// crash, or has lost its end.
    pub closed_cleanly: bool,
    /// The journal's id, if a header was readable.
    pub journal_id: Option<[u8; 16]>,
    /// What is wrong, in order, at most 1,000.
    pub damages: Vec<Damage>,
    /// Hash of the record that [`verify_at`] was asked for, if it is there and whole.
    pub probed: Option<Hash>,
}

impl Report {
    /// Whether every record is there and unchanged, up to a closing record.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.damages.is_empty() && self.closed_cleanly
    }
}

/// Reads the whole journal in `dir` and reports every damage with its place. After a damage it
/// goes on at the next whole record.
///
/// What it can't see by itself: that whole records are missing at the end. It shows as
/// `closed_cleanly: false` unless the cut is right behind an earlier closing record; comparing
/// `head_sequence` and `head_hash` with a stored checkpoint or the index finds that, too.
///
/// # Errors
/// Only if the folder can't be listed.
pub fn verify(disk: &dyn Disk, dir: &Path) -> Result<Report, JournalError> {
    verify_at(disk, dir, 0)
}

/// As [`verify`], and gives the hash of one record, to compare with an index or a checkpoint
/// that names it.
///
/// # Errors
/// Only if the folder can't be listed.
pub fn verify_at(disk: &dyn Disk, dir: &Path, probe: u64) -> Result<Report, JournalError> {
    verify_with(disk, dir, probe, &mut |_| {})
}

/// A record as [`verify_with`] passes it: whole and in its place.
#[derive(Debug, Clone, Copy)]
pub struct Passed<'a> {
    /// Its number.
    pub sequence: u64,
    /// When it was made, Unix milliseconds.
    pub time_ms: i64,
    /// What it holds.
    pub kind: Kind,
    /// Who made it.
    pub actor: &'a str,
    /// Where it lies.
    pub position: Position,
    /// The data key of the sealed part; empty where nothing is sealed.
    pub key_id: &'a str,
    /// The clear part.
    pub clear: &'a [u8],
    /// Its hash.
    pub hash: &'a Hash,
    /// Bytes of it in its segment.
    pub bytes: u64,
}

impl<'a> Passed<'a> {
    /// What a leaf of the tree is made of.
    #[must_use]
    pub fn source(&self) -> Source<'a> {
        Source {
            sequence: self.sequence,
            time_ms: self.time_ms,
            kind: self.kind,
            actor: self.actor,
            clear: self.clear,
            hash: self.hash,
        }
    }
}

/// As [`verify_at`], and shows every record that is whole and in its place, in order: for what
/// must agree with the journal, and for a progress bar.
///
/// # Errors
/// Only if the folder can't be listed.
pub fn verify_with(
    disk: &dyn Disk,
    dir: &Path,
    probe: u64,
    passed: &mut dyn FnMut(Passed<'_>),
) -> Result<Report, JournalError> {
    let names = disk.list(dir).map_err(JournalError::io("list", dir))?;
    let mut check = Check {
        chain: Chain {
            probe,
            ..Chain::beginning()
        },
        records: 0,
        damages: Vec::new(),
        lost_end: false,
        passed,
    };
    let mut firsts = Vec::new();
    for name in names {
        match segment::sequence_of(&name) {
            Some(first) => firsts.push(first),
            None => check.damage(name, 0, Flaw::Foreign),
        }
    }
    firsts.sort_unstable();
    for (at, first) in firsts.iter().enumerate() {
        check.segment(disk, dir, *first, at + 1 == firsts.len());
    }
    Ok(Report {
        records: check.records,
        head_hash: check.chain.head,
        head_sequence: check.chain.next - 1,
        segments: firsts.len() as u64,
        closed_cleanly: check.chain.is_closed,
        journal_id: check.chain.journal_id,
        damages: check.damages,
        probed: check.chain.probed,
    })
}

struct Check<'p> {
    chain: Chain,
    records: u64,
    damages: Vec<Damage>,
    /// Whether the end of the segment before is damaged.
    lost_end: bool,
    passed: &'p mut dyn FnMut(Passed<'_>),
}

impl Check<'_> {
    fn damage(&mut self, segment: String, offset: u64, what: Flaw) {
        if self.damages.len() < DAMAGES_MAX {
            self.damages.push(Damage {
                segment,
                offset,
                sequence: self.chain.next,
                what,
            });
        }
    }

    fn segment(&mut self, disk: &dyn Disk, dir: &Path, first: u64, is_last: bool) {
        let name = segment::file_name(first);
        // A record destroyed at the end of the segment before is named already.
        let is_named = self.lost_end && first == self.chain.next.saturating_add(1);
        let is_gap = first != self.chain.next;
        self.lost_end = false;
        if is_gap && is_named {
            self.chain.next = first;
        } else if is_gap {
            let what = Flaw::SegmentMissing {
                expected: self.chain.next,
                found: first,
            };
            self.damage(name.clone(), 0, what);
            self.chain.next = first;
        }
        let file = match disk.open_read(&dir.join(&name)) {
            Ok(file) => file,
            Err(error) => return self.damage(name, 0, Flaw::Unreadable(error.kind())),
        };
        match Window::new(file.as_ref()) {
            Ok(mut window) => {
                if is_gap {
                    self.trust(&mut window, 0);
                }
                self.window(&mut window, &name, is_last);
            }
            Err(error) => self.damage(name, 0, Flaw::Unreadable(error.kind())),
        }
    }

    fn window(&mut self, window: &mut Window<'_>, name: &str, is_last: bool) {
        let segment = segment::sequence_of(name).unwrap_or_default();
        let mut offset = 0;
        while self.damages.len() < DAMAGES_MAX {
            let mut records = 0;
            let passed = &mut *self.passed;
            let walked = walk(window, offset, &mut self.chain, &mut |view, offset| {
                records += 1;
                passed(Passed {
                    sequence: view.sequence,
                    time_ms: view.time_ms,
                    kind: view.kind,
                    actor: view.actor,
                    position: Position { segment, offset },
                    key_id: view.key_id,
                    clear: view.clear,
                    hash: &view.hash,
                    bytes: view.bytes() as u64,
                });
            });
            self.records += records;
            let Err(stop) = walked else { return };
            let stop = match is_last {
                true => judge(window, stop, &self.chain),
                false => stop,
            };
            let Stop { offset: at, flaw } = stop;
            let is_end = matches!(flaw, Flaw::TornTail { .. } | Flaw::Unreadable(_));
            self.damage(name.to_owned(), at, flaw);
            self.chain.is_closed = false;
            if is_end {
                return;
            }
            match self.resume(window, at) {
                Some(next) => offset = next,
                None => {
                    self.lost_end = true;
                    return;
                }
            }
        }
    }

    /// Goes on at the next whole record after a damage; takes its word for the one before it.
    fn resume(&mut self, window: &mut Window<'_>, at: u64) -> Option<u64> {
        let lost = self.chain.next;
        let next = match window.record(at) {
            // The record is whole, only wrong or in the wrong place.
            Ok(view) => {
                let after = view.sequence.saturating_add(1).max(lost);
                let end = at + view.bytes() as u64;
                self.chain.accept(&view);
                self.chain.next = after;
                end
            }
            Err(_) => {
                let found = window.next_record(at, 0).ok().flatten()?;
                self.chain.digest = found.digest;
                let view = window.record(found.offset).ok()?;
                self.chain.next = view.sequence.max(lost);
                found.offset
            }
        };
        self.trust(window, next);
        Some(next)
    }

    /// Takes the word of the record at an offset for what came before it.
    fn trust(&mut self, window: &mut Window<'_>, offset: u64) {
        if let Ok(view) = window.record(offset) {
            self.chain.head = view.previous;
            self.chain.group = view.group;
        }
    }
}
