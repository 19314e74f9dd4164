//! RSA-OAEP against openssl, both ways. The files in `vectors` are openssl's:
//!
//! ```text
//! openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out oaep.pem
//! openssl pkey -in oaep.pem -pubout -out oaep.pub.pem
//! printf 欧阳样三 | openssl pkeyutl -encrypt -pubin -inkey oaep.pub.pem \
//!     -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha1 -pkeyopt rsa_mgf1_md:sha1 \
//!     -out oaep.openssl.bin
//! ```
//!
//! `oaep.ours.bin` is what we sealed with seed 7; openssl opened it:
//!
//! ```text
//! openssl pkeyutl -decrypt -inkey oaep.pem -pkeyopt rsa_padding_mode:oaep \
//!     -pkeyopt rsa_oaep_md:sha1 -pkeyopt rsa_mgf1_md:sha1 -in oaep.ours.bin
//! ```
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use certs::algorithm::Algorithm;
use certs::cipher::CipherError;
use certs::random::SeededRandom;
use certs::seal::{Opener, rsa_oaep_sha1};
use certs::sign::{KeyError, KeyId, PublicKey, generate};
use std::path::PathBuf;
use std::process::Command;

const NAME: &str = "欧阳样三";

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/vectors/{name}"))
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(path(name)).unwrap()
}

fn text(name: &str) -> String {
    String::from_utf8(file(name)).unwrap()
}

fn key() -> PublicKey {
    PublicKey::from_pem(Algorithm::RsaSha256, &text("oaep.pub.pem"), None).unwrap()
}

#[test]
fn what_openssl_sealed_opens_and_nothing_beside_it() {
    let opener = Opener::from_pem(&text("oaep.pem")).unwrap();
    let random = SeededRandom::new(1);
    let sealed = file("oaep.openssl.bin");
    assert_eq!(opener.open(&random, &sealed).unwrap(), NAME.as_bytes());
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        let refused = opener.open(&random, &changed).unwrap_err();
        assert_eq!(refused, CipherError::NotAuthentic, "{at}");
    }
}

/// The same seed seals the same; openssl opens it.
#[test]
fn what_we_seal_openssl_opens() {
    let sealed = rsa_oaep_sha1(&key(), &SeededRandom::new(7), NAME.as_bytes()).unwrap();
    if std::env::var_os("ANXIN_BLESS").is_some() {
        std::fs::write(path("oaep.ours.bin"), &sealed).unwrap();
    }
    assert_eq!(sealed, file("oaep.ours.bin"));
    let opened = Command::new("openssl")
        .args(["pkeyutl", "-decrypt", "-inkey"])
        .arg(path("oaep.pem"))
        .args(["-pkeyopt", "rsa_padding_mode:oaep"])
        .args([
            "-pkeyopt",
            "rsa_oaep_md:sha1",
            "-pkeyopt",
            "rsa_mgf1_md:sha1",
        ])
        .arg("-in")
        .arg(path("oaep.ours.bin"))
        .output()
        .expect("openssl (apt-get install openssl)");
    assert_eq!(opened.stdout, NAME.as_bytes());
    let other = rsa_oaep_sha1(&key(), &SeededRandom::new(8), NAME.as_bytes());
    assert_ne!(other.unwrap(), sealed);
}

#[test]
fn a_seal_has_its_limits() {
    let random = SeededRandom::new(9);
    let seal = |bytes: usize| rsa_oaep_sha1(&key(), &random, &vec![b'x'; bytes]);
    assert_eq!(seal(214).unwrap().len(), 256);
    assert_eq!(seal(215), Err(CipherError::TooLong));
    let id = KeyId::new("test").unwrap();
    let (pem, other) = generate(Algorithm::Ed25519, id, &random).unwrap();
    let refused = rsa_oaep_sha1(&other.public_key(), &random, b"x");
    assert_eq!(refused, Err(CipherError::NotAuthentic));
    let refused = Opener::from_pem(&pem).unwrap_err();
    assert_eq!(refused, KeyError::Unusable(Algorithm::RsaSha256));
}
