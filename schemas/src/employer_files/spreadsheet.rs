//! What a spreadsheet makes of a value: of a long number that is typed as a number it keeps 15
//! digits, and a boolean it keeps as a number.

/// What a cell shows whose value is a boolean.
pub(super) const BOOLEANS: [&str; 2] = ["FALSE", "TRUE"];

/// Whether a value is a boolean, of a cell or of JSON.
pub(super) fn is_boolean(text: &str) -> bool {
    BOOLEANS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Digits that a spreadsheet keeps.
const DIGITS_KEPT: usize = 15;
/// Shorter numbers end in too few zeros to tell them from mistyped ones.
const CUT_MIN: usize = 17;

/// Whether the text of a document or account number went through a spreadsheet as a number: it
/// has an exponent (`1.10105E+17`), or nothing but zeros after the digits that are kept.
pub(super) fn took_for_number(text: &str) -> bool {
    has_exponent(text) || is_cut(text)
}

/// Whether a whole number is longer than what is kept of it.
pub(super) fn too_long(text: &str) -> bool {
    text.len() > DIGITS_KEPT && all_digits(text)
}

fn has_exponent(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    [whole, fraction, exponent]
        .into_iter()
        .all(|part| !part.is_empty() && all_digits(part))
}

fn is_cut(text: &str) -> bool {
    let rest = text.get(DIGITS_KEPT..).unwrap_or_default();
    (CUT_MIN..=19).contains(&text.len()) && all_digits(text) && rest.bytes().all(|b| b == b'0')
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}
