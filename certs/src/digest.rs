//! Digests, keyed digests and their text forms.

use sm3::{Digest as _, Sm3};

/// A digest function with 32 bytes of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DigestAlgorithm {
    /// SHA-256 (FIPS 180-4).
    Sha256,
    /// SM3 (GM/T 0004-2012, GB/T 32905-2016).
    Sm3,
}

impl DigestAlgorithm {
    /// The name in configuration and records: `sha256` or `sm3`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sm3 => "sm3",
        }
    }
}

impl std::fmt::Display for DigestAlgorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for DigestAlgorithm {
    type Err = UnknownDigest;

    fn from_str(name: &str) -> Result<Self, UnknownDigest> {
        [Self::Sha256, Self::Sm3]
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
            .ok_or(UnknownDigest)
    }
}

/// The text is none of the names of [`DigestAlgorithm`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown digest; known are sha256, sm3")]
pub struct UnknownDigest;

/// A digest over bytes that come in pieces; memory does not grow with them.
#[derive(Clone)]
pub struct Digester {
    state: State,
}

#[derive(Clone)]
enum State {
    Sha256(ring::digest::Context),
    Sm3(Sm3),
}

impl Digester {
    /// Starts with no bytes.
    #[must_use]
    pub fn new(algorithm: DigestAlgorithm) -> Self {
        let state = match algorithm {
            DigestAlgorithm::Sha256 => {
                State::Sha256(ring::digest::Context::new(&ring::digest::SHA256))
            }
            DigestAlgorithm::Sm3 => State::Sm3(Sm3::new()),
        };
        Self { state }
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.state {
            State::Sha256(context) => context.update(bytes),
            State::Sm3(context) => context.update(bytes),
        }
    }

    /// The digest of everything that was added.
    #[must_use]
    pub fn finish(self) -> [u8; 32] {
        match self.state {
            State::Sha256(context) => array32(context.finish().as_ref()),
            State::Sm3(context) => context.finalize().into(),
        }
    }
}

impl std::fmt::Debug for Digester {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let algorithm = match self.state {
            State::Sha256(_) => DigestAlgorithm::Sha256,
            State::Sm3(_) => DigestAlgorithm::Sm3,
        };
        f.debug_tuple("Digester").field(&algorithm).finish()
    }
}

/// The digest of `bytes`.
#[must_use]
pub fn digest(algorithm: DigestAlgorithm, bytes: &[u8]) -> [u8; 32] {
    match algorithm {
        DigestAlgorithm::Sha256 => {
            array32(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref())
        }
        DigestAlgorithm::Sm3 => Sm3::digest(bytes).into(),
    }
}

/// HMAC-SHA-256 (RFC 2104) of `message` under a key of any length.
#[must_use]
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> [u8; 32] {
    HmacKey::new(key).sign(message)
}

/// An HMAC-SHA-256 key that is prepared once and used often, as for the search index.
#[derive(Clone)]
pub struct HmacKey {
    key: ring::hmac::Key,
}

impl HmacKey {
    /// Prepares a key of any length; shorter than 32 bytes is weaker than the digest.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        Self {
            key: ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key),
        }
    }

    /// The keyed digest of `message`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 32] {
        array32(ring::hmac::sign(&self.key, message).as_ref())
    }

    /// Whether `tag` belongs to `message`, compared in constant time.
    #[must_use]
    pub fn matches(&self, message: &[u8], tag: &[u8]) -> bool {
        ring::hmac::verify(&self.key, message, tag).is_ok()
    }
}

impl std::fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HmacKey(hidden)")
    }
}

/// Whether two byte strings are equal, in a time that does not tell where they differ
/// (THREATS row 16). Meant for digests and tags; their lengths are not hidden.
#[must_use]
pub fn equal_constant_time(left: &[u8], right: &[u8]) -> bool {
    // Comparing keyed digests is how ring offers a constant-time comparison of outside bytes.
    let key = HmacKey::new(b"anxin comparison");
    left.len() == right.len() && key.matches(left, &key.sign(right))
}

/// Lower-case hexadecimal text.
#[must_use]
pub fn hex_lower(bytes: &[u8]) -> String {
    hex(bytes, b"0123456789abcdef")
}

/// Upper-case hexadecimal text, as several banks demand it.
#[must_use]
pub fn hex_upper(bytes: &[u8]) -> String {
    hex(bytes, b"0123456789ABCDEF")
}

fn hex(bytes: &[u8], alphabet: &[u8; 16]) -> String {
    // A nibble is always below 16, so both indices are inside the alphabet.
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| char::from(alphabet[usize::from(nibble)]))
        .collect()
}

/// Bytes of hexadecimal text in either case; `None` for an odd length or another character.
#[must_use]
pub fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits?;
    if digits.len() % 2 != 0 {
        return None;
    }
    Some(
        digits
            .chunks_exact(2)
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
            .collect(),
    )
}

/// Copies a digest of ring, which is 32 bytes long for SHA-256, into an array.
fn array32(bytes: &[u8]) -> [u8; 32] {
    let mut array = [0; 32];
    for (target, source) in array.iter_mut().zip(bytes) {
        *target = *source;
    }
    array
}
