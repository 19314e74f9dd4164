//! Checkpoints as C2SP's tlog-checkpoint and signed-note have them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use certs::algorithm::Algorithm;
use certs::sign::{KeyError, PublicKey, Signer};
use journal::chain::Hash;

/// The number of Ed25519 in a key's id.
const ED25519: u8 = 1;
const ID_BYTES: usize = 4;
/// Before each signature: an em dash and a blank.
const DASH: &str = "\u{2014} ";

/// What a checkpoint says: so many leaves have this root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// Leaves of the tree.
    pub size: u64,
    /// Its root.
    pub root: Hash,
}

/// Why a text is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// No signed note.
    #[error("not a signed note")]
    Form,
    /// A signed note whose text is no checkpoint.
    #[error("not a checkpoint")]
    Content,
    /// No verifier key of Ed25519: `name+hash+key`.
    #[error("not a verifier key")]
    Key,
}

/// A text with signatures of which nobody has checked any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The signed text, with its last line feed.
    pub text: String,
    /// Name, key id and signature of each line.
    signatures: Vec<(String, [u8; ID_BYTES], Vec<u8>)>,
}

/// A key by which a note is checked.
#[derive(Clone, Debug)]
pub struct VerifierKey {
    name: String,
    key: PublicKey,
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let root = STANDARD.encode(self.root);
        format!("{}\n{}\n{root}\n", self.origin, self.size)
    }

    /// Reads the text of a note; lines behind the third are another program's.
    ///
    /// # Errors
    /// [`NoteError::Content`].
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut lines = text.lines();
        let mut line = || lines.next().filter(|line| !line.is_empty());
        let read = (|| {
            let origin = line()?.to_owned();
            let digits = line()?;
            let size: u64 = digits.parse().ok()?;
            let root = STANDARD.decode(line()?).ok()?.try_into().ok()?;
            let is_plain = size.to_string() == digits;
            is_plain.then_some(Self { origin, size, root })
        })();
        read.ok_or(NoteError::Content)
    }

    /// The signed note. The signer has an Ed25519 key.
    ///
    /// # Errors
    /// When the key refuses.
    pub fn sign(&self, signer: &dyn Signer) -> Result<String, KeyError> {
        sign(&self.text(), &self.origin, signer)
    }
}

/// A text, which ends with a line feed, as a note that an Ed25519 key signed under a name.
///
/// # Errors
/// When the key refuses.
pub fn sign(text: &str, name: &str, signer: &dyn Signer) -> Result<String, KeyError> {
    let key = VerifierKey::of(name, signer.public_key());
    let mut signature = key.id().to_vec();
    signature.extend(signer.sign(text.as_bytes())?);
    let signature = STANDARD.encode(signature);
    Ok(format!("{text}\n{DASH}{name} {signature}\n"))
}

impl Note {
    /// Reads a signed note.
    ///
    /// # Errors
    /// [`NoteError::Form`].
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        Self::read(note).ok_or(NoteError::Form)
    }

    fn read(note: &str) -> Option<Self> {
        // The last empty line is the one before the signatures.
        let at = note.rfind("\n\n")?;
        let (text, lines) = (note.get(..=at)?, note.get(at + 2..)?);
        let mut signatures = Vec::new();
        for line in lines.strip_suffix('\n')?.split('\n') {
            let (name, signature) = line.strip_prefix(DASH)?.split_once(' ')?;
            let signature = STANDARD.decode(signature).ok()?;
            let (id, signature) = signature.split_first_chunk()?;
            signatures.push((name.to_owned(), *id, signature.to_vec()));
        }
        Some(Self {
            text: text.to_owned(),
            signatures,
        })
    }

    /// Whether this key signed it. Signatures of other keys, such as witnesses', say nothing.
    #[must_use]
    pub fn is_signed_by(&self, key: &VerifierKey) -> bool {
        let id = key.id();
        let mut own = self
            .signatures
            .iter()
            .filter(|(name, of, _)| *name == key.name && *of == id);
        let verifies = |signature: &[u8]| key.key.verify(self.text.as_bytes(), signature).is_ok();
        own.next()
            .is_some_and(|(.., signature)| verifies(signature))
            && own.next().is_none()
    }

    /// Whether the key vouches for the checkpoint that is read from this note: it is of that log,
    /// and signed it.
    #[must_use]
    pub fn vouches(&self, checkpoint: &Checkpoint, key: &VerifierKey) -> bool {
        key.name() == checkpoint.origin && self.is_signed_by(key)
    }
}

impl Note {
    /// Whether a signature is said to be this key's.
    #[must_use]
    pub fn names(&self, key: &VerifierKey) -> bool {
        let id = key.id();
        let mut own = self.signatures.iter();
        own.any(|(name, of, _)| *name == key.name && *of == id)
    }
}

impl PartialEq for VerifierKey {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.key.bytes() == other.key.bytes()
    }
}

impl VerifierKey {
    /// Of an Ed25519 key.
    #[must_use]
    pub fn of(name: &str, key: PublicKey) -> Self {
        Self {
            name: name.to_owned(),
            key,
        }
    }

    fn id(&self) -> [u8; ID_BYTES] {
        let named = [self.name.as_bytes(), b"\n", &[ED25519], self.key.bytes()].concat();
        let digest = ring::digest::digest(&ring::digest::SHA256, &named);
        let mut id = [0; ID_BYTES];
        id.copy_from_slice(&digest.as_ref()[..ID_BYTES]);
        id
    }

    /// Reads `name+hash+key`.
    ///
    /// # Errors
    /// [`NoteError::Key`], also where the hash is not the key's.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let read = || {
            let mut parts = text.trim().splitn(3, '+');
            let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
            let bytes = STANDARD.decode(key).ok()?;
            let key = bytes.strip_prefix(&[ED25519])?;
            let key = PublicKey::new(Algorithm::Ed25519, key, None).ok()?;
            let key = Self::of(name, key);
            (is_name(name) && crate::hex(&key.id()) == id).then_some(key)
        };
        read().ok_or(NoteError::Key)
    }

    /// The log's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl std::fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = STANDARD.encode([&[ED25519], self.key.bytes()].concat());
        write!(f, "{}+{}+{key}", self.name, crate::hex(&self.id()))
    }
}

/// Whether a text may name a key: not empty, no blank, no plus.
#[must_use]
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|letter: char| letter.is_whitespace() || letter == '+')
}

#[cfg(test)]
mod tests;
