//! Short texts sealed to one public key: RSA-OAEP and PKCS#1 v1.5 (RFC 8017 section 7).
//!
//! The program seals with banks' keys. What opens is the chair of a bank that is played, on this
//! machine and with a development key, and the key of ours towards a synthetic bank: `rsa` takes a
//! time that tells of the key (RUSTSEC-2023-0071), so no key that matters may be put into an
//! [`Opener`]. The book of adapters refuses an evidence better than synthetic for a bank whose
//! answers would need one.

use crate::algorithm::Algorithm;
use crate::cipher::CipherError;
use crate::pem;
use crate::random::Random;
use crate::sign::{KeyError, PublicKey, RandomForRsa};
use rsa::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _};
use rsa::{Oaep, Pkcs1v15Encrypt, RsaPrivateKey, RsaPublicKey};
use sha1::Sha1;
use zeroize::Zeroizing;

/// Seals `plain` to a key of [`Algorithm::RsaSha256`] by RSA-OAEP with SHA-1 for label and mask,
/// and an empty label. As long as the modulus; never the same twice, as far as `random` is.
///
/// # Errors
/// [`CipherError::TooLong`] where `plain` is longer than the modulus less 42 bytes,
/// [`CipherError::NotAuthentic`] for a key of another algorithm or above 4,096 bits.
pub fn rsa_oaep_sha1(
    key: &PublicKey,
    random: &dyn Random,
    plain: &[u8],
) -> Result<Vec<u8>, CipherError> {
    let sealed = rsa_key(key)?.encrypt(&mut RandomForRsa(random), Oaep::new::<Sha1>(), plain);
    sealed.map_err(|_| CipherError::TooLong)
}

/// Seals `plain` to a key of [`Algorithm::RsaSha256`] by PKCS#1 v1.5 (block type 2): for banks
/// that demand it. As long as the modulus; never the same twice, as far as `random` is.
///
/// # Errors
/// [`CipherError::TooLong`] where `plain` is longer than the modulus less 11 bytes,
/// [`CipherError::NotAuthentic`] for a key of another algorithm or above 4,096 bits.
pub fn rsa_pkcs1(
    key: &PublicKey,
    random: &dyn Random,
    plain: &[u8],
) -> Result<Vec<u8>, CipherError> {
    let mut random = RandomForRsa(random);
    let sealed = rsa_key(key)?.encrypt(&mut random, Pkcs1v15Encrypt, plain);
    sealed.map_err(|_| CipherError::TooLong)
}

fn rsa_key(key: &PublicKey) -> Result<RsaPublicKey, CipherError> {
    if key.algorithm() != Algorithm::RsaSha256 {
        return Err(CipherError::NotAuthentic);
    }
    let key = RsaPublicKey::from_public_key_der(key.bytes());
    key.map_err(|_| CipherError::NotAuthentic)
}

/// Opens what [`rsa_oaep_sha1`] and [`rsa_pkcs1`] sealed. Of no key that matters: see the module.
pub struct Opener {
    key: RsaPrivateKey,
}

impl Opener {
    /// Reads an RSA key in PKCS#8 PEM (`PRIVATE KEY`).
    ///
    /// # Errors
    /// [`KeyError::Pem`] where there is not one such block, [`KeyError::Unusable`] for another key.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let der = pem::decode(LABEL, text).ok_or(KeyError::Pem(LABEL))?;
        let key = RsaPrivateKey::from_pkcs8_der(&der);
        let key = key.map_err(|_| KeyError::Unusable(Algorithm::RsaSha256))?;
        Ok(Self { key })
    }

    /// The plain text.
    ///
    /// # Errors
    /// [`CipherError::NotAuthentic`] for whatever was not sealed to this key.
    pub fn open(&self, random: &dyn Random, sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
        let mut random = RandomForRsa(random);
        let opened = self
            .key
            .decrypt_blinded(&mut random, Oaep::new::<Sha1>(), sealed);
        opened.map_err(|_| CipherError::NotAuthentic)
    }

    /// The key of 16 bytes that [`rsa_pkcs1`] sealed; of whatever else, a random one. There is no
    /// error: whoever could tell a well padded text from another would open any text, question by
    /// question (Bleichenbacher 1998).
    #[must_use]
    pub fn open_pkcs1(&self, random: &dyn Random, sealed: &[u8]) -> Zeroizing<[u8; 16]> {
        let mut key = Zeroizing::new([0; 16]);
        random.fill(key.as_mut());
        let mut random = RandomForRsa(random);
        let opened = self
            .key
            .decrypt_blinded(&mut random, Pkcs1v15Encrypt, sealed);
        let opened = opened.map(Zeroizing::new);
        if let Ok(opened) = opened.as_deref().map(Vec::as_slice)
            && let Ok(own) = <[u8; 16]>::try_from(opened)
        {
            *key = own;
        }
        key
    }
}

impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opener(hidden)")
    }
}

/// The label of an unencrypted private key's PEM block.
const LABEL: &str = "PRIVATE KEY";
