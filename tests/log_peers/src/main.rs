//! `log_peers EXPORT VKEY [ANSWERS]`: an exported log, read by crates that are not ours. Its
//! checkpoint is opened with the key, every tile is authenticated against the root, and each record
//! is proved by them. In the folder ANSWERS are proofs that the gateway made: they hold by the
//! crates' checks.

mod proofs;

use serde_json::Value;
use signed_note::{Note, StandardVerifier, VerifierList};
use std::path::{Path, PathBuf};
use tlog_tiles::{
    check_record, check_tree, prove_record, prove_tree, stored_hash_index, tree_hash, Checkpoint,
    Error, Hash, HashReader, Tile, TileHashReader, TileReader,
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

/// Anything that goes wrong.
type Checked<T> = Result<T, Box<dyn std::error::Error>>;

fn failed(error: Error) -> String {
    format!("{error:?}")
}

/// A checkpoint whose signature is that of the key.
struct Opened {
    size: u64,
    root: Hash,
}

fn opened(note: &[u8], vkey: &str) -> Checked<Opened> {
    let note = Note::from_bytes(note).map_err(|error| format!("{error:?}"))?;
    let verifier = StandardVerifier::new(vkey.trim()).map_err(|error| format!("{error:?}"))?;
    let verifiers = VerifierList::new(vec![Box::new(verifier)]);
    let (valid, _) = note.verify(&verifiers).map_err(|error| format!("{error:?}"))?;
    if valid.len() != 1 {
        return Err(format!("{} signatures", valid.len()).into());
    }
    let checkpoint = Checkpoint::from_bytes(note.text()).map_err(|error| format!("{error:?}"))?;
    Ok(Opened { size: checkpoint.size(), root: *checkpoint.hash() })
}

fn main() -> Checked<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = Folder(arguments.next().ok_or("no folder")?.into());
    let vkey = arguments.next().ok_or("no key")?;
    let Opened { size, root } = opened(&std::fs::read(folder.0.join("checkpoint"))?, &vkey)?;
    let tiles = TileHashReader::new(size, root, &folder);
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
    println!("signed, {size} records, every one in the tree");
    if let Some(answers) = arguments.next() {
        // Whatever it signed is of the log that was exported.
        let open = |note: &[u8]| {
            let opened = opened(note, &vkey)?;
            match tree_hash(opened.size, &tiles).map_err(failed)? == opened.root {
                true => Ok(opened),
                false => Err(format!("another root of {} records", opened.size).into()),
            }
        };
        of_the_gateway(&PathBuf::from(answers), &open)?;
    }
    Ok(())
}

/// What the gateway answered by itself while it worked: its own proofs.
fn of_the_gateway(answers: &Path, open: &dyn Fn(&[u8]) -> Checked<Opened>) -> Checked<()> {
    let json = |path: &Path| -> Checked<Value> {
        let bytes = std::fs::read(path)?;
        Ok(serde_json::from_slice(&bytes)?)
    };
    let between = json(&answers.join("consistency.json"))?;
    let old = open(&std::fs::read(answers.join("old"))?)?;
    let new = open(between["checkpoint"].as_str().ok_or("no checkpoint")?.as_bytes())?;
    proofs::consistency(&old, &between, &new)?;
    println!("the first {} records of {} are the same", old.size, new.size);
    let mut payments = 0;
    for entry in std::fs::read_dir(answers)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("payment-") {
            let records = proofs::payment(&json(&path)?, open)?;
            println!("{name}: {records} records, each in the tree");
            payments += 1;
        }
    }
    match payments {
        0 => Err("no payment was proved".into()),
        _ => Ok(()),
    }
}
