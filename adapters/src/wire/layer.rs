//! What stands around a body: transforms of bytes, envelopes, heads.

use super::archive;
use super::envelope::DigitalEnvelope;
use super::form::Form;
use super::head;
use super::header_sign::HeaderSign;
use super::inner_sign::InnerSign;
use super::lead::LeadSign;
use super::member_sign::MemberSign;
use super::packed::{deflate, has_zlib_head, hex, inflate, unbase64, unhex, zlib};
use super::seal::SealMembers;
use super::sign::{PlaceSign, key_algorithm};
use super::xml_signature::XmlSignature;
use crate::definition::dialect::CharsetWord;
use crate::exchange::{Crypto, Unreadable};
use crate::layout::atom::WriteContext;
use crate::layout::fault::{WriteFault, ill_formed, unreadable};
use crate::layout::forbidden::Forbidden;
use crate::layout::listed::Listed;
use crate::layout::slot::Slot;
use crate::layout::tree::Tree;
use crate::layout::values::Values;
use crate::layout::{between, encode, json, xml};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use schemars::JsonSchema;
use schemas::text::Charset;
use serde::Deserialize;

/// One layer; the list in a definition goes from the body outwards.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Layer {
    /// Standard base64 with padding; read with line breaks as well, as MIME has them.
    Base64 {
        /// Character set of what stands outside, where it is another one than the bank's: a message
        /// of an older interface is carried whole in one of a newer.
        outside: Option<CharsetWord>,
    },
    /// Upper-case hexadecimal.
    Hex {},
    /// Raw DEFLATE.
    Deflate {},
    /// DEFLATE in the zlib format (RFC 1950): head and check sum around it.
    Zlib {},
    /// A zip archive of one file.
    Zip {},
    /// A signature over the text with a placeholder in its place.
    Sign(PlaceSign),
    /// A signature in a block before the document, over texts of its elements.
    LeadSign(LeadSign),
    /// A signature in a member of a JSON object, over the values of the others.
    MemberSign(MemberSign),
    /// A signature beside an object of JSON, over that object's text.
    InnerSign(InnerSign),
    /// A signature in headers of the bank's message.
    HeaderSign(HeaderSign),
    /// A body under a key of its own, which stands in a header beside the signature.
    DigitalEnvelope(DigitalEnvelope),
    /// Single texts of a JSON object, sealed one by one.
    SealMembers(SealMembers),
    /// A cipher by name under the key of a slot.
    Encrypt {
        /// `sm4_cbc`, `aes192_cbc`.
        cipher: String,
        /// Slot of the key.
        slot: String,
    },
    /// Fixed text before the payload.
    Prefix {
        /// The text.
        text: String,
    },
    /// Marks around the payload, with anything around them when read (the HTML of a verify port).
    Between {
        /// Before the payload.
        before: String,
        /// After the payload.
        after: String,
    },
    /// A head of fixed-width fields before the payload: TCP lengths and packet heads.
    Head {
        /// The fields.
        slots: Vec<Slot>,
    },
    /// A head written once and used by many steps.
    Named {
        /// Its name under `[heads]`.
        head: String,
    },
    /// An XML envelope; one slot is the payload.
    Xml(Tree),
    /// A JSON envelope; one slot is the payload.
    Json(Tree),
    /// An enveloped XML signature.
    XmlSignature(XmlSignature),
    /// An HTML form (`application/x-www-form-urlencoded`); one slot is the payload.
    Form(Form),
}

/// What every layer needs besides its payload.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// Keys.
    pub crypto: &'a dyn Crypto,
    /// Character set of the message.
    pub charset: Charset,
}

