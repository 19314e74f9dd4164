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

/// Puts one text for another in a bank's definition; its first line that is refused, in Chinese,
/// and the line at which the new text stands.
fn refused(desk: &Path, old: &[u8], new: &[u8]) -> (String, usize) {
    let path = desk.join("adapters/banks/XYBANK/bank.toml");
    let whole = std::fs::read(&path).unwrap();
    let at = whole.windows(old.len()).position(|w| w == old).unwrap();
    let changed = [&whole[..at], new, &whole[at + old.len()..]].concat();
    std::fs::write(&path, changed).unwrap();
    let ended = with_dir(&["bank", "explain", "XYBANK"], &desk.join("adapters"));
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(ended.code, 1, "{ended:?}");
    let mut lines = ended.stderr.lines();
    let told = lines.find(|line| line.contains("bank.toml:")).unwrap();
    let lines_before = whole[..at].iter().filter(|byte| **byte == b'\n').count();
    (told.to_owned(), lines_before + 1)
}

#[test]
fn a_mistake_is_told_in_plain_chinese_at_its_line() {
    let desk = desk();
    // 杭州 in GBK.
    let gbk = b"name_zh = \"\xBA\xBC\xD6\xDD\"\n#";
    for (old, new, words) in [
        (
            &b"name_zh = "[..],
            &gbk[..],
            "不是 UTF-8 文字,可能存成了 GBK",
        ),
        (
            b"cut_off = \"16:00\"",
            b"cut_off = \"16:00",
            "双引号没有写完",
        ),
        (b"cut_off = \"16:00\"", b"cut_off = 16:00", "加双引号的文字"),
        (b"cut_off = \"16:00\"", b"cut_off = true", "写的是:true"),
        (
            b"kind = \"rural\"",
            b"kind = \"village\"",
            "没有这个银行种类 village",
        ),
    ] {
        let (told, line) = refused(desk.path(), old, new);
        assert!(told.contains(words), "{told}");
        let line = line + usize::from(new.starts_with(b"[limits]"));
        let table = words.contains("种类");
        assert!(
            table || told.contains(&format!("bank.toml:{line}:")),
            "{told}"
        );
    }
}

/// Every mistake of a file that the checks can tell apart.
#[test]
fn all_that_is_wrong_in_a_file_is_told_at_once() {
    let desk = desk();
    let path = desk.path().join("adapters/banks/XYBANK/bank.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text
        .replace("\"16:00\"", "\"4 pm\"")
        .replace("\"rural\"", "\"village\"")
        .replace("#[limits]", "[limits]\nrows_max = 0\nmemo_bytes_max = 99");
    std::fs::write(&path, text).unwrap();
    let ended = with_dir(
        &["bank", "explain", "XYBANK"],
        &desk.path().join("adapters"),
    );
    assert_eq!(ended.code, 1, "{ended:?}");
    let told = ended.stderr.lines().filter(|l| l.contains("bank.toml:"));
    assert_eq!(told.count(), 4, "{ended:?}");
}

/// A bank whose dialect is refused has none of its own mistakes.
#[test]
fn a_refused_dialect_is_not_a_missing_one() {
    let desk = desk();
    let folder = desk.path().join("adapters");
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters/dialects/synthetic_fixed");
    let text = std::fs::read_to_string(own.join("dialect.toml")).unwrap();
    let copy = folder.join("dialects/synthetic_fixed");
    std::fs::create_dir_all(&copy).unwrap();
    let wrong = text.replacen("instructs = true", "instructs = false", 1);
    assert_ne!(wrong, text);
    std::fs::write(copy.join("dialect.toml"), wrong).unwrap();
    let ended = with_dir(&["bank", "explain", "XYBANK"], &folder);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains("没有一步写 instructs"), "{ended:?}");
    assert!(!ended.stderr.contains("没有这个方言"), "{ended:?}");
}
