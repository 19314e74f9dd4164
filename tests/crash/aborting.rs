//! ext4 gives up while files are synced: what a sync of ours called done is there when the file
//! system is mounted again. The kernel's own word is not enough for that (MEASUREMENTS).

use super::power::Image;
use super::tally::{self, violation};
use journal::disk::{Disk as _, OsDisk};
use schemas::people::SplitMix64;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Files that are written at once: one thread each.
const FILES: u8 = 3;

/// Rounds by the seed, each on a new file system.
pub fn run(rounds: u64, seed: u64) -> Result<(), String> {
    for round in 0..rounds {
        let place = format!("full, seed {seed}, file system {round} gives up");
        tally::progress(&place);
        tally::at(place);
        let own = seed.wrapping_mul(1_000_003).wrapping_add(round);
        once(own)?;
        tally::ABORTS.add(1);
    }
    Ok(())
}

fn once(seed: u64) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut image = Image::make(folder.path(), seed)?;
    let mut draw = SplitMix64::new(seed);
    let lasts = Duration::from_millis(100 + draw.below(150));
    let done = std::thread::scope(|scope| {
        let write = |byte| {
            let (path, seed) = (file(folder.path(), byte), draw.draw());
            scope.spawn(move || synced(&path, byte, SplitMix64::new(seed)))
        };
        let threads: Vec<_> = (0..FILES).map(write).collect();
        std::thread::sleep(lasts);
        let aborted = image.abort();
        let done = threads.into_iter().map(|thread| thread.join().unwrap());
        aborted.map(|()| done.collect::<Vec<usize>>())
    })?;
    image.again()?;
    for (byte, done) in (0..).zip(done) {
        let there = std::fs::read(file(folder.path(), byte)).unwrap_or_default();
        let kept = there.iter().take_while(|one| **one == byte + 1).count();
        if kept < done {
            violation(&format!(
                "M3 of {done} bytes that were synced {kept} are there"
            ));
        }
    }
    Ok(())
}

fn file(folder: &Path, byte: u8) -> PathBuf {
    folder.join(byte.to_string())
}

/// Appends and syncs until one of them is refused: bytes whose sync was called done.
fn synced(path: &Path, byte: u8, mut draw: SplitMix64) -> usize {
    let mut done = 0;
    let Ok(mut file) = OsDisk.create_append(path) else {
        return done;
    };
    loop {
        let part = vec![byte + 1; 200 + usize::try_from(draw.below(3_000)).unwrap()];
        if file.append(&part).and_then(|()| file.sync_data()).is_err() {
            return done;
        }
        done += part.len();
    }
}
