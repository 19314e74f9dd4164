//! A journal that was set back has forgotten what was sent since: going on would send it again.
//! Neither a lost end nor a damaged index or witness hides that, and a refused start changes
//! nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::run;
use command_kit::serving::{Serving, copy_files, everything, put_back, refused_start};
use serde_json::Value;
use std::path::{Path, PathBuf};

type Found = Vec<(PathBuf, Option<Vec<u8>>)>;

const SEGMENT: &str = "journal/00000000000000000001.seg";

/// An installation that ran twice and was stopped.
struct Stopped {
    folder: tempfile::TempDir,
    /// The journal after the first run.
    kept: PathBuf,
}

impl Stopped {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let kept = folder.path().join("kept");
        assert_eq!(Serving::start(folder.path()).stop(), 0);
        copy_files(&folder.path().join("data/journal"), &kept);
        assert_eq!(Serving::start(folder.path()).stop(), 0);
        Self { folder, kept }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn at(&self, name: &str) -> PathBuf {
        self.data().join(name)
    }

    fn set_back(&self) {
        std::fs::remove_dir_all(self.at("journal")).unwrap();
        copy_files(&self.kept, &self.at("journal"));
    }

    fn cut(&self, bytes: usize) {
        let segment = std::fs::read(self.at(SEGMENT)).unwrap();
        std::fs::write(self.at(SEGMENT), &segment[..segment.len() - bytes]).unwrap();
    }

    /// Bytes of the last record.
    fn last_record(&self) -> usize {
        let segment = std::fs::read(self.at(SEGMENT)).unwrap();
        let (mut at, mut length) = (0, 0);
        while at < segment.len() {
            length = u32::from_be_bytes(segment[at..at + 4].try_into().unwrap()) as usize;
            at += length;
        }
        length
    }

    fn flip(&self, name: &str, at: usize) {
        let mut bytes = std::fs::read(self.at(name)).unwrap();
        bytes[at] ^= 4;
        std::fs::write(self.at(name), bytes).unwrap();
    }

    /// `anxin verify` must fail; what it says.
    fn verified(&self) -> Value {
        let data = self.data();
        let ended = run(&["verify", "--json", "--data", data.to_str().unwrap()]);
        assert_eq!(ended.code, 1, "{ended:?}");
        ended.document()
    }

    fn is_sound(&self) {
        let data = self.data();
        let ended = run(&["verify", "--json", "--data", data.to_str().unwrap()]);
        assert_eq!(ended.code, 0, "{ended:?}");
        let document = ended.document();
        let words = (&document["index"], &document["witness"]);
        assert_eq!(words, (&"agrees".into(), &"agrees".into()));
    }

    /// A start must be refused with this word, and change no byte.
    fn is_refused(&self, word: &str) {
        let said = self.changes_nothing(word, |_| true);
        assert!(said.contains("no file was changed"), "{said}");
    }

    /// The same where it is found behind the certificates of development, which are renewed first.
    fn is_refused_late(&self, word: &str) {
        let pki = self.at("pki");
        self.changes_nothing(word, |path| !path.starts_with(&pki));
    }

    fn changes_nothing(&self, word: &str, counts: impl Fn(&Path) -> bool) -> String {
        let everything = |data: &Path| -> Found {
            let all = everything(data).into_iter();
            all.filter(|(path, _)| counts(path)).collect()
        };
        let before = everything(&self.data());
        let said = refused_start(self.folder.path());
        assert!(said.contains(word), "{said}");
        assert!(said.contains("a-journal-that-was-set-back"), "{said}");
        let after = everything(&self.data());
        let differ = |one: &Found, other: &Found| -> Vec<PathBuf> {
            let changed = other.iter().filter(|entry| !one.contains(entry));
            changed.map(|(path, _)| path.clone()).collect()
        };
        let none: [PathBuf; 0] = [];
        assert_eq!(differ(&before, &after), none, "made or changed");
        assert_eq!(differ(&after, &before), none, "removed or changed");
        said
    }

