//! `anxin demo --once --json`: 57 banks over real sockets with mutual TLS, with nothing prepared.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::run;

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
    assert_eq!(banks.len(), 57);
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
    assert_eq!(count(totals, "lines"), 57 * 4);
    // A bank that falls silent leaves lines of which nobody knows: seven or eight do.
    assert!(count(totals, "unknown") >= 7 * 3, "{totals}");
    let verified = run(&["verify", "--data", data, "--json"]);
    assert_eq!(verified.code, 0, "{verified:?}");
    // A folder with something in it is nobody's to use again.
    assert_eq!(run(&words).code, 2);
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
