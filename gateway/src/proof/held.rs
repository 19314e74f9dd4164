//! Every checkpoint that was signed, and the tiles, held against a journal while it is read.

use super::kept::{self, FILE as KEPT, FOLDER, Fault, KeptNote, walk};
use super::key::{PRIVATE, key_file, public_key};
use super::known::{EARLIER, KnownKeys, VKEY, vkey_file};
use super::note::{Checkpoint, Note, VerifierKey};
use crate::event::Event;
use journal::chain::Hash;
use journal::disk::OsDisk;
use journal::tree::empty_root;
use journal::tree::leaf::Leaf;
use journal::tree::tiles::{RightEdge, read_tile, tile_path};
use journal::{Kind, Passed, Report};
use std::io;
use std::path::{Path, PathBuf};

/// What was signed, held against the journal while it is read.
#[derive(Debug)]
pub struct Sealed {
    /// Size and root, by size.
    signed: Vec<(u64, Hash)>,
    /// Whether the file, or the one from elsewhere, can't be read.
    unreadable: bool,
    /// Records of the last kept one; 0 for none.
    kept: u64,
    /// Kept ones that an earlier key signed.
    earlier: usize,
    /// The first kept one that is no evidence, and how many there are.
    fault: Option<(u64, Fault)>,
    faults: usize,
    /// The file that does not name the key that signed.
    key: Option<String>,
    /// Whether the one from elsewhere has no valid signature of a known key.
    is_foreign: bool,
    next: usize,
    edge: RightEdge,
    /// None in a copy, which has none.
    tiles: Option<PathBuf>,
    differs: Option<u64>,
    tile: Option<String>,
    /// The last record of a restore.
    restored: u64,
    /// The last record, where a gateway closed the journal.
    closed: Option<u64>,
}

/// A checkpoint that was kept elsewhere.
#[derive(Debug)]
pub struct Elsewhere {
    /// The note.
    pub note: String,
    /// A key that signed it, besides the folder's own.
    pub key: Option<VerifierKey>,
}

/// How checkpoints and tiles stand to the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sealing {
    /// Each is the root of the journal as it was then.
    Agrees {
        /// How many.
        count: usize,
        /// Records of the last one.
        last: u64,
        /// How many an earlier key signed.
        earlier: usize,
    },
    /// A kept one is no evidence.
    NoEvidence {
        /// The number of the first in the file, from 1.
        note: u64,
        /// What is wrong with it.
        fault: Fault,
        /// How many there are.
        count: usize,
    },
    /// A file that names the key, or holds it, does not fit: what was signed can't be checked.
    KeyDamaged {
        /// In the data folder.
        file: String,
    },
    /// A stop closed the journal, and the checkpoint that it signed before is not there.
    EndUnsigned {
        /// Records of the last one; 0 for none.
        last: u64,
        /// The last record.
        closed: u64,
    },
    /// None was signed.
    Absent,
    /// The journal is not the one that was signed: this is the first such checkpoint.
    Differs {
        /// Its records.
        records: u64,
    },
    /// The file of checkpoints, or the one from elsewhere, can't be read.
    Unreadable,
    /// The checkpoint from elsewhere has no valid signature of a known key; it was not compared.
    Unsigned,
    /// The checkpoints agree; a tile does not.
    TileDiffers {
        /// The tile's file in the data folder.
        file: String,
    },
}

impl Sealed {
    /// Reads what was signed, before the journal: a gateway may write on. `elsewhere` is a
    /// checkpoint that was kept elsewhere; one that is not signed by a key of it or of the folder
    /// accuses nobody.
    #[must_use]
    pub fn of(data: &Path, elsewhere: Option<&Elsewhere>) -> Self {
        let known = KnownKeys::read(&OsDisk, data);
        let mut sealed = Self {
            signed: Vec::new(),
            unreadable: known.is_err(),
            kept: 0,
            earlier: 0,
            fault: None,
            faults: 0,
            key: None,
            is_foreign: false,
            next: 0,
            edge: RightEdge::default(),
            tiles: Some(data.join("tiles")),
            differs: None,
            tile: None,
            restored: 0,
            closed: None,
        };
        let known = known.unwrap_or_default();
        sealed.key = misfit(data, &known);
        let read = walk(&OsDisk, data, &mut |number, read| {
            sealed.keep(&known, number, read)
        });
        sealed.unreadable |= read.is_err();
        if let Some(elsewhere) = elsewhere {
            sealed.hear(&known, elsewhere);
        }
        sealed.signed.sort_unstable();
        let of_nothing = sealed.signed.iter().filter(|(size, _)| *size == 0);
        let mut others = of_nothing.filter(|(_, root)| *root != empty_root());
        sealed.differs = others.next().map(|(size, _)| *size);
        sealed
    }

