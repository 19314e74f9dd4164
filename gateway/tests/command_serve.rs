//! `anxin serve` from an empty folder: it starts in development, answers its own client, and a
//! stop leaves a journal that `anxin verify` finds whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::{TEMPLATE, run};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

fn settings(more: &str) -> String {
    format!("[listen]\nparties = \"127.0.0.1:0\"\noperator = \"127.0.0.1:0\"\n{more}")
}

/// A gateway that is ended with its test.
struct Serving {
    child: Child,
    url: String,
    operations: String,
}

impl Serving {
    fn start(folder: &Path) -> Self {
        Self::start_with(folder, "")
    }

    fn start_with(folder: &Path, more: &str) -> Self {
        std::fs::write(folder.join("gateway.toml"), settings(more)).unwrap();
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
        let operations = line
            .split_once("http://")
            .and_then(|(_, rest)| rest.split(',').next());
        let operations = operations.expect("and where it is operated").to_owned();
        Self {
            child,
            url,
            operations,
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &id]).status();
        assert!(sent.unwrap().success());
    }

    /// Status line and body of a call on the operator's address.
    fn operated(&self, path: &str) -> String {
        let mut stream = std::net::TcpStream::connect(&self.operations).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    /// Waits until readiness says `word`.
    fn becomes(&self, word: &str) -> String {
        for _ in 0..400 {
            let text = self.operated("/readyz");
            if text.contains(&format!("\"status\":\"{word}\"")) {
                return text;
            }
            std::thread::sleep(std::time::Duration::from_millis(25));
        }
        panic!("readiness does not become {word}");
    }

    /// Asks it to stop, as a service manager does.
    fn stop(mut self) -> i32 {
        self.signal("-TERM");
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

/// An authority with a server's and an employer's certificate.
fn make_certificates(pki: &Path, uscc: &str) {
    let out = pki.to_str().unwrap();
    let made = run(&["certs", "init", "--out", out, "--employer", uscc]);
    assert_eq!(made.code, 0, "{made:?}");
}

#[test]
fn it_serves_refuses_and_stops_with_a_whole_journal() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(folder.path());
    let data = folder.path().join("data");
    let pki = data.join("pki");
    let uscc = "913301006639233248";
    make_certificates(&pki, uscc);
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
    // What nobody can read ends as in `check`.
    std::fs::write(&file, [0x89, b'P', b'N', b'G', 0, 1, 2, 3]).unwrap();
    let ended = run(&submit);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stdout.contains("unsupported_format"), "{ended:?}");
    let mut status = vec!["status", "B20261124-1", "--json"];
    status.extend(who);
    assert_eq!(run(&status).code, 1, "a batch that does not exist");
    // A certificate of another authority: the gateway hangs up.
    let elsewhere = folder.path().join("elsewhere");
    make_certificates(&elsewhere, uscc);
    let theirs = |end: &str| elsewhere.join(format!("employer/{uscc}.{end}"));
    let (cert, key) = (theirs("pem"), theirs("key"));
    let mut refused = vec!["status", "B20261124-1", "--json", "--url", &serving.url];
    refused.extend(["--ca", &ca, "--cert", cert.to_str().unwrap()]);
    refused.extend(["--key", key.to_str().unwrap()]);
    let ended = run(&refused);
    assert_eq!(ended.code, 2, "{ended:?}");
    let title = ended.document()["title"].as_str().unwrap().to_owned();
    // Closed or reset, as the network has it: told in words of ours either way.
    let words = ["网关关闭了连接", "与网关的连接中断"];
    assert!(words.iter().any(|word| title.starts_with(word)), "{title}");
    assert!(!ended.stderr.contains("cancel"), "{ended:?}");
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

#[test]
fn a_journal_of_another_digest_stops_the_start_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        Serving::start_with(folder.path(), "[journal]\ndigest = \"sm3\"\n").stop(),
        0
    );
    let file = folder.path().join("gateway.toml");
    std::fs::write(&file, settings("")).unwrap();
    let ended = run(&["serve", "--lang", "en", "--config", file.to_str().unwrap()]);
    assert_ne!(ended.code, 0, "{ended:?}");
    assert!(
        ended.stderr.contains("made with sm3, not with sha256"),
        "{ended:?}"
    );
    assert!(ended.stderr.contains("[journal]"), "{ended:?}");
    assert_eq!(
        Serving::start_with(folder.path(), "[journal]\ndigest = \"sm3\"\n").stop(),
        0
    );
}

