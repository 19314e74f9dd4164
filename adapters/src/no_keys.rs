//! Keys where none are needed.

use crate::exchange::{Crypto, CryptoError};

/// For messages without a sealed layer.
pub(crate) struct NoKeys;

fn no_key<T>(algorithm: &str, slot: &str) -> Result<T, CryptoError> {
    Err(CryptoError::NoKey {
        algorithm: algorithm.to_owned(),
        slot: slot.to_owned(),
    })
}

impl Crypto for NoKeys {
    fn sign(&self, algorithm: &str, slot: &str, _: &[u8]) -> Result<Vec<u8>, CryptoError> {
        no_key(algorithm, slot)
    }

    fn verify(&self, algorithm: &str, slot: &str, _: &[u8], _: &[u8]) -> Result<(), CryptoError> {
        no_key(algorithm, slot)
    }

    fn encrypt(&self, cipher: &str, slot: &str, _: &[u8]) -> Result<Vec<u8>, CryptoError> {
        no_key(cipher, slot)
    }

    fn decrypt(&self, cipher: &str, slot: &str, _: &[u8]) -> Result<Vec<u8>, CryptoError> {
        no_key(cipher, slot)
    }
}
