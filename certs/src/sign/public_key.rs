//! Public keys: reading, writing, verifying.

use std::fmt;

use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use x509_parser::prelude::FromDer as _;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::sm2_key::Sm2Verifier;
use super::{KeyError, SM2_USER_ID_DEFAULT, VerifyError};
use crate::algorithm::Algorithm;
use crate::{der, pem};

/// The label of a public key's PEM block (RFC 7468 section 13).
const LABEL: &str = "PUBLIC KEY";

/// What stands before the point or key in a SubjectPublicKeyInfo; the algorithm fixes all of it.
const P256_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
const SM2_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d, 0x03, 0x42, 0x00,
];
const ED25519_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];
/// AlgorithmIdentifier of rsaEncryption with NULL parameters.
const RSA_IDENTIFIER: [u8; 15] = [
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];
/// Shortest and longest RSA modulus that ring verifies with: 2048 and 8192 bits.
const RSA_MODULUS_BYTES_MIN: usize = 256;
const RSA_MODULUS_BYTES_MAX: usize = 1024;
/// rsaEncryption as x509-parser prints it.
const RSA_OID: &str = "1.2.840.113549.1.1.1";

/// A key that verifies. For SM2 the user identity is part of it: a signature under another
/// identity does not verify.
#[derive(Clone)]
pub struct PublicKey {
    algorithm: Algorithm,
    bytes: Vec<u8>,
    sm2_user_id: Option<Vec<u8>>,
    sm2: Option<Sm2Verifier>,
}

impl PublicKey {
    /// Takes the key's bytes: P-256 and SM2 an uncompressed SEC 1 point (65 bytes), Ed25519 the
    /// 32 bytes of RFC 8032, RSA a SubjectPublicKeyInfo in DER. Without an identity an SM2 key
    /// has [`SM2_USER_ID_DEFAULT`].
    ///
    /// # Errors
    /// [`KeyError::Unusable`] for a wrong length, an RSA modulus outside 2048 to 8192 bits, or a
    /// point off SM2's curve (a point off P-256 is refused by every verification),
    /// [`KeyError::Sm2UserId`] for an identity that is too long or stands at another algorithm.
    pub fn new(
        algorithm: Algorithm,
        bytes: &[u8],
        sm2_user_id: Option<&[u8]>,
    ) -> Result<Self, KeyError> {
        let unusable = KeyError::Unusable(algorithm);
        let mut sm2 = None;
        let mut user_id = None;
        match algorithm {
            Algorithm::Sm2Sm3 => {
                let point = uncompressed_point(bytes).ok_or(unusable)?;
                let identity = sm2_user_id.unwrap_or(SM2_USER_ID_DEFAULT);
                sm2 = Some(Sm2Verifier::new(point, identity)?);
                user_id = Some(identity.to_vec());
            }
            Algorithm::EcdsaP256Sha256 => {
                uncompressed_point(bytes).ok_or(unusable)?;
            }
            Algorithm::Ed25519 if bytes.len() == 32 => {}
            Algorithm::Ed25519 => return Err(unusable),
            Algorithm::RsaSha256 => {
                rsa_public_key(bytes).ok_or(unusable)?;
            }
        }
        if sm2_user_id.is_some() && sm2.is_none() {
            return Err(KeyError::Sm2UserId);
        }
        Ok(Self {
            algorithm,
            bytes: bytes.to_vec(),
            sm2_user_id: user_id,
            sm2,
        })
    }

    /// Reads a PEM block `PUBLIC KEY` (SubjectPublicKeyInfo, RFC 5280).
    ///
    /// # Errors
    /// [`KeyError::Pem`] if there is not exactly one block, else as [`PublicKey::new`]; a key of
    /// another algorithm or curve is [`KeyError::Unusable`].
    pub fn from_pem(
        algorithm: Algorithm,
        text: &str,
        sm2_user_id: Option<&[u8]>,
    ) -> Result<Self, KeyError> {
        let info = pem::decode(LABEL, text).ok_or(KeyError::Pem(LABEL))?;
        let bytes = match algorithm {
            Algorithm::RsaSha256 => Some(info.as_slice()),
            Algorithm::EcdsaP256Sha256 => info.strip_prefix(&P256_PREFIX),
            Algorithm::Sm2Sm3 => info.strip_prefix(&SM2_PREFIX),
            Algorithm::Ed25519 => info.strip_prefix(&ED25519_PREFIX),
        };
        let bytes = bytes.ok_or(KeyError::Unusable(algorithm))?;
        Self::new(algorithm, bytes, sm2_user_id)
    }

