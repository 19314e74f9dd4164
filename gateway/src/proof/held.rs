//! Every checkpoint that was signed, and the tiles, held against a journal while it is read.

use super::kept::Kept;
use super::note::{Checkpoint, Note, VerifierKey};
use super::vkey_file;
use journal::Passed;
use journal::chain::Hash;
use journal::disk::OsDisk;
use journal::tree::empty_root;
use journal::tree::leaf::Leaf;
use journal::tree::tiles::{RightEdge, read_tile, tile_path};
use std::io;
use std::path::{Path, PathBuf};

/// What was signed, held against the journal while it is read.
#[derive(Debug)]
pub struct Sealed {
    /// Size and root, by size.
    signed: Vec<(u64, Hash)>,
    unreadable: bool,
    /// Kept ones without a signature of the folder's key.
    unsigned: usize,
    /// Whether the one from elsewhere has no valid signature of a known key.
    is_foreign: bool,
    next: usize,
    edge: RightEdge,
    /// None in a copy, which has none.
    tiles: Option<PathBuf>,
    differs: Option<u64>,
    tile: Option<String>,
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
        /// How many have no signature of the key in the folder: an earlier one's, or forged.
        unsigned: usize,
    },
    /// None was signed.
    Absent,
    /// The journal is not the one that was signed: this is the first such checkpoint.
    Differs {
        /// Its records.
        records: u64,
    },
    /// An entry of the file of checkpoints can't be read.
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
        let own = std::fs::read_to_string(vkey_file(data)).ok();
        let own = own.and_then(|text| VerifierKey::parse(&text).ok());
        let is_signed = |note: &Note, checkpoint: &Checkpoint, other: Option<&VerifierKey>| {
            let mut keys = own.iter().chain(other);
            keys.any(|key| key.name() == checkpoint.origin && note.is_signed_by(key))
        };
        let kept = Kept::read(&OsDisk, data);
        let mut sealed = Self {
            signed: Vec::new(),
            unreadable: kept.is_err(),
            unsigned: 0,
            is_foreign: false,
            next: 0,
            edge: RightEdge::default(),
            tiles: Some(data.join("tiles")),
            differs: None,
            tile: None,
        };
        for (note, read) in kept.unwrap_or_default().notes {
            let (Some(checkpoint), Ok(note)) = (read, Note::parse(&note)) else {
                sealed.unreadable = true;
                continue;
            };
            sealed.unsigned += usize::from(!is_signed(&note, &checkpoint, None));
            sealed.signed.push((checkpoint.size, checkpoint.root));
        }
        if let Some(elsewhere) = elsewhere {
            let note = Note::parse(&elsewhere.note);
            let read = note.and_then(|note| Ok((Checkpoint::parse(&note.text)?, note)));
            match read {
                Err(_) => sealed.unreadable = true,
                Ok((checkpoint, note)) if is_signed(&note, &checkpoint, elsewhere.key.as_ref()) => {
                    sealed.signed.push((checkpoint.size, checkpoint.root));
                }
                Ok(_) => sealed.is_foreign = true,
            }
        }
        sealed.signed.sort_unstable();
        let of_nothing = sealed.signed.iter().filter(|(size, _)| *size == 0);
        let mut others = of_nothing.filter(|(_, root)| *root != empty_root());
        sealed.differs = others.next().map(|(size, _)| *size);
        sealed
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

    /// What the journal came to.
    #[must_use]
    pub fn judge(self) -> Sealing {
        // One that was not reached is over records that the journal has not.
        let beyond = self.signed.get(self.next).map(|(size, _)| *size);
        match (self.differs.or(beyond), self.tile) {
            (Some(records), _) => Sealing::Differs { records },
            (None, _) if self.unreadable => Sealing::Unreadable,
            (None, _) if self.is_foreign => Sealing::Unsigned,
            (None, Some(tile)) => Sealing::TileDiffers {
                file: format!("tiles/{tile}"),
            },
            (None, None) => match self.signed.last() {
                Some((last, _)) => Sealing::Agrees {
                    count: self.signed.len(),
                    last: *last,
                    unsigned: self.unsigned,
                },
                None => Sealing::Absent,
            },
        }
    }
}

impl Sealing {
    /// The word of the document.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Agrees { .. } => "agree",
            Self::Absent => "absent",
            Self::Differs { .. } => "differ",
            Self::Unreadable => "unreadable",
            Self::Unsigned => "unsigned",
            Self::TileDiffers { .. } => "tile_differs",
        }
    }

    /// Records of the last checkpoint, or of the first one that differs.
    #[must_use]
    pub fn records(&self) -> Option<u64> {
        match self {
            Self::Agrees { last, .. } => Some(*last),
            Self::Differs { records } => Some(*records),
            Self::Absent | Self::Unreadable | Self::Unsigned | Self::TileDiffers { .. } => None,
        }
    }

    /// How many of those that agree have no signature of the key in the folder.
    #[must_use]
    pub fn unsigned(&self) -> Option<usize> {
        match self {
            Self::Agrees { unsigned, .. } => Some(*unsigned),
            Self::Absent
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
            Self::Differs { .. } | Self::Unreadable | Self::Unsigned | Self::TileDiffers { .. } => {
                true
            }
        }
    }
}
