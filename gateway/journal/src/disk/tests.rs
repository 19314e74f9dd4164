//! Small files read and replaced, and what a disk does that says nothing of its own.

use super::*;
use std::fs;
use std::time::Instant;

#[test]
fn a_small_file_is_read_whole_up_to_its_limit() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("small");
    fs::write(&path, b"12345").unwrap();
    let read = |bytes_max| read_small(&OsDisk, &path, bytes_max).unwrap();
    assert_eq!(read(6).unwrap(), b"12345");
    assert_eq!(read(5).unwrap(), b"12345");
    assert_eq!(read(4), None, "one byte too large");
}

/// A file that is there and can't be opened must never pass for one that is not there.
#[test]
fn only_a_file_that_is_missing_is_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let missing = read_small(&OsDisk, &dir.path().join("missing"), 10).unwrap();
    assert_eq!(missing, None);
    fs::write(dir.path().join("file"), b"x").unwrap();
    let below_a_file = dir.path().join("file/below");
    let error = read_small(&OsDisk, &below_a_file, 10).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotADirectory);
}

#[test]
fn a_replacement_that_cannot_begin_says_why_and_leaves_the_old_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    fs::write(&path, b"old").unwrap();
    replace(&OsDisk, &path, b"newer").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"newer");
    assert_eq!(OsDisk.list(dir.path()).unwrap(), ["file"]);
    // What stands where the new one is written is a folder, and is not removed.
    fs::create_dir(dir.path().join("file.new")).unwrap();
    let error = replace(&OsDisk, &path, b"newest").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
    assert_eq!(fs::read(&path).unwrap(), b"newer");
}

#[test]
fn a_file_is_empty_until_something_is_appended() {
    let disk = MemoryDisk::new();
    let path = Path::new("/file");
    let mut appending = disk.create_append(path).unwrap();
    let reading = disk.open_read(path).unwrap();
    assert!(appending.is_empty().unwrap() && reading.is_empty().unwrap());
    appending.append(b"x").unwrap();
    assert!(!appending.is_empty().unwrap() && !reading.is_empty().unwrap());
}

/// A descriptor is waited for 3,000 times: half a minute, and not as fast as a loop turns. A sleep
/// is never shorter than asked for, on any machine.
#[test]
fn a_wait_for_descriptors_lets_ten_milliseconds_pass() {
    let begun = Instant::now();
    OsDisk.wait_for_descriptors();
    assert!(begun.elapsed() >= Duration::from_millis(10));
}
