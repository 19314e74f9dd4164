//! How a step travels: TCP, HTTP with headers and a header signature, a file drop.

use super::authorize::{Authorize, Request};
use super::layer::Around;
use super::message::{Message, Written};
use super::packed::{hex, unhex};
use super::sign::key_algorithm;
use crate::exchange::{FrameEnd, Unreadable, Wire};
use crate::layout::atom::{Atom, WriteContext};
use crate::layout::fault::{WriteFault, unreadable};
use crate::layout::forbidden::Forbidden;
use crate::layout::lines::context;
use crate::layout::listed::Listed;
use crate::layout::slot::{Slot, join};
use crate::layout::values::Values;
use schemars::JsonSchema;
use serde::Deserialize;

/// How a step travels, as a definition says it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum WireRule {
    /// TCP; the frame is in the message's layers.
    Tcp {},
    /// HTTP.
    Http(HttpRule),
    /// A file into a folder of the bank; it has no reply.
    Drop(FolderRule),
    /// A file of the bank's, whose name an earlier reply tells; the file is the reply.
    Fetch(FolderRule),
}

/// A folder below the connection's root.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FolderRule {
    /// As far as it is the same for every message.
    pub folder: String,
    /// What follows, piece by piece, slashes included.
    #[serde(default)]
    pub below: Vec<Slot>,
}

impl FolderRule {
    fn write(&self, context: &WriteContext<'_>) -> Result<String, WriteFault> {
        let below: Result<String, _> = self.below.iter().map(|s| s.write(context)).collect();
        Ok(format!("{}{}", self.folder, below?))
    }

    /// Whether a message in this folder may be meant.
    #[must_use]
    pub fn fits(&self, folder: &str) -> bool {
        match self.below.as_slice() {
            [] => folder == self.folder,
            [_, ..] => folder.starts_with(&self.folder),
        }
    }
}

/// The method of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// With a body.
    #[default]
    Post,
    /// Without a body: what is asked stands in the path, which the bank's chair reads back.
    Get,
}

impl Method {
    /// In capitals, as it is sent and signed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Get => "GET",
        }
    }
}

/// A request over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpRule {
    /// Which address of the connection.
    pub endpoint: String,
    /// `post`, where nothing is said, or `get`.
    #[serde(default)]
    pub method: Method,
    /// Path and query string, piece by piece.
    pub path: Vec<Slot>,
    /// Content type of the body; a `get` has none.
    pub content_type: Option<String>,
    /// Headers; a slot's path is the header's name.
    #[serde(default)]
    pub headers: Vec<Slot>,
    /// A signature in a header.
    pub sign: Option<SignRule>,
    /// A signature in a header of its own, over lines of the request.
    pub authorize: Option<Box<Authorize>>,
}

impl HttpRule {
    /// Takes what the path of a `get` says.
    ///
    /// # Errors
    /// What is wrong, without the value.
    pub fn read_path(&self, path: &str, values: &mut Values) -> Result<(), String> {
        if self.method != Method::Get {
            return Ok(());
        }
        let parts = self.path.iter().flat_map(Slot::atoms);
        let parts: Vec<Atom> = parts.cloned().collect();
        join::read(&parts, path, &mut context(values, false))
    }
}

/// A signature over `Name=value&` of every header in order, the label, and the payload of the
/// outermost layer; in upper-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignRule {
    /// `sm2_sm3`, `sm2_sm3_der`, `rsa_sha256`.
    pub algorithm: String,
    /// Slot of the key.
    pub slot: String,
    /// Name of the header.
    pub header: String,
    /// Stands before the payload (`bizContent=`).
    #[serde(default)]
    pub label: String,
}

impl SignRule {
    fn text(&self, headers: &[(String, String)], inner: &[u8]) -> Vec<u8> {
        let mut text = String::new();
        for (name, value) in headers.iter().filter(|(name, _)| *name != self.header) {
            text.push_str(name);
            text.push('=');
            text.push_str(value);
            text.push('&');
        }
        text.push_str(&self.label);
        [text.as_bytes(), inner].concat()
    }
}

