//! `anxin serve` from an empty folder: it starts in development, answers its own client, and a
//! stop leaves a journal that `anxin verify` finds whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::{TEMPLATE, run};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A gateway that is ended with its test.
struct Serving {
    child: Child,
    url: String,
}

impl Serving {
    fn start(folder: &Path) -> Self {
        let settings = "[listen]\nparties = \"127.0.0.1:0\"\noperator = \"127.0.0.1:0\"\n";
        std::fs::write(folder.join("gateway.toml"), settings).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_anxin"))
            .args(["serve", "--lang", "en", "--config"])
            .arg(folder.join("gateway.toml"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let url = line
            .split_whitespace()
            .find(|word| word.starts_with("https://"));
        let url = url.expect("the gateway says where it is").to_owned();
        Self { child, url }
    }

    /// Asks it to stop, as a service manager does.
    fn stop(mut self) -> i32 {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

#[test]
fn it_serves_refuses_and_stops_with_a_whole_journal() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(folder.path());
    let data = folder.path().join("data");
    let pki = data.join("pki");
    let uscc = "913301006639233248";
    let made = run(&[
        "certs",
        "init",
        "--out",
        pki.to_str().unwrap(),
        "--employer",
        uscc,
    ]);
    assert_eq!(made.code, 0, "{made:?}");
    let at = |name: &str| pki.join(name).to_str().unwrap().to_owned();
    let (cert, key) = (
        at(&format!("employer/{uscc}.pem")),
        at(&format!("employer/{uscc}.key")),
    );
    let ca = at("ca.pem");
    let who = [
        "--url",
        &serving.url,
        "--cert",
        &cert,
        "--key",
        &key,
        "--ca",
        &ca,
    ];
    let file = folder.path().join("wages.csv");
    std::fs::write(&file, TEMPLATE).unwrap();
    let mut submit = vec!["submit", file.to_str().unwrap(), "--lang", "en", "--json"];
    submit.extend(who);
    // No account is registered for this employer: refused with every finding.
    let ended = run(&submit);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(
        ended.stdout.contains("payer_account_not_mandated"),
        "{ended:?}"
    );
    let mut status = vec!["status", "B20261124-1", "--json"];
    status.extend(who);
    assert_eq!(run(&status).code, 1, "a batch that does not exist");
    assert_eq!(serving.stop(), 0);
    let verified = run(&["verify", "--data", data.to_str().unwrap(), "--json"]);
    assert_eq!(verified.code, 0, "{verified:?}");
    assert_eq!(verified.document()["closed_cleanly"], true);
}

#[test]
fn an_unknown_word_in_the_configuration_stops_the_start_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gateway.toml");
    std::fs::write(&file, "profile = \"development\"\nlisten_on = 3\n").unwrap();
    let ended = run(&["serve", "--lang", "en", "--config", file.to_str().unwrap()]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("gateway.toml:2"), "{ended:?}");
    assert!(!folder.path().join("data").exists(), "nothing was made");
}

/// Two processes over one journal would pay twice.
#[test]
fn a_second_gateway_on_the_same_folder_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(folder.path());
    let settings = folder.path().join("gateway.toml");
    let second = run(&[
        "serve",
        "--lang",
        "en",
        "--config",
        settings.to_str().unwrap(),
    ]);
    assert_ne!(second.code, 0, "{second:?}");
    assert!(second.stderr.contains("another process"), "{second:?}");
    assert_eq!(serving.stop(), 0);
}
