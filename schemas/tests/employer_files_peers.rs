//! pain.001 as libraries that are not ours write it. They are installed by `tests/iso-peers`, which
//! names their Python in ANXIN_ISO_PEERS; without it nothing is run, and that is said on stderr.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::*;
use schemas::employer_files::{Format, ReadOptions};
use schemas::{Fen, PayMonth};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

#[allow(clippy::explicit_write)] // the runner keeps what eprintln! says to itself
fn written() -> Option<PathBuf> {
    let Ok(python) = std::env::var("ANXIN_ISO_PEERS") else {
        writeln!(std::io::stderr(), "needs tests/iso-peers: not run: write").unwrap();
        return None;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("iso_peers_write");
    std::fs::create_dir_all(&folder).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/iso_peers/write.py");
    let done = Command::new(python).arg(script).arg(&folder).output();
    let done = done.unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    Some(folder)
}

#[test]
fn what_libraries_write_is_read() {
    let Some(folder) = written() else { return };
    let options = ReadOptions {
        pay_month: Some(PayMonth::new(2026, 11).unwrap()),
        ..options()
    };
    let read = |name: &str| {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let (summary, kept) = read_with(&bytes, &options);
        assert_eq!(summary.format, Some(Format::Pain001), "{name}");
        assert_eq!(summary.line_count, 2, "{name}");
        assert_eq!(summary.total, Some(Fen(1_360_350)), "{name}");
        (summary, kept)
    };
    let (summary, kept) = read("pyiso20022.xml");
    assert_eq!(kept.places(), Vec::<String>::new());
    assert_eq!((summary.lines_ok, summary.head.is_some()), (2, true));
    let names: Vec<_> = kept.lines.iter().map(|line| line.name.clone()).collect();
    let expected: Vec<_> = example_lines().into_iter().map(|line| line.name).collect();
    assert_eq!(names, expected);
    // What a file of the euro area lacks for wages in China is found, all of it in one pass.
    for version in ["pain.001.001.03", "pain.001.001.09"] {
        let (summary, kept) = read(&format!("sepaxml.{version}.xml"));
        assert_eq!(kept.places(), LACKING, "{version}");
        assert_eq!(summary.lines_ok, 0);
    }
}

/// No identity numbers, accounts and banks that are none of China's, no employer's number.
const LACKING: [&str; 9] = [
    "id_number_missing 1 1 id_number",
    "account_invalid 1 1 account",
    "bank_unknown 1 1 bank",
    "id_number_missing 2 2 id_number",
    "account_invalid 2 2 account",
    "bank_unknown 2 2 bank",
    "missing_field - - employer_uscc",
    "paying_bank_unknown - - paying_bank",
    "payer_account_invalid - - payer_account",
];
