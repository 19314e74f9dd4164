//! Keys towards banks, behind the adapters' narrow [`Crypto`] door. Adapters name an algorithm
//! and a slot; which key that is, the installation says.

use crate::clock::Clock;
use adapters::exchange::{Crypto, CryptoError, Enveloped};
use adapters::wire::envelope::EnvelopeCipher;
use adapters::wire::seal::SealCipher;
use adapters::wire::sign::key_algorithm;
use certs::algorithm::Algorithm;
use certs::body_cipher::BodyCipher;
use certs::envelope::Envelope;
use certs::random::Random;
use certs::seal::{self, Opener};
use certs::sign::{PublicKey, Signer, Sm2Encoding};
use std::collections::BTreeMap;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Key and initialisation vector of a body cipher agreed with a bank.
#[derive(Clone)]
pub struct BodyKey {
    /// The cipher that it is of.
    pub cipher: BodyCipher,
    /// The key, as long as its cipher wants it.
    pub key: Zeroizing<Vec<u8>>,
    /// The vector, where the bank fixes one.
    pub iv: [u8; 16],
}

/// The keys of one bank by slot.
#[derive(Clone, Default)]
pub struct BankKeys {
    /// Our signing keys.
    pub signers: BTreeMap<String, Arc<dyn Signer>>,
    /// The bank's public keys.
    pub public_keys: BTreeMap<String, PublicKey>,
    /// Body ciphers.
    pub body_keys: BTreeMap<String, BodyKey>,
    /// What opens texts that are sealed to a pair, by the slot of its public key: of a bank that
    /// is played on this machine, or our own towards it, and never of a real one.
    pub openers: BTreeMap<String, Arc<Opener>>,
    /// Names of the bank's keys by slot, where its messages name the key that signs them.
    pub key_names: BTreeMap<String, String>,
    /// Where nonces and seals come from; without it nothing that needs one is written.
    pub random: Option<Arc<dyn Random>>,
    /// What a signed moment is held against; without it none is written or believed.
    pub clock: Option<Arc<dyn Clock>>,
}

impl std::fmt::Debug for BankKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BankKeys")
            .field("signers", &self.signers.keys())
            .field("public_keys", &self.public_keys.keys())
            .field("body_keys", &self.body_keys.keys())
            .finish_non_exhaustive()
    }
}

impl BankKeys {
    /// What the other side holds: public keys to our signatures, and the same body keys. Where it
    /// signs, as far as one pair serves both sides, which is so in development only: that pair.
    #[must_use]
    pub fn other_chair(&self) -> Self {
        let signers = self.signers.iter();
        let theirs = self.public_keys.iter().filter_map(|(slot, key)| {
            let mut own = self.signers.values();
            let pair = own.find(|signer| signer.public_key() == *key)?;
            Some((slot.clone(), Arc::clone(pair)))
        });
        Self {
            signers: theirs.collect(),
            public_keys: signers
                .map(|(slot, signer)| (slot.clone(), signer.public_key()))
                .collect(),
            ..self.clone()
        }
    }

    fn body_key(&self, cipher: &str, slot: &str) -> Result<&BodyKey, CryptoError> {
        let known = self.body_keys.get(slot);
        let known = known.filter(|key| key.cipher.as_str() == cipher);
        known.ok_or_else(|| no_key(cipher, slot))
    }
}

/// A text sealed to the bank's public key of the slot.
const RSA_OAEP_SHA1: &str = SealCipher::RsaOaepSha1.as_str();

/// A digital envelope.
const SM4_ECB_RSA_PKCS1: &str = EnvelopeCipher::Sm4EcbRsaPkcs1.as_str();

fn no_key(algorithm: &str, slot: &str) -> CryptoError {
    CryptoError::NoKey {
        algorithm: algorithm.to_owned(),
        slot: slot.to_owned(),
    }
}

/// The key's algorithm, and how the signature is spelt: as the key gives it, or SM2's in DER.
fn spelt(word: &str) -> (Option<Algorithm>, Sm2Encoding) {
    let name = key_algorithm(word);
    let parsed: Option<Algorithm> = name.parse().ok();
    match name == word {
        true => (parsed, Sm2Encoding::RawRs),
        // Others have one form only.
        false => (parsed.filter(|a| *a == Algorithm::Sm2Sm3), Sm2Encoding::Der),
    }
}

