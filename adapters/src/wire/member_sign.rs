//! A signature in a member of a JSON object, over the values of the others (ABC's open bank).

use super::layer::Around;
use super::sign::{NO_SIGNATURE, Over, Shape};
use crate::exchange::Unreadable;
use crate::layout::fault::{WriteFault, ill_formed, unreadable};
use crate::layout::{encode, json};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A signature in a member of the object, written last: over the value of every other member that
/// has one, sorted by name, with a separator between them. The object itself holds no other.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberSign {
    /// `sm2_sm3`, `rsa_sha256`.
    pub algorithm: String,
    /// Slot of the key.
    pub slot: String,
    /// Name of the member.
    pub member: String,
    /// Further members that are not signed, in any case of letters.
    #[serde(default)]
    pub except: Vec<String>,
    /// Between values.
    pub separator: String,
    /// What of the text is signed.
    #[serde(default)]
    pub over: Over,
    /// How the signature is spelt.
    pub shape: Shape,
}

impl MemberSign {
    /// The text that is signed; `None` where a value is an object or a list.
    fn text(&self, object: &Map<String, Value>, around: Around<'_>) -> Option<Vec<u8>> {
        let unsigned = |name: &str| {
            let mut names = std::iter::once(&self.member).chain(&self.except);
            names.any(|own| own.eq_ignore_ascii_case(name.trim()))
        };
        let mut values = BTreeMap::new();
        for (name, value) in object.iter().filter(|(name, _)| !unsigned(name)) {
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Bool(flag) => flag.to_string(),
                Value::Array(_) | Value::Object(_) => return None,
            };
            values.insert(name, text);
        }
        let values: Vec<String> = values.into_values().filter(|v| !v.is_empty()).collect();
        let text = encode(&values.join(&self.separator), around.charset).ok()?;
        Some(self.over.of(text))
    }

    /// Puts the signature into the object.
    ///
    /// # Errors
    /// `Form` where the payload is no object of texts; a key that fails.
    pub fn wrap(&self, payload: &[u8], around: Around<'_>) -> Result<Vec<u8>, WriteFault> {
        let wrong = || WriteFault::Form {
            place: self.member.clone(),
        };
        let text = around.charset.decode(payload).map_err(|_| wrong())?;
        let mut object: Map<String, Value> = serde_json::from_str(&text).map_err(|_| wrong())?;
        let signed = self.text(&object, around).ok_or_else(wrong)?;
        let signature = around.crypto.sign(&self.algorithm, &self.slot, &signed)?;
        object.insert(self.member.clone(), self.shape.write(&signature).into());
        encode(&Value::Object(object).to_string(), around.charset)
    }

    /// Checks the signature; the object is passed on as it came.
    ///
    /// # Errors
    /// `Unreadable` where there is no such object or signature, or it is wrong.
    pub fn unwrap(&self, bytes: Vec<u8>, around: Around<'_>) -> Result<Vec<u8>, Unreadable> {
        let text = around.charset.decode(&bytes).map_err(ill_formed)?;
        let root = json::parsed(&text)?;
        let object = root.as_object();
        let object = object.ok_or_else(|| unreadable("not a JSON object"))?;
        let signature = object.get(&self.member).and_then(Value::as_str);
        let signature = signature.filter(|signature| !signature.is_empty());
        let signature = signature.ok_or_else(|| unreadable(NO_SIGNATURE))?;
        let signature = self.shape.read(signature)?;
        let signed = self.text(object, around);
        let signed = signed.ok_or_else(|| unreadable("a signed member is not a text"))?;
        around.verify((&self.algorithm, &self.slot), &signed, &signature)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests;
