//! `anxin backup` beside a gateway under load, and `anxin restore`: what was acknowledged is in
//! the copy, what is damaged is refused, and no gateway starts on a restored folder by itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::run;
use command_kit::serving::{Serving, everything, put_back};
use command_kit::site::{Site, records, restore, text};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

/// One backup taken while clients submit: what was acknowledged before it began.
struct Taken {
    folder: PathBuf,
    acknowledged: Vec<String>,
    end: (u64, String),
}

fn back_up_under_load(site: &Site, url: &str) -> Vec<Taken> {
    let known = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for client in 0..3u32 {
            let known = &known;
            scope.spawn(move || {
                for number in 0..8 {
                    let id = site.submit(url, client * 100 + number);
                    known.lock().unwrap().push(id);
                }
            });
        }
        let take = |number: usize| {
            while known.lock().unwrap().len() < number * 6 {
                thread::sleep(Duration::from_millis(5));
            }
            let acknowledged = known.lock().unwrap().clone();
            let name = format!("backup-{number}");
            let ended = site.backup(&name);
            assert_eq!(ended.code, 0, "{ended:?}");
            let document = ended.document();
            assert_eq!(document["master_key_included"], false);
            let seal = document["end"]["seal"].as_str().unwrap().to_owned();
            Taken {
                folder: site.at(&name),
                acknowledged,
                end: (document["end"]["sequence"].as_u64().unwrap(), seal),
            }
        };
        (0..4).map(take).collect()
    })
}

#[test]
fn a_copy_beside_a_gateway_under_load_has_everything_that_was_acknowledged() {
    let site = Site::new();
    let serving = Serving::start(site.folder.path());
    site.certificates();
    let url = serving.url.clone();
    let first = site.submit(&url, 900);
    let all = back_up_under_load(&site, &url);
    let shown = site.as_employer(&url, &["status", &first]).document();
    assert_eq!(serving.stop(), 0);
    let (original, _) = records(&site.at("data"));
    for (number, taken) in all.iter().enumerate() {
        let data = site.at(&format!("restored-{number}/data"));
        let ended = restore(&taken.folder, &data);
        assert_eq!(ended.code, 0, "{ended:?}");
        let document = ended.document();
        assert_eq!(document["end"]["sequence"], taken.end.0);
        assert_eq!(document["waits_for_confirmation"], true);
        let verified = run(&["verify", "--json", "--data", text(&data)]);
        assert_eq!(verified.code, 0, "{verified:?}");
        let words = verified.document();
        assert_eq!(
            (&words["index"], &words["witness"]),
            (&"agrees".into(), &"agrees".into())
        );
        let (copy, accepted) = records(&data);
        let end = usize::try_from(taken.end.0).unwrap();
        // Record by record the original's; then the restore's own and the closing one.
        assert_eq!(copy[..end], original[..end]);
        assert_eq!(copy.len(), end + 2);
        // Named by a commitment: its hash would open what proofs keep closed.
        let hash = &copy[end - 1].1;
        let seal = gateway::sha256_hex(&[&b"anxin-seal/v1"[..], hash].concat());
        assert_eq!(seal, taken.end.1);
        let manifest = std::fs::read_to_string(taken.folder.join("manifest.json")).unwrap();
        assert!(manifest.contains(&seal) && !manifest.contains(&gateway::hex(hash)));
        for id in taken.acknowledged.iter().chain([&first]) {
            assert!(accepted.contains(id), "{id} is not in copy {number}");
        }
        only_the_owner_reads(&data);
        only_the_owner_reads(&taken.folder);
    }
    starts_only_when_it_is_confirmed(&site, &all[3], &shown);
}

fn only_the_owner_reads(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o077;
    assert_eq!(mode(folder), 0, "{}", folder.display());
    for name in ["journal", "keys", "checkpoints"] {
        assert_eq!(mode(&folder.join(name)), 0);
        for entry in std::fs::read_dir(folder.join(name)).unwrap() {
            assert_eq!(mode(&entry.unwrap().path()), 0);
        }
    }
}

