//! Checkpoints go with a backup: what was signed before it stays provable of the restored gateway,
//! and what was signed after it, over records that are lost, is named.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use certs::algorithm::Algorithm;
use certs::sign::{KeyId, generate, signer_from_pem};
use command_kit::run;
use command_kit::serving::{Serving, everything, put_back, settings};
use command_kit::site::{Site, restore, text};
use gateway::proof::note::Checkpoint;
use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// The signing key lies beside the data folder, as production has it.
const OWN_KEY: &str = "[checkpoints]\norigin = \"example.org/log\"\nkey_file = \"log.pem\"\n";

fn with_own_key() -> Site {
    let site = Site::new();
    let id = KeyId::new("log").unwrap();
    let random = certs::random::SeededRandom::new(7);
    let (pem, _) = generate(Algorithm::Ed25519, id, &random).unwrap();
    site.private("log.pem", &pem);
    site
}

fn verify(data: &Path, more: &[&str]) -> (i32, Value) {
    let ended = run(&[&["verify", "--json", "--data", text(data)][..], more].concat());
    (ended.code, ended.document())
}

fn size_of(note: &str) -> u64 {
    note.lines().nth(1).unwrap().parse().unwrap()
}

/// Changes a manifest, and its digest with it.
fn reseal(backup: &Path, change: impl Fn(&mut Value)) {
    let path = backup.join("manifest.json");
    let mut manifest = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    change(&mut manifest);
    let text = manifest.to_string();
    std::fs::write(&path, &text).unwrap();
    let digest = gateway::sha256_hex(text.as_bytes());
    let sum = format!("{digest}  manifest.json\n");
    std::fs::write(backup.join("manifest.sha256"), sum).unwrap();
}

