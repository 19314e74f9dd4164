//! `decode` of a message whose body is sealed: with the installation's keys it is read, without
//! them it is said what is missing and how to give it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use certs::random::SystemRandom;
use certs::sign::{KeyId, Signer, Sm2Encoding, generate};
use command_kit::run;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, OnceLock};

const KEY: [u8; 16] = *b"0123456789abcdef";

/// The bank's key.
fn bank_key() -> Arc<dyn Signer> {
    static MADE: OnceLock<Arc<dyn Signer>> = OnceLock::new();
    let make = || {
        let id = KeyId::new("k3").unwrap();
        let algorithm = "sm2_sm3".parse().unwrap();
        generate(algorithm, id, &SystemRandom::new()).unwrap().1
    };
    Arc::clone(MADE.get_or_init(make))
}

/// An answer of WZCB's open bank to a submission: JSON under SM4-CBC, hexadecimal, in an
/// envelope that is signed (adapters/dialects/wzcb_aob); `change` makes of it what was kept.
fn answer(folder: &Path, change: fn(String) -> String) -> String {
    let body = br#"{"retCode":"0000","retMsg":"OK","bankBatchNo":"B1"}"#;
    let sealed = certs::cipher::sm4_cbc_encrypt(&KEY, &[0; 16], body);
    let sealed = gateway::hex(&sealed);
    let signature = bank_key().sign(sealed.as_bytes()).unwrap();
    let signature = gateway::hex(&Sm2Encoding::Der.encode(&signature).unwrap());
    let text = format!(r#"{{"bizContent":"{sealed}","signature":"{signature}"}}"#);
    let path = folder.join("answer.json");
    std::fs::write(&path, change(text)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn private(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// An installation's connection and keys as OPERATING.md has them.
fn installation(folder: &Path, bank: &str) -> String {
    let id = KeyId::new("k1").unwrap();
    let algorithm = "sm2_sm3".parse().unwrap();
    let (pem, _) = generate(algorithm, id, &SystemRandom::new()).unwrap();
    private(&folder.join("keys/k1.pem"), &pem);
    private(&folder.join("keys/k2.sm4"), &gateway::hex(&KEY));
    let public = bank_key().public_key().to_pem().to_string();
    private(&folder.join("keys/k3.pub.pem"), &public);
    let text = format!(
        "bank = \"{bank}\"\n[endpoints.main]\ntransport = \"http\"\naddress = \"127.0.0.1:1\"\n\
         [keys]\nsigning = \"k1\"\nencryption = \"k2\"\nbank = \"k3\"\n"
    );
    let path = folder.join(format!("connections/{bank}.toml"));
    private(&path, &text);
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_sealed_answer_is_read_with_the_installation_s_keys() {
    let folder = tempfile::tempdir().unwrap();
    let file = answer(folder.path(), |whole| whole);
    let of = ["decode", &file, "--bank", "WZCB", "--message", "receipt"];
    let with = |more: &[&str]| run(&[&of, more].concat());
    let ended = with(&["--json"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert_eq!(ended.document()["findings"][0]["code"], "unreadable");
    assert!(ended.stderr.contains("没有给出密钥"), "{ended:?}");
    assert!(ended.stderr.contains("--connection"), "{ended:?}");
    let english = with(&["--lang", "en"]).stderr;
    assert!(english.contains("no key was given") && english.contains("--connection"));
    let connection = installation(folder.path(), "WZCB");
    let ended = with(&["--json", "--connection", &connection]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let document = ended.document();
    assert_eq!(document["bank_code"], "0000");
    assert_eq!(document["references"]["bank_batch_no"], "B1");
    assert_eq!(document["signature_checked"], true);
    let other = installation(folder.path(), "HXB");
    let ended = with(&["--connection", &other]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("HXB"), "{ended:?}");
    let nowhere = with(&["--connection", &connection, "--keys", "nowhere"]);
    assert_eq!(nowhere.code, 2, "{nowhere:?}");
}

/// With the bank's key a wrong signature is no answer; one that is gone is read and said.
#[test]
fn a_signature_is_checked_or_said_to_be_unchecked() {
    let folder = tempfile::tempdir().unwrap();
    let connection = installation(folder.path(), "WZCB");
    let decode = |change: fn(String) -> String, more: &[&str]| {
        let file = answer(folder.path(), change);
        let of = ["decode", &file, "--bank", "WZCB", "--message", "receipt"];
        run(&[&of[..], &["--connection", &connection], more].concat())
    };
    let tampered = |whole: String| whole.replacen("bizContent\":\"", "bizContent\":\"00", 1);
    let ended = decode(tampered, &[]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("签名核验不符"), "{ended:?}");
    let gone = |whole: String| whole.replacen("signature", "signatur", 1);
    let ended = decode(gone, &["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let document = ended.document();
    assert_eq!(document["bank_code"], "0000");
    assert_eq!(document["signature_checked"], false);
    let told = decode(gone, &[]).stdout;
    assert!(told.contains("签名未验证:这份报文里没有"), "{told}");
    let told = decode(gone, &["--lang", "en"]).stdout;
    assert!(told.contains("there is none in this message"), "{told}");
}

/// A vector that is mistyped is not taken for none: the first block of every body would be wrong.
#[test]
fn a_body_key_with_half_a_vector_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = answer(folder.path(), |whole| whole);
    let connection = installation(folder.path(), "WZCB");
    let of = ["decode", &file, "--bank", "WZCB", "--message", "receipt"];
    let with = [&of[..], &["--connection", &connection]].concat();
    let key = gateway::hex(&KEY);
    let zeros = "0".repeat(32);
    for (vector, code) in [(zeros.as_str(), 0), ("", 0), (&zeros[1..], 2), ("iv", 2)] {
        private(
            &folder.path().join("keys/k2.sm4"),
            &format!("{key}\n{vector}\n"),
        );
        let ended = run(&with);
        assert_eq!(ended.code, code, "{vector:?} {ended:?}");
    }
}

/// What a bank writes can't give orders to the terminal on which it is shown.
#[test]
fn a_banks_words_do_not_steer_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let body = r#"{"code":"0000","message":"a\u001b[2J\u0007\n\u009b1m\u202eb","data":{}}"#;
    let path = folder.path().join("receipt.json");
    std::fs::write(&path, body).unwrap();
    let file = path.to_str().unwrap();
    let ended = run(&["decode", file, "--bank", "CZBANK", "--message", "receipt"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let shown = ended.stdout.lines().find(|line| line.contains("bank_text"));
    assert!(shown.unwrap().ends_with('b'), "one line: {ended:?}");
    let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!ended.stdout.contains(steers), "{ended:?}");
}

/// A bank's line as a clerk kept it: without its line end, of which nothing hangs, or without the
/// mark that says that it is whole.
#[test]
fn a_message_that_lost_its_ending_is_read_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let whole =
        b"axp0001#AX0000004711#6523.50#1#1#1|6200000000000000018||6523.50|01||||||#@@@@\r\n";
    let text = folder.path().join("push.txt");
    let decode = |bytes: &[u8]| {
        std::fs::write(&text, bytes).unwrap();
        let file = text.to_str().unwrap();
        run(&[
            "decode",
            file,
            "--bank",
            "HXB",
            "--message",
            "push",
            "--json",
        ])
    };
    let read = decode(whole);
    assert_eq!(read.code, 0, "{read:?}");
    assert_eq!(read.document()["findings"], serde_json::json!([]));
    let lines = read.document()["lines"].clone();
    let blank = [
        ("\r\n", ""),
        ("\n", ""),
        ("\r\n", "\n"),
        ("\r\n", "\r"),
        ("", "\r\n"),
    ];
    for (cut, instead) in blank {
        let kept = whole.strip_suffix(cut.as_bytes()).unwrap();
        let read = decode(&[kept, instead.as_bytes()].concat());
        assert_eq!(read.code, 0, "{cut:?} {read:?}");
        assert_eq!(read.document()["lines"], lines, "{cut:?}");
        assert_eq!(read.document()["findings"], serde_json::json!([]));
    }
    for cut in ["@@\r\n", "#@@@@\r\n"] {
        let kept = whole.strip_suffix(cut.as_bytes()).unwrap();
        let ended = decode(kept);
        assert_eq!(ended.code, 0, "{cut:?} {ended:?}");
        let document = ended.document();
        assert_eq!(document["lines"], lines, "{cut:?}");
        let findings = document["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 1, "{cut:?}");
        assert_eq!(findings[0]["code"], "message_ending_missing", "{cut:?}");
    }
    // A row that is cut off is none.
    for cut in [b"|#@@@@\r\n".as_slice(), b"|01||||||#@@@@\r\n"] {
        let ended = decode(whole.strip_suffix(cut).unwrap());
        assert_eq!(ended.code, 2, "{ended:?}");
        assert_eq!(ended.document()["findings"][0]["code"], "unreadable");
    }
}

/// A result of Ping An whose last text is cut reads like a whole one: that row is not known to be
/// paid. The same text at the same code in another row shows that only a line end is gone.
#[test]
fn a_last_text_that_may_be_cut_leaves_its_row_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("result.txt");
    let row = |no: u32, text: &str| {
        format!(
            "PK0000000{no}|::|620000000000000001{no}|::|ZHANG|::|1.00|::|0.00|::|0000|::|{text}"
        )
    };
    let file = |rows: [String; 2]| {
        let [first, last] = rows;
        format!("3300000000000000019|::|2|::|2.00\r\n{first}\r\n{last}")
    };
    let outcomes = |bytes: &str| {
        std::fs::write(&text, bytes).unwrap();
        let file = text.to_str().unwrap();
        let with = [
            "decode",
            file,
            "--bank",
            "PAB",
            "--message",
            "result",
            "--json",
        ];
        let document = run(&with).document();
        let lines = document["lines"].as_array().unwrap().clone();
        let words = lines.into_iter().map(|line| line["outcome"].clone());
        (words.collect::<Vec<_>>(), document["findings"].clone())
    };
    let whole = file([row(1, "ok then"), row(2, "ok then")]);
    let none = serde_json::json!([]);
    let paid = vec!["paid", "paid"];
    assert_eq!(
        outcomes(&format!("{whole}\r\n")),
        (paid.iter().map(|w| (*w).into()).collect(), none.clone())
    );
    assert_eq!(outcomes(&whole).0, paid);
    for cut in ["ok the", "ok", ""] {
        let (words, findings) = outcomes(&file([row(1, "ok then"), row(2, cut)]));
        assert_eq!(words, ["paid", "unknown"], "{cut}");
        assert_eq!(findings[0]["code"], "message_ending_missing", "{cut}");
    }
    // Nothing to hold it against.
    assert_eq!(
        outcomes(&file([row(1, "ok"), row(2, "ok then")])).0,
        ["paid", "unknown"]
    );
}

/// Of a member that stands twice two readers would take two values.
#[test]
fn a_member_that_stands_twice_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("receipt.json");
    let body = r#"{"code":"0000","message":"OK","data":{"batchNo":"AX202611230000004711"}}"#;
    let decode = |body: &str| {
        std::fs::write(&text, body).unwrap();
        let file = text.to_str().unwrap();
        run(&[
            "decode",
            file,
            "--bank",
            "BOB",
            "--message",
            "receipt",
            "--json",
        ])
    };
    assert_eq!(decode(body).code, 0);
    for (once, twice) in [
        (r#""code":"0000""#, r#""code":"0000","code":"E001""#),
        (r#""batchNo":"#, r#""batchNo":"x","batchNo":"#),
        (
            r#""message":"OK""#,
            r#""message":"OK","extra":[{"a":1,"a":1.5}]"#,
        ),
    ] {
        let ended = decode(&body.replace(once, twice));
        assert_eq!(ended.code, 2, "{ended:?}");
        let finding = ended.document()["findings"][0].clone();
        assert_eq!(finding["code"], "unreadable");
        let message = finding["message"].as_str().unwrap();
        assert!(message.contains("同一成员出现两次"), "{message}");
    }
}

/// What is no moment is no time of booking: it stands with the bank's words.
#[test]
fn a_booking_time_is_a_moment_or_the_banks_words() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("push.txt");
    let decode = |booked: &str| {
        let line = format!(
            "axp0001#AX0000004711#6523.50#1#1#1|6200000000000000018||6523.50|01||x|||{booked}|\
             #@@@@\r\n"
        );
        std::fs::write(&text, line).unwrap();
        let file = text.to_str().unwrap();
        let of = [
            "decode",
            file,
            "--bank",
            "HXB",
            "--message",
            "push",
            "--json",
        ];
        run(&of).document()["lines"][0].clone()
    };
    let line = decode("20261123100501");
    assert_eq!(line["booked_at"], "2026-11-23T10:05:01+08:00");
    assert_eq!(line["bank_text"], "x");
    let line = decode("garbage");
    assert!(line["booked_at"].is_null(), "{line}");
    assert_eq!(line["bank_text"], "x garbage");
}

/// A question that the bank refused, or whose batch it does not know, ends well and is told.
#[test]
fn a_question_that_was_not_answered_is_told() {
    let held = Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters/tests/book/held_answers");
    for (file, bank, code) in [
        ("hxb_notfound.result.txt", "HXB", Some("EL4418")),
        ("spdb_err.result.txt", "SPDB", Some("EGG0101")),
        ("mybank_err.result.txt", "MYBANK", Some("1001")),
        ("cgb_err.result.txt", "CGB", Some("")),
        ("hxb_paid.result.txt", "HXB", None),
        ("hxb_empty.result.txt", "HXB", None),
    ] {
        let path = held.join(file);
        let path = path.to_str().unwrap();
        let with = ["decode", path, "--bank", bank, "--message", "result"];
        let ended = run(&[&with[..], &["--json"]].concat());
        assert_eq!(ended.code, 0, "{file}");
        let findings = ended.document()["findings"].clone();
        let Some(code) = code else {
            assert_eq!(findings, serde_json::json!([]), "{file}");
            continue;
        };
        assert_eq!(findings[0]["code"], "question_not_answered", "{file}");
        assert_eq!(findings[0]["severity"], "warning", "{file}");
        let said = run(&[&["--lang", "en"], &with[..]].concat());
        assert!(
            said.stdout.contains("did not answer the question"),
            "{file}"
        );
        assert!(said.stdout.contains(code), "{file}");
    }
}

/// An answer of the bank's other interface names the dialect that it is of.
#[test]
fn an_answer_of_another_dialect_of_the_bank_is_read() {
    let held = Path::new(env!("CARGO_MANIFEST_DIR")).join("../adapters/tests/book/held_answers");
    for (file, bank, dialect) in [
        ("cmb_api.result.txt", "CMB", "cmb_open"),
        ("cmb_paid.result.txt", "CMB", "cmb_fbsdk"),
        ("cib_async.result.txt", "CIB", "cib_batch"),
    ] {
        let path = held.join(file);
        let path = path.to_str().unwrap();
        let with = [
            "decode",
            path,
            "--bank",
            bank,
            "--message",
            "result",
            "--json",
        ];
        let document = run(&with).document();
        assert_eq!(document["bank"], bank);
        assert_eq!(document["dialect"], dialect, "{file}");
        assert_eq!(document["lines"][0]["outcome"], "paid", "{file}");
    }
}
