//! Folders of definitions that are none, or not whole: said at once, with what to do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::{Ended, run};
use std::path::Path;

/// A folder with one bank of our own in it.
fn desk() -> tempfile::TempDir {
    let desk = tempfile::tempdir().unwrap();
    let folder = desk.path().join("adapters");
    let new = ["bank", "new", "XYBANK", "--dialect", "synthetic_fixed"];
    let ended = run(&[&new[..], &["--dir", folder.to_str().unwrap()]].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    desk
}

fn with_dir(words: &[&str], folder: &Path) -> Ended {
    run(&[words, &["--dir", folder.to_str().unwrap()]].concat())
}

#[test]
fn a_folder_without_definitions_is_told() {
    let desk = desk();
    let empty = desk.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let missing = desk.path().join("missing");
    let file = desk.path().join("adapters/banks/XYBANK/bank.toml");
    let cases = [
        (missing.as_path(), "不存在"),
        (&empty, "没有银行定义"),
        (&file, "没有银行定义"),
        // The folder above: the one that is meant is named.
        (desk.path(), "--dir"),
    ];
    let commands: [&[&str]; 3] = [
        &["sandbox"],
        &["sandbox", "--bank", "HXB"],
        &["bank", "explain", "HXB"],
    ];
    for (folder, word) in cases {
        for command in commands {
            let ended = with_dir(command, folder);
            assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{ended:?}");
            assert!(ended.stderr.contains(word), "{word}: {ended:?}");
            assert!(!ended.stderr.contains("bank new HXB"), "{ended:?}");
        }
    }
    let above = with_dir(&["sandbox"], desk.path()).stderr;
    let meant = desk.path().join("adapters");
    let meant = format!("--dir {}", meant.display());
    assert!(above.contains(&meant), "{above}");
    let english = with_dir(&["sandbox", "--lang", "en"], &missing).stderr;
    assert!(english.contains("does not exist"), "{english}");
    assert!(!missing.exists());
}

/// Dialects alone are definitions, of no bank.
#[test]
fn a_sandbox_without_a_bank_does_not_wait() {
    let folder = tempfile::tempdir().unwrap();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters/dialects/hxb_xhj");
    let copy = folder.path().join("dialects/hxb_xhj");
    std::fs::create_dir_all(&copy).unwrap();
    std::fs::copy(own.join("dialect.toml"), copy.join("dialect.toml")).unwrap();
    let ended = with_dir(&["sandbox"], folder.path());
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{ended:?}");
    assert!(ended.stderr.contains("anxin bank new"), "{ended:?}");
}

/// What a folder is named for has to stand in it.
#[test]
fn a_folder_that_lacks_its_file_is_told() {
    for (kind, name) in [("banks", "bank.toml"), ("dialects", "dialect.toml")] {
        let desk = desk();
        let folder = desk.path().join("adapters");
        let left = folder.join(kind).join("HALF");
        std::fs::create_dir_all(&left).unwrap();
        std::fs::write(left.join("NOTES.md"), "later").unwrap();
        std::fs::create_dir_all(folder.join(kind).join(".git")).unwrap();
        let ended = with_dir(&["bank", "explain", "XYBANK"], &folder);
        assert_eq!(ended.code, 1, "{ended:?}");
        let place = left.join(name);
        assert!(
            ended.stderr.contains(place.to_str().unwrap()),
            "{kind}: {ended:?}"
        );
        assert!(ended.stderr.contains("缺少"), "{kind}: {ended:?}");
        std::fs::remove_dir_all(&left).unwrap();
        if kind == "banks" {
            let ended = with_dir(&["bank", "explain", "XYBANK"], &folder);
            assert_eq!(ended.code, 0, "{ended:?}");
        }
    }
}
