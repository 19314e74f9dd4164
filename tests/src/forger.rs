//! A bank's chair whose signatures are not the bank's.

use adapters::exchange::{Crypto, CryptoError, Enveloped};
use certs::sign::{KeyId, generate};
use gateway::keys::BankKeys;
use std::sync::Mutex;

/// Where a bank's signatures come from.
#[derive(Debug)]
pub enum Pen<'a> {
    /// Its own keys.
    Own,
    /// Nowhere: the place stays empty.
    Empty,
    /// Another message: in the order in which they were made there.
    Copied(Vec<Vec<u8>>),
    /// Another bank's keys.
    Of(&'a BankKeys),
}

/// A bank's chair with keys of `keys`, but for its signatures.
pub struct Chair<'a> {
    keys: &'a BankKeys,
    pen: Pen<'a>,
    /// Every signature that was made.
    pub made: Mutex<Vec<Vec<u8>>>,
}

impl<'a> Chair<'a> {
    /// Takes its seat.
    #[must_use]
    pub fn new(keys: &'a BankKeys, pen: Pen<'a>) -> Self {
        let made = Mutex::default();
        Self { keys, pen, made }
    }
}

impl Crypto for Chair<'_> {
    fn sign(&self, algorithm: &str, slot: &str, text: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let mut made = self.made.lock().unwrap();
        let signature = match &self.pen {
            Pen::Own => self.keys.sign(algorithm, slot, text)?,
            Pen::Empty => Vec::new(),
            Pen::Copied(signatures) => signatures[made.len()].clone(),
            Pen::Of(keys) => keys.sign(algorithm, slot, text)?,
        };
        made.push(signature.clone());
        Ok(signature)
    }

    fn verify(&self, a: &str, slot: &str, m: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        self.keys.verify(a, slot, m, signature)
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
        self.keys.open_envelope(cipher, slot, sealed)
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

/// The same keys with other pairs to sign with.
#[must_use]
pub fn another_bank(keys: &BankKeys) -> BankKeys {
    let random = certs::random::SeededRandom::new(58);
    let mut other = keys.clone();
    for (slot, signer) in &mut other.signers {
        let id = KeyId::new(&format!("another/{slot}")).unwrap();
        *signer = generate(signer.algorithm(), id, &random).unwrap().1;
    }
    other
}
