//! A bank's keys that remember which signatures they found right: what a message bears, by the
//! bank that read it; and which envelope they opened, for a step after the other tries to read it.

use crate::keys::BankKeys;
use adapters::exchange::{Crypto, CryptoError, Enveloped};
use adapters::wire::sign::key_algorithm;
use std::sync::{Mutex, PoisonError};

/// Keys of the bank's chair for the reading of one message.
pub(super) struct Verifying<'k> {
    keys: &'k BankKeys,
    verified: Mutex<Vec<(String, String)>>,
    /// The last envelope that was opened, and what was in it.
    opened: Mutex<Option<Opened>>,
}

/// An envelope by cipher and slot, and what was in it.
struct Opened {
    by: (String, String),
    sealed: Enveloped,
    plain: Vec<u8>,
}

impl<'k> Verifying<'k> {
    pub(super) fn with(keys: &'k BankKeys) -> Self {
        Self {
            keys,
            verified: Mutex::default(),
            opened: Mutex::default(),
        }
    }

    /// Algorithm and slot of each signature that was found right, each once.
    pub(super) fn verified(&self) -> Vec<(String, String)> {
        let verified = self.verified.lock();
        verified.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Crypto for Verifying<'_> {
    fn sign(&self, algorithm: &str, slot: &str, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.keys.sign(algorithm, slot, message)
    }

    fn verify(
        &self,
        algorithm: &str,
        slot: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        self.keys.verify(algorithm, slot, message, signature)?;
        let verified = self.verified.lock();
        let mut verified = verified.unwrap_or_else(PoisonError::into_inner);
        // How a signature is spelt is no other algorithm.
        let one = (key_algorithm(algorithm).to_owned(), slot.to_owned());
        if !verified.contains(&one) {
            verified.push(one);
        }
        Ok(())
    }

    fn encrypt(&self, cipher: &str, slot: &str, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.keys.encrypt(cipher, slot, plain)
    }

    fn decrypt(&self, cipher: &str, slot: &str, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.keys.decrypt(cipher, slot, sealed)
    }

    fn seal_envelope(
        &self,
        cipher: &str,
        slot: &str,
        plain: &[u8],
    ) -> Result<Enveloped, CryptoError> {
        self.keys.seal_envelope(cipher, slot, plain)
    }

    fn open_envelope(
        &self,
        cipher: &str,
        slot: &str,
        sealed: &Enveloped,
    ) -> Result<Vec<u8>, CryptoError> {
        let opened = self.opened.lock();
        let mut opened = opened.unwrap_or_else(PoisonError::into_inner);
        let by = (cipher.to_owned(), slot.to_owned());
        if let Some(known) = &*opened
            && known.by == by
            && known.sealed == *sealed
        {
            return Ok(known.plain.clone());
        }
        let plain = self.keys.open_envelope(cipher, slot, sealed)?;
        *opened = Some(Opened {
            by,
            sealed: sealed.clone(),
            plain: plain.clone(),
        });
        Ok(plain)
    }

    fn now_s(&self) -> Option<i64> {
        self.keys.now_s()
    }

    fn nonce(&self) -> Option<[u8; 16]> {
        self.keys.nonce()
    }

    fn key_name(&self, slot: &str) -> Option<String> {
        self.keys.key_name(slot)
    }
}
