//! Signatures inside a message: in a pair of a form, or in a place of the text itself.

use super::layer::Around;
use super::packed::{hex, unbase64, unhex};
use crate::exchange::Unreadable;
use crate::layout::fault::{WriteFault, ill_formed, unreadable};
use crate::layout::{encode, json};
use base64::Engine;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The algorithm of the key behind the word of a definition: `sm2_sm3_der` is SM2's signature as a
/// SEQUENCE of two numbers (GM/T 0009), made with the same key as the plain r ‖ s of `sm2_sm3`. The
/// keys' side of [`crate::exchange::Crypto`] knows both.
#[must_use]
pub fn key_algorithm(word: &str) -> &str {
    word.strip_suffix("_der").unwrap_or(word)
}

/// What is said of a message in which the place of the signature is empty.
pub(super) const NO_SIGNATURE: &str = "the signature is missing";

impl Around<'_> {
    /// A text that was read, as the bytes that a signature is held against or that are read on.
    ///
    /// # Errors
    /// `Unreadable` where the character set lacks one of its characters.
    pub(super) fn bytes_of(self, text: &str) -> Result<Vec<u8>, Unreadable> {
        encode(text, self.charset).map_err(|fault| unreadable(fault.to_string()))
    }

    /// Whether a signature over a message verifies by the bank's key of this algorithm and slot.
    ///
    /// # Errors
    /// `Unreadable` where it does not, or there is no such key.
    pub(super) fn verify(
        self,
        (algorithm, slot): (&str, &str),
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Unreadable> {
        let verified = self.crypto.verify(algorithm, slot, message, signature);
        verified.map_err(|error| unreadable(error.to_string()))
    }
}

/// How a signature is spelt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Upper-case hexadecimal; either case is read.
    Hex,
    /// Lower-case hexadecimal; either case is read.
    HexLower,
    /// Standard base64 with padding.
    Base64,
}

impl Shape {
    pub(super) fn write(self, signature: &[u8]) -> String {
        let digits = || String::from_utf8(hex(signature)).unwrap_or_default();
        match self {
            Self::Hex => digits(),
            Self::HexLower => digits().to_lowercase(),
            Self::Base64 => base64::prelude::BASE64_STANDARD.encode(signature),
        }
    }

    pub(super) fn read(self, text: &str) -> Result<Vec<u8>, Unreadable> {
        let wrong = || unreadable("the signature is not of its form");
        match self {
            Self::Hex | Self::HexLower => unhex(text.as_bytes()).ok_or_else(wrong),
            Self::Base64 => unbase64(text.as_bytes()).ok_or_else(wrong),
        }
    }
}

/// What of the text is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// The text itself.
    #[default]
    Text,
    /// Its SHA-256 in lower-case hexadecimal.
    Sha256Hex,
}

impl Over {
    pub(super) fn of(self, text: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Text => text,
            Self::Sha256Hex => {
                let digest = ring::digest::digest(&ring::digest::SHA256, &text);
                hex(digest.as_ref()).to_ascii_lowercase()
            }
        }
    }
}

/// A signature in a pair of a form: over `name=value` of every other pair that has a value, sorted
/// by name, with `&` between them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PairSign {
    /// `sm2_sm3`, `sm2_sm3_der`, `rsa_sha256`.
    pub algorithm: String,
    /// Slot of the key.
    pub slot: String,
    /// Name of the pair; it is written last.
    pub pair: String,
    /// Further pairs that are not signed.
    #[serde(default)]
    pub except: Vec<String>,
    /// What of the text is signed.
    #[serde(default)]
    pub over: Over,
    /// How the signature is spelt.
    pub shape: Shape,
    /// Pairs without a value are signed as well, where the other side sends any; we send none.
    #[serde(default)]
    pub blank: bool,
}

impl PairSign {
    fn text(&self, pairs: &BTreeMap<String, String>, around: Around<'_>) -> Option<Vec<u8>> {
        let signed = pairs.iter().filter(|(name, value)| {
            let left_out = value.is_empty() && !self.blank;
            **name != self.pair && !self.except.contains(name) && !left_out
        });
        let parts: Vec<String> = signed
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let text = encode(&parts.join("&"), around.charset).ok()?;
        Some(self.over.of(text))
    }

    /// The value of the pair, over the others in clear.
    ///
    /// # Errors
    /// A key that fails.
    pub fn sign(
        &self,
        pairs: &BTreeMap<String, String>,
        around: Around<'_>,
    ) -> Result<String, WriteFault> {
        let place = || WriteFault::Form {
            place: "the form".to_owned(),
        };
        let text = self.text(pairs, around).ok_or_else(place)?;
        let signature = around.crypto.sign(&self.algorithm, &self.slot, &text)?;
        Ok(self.shape.write(&signature))
    }

