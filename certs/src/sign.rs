//! Signing and verifying by algorithm name.

mod private_key;
mod public_key;
mod sm2_encoding;
mod sm2_key;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

pub(crate) use private_key::RandomForRsa;
pub use private_key::{generate, signer_from_pem};
pub use public_key::PublicKey;
pub use sm2_encoding::{Sm2Encoding, Sm2EncodingError};

use crate::algorithm::Algorithm;

/// The user identity in SM2's `Z` value where a bank states none (GM/T 0009-2012 section 10).
pub const SM2_USER_ID_DEFAULT: &[u8] = b"1234567812345678";

/// The name of a key in configuration and records: 1 to 64 of `[A-Za-z0-9._/-]`. Not a secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

impl KeyId {
    /// Accepts a name that can stand in a log line, a file name and a header.
    ///
    /// # Errors
    /// [`KeyError::KeyId`] for any other text.
    pub fn new(name: &str) -> Result<Self, KeyError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._/-".contains(&byte);
        if (1..=64).contains(&name.len()) && name.bytes().all(allowed) {
            Ok(Self(name.to_owned()))
        } else {
            Err(KeyError::KeyId)
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for KeyId {
    type Err = KeyError;

    fn from_str(name: &str) -> Result<Self, KeyError> {
        Self::new(name)
    }
}

/// A key that signs: in memory here, in an HSM behind the same trait elsewhere.
pub trait Signer: Send + Sync {
    /// What it signs with.
    fn algorithm(&self) -> Algorithm;

    /// The key's name in configuration and records.
    fn key_id(&self) -> &KeyId;

    /// Signs the message's bytes (the digest, and for SM2 the `Z` value, are made inside). The
    /// form is the one that [`Algorithm`] states; [`Sm2Encoding`] turns SM2's into DER.
    ///
    /// # Errors
    /// [`KeyError::Signing`] if the key refuses, for example an HSM that is gone.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError>;

    /// The key that verifies.
    fn public_key(&self) -> PublicKey;
}

impl fmt::Debug for dyn Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("algorithm", &self.algorithm())
            .field("key_id", self.key_id())
            .finish_non_exhaustive()
    }
}

/// Why a key can't be used. Never carries key bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A key's name is not 1 to 64 of the allowed characters.
    #[error("a key's name is 1 to 64 of A-Z a-z 0-9 . _ / -")]
    KeyId,
    /// There is not exactly one PEM block of the wanted kind.
    #[error("not exactly one readable PEM block {0:?}")]
    Pem(&'static str),
    /// The key is damaged, of another algorithm, or weaker than the algorithm's least length.
    #[error("not a usable key for {0}")]
    Unusable(Algorithm),
    /// SM2's user identity is longer than 8191 bytes, or given for another algorithm.
    #[error("SM2's user identity is too long, or given for a key that has none")]
    Sm2UserId,
    /// Making a key failed.
    #[error("making a key for {0} failed")]
    Generation(Algorithm),
    /// Signing failed; nothing was signed.
    #[error("signing with {0} failed")]
    Signing(Algorithm),
}

/// Why a signature was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The signature's form is wrong: length, or a number that is zero or too large.
    #[error("the signature is not in the form of {0}")]
    Malformed(Algorithm),
    /// The form is right, but it is no signature of this key over these bytes.
    #[error("the signature does not belong to this message and key ({0})")]
    Mismatch(Algorithm),
}

/// SM2's Z value of a key, for the known-answer test; `None` for the other algorithms.
pub(crate) fn sm2_z_value(key: &PublicKey) -> Option<[u8; 32]> {
    let point: &[u8; 65] = key.bytes().try_into().ok()?;
    sm2_key::z_value(key.sm2_user_id()?, point)
}

/// Lets a fresh or loaded key sign and verify once: a damaged key, or a private half that does
/// not belong to the public one, is found at start and not at the first payment.
fn proved(signer: Arc<dyn Signer>) -> Result<Arc<dyn Signer>, KeyError> {
    let message = b"anxin key check";
    let unusable = KeyError::Unusable(signer.algorithm());
    let signature = signer.sign(message).map_err(|_| unusable)?;
    signer
        .public_key()
        .verify(message, &signature)
        .map_err(|_| unusable)?;
    Ok(signer)
}
