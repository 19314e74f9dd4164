use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::Duration;

use adapters::exchange::{FrameEnd, Outgoing, Wire};
use gateway::channel::{Certainty, Channel, DropChannel, SendError, SendErrorKind};

use crate::peer::{harmless, run, tcp_message};

const TURN_WAIT: Duration = Duration::from_secs(60);

fn file(folder: &str, name: &str, bytes: &[u8]) -> Outgoing {
    Outgoing {
        file_name: name.to_owned(),
        wire: Wire::Drop {
            folder: folder.to_owned(),
        },
        ..tcp_message(bytes, FrameEnd::EndOfStream)
    }
}

fn put(root: &Path, out: &Outgoing) -> Result<Vec<u8>, SendError> {
    run(DropChannel::new("ABC/drop", root, TURN_WAIT).send(out))
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

fn names(folder: &Path) -> Vec<String> {
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| name(entry.unwrap()))
        .collect();
    names.sort();
    names
}

#[test]
fn m9_a_file_is_there_whole_for_its_owner_only() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path().join("drop");
    let done = put(&root, &file("out/day", "a.txt", b"content"));
    assert_eq!(done.unwrap(), b"");
    let target = root.join("out/day/a.txt");
    assert_eq!(fs::read(&target).unwrap(), b"content");
    assert_eq!(mode(&target), 0o600);
    assert_eq!(mode(&root), 0o700);
    assert_eq!(mode(&root.join("out/day")), 0o700);
    assert_eq!(names(&root.join("out/day")), ["a.txt"]);
}

#[test]
fn the_same_file_again_is_done_and_another_content_is_left_alone() {
    let place = tempfile::tempdir().unwrap();
    put(place.path(), &file("", "a.txt", b"content")).unwrap();
    put(place.path(), &file("", "a.txt", b"content")).unwrap();
    for other in [b"CONTENT".as_slice(), b"content and more", b""] {
        let error = put(place.path(), &file("", "a.txt", other)).unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Collision);
        assert_eq!(error.certainty, Certainty::MaybeSent);
    }
    assert_eq!(fs::read(place.path().join("a.txt")).unwrap(), b"content");
    assert_eq!(names(place.path()), ["a.txt"]);
}

#[test]
fn what_a_killed_writer_left_does_not_stop_the_next() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join(".a.txt.part"), b"con").unwrap();
    put(place.path(), &file("", "a.txt", b"content")).unwrap();
    assert_eq!(fs::read(place.path().join("a.txt")).unwrap(), b"content");
    assert_eq!(names(place.path()), ["a.txt"]);
}

#[test]
fn threats_28_no_name_and_no_link_leads_out_of_the_folder() {
    let place = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let root = place.path();
    for (folder, name) in [("..", "a"), ("", "../a"), ("/tmp", "a"), ("x/../..", "a")] {
        let error = put(root, &file(folder, name, b"x")).unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Message);
        assert_eq!(error.certainty, Certainty::NotSent);
    }
    symlink(outside.path(), root.join("link")).unwrap();
    let error = put(root, &file("link", "a", b"x")).unwrap_err();
    assert_eq!(error.kind, SendErrorKind::Folder);
    assert_eq!(error.certainty, Certainty::NotSent);
    let aim = outside.path().join("aim");
    symlink(&aim, root.join("a")).unwrap();
    symlink(&aim, root.join(".b.part")).unwrap();
    let error = put(root, &file("", "a", b"x")).unwrap_err();
    assert_eq!(error.kind, SendErrorKind::Folder);
    assert_eq!(error.certainty, Certainty::MaybeSent);
    put(root, &file("", "b", b"x")).unwrap();
    assert!(names(outside.path()).is_empty());
    assert!(fs::symlink_metadata(root.join("b")).unwrap().is_file());
}

