//! A whole message: a body and its layers.

use super::form::Form;
use super::layer::{Around, EMPTY_ENVELOPE, Layer};
use crate::definition::dialect::CharsetWord;
use crate::exchange::{CryptoError, Unreadable};
use crate::layout::Layout;
use crate::layout::atom::Atom;
use crate::layout::fault::{ILL_FORMED, unreadable};
use crate::layout::field::Field;
use crate::layout::lines::RowFault;
use crate::layout::listed::Listed;
use crate::layout::slot::{Slot, Source};
use crate::layout::values::Values;
use schemars::JsonSchema;
use serde::Deserialize;

/// Most bytes of a message that is read.
pub const BYTES_MAX: usize = 64 << 20;

/// A body and what stands around it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// The body.
    pub body: Layout,
    /// The layers, from the body outwards.
    #[serde(default)]
    pub layers: Vec<Layer>,
    /// Character set that it may have in a file that somebody kept, where it can't be read in the
    /// bank's.
    pub kept_charset: Option<CharsetWord>,
}

/// How much of a message stands around the body in what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// As it travels.
    Whole,
    /// Framed, enveloped or bare: outer layers may be gone already, but none that carries the
    /// other side's signature.
    AsFound,
    /// Not from a channel but from a file that a clerk kept: a signature may be gone with its
    /// layer, our numbers may have any form, and a body whose head is gone is an answer all the
    /// same.
    Kept,
}

/// A written message, with what a header signature is made over.
pub struct Written {
    /// The bytes that travel.
    pub bytes: Vec<u8>,
    /// The payload of the outermost layer (the body where there is none).
    pub inner: Vec<u8>,
}

impl Message {
    /// Writes body and layers.
    ///
    /// # Errors
    /// The first place that does not fit, with its row.
    pub fn write(&self, values: &Values, around: Around<'_>) -> Result<Written, RowFault> {
        self.write_listed((values, Listed::Rows(&values.rows)), around)
    }