impl WireRule {
    /// The wire of one message.
    ///
    /// # Errors
    /// A value missing, a key that fails.
    pub fn wire(
        &self,
        written: &Written,
        reply: Option<&Message>,
        values: &Values,
        around: Around<'_>,
    ) -> Result<Wire, WriteFault> {
        let context = WriteContext {
            values,
            listed: Listed::Rows(&values.rows),
            row: None,
            payload: None,
            payload_bytes: 0,
            charset: around.charset,
            forbidden: Forbidden::controls(),
        };
        let rule = match self {
            Self::Tcp {} => {
                return Ok(Wire::Tcp {
                    reply: reply.map_or(FrameEnd::EndOfStream, Message::frame_end),
                });
            }
            Self::Drop(rule) => {
                let folder = rule.write(&context)?;
                return Ok(Wire::Drop { folder });
            }
            Self::Fetch(rule) => {
                let folder = rule.write(&context)?;
                return Ok(Wire::Fetch { folder });
            }
            Self::Http(rule) => rule,
        };
        let path: Result<String, WriteFault> =
            rule.path.iter().map(|s| s.write(&context)).collect();
        let path = path?;
        let mut headers = Vec::new();
        for slot in &rule.headers {
            headers.push((slot.path.clone(), slot.write(&context)?));
        }
        if let Some(sign) = &rule.sign {
            let text = sign.text(&headers, &written.inner);
            let signature = around.crypto.sign(&sign.algorithm, &sign.slot, &text)?;
            let signature = String::from_utf8(hex(&signature)).unwrap_or_default();
            headers.push((sign.header.clone(), signature));
        }
        if let Some(authorize) = &rule.authorize {
            let request = Request {
                method: rule.method.as_str(),
                path: &path,
                body: &written.bytes,
            };
            let value = authorize.write(request, values, around)?;
            headers.push((authorize.header.clone(), value));
        }
        Ok(Wire::Http {
            endpoint: rule.endpoint.clone(),
            method: rule.method,
            path,
            content_type: rule.content_type.clone(),
            headers,
            reply_headers: reply.map(Message::headers).unwrap_or_default(),
        })
    }

    /// The signature that a message carries: algorithm of its key, and slot.
    #[must_use]
    pub fn signature(&self) -> Option<(String, String)> {
        let Self::Http(rule) = self else {
            return None;
        };
        let sign = rule.sign.as_ref().map(|s| (&s.algorithm, &s.slot));
        let own = rule.authorize.as_ref().map(|a| (&a.algorithm, &a.slot));
        let (algorithm, slot) = sign.or(own)?;
        Some((key_algorithm(algorithm).to_owned(), slot.clone()))
    }

    /// Checks the headers of an incoming request and its signatures, from the bank's chair. `body`
    /// is as it came, `inner` the payload of its outermost layer.
    ///
    /// # Errors
    /// `Unreadable` where a header is missing or the signature is wrong.
    pub fn verify(
        &self,
        (path, headers): (&str, &[(String, String)]),
        (body, inner): (&[u8], &[u8]),
        values: &mut Values,
        around: Around<'_>,
    ) -> Result<(), Unreadable> {
        let Self::Http(rule) = self else {
            return Ok(());
        };
        let header = |name: &str| {
            headers
                .iter()
                .find(|(own, _)| own.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.clone())
                .ok_or_else(|| unreadable(format!("header {name} is missing")))
        };
        let mut signed = Vec::new();
        for slot in &rule.headers {
            let value = header(&slot.path)?;
            slot.read(&value, &mut context(values, false))
                .map_err(unreadable)?;
            signed.push((slot.path.clone(), value));
        }
        if let Some(authorize) = &rule.authorize {
            let request = Request {
                method: rule.method.as_str(),
                path,
                body,
            };
            let value = header(&authorize.header)?;
            authorize.verify(&value, request, values, around)?;
        }
        let Some(sign) = &rule.sign else {
            return Ok(());
        };
        let signature = unhex(header(&sign.header)?.as_bytes())
            .ok_or_else(|| unreadable("the signature is not hexadecimal"))?;
        let text = sign.text(&signed, inner);
        around.verify((&sign.algorithm, &sign.slot), &text, &signature)
    }
}
