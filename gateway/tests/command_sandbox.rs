//! `anxin sandbox --setup`: what it writes is enough for `anxin serve` and `anxin submit`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::run;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A command that is ended with its test.
struct Started {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
}

impl Started {
    fn new(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_anxin"))
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    /// Reads until a line holds `word`, and gives that line.
    fn until(&mut self, word: &str) -> String {
        let mut line = String::new();
        while self.out.read_line(&mut line).unwrap() > 0 {
            if line.contains(word) {
                return line;
            }
            line.clear();
        }
        panic!("it ended without a word of {word}");
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const SETTINGS: &str = "[listen]\nparties = \"127.0.0.1:0\"\noperator = \"127.0.0.1:0\"\n\n\
    [tls]\nchain_file = \"pki/server/server.pem\"\nkey_file = \"pki/server/server.key\"\n\
    client_ca_file = \"pki/ca.pem\"\ncrl_files = [\"pki/crl.pem\"]\n";

/// Three dialects: files beside TCP, HTTP with a sign port, a signed and sealed body.
fn sandbox(folder: &Path) -> Started {
    let mut started = Started::new(&[
        "sandbox",
        "--setup",
        folder.to_str().unwrap(),
        "--port",
        "0",
        "--bank",
        "ABC",
        "--bank",
        "ICBC",
        "--bank",
        "WZCB",
    ]);
    started.until("-maker.key");
    started
}

#[test]
fn a_gateway_starts_from_it_and_takes_its_wage_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    // The free port of a test; the rest is written by the command.
    std::fs::write(at("gateway.toml"), SETTINGS).unwrap();
    let _banks = sandbox(folder.path());
    for private in ["mandates.toml", "keys/WZCB-encryption.sm4", "wages/ABC.csv"] {
        let mode = std::fs::metadata(at(private)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{private}");
    }
    // A batch to a bank that nobody opened would wait for ever.
    let wages = std::fs::read_dir(folder.path().join("wages")).unwrap();
    assert_eq!(wages.count(), 3);
    let mut gateway = Started::new(&["serve", "--lang", "en", "--config", &at("gateway.toml")]);
    let said = gateway.until("https://");
    assert!(said.contains("3 banks"), "{said}");
    let url = said
        .split_whitespace()
        .find(|word| word.starts_with("https://"))
        .unwrap();
    let wages = std::fs::read_to_string(at("wages/ICBC.csv")).unwrap();
    let uscc = wages
        .lines()
        .find_map(|line| line.strip_prefix("统一社会信用代码,"))
        .unwrap();
    let (file, ca) = (at("wages/ICBC.csv"), at("pki/ca.pem"));
    let cert = at(&format!("pki/employer/{uscc}-maker.pem"));
    let key = at(&format!("pki/employer/{uscc}-maker.key"));
    let mut submit = vec!["submit", &file, "--url", url, "--ca", &ca];
    submit.extend(["--cert", &cert, "--key", &key]);
    let ended = run(&[submit.as_slice(), &["--json"]].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    let batch = ended.document();
    assert_eq!(batch["state"], "held", "{batch}");
    assert_eq!(batch["line_count"], 20, "{batch}");
    assert_eq!(batch["findings"], serde_json::json!([]), "{batch}");
    // Nobody has approved it: whoever waits has the receipt meanwhile.
    let mut waiting = Started::new(&[submit.as_slice(), &["--wait"]].concat());
    waiting.until(batch["batch_id"].as_str().unwrap());
    waiting.until(batch["digest"].as_str().unwrap());
    assert!(waiting.child.try_wait().unwrap().is_none(), "it waits on");
}

/// Whoever changed a file finds it as it was; only the addresses are new.
#[test]
fn a_second_start_keeps_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    let kept = [
        "gateway.toml",
        "mandates.toml",
        "pki/ca.pem",
        "pki/bank/ICBC.pem",
        "keys/WZCB-signing.pem",
        "keys/WZCB-encryption.sm4",
        "wages/WZCB.csv",
    ];
    drop(sandbox(folder.path()));
    let first: Vec<Vec<u8>> = kept.iter().map(|name| read(name)).collect();
    drop(sandbox(folder.path()));
    for (name, before) in kept.iter().zip(first) {
        assert_eq!(read(name), before, "{name}");
    }
}

/// A real installation must never be pointed at a sandbox.
#[test]
fn an_installation_of_somebody_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mandates = folder.path().join("mandates.toml");
    std::fs::write(&mandates, "# real\n").unwrap();
    let ended = run(&[
        "sandbox",
        "--setup",
        folder.path().to_str().unwrap(),
        "--port",
        "0",
    ]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert_eq!(std::fs::read_to_string(&mandates).unwrap(), "# real\n");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// A bank that the program does not have yet is played from its folder.
#[test]
fn a_bank_of_a_folder_is_played() {
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    let (adapters, files) = (path("adapters"), path("files"));
    let new = ["bank", "new", "ZZTRIAL", "--dialect", "synthetic_fixed"];
    let ended = run(&[&new[..], &["--dir", &adapters]].concat());
    assert_eq!(ended.code, 0, "{ended:?}");
    let words = [
        "sandbox", "--bank", "ZZTRIAL", "--dir", &adapters, "--files", &files,
    ];
    let mut started = Started::new(&words);
    assert!(started.until("main").contains("ZZTRIAL"));
    let missing = run(&["sandbox", "--bank", "XYZ", "--dir", &adapters]);
    assert_eq!(missing.code, 2, "{missing:?}");
    assert!(missing.stderr.contains("没有银行 XYZ"), "{missing:?}");
}
