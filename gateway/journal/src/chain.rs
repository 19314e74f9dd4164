//! The hash chain: which digest, and what it covers.

use ring::digest;
use sm3::Digest as _;

/// The digest that chains the records of a segment. Both give 32 bytes, so that the format of a
/// record is the same. Named in each segment's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Digest {
    /// SHA-256 (FIPS 180-4); the default.
    #[default]
    Sha256,
    /// SM3 (GB/T 32905), where national algorithms are asked for.
    Sm3,
}

/// A link of the chain.
pub type Hash = [u8; 32];

impl Digest {
    /// The word of settings and messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sm3 => "sm3",
        }
    }

    /// The number of this digest in a segment header.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Sha256 => 1,
            Self::Sm3 => 2,
        }
    }

    /// The digest with that number, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Sha256),
            2 => Some(Self::Sm3),
            _ => None,
        }
    }

    /// The hash of a record: over the previous record's hash, then the record's `body`, which is
    /// everything from its sequence to the end of its sealed part, in any number of parts.
    #[must_use]
    pub fn link(self, previous: &Hash, body: &[&[u8]]) -> Hash {
        let mut hash = Hash::default();
        match self {
            Self::Sha256 => {
                let mut context = digest::Context::new(&digest::SHA256);
                context.update(previous);
                for part in body {
                    context.update(part);
                }
                hash.copy_from_slice(context.finish().as_ref());
            }
            Self::Sm3 => {
                let mut context = sm3::Sm3::new();
                context.update(previous);
                for part in body {
                    context.update(part);
                }
                hash.copy_from_slice(&context.finalize());
            }
        }
        hash
    }
}
