#![allow(clippy::unwrap_used)]

use super::*;
use certs::random::SeededRandom;
use certs::sign::{KeyId, generate};

/// One key, two spellings: the plain one has 64 bytes, the other is a SEQUENCE of two numbers;
/// neither passes for the other.
#[test]
fn an_sm2_signature_is_spelt_as_its_definition_says() {
    let id = KeyId::new("test/signing").unwrap();
    let random = SeededRandom::new(57);
    let (_, signer) = generate(Algorithm::Sm2Sm3, id, &random).unwrap();
    let mut keys = BankKeys::default();
    keys.public_keys
        .insert("signing".to_owned(), signer.public_key());
    keys.signers.insert("signing".to_owned(), signer);
    let sign = |word: &str| keys.sign(word, "signing", b"wages").unwrap();
    let verify = |word: &str, by: &[u8]| keys.verify(word, "signing", b"wages", by).is_ok();
    let (raw, der) = (sign("sm2_sm3"), sign("sm2_sm3_der"));
    assert_eq!(raw.len(), 64);
    assert_eq!((der[0], usize::from(der[1]) + 2), (0x30, der.len()));
    assert!(verify("sm2_sm3", &raw) && verify("sm2_sm3_der", &der));
    assert!(!verify("sm2_sm3", &der) && !verify("sm2_sm3_der", &raw));
    assert!(keys.sign("rsa_sha256_der", "signing", b"wages").is_err());
}
