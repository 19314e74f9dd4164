//! A signature beside an object of JSON, over that object's text as it stands (Alipay's answers).

use super::layer::Around;
use super::sign::{NO_SIGNATURE, Shape};
use crate::exchange::Unreadable;
use crate::layout::fault::{WriteFault, ill_formed, unreadable};
use crate::layout::{encode, json};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The root holds the signed object and the signature, which is written last. What is handed on
/// when read is the signed object alone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InnerSign {
    /// `sm2_sm3`, `sm2_sm3_der`, `rsa_sha256`.
    pub algorithm: String,
    /// Slot of the key.
    pub slot: String,
    /// Name of the object whose text is signed.
    pub inner: String,
    /// Name of the member with the signature.
    pub member: String,
    /// How the signature is spelt.
    pub shape: Shape,
}

type Members<'t> = BTreeMap<String, &'t RawValue>;

impl InnerSign {
    /// The text of the object, as it stands.
    fn text<'t>(&self, members: &Members<'t>) -> Option<&'t str> {
        members.get(&self.inner).map(|raw| raw.get())
    }

    /// Puts the signature behind the object.
    ///
    /// # Errors
    /// `Form` where the payload holds no such object; a key that fails.
    pub fn wrap(&self, payload: &[u8], around: Around<'_>) -> Result<Vec<u8>, WriteFault> {
        let wrong = || WriteFault::Form {
            place: self.member.clone(),
        };
        let text = around.charset.decode(payload).map_err(|_| wrong())?;
        let members: Members<'_> = serde_json::from_str(&text).map_err(|_| wrong())?;
        let inner = self.text(&members).ok_or_else(wrong)?;
        let signed = encode(inner, around.charset)?;
        let signature = around.crypto.sign(&self.algorithm, &self.slot, &signed)?;
        let signature = self.shape.write(&signature);
        let open = text.trim_end().strip_suffix('}').ok_or_else(wrong)?;
        let whole = format!("{open},\"{}\":\"{signature}\"}}", self.member);
        encode(&whole, around.charset)
    }

    /// Checks the signature and gives the object without it. `kept`: somebody kept the message,
    /// and the signature may be gone.
    ///
    /// # Errors
    /// `Unreadable` where there is no such object or signature, or it is wrong.
    pub fn unwrap(
        &self,
        bytes: &[u8],
        kept: bool,
        around: Around<'_>,
    ) -> Result<Vec<u8>, Unreadable> {
        let text = around.charset.decode(bytes).map_err(ill_formed)?;
        let root = json::parsed(&text)?;
        let signature = root.get(&self.member).and_then(|value| value.as_str());
        let signature = match signature.filter(|signature| !signature.is_empty()) {
            Some(signature) => self.shape.read(signature),
            None => Err(unreadable(NO_SIGNATURE)),
        };
        let signature = match signature {
            Err(_) if kept => return Ok(bytes.to_vec()),
            signature => signature?,
        };
        let members: Result<Members<'_>, _> = serde_json::from_str(&text);
        let members = members.map_err(|_| unreadable("not a JSON object"))?;
        let inner = self.text(&members);
        let inner = inner.ok_or_else(|| unreadable("the signed object is missing"))?;
        let signed = around.bytes_of(inner)?;
        around.verify((&self.algorithm, &self.slot), &signed, &signature)?;
        let name = serde_json::Value::from(self.inner.as_str());
        around.bytes_of(&format!("{{{name}:{inner}}}"))
    }
}
