//! What stands for a personal value where it is searched for equality.
//!
//! A new vault uses SipHash-2-4 with 128 bits of output, a pseudorandom function under a key of
//! 128 bits: who holds the journal and not the key learns only which lines are of one person.
//! Vaults made before have a search key of HMAC-SHA-256 and go on with it, because their
//! journals hold its values: a changed hash would miss the same wage under another number.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use ring::hmac;
use siphasher::sip128::SipHasher24;

use super::KEY_BYTES;

/// The owner under which the search key is stored.
pub(super) const SEARCH: &str = "\u{0}search-sip";
/// The owner of a search key that was made for HMAC-SHA-256.
pub(super) const SEARCH_HMAC: &str = "\u{0}search";

/// Whether a key of this owner is a search key.
pub(super) fn is_search(owner: &str) -> bool {
    owner == SEARCH || owner == SEARCH_HMAC
}

/// The search key of one field. Nothing of it is ever printed.
#[derive(Clone)]
pub struct Blinder(Keyed);

#[derive(Clone)]
enum Keyed {
    Sip(SipHasher24),
    Hmac(Arc<hmac::Key>),
}

impl Blinder {
    /// As [`super::Vault::blind`] of the field.
    #[must_use]
    pub fn blind(&self, normalised: &[u8]) -> [u8; 16] {
        match &self.0 {
            Keyed::Sip(key) => key.hash(normalised).as_bytes(),
            Keyed::Hmac(key) => first_half(&hmac::sign(key, normalised)),
        }
    }
}

fn first_half(tag: &hmac::Tag) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&tag.as_ref()[..16]);
    half
}

impl fmt::Debug for Blinder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blinder")
    }
}

/// The search key of a vault, and what was derived from it.
pub(super) struct Search {
    key: hmac::Key,
    is_hmac: bool,
    fields: RwLock<BTreeMap<String, Blinder>>,
}

impl Search {
    /// With the raw key that is stored under `owner`; `None` for the owner of anything else.
    pub(super) fn of(owner: &str, raw: &[u8; KEY_BYTES]) -> Option<Self> {
        let is_hmac = match owner {
            SEARCH => false,
            SEARCH_HMAC => true,
            _ => return None,
        };
        Some(Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, raw),
            is_hmac,
            fields: RwLock::default(),
        })
    }

    /// The key of one field: HMAC-SHA-256 of the field's name under the search key, whole for
    /// HMAC, its first half for SipHash.
    pub(super) fn blinder(&self, field: &str) -> Blinder {
        let known = self.fields.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(blinder) = known.get(field) {
            return blinder.clone();
        }
        drop(known);
        let tag = hmac::sign(&self.key, field.as_bytes());
        let blinder = Blinder(match self.is_hmac {
            false => Keyed::Sip(SipHasher24::new_with_key(&first_half(&tag))),
            true => Keyed::Hmac(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, tag.as_ref()))),
        });
        let mut fields = self.fields.write().unwrap_or_else(PoisonError::into_inner);
        fields.insert(field.to_owned(), blinder.clone());
        blinder
    }
}