/// The batch is there as it was, and waits for a withdrawal: the original may have sent it.
fn starts_only_when_it_is_confirmed(site: &Site, taken: &Taken, shown: &serde_json::Value) {
    let folder = site.at("restored-3");
    let data = folder.join("data");
    for name in ["mandates.toml", "master.key", "gateway.toml"] {
        std::fs::copy(site.at(name), folder.join(name)).unwrap();
    }
    let config = folder.join("gateway.toml");
    let before = everything(&data);
    let refused = run(&["serve", "--lang", "en", "--config", text(&config)]);
    assert_eq!(refused.code, 2, "{refused:?}");
    let command = format!("--confirm {}", taken.end.0);
    assert!(refused.stderr.contains(&command), "{refused:?}");
    assert_eq!(everything(&data), before, "nothing was changed");
    let confirm = |record: u64| {
        let record = record.to_string();
        run(&[
            "restore",
            "--json",
            "--data",
            text(&data),
            "--confirm",
            &record,
        ])
    };
    assert_eq!(confirm(taken.end.0 + 1).code, 2, "another copy's record");
    assert_eq!(confirm(taken.end.0).code, 0);
    assert_eq!(confirm(taken.end.0).code, 2, "once");
    let serving = Serving::start(&folder);
    let again = Site {
        folder: tempfile::tempdir().unwrap(),
    };
    let pki = again.at("data/pki");
    std::fs::create_dir_all(pki.parent().unwrap()).unwrap();
    assert!(
        Command::new("cp")
            .arg("-r")
            .arg(data.join("pki"))
            .arg(&pki)
            .status()
            .unwrap()
            .success()
    );
    again.certificates();
    let id = shown["batch_id"].as_str().unwrap();
    let ended = again.as_employer(&serving.url, &["status", id]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let mut restored = ended.document();
    assert_eq!(restored["waits_for"]["what"], "withdrawal", "{restored}");
    restored["waits_for"] = shown["waits_for"].clone();
    assert_eq!(&restored, shown);
    assert_eq!(serving.stop(), 0);
    let verified = run(&["verify", "--json", "--data", text(&data)]);
    assert_eq!(verified.code, 0, "{verified:?}");
}

/// A stopped gateway with one batch, and its backup.
fn stopped() -> (Site, PathBuf) {
    let site = Site::new();
    let serving = Serving::start(site.folder.path());
    site.certificates();
    site.submit(&serving.url, 1);
    assert_eq!(serving.stop(), 0);
    let ended = site.backup("backup");
    assert_eq!(ended.code, 0, "{ended:?}");
    let backup = site.at("backup");
    (site, backup)
}

#[test]
fn whatever_is_changed_in_a_copy_nothing_is_restored_from_it() {
    let (site, backup) = stopped();
    let whole = everything(&backup);
    let data = site.at("new");
    let refused = |what: &str, codes: &[i32]| {
        let ended = restore(&backup, &data);
        assert!(codes.contains(&ended.code), "{what}: {ended:?}");
        assert!(!data.exists(), "{what}: something was written");
        put_back(&backup, &whole);
    };
    let files = || {
        whole
            .iter()
            .filter_map(|(path, bytes)| Some((path, bytes.as_ref()?)))
    };
    assert!(
        files().count() >= 7,
        "segment, two keys, checkpoints and their key, manifest, its digest"
    );
    for (path, bytes) in files() {
        let name = path.display().to_string();
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut other = bytes.clone();
            other[at] ^= 1;
            std::fs::write(path, other).unwrap();
            refused(&format!("{name} flipped at {at}"), &[1]);
        }
        std::fs::write(path, &bytes[..bytes.len() - 1]).unwrap();
        refused(&format!("{name} cut"), &[1]);
        std::fs::remove_file(path).unwrap();
        refused(&format!("{name} removed"), &[1]);
    }
    std::fs::write(backup.join("journal/00000000000000000099.seg"), b"x").unwrap();
    refused("a segment more", &[1]);
    std::fs::remove_dir_all(&backup).unwrap();
    std::fs::create_dir(&backup).unwrap();
    refused("an empty folder", &[2]);
    let ended = restore(&backup, &data);
    assert_eq!(ended.code, 0, "whole again: {ended:?}");
}

