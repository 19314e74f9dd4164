//! Digital envelopes against openssl, both ways, and SM4-ECB by the published block. The keys are
//! those of `seals.rs`; `pkcs1.*.bin` and `envelope.*.bin` are openssl's:
//!
//! ```text
//! KEY=00112233445566778899aabbccddeeff
//! printf $KEY | xxd -r -p > key.bin
//! openssl pkeyutl -encrypt -pubin -inkey oaep.pub.pem -pkeyopt rsa_padding_mode:pkcs1 \
//!     -in key.bin -out pkcs1.openssl.bin
//! printf '{"Body":"工资"}' | openssl enc -sm4-ecb -K $KEY -out sm4_ecb.openssl.bin
//! printf 短 | openssl pkeyutl -encrypt -pubin -inkey oaep.pub.pem \
//!     -pkeyopt rsa_padding_mode:pkcs1 -out pkcs1_short.openssl.bin
//! ```
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use certs::algorithm::Algorithm;
use certs::cipher::{CipherError, sm4_ecb_decrypt, sm4_ecb_encrypt};
use certs::digest::{bytes_of_hex, hex_lower};
use certs::envelope::Envelope;
use certs::random::SeededRandom;
use certs::seal::{Opener, rsa_pkcs1};
use certs::sign::PublicKey;
use std::path::PathBuf;
use std::process::Command;

const BODY: &str = "{\"Body\":\"工资\"}";

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/vectors/{name}"))
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(path(name)).unwrap()
}

fn key() -> PublicKey {
    let text = String::from_utf8(file("oaep.pub.pem")).unwrap();
    PublicKey::from_pem(Algorithm::RsaSha256, &text, None).unwrap()
}

fn opener() -> Opener {
    Opener::from_pem(&String::from_utf8(file("oaep.pem")).unwrap()).unwrap()
}

fn of_openssl() -> Envelope {
    Envelope {
        key: file("pkcs1.openssl.bin"),
        body: file("sm4_ecb.openssl.bin"),
    }
}

/// GB/T 32907-2016, annex A, example 1, with a block of padding behind it.
#[test]
fn sm4_ecb_by_the_published_block() {
    let key = bytes_of_hex("0123456789abcdeffedcba9876543210").unwrap();
    let key: [u8; 16] = key.try_into().unwrap();
    let sealed = sm4_ecb_encrypt(&key, &key);
    assert_eq!(hex_lower(&sealed[..16]), "681edf34d206965e86b3e94f536e4246");
    assert_eq!(sealed.len(), 32);
    // Equal blocks stay equal.
    assert_eq!(
        sm4_ecb_encrypt(&key, &[key, key].concat())[16..32],
        sealed[..16]
    );
    for length in 0..40 {
        let plain = vec![b'x'; length];
        let sealed = sm4_ecb_encrypt(&key, &plain);
        assert_eq!(sealed.len(), (length / 16 + 1) * 16);
        assert_eq!(sm4_ecb_decrypt(&key, &sealed).unwrap(), plain);
        for cut in [0, 1, sealed.len() - 1] {
            let refused = sm4_ecb_decrypt(&key, &sealed[..cut]);
            assert_eq!(refused, Err(CipherError::NotAuthentic), "{length} {cut}");
        }
    }
    // No padding at all, one longer than a block, and one that is not of one byte.
    for end in [
        [0; 16],
        [17; 16],
        [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 9, 3],
    ] {
        let whole = sm4_ecb_encrypt(&key, &end);
        let refused = sm4_ecb_decrypt(&key, &whole[..16]);
        assert_eq!(refused, Err(CipherError::NotAuthentic), "{end:?}");
    }
}

#[test]
fn what_openssl_put_into_an_envelope_opens() {
    let opened = of_openssl().open(&opener(), &SeededRandom::new(1));
    assert_eq!(opened.unwrap(), BODY.as_bytes());
}

/// A key that does not open, one of another length and a body that was changed: one error.
#[test]
fn nothing_says_what_was_wrong_with_an_envelope() {
    let (opener, random) = (opener(), SeededRandom::new(1));
    let wrong = Err(CipherError::NotAuthentic);
    let mut keys = vec![Vec::new(), vec![0; 256], file("pkcs1_short.openssl.bin")];
    keys.push(file("pkcs1.openssl.bin")[1..].to_vec());
    keys.push(file("oaep.openssl.bin"));
    keys.push([file("pkcs1.openssl.bin"), vec![0]].concat());
    for key in keys {
        let (body, length) = (of_openssl().body, key.len());
        let envelope = Envelope { key, body };
        assert_eq!(envelope.open(&opener, &random), wrong, "{length}");
    }
    for body in [Vec::new(), vec![0; 15], of_openssl().body[..16].to_vec()] {
        let envelope = Envelope {
            body,
            ..of_openssl()
        };
        assert_eq!(envelope.open(&opener, &random), wrong);
    }
    // A key that does not open gives another one each time, and never zeros.
    let first = opener.open_pkcs1(&random, &[0; 256]);
    let second = opener.open_pkcs1(&random, &[0; 256]);
    assert!(first != second && *first != [0; 16]);
}

/// The same seed makes the same envelope; openssl opens key and body.
#[test]
fn what_we_put_into_an_envelope_openssl_opens() {
    let made = |seed| Envelope::seal(&key(), &SeededRandom::new(seed), BODY.as_bytes()).unwrap();
    let envelope = made(7);
    assert_eq!(envelope, made(7));
    let other = made(8);
    assert!(other.key != envelope.key && other.body != envelope.body);
    let folder = tempfile::tempdir().unwrap();
    let (sealed, body) = (folder.path().join("key"), folder.path().join("body"));
    std::fs::write(&sealed, &envelope.key).unwrap();
    std::fs::write(&body, &envelope.body).unwrap();
    let opened = Command::new("openssl")
        .args(["pkeyutl", "-decrypt", "-pkeyopt", "rsa_padding_mode:pkcs1"])
        .arg("-inkey")
        .arg(path("oaep.pem"))
        .arg("-in")
        .arg(&sealed)
        .output()
        .expect("openssl (apt-get install openssl)");
    assert_eq!(opened.stdout.len(), 16);
    let opened = Command::new("openssl")
        .args([
            "enc",
            "-d",
            "-sm4-ecb",
            "-K",
            &hex_lower(&opened.stdout),
            "-in",
        ])
        .arg(&body)
        .output()
        .expect("openssl (apt-get install openssl)");
    assert_eq!(opened.stdout, BODY.as_bytes());
    let opened = envelope.open(&opener(), &SeededRandom::new(9));
    assert_eq!(opened.unwrap(), BODY.as_bytes());
}

#[test]
fn pkcs1_has_its_limits() {
    let seal = |bytes: usize| rsa_pkcs1(&key(), &SeededRandom::new(9), &vec![b'x'; bytes]);
    assert_eq!(seal(245).unwrap().len(), 256);
    assert_eq!(seal(246), Err(CipherError::TooLong));
    let id = certs::sign::KeyId::new("test").unwrap();
    let random = SeededRandom::new(9);
    let (_, other) = certs::sign::generate(Algorithm::Ed25519, id, &random).unwrap();
    let refused = Envelope::seal(&other.public_key(), &random, b"x");
    assert_eq!(refused, Err(CipherError::NotAuthentic));
}
