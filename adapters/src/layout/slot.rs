//! One place of a layout: a column, an element, a key.

pub mod charset;
pub mod element;
pub(crate) mod join;
mod writing;

use super::atom::{Atom, ReadContext};
use super::field::{Field, FieldKind};
use super::format::Format;
use crate::definition::error::located;
use crate::definition::schema::written_as;
use element::Element;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// What stands in a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// One piece of text.
    One(Atom),
    /// Pieces without a separator; at most one of them has no fixed length.
    Join(Vec<Atom>),
    /// What the envelope carries; on writing a captured value may stand for it (the signed form
    /// that a sign port made of it).
    Payload(Option<String>),
    /// Bytes of what follows the head, plus a number.
    PayloadLength(usize),
    /// The code of the step, so that one head serves many.
    StepCode,
    /// What the bank calls the message's character set, in a head that stands before it.
    Charset(charset::Words),
}

/// On which side padding stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// Text left, padding right.
    #[default]
    Left,
    /// Text right, padding left.
    Right,
}

/// One place of a layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Element path, key or header name; empty where the layout goes by position.
    pub path: String,
    /// What stands there.
    pub source: Source,
    /// Written where the value is absent.
    pub default: Option<String>,
    /// The bank's text for each canonical value.
    pub map: BTreeMap<String, String>,
    /// Fixed width in bytes.
    pub width: Option<usize>,
    /// Side of the text in its width.
    pub align: Align,
    /// Padding character.
    pub pad: char,
    /// Longest text in bytes.
    pub bytes_max: Option<usize>,
    /// Refused where absent, both ways. A status that stands there empty is read: one that nobody
    /// lists, of that row alone.
    pub required: bool,
    /// Words that anybody may write: in a kept message one without our number says nothing.
    pub words: bool,
    /// What only an element of XML has.
    pub element: Element,
}

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawPart {
    field: Option<Field>,
    #[serde(rename = "as")]
    format: Option<Format>,
    #[serde(default)]
    digits: usize,
    #[serde(rename = "const")]
    constant: Option<String>,
    connection: Option<String>,
    chars: Option<usize>,
    first: Option<usize>,
    last: Option<usize>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawPayload {
    replaced_by: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawSlot {
    #[serde(default)]
    path: String,
    field: Option<Field>,
    #[serde(rename = "as")]
    format: Option<Format>,
    #[serde(default)]
    digits: usize,
    #[serde(rename = "const")]
    constant: Option<String>,
    spare: Option<String>,
    connection: Option<String>,
    chars: Option<usize>,
    first: Option<usize>,
    last: Option<usize>,
    captured: Option<String>,
    payload: Option<RawPayload>,
    payload_length: Option<usize>,
    step_code: Option<bool>,
    charset: Option<charset::Words>,
    join: Option<Vec<RawPart>>,
    default: Option<String>,
    #[serde(default)]
    map: BTreeMap<String, String>,
    width: Option<usize>,
    #[serde(default)]
    align: Align,
    pad: Option<char>,
    bytes_max: Option<usize>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    words: bool,
    #[serde(default)]
    element: Element,
}

const SOURCES: &str = "exactly one of field, const, spare, connection, captured, payload, \
                       payload_length, step_code, charset, join";

fn field_atom(
    field: Field,
    format: Option<Format>,
    digits: usize,
    (chars, last, first): (Option<usize>, Option<usize>, Option<usize>),
) -> Result<Atom, String> {
    let usual = Format::usual(field.kind());
    let format = format.or(usual).ok_or_else(|| {
        format!("{field} is money: it needs as = \"fen\", \"yuan2\" or \"yuan3\"")
    })?;
    if !format.fits(field.kind()) {
        return Err(format!("{field} can't be spelt so"));
    }
    if last.is_some() && (chars.is_some() || field.kind() != FieldKind::Number) {
        return Err(format!(
            "{field}: `last` is of a number, and without `chars`"
        ));
    }
    let fixed = chars.or(last);
    Ok(Atom::Field {
        field,
        format,
        digits: digits.max(fixed.unwrap_or_default()),
        fixed,
        last: last.is_some(),
        first,
    })
}

impl TryFrom<RawPart> for Atom {
    type Error = String;

    fn try_from(raw: RawPart) -> Result<Self, String> {
        match (raw.field, raw.constant, raw.connection) {
            (Some(field), None, None) => {
                let cut = (raw.chars, raw.last, raw.first);
                field_atom(field, raw.format, raw.digits, cut)
            }
            (None, Some(text), None) => Ok(Self::Const(text)),
            (None, None, Some(name)) => Ok(Self::Connection {
                name,
                chars: raw.chars,
            }),
            _ => Err("a part is exactly one of field, const, connection".to_owned()),
        }
    }
}

impl<'de> Deserialize<'de> for Slot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        located::<D, RawSlot, Self>(deserializer)
    }
}

written_as!(Slot, RawSlot);

impl TryFrom<RawSlot> for Slot {
    type Error = String;