    fn keep(&mut self, known: &KnownKeys, number: u64, read: Result<KeptNote, Fault>) {
        let judged = read.and_then(|kept| Ok((known.judge(&kept)?, kept.checkpoint)));
        match judged {
            Ok((is_present, checkpoint)) => {
                self.kept = self.kept.max(checkpoint.size);
                self.earlier += usize::from(!is_present);
                self.signed.push((checkpoint.size, checkpoint.root));
            }
            Err(fault) => {
                self.fault = self.fault.or(Some((number, fault)));
                self.faults += 1;
            }
        }
    }

    fn hear(&mut self, known: &KnownKeys, elsewhere: &Elsewhere) {
        let note = Note::parse(&elsewhere.note);
        let read = note.and_then(|note| {
            Ok(KeptNote {
                text: elsewhere.note.clone(),
                checkpoint: Checkpoint::parse(&note.text)?,
                note,
            })
        });
        let Ok(kept) = read else {
            self.unreadable = true;
            return;
        };
        let mut theirs = elsewhere.key.iter();
        let is_theirs = theirs.any(|key| kept.note.vouches(&kept.checkpoint, key));
        match is_theirs || known.judge(&kept).is_ok() {
            true => self
                .signed
                .push((kept.checkpoint.size, kept.checkpoint.root)),
            false => self.is_foreign = true,
        }
    }

    /// Reads what was signed, of a copy: it has no tiles.
    #[must_use]
    pub fn of_copy(folder: &Path) -> Self {
        Self {
            tiles: None,
            ..Self::of(folder, None)
        }
    }

    /// Told every record of the journal. Behind a gap there is nothing to compare.
    pub fn see(&mut self, passed: &Passed<'_>) {
        if is_restored(passed.kind) {
            self.restored = passed.sequence;
        }
        if self.signed.is_empty() || passed.sequence != self.edge.size() + 1 {
            return;
        }
        let (tiles, tile) = (self.tiles.as_deref(), &mut self.tile);
        // The tile's word never fails.
        let _ = self.edge.push::<()>(
            Leaf::of(&passed.source()).hash(),
            &mut |level, number, hashes| {
                let Some(tiles) = tiles else { return Ok(()) };
                let is_ours = match read_tile(&OsDisk, tiles, level, number) {
                    Ok(found) => found == hashes,
                    // The gateway makes it again.
                    Err(error) => error.kind() == io::ErrorKind::NotFound,
                };
                if !is_ours {
                    tile.get_or_insert_with(|| tile_path(level, number, None));
                }
                Ok(())
            },
        );
        while let Some((size, root)) = self.signed.get(self.next)
            && *size <= self.edge.size()
        {
            if *size == self.edge.size() && *root != self.edge.root() {
                self.differs.get_or_insert(*size);
            }
            self.next += 1;
        }
    }

    /// Told where the journal ends. What a stop closed it signed over, up to the record before; a
    /// restore signs nothing.
    pub fn end(&mut self, report: &Report) {
        let (closed, before) = (report.head_sequence, report.head_sequence.saturating_sub(1));
        let is_stop = report.closed_cleanly && self.restored != before;
        self.closed = is_stop.then_some(closed);
    }

    /// What the journal came to. What the signed ones say comes first: they are evidence.
    #[must_use]
    pub fn judge(self) -> Sealing {
        // One that was not reached is over records that the journal has not.
        let mut sizes = self.signed.iter().skip(self.next).map(|(size, _)| *size);
        let beyond = sizes.find(|size| *size > self.edge.size());
        if let Some(records) = self.differs.or(beyond) {
            return Sealing::Differs { records };
        }
        if let Some(file) = self.key {
            return Sealing::KeyDamaged { file };
        }
        if let Some((note, fault)) = self.fault {
            let count = self.faults;
            return Sealing::NoEvidence { note, fault, count };
        }
        let last = self.signed.last().map_or(0, |(size, _)| *size);
        match (self.closed, self.tile) {
            _ if self.unreadable => Sealing::Unreadable,
            (Some(closed), _) if self.kept + 1 < closed => Sealing::EndUnsigned {
                last: self.kept,
                closed,
            },
            _ if self.is_foreign => Sealing::Unsigned,
            (_, Some(tile)) => Sealing::TileDiffers {
                file: format!("tiles/{tile}"),
            },
            (_, None) if self.signed.is_empty() => Sealing::Absent,
            (_, None) => Sealing::Agrees {
                count: self.signed.len(),
                last,
                earlier: self.earlier,
            },
        }
    }
}

