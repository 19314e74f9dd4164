//! The index against the journal. It is never the truth: damage here costs a rebuild.

use crate::command::scratch::Scratch;
use crate::command::words::Failure;
use crate::index::{Comparison, Difference, changed_file};
use journal::Report;
use journal::chain::Hash;
use journal::index::{Index as _, IndexError, SledIndex};
use std::fs;
use std::io;
use std::path::Path;

/// How the index stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// There is none: a start builds it.
    Absent,
    /// A gateway holds it.
    InUse,
    /// Every entry is as the journal says, up to its last record.
    Agrees,
    /// Every entry is as the journal says, up to a record before its last.
    Behind {
        /// That record; 0 where nothing can be read in it.
        at: u64,
        /// The journal's last.
        of: u64,
    },
    /// It knows records that this journal does not have: the journal lost its end, was set back,
    /// or is another one.
    Foreign,
    /// Every entry is as the journal says, and a file is not as it was at the stop.
    Altered,
    /// Entries are not as the journal says.
    Differs,
    /// It can't be read.
    Unreadable,
}

impl Standing {
    /// The word of the document.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::InUse => "not_compared",
            Self::Agrees => "agrees",
            Self::Behind { .. } => "behind",
            Self::Altered => "altered",
            Self::Foreign => "foreign",
            Self::Differs => "differs",
            Self::Unreadable => "unreadable",
        }
    }

    /// Whether the check fails by it. A journal that was closed has an index that has followed to
    /// its last record; one that was left by a crash may have one that is behind, or none yet.
    pub(super) fn is_damage(self, is_closed: bool) -> bool {
        match self {
            Self::Foreign | Self::Differs | Self::Unreadable => true,
            Self::Absent | Self::Behind { .. } | Self::Altered => is_closed,
            Self::InUse | Self::Agrees => false,
        }
    }
}

/// What the comparison found.
pub(super) struct Found {
    pub(super) standing: Standing,
    pub(super) differences: Vec<Difference>,
    /// The library's words on an index that can't be read, English.
    pub(super) error: Option<String>,
    /// The file of one that was altered.
    pub(super) file: Option<String>,
}

impl Found {
    fn plain(standing: Standing) -> Self {
        Self {
            standing,
            differences: Vec::new(),
            error: None,
            file: None,
        }
    }

    fn unreadable(error: &dyn std::error::Error) -> Self {
        Self {
            error: Some(error.to_string()),
            ..Self::plain(Standing::Unreadable)
        }
    }
}

const CACHE_BYTES: u64 = 16 * 1024 * 1024;

/// The index, opened as a copy: sled mends what it opens, and `verify` changes nothing.
pub(super) enum Index {
    Decided(Found),
    Open {
        index: SledIndex,
        position: u64,
        head: Option<Hash>,
        /// A file that is not as it was at the stop.
        changed: Option<String>,
        _copy: Scratch,
    },
}

impl Index {
    /// Opens a copy of the index of `data`.
    ///
    /// # Errors
    /// When the copy can't be written.
    pub(super) fn open(folder: &Path, is_in_use: bool) -> Result<Self, Failure> {
        if !has_more_than_the_witness(folder) {
            return Ok(Self::Decided(Found::plain(Standing::Absent)));
        }
        if is_in_use {
            return Ok(Self::Decided(Found::plain(Standing::InUse)));
        }
        let changed = match changed_file(folder) {
            Ok(changed) => changed,
            Err(error) => return Ok(Self::Decided(Found::unreadable(&error))),
        };
        let scratch = Scratch::new();
        let unwritable = |error| Failure::unwritable(&std::env::temp_dir(), &error);
        let copy = scratch.place().map_err(unwritable)?.join("index");
        match copy_folder(folder, &copy) {
            Ok(()) => {}
            Err(Uncopied::Read(error)) => return Ok(Self::Decided(Found::unreadable(&error))),
            Err(Uncopied::Write(error)) => return Err(unwritable(error)),
        }
        let read = || {
            let index = SledIndex::open(&copy, CACHE_BYTES)?;
            let (position, head) = (index.position()?, index.head()?);
            Ok::<_, IndexError>((index, position, head))
        };
        Ok(match read() {
            Ok((index, position, head)) => Self::Open {
                index,
                position,
                head,
                changed,
                _copy: scratch,
            },
            Err(error) => Self::Decided(Found::unreadable(&error)),
        })
    }

    /// The record whose hash the index states; 0 for none.
    pub(super) fn probe(&self) -> u64 {
        match self {
            Self::Decided(_) => 0,
            Self::Open { position, .. } => *position,
        }
    }

    /// A comparison of the entries, where there is something to compare.
    pub(super) fn comparison(&self) -> Option<Result<Comparison<'_>, IndexError>> {
        match self {
            Self::Decided(_) => None,
            Self::Open { index, .. } => Some(Comparison::begin(index)),
        }
    }

    fn head(&self) -> Option<Hash> {
        match self {
            Self::Decided(_) => None,
            Self::Open { head, .. } => *head,
        }
    }
}

/// What the whole comes to, when the journal was read.
pub(super) fn judge(
    index: &Index,
    compared: Option<Result<Comparison<'_>, IndexError>>,
    report: &Report,
) -> Found {
    let comparison = match compared {
        Some(Ok(comparison)) => comparison,
        Some(Err(error)) => return Found::unreadable(&error),
        None => {
            let Index::Decided(found) = index else {
                return Found::plain(Standing::Absent);
            };
            return Found {
                error: found.error.clone(),
                ..Found::plain(found.standing)
            };
        }
    };
    if report.probed != index.head() {
        return Found::plain(Standing::Foreign);
    }
    match comparison.end(report.damages.is_empty()) {
        Ok(differences) if differences.is_empty() => reached(index, report),
        Ok(differences) => Found {
            differences,
            ..Found::plain(Standing::Differs)
        },
        Err(error) => Found::unreadable(&error),
    }
}

/// Of an index without a difference: how far it is, and whether its files are those of the stop.
fn reached(index: &Index, report: &Report) -> Found {
    let (at, of) = (index.probe(), report.head_sequence);
    let changed = match index {
        Index::Open { changed, .. } => changed.clone(),
        Index::Decided(_) => None,
    };
    if at != of {
        return Found::plain(Standing::Behind { at, of });
    }
    match changed.filter(|_| report.closed_cleanly) {
        None => Found::plain(Standing::Agrees),
        file => Found {
            file,
            ..Found::plain(Standing::Altered)
        },
    }
}

enum Uncopied {
    Read(io::Error),
    Write(io::Error),
}

fn has_more_than_the_witness(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .into_iter()
        .any(|entry| entry.file_name() != crate::index::WITNESS)
}

/// The files of a folder, and of those in it.
fn copy_folder(from: &Path, to: &Path) -> Result<(), Uncopied> {
    fs::create_dir(to).map_err(Uncopied::Write)?;
    for entry in fs::read_dir(from).map_err(Uncopied::Read)? {
        let entry = entry.map_err(Uncopied::Read)?;
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type().map_err(Uncopied::Read)?.is_dir() {
            copy_folder(&path, &copy)?;
            continue;
        }
        let mut source = fs::File::open(&path).map_err(Uncopied::Read)?;
        let mut target = fs::File::create(&copy).map_err(Uncopied::Write)?;
        // Which of the two failed: a full disk is the copy's.
        let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded];
        let failed = |error: io::Error| match full.contains(&error.kind()) {
            true => Uncopied::Write(error),
            false => Uncopied::Read(error),
        };
        io::copy(&mut source, &mut target).map_err(failed)?;
    }
    Ok(())
}
