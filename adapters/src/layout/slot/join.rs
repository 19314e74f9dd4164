//! Joined pieces read back, and numbers of ours in another form than ours.

use crate::layout::atom::{Atom, ReadContext};
use crate::layout::field::Field;
use crate::layout::rows::Rows;

/// Several pieces without a separator.
///
/// In a kept message the text of a number of ours is kept as well, and where it has another form
/// than ours the text is all that is known: the number is not taken from a part of it.
///
/// # Errors
/// What is wrong, without the value.
pub(crate) fn read(
    parts: &[Atom],
    text: &str,
    context: &mut ReadContext<'_>,
) -> Result<(), String> {
    let read = |context: &mut ReadContext<'_>| pieces(parts, text, context);
    match reference_kept(parts, context) {
        Some(kept) => {
            read_or_restore(read, context);
            context.put_first(kept, text);
            Ok(())
        }
        None => read(context),
    }
}

/// Several pieces among words that anybody may write: another text says nothing.
pub(crate) fn of_words(parts: &[Atom], text: &str, context: &mut ReadContext<'_>) {
    read_or_restore(|context| pieces(parts, text, context), context);
}

/// One piece; in a kept message a number of ours that is none is kept as a text.
///
/// # Errors
/// What is wrong, without the value.
pub(crate) fn one(atom: &Atom, text: &str, context: &mut ReadContext<'_>) -> Result<(), String> {
    let read = |context: &mut ReadContext<'_>| atom.read(text, context);
    match reference_kept(std::slice::from_ref(atom), context) {
        Some(kept) => {
            if !read_or_restore(read, context) {
                context.put_first(kept, text);
            }
            Ok(())
        }
        None => read(context),
    }
}

/// Where the text of our number is kept, in a kept message and if it holds one.
fn reference_kept(parts: &[Atom], context: &ReadContext<'_>) -> Option<Field> {
    if !context.kept {
        return None;
    }
    let holds = |field: Field| {
        let mut parts = parts.iter();
        parts.any(|part| matches!(part, Atom::Field { field: own, .. } if *own == field))
    };
    // A number of a row that begins with that of its file is the row's.
    match (holds(Field::RowNo), holds(Field::FileNo)) {
        (true, _) => Some(Field::RowReference),
        (false, true) => Some(Field::FileReference),
        (false, false) => None,
    }
}

/// Whether it could be read; where not, nothing of it is.
fn read_or_restore(
    read: impl Fn(&mut ReadContext<'_>) -> Result<(), String>,
    context: &mut ReadContext<'_>,
) -> bool {
    let head = context.head.clone();
    let row = context.row.as_deref().and_then(Rows::last);
    let values = row.map_or(0, |row| row.len());
    let done = read(context).is_ok();
    if !done {
        *context.head = head;
        if let Some(rows) = context.row.as_deref_mut() {
            rows.truncate_last(values);
        }
    }
    done
}

/// Parts of fixed length are cut off from the left, then from the right; what is left belongs to
/// the one part without.
fn pieces(parts: &[Atom], text: &str, context: &mut ReadContext<'_>) -> Result<(), String> {
    let too_short = || "a joined value is too short".to_owned();
    let mut rest = text;
    let mut parts = parts.iter();
    let middle = loop {
        let Some(part) = parts.next() else {
            return match rest.is_empty() {
                true => Ok(()),
                false => Err("a joined value is too long".to_owned()),
            };
        };
        // Most joins begin with a fixed text, which is there.
        if let Atom::Const(own) = part
            && let Some(others) = rest.strip_prefix(own.as_str())
        {
            rest = others;
            continue;
        }
        let Some(chars) = part.chars() else {
            break part;
        };
        let at = char_offset(rest, chars).ok_or_else(too_short)?;
        let (own, others) = rest.split_at(at);
        part.read(own, context)?;
        rest = others;
    };
    for part in parts.rev() {
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

/// Where so many characters end.
fn char_offset(text: &str, chars: usize) -> Option<usize> {
    let plain = text.as_bytes().get(..chars).is_some_and(<[u8]>::is_ascii);
    if plain {
        return Some(chars);
    }
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends.into_iter().nth(chars)
}