/// Whether a record tells of a restore.
pub(super) fn is_restored(kind: Kind) -> bool {
    kind == Event::RESTORED
}

/// The file that does not name the key that signed: notes without a key, a list that it did not
/// sign, a private key that is another one's.
fn misfit(data: &Path, known: &KnownKeys) -> Option<String> {
    let Some(present) = known.present() else {
        let has_notes = kept::extent(&OsDisk, data).is_ok_and(|extent| extent.bytes > 0);
        let is_needed = has_notes || vkey_file(data).exists();
        return is_needed.then(|| format!("{FOLDER}/{VKEY}"));
    };
    if known.is_list_damaged() {
        return Some(format!("{FOLDER}/{EARLIER}"));
    }
    let own = key_file(data);
    if !own.exists() {
        return None;
    }
    let is_fit = match public_key(&own) {
        Ok(key) => VerifierKey::of(present.name(), key) == *present,
        Err(_) => false,
    };
    (!is_fit).then(|| format!("{FOLDER}/{PRIVATE}"))
}

impl Sealing {
    /// The word of the document.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Agrees { .. } => "agree",
            Self::Absent => "absent",
            Self::Differs { .. } => "differ",
            Self::NoEvidence { fault, .. } => match fault {
                Fault::Damaged => "note_damaged",
                Fault::Unsigned => "note_unsigned",
            },
            Self::KeyDamaged { .. } => "key_damaged",
            Self::EndUnsigned { .. } => "end_unsigned",
            Self::Unreadable => "unreadable",
            Self::Unsigned => "unsigned",
            Self::TileDiffers { .. } => "tile_differs",
        }
    }

    /// Records of the last checkpoint, or of the first one that differs.
    #[must_use]
    pub fn records(&self) -> Option<u64> {
        match self {
            Self::Agrees { last, .. } | Self::EndUnsigned { last, .. } => Some(*last),
            Self::Differs { records } => Some(*records),
            Self::Absent
            | Self::NoEvidence { .. }
            | Self::KeyDamaged { .. }
            | Self::Unreadable
            | Self::Unsigned
            | Self::TileDiffers { .. } => None,
        }
    }

    /// How many kept ones are no evidence; none where that was not found out.
    #[must_use]
    pub fn unsigned(&self) -> Option<usize> {
        match self {
            Self::Agrees { .. } | Self::EndUnsigned { .. } => Some(0),
            Self::NoEvidence { count, .. } => Some(*count),
            Self::Absent
            | Self::Differs { .. }
            | Self::KeyDamaged { .. }
            | Self::Unreadable
            | Self::Unsigned
            | Self::TileDiffers { .. } => None,
        }
    }

    /// The file that is at fault, and the number of its note, where it is one of checkpoints.
    #[must_use]
    pub fn place(&self) -> Option<(String, Option<u64>)> {
        let kept = || format!("{FOLDER}/{KEPT}");
        match self {
            Self::NoEvidence { note, .. } => Some((kept(), Some(*note))),
            Self::EndUnsigned { .. } => Some((kept(), None)),
            Self::KeyDamaged { file } => Some((file.clone(), None)),
            Self::Agrees { .. }
            | Self::Absent
            | Self::Differs { .. }
            | Self::Unreadable
            | Self::Unsigned
            | Self::TileDiffers { .. } => None,
        }
    }

    /// Whether the check fails by it.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Agrees { .. } | Self::Absent => false,
            Self::Differs { .. }
            | Self::NoEvidence { .. }
            | Self::KeyDamaged { .. }
            | Self::EndUnsigned { .. }
            | Self::Unreadable
            | Self::Unsigned
            | Self::TileDiffers { .. } => true,
        }
    }
}
