use super::*;
use crate::disk::{DiskFile, DiskRead, MemoryDisk, OsDisk};
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

#[test]
fn the_edge_counts_its_leaves() {
    let mut edge = RightEdge::default();
    for (before, leaf) in (0..).zip(leaves(258)) {
        assert_eq!(edge.size(), before);
        edge.push::<()>(leaf, &mut |_, _, _| Ok(())).unwrap();
    }
    assert_eq!(edge.size(), 258);
}

/// What a tree of so many leaves has in a folder: the files' names, and what is in them.
fn written(count: u64) -> Vec<(String, Vec<Hash>)> {
    let disk = Arc::new(MemoryDisk::new());
    let folder = Path::new("/tiles");
    let mut tiles = Tiles::empty(disk.clone(), folder);
    for leaf in leaves(count) {
        tiles.push(leaf).unwrap();
    }
    tiles.write_unfinished().unwrap();
    tiles.write_unfinished().unwrap();
    let mut found = Vec::new();
    for path in disk.files() {
        let bytes = disk.bytes(&path).unwrap();
        let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
        found.push((name.to_owned(), bytes.as_chunks().0.to_vec()));
    }
    found
}

/// By tlog-tiles: level 0 has the leaves, level 1 the roots of each 256 of them; a tile that is
/// not full is named with its width, and one of no hashes is not there.
#[test]
fn unfinished_tiles_are_written_beside_the_whole_ones() {
    let leaves = leaves(600);
    let root = |from: usize| root_of(&leaves[from..from + 256]);
    let expected = [
        ("tile/0/000", leaves[..256].to_vec()),
        ("tile/0/001", leaves[256..512].to_vec()),
        ("tile/0/002.p/88", leaves[512..].to_vec()),
        ("tile/1/000.p/2", vec![root(0), root(256)]),
    ];
    assert_eq!(
        written(600),
        expected.map(|(name, hashes)| (name.to_owned(), hashes))
    );
    let names = |count| {
        written(count)
            .into_iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(0), [""; 0]);
    assert_eq!(names(3), ["tile/0/000.p/3"]);
    assert_eq!(names(256), ["tile/0/000", "tile/1/000.p/1"]);
}

/// The root over 256 leaves by its definition.
fn root_of(leaves: &[Hash]) -> Hash {
    Plain(leaves.to_vec()).complete(8, 0).unwrap()
}

#[test]
fn a_tile_makes_its_folder_and_replaces_what_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let disk: Arc<dyn Disk> = Arc::new(OsDisk);
    let grow = || {
        let mut tiles = Tiles::empty(Arc::clone(&disk), dir.path());
        leaves(256)
            .into_iter()
            .try_for_each(|leaf| tiles.push(leaf))
    };
    let path = dir.path().join("tile/0/000");
    grow().unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), leaves(256).concat());
    std::fs::write(&path, b"old").unwrap();
    std::fs::write(path.with_extension("new"), b"half").unwrap();
    grow().unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), leaves(256).concat());
    assert_eq!(OsDisk.list(path.parent().unwrap()).unwrap(), ["000"]);
}

/// A disk that has no room for another file.
struct Full(MemoryDisk);

impl Disk for Full {
    fn create_append(&self, _: &Path) -> io::Result<Box<dyn DiskFile>> {
        Err(io::ErrorKind::StorageFull.into())
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        self.0.list(dir)
    }
    fn open_append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.0.open_append(path)
    }
    fn open_read(&self, path: &Path) -> io::Result<Box<dyn DiskRead>> {
        self.0.open_read(path)
    }
    fn sync_file(&self, path: &Path) -> io::Result<()> {
        self.0.sync_file(path)
    }
    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.0.sync_dir(dir)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.0.remove(path)
    }
    fn truncate(&self, path: &Path, bytes: u64) -> io::Result<()> {
        self.0.truncate(path, bytes)
    }
    fn write_over(&self, path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.write_over(path, offset, bytes)
    }

    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        self.0.create_dir_all(dir)
    }
}

#[test]
fn a_tile_for_which_there_is_no_room_is_an_error_and_removes_nothing() {
    let disk = MemoryDisk::new();
    let new = Path::new("/tiles/tile/0/000.new");
    disk.put(new, b"another one's".to_vec());
    let mut tiles = Tiles::empty(Arc::new(Full(disk.clone())), Path::new("/tiles"));
    let mut pushed = leaves(256).into_iter().map(|leaf| tiles.push(leaf));
    let error = pushed.find_map(Result::err).unwrap();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert_eq!(disk.bytes(new).unwrap(), b"another one's");
}