    /// Checks the pair against the others. `kept`: somebody kept the form, and the signature may
    /// be gone.
    ///
    /// # Errors
    /// `Unreadable` where it is missing or wrong.
    pub fn verify(
        &self,
        pairs: &BTreeMap<String, String>,
        kept: bool,
        around: Around<'_>,
    ) -> Result<(), Unreadable> {
        let signature = pairs.get(&self.pair).filter(|value| !value.is_empty());
        let signature = signature.map(|value| self.shape.read(value));
        let signature = match signature {
            None | Some(Err(_)) if kept => return Ok(()),
            None => return Err(unreadable(NO_SIGNATURE)),
            Some(signature) => signature?,
        };
        let text = self.text(pairs, around);
        let text = text.ok_or_else(|| unreadable("not a form"))?;
        around.verify((&self.algorithm, &self.slot), &text, &signature)
    }
}

/// A signature over the whole text with a placeholder in its place; then it stands there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceSign {
    /// `sm2_sm3`, `sm2_sm3_der`, `rsa_sha256`.
    pub algorithm: String,
    /// Slot of the key.
    pub slot: String,
    /// What stands before the place, once in the text.
    pub before: String,
    /// What stands in the place while it is signed; may be empty.
    #[serde(default)]
    pub placeholder: String,
    /// What stands after the place.
    pub after: String,
    /// What of the text is signed.
    #[serde(default)]
    pub over: Over,
    /// How the signature is spelt.
    pub shape: Shape,
    /// The text is JSON, and signed is its compact form with the names of every object sorted,
    /// however they stand.
    #[serde(default)]
    pub sorted: bool,
}

impl PlaceSign {
    /// The text before the place, in it, and after it; `None` where there is no one such place.
    fn place<'t>(&self, text: &'t str) -> Option<(&'t str, &'t str, &'t str)> {
        let (head, rest) = text.split_once(&self.before)?;
        if rest.contains(&self.before) {
            return None;
        }
        let (inside, tail) = rest.split_once(&self.after)?;
        Some((head, inside, tail))
    }

    fn with(&self, (head, tail): (&str, &str), inside: &str) -> String {
        [head, &self.before, inside, &self.after, tail].concat()
    }

    /// Signs the payload and puts the signature into its place.
    ///
    /// # Errors
    /// `Form` where the place does not stand there once with the placeholder in it; a key that
    /// fails.
    pub fn wrap(&self, payload: &[u8], around: Around<'_>) -> Result<Vec<u8>, WriteFault> {
        let wrong = || WriteFault::Form {
            place: "the place of the signature".to_owned(),
        };
        let text = around.charset.decode(payload).map_err(|_| wrong())?;
        let found = self
            .place(&text)
            .filter(|(_, inside, _)| *inside == self.placeholder);
        let (head, _, tail) = found.ok_or_else(wrong)?;
        let signed = match self.sorted {
            true => encode(&sorted_json(&text).map_err(|_| wrong())?, around.charset)?,
            false => payload.to_vec(),
        };
        let signed = self.over.of(signed);
        let signature = around.crypto.sign(&self.algorithm, &self.slot, &signed)?;
        encode(
            &self.with((head, tail), &self.shape.write(&signature)),
            around.charset,
        )
    }

    /// Checks the signature and gives the text that was signed. `kept`: somebody kept the
    /// message, and the signature may be gone; the text is then given as it stands.
    ///
    /// # Errors
    /// `Unreadable` where there is no such place, or the signature is wrong.
    pub fn unwrap(
        &self,
        bytes: &[u8],
        kept: bool,
        around: Around<'_>,
    ) -> Result<Vec<u8>, Unreadable> {
        let text = around.charset.decode(bytes).map_err(ill_formed)?;
        let text = match self.sorted {
            true => Cow::Owned(sorted_json(&text)?),
            false => text,
        };
        let found = self
            .place(&text)
            .ok_or("the place of the signature is missing");
        let found = found.and_then(|found| match found.1 {
            "" => Err(NO_SIGNATURE),
            inside if inside == self.placeholder => Err(NO_SIGNATURE),
            _ => Ok(found),
        });
        let read = found.map_err(unreadable);
        let read = read.and_then(|found| Ok((found, self.shape.read(found.1)?)));
        let ((head, _, tail), signature) = match read {
            Err(_) if kept => return Ok(bytes.to_vec()),
            read => read?,
        };
        let payload = around.bytes_of(&self.with((head, tail), &self.placeholder))?;
        around.verify(
            (&self.algorithm, &self.slot),
            &self.over.of(payload.clone()),
            &signature,
        )?;
        Ok(payload)
    }
}

/// JSON in its compact form, the names of every object sorted.
fn sorted_json(text: &str) -> Result<String, Unreadable> {
    Ok(sorted(json::parsed(text)?).to_string())
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<String, Value> = members.into_iter().collect();
            let members = members.into_iter();
            members.map(|(name, value)| (name, sorted(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}
