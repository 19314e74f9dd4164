//! A bank's code stands in the clear part of a record. What comes in its place need not be one:
//! a message whose columns are shifted has an account or a name there (M9).

/// Stands for what can't be shown; the message itself is kept, sealed.
const NOT_A_CODE: &str = "?";
/// An account has at least 8 digits (INTERFACE section 3), a document number more.
const DIGITS_MAX: usize = 7;
const LENGTH_MAX: usize = 24;

/// The code where it can be one, `?` where it may be personal.
pub(super) fn in_clear(code: Option<&str>) -> Option<String> {
    let code = code?;
    let digits = code.bytes().filter(u8::is_ascii_digit).count();
    let plain = code.bytes().all(|byte| byte.is_ascii_graphic());
    let shown = if plain && digits <= DIGITS_MAX && code.len() <= LENGTH_MAX {
        code
    } else {
        NOT_A_CODE
    };
    Some(shown.to_owned())
}