#[test]
fn a_folder_that_can_not_be_written_is_certainly_not_sent() {
    let place = tempfile::tempdir().unwrap();
    let blocked = place.path().join("blocked");
    fs::write(&blocked, b"a file").unwrap();
    let error = put(&blocked, &file("", "a", b"x")).unwrap_err();
    assert_eq!(error.kind, SendErrorKind::Folder);
    assert_eq!(error.certainty, Certainty::NotSent);
    let error = put(&place.path().join("no/such"), &file("", "a", b"x")).unwrap_err();
    assert_eq!(error.certainty, Certainty::NotSent);
    // A folder in the place of the temporary file: nothing became visible.
    fs::create_dir(place.path().join(".c.part")).unwrap();
    let error = put(place.path(), &file("", "c", b"x")).unwrap_err();
    assert_eq!(error.kind, SendErrorKind::Write);
    assert_eq!(error.certainty, Certainty::NotSent);
    assert!(!place.path().join("c").exists());
}

#[test]
fn a_file_of_the_bank_is_brought_and_no_link_is_followed() {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("out")).unwrap();
    fs::write(place.path().join("out/result"), b"content").unwrap();
    symlink("result", place.path().join("out/link")).unwrap();
    let wanted = |name: &str| Outgoing {
        wire: Wire::Fetch {
            folder: "out".to_owned(),
        },
        ..harmless(&file("", name, b""))
    };
    let brought = put(place.path(), &wanted("result"));
    assert_eq!(brought.unwrap(), b"content");
    for (name, kind) in [
        ("missing", SendErrorKind::Folder),
        ("link", SendErrorKind::Folder),
        ("../x", SendErrorKind::Message),
    ] {
        let error = put(place.path(), &wanted(name)).unwrap_err();
        assert_eq!((error.kind, error.certainty), (kind, Certainty::NotSent));
    }
}

#[test]
fn a_file_that_instructs_nothing_is_never_perhaps_sent() {
    let place = tempfile::tempdir().unwrap();
    put(place.path(), &file("", "a", b"x")).unwrap();
    let error = put(place.path(), &harmless(&file("", "a", b"y"))).unwrap_err();
    assert_eq!(error.certainty, Certainty::NotSent);
}

#[test]
fn many_at_once_make_one_file_each() {
    let place = tempfile::tempdir().unwrap();
    let channel = std::sync::Arc::new(DropChannel::new("ABC/drop", place.path(), TURN_WAIT));
    run(async {
        let mut sends = Vec::new();
        for number in 0..20 {
            let channel = std::sync::Arc::clone(&channel);
            sends.push(tokio::spawn(async move {
                let name = format!("f{}", number % 4);
                channel.send(&file("", &name, b"same")).await
            }));
        }
        for send in sends {
            send.await.unwrap().unwrap();
        }
    });
    assert_eq!(names(place.path()), ["f0", "f1", "f2", "f3"]);
}

/// A bank's program that looks into the folder all the time may be faster than our second look.
#[test]
fn a_file_that_the_bank_takes_at_once_is_sent() {
    const FILES: u32 = 300;
    let place = tempfile::tempdir().unwrap();
    let (root, taken) = (place.path().join("drop"), place.path().join("taken"));
    fs::create_dir(&root).unwrap();
    fs::create_dir(&taken).unwrap();
    let name = |number: u32| format!("f{number}");
    let sent: Vec<Result<Vec<u8>, SendError>> = std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..FILES {
                let (from, to) = (root.join(name(number)), taken.join(name(number)));
                while fs::rename(&from, &to).is_err() {
                    std::hint::spin_loop();
                }
            }
        });
        let files = (0..FILES).map(|number| file("", &name(number), b"content"));
        // One in two instructs.
        let files = files.zip([true, false].into_iter().cycle());
        files
            .map(|(out, instructs)| put(&root, &Outgoing { instructs, ..out }))
            .collect()
    });
    let kinds = sent.iter().filter_map(|one| one.as_ref().err());
    let kinds: Vec<SendErrorKind> = kinds.map(|error| error.kind).collect();
    assert_eq!(kinds, [], "{} of {FILES} files", kinds.len());
    for number in 0..FILES {
        assert_eq!(fs::read(taken.join(name(number))).unwrap(), b"content");
    }
}