    /// As [`Self::write`], with these rows in place of those of the values.
    ///
    /// # Errors
    /// The first place that does not fit, with its row.
    pub fn write_listed(
        &self,
        (values, listed): (&Values, Listed<'_>),
        around: Around<'_>,
    ) -> Result<Written, RowFault> {
        let bare = self.bare_from().filter(|_| listed.is_empty());
        let (mut bytes, layers) = match bare {
            Some(at) => (Vec::new(), self.layers.get(at..).unwrap_or_default()),
            None => {
                let body = self.body.write_listed((values, listed), around.charset)?;
                (body, self.layers.as_slice())
            }
        };
        let (mut inner, mut around) = (bytes.clone(), around);
        for layer in layers {
            inner.clone_from(&bytes);
            bytes = layer
                .wrap(bytes, values, around)
                .map_err(|fault| (fault, None))?;
            around.charset = layer.outside().unwrap_or(around.charset);
        }
        Ok(Written { bytes, inner })
    }

    /// The layer whose payload may be missing, as its slot's default says: an answer without rows
    /// then has no body, and what is inside the layer is neither written nor read.
    fn bare_from(&self) -> Option<usize> {
        let may_miss =
            |slot: &Slot| matches!(slot.source, Source::Payload(_)) && slot.default.is_some();
        let mut layers = self.layers.iter();
        layers.position(|layer| layer.slots().iter().any(may_miss))
    }

    /// Reads layers and body.
    ///
    /// # Errors
    /// `Unreadable`; for `AsFound` the attempt that got furthest, with the others listed.
    pub fn read(
        &self,
        bytes: &[u8],
        reading: Reading,
        around: Around<'_>,
    ) -> Result<Values, Unreadable> {
        if bytes.len() > BYTES_MAX {
            return Err(unreadable("larger than any message"));
        }
        if let (Some(empty), false) = (Unreadable::of_nothing(bytes), self.body.is_empty()) {
            return Err(empty);
        }
        let most = self.layers.len();
        let least = match reading {
            Reading::Whole => most,
            Reading::AsFound => self.signed_layers(),
            Reading::Kept => 0,
        };
        let mut attempts = Vec::new();
        for layers in (least..=most).rev() {
            match self.peel(bytes, (layers, reading), around) {
                Ok(values) => return Ok(values),
                // A signature that is wrong is not one that is gone.
                Err(wrong) if wrong.what == CryptoError::BadSignature.to_string() => {
                    return Err(wrong);
                }
                // Nor is a body that is sealed one that is bare.
                Err(wrong) if wrong.is_sealed() && wrong.unwrapped > 0 => {
                    attempts.push((most - layers, wrong));
                    break;
                }
                Err(wrong) => attempts.push((most - layers, wrong)),
            }
        }
        let furthest = Unreadable::furthest(attempts);
        Err(furthest.unwrap_or_else(|| unreadable("not this message")))
    }

    /// Layers up to the outermost that carries a signature: what is believed has all of these.
    fn signed_layers(&self) -> usize {
        let signed = |layer: &Layer| layer.signature().is_some();
        self.layers.iter().rposition(signed).map_or(0, |at| at + 1)
    }

    /// The payload of the outermost layer: what a header signature is made over.
    ///
    /// # Errors
    /// `Unreadable`.
    pub fn inner(&self, bytes: &[u8], around: Around<'_>) -> Result<Vec<u8>, Unreadable> {
        match self.layers.last() {
            Some(layer) => layer.unwrap(bytes.to_vec(), &mut Values::default(), around),
            None => Ok(bytes.to_vec()),
        }
    }

    fn peel(
        &self,
        bytes: &[u8],
        (layers, reading): (usize, Reading),
        around: Around<'_>,
    ) -> Result<Values, Unreadable> {
        let kept = reading == Reading::Kept;
        let mut gone = self.layers.iter().skip(layers);
        let mut values = Values {
            kept,
            unsaid: kept && gone.any(says_answered),
            ..Values::default()
        };
        let mut bytes = bytes.to_vec();
        let (own, mut around) = (around.charset, around);
        let mut outer = self.layers.iter().take(layers).rev();
        around.charset = outer.find_map(Layer::outside).unwrap_or(own);
        let inside = |unwrapped: usize| move |wrong: Unreadable| Unreadable { unwrapped, ..wrong };
        for (at, layer) in self.layers.iter().take(layers).rev().enumerate() {
            // A document without its block of a signature is as good as a bare one.
            if kept && matches!(layer, Layer::LeadSign(_)) && bytes.starts_with(b"<") {
                continue;
            }
            let unwrapped = match self.kept_charset.filter(|_| kept) {
                None => layer.unwrap(bytes, &mut values, around),
                Some(_) => self.in_charset(kept, around, |around| {
                    layer.unwrap(bytes.clone(), &mut values, around)
                }),
            };
            bytes = match unwrapped {
                Ok(bytes) => bytes,
                // An answer to a question that was refused.
                Err(wrong) if kept && wrong.what == EMPTY_ENVELOPE && says_answered(layer) => {
                    return Ok(values);
                }
                Err(wrong) => return Err(inside(at)(wrong)),
            };
            let now = layer.outside().map_or(around.charset, |_| own);
            around.charset = values.charset.unwrap_or(now);
            let may_miss = self.bare_from() == Some(layers - 1 - at);
            if bytes.is_empty() && (may_miss || refuses(layer, &values)) {
                return Ok(values);
            }
        }
        // The layers vouch for what was inside them.
        let line_end = |whole: &Vec<u8>| whole.trim_ascii_end() == bytes.trim_ascii_end();
        let ended = self.ended(&bytes).filter(|_| kept && layers > 0);
        let bytes = ended.filter(line_end).unwrap_or(bytes);
        let read = self.in_charset(kept, around, |around| {
            self.body.read(&bytes, around.charset, &mut values)
        });
        read.map_err(inside(layers))?;
        // Of a bare body nothing else says whether it is one.
        match values.unsaid && values.are_none() {
            true => Err(inside(layers)(unreadable("not this message"))),
            false => Ok(values),
        }
    }

    /// Reads in the bank's character set; a kept message whose bytes it does not have, in the other
    /// one that the message may have. Nothing is taken before the text is decoded.
    fn in_charset<T>(
        &self,
        kept: bool,
        around: Around<'_>,
        mut read: impl FnMut(Around<'_>) -> Result<T, Unreadable>,
    ) -> Result<T, Unreadable> {
        let other = self.kept_charset.filter(|_| kept).map(CharsetWord::charset);
        read(around).or_else(|wrong| match other {
            Some(charset) if wrong.what == ILL_FORMED => {
                read(Around { charset, ..around }).map_err(|_| wrong)
            }
            Some(_) | None => Err(wrong),
        })
    }

    /// The bytes with the body's ending, where they lack some of it; `None` where the body has
    /// none, or all of it stands there.
    pub(crate) fn ended(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let (Layout::Delimited(lines) | Layout::Fixed(lines)) = &self.body else {
            return None;
        };
        let end = lines.end.as_bytes();
        if bytes.ends_with(end) {
            return None;
        }
        // A line end of another kind may stand in its place.
        let kept = bytes.iter().rposition(|byte| !b"\r\n".contains(byte));
        let text = bytes.get(..=kept?)?;
        let stands = (0..end.len()).rev().find_map(|length| {
            let part = end.get(..length).filter(|part| text.ends_with(part))?;
            Some(part.len())
        });
        let missing = end.get(stands.unwrap_or_default()..)?;
        Some([text, missing].concat())
    }

    /// The signature that stands in the message: algorithm and slot.
    #[must_use]
    pub fn signature(&self) -> Option<(String, String)> {
        self.layers.iter().find_map(Layer::signature)
    }

    /// Headers that belong to it: its channel brings them in a block before the body
    /// ([`super::headers`]).
    #[must_use]
    pub fn headers(&self) -> Vec<String> {
        match self.layers.last() {
            Some(Layer::HeaderSign(sign)) => sign.names().map(str::to_owned).to_vec(),
            Some(Layer::DigitalEnvelope(own)) => own.names().map(str::to_owned).to_vec(),
            Some(_) | None => Vec::new(),
        }
    }

    /// Whether a slot of the body, of a head or of a form writes the captured value of this name.
    #[must_use]
    pub fn captures(&self, name: &str) -> bool {
        self.slots().any(|slot| {
            let own = slot
                .atoms()
                .any(|atom| matches!(atom, Atom::Captured { name: own, .. } if own == name));
            own || matches!(&slot.source, Source::Payload(Some(own)) if own == name)
        })
    }

    /// Whether a slot of it holds the number of our file.
    #[must_use]
    pub fn names_file(&self) -> bool {
        self.slots().any(|slot| {
            let file_no = |atom: &Atom| {
                matches!(
                    atom,
                    Atom::Field {
                        field: Field::FileNo,
                        ..
                    }
                )
            };
            slot.atoms().any(file_no)
        })
    }

    /// Every slot of body and layers.
    pub(super) fn slots(&self) -> impl Iterator<Item = &Slot> {
        let (head, row) = self.body.slots();
        let layers = self.layers.iter().flat_map(Layer::slots);
        head.iter().chain(row).chain(layers)
    }

    /// Every slot of body and layers, to fix step codes.
    pub fn slots_mut(&mut self) -> Vec<&mut Slot> {
        let mut slots = self.body.slots_mut();
        for layer in &mut self.layers {
            match layer {
                Layer::Head { slots: own } | Layer::Form(Form { slots: own, .. }) => {
                    slots.extend(own)
                }
                Layer::Xml(tree) | Layer::Json(tree) => slots.extend(&mut tree.head),
                Layer::Base64 { .. }
                | Layer::Hex {}
                | Layer::Deflate {}
                | Layer::Zlib {}
                | Layer::Zip {}
                | Layer::Sign(_)
                | Layer::LeadSign(_)
                | Layer::MemberSign(_)
                | Layer::InnerSign(_)
                | Layer::HeaderSign(_)
                | Layer::DigitalEnvelope(_)
                | Layer::SealMembers(_)
                | Layer::Encrypt { .. }
                | Layer::Prefix { .. }
                | Layer::XmlSignature(_)
                | Layer::Between { .. }
                | Layer::Named { .. } => {}
            }
        }
        slots
    }
}

/// Whether a layer holds the code of the request, or one of two.
fn says_answered(layer: &Layer) -> bool {
    let code = |slot: &Slot| matches!(slot.field(), Some(Field::ReplyCode | Field::ReplyFlag));
    layer.slots().iter().any(code)
}

/// Whether a packet head gives a code of an error: an answer that refuses may have no body.
fn refuses(layer: &Layer, values: &Values) -> bool {
    let head = matches!(layer, Layer::Head { .. }) && says_answered(layer);
    let code = values.text(Field::ReplyCode).unwrap_or_default();
    head && code.bytes().any(|byte| byte != b'0')
}
