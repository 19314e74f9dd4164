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

/// A cipher to the bank's public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SealCipher {
    /// RSA-OAEP (RFC 8017) with SHA-1, by a key of `rsa_sha256`.
    RsaOaepSha1,
}

impl SealCipher {
    /// Its word, by which the keys' side of [`crate::exchange::Crypto`] knows it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RsaOaepSha1 => "rsa_oaep_sha1",
        }
    }

    /// The algorithm of its key.
    #[must_use]
    pub fn key_algorithm(self) -> &'static str {
        match self {
            Self::RsaOaepSha1 => "rsa_sha256",
        }
    }
}

/// Members whose text is sealed by a cipher under the key of a slot and written in base64. An
/// empty one stays empty.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SealMembers {
    /// How.
    pub cipher: SealCipher,
    /// Slot of the bank's public key, with which its signatures are checked as well.
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
            let sealed =
                around
                    .crypto
                    .encrypt(self.cipher.as_str(), &self.slot, text.as_bytes())?;
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
            let plain = around
                .crypto
                .decrypt(self.cipher.as_str(), &self.slot, &sealed);
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
