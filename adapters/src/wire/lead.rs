//! A signature in a block before an XML document, over the texts of some of its elements (CNAPS2).

use super::layer::Around;
use super::sign::{NO_SIGNATURE, Shape};
use crate::exchange::Unreadable;
use crate::layout::encode;
use crate::layout::fault::{WriteFault, ill_formed, unreadable};
use crate::layout::xml;
use schemars::JsonSchema;
use serde::Deserialize;

/// The block and what is signed: the text of each listed element in the order of the document, its
/// attributes before it (`CNY6523.50`), and `end` after each. An element that is not there leaves
/// nothing.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadSign {
    /// `sm2_sm3`, `sm2_sm3_der`, `rsa_sha256`.
    pub algorithm: String,
    /// Slot of the key.
    pub slot: String,
    /// Before the signature, at the start.
    pub before: String,
    /// After the signature; the document follows.
    pub after: String,
    /// How the signature is spelt.
    pub shape: Shape,
    /// Paths of the elements that are signed.
    pub elements: Vec<String>,
    /// After the text of each.
    pub end: String,
}

impl LeadSign {
    fn text(&self, document: &str) -> Result<String, Unreadable> {
        let texts = xml::texts_of(document, &self.elements)?;
        let ended = texts.into_iter().map(|text| text + &self.end);
        Ok(ended.collect())
    }

    /// Writes the block before the document.
    ///
    /// # Errors
    /// A payload that is no XML, a key that fails.
    pub fn wrap(&self, payload: &[u8], around: Around<'_>) -> Result<Vec<u8>, WriteFault> {
        let wrong = || WriteFault::Form {
            place: "the signed document".to_owned(),
        };
        let document = around.charset.decode(payload).map_err(|_| wrong())?;
        let text = self.text(&document).map_err(|_| wrong())?;
        let signed = encode(&text, around.charset)?;
        let signature = around.crypto.sign(&self.algorithm, &self.slot, &signed)?;
        let block = format!(
            "{}{}{}",
            self.before,
            self.shape.write(&signature),
            self.after
        );
        Ok([encode(&block, around.charset)?, payload.to_vec()].concat())
    }

    /// Checks the block and gives the document. `kept`: somebody kept the message, and what
    /// stands in the block may be no signature any more.
    ///
    /// # Errors
    /// `Unreadable` where there is no block, or the signature is wrong.
    pub fn unwrap(
        &self,
        bytes: &[u8],
        kept: bool,
        around: Around<'_>,
    ) -> Result<Vec<u8>, Unreadable> {
        let text = around.charset.decode(bytes).map_err(ill_formed)?;
        let parts = text
            .strip_prefix(self.before.as_str())
            .and_then(|rest| rest.split_once(self.after.as_str()));
        let missing = || unreadable("the block of the signature is missing");
        let (inside, document) = parts.ok_or_else(missing)?;
        let signature = match inside.is_empty() {
            true => Err(unreadable(NO_SIGNATURE)),
            false => self.shape.read(inside),
        };
        match signature {
            Err(_) if kept => {}
            signature => {
                let signed = around.bytes_of(&self.text(document)?)?;
                around.verify((&self.algorithm, &self.slot), &signed, &signature?)?;
            }
        }
        around.bytes_of(document)
    }
}
