//! Texts as readers of a million lines meet them: nothing to trim, nothing forbidden. The usual
//! text is told by a few of its bytes; only an unusual one is walked character by character.

/// `str::trim`, at once where both ends are plainly no white space.
#[must_use]
pub(crate) fn trimmed(text: &str) -> &str {
    let bytes = text.as_bytes();
    if starts_solid(bytes) && ends_solid(bytes) {
        text
    } else {
        text.trim()
    }
}

/// No white space lies in the printable ASCII after the space, nor from U+4000 up.
fn starts_solid(bytes: &[u8]) -> bool {
    match bytes.first() {
        Some(byte) => matches!(byte, b'!'..=b'~' | 0xE4..=0xF4),
        None => true,
    }
}

/// As for the start; of the longer characters only those of three bytes are told.
fn ends_solid(bytes: &[u8]) -> bool {
    match bytes {
        [] | [.., b'!'..=b'~'] => true,
        [.., 0xE4..=0xEF, _, _] => true,
        [..] => false,
    }
}

/// The plain form of a full-width letter, digit or sign of ASCII; every other character as it is.
pub(crate) fn narrow(character: char) -> char {
    match character {
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(character) - 0xFEE0).unwrap_or(character)
        }
        other => other,
    }
}

/// Characters that break a line, turn its direction or mark a broken decoding.
pub(crate) fn forbidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
                | '\u{FEFF}' | '\u{FFFD}'
        )
}

/// The first forbidden character of a text.
pub(crate) fn first_forbidden(text: &str) -> Option<char> {
    // Of two and three bytes they begin with C2, E2 and EF.
    let may_be = |byte: u8| matches!(byte, 0..=0x1F | 0x7F | 0xC2 | 0xE2 | 0xEF);
    let suspicious = text.bytes().fold(false, |seen, byte| seen | may_be(byte));
    if !suspicious {
        return None;
    }
    text.chars().find(|character| forbidden(*character))
}

/// Characters that no reader sees: formats, zero widths and whatever [`forbidden`] has of them.
pub(crate) fn invisible(character: char) -> bool {
    let zero_width = matches!(
        character,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}'
            | '\u{206A}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}'
    );
    zero_width || (forbidden(character) && character != '\u{FFFD}')
}
