//! The program itself: usage, certificates, completions, the journal's check, the client.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use command_kit::run;
use gateway::proof::Log;
use journal::disk::OsDisk;
use journal::index::{Index as _, SledIndex};
use journal::witness::Witness;
use journal::{Draft, Journal, Kind, Options};
use std::path::Path;
use std::sync::Arc;

#[test]
fn wrong_usage_ends_with_code_2_and_help_with_0() {
    for arguments in [
        &[][..],
        &["nonsense"],
        &["check"],
        &["check", "x.csv", "--format", "dbf"],
        &["check", "x.csv", "--pay-month", "2026-13"],
        &["decode", "x", "--bank", "HXB"],
        &["demo", "--seed", "x"],
        &["submit", "x.csv"],
        &["status", "B1", "--url", "https://127.0.0.1:1"],
        &["verify"],
        &["explain", "B20261123-1"],
    ] {
        let ended = run(arguments);
        assert_eq!(ended.code, 2, "{arguments:?}: {ended:?}");
        assert_eq!(ended.stdout, "", "{arguments:?}");
        assert!(!ended.stderr.is_empty());
    }
    let help = run(&["--help"]);
    assert_eq!(help.code, 0);
    let commands = [
        "demo",
        "serve",
        "sandbox",
        "check",
        "convert",
        "decode",
        "banks",
        "submit",
        "status",
        "verify",
        "explain",
        "certs",
        "completions",
    ];
    for command in commands {
        assert!(help.stdout.contains(command), "{command}");
        if command == "certs" {
            continue;
        }
        let own = run(&[command, "--help"]);
        assert_eq!(own.code, 0, "{command}");
        assert!(own.stdout.contains("Example"), "{command} has no example");
    }
    assert_eq!(run(&["--version"]).code, 0);
}

#[test]
fn completions_name_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let ended = run(&["completions", shell]);
        assert_eq!(ended.code, 0);
        assert!(ended.stdout.contains("convert"), "{shell}");
    }
    assert_eq!(run(&["completions", "cobol"]).code, 2);
}

#[test]
fn certificates_are_added_to_an_authority_and_keys_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("pki");
    let out_text = out.to_str().unwrap();
    let ended = run(&[
        "certs", "init", "--out", out_text, "--bank", "ICBC", "--json",
    ]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(ended.document()["development"], true);
    let authority = std::fs::read(out.join("ca.pem")).unwrap();
    let employer = "913301006639233248:person:wang";
    let more = [
        "certs",
        "init",
        "--out",
        out_text,
        "--employer",
        employer,
        "--regulator",
        "330000",
        "--operator",
        "ops:person:li",
    ];
    let ended = run(&more);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(
        std::fs::read(out.join("ca.pem")).unwrap(),
        authority,
        "the authority stays"
    );
    for key in [
        "ca.key",
        "server/server.key",
        "bank/ICBC.key",
        "employer/913301006639233248-wang.key",
        "regulator/330000.key",
        "operator/ops-li.key",
    ] {
        let mode = out.join(key).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{key}");
    }
    let pem = std::fs::read(out.join("employer/913301006639233248-wang.pem")).unwrap();
    let der = certs_der(&pem);
    let (party, _) = certs::identity::party_of_certificate(&der).unwrap();
    assert_eq!(party.to_string(), format!("urn:anxin:employer:{employer}"));
    for wrong in [
        ["--bank", "XX"],
        ["--employer", "913301006639233249"],
        ["--operator", "a b"],
    ] {
        let ended = run(&["certs", "init", "--out", out_text, wrong[0], wrong[1]]);
        assert_eq!(ended.code, 2, "{wrong:?}");
    }
}

fn certs_der(pem: &[u8]) -> Vec<u8> {
    use base64::Engine as _;
    let text = String::from_utf8(pem.to_vec()).unwrap();
    let body: String = text
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    base64::prelude::BASE64_STANDARD.decode(body).unwrap()
}