    fn serves(&self) {
        assert_eq!(Serving::start(self.folder.path()).stop(), 0);
        self.is_sound();
    }
}

#[test]
fn whatever_else_is_damaged_a_journal_that_was_set_back_is_not_gone_on_with() {
    let stopped = Stopped::new();
    stopped.is_sound();
    stopped.set_back();
    let document = stopped.verified();
    assert_eq!(document["verdict"], "set_back", "{document}");
    stopped.is_refused("was set back");
    let set_back = everything(&stopped.data());
    let db = std::fs::read(stopped.at("index/db")).unwrap().len();
    for at in [0, 8, 100, 600, db / 2, db - 1] {
        stopped.flip("index/db", at);
        assert_eq!(stopped.verified()["verdict"], "set_back");
        stopped.is_refused("was set back");
        put_back(&stopped.data(), &set_back);
    }
    let removals: [fn(&Stopped); 4] = [
        |stopped| std::fs::remove_file(stopped.at("index/db")).unwrap(),
        |stopped| std::fs::remove_dir_all(stopped.at("index")).unwrap(),
        |stopped| std::fs::remove_file(stopped.at("witness")).unwrap(),
        |stopped| std::fs::remove_dir_all(stopped.at("journal")).unwrap(),
    ];
    for remove in removals {
        remove(&stopped);
        stopped.is_refused("was set back");
        put_back(&stopped.data(), &set_back);
    }
    // Whoever removes all that remembers goes on with it: nobody should.
    std::fs::remove_dir_all(stopped.at("index")).unwrap();
    std::fs::remove_file(stopped.at("witness")).unwrap();
    // What was signed remembers as well.
    stopped.is_refused("was set back");
    std::fs::remove_file(stopped.at("checkpoints/kept")).unwrap();
    stopped.serves();
}

