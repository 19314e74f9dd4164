//! `log_peers EXPORT VKEY`: an exported log, read by crates that are not ours. Its checkpoint is
//! opened with the key, every tile is authenticated against the root, and each record is proved by
//! them.

use signed_note::{Note, StandardVerifier, VerifierList};
use std::path::PathBuf;
use tlog_tiles::{
    check_record, check_tree, prove_record, prove_tree, stored_hash_index, tree_hash, Checkpoint,
    Error, HashReader, Tile, TileHashReader, TileReader,
};

/// Tiles of a folder; paths as C2SP has them, without the height.
struct Folder(PathBuf);

impl TileReader for Folder {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, Error> {
        let read = |tile: &Tile| {
            let path = self.0.join(tile.path().replacen("tile/8/", "tile/", 1));
            let shown = path.display().to_string();
            std::fs::read(path).map_err(|error| Error::InvalidInput(format!("{shown}: {error}")))
        };
        tiles.iter().map(read).collect()
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = Folder(arguments.next().ok_or("no folder")?.into());
    let vkey = arguments.next().ok_or("no key")?;
    let text = std::fs::read(folder.0.join("checkpoint"))?;
    let note = Note::from_bytes(&text).map_err(|error| format!("{error:?}"))?;
    let verifier = StandardVerifier::new(vkey.trim()).map_err(|error| format!("{error:?}"))?;
    let verifiers = VerifierList::new(vec![Box::new(verifier)]);
    let (valid, _) = note.verify(&verifiers).map_err(|error| format!("{error:?}"))?;
    let checkpoint = Checkpoint::from_bytes(note.text()).map_err(|error| format!("{error:?}"))?;
    let (size, root) = (checkpoint.size(), *checkpoint.hash());
    let tiles = TileHashReader::new(size, root, &folder);
    let failed = |error: Error| format!("{error:?}");
    if tree_hash(size, &tiles).map_err(failed)? != root {
        return Err("another root".into());
    }
    for index in 0..size {
        let leaf = tiles.read_hashes(&[stored_hash_index(0, index)]).map_err(failed)?[0];
        let path = prove_record(size, index, &tiles).map_err(failed)?;
        check_record(&path, size, root, index, leaf).map_err(failed)?;
    }
    for old in 1..=size.min(300) {
        let before = tree_hash(old, &tiles).map_err(failed)?;
        let proof = prove_tree(size, old, &tiles).map_err(failed)?;
        check_tree(&proof, size, root, old, before).map_err(failed)?;
    }
    println!("{} signature, {size} records, every one in the tree", valid.len());
    Ok(())
}
