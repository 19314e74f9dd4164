//! Opening what a crash left. A torn tail is found, and later cut off and reported; everything
//! else is refused.

mod tail;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::chain::Hash;
use crate::disk::{Disk, DiskFile};
use crate::error::{Damage, Flaw, JournalError};
use crate::segment;
use crate::state::Marks;
use crate::walk::{Chain, Stop, Window, walk};
use tail::cut_off;

/// The interrupted write that was found and cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// The segment's file name.
    pub segment: String,
    /// Where the last whole record ended.
    pub offset: u64,
    /// Bytes that were cut off.
    pub bytes_cut: u64,
    /// Where they are kept: `DIR/recovered/<segment>.torn-<n>`.
    pub kept_in: PathBuf,
}

/// What opening a journal found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Records, which is also the last sequence; headers and closing records included.
    pub records: u64,
    /// Hash of the last record.
    pub head_hash: Hash,
    /// Time of the last record, Unix milliseconds UTC.
    pub time_ms: i64,
    /// The journal's random id.
    pub journal_id: [u8; 16],
    /// The interrupted write, if there was one. Nothing in it had been acknowledged.
    pub torn_tail: Option<TornTail>,
    /// Whether the journal was new or ended with a closing record.
    pub closed_cleanly: bool,
}

/// An interrupted write that was found and is still there.
pub(crate) struct Torn {
    name: String,
    offset: u64,
    pub bytes: u64,
}

/// What recovery hands to the journal.
pub(crate) struct Recovered {
    pub chain: Chain,
    pub segments: BTreeMap<u64, Marks>,
    /// Records that are earlier than the one before.
    pub set_back: Vec<u64>,
    pub end: u64,
    /// Where the last group of the last segment begins.
    pub group_at: u64,
    pub file: Option<Box<dyn DiskFile>>,
    pub torn: Option<Torn>,
    pub was_empty: bool,
}

