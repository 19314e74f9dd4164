//! Checkpoints and tiles of a real data folder: what `verify` says, what a start refuses, what is
//! exported.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use certs::algorithm::Algorithm;
use certs::sign::{KeyId, Signer, generate, signer_from_pem};
use command_kit::run;
use command_kit::serving::{Serving, copy_files, everything, put_back};
use gateway::proof::note::{Checkpoint, VerifierKey};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
    let size = note.lines().nth(1).unwrap().parse().unwrap();
    let other = signed(&key_of(&data), size, [7; 32]);
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
    // Without them, too, nothing here remembers; a checkpoint kept elsewhere does, and its key.
    let vkey = std::fs::read_to_string(data.join("checkpoints/vkey")).unwrap();
    std::fs::remove_dir_all(data.join("checkpoints")).unwrap();
    std::fs::remove_dir_all(data.join("tiles")).ok();
    std::fs::write(&elsewhere, &note).unwrap();
    let (code, told) = verify(&data, &file);
    assert_eq!((code, &told["checkpoints"]), (1, &"end_unsigned".into()));
    let (code, told) = verify(&data, &[&file[..], &["--key", vkey.trim()]].concat());
    assert_eq!((code, &told["checkpoints"]), (1, &"differ".into()));
}

fn key_of(data: &Path) -> Arc<dyn Signer> {
    let pem = std::fs::read_to_string(data.join("checkpoints/key.pem")).unwrap();
    let id = KeyId::new("log").unwrap();
    signer_from_pem(Algorithm::Ed25519, id, &pem, None).unwrap()
}

fn signed(key: &Arc<dyn Signer>, size: u64, root: [u8; 32]) -> String {
    let origin = "anxin-gateway/journal".to_owned();
    let checkpoint = Checkpoint { origin, size, root };
    checkpoint.sign(key.as_ref()).unwrap()
}

/// A checkpoint is somebody's word only where it is signed: neither does a forged one accuse the
/// journal, nor is one counted among those that were signed.
#[test]
fn a_checkpoint_that_the_key_did_not_sign_says_nothing_of_the_journal() {
    let (folder, data, _) = stopped();
    let note = last_note(&data);
    let size: u64 = note.lines().nth(1).unwrap().parse().unwrap();
    let elsewhere = folder.path().join("elsewhere");
    let file = ["--checkpoint", elsewhere.to_str().unwrap()];
    let id = KeyId::new("log").unwrap();
    let random = certs::random::SeededRandom::new(3);
    let (_, stranger) = generate(Algorithm::Ed25519, id, &random).unwrap();
    let (text, signature) = note.split_once("\n\n").unwrap();
    let other_log = signed(&key_of(&data), size, [7; 32]).replace("anxin-gateway/journal", "o/j");
    let vkey = std::fs::read_to_string(data.join("checkpoints/vkey")).unwrap();
    for forged in [
        signed(&stranger, size, [7; 32]),
        signed(&stranger, size + 1_000, [7; 32]),
        other_log,
        text.replace(&format!("\n{size}\n"), "\n999999\n") + "\n\n" + signature,
        format!("anxin-gateway/journal\n{}", note),
    ] {
        std::fs::write(&elsewhere, &forged).unwrap();
        for key in [&[][..], &["--key", vkey.trim()]] {
            let (code, told) = verify(&data, &[&file[..], key].concat());
            let standing = told["checkpoints"].as_str().unwrap();
            assert_eq!(code, 1, "{forged}");
            assert!(
                matches!(standing, "unsigned" | "unreadable"),
                "{forged}: {told}"
            );
        }
    }
    // Whoever trusts another key may say so.
    let theirs = VerifierKey::of("anxin-gateway/journal", stranger.public_key()).to_string();
    std::fs::write(&elsewhere, signed(&stranger, size, [7; 32])).unwrap();
    let (_, told) = verify(&data, &[&file[..], &["--key", &theirs]].concat());
    assert_eq!(told["checkpoints"], "differ");
    // No tree of nothing has another root than that of nothing.
    std::fs::write(&elsewhere, signed(&key_of(&data), 0, [7; 32])).unwrap();
    assert_eq!(verify(&data, &file).1["checkpoints"], "differ");
    // In the folder's own file it is no evidence either, true as it may be.
    let kept = data.join("checkpoints/kept");
    let whole = std::fs::read_to_string(&kept).unwrap();
    let notes = whole.matches("anxin-gateway/journal\n").count();
    let root = gateway::proof::note::Note::parse(&note).unwrap().text;
    let root = Checkpoint::parse(&root).unwrap().root;
    let unsigned = signed(&stranger, size, root);
    std::fs::write(&kept, format!("{whole}{unsigned}\n")).unwrap();
    let (code, told) = verify(&data, &[]);
    assert_eq!((code, &told["checkpoints"]), (1, &"note_unsigned".into()));
    assert_eq!(told["verdict"], "checkpoints_damaged", "{told}");
    assert_eq!(told["checkpoint_note"], notes + 1, "{told}");
    assert_eq!(told["checkpoint_file"], "checkpoints/kept");
    assert_eq!(told["checkpoints_unsigned"], 1);
    is_refused(&folder, &data, &format!("kept, note {}", notes + 1));
    // Twice, or in another order, the same is said; it stays true.
    std::fs::write(&kept, format!("{note}\n{whole}{whole}")).unwrap();
    let (code, told) = verify(&data, &[]);
    assert_eq!((code, &told["checkpoints_unsigned"]), (0, &0.into()));
}