/// A checkpoint over more records than `from`, and the proof that it continues that one.
fn signed_beyond(site: &Site, url: &str, from: u64) -> Value {
    let path = format!("/v1/consistency?from={from}&to={}", from + 1);
    let (status, body) = site.fetch(url, &path);
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

#[test]
fn what_was_signed_before_a_backup_is_proved_after_its_restore_and_what_is_lost_is_named() {
    let site = with_own_key();
    let serving = Serving::start_with(site.folder.path(), OWN_KEY);
    site.certificates();
    site.submit(&serving.url, 1);
    let (status, before) = site.fetch(&serving.url, "/v1/checkpoint");
    assert_eq!(status, 200);
    let ended = site.backup("backup");
    assert_eq!(ended.code, 0, "{ended:?}");
    let end = ended.document()["end"]["sequence"].as_u64().unwrap();
    assert!(size_of(&before) <= end);
    site.submit(&serving.url, 2);
    let lost = signed_beyond(&site, &serving.url, end);
    let lost = lost["checkpoint"].as_str().unwrap();
    assert!(size_of(lost) > end);
    assert_eq!(serving.stop(), 0);

    let again = with_own_key();
    std::fs::copy(site.at("master.key"), again.at("master.key")).unwrap();
    std::fs::copy(site.at("log.pem"), again.at("log.pem")).unwrap();
    let data = again.at("data");
    assert_eq!(restore(&site.at("backup"), &data).code, 0);
    // The loss is that of the whole machine: nothing of the original is left.
    std::fs::remove_dir_all(site.at("data")).unwrap();
    let (before_file, lost_file) = (again.at("before"), again.at("lost"));
    std::fs::write(&before_file, &before).unwrap();
    std::fs::write(&lost_file, lost).unwrap();
    let agrees = || {
        let (code, told) = verify(&data, &[]);
        assert_eq!((code, &told["checkpoints"]), (0, &"agree".into()), "{told}");
        let (code, told) = verify(&data, &["--checkpoint", text(&before_file)]);
        assert_eq!((code, &told["checkpoints"]), (0, &"agree".into()), "{told}");
        let (code, told) = verify(&data, &["--checkpoint", text(&lost_file)]);
        assert_eq!((code, &told["verdict"]), (1, &"checkpoints_differ".into()));
        assert_eq!(told["checkpoint_records"], size_of(lost), "{told}");
    };
    agrees();

    let record = end.to_string();
    let words = ["restore", "--data", text(&data), "--confirm", &record];
    assert_eq!(run(&words).code, 0);
    let serving = Serving::start_with(again.folder.path(), OWN_KEY);
    again.certificates();
    for number in 3..6 {
        again.submit(&serving.url, number);
    }
    // Further than what was lost: another journal grows under the numbers of the lost records.
    let grown = signed_beyond(&again, &serving.url, size_of(lost));
    let new_file = again.at("new");
    std::fs::write(&new_file, grown["checkpoint"].as_str().unwrap()).unwrap();
    let to = size_of(grown["checkpoint"].as_str().unwrap());
    let key = run(&["proof", "key", "--data", text(&data)]).stdout;
    let key = key.trim().to_owned();
    assert!(key.starts_with("example.org/log+"), "{key}");
    let continues = |old: &Path, from: u64| {
        let path = format!("/v1/consistency?from={from}&to={to}");
        let (status, body) = again.fetch(&serving.url, &path);
        assert_eq!(status, 200, "{body}");
        let proof = again.at("proof.json");
        std::fs::write(&proof, body).unwrap();
        let files = ["--old", text(old), "--new", text(&new_file)];
        let by = ["--proof", text(&proof), "--key", &key];
        run(&[&["proof", "consistency"][..], &files, &by].concat()).code
    };
    assert_eq!(continues(&before_file, size_of(&before)), 0);
    assert_eq!(continues(&lost_file, size_of(lost)), 1, "a fork");
    assert_eq!(serving.stop(), 0);
    agrees();
}

#[test]
fn no_checkpoint_of_a_copy_is_over_records_that_the_copy_has_not() {
    let site = with_own_key();
    let serving = Serving::start_with(site.folder.path(), OWN_KEY);
    site.certificates();
    site.submit(&serving.url, 1);
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            // Each is over everything that is durable then.
            let mut size = 1;
            for number in 100..300 {
                if ended.load(Ordering::Relaxed) {
                    break;
                }
                site.submit(&serving.url, number);
                let note = signed_beyond(&site, &serving.url, size);
                size = size_of(note["checkpoint"].as_str().unwrap());
            }
        });
        for number in 0..6 {
            let name = format!("backup-{number}");
            let taken = site.backup(&name);
            assert_eq!(taken.code, 0, "{taken:?}");
            assert_eq!(taken.document()["checkpoints"], "agree", "{taken:?}");
        }
        ended.store(true, Ordering::Relaxed);
    });
    assert_eq!(serving.stop(), 0);
    for number in 0..6 {
        let backup = site.at(&format!("backup-{number}"));
        let data = site.at(&format!("restored-{number}"));
        assert_eq!(restore(&backup, &data).code, 0);
        let (code, told) = verify(&data, &[]);
        assert_eq!((code, &told["checkpoints"]), (0, &"agree".into()), "{told}");
    }
}