/// The documented way of whoever has nothing but a copy: a backup of it, restored. Nothing that
/// waits is sent then, and a person has to say that the original is at its end.
#[test]
fn a_copy_made_by_hand_is_taken_into_use_as_a_backup() {
    let stopped = Stopped::new();
    let folder = stopped.folder.path();
    let (copy, backup, new) = (folder.join("copy"), folder.join("b"), folder.join("new"));
    for name in ["keys", "checkpoints"] {
        copy_files(&stopped.at(name), &copy.join(name));
    }
    copy_files(&stopped.kept, &copy.join("journal"));
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let back_up = || run(&["backup", "--data", &path(&copy), "--to", &path(&backup)]);
    let refused = back_up();
    assert_eq!(refused.code, 1, "what was signed knows more: {refused:?}");
    std::fs::remove_dir_all(&backup).unwrap();
    std::fs::remove_file(copy.join("checkpoints/kept")).unwrap();
    let ended = back_up();
    assert_eq!(ended.code, 0, "{ended:?}");
    let ended = run(&[
        "restore",
        "--json",
        "--from",
        &path(&backup),
        "--data",
        &path(&new),
    ]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(ended.document()["waits_for_confirmation"], true);
    // The signing key is in no backup.
    let key = "checkpoints/key.pem";
    std::fs::copy(stopped.at(key), new.join(key)).unwrap();
    std::fs::remove_dir_all(stopped.data()).unwrap();
    std::fs::rename(&new, stopped.data()).unwrap();
    // In parts, without the mark, it is no folder to start on.
    let mark = std::fs::read(stopped.at("restored")).unwrap();
    std::fs::remove_file(stopped.at("restored")).unwrap();
    let config = path(&folder.join("gateway.toml"));
    let refused = run(&["serve", "--lang", "en", "--config", &config]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("the mark of that is gone"));
    std::fs::write(stopped.at("restored"), mark).unwrap();
    let record = ended.document()["end"]["sequence"].to_string();
    let data = path(&stopped.data());
    let confirmed = run(&["restore", "--data", &data, "--confirm", &record]);
    assert_eq!(confirmed.code, 0, "{confirmed:?}");
    stopped.serves();
}

#[test]
fn a_witness_that_is_damaged_or_gone_is_no_word_for_the_journal() {
    let stopped = Stopped::new();
    let whole = everything(&stopped.data());
    for name in ["witness", "index/witness"] {
        stopped.flip(name, 100);
        let document = stopped.verified();
        assert_eq!(document["verdict"], "witness_damaged", "{document}");
        stopped.is_refused("is damaged");
        put_back(&stopped.data(), &whole);
    }
    for name in ["witness", "index/witness"] {
        std::fs::remove_file(stopped.at(name)).unwrap();
    }
    let document = stopped.verified();
    assert_eq!(document["witness"], "absent", "{document}");
    stopped.is_refused("no witness beside it");
    put_back(&stopped.data(), &whole);
    stopped.serves();
}

/// Two witnesses, so that a folder put back without the other is noticed: also where one of them is
/// removed, and what was signed with it.
#[test]
fn a_witness_or_checkpoint_that_is_taken_away_is_missed() {
    let stopped = Stopped::new();
    let whole = everything(&stopped.data());
    for name in ["witness", "index/witness"] {
        std::fs::remove_file(stopped.at(name)).unwrap();
        let document = stopped.verified();
        assert_eq!(document["verdict"], "witness_damaged", "{document}");
        assert_eq!(document["witness"], "one_missing", "{document}");
        let said = document["witness_message"].as_str().unwrap();
        assert!(said.contains(&format!("DIR/{name} ")), "{said}");
        stopped.is_refused("is missing, and the other one is there");
        put_back(&stopped.data(), &whole);
    }
    let notes = std::fs::read_to_string(stopped.at("checkpoints/kept")).unwrap();
    let last = notes.trim_end().rfind("\n\n").unwrap();
    let before = notes[..last].rfind("\n\n").unwrap() + 2;
    let removals: [&dyn Fn(&Stopped); 4] = [
        &|stopped| std::fs::remove_file(stopped.at("checkpoints/kept")).unwrap(),
        &|stopped| std::fs::write(stopped.at("checkpoints/kept"), "").unwrap(),
        &|stopped| std::fs::write(stopped.at("checkpoints/kept"), &notes[..before]).unwrap(),
        &|stopped| std::fs::remove_dir_all(stopped.at("checkpoints")).unwrap(),
    ];
    for remove in removals {
        remove(&stopped);
        let document = stopped.verified();
        assert_eq!(document["verdict"], "checkpoints_missing", "{document}");
        assert_eq!(document["checkpoints"], "end_unsigned", "{document}");
        stopped.is_refused_late("the checkpoints in");
        put_back(&stopped.data(), &whole);
    }
    stopped.serves();
}

#[test]
fn journal_and_index_of_an_earlier_stop_are_not_gone_on_with() {
    let stopped = Stopped::new();
    let earlier = everything(&stopped.data());
    assert_eq!(Serving::start(stopped.folder.path()).stop(), 0);
    let later = everything(&stopped.data());
    for truncated in [false, true] {
        put_back(&stopped.data(), &earlier);
        let of_later = |name: &str| {
            let path = stopped.at(name);
            let found = later.iter().find(|(other, _)| *other == path);
            found.unwrap().1.clone().unwrap()
        };
        std::fs::write(stopped.at("checkpoints/kept"), of_later("checkpoints/kept")).unwrap();
        std::fs::remove_file(stopped.at("witness")).unwrap();
        match truncated {
            true => std::fs::write(stopped.at("checkpoints/kept"), "").unwrap(),
            false => std::fs::remove_file(stopped.at("checkpoints/kept")).unwrap(),
        }
        let document = stopped.verified();
        assert_eq!(document["witness"], "one_missing", "{document}");
        stopped.is_refused("is missing, and the other one is there");
    }
    put_back(&stopped.data(), &later);
    stopped.serves();
}

/// The last record tells that the journal was closed. Gone without a trace it may be any record;
/// torn, it is known to be that one, and nothing that was done is lost.
#[test]
fn a_torn_closing_record_is_mended_and_any_other_end_is_missed() {
    let stopped = Stopped::new();
    let whole = everything(&stopped.data());
    let last = stopped.last_record();
    for bytes in [last, last + 7] {
        stopped.cut(bytes);
        assert_eq!(stopped.verified()["witness"], "set_back");
        stopped.is_refused("was set back");
        put_back(&stopped.data(), &whole);
    }
    for bytes in [7, last - 1] {
        stopped.cut(bytes);
        let document = stopped.verified();
        assert_eq!(document["damages"][0]["torn_tail"], true, "{document}");
        assert_eq!(document["witness"], "closing_torn", "{document}");
        stopped.serves();
        assert!(stopped.at("recovered").is_dir());
        put_back(&stopped.data(), &whole);
    }
}

/// M3: sled goes back in silence to what it can still read.
#[test]
fn a_damaged_index_is_damage_and_the_next_start_mends_it() {
    let stopped = Stopped::new();
    let whole = everything(&stopped.data());
    let db = std::fs::read(stopped.at("index/db")).unwrap().len();
    let damaged = |word: &str| {
        let document = stopped.verified();
        assert_eq!(document["verdict"], "index_damaged", "{document}");
        assert_eq!(document["index"], word, "{document}");
    };
    // Where sled finds it out, it can't be read; where not, it is behind, or no entry is read
    // from there.
    let words = ["behind", "unreadable", "altered"];
    for at in [0, 100, db / 2, db - 1] {
        stopped.flip("index/db", at);
        let document = stopped.verified();
        assert_eq!(document["verdict"], "index_damaged", "{document}");
        let word = document["index"].as_str().unwrap();
        assert!(words.contains(&word), "{document}");
        stopped.serves();
        put_back(&stopped.data(), &whole);
    }
    stopped.flip("index/inventory", 5);
    damaged("altered");
    stopped.serves();
    put_back(&stopped.data(), &whole);
    let db = std::fs::read(stopped.at("index/db")).unwrap();
    std::fs::write(stopped.at("index/db"), &db[..300]).unwrap();
    damaged("behind");
    stopped.serves();
    put_back(&stopped.data(), &whole);
    std::fs::remove_dir_all(stopped.at("index")).unwrap();
    damaged("absent");
    stopped.serves();
}

/// What is in the folder of the segments and is none is named, whatever it is.
#[test]
fn a_folder_or_a_link_among_the_segments_is_damage() {
    let stopped = Stopped::new();
    let whole = everything(&stopped.data());
    std::fs::create_dir(stopped.at("journal/hidden")).unwrap();
    let document = stopped.verified();
    assert_eq!(document["verdict"], "damaged", "{document}");
    assert_eq!(document["damages"][0]["segment"], "hidden", "{document}");
    assert_eq!(document["damages"][0]["code"], "foreign", "{document}");
    put_back(&stopped.data(), &whole);
    let elsewhere = stopped.folder.path().join("elsewhere");
    std::fs::rename(stopped.at(SEGMENT), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, stopped.at(SEGMENT)).unwrap();
    let document = stopped.verified();
    let name = SEGMENT.strip_prefix("journal/").unwrap();
    assert_eq!(document["damages"][0]["segment"], name, "{document}");
    assert_eq!(document["damages"][0]["code"], "foreign", "{document}");
    std::fs::remove_file(stopped.at(SEGMENT)).unwrap();
    put_back(&stopped.data(), &whole);
    stopped.is_sound();
}

/// A gateway that was killed leaves no closing record: its next start goes on.
#[test]
fn a_killed_gateway_starts_again() {
    let stopped = Stopped::new();
    let length = || std::fs::metadata(stopped.at(SEGMENT)).unwrap().len();
    let closed = length();
    let serving = Serving::start(stopped.folder.path());
    while length() == closed {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    drop(serving);
    wait_until_free(&stopped.data());
    let document = stopped.verified();
    assert_eq!(document["verdict"], "not_closed", "{document}");
    stopped.serves();
}

fn wait_until_free(data: &Path) {
    let lock = std::fs::File::open(data.join("lock")).unwrap();
    lock.lock().unwrap();
}
