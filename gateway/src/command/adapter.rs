//! The adapter book for the commands: adapters by code, and keys that
//! stand in for real ones where nothing is sent.

use super::words::{Failure, Words};
use adapters::exchange::{Crypto, CryptoError, Enveloped};
use adapters::wire::seal::SealCipher;
use adapters::{BankAdapter, Book};
use certs::body_cipher::BodyCipher;
use schemas::value::BankCode;

/// The book in the binary.
///
/// # Errors
/// When a definition is refused: ours.
pub fn book() -> Result<&'static Book, Failure> {
    Book::built_in().map_err(|error| {
        Failure::ours(
            Words::new(
                "内置的银行适配器有误",
                "the built-in adapters are not in order",
            ),
            Words::new("请联系维护人员。", "Tell those who maintain the program."),
        )
        .caused_by(&error)
    })
}

/// The adapter of a code as typed.
///
/// # Errors
/// When no bank has the code.
pub fn adapter(code: &str) -> Result<&'static BankAdapter, Failure> {
    let code = BankCode::parse(code).map_err(|_| Failure::no_such_bank(code))?;
    book()?
        .adapter(code)
        .ok_or_else(|| Failure::no_such_bank(code.as_str()))
}

/// Keys for `convert` and `decode`, which talk to nobody: a signature is a text that says it is
/// none, a body is enciphered with a key that everybody knows, a bank's signature is not checked.
#[derive(Debug, Default)]
pub struct PlaceholderKeys;

/// Stands where a signature goes; repeated to the length that the algorithm has.
pub const SIGNATURE: &[u8] = b"PLACEHOLDER-NOT-A-SIGNATURE.";

/// The key of the enciphered bodies that `convert` writes; repeated to the length that the cipher
/// has.
pub const BODY_KEY: [u8; 16] = *b"ANXIN-PLACEHOLDR";

fn body_cipher(cipher: &str, slot: &str) -> Result<(BodyCipher, Vec<u8>), CryptoError> {
    // What stands where a text is sealed to the bank's key is no seal either.
    let sealed = cipher == SealCipher::RsaOaepSha1.as_str();
    let cipher = if sealed {
        BodyCipher::Sm4Cbc.as_str()
    } else {
        cipher
    };
    let known: BodyCipher = cipher.parse().map_err(|_| CryptoError::NoKey {
        algorithm: cipher.to_owned(),
        slot: slot.to_owned(),
    })?;
    let key = BODY_KEY.iter().copied().cycle().take(known.key_bytes());
    Ok((known, key.collect()))
}

impl Crypto for PlaceholderKeys {
    fn sign(&self, algorithm: &str, _slot: &str, _: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let length = if algorithm == "rsa_sha256" { 256 } else { 64 };
        Ok(SIGNATURE.iter().copied().cycle().take(length).collect())
    }

    fn verify(&self, _: &str, _: &str, _: &[u8], _: &[u8]) -> Result<(), CryptoError> {
        Ok(())
    }

    fn encrypt(&self, cipher: &str, slot: &str, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let (known, key) = body_cipher(cipher, slot)?;
        let sealed = known.encrypt(&key, &[0; 16], plain);
        sealed.map_err(|_| CryptoError::BadCipherText)
    }

    fn decrypt(&self, cipher: &str, slot: &str, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let (known, key) = body_cipher(cipher, slot)?;
        known
            .decrypt(&key, &[0; 16], sealed)
            .map_err(|_| CryptoError::BadCipherText)
    }

    fn seal_envelope(
        &self,
        cipher: &str,
        slot: &str,
        plain: &[u8],
    ) -> Result<Enveloped, CryptoError> {
        let body = self.encrypt(BodyCipher::Sm4Cbc.as_str(), slot, plain)?;
        // What stands where the key goes is none either.
        let key = self.sign(cipher, slot, &[])?;
        Ok(Enveloped { key, body })
    }

    fn open_envelope(
        &self,
        _: &str,
        slot: &str,
        sealed: &Enveloped,
    ) -> Result<Vec<u8>, CryptoError> {
        self.decrypt(BodyCipher::Sm4Cbc.as_str(), slot, &sealed.body)
    }

    // A moment that says that it is none.
    fn now_s(&self) -> Option<i64> {
        Some(0)
    }

    fn nonce(&self) -> Option<[u8; 16]> {
        Some([0; 16])
    }

    fn key_name(&self, _: &str) -> Option<String> {
        Some("PLACEHOLDER".to_owned())
    }

    fn knows_key(&self, _: &str, _: &str) -> bool {
        true
    }

    fn is_fresh(&self, _: i64, _: u32) -> bool {
        true
    }
}