/// The key signs whatever its holder likes, and a backup lies in more hands than the machine.
#[test]
fn the_signing_key_is_in_no_backup_and_another_one_signs_after_the_restore() {
    let site = Site::new();
    assert_eq!(Serving::start(site.folder.path()).stop(), 0);
    assert!(site.at("data/checkpoints/key.pem").exists());
    assert_eq!(site.backup("backup").code, 0);
    let names = |folder: &str| {
        let entries = std::fs::read_dir(site.at(folder)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names("backup/checkpoints"), ["kept", "vkey"]);
    let data = site.at("restored/data");
    assert_eq!(restore(&site.at("backup"), &data).code, 0);
    assert_eq!(names("restored/data/checkpoints"), ["kept", "vkey"]);
    let (code, told) = verify(&data, &[]);
    assert_eq!((code, &told["checkpoints"]), (0, &"agree".into()), "{told}");
    // Another one signs only where the operator says that the first is at its end.
    let folder = site.at("restored");
    for name in ["master.key", "mandates.toml"] {
        std::fs::copy(site.at(name), folder.join(name)).unwrap();
    }
    std::fs::write(folder.join("gateway.toml"), settings("")).unwrap();
    let record = told["head"]["sequence"].as_u64().unwrap() - 2;
    let record = record.to_string();
    let words = ["restore", "--data", text(&data), "--confirm", &record];
    assert_eq!(run(&words).code, 0);
    let before = everything(&data);
    let config = folder.join("gateway.toml");
    let refused = run(&["serve", "--lang", "en", "--config", text(&config)]);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("key.pem"), "{refused:?}");
    assert!(refused.stderr.contains("another-key"), "{refused:?}");
    assert_eq!(names("restored/data/checkpoints"), ["kept", "vkey"]);
    assert_eq!(kept_of(&everything(&data)), kept_of(&before));
    let vkey = std::fs::read_to_string(data.join("checkpoints/vkey")).unwrap();
    let earlier = format!("[checkpoints]\nearlier = [\"{}\"]\n", vkey.trim());
    assert_eq!(Serving::start_with(&folder, &earlier).stop(), 0);
    let now = std::fs::read_to_string(data.join("checkpoints/vkey")).unwrap();
    assert_ne!(now, vkey);
    let (code, told) = verify(&data, &[]);
    assert_eq!((code, &told["checkpoints"]), (0, &"agree".into()), "{told}");
    // The list of the present key is enough from then on, and goes with a copy.
    assert_eq!(Serving::start_with(&folder, "").stop(), 0);
    let backup = site.at("second");
    let ended = run(&[
        "backup",
        "--json",
        "--data",
        text(&data),
        "--to",
        text(&backup),
    ]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(names("second/checkpoints"), ["earlier", "kept", "vkey"]);
    assert_eq!(ended.document()["checkpoints"], "agree");
}

type Found = [(std::path::PathBuf, Option<Vec<u8>>)];

fn kept_of(all: &Found) -> Vec<&(std::path::PathBuf, Option<Vec<u8>>)> {
    let of_checkpoints = |entry: &&(std::path::PathBuf, _)| {
        entry
            .0
            .to_str()
            .is_some_and(|path| path.contains("/checkpoints"))
    };
    all.iter().filter(of_checkpoints).collect()
}

/// A journal that is not the one that was signed is no source of a copy, and none is restored.
#[test]
fn a_copy_that_was_rewritten_does_not_fit_its_checkpoints() {
    let site = Site::new();
    assert_eq!(Serving::start(site.folder.path()).stop(), 0);
    assert_eq!(site.backup("whole").code, 0);
    let kept = site.at("data/checkpoints/kept");
    let notes = std::fs::read_to_string(&kept).unwrap();
    let pem = std::fs::read_to_string(site.at("data/checkpoints/key.pem")).unwrap();
    let id = KeyId::new("log").unwrap();
    let signer = signer_from_pem(Algorithm::Ed25519, id, &pem, None).unwrap();
    let beyond = Checkpoint {
        origin: "anxin-gateway/journal".to_owned(),
        size: 999,
        root: [7; 32],
    };
    let beyond = format!("{notes}{}\n", beyond.sign(signer.as_ref()).unwrap());
    std::fs::write(&kept, &beyond).unwrap();
    let refused = site.backup("set-back");
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("999"), "{refused:?}");
    assert_eq!(restore(&site.at("set-back"), &site.at("none")).code, 1);
    // Who rewrites a backup makes its digests fit; the checkpoints are not his to make.
    let backup = site.at("whole");
    std::fs::write(backup.join("checkpoints/kept"), &beyond).unwrap();
    reseal(&backup, |manifest| {
        let files = manifest["files"].as_array_mut().unwrap();
        let kept = files
            .iter_mut()
            .find(|file| file["path"] == "checkpoints/kept");
        let kept = kept.unwrap();
        kept["sha256"] = gateway::sha256_hex(beyond.as_bytes()).into();
        kept["bytes"] = beyond.len().into();
    });
    let refused = restore(&backup, &site.at("new"));
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("999"), "{refused:?}");
    assert!(!site.at("new").exists());
}

