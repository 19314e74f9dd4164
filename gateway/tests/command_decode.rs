//! `decode` of a message whose body is sealed: with the installation's keys it is read, without
//! them it is said what is missing and how to give it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use certs::random::SystemRandom;
use certs::sign::{KeyId, generate};
use command_kit::run;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

const KEY: [u8; 16] = *b"0123456789abcdef";

/// An answer of WZCB's open bank to a submission: JSON under SM4-CBC, hexadecimal, in an
/// envelope (adapters/dialects/wzcb_aob).
fn answer(folder: &Path) -> String {
    let body = br#"{"retCode":"0000","retMsg":"OK","bankBatchNo":"B1"}"#;
    let sealed = certs::cipher::sm4_cbc_encrypt(&KEY, &[0; 16], body);
    let text = format!(r#"{{"bizContent":"{}"}}"#, gateway::hex(&sealed));
    let path = folder.join("answer.json");
    std::fs::write(&path, text).unwrap();
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
    let text = format!(
        "bank = \"{bank}\"\n[endpoints.main]\ntransport = \"http\"\naddress = \"127.0.0.1:1\"\n\
         [keys]\nsigning = \"k1\"\nencryption = \"k2\"\n"
    );
    let path = folder.join(format!("connections/{bank}.toml"));
    private(&path, &text);
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_sealed_answer_is_read_with_the_installation_s_keys() {
    let folder = tempfile::tempdir().unwrap();
    let file = answer(folder.path());
    let of = ["decode", &file, "--bank", "WZCB", "--message", "receipt"];
    let with = |more: &[&str]| run(&[&of, more].concat());
    let ended = with(&["--json"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert_eq!(
        ended.document()["findings"][0]["code"],
        "message_unreadable"
    );
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
    // This answer carries no signature in its body.
    assert!(document["signature_checked"].is_null());
    let other = installation(folder.path(), "HXB");
    let ended = with(&["--connection", &other]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stderr.contains("HXB"), "{ended:?}");
    let nowhere = with(&["--connection", &connection, "--keys", "nowhere"]);
    assert_eq!(nowhere.code, 2, "{nowhere:?}");
}
