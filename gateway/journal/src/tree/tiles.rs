//! The tree's hashes in tiles of 256, as C2SP's tlog-tiles has them: whole tiles in files, the
//! unfinished right edge in memory. They follow from the journal and may be thrown away.

use super::{Subtrees, empty_root, node_hash, subtree};
use crate::chain::Hash;
use crate::disk::Disk;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Hashes of a tile.
pub const TILE_HASHES: usize = 256;
/// Levels of the tree in a tile.
const TILE_LEVELS: u32 = 8;
const HASH_BYTES: usize = 32;

/// Where a tile stands: `tile/<level>/<number>` in groups of three digits, all but the last with
/// an `x`; with `width`, one that is not full yet.
#[must_use]
pub fn tile_path(level: u32, number: u64, width: Option<usize>) -> String {
    let mut name = format!("{:03}", number % 1000);
    let mut rest = number / 1000;
    while rest > 0 {
        name = format!("x{:03}/{name}", rest % 1000);
        rest /= 1000;
    }
    match width {
        Some(width) => format!("tile/{level}/{name}.p/{width}"),
        None => format!("tile/{level}/{name}"),
    }
}

/// Is told a tile that is full: its level, its number and its hashes.
pub type Full<'f, E> = dyn FnMut(u32, u64, &[Hash]) -> Result<(), E> + 'f;

/// The unfinished tiles of a tree, one a level: all that must be known to grow it and to tell its
/// root.
#[derive(Debug, Clone, Default)]
pub struct RightEdge {
    size: u64,
    levels: Vec<Vec<Hash>>,
}

impl RightEdge {
    /// Leaves of the tree.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf's hash; `full` is told each tile that is finished by it.
    ///
    /// # Errors
    /// What `full` says; the edge is of no use then.
    pub fn push<E>(&mut self, hash: Hash, full: &mut Full<'_, E>) -> Result<(), E> {
        let mut next = hash;
        let mut number = self.size;
        self.size += 1;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::with_capacity(TILE_HASHES));
            }
            let tile = &mut self.levels[level];
            tile.push(next);
            if tile.len() < TILE_HASHES {
                break;
            }
            number /= TILE_HASHES as u64;
            full(level as u32, number, tile)?;
            next = fold(tile);
            tile.clear();
        }
        Ok(())
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut root = None;
        for tile in &self.levels {
            // The whole subtrees of the tile, from the right.
            let mut end = tile.len();
            for bit in 0..TILE_LEVELS {
                let count = 1 << bit;
                if tile.len() & count == 0 {
                    continue;
                }
                let left = fold(&tile[end - count..end]);
                end -= count;
                root = Some(root.map_or(left, |right| node_hash(&left, &right)));
            }
        }
        root.unwrap_or_else(empty_root)
    }

    /// The unfinished tile of a level.
    fn tile(&self, level: u32) -> &[Hash] {
        self.levels.get(level as usize).map_or(&[], Vec::as_slice)
    }
}

/// The root over a power of two of hashes.
fn fold(hashes: &[Hash]) -> Hash {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row
            .chunks(2)
            .map(|pair| node_hash(&pair[0], &pair[pair.len() - 1]))
            .collect();
    }
    row.first().copied().unwrap_or_else(empty_root)
}

/// A tree in a folder.
pub struct Tiles {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    edge: RightEdge,
}

impl std::fmt::Debug for Tiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tiles")
            .field("size", &self.edge.size)
            .finish_non_exhaustive()
    }
}

impl Tiles {
    /// A tree without leaves; files of an earlier one are replaced as it grows.
    #[must_use]
    pub fn empty(disk: Arc<dyn Disk>, folder: &Path) -> Self {
        Self {
            disk,
            folder: folder.to_owned(),
            edge: RightEdge::default(),
        }
    }