/// A start is refused with this word and the exit code of our own trouble, and changes nothing.
fn is_refused(folder: &tempfile::TempDir, data: &Path, word: &str) {
    let before = everything(data);
    let refused = command_kit::serving::refused_start(folder.path());
    assert!(refused.contains(word), "{refused}");
    assert!(everything(data) == before, "{word}: it was changed");
}

/// Who rewrites all but has no key signs by another one.
#[test]
fn checkpoints_signed_anew_by_a_stranger_are_no_evidence() {
    let (folder, data, _) = stopped();
    let id = KeyId::new("log").unwrap();
    let random = certs::random::SeededRandom::new(3);
    let (_, stranger) = generate(Algorithm::Ed25519, id, &random).unwrap();
    let kept = data.join("checkpoints/kept");
    let whole = std::fs::read_to_string(&kept).unwrap();
    let sizes = whole.split("anxin-gateway/journal\n").skip(1);
    let sizes = sizes.map(|rest| rest.split('\n').next().unwrap().parse().unwrap());
    let anew: String = sizes
        .map(|size| format!("{}\n", signed(&stranger, size, [7; 32])))
        .collect();
    std::fs::write(&kept, anew).unwrap();
    std::fs::remove_dir_all(data.join("tiles")).ok();
    let (code, told) = verify(&data, &[]);
    assert_eq!((code, &told["verdict"]), (1, &"checkpoints_damaged".into()));
    assert_eq!(told["checkpoint_note"], 1, "{told}");
    is_refused(
        &folder,
        &data,
        "kept, note 1, has no signature of a known key",
    );
    // His key beside it does not help: the one that signs is another.
    let theirs = VerifierKey::of("anxin-gateway/journal", stranger.public_key());
    std::fs::write(data.join("checkpoints/vkey"), format!("{theirs}\n")).unwrap();
    let (code, told) = verify(&data, &[]);
    assert_eq!(code, 1, "{told}");
    assert_mends_nothing(&folder, &data, "vkey");
    let listed = format!("anxin-earlier-keys 1\n{theirs}\n");
    let origin = "anxin-gateway/journal";
    let listed = gateway::proof::note::sign(&listed, origin, stranger.as_ref()).unwrap();
    std::fs::write(data.join("checkpoints/earlier"), listed).unwrap();
    assert_mends_nothing(&folder, &data, "vkey");
}

/// All but the certificates of development, which each start renews first.
fn without_pki(data: &Path) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let all = everything(data).into_iter();
    all.filter(|(path, _)| !path.starts_with(data.join("pki")))
        .collect()
}

/// A start is refused as a mistake of the configuration, and changes nothing.
fn assert_mends_nothing(folder: &tempfile::TempDir, data: &Path, word: &str) {
    let said = refused_unchanged(folder, data, word);
    assert!(said.contains(word), "{said}");
    assert!(said.contains("#another-key"), "{said}");
}

/// The same, whatever is said; gives that.
fn refused_unchanged(folder: &tempfile::TempDir, data: &Path, what: &str) -> String {
    let before = without_pki(data);
    let config = folder.path().join("gateway.toml");
    let config = config.to_str().unwrap();
    let refused = run(&["serve", "--lang", "en", "--config", config]);
    assert_eq!(refused.code, 2, "{what}: {refused:?}");
    assert!(without_pki(data) == before, "{what}: it was changed");
    refused.stderr
}

#[test]
fn a_changed_note_accuses_itself_and_not_the_journal() {
    let (folder, data, _) = stopped();
    let kept = data.join("checkpoints/kept");
    let whole = std::fs::read_to_string(&kept).unwrap();
    let size = last_note(&data).lines().nth(1).unwrap().to_owned();
    let notes = whole.matches("anxin-gateway/journal\n").count();
    let larger = whole.replace(&format!("\n{size}\n"), &format!("\n9{size}\n"));
    std::fs::write(&kept, larger).unwrap();
    let (code, told) = verify(&data, &[]);
    assert_eq!((code, &told["verdict"]), (1, &"checkpoints_damaged".into()));
    assert_eq!(told["witness"], "agrees", "{told}");
    let ended = run(&["verify", "--lang", "en", "--data", data.to_str().unwrap()]);
    let named = format!("DIR/checkpoints/kept, note {notes} is damaged");
    assert!(ended.stdout.contains(&named), "{ended:?}");
    is_refused(&folder, &data, &format!("kept, note {notes}, is damaged"));
}

