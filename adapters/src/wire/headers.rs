//! Headers that belong to a message: its signature stands in them, or the key to its body.
//!
//! They travel on as a block before the body, `Name: value` line by line and an empty line, so
//! that what was signed is kept, read and compared in one piece, on every way.

/// Most bytes of a header's value: a signature of 8,192 bits has 1,368 in base64.
pub const VALUE_BYTES_MAX: usize = 2_048;

/// The message with its headers before it: those of these names, in this order and spelling. One
/// that is not there, stands twice, is too long or not of visible ASCII is left out, and the
/// message is then not read. Without names it is the body alone.
#[must_use]
pub fn fronted(names: &[String], given: &[(String, Vec<u8>)], body: Vec<u8>) -> Vec<u8> {
    if names.is_empty() {
        return body;
    }
    let mut whole = Vec::new();
    for name in names {
        let mut own = given.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        if let (Some((_, value)), None) = (own.next(), own.next())
            && is_value(value)
        {
            whole.extend_from_slice(name.as_bytes());
            whole.extend_from_slice(b": ");
            whole.extend_from_slice(value);
            whole.push(b'\n');
        }
    }
    whole.push(b'\n');
    whole.extend(body);
    whole
}

/// The values of the headers of these names, and the body; `None` where the block is not exactly
/// these lines.
#[must_use]
pub fn parted<'m>(names: &[&str], message: &'m [u8]) -> Option<(Vec<&'m str>, &'m [u8])> {
    let mut rest = message;
    let mut values = Vec::with_capacity(names.len());
    for name in names {
        rest = rest.strip_prefix(name.as_bytes())?.strip_prefix(b": ")?;
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let (value, others) = rest.split_at_checked(end)?;
        if !is_value(value) {
            return None;
        }
        values.push(std::str::from_utf8(value).ok()?);
        rest = others.strip_prefix(b"\n")?;
    }
    Some((values, rest.strip_prefix(b"\n")?))
}

/// The headers of these names and the body, for a channel; without names, or where the block is
/// not there, the message is the body.
#[must_use]
pub(crate) fn taken_off(names: &[String], message: Vec<u8>) -> (Vec<(String, String)>, Vec<u8>) {
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let found = parted(&known, &message).filter(|_| !names.is_empty());
    let Some((values, body)) = found else {
        return (Vec::new(), message);
    };
    let values = values.into_iter().map(str::to_owned);
    let headers = names.iter().cloned().zip(values).collect();
    (headers, body.to_vec())
}

/// Visible ASCII, with spaces inside only; it may be empty.
fn is_value(value: &[u8]) -> bool {
    let visible = value.iter().all(|byte| (b' '..=b'~').contains(byte));
    visible && value.trim_ascii() == value && value.len() <= VALUE_BYTES_MAX
}

/// Whether a word can be a header's name in a definition.
pub(crate) fn is_name(name: &str) -> bool {
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=64).contains(&name.len()) && name.bytes().all(of_name)
}

#[cfg(test)]
mod tests;
