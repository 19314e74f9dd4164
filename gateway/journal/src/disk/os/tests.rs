//! What the operating system's disk does, looked at with other eyes than its own.

use super::*;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Barrier;

/// A folder with a file `one` in it that holds `first`.
fn with_one() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("one");
    fs::write(&path, b"first").unwrap();
    (dir, path)
}

#[test]
fn a_renamed_file_stands_under_its_new_name_only() {
    let (dir, one) = with_one();
    let two = dir.path().join("two");
    fs::write(&two, b"replaced").unwrap();
    OsDisk.rename(&one, &two).unwrap();
    assert_eq!(fs::read(&two).unwrap(), b"first");
    assert!(!one.exists());
    let error = OsDisk.rename(&one, &two).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}

#[test]
fn a_removed_file_is_gone() {
    let (_dir, one) = with_one();
    OsDisk.remove(&one).unwrap();
    assert!(!one.exists());
    let error = OsDisk.remove(&one).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}

#[test]
fn a_file_is_appended_to_at_its_end_and_knows_its_length() {
    let (_dir, one) = with_one();
    let mut file = OsDisk.open_append(&one).unwrap();
    assert_eq!(file.len().unwrap(), 5);
    file.append_all(&[b"", b", sec", b"", b"ond"]).unwrap();
    file.sync_data().unwrap();
    assert_eq!(file.len().unwrap(), 13);
    assert_eq!(fs::read(&one).unwrap(), b"first, second");
}

#[test]
fn a_sync_of_what_is_not_there_is_an_error() {
    let (dir, one) = with_one();
    OsDisk.sync_file(&one).unwrap();
    OsDisk.sync_dir(dir.path()).unwrap();
    let missing = dir.path().join("missing");
    for told in [OsDisk.sync_file(&missing), OsDisk.sync_dir(&missing)] {
        assert_eq!(told.unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}

/// `/dev/full` takes nothing and can't be synced: both are told, and neither is tried for ever.
#[test]
fn a_write_or_a_sync_that_the_system_refuses_is_an_error() {
    let mut file = loop {
        match OsDisk.open_append(Path::new("/dev/full")) {
            Ok(file) => break file,
            // Another run of this test on the same machine has it locked.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => std::thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    };
    let written = file.append(b"x").unwrap_err();
    assert_eq!(written.kind(), io::ErrorKind::StorageFull);
    let synced = file.sync_data().unwrap_err();
    assert_eq!(synced.kind(), io::ErrorKind::InvalidInput);
}

/// A file that is open for reading can be synced and takes no change: so does every file of an ext4
/// that has given up, and what it called synced may be gone (decision 025).
#[test]
fn a_sync_behind_which_no_change_is_taken_is_an_error() {
    let (_dir, one) = with_one();
    let file = File::open(&one).unwrap();
    file.sync_data().unwrap();
    let told = Appending(file).sync_data().unwrap_err();
    assert_eq!(told.raw_os_error(), Some(9), "EBADF");
}

#[test]
fn what_a_sync_asks_changes_nothing() {
    let (dir, one) = with_one();
    let none = dir.path().join("none");
    OsDisk.create_append(&none).unwrap().sync_data().unwrap();
    OsDisk.open_append(&one).unwrap().sync_data().unwrap();
    OsDisk.write_over(&one, 2, b"rs").unwrap();
    assert_eq!(fs::read(&none).unwrap(), b"");
    assert_eq!(fs::read(&one).unwrap(), b"first");
    OsDisk.truncate(&one, 2).unwrap();
    assert_eq!(fs::read(&one).unwrap(), b"fi");
}

/// Neither more nor less is there afterwards, and no file that was not.
#[test]
fn bytes_are_written_over_others_in_their_place() {
    let (dir, one) = with_one();
    OsDisk.write_over(&one, 1, b"as").unwrap();
    assert_eq!(fs::read(&one).unwrap(), b"fasst");
    let missing = OsDisk.write_over(&dir.path().join("missing"), 0, b"x");
    assert_eq!(missing.unwrap_err().kind(), io::ErrorKind::NotFound);
    assert_eq!(OsDisk.list(dir.path()).unwrap(), ["one"]);
}

/// A file system that knows no such call, or has no room, says nothing of what it keeps; one that
/// has given up answers as a broken device or a read-only one.
#[test]
fn only_a_file_system_that_gave_up_fails_a_sync_behind_it() {
    // EOPNOTSUPP, ENOSYS, ENOSPC, EDQUOT; EIO, EROFS, EBADF, ENODEV.
    for (number, fails) in [
        (95, false),
        (38, false),
        (28, false),
        (122, false),
        (5, true),
        (30, true),
        (9, true),
        (19, true),
    ] {
        let told = gave_up(io::Error::from_raw_os_error(number));
        assert_eq!(told.is_err(), fails, "{number}");
    }
}

#[test]
fn folders_are_made_with_those_above_and_may_be_there() {
    let dir = tempfile::tempdir().unwrap();
    let below = dir.path().join("a/b/c");
    for _ in 0..2 {
        OsDisk.create_dir_all(&below).unwrap();
        assert!(below.is_dir());
    }
    // The folder above a name alone is the one in which the program runs.
    OsDisk.create_dir_all(Path::new("src")).unwrap();
    OsDisk.create_dir_all(Path::new("/")).unwrap();
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let (dir, one) = with_one();
    // A file that has the name is no folder, nor can there be one in it.
    for path in [one.clone(), one.join("below")] {
        let error = OsDisk.create_dir_all(&path).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    }
    let too_long = dir.path().join("x".repeat(300));
    let error = OsDisk.create_dir_all(&too_long).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidFilename);
    assert!(one.is_file());
}

/// The kernel's own file system has no names that could be made durable, and says so.
#[test]
fn a_folder_whose_name_cannot_be_made_durable_is_an_error() {
    let error = OsDisk.create_dir_all(Path::new("/proc/self")).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
}

/// Whoever has all rights may read every folder: then this asks no more than that it is there.
#[test]
fn a_folder_below_one_that_may_not_be_read_is_good_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let above = dir.path().join("above");
    let below = above.join("below");
    fs::create_dir_all(&below).unwrap();
    fs::set_permissions(&above, fs::Permissions::from_mode(0o300)).unwrap();
    let made = OsDisk.create_dir_all(&below);
    fs::set_permissions(&above, fs::Permissions::from_mode(0o700)).unwrap();
    made.unwrap();
}

#[test]
fn who_makes_the_same_folder_at_the_same_time_has_it_too() {
    let dir = tempfile::tempdir().unwrap();
    let barrier = Barrier::new(4);
    let make_all = || {
        let made = (0..200).map(|round| {
            let folder = dir.path().join(round.to_string());
            barrier.wait();
            OsDisk.create_dir_all(&folder).is_ok() && folder.is_dir()
        });
        // All rounds in every thread: else the others would wait for it.
        made.filter(|is_made| *is_made).count()
    };
    let made = std::thread::scope(|scope| {
        let threads = [(); 4].map(|()| scope.spawn(make_all));
        threads.map(|thread| thread.join().unwrap())
    });
    assert_eq!(made, [200; 4]);
}
