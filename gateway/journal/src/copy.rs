//! A copy of a journal beside whoever writes on: whole records only, up to one that is durable.
//!
//! It takes no lock and changes nothing. The source is checked record by record before a byte of
//! it is copied, so that no copy is made of a damage.

use std::io;
use std::path::{Path, PathBuf};

use ring::digest::{Context, SHA256};

use crate::chain::Hash;
use crate::disk::Disk;
use crate::error::{Damage, Flaw, JournalError};
use crate::recovery::{judge, segments_in};
use crate::segment;
use crate::walk::{Chain, Window, walk};

/// Bytes copied at once.
const PART_BYTES: u64 = 1 << 20;

/// A file of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedFile {
    /// Its name in its folder.
    pub name: String,
    /// Its bytes.
    pub bytes: u64,
    /// SHA-256 of them.
    pub sha256: [u8; 32],
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The journal's id.
    pub journal_id: [u8; 16],
    /// The last record.
    pub sequence: u64,
    /// Its hash.
    pub hash: Hash,
    /// Whether it is a closing record.
    pub is_closed: bool,
    /// The segments, in order.
    pub segments: Vec<CopiedFile>,
}

/// Which file or folder can't be read or written, and why.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It can't be read.
    #[error("could not read {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It can't be written.
    #[error("could not write {}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl FileError {
    /// What the disk says of reading a file or folder, with its name.
    pub fn reading(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Read { path, source }
    }

    /// The same of writing.
    pub fn writing(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Write { path, source }
    }
}

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The source can't be read, or is damaged.
    #[error("the journal can't be copied")]
    Source(#[from] JournalError),
    /// There is no record in it.
    #[error("there is no record in {}", .0.display())]
    Empty(PathBuf),
    /// A file or folder can't be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// What the copied file holds is not what was written into it.
    #[error("{} does not hold what was written", .0.display())]
    Changed(PathBuf),
}

/// Copies the journal in `from` into the new folder `to`, up to its last whole record, durably,
/// and reads it back. `progress` is told of bytes: of each as it is checked, copied and read back.
///
/// # Errors
/// See [`CopyError`]; a part of the copy may be there.
pub fn copy(
    disk: &dyn Disk,
    from: &Path,
    to: &Path,
    progress: &mut dyn FnMut(u64),
) -> Result<Copied, CopyError> {
    let mut chain = Chain::beginning();
    let mut ends = Vec::new();
    let firsts = segments_in(disk, from)?;
    for (at, first) in firsts.iter().enumerate() {
        let is_last = at + 1 == firsts.len();
        let end = checked_end(disk, from, *first, is_last, &mut chain)?;
        progress(end);
        // A segment that has no whole record yet is not there yet.
        if end > 0 {
            ends.push((segment::file_name(*first), end));
        }
    }
    let (Some((last, _)), Some(journal_id)) = (ends.last(), chain.journal_id) else {
        return Err(CopyError::Empty(from.to_owned()));
    };
    // What was read may be in the cache only: nothing goes into the copy that a loss of power
    // would take from the source. Segments before the last one are durable.
    let last = from.join(last);
    disk.sync_file(&last)
        .map_err(JournalError::io("sync", &last))?;
    disk.create_dir_all(to).map_err(FileError::writing(to))?;
    let mut segments = Vec::with_capacity(ends.len());
    for (name, end) in ends {
        segments.push(copy_file(disk, (from, to), &name, end, progress)?);
    }
    disk.sync_dir(to).map_err(FileError::writing(to))?;
    Ok(Copied {
        journal_id,
        sequence: chain.next - 1,
        hash: chain.head,
        is_closed: chain.is_closed,
        segments,
    })
}

