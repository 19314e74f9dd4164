//! The signature algorithms that a bank's definition may name.

use std::fmt;
use std::str::FromStr;

/// A signature algorithm together with its digest, as a definition names it.
///
/// The list is closed: a bank that needs another one needs a change here, with its vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256, keys of 2048 to 8192 bits. Signature: as long as the
    /// modulus.
    RsaSha256,
    /// ECDSA on P-256 with SHA-256. Signature: DER `SEQUENCE { r, s }`.
    EcdsaP256Sha256,
    /// Ed25519 (RFC 8032). Signature: 64 bytes.
    Ed25519,
    /// SM2 with SM3 (GM/T 0003.2, GM/T 0009). Signature: `r ‖ s`, 64 bytes.
    Sm2Sm3,
}

impl Algorithm {
    /// All algorithms, in the order of the enum.
    pub const ALL: [Self; 4] = [
        Self::RsaSha256,
        Self::EcdsaP256Sha256,
        Self::Ed25519,
        Self::Sm2Sm3,
    ];

    /// The name in definitions, configuration and records, for example `sm2_sm3`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaSha256 => "rsa_sha256",
            Self::EcdsaP256Sha256 => "ecdsa_p256_sha256",
            Self::Ed25519 => "ed25519",
            Self::Sm2Sm3 => "sm2_sm3",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, UnknownAlgorithm> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
            .ok_or(UnknownAlgorithm)
    }
}

/// The text is none of the names of [`Algorithm`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown algorithm; known are rsa_sha256, ecdsa_p256_sha256, ed25519, sm2_sm3")]
pub struct UnknownAlgorithm;