impl Layer {
    /// The fields of a head, a form or an envelope, in the order of writing.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        match self {
            Self::Head { slots } | Self::Form(Form { slots, .. }) => slots,
            Self::Xml(tree) | Self::Json(tree) => &tree.head,
            Self::Base64 { .. }
            | Self::Hex {}
            | Self::Deflate {}
            | Self::Zlib {}
            | Self::Zip {}
            | Self::Sign(_)
            | Self::LeadSign(_)
            | Self::MemberSign(_)
            | Self::InnerSign(_)
            | Self::HeaderSign(_)
            | Self::DigitalEnvelope(_)
            | Self::SealMembers(_)
            | Self::Encrypt { .. }
            | Self::Prefix { .. }
            | Self::XmlSignature(_)
            | Self::Between { .. }
            | Self::Named { .. } => &[],
        }
    }

    /// The character set of the layers outside this one, where it is another than the bank's.
    #[must_use]
    pub fn outside(&self) -> Option<Charset> {
        let Self::Base64 { outside } = self else {
            return None;
        };
        outside.map(CharsetWord::charset)
    }

    /// The signature that it is: algorithm of its key, and slot.
    #[must_use]
    pub fn signature(&self) -> Option<(String, String)> {
        let of = |word: &str, slot: &String| Some((key_algorithm(word).to_owned(), slot.clone()));
        match self {
            Self::XmlSignature(rule) => Some((rule.algorithm_word().to_owned(), rule.slot.clone())),
            Self::Sign(sign) => of(&sign.algorithm, &sign.slot),
            Self::LeadSign(sign) => of(&sign.algorithm, &sign.slot),
            Self::MemberSign(sign) => of(&sign.algorithm, &sign.slot),
            Self::InnerSign(sign) => of(&sign.algorithm, &sign.slot),
            Self::HeaderSign(sign) => of(&sign.algorithm, &sign.slot),
            Self::DigitalEnvelope(own) => of(&own.sign.algorithm, &own.sign.slot),
            Self::Form(form) => {
                let sign = form.sign.as_ref()?;
                of(&sign.algorithm, &sign.slot)
            }
            Self::Base64 { .. }
            | Self::Hex {}
            | Self::Deflate {}
            | Self::Zlib {}
            | Self::Zip {}
            | Self::SealMembers(_)
            | Self::Encrypt { .. }
            | Self::Prefix { .. }
            | Self::Between { .. }
            | Self::Head { .. }
            | Self::Named { .. }
            | Self::Xml(_)
            | Self::Json(_) => None,
        }
    }

    /// Wraps the payload.
    ///
    /// # Errors
    /// A value missing or too long, a key that fails.
    pub fn wrap(
        &self,
        payload: Vec<u8>,
        values: &Values,
        around: Around<'_>,
    ) -> Result<Vec<u8>, WriteFault> {
        let text = |payload: &[u8]| text_of(payload, around.charset);
        let context = WriteContext {
            values,
            listed: Listed::Rows(&values.rows),
            row: None,
            payload: None,
            payload_bytes: payload.len(),
            charset: around.charset,
            forbidden: Forbidden::controls(),
        };
        match self {
            Self::Base64 { .. } => Ok(BASE64_STANDARD.encode(payload).into_bytes()),
            Self::Hex {} => Ok(hex(&payload)),
            Self::Deflate {} => deflate(&payload),
            Self::Zlib {} => zlib(&payload),
            Self::Zip {} => archive::packed(&payload),
            Self::Sign(sign) => sign.wrap(&payload, around),
            Self::LeadSign(sign) => sign.wrap(&payload, around),
            Self::MemberSign(sign) => sign.wrap(&payload, around),
            Self::InnerSign(sign) => sign.wrap(&payload, around),
            Self::HeaderSign(sign) => sign.wrap(payload, around),
            Self::DigitalEnvelope(own) => own.wrap(payload, around),
            Self::SealMembers(seal) => seal.wrap(&payload, around),
            Self::Encrypt { cipher, slot } => Ok(around.crypto.encrypt(cipher, slot, &payload)?),
            Self::Prefix { text } => Ok([text.as_bytes(), &payload].concat()),
            Self::Between { before, after } => {
                Ok([before.as_bytes(), &payload, after.as_bytes()].concat())
            }
            Self::XmlSignature(rule) => {
                let signed = rule.sign(&text(&payload)?, around.crypto)?;
                encode(&signed, around.charset)
            }
            Self::Head { slots } => {
                let head: Result<String, WriteFault> =
                    slots.iter().map(|slot| slot.write(&context)).collect();
                Ok([encode(&head?, around.charset)?, payload].concat())
            }
            // Resolved away when the book is loaded.
            Self::Named { head } => Err(WriteFault::Missing {
                place: head.clone(),
            }),
            Self::Xml(tree) | Self::Json(tree) => {
                let payload = text(&payload)?;
                let context = WriteContext {
                    payload: Some(&payload),
                    ..context
                };
                let written = if matches!(self, Self::Xml(_)) {
                    xml::write(tree, &context)
                } else {
                    json::write(tree, &context)
                };
                encode(&written.map_err(|(fault, _)| fault)?, around.charset)
            }
            Self::Form(form) => {
                let payload = text(&payload)?;
                let context = WriteContext {
                    payload: Some(&payload),
                    ..context
                };
                form.write(&context, around)
            }
        }
    }

    /// Takes the payload out and the layer's own values into `values`.
    ///
    /// # Errors
    /// `Unreadable`.
    pub fn unwrap(
        &self,
        bytes: Vec<u8>,
        values: &mut Values,
        around: Around<'_>,
    ) -> Result<Vec<u8>, Unreadable> {
        let charset = around.charset;
        match self {
            Self::Base64 { .. } => unbase64(&bytes).ok_or_else(|| unreadable("not base64")),
            Self::Hex {} => unhex(bytes.trim_ascii()).ok_or_else(|| unreadable("not hexadecimal")),
            Self::Deflate {} => inflate(flate2::read::DeflateDecoder::new(&*bytes)),
            // Others call raw DEFLATE by the same name.
            Self::Zlib {} if values.kept && !has_zlib_head(&bytes) => {
                Self::Deflate {}.unwrap(bytes, values, around)
            }
            Self::Zlib {} => inflate(flate2::read::ZlibDecoder::new(&*bytes)),
            Self::Zip {} => archive::unpacked(&bytes),
            Self::Sign(sign) => sign.unwrap(&bytes, values.kept, around),
            Self::LeadSign(sign) => sign.unwrap(&bytes, values.kept, around),
            Self::MemberSign(sign) => sign.unwrap(bytes, around),
            Self::InnerSign(sign) => sign.unwrap(&bytes, values.kept, around),
            Self::HeaderSign(sign) => sign.unwrap(bytes, values.kept, around),
            Self::DigitalEnvelope(own) => own.unwrap(&bytes, around),
            Self::SealMembers(seal) => seal.unwrap(&bytes, around),
            Self::Encrypt { cipher, slot } => around
                .crypto
                .decrypt(cipher, slot, &bytes)
                .map_err(|error| unreadable(error.to_string())),
            Self::Prefix { text } => bytes
                .strip_prefix(text.as_bytes())
                .map(<[u8]>::to_vec)
                .ok_or_else(|| unreadable("the prefix is missing")),
            Self::Between { before, after } => {
                let text = charset.decode(&bytes).map_err(ill_formed)?;
                let payload = between(&text, before, after).map(str::to_owned);
                let payload = payload.ok_or_else(|| unreadable("the marks are not there"))?;
                around.bytes_of(&payload)
            }
            Self::XmlSignature(rule) => {
                let text = charset.decode(&bytes).map_err(ill_formed)?;
                let signed = rule.verified(&text, around.crypto)?;
                around.bytes_of(&signed)
            }
            Self::Head { slots } => head::unwrap(slots, &bytes, values, charset),
            Self::Named { .. } => Err(unreadable("a head without a definition")),
            Self::Xml(tree) | Self::Json(tree) => {
                let text = charset.decode(&bytes).map_err(ill_formed)?;
                let payload = if matches!(self, Self::Xml(_)) {
                    xml::read(tree, &text, values)?
                } else {
                    json::read(tree, &text, values)?
                };
                payload_of(payload, around)
            }
            Self::Form(form) => {
                let payload = form.read(&bytes, values, around)?;
                payload_of(payload, around)
            }
        }
    }
}

/// What is said of an envelope without its payload.
pub(crate) const EMPTY_ENVELOPE: &str = "the envelope is empty";

fn text_of(payload: &[u8], charset: Charset) -> Result<String, WriteFault> {
    let decoded = charset.decode(payload).map(|text| text.into_owned());
    decoded.map_err(|_| WriteFault::Form {
        place: "the payload".to_owned(),
    })
}

fn payload_of(payload: Option<String>, around: Around<'_>) -> Result<Vec<u8>, Unreadable> {
    let payload = payload.ok_or_else(|| unreadable(EMPTY_ENVELOPE))?;
    around.bytes_of(&payload)
}
