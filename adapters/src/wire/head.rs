//! A head of fixed-width fields before the payload.

use super::tail;
use crate::exchange::{FrameEnd, Unreadable};
use crate::layout::fault::{ill_formed, unreadable};
use crate::layout::lines::{context, cut_width};
use crate::layout::slot::{Slot, Source, charset};
use crate::layout::values::Values;
use schemas::text::Charset;

/// Takes the values of the head and gives what stands behind it.
///
/// # Errors
/// `Unreadable` for what is shorter, of another length than the head says, or another message.
pub(super) fn unwrap(
    slots: &[Slot],
    bytes: &[u8],
    values: &mut Values,
    charset: Charset,
) -> Result<Vec<u8>, Unreadable> {
    let width = slots.iter().filter_map(|slot| slot.width).sum();
    let (head, payload) = bytes
        .split_at_checked(width)
        .ok_or_else(|| unreadable("shorter than its head"))?;
    let named = charset::named(slots, head).map_err(unreadable)?;
    let charset = named.unwrap_or(charset);
    let head = charset.decode(head).map_err(ill_formed)?;
    let mut rest: &str = &head;
    values.charset = named.or(values.charset);
    let mut reading = context(values, false);
    for slot in slots {
        let (cell, others) = cut_width(rest, slot.width.unwrap_or_default(), charset)
            .ok_or_else(|| unreadable("a field of the head ends inside a character"))?;
        slot.read(cell, &mut reading).map_err(unreadable)?;
        rest = others;
    }
    let stated = reading.payload_bytes.unwrap_or(payload.len());
    match payload.split_at_checked(stated) {
        Some((body, [])) => Ok(body.to_vec()),
        Some((body, rest)) if values.kept && tail::is_signature(rest) => Ok(body.to_vec()),
        Some(_) | None => Err(unreadable("the length in the head is another one").after(width)),
    }
}

/// The length that a head says, where it says one.
pub(super) fn length_at(slots: &[Slot]) -> Option<FrameEnd> {
    let whole: usize = slots.iter().filter_map(|slot| slot.width).sum();
    let mut offset = 0;
    for slot in slots {
        let digits = slot.width.unwrap_or_default();
        if let Source::PayloadLength(plus) = slot.source {
            return Some(FrameEnd::Length {
                offset,
                digits,
                uncounted: whole.saturating_sub(plus),
            });
        }
        offset += digits;
    }
    None
}