/// The first sequences of the segments in a folder, in order; none where there is no folder.
pub(crate) fn segments_in(disk: &dyn Disk, dir: &Path) -> Result<Vec<u64>, JournalError> {
    let names = match disk.list(dir) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(JournalError::io("list", dir)(error)),
    };
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        match segment::sequence_of(&name) {
            Some(first) => found.push(first),
            None => {
                return Err(JournalError::Damaged(Damage {
                    segment: name,
                    offset: 0,
                    sequence: 0,
                    what: Flaw::Foreign,
                }));
            }
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Whether the bytes after a flaw show that the flawed record had been synced: a later group is
/// only written once all before it are. Without such a proof it is a torn tail.
fn was_durable(window: &mut Window<'_>, stop: &Stop, chain: &Chain) -> Result<bool, Flaw> {
    let mut offset = stop.offset;
    while let Some(found) = window.next_record(offset, chain.next)? {
        if found.group > chain.next {
            return Ok(true);
        }
        offset = found.end - 1;
    }
    Ok(false)
}

/// Whether a flaw at the very end can be an interrupted write at all. A whole record with a
/// fitting checksum that does not continue the chain never is.
pub(crate) fn can_be_torn(flaw: &Flaw) -> bool {
    match flaw {
        Flaw::Cut | Flaw::Length | Flaw::Checksum => true,
        Flaw::TornTail { .. }
        | Flaw::Fields
        | Flaw::Sequence { .. }
        | Flaw::Chain
        | Flaw::Hash
        | Flaw::Group
        | Flaw::Header(_)
        | Flaw::Misplaced
        | Flaw::SegmentMissing { .. }
        | Flaw::Foreign
        | Flaw::Unreadable(_) => false,
    }
}

/// Turns a stop in the last segment into a torn tail where it may be one.
pub(crate) fn judge(window: &mut Window<'_>, stop: Stop, chain: &Chain) -> Stop {
    if !can_be_torn(&stop.flaw) {
        return stop;
    }
    let flaw = match was_durable(window, &stop, chain) {
        Ok(true) => stop.flaw,
        Ok(false) => Flaw::TornTail {
            bytes: window.bytes().saturating_sub(stop.offset),
        },
        Err(flaw) => flaw,
    };
    Stop { flaw, ..stop }
}

/// Reads every segment, checks the chain and finds a torn tail. Changes nothing. `seen` is told
/// each record's sequence and hash.
pub(crate) fn recover(
    disk: &dyn Disk,
    dir: &Path,
    seen: &mut dyn FnMut(u64, &Hash),
) -> Result<Recovered, JournalError> {
    let firsts = segments_in(disk, dir)?;
    let mut recovered = Recovered {
        chain: Chain::beginning(),
        segments: BTreeMap::new(),
        set_back: Vec::new(),
        end: 0,
        group_at: 0,
        file: None,
        torn: None,
        was_empty: firsts.is_empty(),
    };
    for (at, first) in firsts.iter().enumerate() {
        let is_last = at + 1 == firsts.len();
        take_segment(disk, dir, *first, is_last, &mut recovered, seen)?;
    }
    Ok(recovered)
}

/// Cuts the torn tail off, if there is one, and makes the end durable.
pub(crate) fn mend(
    disk: &dyn Disk,
    dir: &Path,
    recovered: &mut Recovered,
) -> Result<Option<TornTail>, JournalError> {
    let torn_tail = match recovered.torn.take() {
        Some(torn) => Some(cut_off(disk, dir, torn, recovered)?),
        None => None,
    };
    if recovered.file.is_some() {
        write_last_group(disk, dir, recovered)?;
    }
    Ok(torn_tail)
}

/// Writes the last group once more: what a killed process wrote and did not sync may be in the
/// cache only, and where it was its sync that failed no other sync writes it. All groups before are
/// durable, else it would not have been begun.
fn write_last_group(
    disk: &dyn Disk,
    dir: &Path,
    recovered: &Recovered,
) -> Result<(), JournalError> {
    let Some(first) = recovered.segments.keys().next_back() else {
        return Ok(());
    };
    let name = segment::file_name(*first);
    let path = dir.join(&name);
    let file = disk
        .open_read(&path)
        .map_err(JournalError::io("open", &path))?;
    let mut window = Window::new(file.as_ref()).map_err(JournalError::io("read", &path))?;
    let (mut offset, mut group, mut head) = (recovered.group_at, Vec::new(), None);
    while offset < recovered.end {
        // Nothing is written that was not read twice and fits: a disk that gave wrong bytes once
        // would cost a record that was acknowledged.
        let Ok(view) = window.record(offset) else {
            break;
        };
        head = Some(view.hash);
        group.extend_from_slice(view.frame());
        offset += view.bytes() as u64;
    }
    if head != Some(recovered.chain.head) {
        return Err(JournalError::Damaged(Damage {
            segment: name,
            offset,
            sequence: recovered.chain.next - 1,
            what: Flaw::Unreadable(io::ErrorKind::InvalidData),
        }));
    }
    disk.write_over(&path, recovered.group_at, &group)
        .map_err(JournalError::io("write", &path))
}

fn take_segment(
    disk: &dyn Disk,
    dir: &Path,
    first: u64,
    is_last: bool,
    recovered: &mut Recovered,
    seen: &mut dyn FnMut(u64, &Hash),
) -> Result<(), JournalError> {
    let name = segment::file_name(first);
    let path = dir.join(&name);
    let chain = &mut recovered.chain;
    is_next(first, chain.next, &name)?;
    if is_last {
        recovered.file = Some(open_last(disk, dir, &path)?);
        is_still_last(disk, dir, first)?;
    }
    let file = disk
        .open_read(&path)
        .map_err(JournalError::io("open", &path))?;
    let mut window = Window::new(file.as_ref()).map_err(JournalError::io("read", &path))?;
    let mut marks = Marks::default();
    let group_at = &mut recovered.group_at;
    let (set_back, mut before_ms) = (&mut recovered.set_back, chain.time_ms);
    let walked = walk(&mut window, 0, chain, &mut |view, offset| {
        if view.group == view.sequence {
            *group_at = offset;
        }
        marks.see(view.sequence, offset);
        if view.time_ms < before_ms {
            set_back.push(view.sequence);
        }
        before_ms = view.time_ms;
        seen(view.sequence, &view.hash);
    });
    recovered.end = match walked {
        Ok(end) => end,
        Err(stop) => {
            let stop = match is_last {
                true => judge(&mut window, stop, chain),
                false => stop,
            };
            let Flaw::TornTail { bytes } = stop.flaw else {
                return Err(JournalError::Damaged(Damage {
                    segment: name,
                    offset: stop.offset,
                    sequence: chain.next,
                    what: stop.flaw,
                }));
            };
            recovered.torn = Some(Torn {
                name,
                offset: stop.offset,
                bytes,
            });
            stop.offset
        }
    };
    if recovered.end > 0 {
        recovered.segments.insert(first, marks);
    }
    Ok(())
}

fn is_next(found: u64, expected: u64, segment: &str) -> Result<(), JournalError> {
    if found == expected {
        return Ok(());
    }
    Err(JournalError::Damaged(Damage {
        segment: segment.to_owned(),
        offset: 0,
        sequence: expected,
        what: Flaw::SegmentMissing { expected, found },
    }))
}

/// Opens the last segment for appending first of all, because that locks it.
fn open_last(disk: &dyn Disk, dir: &Path, path: &Path) -> Result<Box<dyn DiskFile>, JournalError> {
    disk.open_append(path).map_err(|error| {
        if error.kind() == io::ErrorKind::WouldBlock {
            JournalError::InUse(dir.to_owned())
        } else {
            JournalError::io("open", path)(error)
        }
    })
}

/// A writer that began another segment since the folder was listed holds the lock on that one, and
/// none on this any more.
fn is_still_last(disk: &dyn Disk, dir: &Path, first: u64) -> Result<(), JournalError> {
    match segments_in(disk, dir)?.last() {
        Some(last) if *last > first => Err(JournalError::InUse(dir.to_owned())),
        Some(_) | None => Ok(()),
    }
}