#[test]
fn a_copy_that_was_killed_is_whole_or_none() {
    let (site, _) = stopped();
    let (mut whole, mut broken) = (0, 0);
    for round in 0..24u64 {
        let to = site.at(&format!("killed-{round}"));
        let mut child = Command::new(env!("CARGO_BIN_EXE_anxin"))
            .args([
                "backup",
                "--data",
                text(&site.at("data")),
                "--to",
                text(&to),
            ])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_micros(round * 1_500));
        let _ = child.kill();
        child.wait().unwrap();
        let data = site.at(&format!("of-killed-{round}"));
        match restore(&to, &data).code {
            0 => whole += 1,
            1 | 2 => {
                broken += 1;
                assert!(!data.exists(), "round {round}");
            }
            other => panic!("round {round}: {other}"),
        }
    }
    assert_eq!(whole + broken, 24);
    assert!(broken > 0);
}

#[test]
fn a_restore_that_was_broken_off_is_no_folder_to_start_on() {
    let (site, backup) = stopped();
    let data = site.at("cut/data");
    assert_eq!(restore(&backup, &data).code, 0);
    let mark = data.join("restored");
    let text_of = std::fs::read_to_string(&mark).unwrap();
    std::fs::write(&mark, text_of.replace("waits", "confirmed")).unwrap();
    let start = || {
        std::fs::copy(site.at("gateway.toml"), site.at("cut/gateway.toml")).unwrap();
        let config = site.at("cut/gateway.toml");
        let ended = run(&["serve", "--lang", "en", "--config", text(&config)]);
        assert_eq!(ended.code, 2, "{ended:?}");
        ended.stderr
    };
    assert!(
        start().contains("damaged"),
        "a mark that was changed by hand"
    );
    std::fs::remove_dir_all(site.at("cut/data")).unwrap();
    // A backup is no data folder.
    let copied = Command::new("cp")
        .arg("-r")
        .arg(&backup)
        .arg(&data)
        .status();
    assert!(copied.unwrap().success());
    assert!(start().contains("is a backup"));
}

#[test]
fn folders_that_can_not_be_used_are_refused_with_their_reason() {
    let (site, backup) = stopped();
    let data = site.at("data");
    let told = |to: &Path, word: &str| {
        let words = [
            "backup",
            "--lang",
            "en",
            "--data",
            text(&data),
            "--to",
            text(to),
        ];
        let ended = run(&words);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(ended.stderr.contains(word), "{word}: {ended:?}");
    };
    let before = everything(&data);
    told(&backup, "is not empty");
    told(&data.join("inside"), "lies in the other");
    told(site.folder.path(), "lies in the other");
    told(&site.at("master.key").join("x"), "can't be read");
    assert_eq!(everything(&data), before);
    let none = site.at("none");
    let ended = run(&["backup", "--data", text(&none), "--to", text(&site.at("b"))]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert_eq!(restore(&backup, &data).code, 2, "a folder that is in use");
    assert_eq!(everything(&data), before);
    assert_eq!(
        run(&["restore", "--data", text(&none)]).code,
        2,
        "from where?"
    );
    assert_eq!(
        run(&["restore", "--data", text(&data), "--confirm", "1"]).code,
        2
    );
}

#[test]
fn a_full_disk_leaves_no_backup_and_a_damaged_source_is_not_copied() {
    let (site, _) = stopped();
    let (data, to) = (site.at("data"), site.at("full"));
    // No file may have more than 512 bytes.
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"";
    let output = Command::new("sh")
        .args([
            "-c",
            script,
            env!("CARGO_BIN_EXE_anxin"),
            "backup",
            "--lang",
            "en",
        ])
        .args(["--data", text(&data), "--to", text(&to)])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("can't write"), "{said}");
    assert_eq!(restore(&to, &site.at("of-full")).code, 1, "incomplete");
    let whole: BTreeMap<_, _> = everything(&data).into_iter().collect();
    let changed = |name: &str, at: usize| {
        let path = data.join(name);
        let mut bytes = whole[&path].clone().unwrap();
        bytes[at] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let ended = site.backup(&format!("of-{}-{at}", name.replace('/', "-")));
        assert_eq!(ended.code, 1, "{name}: {ended:?}");
        std::fs::write(&path, whole[&path].as_ref().unwrap()).unwrap();
    };
    changed("journal/00000000000000000001.seg", 100);
    changed("journal/00000000000000000001.seg", 900);
    let key = whole
        .keys()
        .find(|path| path.extension().is_some_and(|end| end == "key"));
    let key = key.unwrap().strip_prefix(&data).unwrap();
    changed(text(key), 0);
}
