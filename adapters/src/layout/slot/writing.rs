//! The text of a slot, written behind what a message has so far.

use super::{Align, Slot, Source, charset};
use crate::layout::atom::{Atom, WriteContext};
use crate::layout::fault::WriteFault;
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

    /// Writes the text of the slot behind what stands in `out`.
    ///
    /// # Errors
    /// As [`Self::write`]; what stands behind the old end of `out` then means nothing.
    pub fn write_to(&self, context: &WriteContext<'_>, out: &mut String) -> Result<(), WriteFault> {
        if let Some(text) = self.fixed_text() {
            out.push_str(text);
            return Ok(());
        }
        let start = out.len();
        let mut found = self.write_value(context, out)?;
        if found && !self.map.is_empty() {
            let mapped = out
                .get(start..)
                .and_then(|canonical| self.map.get(canonical));
            found = mapped.is_some();
            out.truncate(start);
            out.push_str(mapped.map_or("", String::as_str));
        }
        if !found {
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
        self.fit(start, context, out)
    }

    /// A text of the definition that stands there as it is; its characters are looked at when the
    /// message is encoded.
    fn fixed_text(&self) -> Option<&str> {
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

    /// The value as it is spelt; false where there is none, with anything behind the old end.
    fn write_value(
        &self,
        context: &WriteContext<'_>,
        out: &mut String,
    ) -> Result<bool, WriteFault> {
        let captured = |name: &String| context.values.captured.get(name).map(String::as_str);
        let text = match &self.source {
            // A captured value that need not be there yet.
            Source::One(Atom::Captured { name, .. }) if self.default.is_some() => captured(name),
            Source::One(atom) => return atom.write_to(context, out),
            Source::Join(parts) => {
                let mut whole = true;
                for part in parts {
                    whole &= part.write_to(context, out)?;
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
                return Ok(true);
            }
            Source::Charset(words) => charset::word(words, context.charset),
            Source::StepCode => None,
        };
        out.push_str(text.unwrap_or_default());
        Ok(text.is_some())
    }

    /// Checks what was written from `start` on, and pads it to the width.
    fn fit(
        &self,
        start: usize,
        context: &WriteContext<'_>,
        out: &mut String,
    ) -> Result<(), WriteFault> {
        let text = out.get(start..).unwrap_or_default();
        let bytes = context
            .charset
            .byte_len(text)
            .map_err(|error| match error {
                CharsetError::Unmappable { character } => WriteFault::NotEncodable {
                    place: self.place(),
                    character,
                },
                CharsetError::IllFormed { .. } => WriteFault::Form {
                    place: self.place(),
                },
            })?;
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
            _ if padding == 0 => {}
            Align::Left => out.extend(std::iter::repeat_n(self.pad, padding)),
            Align::Right => {
                let padding: String = std::iter::repeat_n(self.pad, padding).collect();
                out.insert_str(start, &padding);
            }
        }
        Ok(())
    }
}