    fn try_from(raw: RawSlot) -> Result<Self, String> {
        let mut sources = Vec::new();
        if let Some(field) = raw.field {
            sources.push(Source::One(field_atom(
                field,
                raw.format,
                raw.digits,
                (raw.chars, raw.last, raw.first),
            )?));
        }
        let atoms = [
            raw.constant.map(Atom::Const),
            raw.spare.map(Atom::Spare),
            raw.captured.map(|name| Atom::Captured {
                name,
                chars: raw.chars,
            }),
            raw.connection.map(|name| Atom::Connection {
                name,
                chars: raw.chars,
            }),
        ];
        sources.extend(atoms.into_iter().flatten().map(Source::One));
        sources.extend(
            raw.payload
                .map(|payload| Source::Payload(payload.replaced_by)),
        );
        sources.extend(raw.payload_length.map(Source::PayloadLength));
        sources.extend(raw.step_code.filter(|yes| *yes).map(|_| Source::StepCode));
        if raw.charset.is_some() && raw.width.is_none() {
            return Err("a character set is named in a head, in so many bytes".to_owned());
        }
        sources.extend(raw.charset.map(Source::Charset));
        if let Some(parts) = raw.join {
            let parts: Result<Vec<Atom>, String> = parts.into_iter().map(Atom::try_from).collect();
            let parts = parts?;
            if parts.iter().filter(|part| part.chars().is_none()).count() > 1 {
                return Err("two parts of a join have no fixed length".to_owned());
            }
            sources.push(Source::Join(parts));
        }
        let source = match (sources.pop(), sources.is_empty()) {
            (Some(source), true) => source,
            (Some(_) | None, _) => return Err(format!("a slot is {SOURCES}")),
        };
        Ok(Self {
            path: raw.path,
            source,
            default: raw.default,
            map: raw.map,
            width: raw.width,
            align: raw.align,
            pad: raw.pad.unwrap_or(' '),
            bytes_max: raw.bytes_max,
            required: raw.required,
            words: raw.words,
            element: raw.element,
        })
    }
}

impl Slot {
    /// The field that it holds alone, if it is one.
    #[must_use]
    pub fn field(&self) -> Option<Field> {
        match &self.source {
            Source::One(Atom::Field { field, .. }) => Some(*field),
            Source::One(_)
            | Source::Join(_)
            | Source::Payload(_)
            | Source::PayloadLength(_)
            | Source::Charset(_)
            | Source::StepCode => None,
        }
    }

    /// Every piece of it that is an atom.
    pub fn atoms(&self) -> impl Iterator<Item = &Atom> {
        match &self.source {
            Source::One(atom) => std::slice::from_ref(atom),
            Source::Join(parts) => parts.as_slice(),
            Source::Payload(_)
            | Source::PayloadLength(_)
            | Source::StepCode
            | Source::Charset(_) => &[],
        }
        .iter()
    }

    /// Replaces the step's code by its text.
    pub fn fix_code(&mut self, code: &str) {
        if self.source == Source::StepCode {
            self.source = Source::One(Atom::Const(code.to_owned()));
        }
    }

    pub(super) fn place(&self) -> String {
        match self.field() {
            Some(field) => field.to_string(),
            None if self.path.is_empty() => "a column".to_owned(),
            None => self.path.clone(),
        }
    }

    /// Takes the text of the slot.
    ///
    /// # Errors
    /// What is wrong, without the value.
    pub fn read(&self, text: &str, context: &mut ReadContext<'_>) -> Result<(), String> {
        let text = self.unpad(text);
        if text.is_empty() && self.required && self.field() != Some(Field::RowStatus) {
            return Err(format!("{} is missing", self.place()));
        }
        if !self.map.is_empty() {
            let canonical = self.map.iter().find(|(_, theirs)| *theirs == text);
            return match (&self.source, canonical) {
                (Source::One(atom), Some((ours, _))) => atom.read(ours, context),
                _ => Ok(()),
            };
        }
        match &self.source {
            Source::One(atom) => join::one(atom, text, context),
            Source::Join(_) if text.is_empty() => Ok(()),
            Source::Join(parts) if self.words && context.kept => {
                join::of_words(parts, text, context);
                Ok(())
            }
            Source::Join(parts) => join::read(parts, text, context),
            Source::Payload(_) => {
                context.payload = Some(text.to_owned());
                Ok(())
            }
            Source::PayloadLength(plus) => {
                let stated: usize = text.parse().map_err(|_| "the length is not a number")?;
                let bytes = stated.checked_sub(*plus);
                context.payload_bytes = Some(bytes.ok_or("the length is too small")?);
                Ok(())
            }
            // The character set is taken before the head is read: its texts are in it.
            Source::StepCode | Source::Charset(_) => Ok(()),
        }
    }

    /// The field whose value a text of it is as it stands, but for an empty one: nothing is mapped,
    /// padded, cut or spelt. Known once for a message, it spares every row these questions.
    pub(super) fn as_it_stands(&self) -> Option<Field> {
        match &self.source {
            Source::One(Atom::Field {
                field,
                format: Format::Text,
                last: false,
                first: None,
                ..
            }) => Some(*field).filter(|_| self.map.is_empty() && self.width.is_none()),
            Source::One(_)
            | Source::Join(_)
            | Source::Payload(_)
            | Source::PayloadLength(_)
            | Source::Charset(_)
            | Source::StepCode => None,
        }
    }

    /// Whether reading it says nothing, whatever stands there.
    pub(super) fn says_nothing(&self) -> bool {
        matches!(self.source, Source::One(Atom::Spare(_))) && !self.required
    }

    /// Whether reading an empty text of it says nothing.
    pub(super) fn may_be_empty(&self) -> bool {
        matches!(self.source, Source::One(Atom::Field { .. })) && !self.required
    }

    fn unpad<'t>(&self, text: &'t str) -> &'t str {
        // A length may be padded on the other side in the reply (6 digits, then spaces).
        if matches!(self.source, Source::PayloadLength(_)) {
            return text.trim_matches(' ');
        }
        match (self.width, self.align) {
            (None, _) => text,
            (Some(_), Align::Left) => text.trim_end_matches(self.pad),
            (Some(_), Align::Right) if self.pad == '0' && text.bytes().all(|b| b == b'0') => {
                text.get(text.len().saturating_sub(1)..).unwrap_or(text)
            }
            (Some(_), Align::Right) => text.trim_start_matches(self.pad),
        }
    }
}