fn journal_in(data: &Path, records: u32, closes: bool) {
    let folder = data.join("journal");
    let (journal, _) = Journal::open(Arc::new(OsDisk), &folder, Options::default()).unwrap();
    for number in 0..records {
        let clear = format!("{{\"n\":{number}}}");
        let appended = journal.append(&Draft {
            kind: Kind(16),
            time_ms: 0,
            actor: "test",
            key_id: "",
            clear: clear.as_bytes(),
            sealed: &[],
        });
        journal.wait_durable(appended.unwrap().sequence).unwrap();
    }
    if closes {
        sign(data, &journal);
        journal.close_at(0).unwrap();
        // What a stop leaves beside it.
        let witness = Witness::of(&journal).unwrap().unwrap();
        let index = SledIndex::open(&data.join("index"), 1 << 20).unwrap();
        index.apply(&[], witness.sequence, &witness.hash).unwrap();
        index.flush().unwrap();
        for place in ["witness", "index/witness"] {
            witness.write(&OsDisk, &data.join(place)).unwrap();
        }
    }
}

/// As a stop does before it closes the journal.
fn sign(data: &Path, journal: &Journal) {
    let id = certs::sign::KeyId::new("log").unwrap();
    let random = certs::random::SeededRandom::new(7);
    let algorithm = certs::algorithm::Algorithm::Ed25519;
    let (_, signer) = certs::sign::generate(algorithm, id, &random).unwrap();
    let log = Log::open(Arc::new(OsDisk), data, journal, ("test/log", signer), &[]).unwrap();
    log.begin().unwrap();
    let last = journal.durable();
    log.checkpoint(journal, last, 0).unwrap();
}

#[test]
fn verify_tells_a_sound_journal_from_a_changed_one() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    assert_eq!(run(&["verify", "--data", data]).code, 2, "no journal there");
    journal_in(folder.path(), 5, true);
    let ended = run(&["verify", "--data", data, "--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let document = ended.document();
    assert_eq!(document["sound"], true);
    // Header, five records, the closing one.
    assert_eq!(document["records"], 7);
    assert_eq!(document["head"]["seal"].as_str().unwrap().len(), 64);
    let segment = std::fs::read_dir(folder.path().join("journal")).unwrap();
    let segment = segment.map(|entry| entry.unwrap().path()).next().unwrap();
    let whole = std::fs::read(&segment).unwrap();
    let mut changed = whole.clone();
    let place = changed
        .windows(5)
        .position(|part| part == b"\"n\":3")
        .unwrap();
    changed[place + 4] = b'4';
    std::fs::write(&segment, &changed).unwrap();
    let ended = run(&["verify", "--data", data]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(!ended.stdout.is_empty());
    let document = run(&["verify", "--data", data, "--json"]).document();
    assert_eq!(document["sound"], false);
    assert_eq!(
        std::fs::read(&segment).unwrap(),
        changed,
        "it never repairs"
    );
    std::fs::write(&segment, &whole[..whole.len() - 3]).unwrap();
    let ended = run(&["verify", "--data", data, "--json"]);
    assert_eq!(ended.code, 1);
    assert_eq!(ended.document()["damages"][0]["torn_tail"], true);
}

#[test]
fn a_gateway_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("pki");
    let made = run(&[
        "certs",
        "init",
        "--out",
        out.to_str().unwrap(),
        "--employer",
        "913301006639233248",
    ]);
    assert_eq!(made.code, 0);
    let file = folder.path().join("wages.csv");
    std::fs::write(&file, command_kit::TEMPLATE).unwrap();
    let at = |name: &str| out.join(name).to_str().unwrap().to_owned();
    let cert = at("employer/913301006639233248.pem");
    let key = at("employer/913301006639233248.key");
    let ca = at("ca.pem");
    // A port that was free a moment ago: nobody listens.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("https://127.0.0.1:{port}");
    let ended = run(&[
        "submit",
        file.to_str().unwrap(),
        "--url",
        &url,
        "--cert",
        &cert,
        "--key",
        &key,
        "--ca",
        &ca,
        "--lang",
        "en",
    ]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("can't be reached"), "{ended:?}");
    assert_eq!(ended.stdout, "");
}

/// With --json there is always one document, in words of the language.
#[test]
fn a_client_that_comes_to_no_answer_says_so_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("pki");
    let out_name = out.to_str().unwrap();
    let uscc = "913301006639233248";
    let made = run(&["certs", "init", "--out", out_name, "--employer", uscc]);
    assert_eq!(made.code, 0);
    let file = folder.path().join("wages.csv");
    std::fs::write(&file, command_kit::TEMPLATE).unwrap();
    let at = |name: &str| out.join(name).to_str().unwrap().to_owned();
    let cert = at(&format!("employer/{uscc}.pem"));
    let key = at(&format!("employer/{uscc}.key"));
    let ca = at("ca.pem");
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let url = format!("https://{address}");
    let who = [
        "--url", &url, "--cert", &cert, "--key", &key, "--ca", &ca, "--json",
    ];
    let run_with = |begin: &[&str], who: &[&str]| run(&[begin, who].concat());
    let refused = run_with(&["submit", file.to_str().unwrap()], &who);
    assert_eq!(refused.code, 2, "{refused:?}");
    let document = refused.document();
    assert_eq!(document["type"], "urn:anxin:problem:usage");
    assert_eq!(document["title"], format!("无法连接网关 {address}"));
    assert_eq!(document["detail"], "连接被拒绝,该地址没有程序在接听");
    assert!(!refused.stderr.contains("os error"), "{refused:?}");
    assert!(!document.to_string().contains("os error"), "{document}");
    let status = run_with(&["status", "B20261124-1", "--lang", "en"], &who);
    assert_eq!(status.code, 2, "{status:?}");
    let title = status.document()["title"].as_str().unwrap().to_owned();
    assert_eq!(title, format!("the gateway {address} can't be reached"));
    for (begin, detail) in [
        (vec!["status", "17"], "17 不是批次编号"),
        (
            vec!["submit", "x.csv", "--format", "dbf"],
            "选项 --format <NAME> 的值“dbf”不可用,可用:csv xlsx json pain.001",
        ),
    ] {
        let ended = run_with(&begin, &who);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert_eq!(ended.document()["detail"], detail, "{begin:?}");
    }
    // A listener that speaks no TLS.
    let deaf = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", deaf.local_addr().unwrap());
    let answered = std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        let (mut stream, _) = deaf.accept().unwrap();
        stream.read_exact(&mut [0; 5]).unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .unwrap();
        // Until the other side has gone: a reset would overtake the answer.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let mut who = who;
    who[1] = &url;
    let ended = run_with(&["status", "B20261124-1"], &who);
    answered.join().unwrap();
    assert_eq!(ended.code, 2, "{ended:?}");
    assert_eq!(ended.document()["detail"], "对方的应答不是 TLS");
}