/// A journal that was set back has forgotten what was sent since: going on would send it again.
#[test]
fn a_journal_that_was_set_back_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, kept) = (
        folder.path().join("data/journal"),
        folder.path().join("kept"),
    );
    assert_eq!(Serving::start(folder.path()).stop(), 0);
    copy_files(&journal, &kept);
    assert_eq!(Serving::start(folder.path()).stop(), 0);
    std::fs::remove_dir_all(&journal).unwrap();
    copy_files(&kept, &journal);
    let refused = refused_start(folder.path());
    assert!(refused.contains("was set back"), "{refused}");
    // Nothing was written: the witness and the files are as they were found.
    for entry in std::fs::read_dir(&kept).unwrap() {
        let name = entry.unwrap().file_name();
        let (before, now) = (kept.join(&name), journal.join(&name));
        assert_eq!(std::fs::read(before).unwrap(), std::fs::read(now).unwrap());
    }
    refused_start(folder.path());
}

/// What a start says that must be refused as our own trouble; one that serves is ended.
fn refused_start(folder: &Path) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_anxin"))
        .args(["serve", "--lang", "en", "--config"])
        .arg(folder.join("gateway.toml"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    for _ in 0..1_200 {
        if let Some(ended) = child.try_wait().unwrap() {
            let mut said = String::new();
            child
                .stderr
                .take()
                .unwrap()
                .read_to_string(&mut said)
                .unwrap();
            assert_eq!(ended.code(), Some(3), "{said}");
            return said;
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    child.kill().unwrap();
    panic!("it serves");
}

fn copy_files(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let name = entry.unwrap().file_name();
        std::fs::copy(from.join(&name), to.join(&name)).unwrap();
    }
}

/// SIGHUP looks at the files of TLS at once; a broken list keeps the old one, and readiness says
/// so until it is mended. A roles file is in force meanwhile.
#[test]
fn a_broken_revocation_list_is_told_and_the_old_one_holds() {
    let folder = tempfile::tempdir().unwrap();
    let pki = folder.path().join("pki");
    let uscc = "913301006639233248";
    make_certificates(&pki, uscc);
    let roles = "[allow]\nbatch_submit = [\"employer\"]\noperation = [\"operator\"]\n";
    std::fs::write(folder.path().join("roles.toml"), roles).unwrap();
    let tls = "[tls]\nchain_file = \"pki/server/server.pem\"\n\
               key_file = \"pki/server/server.key\"\nclient_ca_file = \"pki/ca.pem\"\n\
               crl_files = [\"pki/crl.pem\"]\n";
    let serving = Serving::start_with(folder.path(), tls);
    serving.becomes("ok");
    let at = |name: &str| pki.join(name).to_str().unwrap().to_owned();
    let (cert, key) = (
        at(&format!("employer/{uscc}.pem")),
        at(&format!("employer/{uscc}.key")),
    );
    let ca = at("ca.pem");
    let file = folder.path().join("wages.csv");
    std::fs::write(&file, TEMPLATE).unwrap();
    let mut submit = vec!["submit", file.to_str().unwrap(), "--lang", "en", "--json"];
    submit.extend(["--url", &serving.url, "--cert", &cert, "--key", &key]);
    submit.extend(["--ca", &ca]);
    let list = pki.join("crl.pem");
    let good = std::fs::read(&list).unwrap();
    std::fs::write(&list, "not a list").unwrap();
    serving.signal("-HUP");
    let told = serving.becomes("degraded");
    assert!(told.contains("\"name\":\"tls\""), "{told}");
    // The old list holds: the caller is let in and gets the findings.
    let ended = run(&submit);
    assert!(
        ended.stdout.contains("payer_account_not_mandated"),
        "{ended:?}"
    );
    // The roles file names two calls: the description is the operator's, nothing else is there.
    assert!(serving.operated("/openapi.json").contains(" 200 "));
    std::fs::write(&list, good).unwrap();
    serving.signal("-HUP");
    serving.becomes("ok");
    assert_eq!(serving.stop(), 0);
}
