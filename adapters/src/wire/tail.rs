//! What may stand behind a body that a head has counted.

/// Digits of the length of a signature.
const DIGITS: usize = 6;

/// Whether the rest behind a counted body is a signature behind its length of six digits, as the
/// signed variant of a packet has it.
pub(super) fn is_signature(rest: &[u8]) -> bool {
    let Some((length, signature)) = rest.split_at_checked(DIGITS) else {
        return false;
    };
    let digits = length.iter().all(u8::is_ascii_digit);
    let stated = std::str::from_utf8(length)
        .ok()
        .and_then(|text| text.parse().ok());
    digits && !signature.is_empty() && stated == Some(signature.len())
}

#[cfg(test)]
#[test]
fn a_signature_behind_a_body() {
    let cases: [(&[u8], bool); 6] = [
        (b"000004ABCD", true),
        (b"000004ABC", false),
        (b"000003ABCD", false),
        (b"000000", false),
        (b"+00004ABCD", false),
        (b"\r\n", false),
    ];
    for (rest, expected) in cases {
        assert_eq!(is_signature(rest), expected);
    }
}
