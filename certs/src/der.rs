//! The little DER (X.690) that keys and signatures need, strict in both directions.

/// Tag of an INTEGER.
pub(crate) const INTEGER: u8 = 0x02;
/// Tag of a BIT STRING.
pub(crate) const BIT_STRING: u8 = 0x03;
/// Tag of a SEQUENCE.
pub(crate) const SEQUENCE: u8 = 0x30;

/// One element: tag, shortest length, content.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut bytes = Vec::with_capacity(length + 6);
    bytes.push(tag);
    match u8::try_from(length) {
        Ok(short @ 0..=127) => bytes.push(short),
        _ => {
            let digits: Vec<u8> = length
                .to_be_bytes()
                .into_iter()
                .skip_while(|byte| *byte == 0)
                .collect();
            // A usize has at most 8 bytes, so this addition stays below 0x89.
            bytes.push(0x80 | digits.iter().fold(0, |count, _| count + 1));
            bytes.extend(digits);
        }
    }
    bytes.extend(content);
    bytes
}

/// A positive INTEGER from big-endian bytes.
pub(crate) fn unsigned(value: &[u8]) -> Vec<u8> {
    let mut content: Vec<u8> = value.iter().copied().skip_while(|b| *b == 0).collect();
    if content.first().is_none_or(|first| *first >= 0x80) {
        content.insert(0, 0);
    }
    element(INTEGER, &content)
}

/// Splits the first element of a tag with a short length (below 128) from the rest.
pub(crate) fn split_short(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first()?;
    if *found != tag || *length >= 0x80 {
        return None;
    }
    rest.split_at_checked(usize::from(*length))
}

/// The magnitude of a positive INTEGER in its shortest form.
pub(crate) fn magnitude(content: &[u8]) -> Option<&[u8]> {
    match content {
        [] => None,
        [0, rest @ ..] => match rest.first() {
            Some(first) if *first >= 0x80 => Some(rest),
            Some(_) => None,
            None => Some(rest),
        },
        [first, ..] if *first >= 0x80 => None,
        _ => Some(content),
    }
}
