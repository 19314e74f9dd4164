//! Joined pieces read back.

use crate::layout::atom::{Atom, ReadContext};

/// Parts of fixed length are cut off from the left, then from the right; what is left belongs to
/// the one part without.
pub(crate) fn read(
    parts: &[Atom],
    text: &str,
    context: &mut ReadContext<'_>,
) -> Result<(), String> {
    let too_short = || "a joined value is too short".to_owned();
    let mut rest = text;
    let open = parts.iter().position(|part| part.chars().is_none());
    let (left, right) = parts.split_at(open.unwrap_or(parts.len()));
    for part in left {
        let at = char_offset(rest, part.chars().unwrap_or_default()).ok_or_else(too_short)?;
        let (own, others) = rest.split_at(at);
        part.read(own, context)?;
        rest = others;
    }
    let Some((middle, right)) = right.split_first() else {
        return if rest.is_empty() {
            Ok(())
        } else {
            Err("a joined value is too long".to_owned())
        };
    };
    for part in right.iter().rev() {
        let all = rest.chars().count();
        let own = part.chars().unwrap_or_default();
        let keep = all.checked_sub(own).ok_or_else(too_short)?;
        let at = char_offset(rest, keep).ok_or_else(too_short)?;
        let (others, own) = rest.split_at(at);
        part.read(own, context)?;
        rest = others;
    }
    middle.read(rest, context)
}

fn char_offset(text: &str, chars: usize) -> Option<usize> {
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends.into_iter().nth(chars)
}
