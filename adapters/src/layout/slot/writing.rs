//! The text of a slot, written behind what a message has so far.

use super::{Align, Slot, Source, charset};
use crate::layout::atom::{Atom, WriteContext};
use crate::layout::fault::WriteFault;
use crate::layout::forbidden::Seen;
use schemas::text::CharsetError;
use std::fmt::Write as _;

impl Slot {
    /// The text of the slot, padded to its width.
    ///
    /// # Errors
    /// Missing, not encodable, too long.
    pub fn write(&self, context: &WriteContext<'_>) -> Result<String, WriteFault> {
        let mut text = String::new();
        self.write_to(context, &mut text)?;
        Ok(text)
    }

    /// Writes the text of the slot behind what stands in `out`, and says what was seen of it.
    ///
    /// # Errors
    /// As [`Self::write`]; what stands behind the old end of `out` then means nothing.
    pub fn write_to(
        &self,
        context: &WriteContext<'_>,
        out: &mut String,
    ) -> Result<Seen, WriteFault> {
        if let Some(text) = self.fixed_text() {
            out.push_str(text);
            return Ok(Seen::ANYTHING);
        }
        let start = out.len();
        let mut found = self.write_value(context, out)?;
        if found.is_some() && !self.map.is_empty() {
            let mapped = out
                .get(start..)
                .and_then(|canonical| self.map.get(canonical));
            found = mapped.map(|_| Seen::ANYTHING);
            out.truncate(start);
            out.push_str(mapped.map_or("", String::as_str));
        }
        if found.is_none() {
            out.truncate(start);
            match &self.default {
                Some(text) => out.push_str(text),
                None if self.required => {
                    let place = self.place();
                    return Err(WriteFault::Missing { place });
                }
                None => {}
            }
        }
        let seen = match (found, &self.default) {
            (Some(seen), _) => seen,
            (None, Some(_)) => Seen::ANYTHING,
            (None, None) => Seen::PLAIN,
        };
        self.fit((start, seen), context, out)
    }

    /// A text of the definition that stands there as it is; its characters are looked at when the
    /// message is encoded.
    pub(in crate::layout) fn fixed_text(&self) -> Option<&str> {
        match &self.source {
            Source::One(Atom::Const(text) | Atom::Spare(text)) => Some(text.as_str())
                .filter(|_| self.map.is_empty() && self.width.is_none())
                .filter(|_| self.bytes_max.is_none()),
            Source::One(_)
            | Source::Join(_)
            | Source::Payload(_)
            | Source::PayloadLength(_)
            | Source::Charset(_)
            | Source::StepCode => None,
        }
    }

    /// The value as it is spelt, and what was seen of it; `None` where there is none, with
    /// anything behind the old end.
    fn write_value(
        &self,
        context: &WriteContext<'_>,
        out: &mut String,
    ) -> Result<Option<Seen>, WriteFault> {
        let captured = |name: &String| context.values.captured.get(name).map(String::as_str);
        let text = match &self.source {
            // A captured value that need not be there yet.
            Source::One(Atom::Captured { name, .. }) if self.default.is_some() => captured(name),
            Source::One(atom) => return atom.write_to(context, out),
            Source::Join(parts) => {
                let mut whole = Some(Seen::PLAIN);
                for part in parts {
                    let seen = part.write_to(context, out)?;
                    whole = whole.zip(seen).map(|(whole, seen)| whole.and(seen));
                }
                return Ok(whole);
            }
            Source::Payload(replaced_by) => {
                let replaced = replaced_by.as_ref().and_then(captured);
                replaced.or(context.payload)
            }
            Source::PayloadLength(plus) => {
                // Writing into a text can't fail.
                let _ = write!(out, "{}", context.payload_bytes + plus);
                return Ok(Some(Seen::PLAIN));
            }
            Source::Charset(words) => charset::word(words, context.charset),
            Source::StepCode => None,
        };
        out.push_str(text.unwrap_or_default());
        Ok(text.map(|_| Seen::ANYTHING))
    }

    /// Checks what was written from `start` on, and pads it to the width.
    fn fit(
        &self,
        (start, seen): (usize, Seen),
        context: &WriteContext<'_>,
        out: &mut String,
    ) -> Result<Seen, WriteFault> {
        let bytes = match seen.is_ascii() {
            true => out.len() - start,
            false => self.bytes(out.get(start..).unwrap_or_default(), context)?,
        };
        let bytes_max = match (self.bytes_max, self.width) {
            (Some(most), Some(width)) => Some(most.min(width)),
            (most, width) => most.or(width),
        };
        if let Some(bytes_max) = bytes_max.filter(|most| bytes > *most) {
            return Err(WriteFault::TooLong {
                place: self.place(),
                bytes,
                bytes_max,
            });
        }
        let padding = self.width.map_or(0, |width| width - bytes);
        match self.align {
            _ if padding == 0 => return Ok(seen),
            Align::Left => out.extend(std::iter::repeat_n(self.pad, padding)),
            Align::Right => {
                let padding: String = std::iter::repeat_n(self.pad, padding).collect();
                out.insert_str(start, &padding);
            }
        }
        Ok(Seen::ANYTHING)
    }

    fn bytes(&self, text: &str, context: &WriteContext<'_>) -> Result<usize, WriteFault> {
        let bytes = context.charset.byte_len(text);
        bytes.map_err(|error| match error {
            CharsetError::Unmappable { character } => WriteFault::NotEncodable {
                place: self.place(),
                character,
            },
            CharsetError::IllFormed { .. } => WriteFault::Form {
                place: self.place(),
            },
        })
    }
}
