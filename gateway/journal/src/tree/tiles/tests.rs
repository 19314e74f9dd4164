use super::*;
use crate::disk::MemoryDisk;
use crate::tree::{Subtrees, consistency, inclusion, is_consistent, leaf_hash, root_by_inclusion};

/// The leaves themselves, folded by the definition: what the tiles must say.
struct Plain(Vec<Hash>);

impl Subtrees for Plain {
    type Error = io::Error;
    fn complete(&self, level: u32, index: u64) -> io::Result<Hash> {
        if level == 0 {
            return Ok(self.0[index as usize]);
        }
        let left = self.complete(level - 1, 2 * index)?;
        Ok(node_hash(&left, &self.complete(level - 1, 2 * index + 1)?))
    }
}

fn leaves(count: u64) -> Vec<Hash> {
    (0..count)
        .map(|number| leaf_hash(&number.to_be_bytes()))
        .collect()
}

#[test]
fn names_are_those_of_tlog_tiles() {
    // The example of the specification.
    assert_eq!(tile_path(0, 1_234_067, None), "tile/0/x001/x234/067");
    assert_eq!(tile_path(1, 0, Some(17)), "tile/1/000.p/17");
    assert_eq!(tile_path(0, 999, None), "tile/0/999");
    assert_eq!(tile_path(0, 1000, None), "tile/0/x001/000");
}

#[test]
fn the_tiles_say_what_the_leaves_say_also_after_a_restart() {
    let folder = Path::new("/tiles");
    let plain = Plain(leaves(66_000));
    let disk: Arc<dyn Disk> = Arc::new(MemoryDisk::new());
    let mut tiles = Tiles::empty(Arc::clone(&disk), folder);
    let marks = [
        0, 1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 65_999, 66_000,
    ];
    for (at, leaf) in plain.0.iter().enumerate() {
        if marks.contains(&at) {
            assert_eq!(tiles.root(), subtree(&plain, 0, at as u64).unwrap(), "{at}");
        }
        tiles.push(*leaf).unwrap();
    }
    let root = tiles.root();
    assert_eq!(root, subtree(&plain, 0, 66_000).unwrap());
    for size in [65_536, 65_600, 66_000_u64] {
        let mut again = Tiles::open(Arc::clone(&disk), folder, size).unwrap();
        assert!(again.size() <= size && size - again.size() < 256);
        for leaf in &plain.0[again.size() as usize..] {
            again.push(*leaf).unwrap();
        }
        assert_eq!(again.root(), root);
        for index in [0, 255, 256, 65_535, 65_536, 65_999] {
            let path = inclusion(&again, index, 66_000).unwrap();
            let leaf = plain.0[index as usize];
            assert_eq!(root_by_inclusion(leaf, index, 66_000, &path), Some(root));
        }
        for old in marks {
            let old = old as u64;
            let before = again.root_at(old).unwrap();
            assert_eq!(before, subtree(&plain, 0, old).unwrap());
            let proof = consistency(&again, old, 66_000).unwrap();
            assert!(is_consistent((old, &before), (66_000, &root), &proof));
        }
    }
}

#[test]
fn a_missing_or_cut_tile_is_an_error() {
    let folder = Path::new("/tiles");
    let disk: Arc<dyn Disk> = Arc::new(MemoryDisk::new());
    let mut tiles = Tiles::empty(Arc::clone(&disk), folder);
    for leaf in leaves(600) {
        tiles.push(leaf).unwrap();
    }
    disk.truncate(&folder.join("tile/0/001"), 8191).unwrap();
    assert!(Tiles::open(Arc::clone(&disk), folder, 600).is_err());
    assert!(inclusion(&tiles, 300, 600).is_err());
    disk.remove(&folder.join("tile/0/001")).unwrap();
    assert!(Tiles::open(disk, folder, 600).is_err());
    assert!(tiles.root_at(601).is_err(), "more leaves than there are");
}
