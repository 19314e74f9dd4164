//! A changed byte beside the journal: in the index, the witnesses, the keys of the folder. The
//! program says what it is, mends it, or the byte means nothing; it never breaks.

use super::checks;
use super::program::run as command;
use super::rounds::Epoch;
use super::tally::{self, violation};
use schemas::people::SplitMix64;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::Ordering;

/// Files of the folder outside of the journal that have bytes, by name.
fn files(data: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![data.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap().map(Result::unwrap) {
            let path = entry.path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.starts_with(data.join("journal")) => {}
                false if entry.metadata().unwrap().len() == 0 => {}
                false => files.push(path),
            }
        }
    }
    files.sort();
    files
}

fn flip(path: &Path, draw: &mut SplitMix64) -> usize {
    let mut bytes = std::fs::read(path).unwrap();
    let at = usize::try_from(draw.below(bytes.len() as u64)).unwrap();
    bytes[at] ^= 1 << draw.below(8);
    std::fs::write(path, bytes).unwrap();
    at
}

/// `anxin verify` with one byte changed.
pub fn verified(data: &Path, draw: &mut SplitMix64) {
    tally::at("flip, verify beside the journal".to_owned());
    let folder = data.display().to_string();
    for path in files(data) {
        let own = std::fs::read(&path).unwrap();
        for _ in 0..2 {
            let at = flip(&path, draw);
            let output = command(&["verify", "--json", "--data", &folder]);
            let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
            let (name, verdict) = (path.strip_prefix(data).unwrap().display(), &told["verdict"]);
            tally::progress(&format!("    {name} byte {at}: {verdict}"));
            if !matches!(output.status.code(), Some(0..=2)) || verdict.is_null() {
                violation(&format!(
                    "M12 verify, {name} byte {at}: {:?}",
                    output.status
                ));
            }
            std::fs::write(&path, &own).unwrap();
            tally::FLIPS.add(1);
        }
    }
}

/// The program on a copy of the folder with one byte changed: it refuses in words, or it serves,
/// answers rightly or says that it can't, and stops cleanly.
pub async fn started(epoch: &mut Epoch, draw: &mut SplitMix64) {
    tally::at("flip, serve beside the journal".to_owned());
    let own = epoch.ground.path();
    let names = files(&own.join("data"));
    for (number, path) in names.iter().enumerate() {
        let copy = own.with_file_name(format!("copy-{number}"));
        let copied = Command::new("cp").arg("-a").arg(&own).arg(&copy).status();
        assert!(copied.unwrap().success(), "a copy");
        let path = path.strip_prefix(&own).unwrap();
        let at = flip(&copy.join(path), draw);
        let place = format!("{} byte {at}", path.display());
        let mut serving = epoch.stage.spawn(&copy);
        if serving.ready().is_err() {
            tally::progress(&format!("    {place}: it refuses"));
            tally::REFUSED_STARTS.add(1);
            match serving.exited() {
                Some(2 | 3) => {}
                other => violation(&format!("M12 {place}: {other:?}: {}", epoch.last_words())),
            }
            continue;
        }
        tally::progress(&format!("    {place}: it serves"));
        let shared = epoch.callers(&serving);
        shared.faulty.store(true, Ordering::SeqCst);
        checks::of_the_living(&shared, draw).await;
        drop(shared);
        epoch.end();
        match serving.stop() {
            Ok(0) => tally::CLEAN_STOPS.add(1),
            other => violation(&format!("M12 {place}: the stop: {other:?}")),
        }
        let data = copy.join("data").display().to_string();
        let output = command(&["verify", "--json", "--data", &data]);
        if output.status.code() != Some(0) {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            violation(&format!(
                "M10 {place}: not sound after a start and a stop: {said}"
            ));
        }
    }
}
