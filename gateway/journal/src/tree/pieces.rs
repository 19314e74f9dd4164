//! The clear part of a record, cut into pieces that can be shown one by one.
//!
//! A proof of one payment must not tell of the others in the same record. So a piece is a member
//! of the event's JSON object, an element of a list in it, or a row of the attached table.

use super::sha256;
use crate::chain::Hash;
use crate::seal::hex;

/// Bytes of a row of a table.
const ROW_BYTES: usize = 40;
/// What of a row says place and amount; the rest says who, and is committed to by itself.
const PLACE_BYTES: usize = 24;
/// Bytes of a salt.
pub const SALT_BYTES: usize = 16;
/// The number by which the actor is salted: no piece has it.
pub const ACTOR: u32 = u32::MAX;

/// What nobody can guess who has not the journal: the salt of a piece, and of the payee in it.
/// Both follow from the record's hash, which covers the random journal id and all ciphertexts.
pub(super) fn salts(hash: &Hash, number: u32) -> ([u8; SALT_BYTES], [u8; SALT_BYTES]) {
    let both = sha256(&[b"anxin-salt/v1", hash, &number.to_be_bytes()]);
    let (mut first, mut second) = ([0; SALT_BYTES], [0; SALT_BYTES]);
    first.copy_from_slice(&both[..SALT_BYTES]);
    second.copy_from_slice(&both[SALT_BYTES..]);
    (first, second)
}

/// Is told a piece: its number from 0, its salt, its text.
pub type Told<'t> = dyn FnMut(u32, &[u8; SALT_BYTES], &[u8]) + 't;

/// Tells every piece of a clear part with its number and salt, in order.
///
/// - A JSON object without blanks becomes `name=value` for each member; a list becomes `name=[n]`
///   and `name[]=element` for each of its `n` elements.
/// - Behind a line feed each 40 bytes become `row=` with the first 24 in lower hex, a comma and
///   the SHA-256 of the payee's salt and the other 16: equal payees don't look equal.
/// - Anything else that is not empty is one piece, `bytes=` in lower hex.
pub fn each_piece(clear: &[u8], hash: &Hash, told: &mut Told<'_>) {
    if clear.is_empty() {
        return;
    }
    let end = clear.iter().position(|byte| *byte == b'\n');
    let end = end.unwrap_or(clear.len());
    let (json, table) = (&clear[..end], clear.get(end + 1..).unwrap_or_default());
    let (rows, rest) = table.as_chunks::<ROW_BYTES>();
    let mut members = Vec::new();
    if !rest.is_empty() || object(json, &mut members).is_none() {
        return told(
            0,
            &salts(hash, 0).0,
            format!("bytes={}", hex(clear)).as_bytes(),
        );
    }
    let mut number = 0;
    let mut text = Vec::new();
    let mut tell = |parts: &[&[u8]]| {
        text.clear();
        parts.iter().for_each(|part| text.extend_from_slice(part));
        told(number, &salts(hash, number).0, &text);
        number += 1;
    };
    for Member {
        name,
        value,
        elements,
    } in &members
    {
        let Some(elements) = elements else {
            tell(&[name, b"=", value]);
            continue;
        };
        tell(&[name, format!("=[{}]", elements.len()).as_bytes()]);
        for element in elements {
            tell(&[name, b"[]=", element]);
        }
    }
    for row in rows {
        text.clear();
        let (salt, of_payee) = salts(hash, number);
        row_text(row, &of_payee, &mut text);
        told(number, &salt, &text);
        number += 1;
    }
}

fn row_text(row: &[u8; ROW_BYTES], salt: &[u8; SALT_BYTES], text: &mut Vec<u8>) {
    let (place, payee) = row.split_at(PLACE_BYTES);
    text.extend_from_slice(b"row=");
    lower_hex(place, text);
    text.push(b',');
    lower_hex(&sha256(&[salt, payee]), text);
}

fn lower_hex(bytes: &[u8], text: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
}

struct Member<'a> {
    name: &'a [u8],
    value: &'a [u8],
    /// Where the value is a list.
    elements: Option<Vec<&'a [u8]>>,
}

/// The members of an object that is all of the text; `None` for anything else.
fn object<'a>(json: &'a [u8], members: &mut Vec<Member<'a>>) -> Option<()> {
    let mut rest = json.strip_prefix(b"{")?;
    if rest == b"}" {
        return Some(());
    }
    loop {
        let (quoted, after) = value(rest)?;
        let name = quoted.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        let (value, after) = value(after.strip_prefix(b":")?)?;
        let elements = value.starts_with(b"[").then(|| elements(value));
        let elements = match elements {
            Some(list) => Some(list?),
            None => None,
        };
        members.push(Member {
            name,
            value,
            elements,
        });
        match after {
            b"}" => return Some(()),
            _ => rest = after.strip_prefix(b",")?,
        }
    }
}

fn elements(list: &[u8]) -> Option<Vec<&[u8]>> {
    let mut rest = list.strip_prefix(b"[")?;
    let mut found = Vec::new();
    if rest == b"]" {
        return Some(found);
    }
    loop {
        let (element, after) = value(rest)?;
        found.push(element);
        match after {
            b"]" => return Some(found),
            _ => rest = after.strip_prefix(b",")?,
        }
    }
}

/// The value at the beginning of a text, and what follows it. Its inside is not judged: only where
/// it ends.
fn value(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (mut depth, mut in_string, mut is_escaped) = (0_u32, false, false);
    for (at, byte) in text.iter().enumerate() {
        if in_string {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => in_string = false,
                _ => continue,
            }
            if in_string || depth > 0 {
                continue;
            }
            return Some(text.split_at(at + 1));
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 1 => depth -= 1,
            b'}' | b']' if depth == 1 => return Some(text.split_at(at + 1)),
            b',' | b'}' | b']' if depth == 0 => {
                return (at > 0).then(|| text.split_at(at));
            }
            b' ' | b'\t' | b'\r' => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests;