#[test]
fn verify_says_in_json_why_it_can_t_be_sure() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let ended = run(&["verify", "--data", data, "--json"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    let document = ended.document();
    assert_eq!(
        (&document["sound"], &document["verdict"]),
        (&false.into(), &"unreadable".into())
    );
    assert!(document["message"].as_str().unwrap().contains("日志"));
    journal_in(folder.path(), 5, false);
    // As a gateway holds its folder while it runs.
    let lock = std::fs::File::create(folder.path().join("lock")).unwrap();
    lock.lock().unwrap();
    let ended = run(&["verify", "--data", data, "--json"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    let document = ended.document();
    assert_eq!(document["verdict"], "gateway_running", "{document}");
    assert_eq!(document["gateway_running"], true);
    assert_eq!(
        (&document["records"], &document["damages"]),
        (&6.into(), &serde_json::json!([]))
    );
    assert!(
        document["message"]
            .as_str()
            .unwrap()
            .starts_with("网关正在运行")
    );
    assert_eq!(document["index"], "absent");
    assert!(!document["index_message"].as_str().unwrap().is_empty());
    // Not by closing: a child that another test is about to start may hold a copy for a moment.
    lock.unlock().unwrap();
    let document = run(&["verify", "--data", data, "--json", "--lang", "en"]).document();
    assert_eq!(document["verdict"], "not_closed");
    assert_eq!(document["gateway_running"], false);
    assert!(document["message"].as_str().unwrap().is_ascii());
}

/// Who gets no certificate is told what is wrong with the name, in the reader's language.
#[test]
fn a_party_that_can_t_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("pki");
    let init = |word: &str, value: &str| {
        run(&["certs", "init", "--out", out.to_str().unwrap(), word, value])
    };
    let ended = init("--employer", "123");
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(
        ended.stderr.contains("123 不是统一社会信用代码"),
        "{ended:?}"
    );
    assert!(!ended.stderr.contains("form"), "{ended:?}");
    // 330119 was never a county of Hangzhou.
    for region in ["999999", "330119", "33"] {
        let ended = init("--regulator", region);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(ended.stderr.contains("regions.toml"), "{ended:?}");
    }
    assert!(!out.exists());
    let help = run(&["certs", "--help"]);
    assert!(help.stdout.contains("anxin certs init --out"), "{help:?}");
}
