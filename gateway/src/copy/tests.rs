//! The mark of a restored folder, and paths of a manifest.

use super::{BackupError, Mark, SetApart, Stage, confirm, may_start, place_of};
use std::path::Path;

fn mark(stage: Stage) -> Mark {
    Mark {
        stage,
        record: 42,
        hash: "ab".repeat(32),
        taken_at: "2026-11-23T10:00:00.000+08:00".to_owned(),
    }
}

#[test]
fn a_folder_is_started_on_only_when_its_restore_is_confirmed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    assert!(may_start(data).is_ok(), "it was never restored");
    assert!(matches!(confirm(data, 42), Err(BackupError::NotWaiting(_))));
    mark(Stage::Incomplete).write(data).unwrap();
    assert!(matches!(may_start(data), Err(SetApart::Incomplete(_))));
    let early = confirm(data, 42);
    assert!(matches!(
        early,
        Err(BackupError::SetApart(SetApart::Incomplete(_)))
    ));
    mark(Stage::Waits).write(data).unwrap();
    assert!(matches!(
        may_start(data),
        Err(SetApart::Waits { record: 42, .. })
    ));
    let other = confirm(data, 41);
    assert!(matches!(
        other,
        Err(BackupError::OtherRecord { record: 42 })
    ));
    assert!(may_start(data).is_err(), "nothing was confirmed");
    assert_eq!(confirm(data, 42).unwrap(), mark(Stage::Confirmed));
    assert_eq!(Mark::read(data).unwrap(), Some(mark(Stage::Confirmed)));
    assert!(may_start(data).is_ok());
    assert!(matches!(confirm(data, 42), Err(BackupError::NotWaiting(_))));
}

#[test]
fn a_mark_that_was_changed_in_any_byte_is_no_word_for_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("restored");
    mark(Stage::Confirmed).write(folder.path()).unwrap();
    let whole = std::fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut other = whole.clone();
        other[at] ^= 1;
        std::fs::write(&path, other).unwrap();
        let read = may_start(folder.path());
        assert!(
            matches!(read, Err(SetApart::Damaged(_))),
            "byte {at}: {read:?}"
        );
        std::fs::write(&path, &whole[..at]).unwrap();
        let read = may_start(folder.path());
        assert!(
            matches!(read, Err(SetApart::Damaged(_))),
            "cut at {at}: {read:?}"
        );
    }
    std::fs::write(&path, &whole).unwrap();
    assert!(may_start(folder.path()).is_ok());
}

#[test]
fn a_place_is_found_through_links_and_before_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().canonicalize().unwrap();
    std::fs::create_dir(real.join("data")).unwrap();
    std::os::unix::fs::symlink(real.join("data"), real.join("link")).unwrap();
    let of = |name: &str| place_of(&folder.path().join(name)).unwrap();
    assert_eq!(of("link/new/backup"), real.join("data/new/backup"));
    assert_eq!(of("other/new"), real.join("other/new"));
    assert_eq!(place_of(Path::new("/")).unwrap(), Path::new("/"));
}
