//! Every checkpoint that was signed, and the tiles, against the journal.

use crate::command::words::{Failure, Words};
use crate::proof::kept::Kept;
use crate::proof::note::{Checkpoint, Note};
use journal::Passed;
use journal::chain::Hash;
use journal::disk::OsDisk;
use journal::tree::leaf::Leaf;
use journal::tree::tiles::{RightEdge, read_tile, tile_path};
use std::io;
use std::path::{Path, PathBuf};

/// A checkpoint that was kept elsewhere.
///
/// # Errors
/// When it can't be read.
pub(super) fn elsewhere(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file).map_err(|error| Failure::unreadable_file(file, &error))
}

/// What was signed, held against the journal while it is read.
pub(super) struct Sealed {
    /// Size and root, by size.
    signed: Vec<(u64, Hash)>,
    unreadable: bool,
    next: usize,
    edge: RightEdge,
    tiles: PathBuf,
    differs: Option<u64>,
    tile: Option<String>,
}

/// How checkpoints and tiles stand to the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sealing {
    /// Each of so many is the root of the journal as it was then; the last one's records.
    Agrees { count: usize, last: u64 },
    /// None was signed.
    Absent,
    /// The journal is not the one that was signed: of the first such checkpoint, its records.
    Differs { records: u64 },
    /// An entry of the file of checkpoints can't be read.
    Unreadable,
    /// The checkpoints agree; a tile does not.
    TileDiffers { file: String },
}

impl Sealed {
    /// Reads what was signed, before the journal: a gateway may write on. `elsewhere` is the text
    /// of a checkpoint that was kept elsewhere.
    pub(super) fn of(data: &Path, elsewhere: Option<&str>) -> Self {
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
            tiles: data.join("tiles"),
            differs: None,
            tile: None,
        }
    }

    /// Told every record of the journal. Behind a gap there is nothing to compare.
    pub(super) fn see(&mut self, passed: &Passed<'_>) {
        if self.signed.is_empty() || passed.sequence != self.edge.size() + 1 {
            return;
        }
        let (tiles, tile) = (&self.tiles, &mut self.tile);
        // The tile's word never fails.
        let _ = self.edge.push::<()>(
            Leaf::of(&passed.source()).hash(),
            &mut |level, number, hashes| {
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
    pub(super) fn judge(self) -> Sealing {
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
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::Agrees { .. } => "agree",
            Self::Absent => "absent",
            Self::Differs { .. } => "differ",
            Self::Unreadable => "unreadable",
            Self::TileDiffers { .. } => "tile_differs",
        }
    }

    /// Records of the last checkpoint, or of the first one that differs.
    pub(super) fn records(&self) -> Option<u64> {
        match self {
            Self::Agrees { last, .. } => Some(*last),
            Self::Differs { records } => Some(*records),
            Self::Absent | Self::Unreadable | Self::TileDiffers { .. } => None,
        }
    }

    /// Whether the check fails by it.
    pub(super) fn is_damage(&self) -> bool {
        match self {
            Self::Agrees { .. } | Self::Absent => false,
            Self::Differs { .. } | Self::Unreadable | Self::TileDiffers { .. } => true,
        }
    }

    /// What a person reads.
    pub(super) fn words(&self) -> Words {
        match self {
            Self::Agrees { count, last } => Words::new(
                format!("{count} 个签名检查点都与日志一致,最新的到记录 {last}"),
                format!("{count} signed checkpoints agree, the last one up to record {last}"),
            ),
            Self::Absent => Words::new(
                "没有签名检查点(DIR/checkpoints)",
                "there are no signed checkpoints (DIR/checkpoints)",
            ),
            Self::Differs { records } => Words::new(
                format!("日志不是 {records} 条记录的签名检查点所签的那一份:被改写、回退,或另一份"),
                format!(
                    "the journal is not the one of the signed checkpoint of {records} records: it \
                     was rewritten, set back, or is another one"
                ),
            ),
            Self::Unreadable => Words::new(
                "检查点文件(DIR/checkpoints/kept,或 --checkpoint 所指)有读不懂的内容",
                "a checkpoint can't be read (DIR/checkpoints/kept, or the one of --checkpoint)",
            ),
            Self::TileDiffers { file } => Words::new(
                format!("哈希块 DIR/{file} 与日志不符;可以删除 DIR/tiles,网关由日志重建"),
                format!(
                    "DIR/{file} does not agree with the journal; DIR/tiles may be deleted, the \
                     gateway makes it again"
                ),
            ),
        }
    }
}
