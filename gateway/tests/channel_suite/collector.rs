use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use gateway::channel::{Collected, Collector, CollectorError, FoundFile};

fn collector(folder: &Path) -> Collector {
    Collector::new(folder, 10, 100)
}

fn found(folder: &Path) -> Vec<FoundFile> {
    let file = |item| match item {
        Collected::File(file) => Some(file),
        Collected::LeftAlone { .. } => None,
    };
    let items = collector(folder).collect().unwrap();
    items.into_iter().filter_map(file).collect()
}

#[test]
fn m11_each_thing_in_the_folder_is_a_file_or_told() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    fs::write(folder.join("b.txt"), b"two").unwrap();
    fs::write(folder.join("a.txt"), b"one").unwrap();
    fs::write(folder.join("large"), b"12345678901").unwrap();
    fs::write(folder.join("回盘.txt"), b"x").unwrap();
    fs::write(folder.join(".part"), b"x").unwrap();
    fs::create_dir(folder.join("sub")).unwrap();
    symlink("/etc/hostname", folder.join("link")).unwrap();
    let told: Vec<String> = collector(folder)
        .collect()
        .unwrap()
        .into_iter()
        .map(|item| match item {
            Collected::File(file) => format!("{}={}", file.name, file.bytes.len()),
            Collected::LeftAlone { name, why } => format!("{name}: {why}"),
        })
        .collect();
    assert_eq!(
        told,
        [
            "a.txt=3",
            "b.txt=3",
            "large: the file has 11 bytes, more than 10",
            "link: the folder can't be used",
            "sub: the folder can't be used",
            "\\u{56de}\\u{76d8}.txt: the name is not used",
        ]
    );
}

#[test]
fn a_file_stays_until_it_is_confirmed_and_then_is_put_away_once() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    fs::write(folder.join("a.txt"), b"one").unwrap();
    let file = found(folder).remove(0);
    assert_eq!(found(folder), std::slice::from_ref(&file));
    collector(folder).confirm(&file).unwrap();
    assert!(found(folder).is_empty());
    assert_eq!(fs::read(folder.join("done/a.txt")).unwrap(), b"one");
    // Confirmed again after a crash; delivered again by the bank.
    collector(folder).confirm(&file).unwrap();
    fs::write(folder.join("a.txt"), b"one").unwrap();
    collector(folder).confirm(&file).unwrap();
    assert!(found(folder).is_empty());
    assert_eq!(fs::read_dir(folder.join("done")).unwrap().count(), 1);
}

#[test]
fn another_file_of_the_same_name_replaces_nothing() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    for content in [b"one".as_slice(), b"two"] {
        fs::write(folder.join("a.txt"), content).unwrap();
        let file = found(folder).remove(0);
        collector(folder).confirm(&file).unwrap();
    }
    assert_eq!(fs::read(folder.join("done/a.txt")).unwrap(), b"one");
    // The first 16 digits of SHA-256("two"), by coreutils.
    let second = folder.join("done/a.txt.3fc4ccfe745870e2");
    assert_eq!(fs::read(second).unwrap(), b"two");
}

#[test]
fn a_file_that_grew_after_it_was_read_is_not_put_away() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    fs::write(folder.join("a.txt"), b"half").unwrap();
    let file = found(folder).remove(0);
    fs::write(folder.join("a.txt"), b"half+half").unwrap();
    let refused = collector(folder).confirm(&file).unwrap_err();
    assert!(matches!(refused, CollectorError::Changed));
    assert_eq!(found(folder).remove(0).bytes, b"half+half");
}

#[test]
fn m9_a_found_file_prints_no_content() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("a.txt"), b"SECRET").unwrap();
    assert!(!format!("{:?}", found(place.path())).contains("SECRET"));
}

#[test]
fn what_is_left_alone_takes_no_files_place() {
    let place = tempfile::tempdir().unwrap();
    for name in ["1 bad", "2 bad", "a", "b", "c"] {
        fs::write(place.path().join(name), b"x").unwrap();
    }
    let items = Collector::new(place.path(), 10, 2).collect().unwrap();
    let files = |item: &&Collected| matches!(item, Collected::File(_));
    assert_eq!(items.iter().filter(files).count(), 2);
    assert_eq!(items.len(), 4);
}
