//! Checkpoints and tiles of a real data folder: what `verify` says, what a start refuses, what is
//! exported.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::run;
use command_kit::serving::{Serving, copy_files};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// An installation that ran twice and was stopped; the journal after the first run is kept.
fn stopped() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (data, kept) = (folder.path().join("data"), folder.path().join("kept"));
    assert_eq!(Serving::start(folder.path()).stop(), 0);
    copy_files(&data.join("journal"), &kept);
    assert_eq!(Serving::start(folder.path()).stop(), 0);
    (folder, data, kept)
}

fn verify(data: &Path, more: &[&str]) -> (i32, Value) {
    let data = data.to_str().unwrap();
    let ended = run(&[&["verify", "--json", "--data", data][..], more].concat());
    (ended.code, ended.document())
}

/// The last checkpoint of the folder.
fn last_note(data: &Path) -> String {
    let kept = std::fs::read_to_string(data.join("checkpoints/kept")).unwrap();
    let lines: Vec<&str> = kept.lines().collect();
    let [.., origin, size, root, "", signature, ""] = lines[..] else {
        panic!("{kept}");
    };
    format!("{origin}\n{size}\n{root}\n\n{signature}\n")
}

#[test]
fn every_checkpoint_is_held_against_the_journal() {
    let (folder, data, kept) = stopped();
    let (code, told) = verify(&data, &[]);
    assert_eq!((code, &told["checkpoints"]), (0, &"agree".into()), "{told}");
    let note = last_note(&data);
    let elsewhere = folder.path().join("elsewhere");
    std::fs::write(&elsewhere, &note).unwrap();
    let file = ["--checkpoint", elsewhere.to_str().unwrap()];
    assert_eq!(verify(&data, &file).0, 0);
    // Another root under the same size: the journal is not the one that was signed.
    let root = note.lines().nth(2).unwrap();
    let letter = if root.starts_with('A') { "B" } else { "A" };
    let other = note.replace(root, &format!("{letter}{}", &root[1..]));
    std::fs::write(&elsewhere, other).unwrap();
    let (code, told) = verify(&data, &file);
    assert_eq!((code, &told["checkpoints"]), (1, &"differ".into()));
    assert_eq!(told["verdict"], "checkpoints_differ");
    // Journal, witnesses and index of an old snapshot: only the checkpoints remember.
    std::fs::remove_dir_all(data.join("journal")).unwrap();
    copy_files(&kept, &data.join("journal"));
    std::fs::remove_dir_all(data.join("index")).unwrap();
    std::fs::remove_file(data.join("witness")).unwrap();
    let (code, told) = verify(&data, &[]);
    assert_eq!(
        (code, &told["checkpoints"], &told["verdict"]),
        (1, &"differ".into(), &"set_back".into())
    );
    let refused = command_kit::serving::refused_start(folder.path());
    assert!(refused.contains("checkpoints"), "{refused}");
    // Without them, too, nothing here remembers; a checkpoint kept elsewhere does.
    std::fs::remove_dir_all(data.join("checkpoints")).unwrap();
    std::fs::remove_dir_all(data.join("tiles")).ok();
    std::fs::write(&elsewhere, &note).unwrap();
    let (code, told) = verify(&data, &file);
    assert_eq!((code, &told["checkpoints"]), (1, &"differ".into()));
}

#[test]
fn hashes_are_exported_and_the_key_is_shown() {
    let (folder, data, _) = stopped();
    let to = folder.path().join("log");
    let (data_text, to_text) = (data.to_str().unwrap(), to.to_str().unwrap());
    let ended = run(&[
        "proof", "export", "--data", data_text, "--to", to_text, "--json",
    ]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(
        std::fs::read_to_string(to.join("checkpoint")).unwrap(),
        last_note(&data)
    );
    let records = ended.document()["records"].as_u64().unwrap();
    let tile = std::fs::read(to.join(format!("tile/0/000.p/{records}"))).unwrap();
    assert_eq!(tile.len() as u64, 32 * records);
    let ended = run(&["proof", "key", "--data", data_text]);
    assert!(
        ended.stdout.starts_with("anxin-gateway/journal+"),
        "{ended:?}"
    );
    // An end that was torn in the file of checkpoints was never given away.
    let kept = data.join("checkpoints/kept");
    let mut torn = std::fs::read(&kept).unwrap();
    torn.extend_from_slice(b"anxin-gateway/journal\n99");
    std::fs::write(&kept, torn).unwrap();
    assert_eq!(Serving::start(folder.path()).stop(), 0);
    let (code, told) = verify(&data, &[]);
    assert_eq!((code, &told["checkpoints"]), (0, &"agree".into()), "{told}");
}
