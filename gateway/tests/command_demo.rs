//! `anxin demo --once --json`: 57 banks over real sockets with mutual TLS, with nothing prepared.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::run;
use journal::index::{Change, Index as _, SledIndex};

#[test]
fn every_bank_sees_a_batch_through_and_the_books_agree() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let data = data.to_str().unwrap();
    let seed = ["--seed", "3"];
    let mut words = vec!["demo", "--once", "--json", "--lines", "4", "--data", data];
    words.extend(seed);
    let ended = run(&words);
    assert_eq!(ended.code, 0, "{ended:?}");
    let document = ended.document();
    assert_eq!(document["seed"], 3);
    assert_eq!(document["breaks"].as_array().unwrap().len(), 0);
    assert!(
        document["console_url"]
            .as_str()
            .unwrap()
            .starts_with("https://127.0.0.1:")
    );
    let banks = document["banks"].as_array().unwrap();
    assert_eq!(banks.len(), schemas::codes::banks().len());
    let count = |row: &serde_json::Value, key: &str| row[key].as_u64().unwrap();
    for bank in banks {
        let ended: u64 = ["paid", "failed", "returned", "unknown"]
            .into_iter()
            .map(|state| count(bank, state))
            .sum();
        assert_eq!((count(bank, "lines"), ended), (4, 4), "{bank}");
        assert!(count(bank, "paid") >= 1, "the first line is paid: {bank}");
        assert!(bank["amount_fen"].as_i64().unwrap() > 0);
    }
    let totals = &document["totals"];
    assert_eq!(count(totals, "lines"), 4 * banks.len() as u64);
    // A bank that falls silent leaves lines of which nobody knows: seven or eight do.
    assert!(count(totals, "unknown") >= 7 * 3, "{totals}");
    let verified = run(&["verify", "--data", data, "--json"]);
    assert_eq!(verified.code, 0, "{verified:?}");
    assert_eq!(verified.document()["index"], "agrees", "{verified:?}");
    a_damaged_index_is_damage(data);
    // A folder with something in it is nobody's to use again.
    assert_eq!(run(&words).code, 2);
}

/// M3: of an index that is not the journal's picture no word is true; it is said where, and that
/// it may be deleted.
fn a_damaged_index_is_damage(data: &str) {
    let folder = std::path::Path::new(data).join("index");
    let verify = |lang: &str| run(&["verify", "--data", data, "--json", "--lang", lang]);
    {
        let index = SledIndex::open(&folder, 1 << 20).unwrap();
        let (position, head) = (index.position().unwrap(), index.head().unwrap().unwrap());
        let change = |key: &[u8], value: Option<&[u8]>| Change {
            key: key.to_vec(),
            value: value.map(<[u8]>::to_vec),
        };
        let people = index.range(b"p", b"q", 2).unwrap();
        let changes = [
            change(&people[0].0, Some(b"other")),
            change(&people[1].0, None),
            change(b"p\0\0\0\0\0\0\0\0\0\0\0\0", Some(b"")),
        ];
        index.apply(&changes, position, &head).unwrap();
        index.flush().unwrap();
    }
    let before = std::fs::read(folder.join("db")).unwrap();
    let ended = verify("zh");
    let document = ended.document();
    assert_eq!((ended.code, &document["sound"]), (1, &false.into()));
    assert_eq!(document["verdict"], "index_damaged", "{document}");
    assert_eq!(document["index"], "differs");
    let damages = document["index_damages"].as_array().unwrap();
    // In the order of the journal, which keyed hashes make another one each time.
    let mut told: Vec<(&str, &str)> = damages
        .iter()
        .map(|d| (d["code"].as_str().unwrap(), d["what"].as_str().unwrap()))
        .collect();
    told.sort_unstable();
    let codes: Vec<&str> = told.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, ["additional", "changed", "missing"]);
    assert_eq!(told[1].1, "证件检索块被改动");
    let after = std::fs::read(folder.join("db")).unwrap();
    assert!(before == after, "it never repairs");
    // Bytes in the middle of what sled reads first.
    let mut broken = after;
    let middle = broken.iter().position(|byte| *byte != 0).unwrap() + 20;
    for byte in &mut broken[middle..middle + 5] {
        *byte ^= 0xFF;
    }
    std::fs::write(folder.join("db"), &broken).unwrap();
    let ended = verify("en");
    let document = ended.document();
    assert_eq!((ended.code, &document["sound"]), (1, &false.into()));
    assert_ne!(document["verdict"], "sound", "{document}");
    assert_ne!(document["index"], "not_compared");
    let text = run(&["verify", "--data", data, "--lang", "en"]).stdout;
    assert!(
        text.contains("may be deleted") || text.contains("backup"),
        "{text}"
    );
    assert!(
        std::fs::read(folder.join("db")).unwrap() == broken,
        "it never repairs"
    );
    std::fs::remove_dir_all(&folder).unwrap();
    let ended = verify("en");
    assert_eq!(ended.code, 1, "an index that was there is missed");
    assert_eq!(ended.document()["index"], "absent");
}

/// `anxin demo | head -1`: the reader goes, the journal is closed all the same.
#[test]
fn a_reader_who_leaves_does_not_leave_the_journal_open() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let data = data.to_str().unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_anxin"))
        .args(["demo", "--once", "--lines", "1", "--data", data])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    let verified = run(&["verify", "--data", data, "--json"]);
    assert_eq!(verified.code, 0, "{verified:?}");
    assert_eq!(verified.document()["closed_cleanly"], true);
}
