//! Forms: pairs of names and values, one of which is the payload where the message has a body.

use super::layer::Around;
use super::packed::{hex, unhex};
use super::sign::PairSign;
use crate::exchange::Unreadable;
use crate::layout::atom::WriteContext;
use crate::layout::encode;
use crate::layout::fault::{WriteFault, ill_formed, unreadable};
use crate::layout::lines::context;
use crate::layout::slot::{Slot, Source};
use crate::layout::values::Values;
use schemars::JsonSchema;
use schemas::text::Charset;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Most pairs of a form that is read.
const PAIRS_MAX: usize = 256;

/// A form.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// The pairs.
    pub slots: Vec<Slot>,
    /// Values stand as they are, without percent encoding; none has an `&`.
    #[serde(default)]
    pub raw: bool,
    /// A signature in a pair of its own; pairs without a value are then left out.
    pub sign: Option<PairSign>,
}

impl Form {
    /// Writes the pairs, the payload among them.
    ///
    /// # Errors
    /// A value missing or too long, a key that fails.
    pub fn write(
        &self,
        context: &WriteContext<'_>,
        around: Around<'_>,
    ) -> Result<Vec<u8>, WriteFault> {
        let mut pairs = Vec::with_capacity(self.slots.len() + 1);
        for slot in &self.slots {
            let value = slot.write(context)?;
            if self.sign.is_none() || !value.is_empty() {
                pairs.push((slot.path.clone(), value));
            }
        }
        if let Some(sign) = &self.sign {
            let signature = sign.sign(&pairs.iter().cloned().collect(), around)?;
            pairs.push((sign.pair.clone(), signature));
        }
        let mut written = Vec::new();
        for (name, value) in pairs {
            if !written.is_empty() {
                written.push(b'&');
            }
            let bytes = encode(&value, around.charset)?;
            written.extend([name.as_bytes(), b"="].concat());
            match self.raw {
                true if value.contains('&') => return Err(WriteFault::Form { place: name }),
                true => written.extend(bytes),
                false => written.extend(percent(&bytes).into_bytes()),
            }
        }
        Ok(written)
    }

    /// Takes the values and gives the payload.
    ///
    /// # Errors
    /// `Unreadable` for what is no such form, or is signed wrongly.
    pub fn read(
        &self,
        bytes: &[u8],
        values: &mut Values,
        around: Around<'_>,
    ) -> Result<Option<String>, Unreadable> {
        let pairs = self.pairs(bytes, values.kept, around.charset)?;
        if let Some(sign) = &self.sign {
            sign.verify(&pairs, values.kept, around)?;
        }
        let mut reading = context(values, false);
        for slot in &self.slots {
            let value = match (pairs.get(&slot.path), &slot.source, &slot.default) {
                (Some(value), ..) => value,
                (None, Source::Payload(_), Some(default)) => default,
                (None, Source::Payload(_), None) => {
                    return Err(unreadable(format!("{} is missing", slot.path)));
                }
                (None, ..) => continue,
            };
            slot.read(value, &mut reading).map_err(unreadable)?;
        }
        let none = || (!self.carries()).then(String::new);
        Ok(reading.payload.take().or_else(none))
    }

    /// Whether a pair holds the payload; a message without a body needs none.
    #[must_use]
    pub fn carries(&self) -> bool {
        let payload = |slot: &Slot| matches!(slot.source, Source::Payload(_));
        self.slots.iter().any(payload)
    }

    fn pairs(
        &self,
        bytes: &[u8],
        kept: bool,
        charset: Charset,
    ) -> Result<BTreeMap<String, String>, Unreadable> {
        let wrong = || unreadable("not a form");
        let mut pairs = BTreeMap::new();
        if self.raw {
            let text = charset.decode(bytes).map_err(ill_formed)?;
            for pair in text.split('&').take(PAIRS_MAX) {
                let (name, value) = pair.split_once('=').ok_or_else(wrong)?;
                // Kept by a program that escapes what travels unescaped.
                let plain = match kept && value.contains('%') && !value.contains('+') {
                    true => unpercent(value.as_bytes()),
                    false => None,
                };
                let plain = plain.and_then(|plain| Some(charset.decode(&plain).ok()?.into_owned()));
                add(&mut pairs, name, plain.unwrap_or_else(|| value.to_owned()))?;
            }
            return Ok(pairs);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| wrong())?;
        for pair in text.split('&').take(PAIRS_MAX) {
            let (name, value) = pair.split_once('=').ok_or_else(wrong)?;
            let plain = unpercent(value.as_bytes()).ok_or_else(wrong)?;
            let plain = charset.decode(&plain).map_err(ill_formed)?;
            add(&mut pairs, name, plain.into_owned())?;
        }
        Ok(pairs)
    }
}

/// A pair that stands twice is refused: nobody knows which is meant.
fn add(pairs: &mut BTreeMap<String, String>, name: &str, value: String) -> Result<(), Unreadable> {
    match pairs.insert(name.to_owned(), value) {
        None => Ok(()),
        Some(_) => Err(unreadable("a member stands twice")),
    }
}

fn percent(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            text.push(char::from(*byte));
        } else {
            text.push('%');
            text.extend(hex(&[*byte]).into_iter().map(char::from));
        }
    }
    text
}

pub(crate) fn unpercent(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'%' => {
                bytes.extend(unhex(text.get(at + 1..at + 3)?)?);
                at += 3;
            }
            b'+' => {
                bytes.push(b' ');
                at += 1;
            }
            other => {
                bytes.push(*other);
                at += 1;
            }
        }
    }
    Some(bytes)
}
