//! Every checkpoint that was signed, and the tiles, held against a journal while it is read.

use super::kept::Kept;
use super::note::{Checkpoint, Note};
use journal::Passed;
use journal::chain::Hash;
use journal::disk::OsDisk;
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
    next: usize,
    edge: RightEdge,
    /// None in a copy, which has none.
    tiles: Option<PathBuf>,
    differs: Option<u64>,
    tile: Option<String>,
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
    /// The checkpoints agree; a tile does not.
    TileDiffers {
        /// The tile's file in the data folder.
        file: String,
    },
}

impl Sealed {
    /// Reads what was signed, before the journal: a gateway may write on. `elsewhere` is the text
    /// of a checkpoint that was kept elsewhere.
    #[must_use]
    pub fn of(data: &Path, elsewhere: Option<&str>) -> Self {
        let kept = Kept::read(&OsDisk, data);
        let mut unreadable = kept.is_err();
        let mut signed = Vec::new();
        let notes = kept
            .unwrap_or_default()
            .notes
            .into_iter()
            .map(|(_, read)| read);
        let elsewhere = elsewhere.map(|note| {
            let note = Note::parse(note).ok()?;
            Checkpoint::parse(&note.text).ok()
        });
        for read in notes.chain(elsewhere) {
            match read {
                Some(checkpoint) => signed.push((checkpoint.size, checkpoint.root)),
                None => unreadable = true,
            }
        }
        signed.sort_unstable();
        Self {
            signed,
            unreadable,
            next: 0,
            edge: RightEdge::default(),
            tiles: Some(data.join("tiles")),
            differs: None,
            tile: None,
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
            (None, Some(tile)) => Sealing::TileDiffers {
                file: format!("tiles/{tile}"),
            },
            (None, None) => match self.signed.last() {
                Some((last, _)) => Sealing::Agrees {
                    count: self.signed.len(),
                    last: *last,
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
            Self::TileDiffers { .. } => "tile_differs",
        }
    }

    /// Records of the last checkpoint, or of the first one that differs.
    #[must_use]
    pub fn records(&self) -> Option<u64> {
        match self {
            Self::Agrees { last, .. } => Some(*last),
            Self::Differs { records } => Some(*records),
            Self::Absent | Self::Unreadable | Self::TileDiffers { .. } => None,
        }
    }

    /// Whether the check fails by it.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Agrees { .. } | Self::Absent => false,
            Self::Differs { .. } | Self::Unreadable | Self::TileDiffers { .. } => true,
        }
    }
}