/// Takes a segment into the chain; where its last whole record ends.
fn checked_end(
    disk: &dyn Disk,
    dir: &Path,
    first: u64,
    is_last: bool,
    chain: &mut Chain,
) -> Result<u64, JournalError> {
    let name = segment::file_name(first);
    let path = dir.join(&name);
    let damaged = |offset, sequence, what| {
        JournalError::Damaged(Damage {
            segment: name.clone(),
            offset,
            sequence,
            what,
        })
    };
    if first != chain.next {
        let what = Flaw::SegmentMissing {
            expected: chain.next,
            found: first,
        };
        return Err(damaged(0, chain.next, what));
    }
    let file = disk
        .open_read(&path)
        .map_err(JournalError::io("open", &path))?;
    let mut window = Window::new(file.as_ref()).map_err(JournalError::io("read", &path))?;
    let Err(stop) = walk(&mut window, 0, chain, &mut |_, _| {}) else {
        return Ok(window.bytes());
    };
    let stop = match is_last {
        true => judge(&mut window, stop, chain),
        false => stop,
    };
    // A gateway may be in the middle of a record, or was killed there.
    match matches!(stop.flaw, Flaw::TornTail { .. }) {
        true => Ok(stop.offset),
        false => Err(damaged(stop.offset, chain.next, stop.flaw)),
    }
}

/// Copies the first bytes of a file into a new one, durably but for its name, and reads them back.
///
/// # Errors
/// `Read`, `Write`, `Changed`.
pub fn copy_file(
    disk: &dyn Disk,
    (from, to): (&Path, &Path),
    name: &str,
    bytes: u64,
    progress: &mut dyn FnMut(u64),
) -> Result<CopiedFile, CopyError> {
    let (source, target) = (from.join(name), to.join(name));
    let reading = disk
        .open_read(&source)
        .map_err(FileError::reading(&source))?;
    let mut writing = disk
        .create_append(&target)
        .map_err(FileError::writing(&target))?;
    let mut digest = Context::new(&SHA256);
    parts(reading.as_ref(), &source, bytes, &mut |part| {
        digest.update(part);
        progress(part.len() as u64);
        let written = writing.append(part);
        Ok(written.map_err(FileError::writing(&target))?)
    })?;
    writing.sync_data().map_err(FileError::writing(&target))?;
    drop(writing);
    let copied = CopiedFile {
        name: name.to_owned(),
        bytes,
        sha256: sum(digest),
    };
    match digest_of(disk, &target, progress)? == (copied.bytes, copied.sha256) {
        true => Ok(copied),
        false => Err(CopyError::Changed(target)),
    }
}

/// Bytes of a file and their SHA-256.
///
/// # Errors
/// `Read`.
pub fn digest_of(
    disk: &dyn Disk,
    path: &Path,
    progress: &mut dyn FnMut(u64),
) -> Result<(u64, [u8; 32]), CopyError> {
    let file = disk.open_read(path).map_err(FileError::reading(path))?;
    let bytes = file.len().map_err(FileError::reading(path))?;
    let mut digest = Context::new(&SHA256);
    parts(file.as_ref(), path, bytes, &mut |part| {
        digest.update(part);
        progress(part.len() as u64);
        Ok(())
    })?;
    Ok((bytes, sum(digest)))
}

fn parts(
    file: &dyn crate::disk::DiskRead,
    path: &Path,
    bytes: u64,
    each: &mut dyn FnMut(&[u8]) -> Result<(), CopyError>,
) -> Result<(), CopyError> {
    let mut buffer = vec![0; usize::try_from(bytes.min(PART_BYTES)).unwrap_or(0)];
    let mut offset = 0;
    while offset < bytes {
        let want = usize::try_from((bytes - offset).min(PART_BYTES)).unwrap_or(0);
        let part = buffer.get_mut(..want).unwrap_or_default();
        let read = file
            .read_at(offset, part)
            .map_err(FileError::reading(path))?;
        if read < want {
            let short = io::ErrorKind::UnexpectedEof.into();
            return Err(FileError::reading(path)(short).into());
        }
        each(part)?;
        offset += want as u64;
    }
    Ok(())
}

fn sum(digest: Context) -> [u8; 32] {
    let mut sum = [0; 32];
    sum.copy_from_slice(digest.finish().as_ref());
    sum
}
