//! The documents that are given away, as JSON. PROOF.md says what each member means.

use journal::chain::Hash;
use journal::record::Kind;
use journal::tree::leaf::{Leaf, Opened, Salted};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The format of [`PaymentProof`].
pub const PROOF: &str = "anxin-proof/v1";
/// The format of [`ConsistencyProof`].
pub const CONSISTENCY: &str = "anxin-consistency/v1";

/// That records about a payment are in the log, and what of them is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentProof {
    /// `anxin-proof/v1`.
    pub format: String,
    /// The payment.
    pub payment_id: String,
    /// Its state by the records.
    pub state: String,
    /// Whether its outcome is disputed by the records.
    pub disputed: bool,
    /// Its amount.
    pub amount_fen: i64,
    /// The records that make the state, oldest first.
    pub records: Vec<RecordProof>,
    /// The signed checkpoint that covers them (C2SP tlog-checkpoint).
    pub checkpoint: String,
}

/// A record's leaf, what of it is shown, and its way to the root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordProof {
    /// The record's number; its leaf is one less.
    pub sequence: u64,
    /// Time of the record, Unix milliseconds, UTC.
    pub time_ms: i64,
    /// Kind of the record.
    pub kind: u16,
    /// Who caused it.
    pub actor: ActorProof,
    /// How many pieces its clear part has.
    pub pieces: u32,
    /// The pieces shown.
    pub shown: Vec<PieceProof>,
    /// Hashes that stand for the others, from the left.
    pub hidden: Vec<String>,
    /// Commitment to the record's hash.
    pub seal: String,
    /// Audit path from the leaf to the root (RFC 6962).
    pub path: Vec<String>,
}

/// Who caused a record: shown, or its commitment alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, deny_unknown_fields)]
pub enum ActorProof {
    /// Shown.
    Shown {
        /// Salt of the commitment.
        salt: String,
        /// The actor.
        text: String,
    },
    /// Not shown.
    Hidden {
        /// The commitment.
        hash: String,
    },
}

/// A piece of a clear part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PieceProof {
    /// Its number among the pieces, from 0.
    pub number: u32,
    /// Salt of its commitment.
    pub salt: String,
    /// What it says.
    pub text: String,
}

/// That one tree is the beginning of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyProof {
    /// `anxin-consistency/v1`.
    pub format: String,
    /// Leaves of the older tree.
    pub from: u64,
    /// Leaves of the newer tree.
    pub to: u64,
    /// The hashes (RFC 6962 section 2.1.2).
    pub proof: Vec<String>,
    /// The last signed checkpoint, over at least `to` leaves.
    pub checkpoint: String,
}

impl RecordProof {
    /// Of a leaf, what is shown of it and its path.
    #[must_use]
    pub fn new(leaf: &Leaf, actor: Option<Salted>, opened: Opened, path: &[Hash]) -> Self {
        let shown = opened.pieces.into_iter().map(|(number, piece)| PieceProof {
            number,
            salt: crate::hex(&piece.salt),
            text: piece.text,
        });
        Self {
            sequence: leaf.sequence,
            time_ms: leaf.time_ms,
            kind: leaf.kind.0,
            actor: match actor {
                Some(actor) => ActorProof::Shown {
                    salt: crate::hex(&actor.salt),
                    text: actor.text,
                },
                None => ActorProof::Hidden {
                    hash: crate::hex(&leaf.actor),
                },
            },
            pieces: leaf.pieces,
            shown: shown.collect(),
            hidden: hashes(&opened.closed),
            seal: crate::hex(&leaf.seal),
            path: hashes(path),
        }
    }

    /// The leaf to which what is shown leads; `None` where it leads to none.
    #[must_use]
    pub fn leaf(&self) -> Option<Leaf> {
        let mut pieces = BTreeMap::new();
        let mut least = 0;
        for piece in &self.shown {
            // In order and once: one way only to write a proof.
            if piece.number < least {
                return None;
            }
            least = piece.number.checked_add(1)?;
            let (salt, text) = (bytes(&piece.salt)?, piece.text.clone());
            pieces.insert(piece.number, Salted { salt, text });
        }
        let closed = self.hidden.iter().map(|hash| bytes(hash));
        let closed = closed.collect::<Option<Vec<Hash>>>()?;
        Some(Leaf {
            sequence: self.sequence,
            time_ms: self.time_ms,
            kind: Kind(self.kind),
            actor: match &self.actor {
                ActorProof::Shown { salt, text } => {
                    let (salt, text) = (bytes(salt)?, text.clone());
                    Salted { salt, text }.hash()
                }
                ActorProof::Hidden { hash } => bytes(hash)?,
            },
            pieces: self.pieces,
            clear: Opened { pieces, closed }.root(self.pieces)?,
            seal: bytes(&self.seal)?,
        })
    }
}

/// Hashes in lower hex.
#[must_use]
pub fn hashes(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| crate::hex(hash)).collect()
}

/// Bytes of lower hex, which alone is accepted.
#[must_use]
pub fn bytes<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let bytes: [u8; N] = certs::digest::bytes_of_hex(digits)?.try_into().ok()?;
    (crate::hex(&bytes) == digits).then_some(bytes)
}
