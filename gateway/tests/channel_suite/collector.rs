use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, SystemTime};

use gateway::channel::{Collected, Collector, CollectorError, FoundFile, Listing};
use tempfile::TempDir;

fn collector(folder: &Path) -> Collector {
    Collector::new(folder, 10)
}

/// A folder in which a bank may leave files.
fn inbox() -> TempDir {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("done")).unwrap();
    place
}

/// The files that two looks find the same, read.
fn found(folder: &Path) -> Vec<FoundFile> {
    let mut before = Listing::default();
    collector(folder).collect(&mut before, 1).unwrap();
    let file = |item| match item {
        Collected::File(settled) => Some(collector(folder).read(&settled).unwrap()),
        Collected::Unsettled { .. } | Collected::LeftAlone { .. } => None,
    };
    let items = collector(folder).collect(&mut before, 1).unwrap();
    items.into_iter().filter_map(file).collect()
}

/// What one look tells of each thing.
fn told(folder: &Path, before: &mut Listing) -> Vec<String> {
    let told = |item| match item {
        Collected::File(file) => format!("{} is settled", file.name),
        Collected::Unsettled { name, changes } => format!("{name} changed {changes} times"),
        Collected::LeftAlone { name, why } => format!("{name}: {why}"),
    };
    let items = collector(folder).collect(before, 1).unwrap();
    items.into_iter().map(told).collect()
}

/// A share that is not mounted leaves an empty folder in its place: the bank's results are in the
/// share, and nobody may say that there are none.
#[test]
fn m1_a_folder_without_done_is_perhaps_not_the_banks() {
    let place = tempfile::tempdir().unwrap();
    let (folder, done) = (place.path(), place.path().join("done"));
    let look = || collector(folder).collect(&mut Listing::default(), 1);
    let is_refused = || matches!(look(), Err(CollectorError::NoDone));
    assert!(is_refused(), "an empty one");
    fs::write(folder.join("a.txt"), b"one").unwrap();
    assert!(is_refused(), "with a file");
    assert!(!done.exists(), "it is not made");
    fs::write(&done, b"").unwrap();
    assert!(is_refused(), "a file in its place");
    fs::remove_file(&done).unwrap();
    symlink("/tmp", &done).unwrap();
    assert!(is_refused(), "a link in its place");
    fs::remove_file(&done).unwrap();
    fs::create_dir(&done).unwrap();
    assert_eq!(found(folder).len(), 1);
    let file = found(folder).remove(0);
    // The share goes between the look and the putting away.
    fs::remove_dir(&done).unwrap();
    let refused = collector(folder).confirm(&file).unwrap_err();
    assert!(matches!(refused, CollectorError::Folder(_)), "{refused:?}");
    assert!(!done.exists(), "it is not made");
    // The folder is not made either.
    let missing = folder.join("missing");
    let look = collector(&missing).collect(&mut Listing::default(), 1);
    assert!(matches!(look, Err(CollectorError::Folder(_))));
    assert!(!missing.exists());
}

#[test]
fn m11_each_thing_in_the_folder_is_a_file_or_told() {
    let place = inbox();
    let folder = place.path();
    fs::write(folder.join("b.txt"), b"two").unwrap();
    fs::write(folder.join("a.txt"), b"one").unwrap();
    fs::write(folder.join("large"), b"12345678901").unwrap();
    fs::write(folder.join("回盘.txt"), b"x").unwrap();
    fs::write(folder.join(".part"), b"x").unwrap();
    fs::create_dir(folder.join("sub")).unwrap();
    symlink("/etc/hostname", folder.join("link")).unwrap();
    let mut before = Listing::default();
    let first = told(folder, &mut before);
    assert_eq!(
        first[..2],
        ["a.txt changed 0 times", "b.txt changed 0 times"]
    );
    let told = told(folder, &mut before);
    assert_eq!(first[2..], told[2..]);
    assert_eq!(
        told,
        [
            "a.txt is settled",
            "b.txt is settled",
            "large: the file has 11 bytes, more than 10",
            "link: the folder can't be used",
            "sub: the folder can't be used",
            "\\u{56de}\\u{76d8}.txt: the name is not used",
        ]
    );
}

#[test]
fn a_file_stays_until_it_is_confirmed_and_then_is_put_away_once() {
    let place = inbox();
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
    let place = inbox();
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
    let place = inbox();
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
    let place = inbox();
    fs::write(place.path().join("a.txt"), b"SECRET").unwrap();
    assert!(!format!("{:?}", found(place.path())).contains("SECRET"));
}

#[test]
fn a_file_is_settled_when_neither_size_nor_time_changed() {
    let place = inbox();
    let path = place.path().join("a.txt");
    let at = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(1_763_863_200 + seconds);
    let write = |content: &[u8], seconds: u64| {
        fs::write(&path, content).unwrap();
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(at(seconds)).unwrap();
    };
    let mut before = Listing::default();
    let mut look = || told(place.path(), &mut before);
    write(b"half", 0);
    assert_eq!(look(), ["a.txt changed 0 times"]);
    write(b"half", 1);
    assert_eq!(
        look(),
        ["a.txt changed 1 times"],
        "as long, at another time"
    );
    write(b"whole", 1);
    assert_eq!(
        look(),
        ["a.txt changed 2 times"],
        "longer, at the same time"
    );
    assert_eq!(look(), ["a.txt is settled"]);
    assert_eq!(look(), ["a.txt is settled"], "and stays so");
    write(b"whole", 2);
    assert_eq!(look(), ["a.txt changed 1 times"]);
    fs::remove_file(&path).unwrap();
    assert_eq!(look(), [""; 0]);
    write(b"whole", 2);
    assert_eq!(look(), ["a.txt changed 0 times"], "another file");
}

#[test]
fn a_file_that_changed_after_it_was_settled_is_not_read() {
    let place = inbox();
    let path = place.path().join("a.txt");
    fs::write(&path, b"half").unwrap();
    let mut before = Listing::default();
    collector(place.path()).collect(&mut before, 1).unwrap();
    let items = collector(place.path()).collect(&mut before, 1).unwrap();
    let Some(Collected::File(settled)) = items.first() else {
        panic!("{items:?}");
    };
    fs::write(&path, b"half+half").unwrap();
    let refused = collector(place.path()).read(settled).unwrap_err();
    assert!(matches!(refused, CollectorError::Changed));
}

/// How long a file lies there before it is taken must not make it younger.
#[test]
fn a_file_is_as_old_as_the_first_look_that_found_it_as_it_is() {
    let place = inbox();
    let path = place.path().join("a.txt");
    let mut before = Listing::default();
    let mut seen_at = |now_at| {
        let items = collector(place.path()).collect(&mut before, now_at);
        match items.unwrap().as_slice() {
            [Collected::File(settled)] => Some(settled.seen_at),
            _ => None,
        }
    };
    fs::write(&path, b"half").unwrap();
    assert_eq!(seen_at(5), None);
    assert_eq!(seen_at(7), Some(5));
    assert_eq!(seen_at(9), Some(5), "where it could not be taken");
    fs::write(&path, b"half+half").unwrap();
    assert_eq!(seen_at(11), None);
    assert_eq!(seen_at(13), Some(11));
}
