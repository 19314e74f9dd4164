//! A signature in one header of a request, with its parameters beside it (WeChat Pay's
//! `Authorization`).

use super::header_sign::missing;
use super::layer::Around;
use super::sign::Shape;
use super::stamped::{Line, Stamped, seconds};
use crate::exchange::Unreadable;
use crate::layout::fault::{WriteFault, unreadable};
use crate::layout::values::Values;
use schemars::JsonSchema;
use serde::Deserialize;

/// A header `scheme name="value",name="value"`: who signs, with which key, when, and the signature
/// over lines of the request. It is made anew whenever the message is, from the moment of sending.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Authorize {
    /// `rsa_sha256`, `sm2_sm3`, `sm2_sm3_der`.
    pub algorithm: String,
    /// Slot of the key.
    pub slot: String,
    /// Name of the header.
    pub header: String,
    /// Its first word.
    pub scheme: String,
    /// The signed text, line by line.
    pub lines: Vec<Line>,
    /// How the signature is spelt.
    pub shape: Shape,
    /// The parameters, in the order of writing.
    pub parameters: Vec<Parameter>,
    /// Most seconds between the moment and the other side's clock, either way.
    pub within_s: u32,
}

/// A parameter of the header.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it says.
    pub value: Said,
}

/// What a parameter says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Said {
    /// The moment, in seconds since 1970.
    Moment,
    /// The nonce.
    Nonce,
    /// The signature.
    Signature,
    /// A value of the deployment.
    Connection(String),
}

/// The request that is signed.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub body: &'a [u8],
}

impl Authorize {
    fn text(&self, request: Request<'_>, moment: &str, nonce: &str) -> Vec<u8> {
        let stamped = Stamped {
            method: request.method,
            path: request.path,
            moment,
            nonce,
            body: request.body,
        };
        stamped.text(&self.lines)
    }

    /// The header's value as of now.
    ///
    /// # Errors
    /// No clock or nonce; a value of the deployment that is missing or would break the header; a
    /// key that fails.
    pub(super) fn write(
        &self,
        request: Request<'_>,
        values: &Values,
        around: Around<'_>,
    ) -> Result<String, WriteFault> {
        let (moment, nonce) = around.stamp()?;
        let text = self.text(request, &moment, &nonce);
        let signature = around.crypto.sign(&self.algorithm, &self.slot, &text)?;
        let signature = self.shape.write(&signature);
        let mut parts = Vec::with_capacity(self.parameters.len());
        for Parameter { name, value } in &self.parameters {
            let value = match value {
                Said::Moment => &moment,
                Said::Nonce => &nonce,
                Said::Signature => &signature,
                Said::Connection(own) => {
                    let place = format!("connection.{own}");
                    let value = values.connection.get(own).ok_or_else(|| missing(&place))?;
                    match is_quotable(value) {
                        true => value,
                        false => return Err(WriteFault::Form { place }),
                    }
                }
            };
            parts.push(format!("{name}=\"{value}\""));
        }
        Ok(format!("{} {}", self.scheme, parts.join(",")))
    }

    /// Checks the header's value from the other side.
    ///
    /// # Errors
    /// `Unreadable` where it is not of this form, the signature is wrong, or its moment is too far
    /// off.
    pub(super) fn verify(
        &self,
        value: &str,
        request: Request<'_>,
        values: &mut Values,
        around: Around<'_>,
    ) -> Result<(), Unreadable> {
        let form = || unreadable(format!("{} is not of its form", self.header));
        let rest = value.strip_prefix(&self.scheme);
        let mut rest = rest.and_then(|r| r.strip_prefix(' ')).ok_or_else(form)?;
        let (mut moment, mut nonce, mut signature) = ("", "", "");
        for (Parameter { name, value }, at) in self.parameters.iter().zip(0..) {
            if at > 0 {
                rest = rest.strip_prefix(',').ok_or_else(form)?;
            }
            let own = rest.strip_prefix(name.as_str());
            let own = own.and_then(|own| own.strip_prefix("=\""));
            let (text, others) = own.and_then(|own| own.split_once('"')).ok_or_else(form)?;
            match value {
                Said::Moment => moment = text,
                Said::Nonce => nonce = text,
                Said::Signature => signature = text,
                Said::Connection(name) => {
                    values.connection.insert(name.clone(), text.to_owned());
                }
            }
            rest = others;
        }
        if !rest.is_empty() {
            return Err(form());
        }
        let text = self.text(request, moment, nonce);
        let signature = self.shape.read(signature)?;
        around.verify((&self.algorithm, &self.slot), &text, &signature)?;
        let moment = seconds(moment).ok_or_else(form)?;
        match around.crypto.is_fresh(moment, self.within_s) {
            true => Ok(()),
            false => Err(unreadable("the moment of the signature is too far off")),
        }
    }
}

/// Whether a text can stand between quotation marks in a header.
fn is_quotable(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"\\".contains(&byte);
    !text.is_empty() && text.bytes().all(plain)
}