    /// Writes the PEM block that [`PublicKey::from_pem`] reads. SM2's identity is not in it.
    #[must_use]
    pub fn to_pem(&self) -> String {
        let prefix: &[u8] = match self.algorithm {
            Algorithm::RsaSha256 => &[],
            Algorithm::EcdsaP256Sha256 => &P256_PREFIX,
            Algorithm::Sm2Sm3 => &SM2_PREFIX,
            Algorithm::Ed25519 => &ED25519_PREFIX,
        };
        pem::encode(LABEL, &[prefix, &self.bytes].concat()).to_string()
    }

    /// Builds an RSA key from ring's form, the RSAPublicKey of PKCS#1.
    pub(super) fn from_rsa_public_key(pkcs1: &[u8]) -> Result<Self, KeyError> {
        let bits = der::element(der::BIT_STRING, &[&[0], pkcs1].concat());
        let info = der::element(der::SEQUENCE, &[&RSA_IDENTIFIER, bits.as_slice()].concat());
        Self::new(Algorithm::RsaSha256, &info, None)
    }

    /// What it verifies with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key in the form that [`PublicKey::new`] takes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SM2's user identity; `None` for the other algorithms.
    #[must_use]
    pub fn sm2_user_id(&self) -> Option<&[u8]> {
        self.sm2_user_id.as_deref()
    }

    /// Accepts only a signature of this key, in the form that [`Algorithm`] states, over exactly
    /// these bytes.
    ///
    /// # Errors
    /// [`VerifyError`], for whatever else.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
        let mismatch = VerifyError::Mismatch(self.algorithm);
        let ring_verify = |scheme: &'static dyn VerificationAlgorithm, key: &[u8]| {
            UnparsedPublicKey::new(scheme, key)
                .verify(message, signature)
                .map_err(|_| mismatch)
        };
        match self.algorithm {
            Algorithm::RsaSha256 => ring_verify(
                &signature::RSA_PKCS1_2048_8192_SHA256,
                rsa_public_key(&self.bytes).ok_or(mismatch)?,
            ),
            Algorithm::EcdsaP256Sha256 => {
                ring_verify(&signature::ECDSA_P256_SHA256_ASN1, &self.bytes)
            }
            Algorithm::Ed25519 => ring_verify(&signature::ED25519, &self.bytes),
            Algorithm::Sm2Sm3 => match &self.sm2 {
                Some(key) => key.verify(message, signature),
                None => Err(mismatch),
            },
        }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.algorithm == other.algorithm
            && self.bytes == other.bytes
            && self.sm2_user_id == other.sm2_user_id
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // SM2's identity is often a customer number, so it is not printed.
        f.debug_struct("PublicKey")
            .field("algorithm", &self.algorithm)
            .field("bytes", &crate::digest::hex_lower(&self.bytes))
            .finish_non_exhaustive()
    }
}

/// A point in the only form that is taken: 0x04 and both coordinates.
fn uncompressed_point(bytes: &[u8]) -> Option<&[u8; 65]> {
    let point: &[u8; 65] = bytes.try_into().ok()?;
    (point.first() == Some(&4)).then_some(point)
}

/// The RSAPublicKey inside a SubjectPublicKeyInfo.
fn rsa_public_key(info: &[u8]) -> Option<&[u8]> {
    let (rest, parsed) = SubjectPublicKeyInfo::from_der(info).ok()?;
    let is_rsa = parsed.algorithm.algorithm.to_id_string() == RSA_OID;
    let Ok(x509_parser::public_key::PublicKey::RSA(numbers)) = parsed.parsed() else {
        return None;
    };
    let modulus = numbers.modulus.iter().skip_while(|byte| **byte == 0);
    if !(RSA_MODULUS_BYTES_MIN..=RSA_MODULUS_BYTES_MAX).contains(&modulus.count()) {
        return None;
    }
    let bits = parsed.subject_public_key;
    if !rest.is_empty() || !is_rsa || bits.unused_bits != 0 {
        return None;
    }
    match bits.data {
        std::borrow::Cow::Borrowed(data) => Some(data),
        std::borrow::Cow::Owned(_) => None,
    }
}
