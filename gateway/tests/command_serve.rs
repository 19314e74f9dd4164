//! `anxin serve` from an empty folder: it starts in development, answers its own client, and a
//! stop leaves a journal that `anxin verify` finds whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::serving::{Serving, settings};
use command_kit::{TEMPLATE, run};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

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

/// What counts is there before it counts: a rule that watches it finds it.
#[test]
fn concerns_and_restarts_are_shown_from_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let serving = Serving::start(folder.path());
    let numbers = serving.operated("/metrics");
    for name in [
        "anxin_concern{concern=\"follower\"} 0",
        "anxin_concern{concern=\"interface\"} 0",
        "anxin_concern{concern=\"tls\"} 0",
        "anxin_task_restarts_total{concern=\"follower\"} 0",
    ] {
        assert!(numbers.contains(name), "{name}: {numbers}");
    }
    assert_eq!(serving.stop(), 0);
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

/// The operator's to mend, for the gateway and for the banks' side alike.
#[test]
fn a_taken_port_and_an_open_master_key_are_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let file = folder.path().join("gateway.toml");
    let text = settings("").replacen("127.0.0.1:0", &address.to_string(), 1);
    std::fs::write(&file, text).unwrap();
    let serve = || run(&["serve", "--config", file.to_str().unwrap()]);
    let ended = serve();
    assert_eq!(ended.code, 2, "{ended:?}");
    let port = address.port().to_string();
    let files = folder.path().join("banks");
    let mut sandbox = vec!["sandbox", "--bank", "ICBC", "--port", &port];
    sandbox.extend(["--files", files.to_str().unwrap()]);
    let ended = run(&sandbox);
    assert_eq!(ended.code, 2, "{ended:?}");
    std::fs::write(&file, settings("")).unwrap();
    let master = folder.path().join("master.key");
    std::fs::write(&master, format!("{}\n", "0a".repeat(32))).unwrap();
    let ended = serve();
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("0600") && !ended.stderr.contains("verify"));
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

/// What a gateway that may open so many files says on standard error until it is stopped.
fn said_with_files(folder: &Path, files: u32, more: &str, lang: &str) -> String {
    let file = folder.join("gateway.toml");
    std::fs::write(&file, settings(more)).unwrap();
    let script = format!("ulimit -n {files}; exec \"$0\" \"$@\"");
    let mut child = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_anxin"), "serve"])
        .args(["--lang", lang, "--config", file.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let out = child.stdout.take().unwrap();
    BufReader::new(out).read_line(&mut line).unwrap();
    assert!(line.contains("https://"), "{line}");
    let id = child.id().to_string();
    Command::new("kill").args(["-TERM", &id]).status().unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    String::from_utf8(ended.stderr).unwrap()
}

/// 4,096 connections, 1,024 handshakes, 256 uploads and 256 of its own are more than the usual
/// 1,024; a smaller house needs 300 and 64 and 64 and those.
#[test]
fn a_start_with_too_few_files_for_its_callers_says_so() {
    let folder = tempfile::tempdir().unwrap();
    for (lang, words) in [("en", "This process may open 1024"), ("zh", "1024 个文件")] {
        let said = said_with_files(folder.path(), 1024, "", lang);
        assert!(said.contains(words), "{said}");
        assert!(said.contains("LimitNOFILE=5632"), "{said}");
        assert!(said.contains("\"needed\":5632"), "in the log: {said}");
    }
    let more = "[limits]\nconnections_max = 300\nhandshakes_max = 64\nreceptions_max = 64\n";
    for (files, warns) in [(683, true), (684, false)] {
        let said = said_with_files(folder.path(), files, more, "en");
        assert_eq!(said.contains("LimitNOFILE"), warns, "{said}");
    }
}