type Change<'c> = &'c dyn Fn(&mut Value);

/// Who rewrites a manifest makes its digest fit. Nothing is written where it contradicts itself or
/// the files, leads elsewhere, or would be waited for.
#[test]
fn a_manifest_that_contradicts_is_refused_before_anything_is_written() {
    let site = Site::new();
    assert_eq!(Serving::start(site.folder.path()).stop(), 0);
    assert_eq!(site.backup("backup").code, 0);
    let backup = site.at("backup");
    let whole = everything(&backup);
    let changes: [(&str, Change<'_>); 9] = [
        ("a path that leads to another folder", &|manifest| {
            manifest["files"][0]["path"] = "keys/../evil".into();
        }),
        ("a file twice", &|manifest| {
            let files = manifest["files"].as_array_mut().unwrap();
            files.push(files[0].clone());
        }),
        ("another file's bytes", &|manifest| {
            manifest["files"][0]["bytes"] = u64::MAX.into();
        }),
        ("a path that leads out", &|manifest| {
            manifest["files"][0]["path"] = "keys/../../x.key".into();
        }),
        ("an absolute path", &|manifest| {
            manifest["files"][0]["path"] = "/etc/passwd".into();
        }),
        ("another journal", &|manifest| {
            manifest["journal_id"] = "00".repeat(16).into();
        }),
        ("another end", &|manifest| {
            manifest["is_closed"] = (!manifest["is_closed"].as_bool().unwrap()).into();
        }),
        ("lines in a time", &|manifest| {
            manifest["taken_at"] = "x\nstage confirmed".into();
        }),
        ("a word more", &|manifest| manifest["more"] = 1.into()),
    ];
    let refused = |what: &str| {
        let ended = restore(&backup, &site.at("new"));
        assert_eq!(ended.code, 1, "{what}: {ended:?}");
        assert!(!ended.stderr.contains("format"), "{what}: {ended:?}");
        assert!(!site.at("new").exists(), "{what}");
        put_back(&backup, &whole);
    };
    for (what, change) in changes {
        reseal(&backup, change);
        refused(what);
    }
    let vkey = backup.join("checkpoints/vkey");
    std::fs::remove_file(&vkey).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&vkey).status();
    assert!(made.unwrap().success());
    refused("a pipe");
    assert_eq!(restore(&backup, &site.at("new")).code, 0);
}

#[test]
fn a_backup_of_the_format_before_is_restored_without_checkpoints() {
    let site = Site::new();
    assert_eq!(Serving::start(site.folder.path()).stop(), 0);
    assert_eq!(site.backup("backup").code, 0);
    let backup = site.at("backup");
    let of_old = |manifest: &mut Value| manifest["format"] = "anxin-backup 1".into();
    reseal(&backup, of_old);
    let refused = restore(&backup, &site.at("none"));
    assert_eq!(
        refused.code, 2,
        "that format has no checkpoints: {refused:?}"
    );
    std::fs::remove_dir_all(backup.join("checkpoints")).unwrap();
    reseal(&backup, |manifest| {
        let files = manifest["files"].as_array_mut().unwrap();
        files.retain(|file| !file["path"].as_str().unwrap().starts_with("checkpoints/"));
    });
    let data = site.at("new/data");
    let restored = restore(&backup, &data);
    assert_eq!(restored.code, 0, "{restored:?}");
    assert_eq!(restored.document()["checkpoints"], "absent");
    let (code, told) = verify(&data, &[]);
    assert_eq!((code, &told["checkpoints"]), (0, &"absent".into()));
}