impl Crypto for BankKeys {
    fn sign(&self, algorithm: &str, slot: &str, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let (wanted, form) = spelt(algorithm);
        let signer = self
            .signers
            .get(slot)
            .filter(|key| Some(key.algorithm()) == wanted);
        let signer = signer.ok_or_else(|| no_key(algorithm, slot))?;
        let signature = signer.sign(message).map_err(|_| no_key(algorithm, slot))?;
        match form {
            Sm2Encoding::RawRs => Ok(signature),
            Sm2Encoding::Der => form.encode(&signature).map_err(|_| no_key(algorithm, slot)),
        }
    }

    fn verify(
        &self,
        algorithm: &str,
        slot: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        let (wanted, form) = spelt(algorithm);
        let key = self
            .public_keys
            .get(slot)
            .filter(|key| Some(key.algorithm()) == wanted);
        let key = key.ok_or_else(|| no_key(algorithm, slot))?;
        let wrong = CryptoError::BadSignature;
        let verified = match form {
            Sm2Encoding::RawRs => key.verify(message, signature),
            Sm2Encoding::Der => {
                let raw = form.decode(signature).map_err(|_| wrong.clone())?;
                key.verify(message, &raw)
            }
        };
        verified.map_err(|_| wrong)
    }

    fn encrypt(&self, cipher: &str, slot: &str, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        if cipher == RSA_OAEP_SHA1 {
            let (key, random) = (self.public_keys.get(slot), self.random.as_deref());
            let sealed = key.zip(random).and_then(|(key, random)| {
                let sealed = seal::rsa_oaep_sha1(key, random, plain);
                sealed.ok()
            });
            return sealed.ok_or_else(|| no_key(cipher, slot));
        }
        let key = self.body_key(cipher, slot)?;
        let sealed = key.cipher.encrypt(&key.key, &key.iv, plain);
        sealed.map_err(|_| no_key(cipher, slot))
    }

    fn decrypt(&self, cipher: &str, slot: &str, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        if cipher == RSA_OAEP_SHA1 {
            let (opener, random) = (self.openers.get(slot), self.random.as_deref());
            let (opener, random) = opener.zip(random).ok_or_else(|| no_key(cipher, slot))?;
            let opened = opener.open(random, sealed);
            return opened.map_err(|_| CryptoError::BadCipherText);
        }
        let key = self.body_key(cipher, slot)?;
        key.cipher
            .decrypt(&key.key, &key.iv, sealed)
            .map_err(|_| CryptoError::BadCipherText)
    }

    fn seal_envelope(
        &self,
        cipher: &str,
        slot: &str,
        plain: &[u8],
    ) -> Result<Enveloped, CryptoError> {
        let (key, random) = (self.public_keys.get(slot), self.random.as_deref());
        let known = key.zip(random).filter(|_| cipher == SM4_ECB_RSA_PKCS1);
        let sealed = known.and_then(|(key, random)| Envelope::seal(key, random, plain).ok());
        let Envelope { key, body } = sealed.ok_or_else(|| no_key(cipher, slot))?;
        Ok(Enveloped { key, body })
    }

    fn open_envelope(
        &self,
        cipher: &str,
        slot: &str,
        sealed: &Enveloped,
    ) -> Result<Vec<u8>, CryptoError> {
        let (opener, random) = (self.openers.get(slot), self.random.as_deref());
        let known = opener.zip(random).filter(|_| cipher == SM4_ECB_RSA_PKCS1);
        let (opener, random) = known.ok_or_else(|| no_key(cipher, slot))?;
        let Enveloped { key, body } = sealed.clone();
        let opened = Envelope { key, body }.open(opener, random);
        opened.map_err(|_| CryptoError::BadCipherText)
    }

    fn now_s(&self) -> Option<i64> {
        let clock = self.clock.as_ref()?;
        Some(clock.now().unix_timestamp())
    }

    fn nonce(&self) -> Option<[u8; 16]> {
        let mut nonce = [0; 16];
        self.random.as_ref()?.fill(&mut nonce);
        Some(nonce)
    }

    fn key_name(&self, slot: &str) -> Option<String> {
        self.key_names.get(slot).cloned()
    }
}

#[cfg(test)]
mod tests;
