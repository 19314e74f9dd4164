//! Single texts of a JSON object, sealed one by one (the names in a batch of WeChat Pay).

use super::layer::Around;
use crate::exchange::Unreadable;
use crate::layout::fault::{WriteFault, ill_formed, unreadable};
use crate::layout::{encode, json};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// Members whose text is sealed by a cipher under the key of a slot and written in base64. An
/// empty one stays empty.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SealMembers {
    /// `rsa_oaep_sha1`: with the other side's public key.
    pub cipher: String,
    /// Slot of the key.
    pub slot: String,
    /// Paths from the root; `[]` stands for every item of a list.
    pub members: Vec<String>,
}

impl SealMembers {
    /// Seals the members.
    ///
    /// # Errors
    /// `Form` where the payload is no JSON; a key that fails.
    pub fn wrap(&self, payload: &[u8], around: Around<'_>) -> Result<Vec<u8>, WriteFault> {
        let form = || WriteFault::Form {
            place: "the payload".to_owned(),
        };
        let text = around.charset.decode(payload).map_err(|_| form())?;
        let mut root: Value = serde_json::from_str(&text).map_err(|_| form())?;
        let mut seal = |text: &str| {
            let sealed = around
                .crypto
                .encrypt(&self.cipher, &self.slot, text.as_bytes())?;
            Ok::<_, WriteFault>(BASE64_STANDARD.encode(sealed))
        };
        for path in &self.members {
            each(&mut root, path, &mut seal)?;
        }
        encode(&root.to_string(), around.charset)
    }

    /// Opens the members.
    ///
    /// # Errors
    /// `Unreadable` where it is no JSON, a member stands twice, or one does not open.
    pub fn unwrap(&self, bytes: &[u8], around: Around<'_>) -> Result<Vec<u8>, Unreadable> {
        let text = around.charset.decode(bytes).map_err(ill_formed)?;
        let mut root = json::parsed(&text)?;
        let mut open = |text: &str| {
            let wrong = || unreadable("a sealed member does not open");
            let sealed = BASE64_STANDARD.decode(text).map_err(|_| wrong())?;
            let plain = around.crypto.decrypt(&self.cipher, &self.slot, &sealed);
            String::from_utf8(plain.map_err(|_| wrong())?).map_err(|_| wrong())
        };
        for path in &self.members {
            each(&mut root, path, &mut open)?;
        }
        around.bytes_of(&root.to_string())
    }
}

/// Changes every text at a path; what is missing or no text is left as it is.
fn each<E>(
    value: &mut Value,
    path: &str,
    change: &mut impl FnMut(&str) -> Result<String, E>,
) -> Result<(), E> {
    if path.is_empty() {
        if let Value::String(text) = value
            && !text.is_empty()
        {
            *text = change(text)?;
        }
        return Ok(());
    }
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    match (first, value) {
        ("[]", Value::Array(items)) => {
            let mut items = items.iter_mut();
            items.try_for_each(|item| each(item, rest, change))
        }
        (name, value) => match value.get_mut(name) {
            Some(inner) => each(inner, rest, change),
            None => Ok(()),
        },
    }
}