/// The key that signed, lost or changed: no other one takes its place in silence.
#[test]
fn a_key_file_that_is_changed_or_lost_is_found_and_no_new_one_signs() {
    let (folder, data, _) = stopped();
    let whole = everything(&data);
    for name in ["vkey", "key.pem"] {
        let path = data.join("checkpoints").join(name);
        let bytes = std::fs::read(&path).unwrap();
        // The line feed behind a PEM is no part of it.
        let length = bytes.len() - usize::from(name == "key.pem");
        for at in 0..length {
            let mut other = bytes.clone();
            other[at] ^= 1;
            std::fs::write(&path, other).unwrap();
            let file = format!("checkpoints/{name}");
            if at % 8 == 0 || at + 1 == length {
                let (code, told) = verify(&data, &[]);
                assert_eq!((code, &told["checkpoint_file"]), (1, &file.into()), "{at}");
                assert_eq!(told["verdict"], "checkpoints_damaged", "{at}");
            }
            if name == "vkey" && at % 8 == 0 {
                let ended = run(&["proof", "key", "--data", data.to_str().unwrap()]);
                assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{at}");
            }
        }
        // The last flip stands.
        refused_unchanged(&folder, &data, name);
        put_back(&data, &whole);
    }
    std::fs::remove_file(data.join("checkpoints/key.pem")).unwrap();
    assert_mends_nothing(&folder, &data, "key.pem");
    // What a start can write again by itself it writes.
    put_back(&data, &whole);
    std::fs::remove_file(data.join("checkpoints/vkey")).unwrap();
    let (code, told) = verify(&data, &[]);
    assert_eq!(
        (code, &told["checkpoints"]),
        (1, &"key_damaged".into()),
        "{told}"
    );
    assert_eq!(Serving::start(folder.path()).stop(), 0);
    assert_eq!(verify(&data, &[]).0, 0);
}

/// Of a journal that the index does not know nobody is told to delete the index.
#[test]
fn an_index_of_another_journal_is_evidence() {
    let (_folder, data, kept) = stopped();
    let whole = everything(&data);
    let (other, other_data, _) = stopped();
    std::fs::remove_dir_all(data.join("index")).unwrap();
    let copied = std::process::Command::new("cp")
        .arg("-r")
        .arg(other_data.join("index"))
        .arg(data.join("index"))
        .status();
    assert!(copied.unwrap().success());
    let own = whole
        .iter()
        .find(|(path, _)| path.ends_with("index/witness"));
    std::fs::write(data.join("index/witness"), own.unwrap().1.clone().unwrap()).unwrap();
    for lang in ["zh", "en"] {
        let data = data.to_str().unwrap();
        let ended = run(&["verify", "--json", "--lang", lang, "--data", data]);
        let told = ended.document();
        assert_eq!((ended.code, &told["verdict"]), (1, &"index_foreign".into()));
        let said = told["message"].as_str().unwrap();
        assert!(!said.contains("whole") && !said.contains("完整"), "{said}");
    }
    drop((other, kept));
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
    // Into a new folder apart from the data folder, as a backup.
    let export = |to: &Path| {
        let to = to.to_str().unwrap();
        run(&["proof", "export", "--data", data_text, "--to", to])
    };
    let whole = everything(&data);
    for taken in [&to, &data.join("journal"), &data.join("new"), &data] {
        let ended = export(taken);
        assert_eq!(ended.code, 2, "{}: {ended:?}", taken.display());
    }
    // A checkpoint that nobody vouches for is given to nobody.
    let note = last_note(&data);
    let forged = with_another_root(&note);
    let kept = data.join("checkpoints/kept");
    let notes = std::fs::read_to_string(&kept).unwrap();
    std::fs::write(&kept, notes.replace(&note, &forged)).unwrap();
    let ended = export(&folder.path().join("second"));
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains("kept"), "{ended:?}");
    assert!(!folder.path().join("second").exists());
    put_back(&data, &whole);
    // An end that was torn in the file of checkpoints was never given away.
    let mut torn = std::fs::read(&kept).unwrap();
    torn.extend_from_slice(b"anxin-gateway/journal\n99");
    std::fs::write(&kept, torn).unwrap();
    assert_eq!(Serving::start(folder.path()).stop(), 0);
    let (code, told) = verify(&data, &[]);
    assert_eq!((code, &told["checkpoints"]), (0, &"agree".into()), "{told}");
}

/// The note with another root.
fn with_another_root(note: &str) -> String {
    let root = note.lines().nth(2).unwrap();
    let first = if root.starts_with('A') { "B" } else { "A" };
    note.replace(root, &format!("{first}{}", &root[1..]))
}