    /// The tree of the first `size` leaves as far as whole tiles have it: the rest, fewer than
    /// 256 leaves, must be pushed again. What the tiles say is believed: its root must be held
    /// against one that is known.
    ///
    /// # Errors
    /// When a tile is missing, cut or unreadable.
    pub fn open(disk: Arc<dyn Disk>, folder: &Path, size: u64) -> io::Result<Self> {
        let mut tiles = Self::empty(disk, folder);
        let mut above = size / TILE_HASHES as u64;
        tiles.edge.size = above * TILE_HASHES as u64;
        tiles.edge.levels.push(Vec::with_capacity(TILE_HASHES));
        let mut level = 0;
        while above > 0 {
            // Each whole tile is a hash of the level above; those of its last tile stay.
            let whole = above / TILE_HASHES as u64;
            let first = whole * TILE_HASHES as u64;
            let hashes = (first..above).map(|number| Ok(fold(&tiles.read(level, number)?)));
            let mut hashes: Vec<Hash> = hashes.collect::<io::Result<_>>()?;
            hashes.reserve(TILE_HASHES - hashes.len());
            tiles.edge.levels.push(hashes);
            above = whole;
            level += 1;
        }
        Ok(tiles)
    }

    /// Leaves of the tree.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.edge.size
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.edge.root()
    }

    /// The root of the tree as it was with `size` leaves.
    ///
    /// # Errors
    /// When a tile can't be read, or the tree has fewer leaves.
    pub fn root_at(&self, size: u64) -> io::Result<Hash> {
        subtree(self, 0, size)
    }

    /// Adds a leaf's hash. A finished tile is written; it is not synced, because the journal can
    /// make it again.
    ///
    /// # Errors
    /// When it can't be written; the tree must be opened anew then.
    pub fn push(&mut self, hash: Hash) -> io::Result<()> {
        let Self { disk, folder, edge } = self;
        edge.push(hash, &mut |level, number, tile| {
            write(
                disk.as_ref(),
                &folder.join(tile_path(level, number, None)),
                tile,
            )
        })
    }

    /// Writes the unfinished tiles too, for whoever reads the folder: nothing here needs them.
    ///
    /// # Errors
    /// When one can't be written.
    pub fn write_unfinished(&self) -> io::Result<()> {
        let mut hashes = self.edge.size;
        for level in 0.. {
            if hashes == 0 {
                break;
            }
            let (whole, rest) = (hashes / TILE_HASHES as u64, self.edge.tile(level));
            if !rest.is_empty() {
                let path = self.folder.join(tile_path(level, whole, Some(rest.len())));
                write(self.disk.as_ref(), &path, rest)?;
            }
            hashes = whole;
        }
        Ok(())
    }

    fn read(&self, level: u32, number: u64) -> io::Result<Vec<Hash>> {
        read_tile(self.disk.as_ref(), &self.folder, level, number)
    }
}

impl Subtrees for Tiles {
    type Error = io::Error;

    fn complete(&self, level: u32, index: u64) -> io::Result<Hash> {
        let (of_tile, within) = (level / TILE_LEVELS, level % TILE_LEVELS);
        let first = index << within;
        let number = first / TILE_HASHES as u64;
        let at = (first % TILE_HASHES as u64) as usize;
        let count = 1 << within;
        let unfinished = self
            .edge
            .size
            .checked_shr(TILE_LEVELS * (of_tile + 1))
            .unwrap_or(0);
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        if number < unfinished {
            let tile = self.read(of_tile, number)?;
            return Ok(fold(tile.get(at..at + count).ok_or_else(missing)?));
        }
        let tile = match number == unfinished {
            true => self.edge.tile(of_tile),
            false => &[],
        };
        Ok(fold(tile.get(at..at + count).ok_or_else(missing)?))
    }
}

/// A whole tile of a folder.
///
/// # Errors
/// When it is missing, not of its length, or unreadable.
pub fn read_tile(disk: &dyn Disk, folder: &Path, level: u32, number: u64) -> io::Result<Vec<Hash>> {
    let file = disk.open_read(&folder.join(tile_path(level, number, None)))?;
    let bytes = TILE_HASHES * HASH_BYTES;
    if file.len()? != bytes as u64 {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut content = vec![0; bytes];
    if file.read_at(0, &mut content)? != bytes {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(content.as_chunks::<HASH_BYTES>().0.to_vec())
}

fn write(disk: &dyn Disk, path: &Path, hashes: &[Hash]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = match disk.create_append(&new) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            disk.create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
            disk.create_append(&new)?
        }
        // What a stop left in the middle.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            disk.remove(&new)?;
            disk.create_append(&new)?
        }
        Err(error) => return Err(error),
    };
    file.append(hashes.as_flattened())?;
    drop(file);
    disk.rename(&new, path)
}

#[cfg(test)]
mod tests;
