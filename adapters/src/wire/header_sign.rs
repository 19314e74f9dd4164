//! A signature in headers of an answer or a push, with its moment, a nonce and the name of its
//! key (WeChat Pay).

use super::headers;
use super::layer::Around;
use super::packed::hex;
use super::sign::{NO_SIGNATURE, Shape};
use super::stamped::{Line, Stamped, seconds};
use crate::exchange::Unreadable;
use crate::layout::fault::{WriteFault, unreadable};
use schemars::JsonSchema;
use serde::Deserialize;

/// A signature that the bank sends in headers, over lines. It is the outermost layer: the block of
/// these headers stands before the body ([`headers`]).
///
/// What is read has all four headers, names the bank's key of the slot, verifies with it, and was
/// signed within `within_s` of now. Of a message that somebody kept only the signature is checked,
/// where it is there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeaderSign {
    /// `rsa_sha256`, `sm2_sm3`, `sm2_sm3_der`.
    pub algorithm: String,
    /// Slot of the key.
    pub slot: String,
    /// The signed text, line by line: of `moment`, `nonce` and `body`.
    pub lines: Vec<Line>,
    /// How the signature is spelt.
    pub shape: Shape,
    /// Header of the moment, in seconds since 1970.
    pub moment: String,
    /// Header of the nonce.
    pub nonce: String,
    /// Header of the signature.
    pub signature: String,
    /// Header that names the key.
    pub key: KeyHeader,
    /// Most seconds between the moment and now, either way.
    pub within_s: u32,
}

/// A header that says with which key is signed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyHeader {
    /// Its name.
    pub header: String,
    /// The connection field with the name of the bank's key.
    pub connection: String,
}

impl HeaderSign {
    /// Names of the headers, in the order of the block.
    #[must_use]
    pub fn names(&self) -> [&str; 4] {
        [&self.moment, &self.nonce, &self.signature, &self.key.header]
    }

    fn text(&self, moment: &str, nonce: &str, body: &[u8]) -> Vec<u8> {
        let stamped = Stamped {
            method: "",
            path: "",
            moment,
            nonce,
            body,
        };
        stamped.text(&self.lines)
    }

    /// Signs the body as of now and puts the block before it.
    ///
    /// # Errors
    /// No clock, nonce or name of the key; a key that fails.
    pub fn wrap(&self, body: Vec<u8>, around: Around<'_>) -> Result<Vec<u8>, WriteFault> {
        let (moment, nonce) = around.stamp()?;
        let key = around.crypto.key_name(&self.slot);
        let key = key.ok_or_else(|| missing("the name of the key"))?;
        let text = self.text(&moment, &nonce, &body);
        let signature = around.crypto.sign(&self.algorithm, &self.slot, &text)?;
        let values = [moment, nonce, self.shape.write(&signature), key];
        let names = self.names().map(str::to_owned);
        let given = names.iter().cloned().zip(values.map(String::into_bytes));
        let given: Vec<_> = given.collect();
        Ok(headers::fronted(&names, &given, body))
    }

    /// Checks the headers and gives the body. `kept`: somebody kept the message, long ago perhaps
    /// and perhaps without its headers.
    ///
    /// # Errors
    /// `Unreadable` where a header is missing, another key is named, the signature is wrong, or
    /// its moment is too far off.
    pub fn unwrap(
        &self,
        bytes: Vec<u8>,
        kept: bool,
        around: Around<'_>,
    ) -> Result<Vec<u8>, Unreadable> {
        let Some((values, body)) = headers::parted(&self.names(), &bytes) else {
            return match kept {
                true => Ok(bytes),
                false => Err(unreadable("a signed header is missing")),
            };
        };
        let [moment, nonce, signature, key] = values[..] else {
            return Err(unreadable("a signed header is missing"));
        };
        if signature.is_empty() {
            return Err(unreadable(NO_SIGNATURE));
        }
        if !kept && !around.crypto.knows_key(&self.slot, key) {
            return Err(unreadable("signed with another key than that of the bank"));
        }
        let signature = self.shape.read(signature)?;
        let text = self.text(moment, nonce, body);
        around.verify((&self.algorithm, &self.slot), &text, &signature)?;
        let moment = seconds(moment).ok_or_else(|| unreadable("not a number"))?;
        if !kept && !around.crypto.is_fresh(moment, self.within_s) {
            return Err(unreadable("the moment of the signature is too far off"));
        }
        Ok(body.to_vec())
    }
}

/// A thing that a signature needs besides its key.
pub(super) fn missing(place: &str) -> WriteFault {
    WriteFault::Missing {
        place: place.to_owned(),
    }
}

impl Around<'_> {
    /// The moment, in seconds since 1970, and a nonce of 32 digits.
    ///
    /// # Errors
    /// `Missing` where there is no clock or no source of nonces.
    pub(super) fn stamp(self) -> Result<(String, String), WriteFault> {
        let moment = self.crypto.now_s().ok_or_else(|| missing("the clock"))?;
        let nonce = self.crypto.nonce().ok_or_else(|| missing("the nonce"))?;
        let nonce = String::from_utf8(hex(&nonce)).unwrap_or_default();
        Ok((moment.to_string(), nonce))
    }
}
