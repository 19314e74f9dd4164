//! Opening what a crash left. A torn tail is found, and later cut off and reported; everything
//! else is refused.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::chain::Hash;
use crate::disk::{Disk, DiskFile};
use crate::error::{Damage, Flaw, JournalError};
use crate::segment;
use crate::state::Marks;
use crate::walk::{Chain, Stop, Window, walk};

/// Bytes copied at once when a tail is kept aside.
const COPY_BYTES: usize = 1 << 20;

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

fn cut_off(
    disk: &dyn Disk,
    dir: &Path,
    torn: Torn,
    recovered: &mut Recovered,
) -> Result<TornTail, JournalError> {
    let path = dir.join(&torn.name);
    let kept_in = {
        let file = disk
            .open_read(&path)
            .map_err(JournalError::io("open", &path))?;
        let mut window = Window::new(file.as_ref()).map_err(JournalError::io("read", &path))?;
        // Nothing is cut off on the word of one read: a disk that gave wrong bytes once would cost
        // a record that was acknowledged.
        if window.record(torn.offset).is_ok() {
            return Err(JournalError::Damaged(Damage {
                segment: torn.name,
                offset: torn.offset,
                sequence: recovered.chain.next,
                what: Flaw::Unreadable(io::ErrorKind::InvalidData),
            }));
        }
        keep_aside(disk, dir, &torn.name, &mut window, torn.offset)?
    };
    cut(disk, dir, &path, torn.offset, recovered)?;
    Ok(TornTail {
        segment: torn.name,
        offset: torn.offset,
        bytes_cut: torn.bytes,
        kept_in,
    })
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
    if first != chain.next {
        return Err(JournalError::Damaged(Damage {
            segment: name,
            offset: 0,
            sequence: chain.next,
            what: Flaw::SegmentMissing {
                expected: chain.next,
                found: first,
            },
        }));
    }
    if is_last {
        recovered.file = Some(open_last(disk, dir, &path)?);
    }
    let file = disk
        .open_read(&path)
        .map_err(JournalError::io("open", &path))?;
    let mut window = Window::new(file.as_ref()).map_err(JournalError::io("read", &path))?;
    let mut marks = Marks::default();
    let group_at = &mut recovered.group_at;
    let walked = walk(&mut window, 0, chain, &mut |view, offset| {
        if view.group == view.sequence {
            *group_at = offset;
        }
        marks.see(view.sequence, offset);
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

/// Copies the tail to `DIR/recovered/`, durably, before anything is cut.
fn keep_aside(
    disk: &dyn Disk,
    dir: &Path,
    name: &str,
    window: &mut Window<'_>,
    from: u64,
) -> Result<PathBuf, JournalError> {
    let aside = match dir.parent() {
        Some(above) => above.join("recovered"),
        None => PathBuf::from("recovered"),
    };
    disk.create_dir_all(&aside)
        .map_err(JournalError::io("make", &aside))?;
    let taken = disk
        .list(&aside)
        .map_err(JournalError::io("list", &aside))?;
    let mut number = 1;
    let mut kept = format!("{name}.torn-{number}");
    while taken.contains(&kept) {
        number += 1;
        kept = format!("{name}.torn-{number}");
    }
    let path = aside.join(kept);
    let copied = (|| {
        let mut file = disk.create_append(&path)?;
        let mut offset = from;
        while offset < window.bytes() {
            let bytes = window.peek(offset, COPY_BYTES)?;
            if bytes.is_empty() {
                break;
            }
            file.append(bytes)?;
            offset += bytes.len() as u64;
        }
        file.sync_data()?;
        disk.sync_dir(&aside)
    })();
    copied.map_err(JournalError::io("keep the torn tail in", &path))?;
    Ok(path)
}

/// Cuts the tail off. A segment without a header is removed: it never held a record.
fn cut(
    disk: &dyn Disk,
    dir: &Path,
    path: &Path,
    offset: u64,
    recovered: &mut Recovered,
) -> Result<(), JournalError> {
    if offset > 0 {
        return disk
            .truncate(path, offset)
            .map_err(JournalError::io("cut", path));
    }
    recovered.file = None;
    disk.remove(path)
        .map_err(JournalError::io("remove", path))?;
    disk.sync_dir(dir).map_err(JournalError::io("sync", dir))
}
