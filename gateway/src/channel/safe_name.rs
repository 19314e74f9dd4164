//! File names that may be used as such: no way out of the folder, on no system.

/// Why a name is not used. It never repeats the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing, or more than 200 bytes.
    #[error("the name is empty or longer than 200 bytes")]
    Length,
    /// Another character than letters, digits, `.`, `_` and `-`.
    #[error("the name has a character other than A-Z a-z 0-9 . _ -")]
    Character,
    /// It begins or ends with a dot, or has two in a row.
    #[error("a dot at an end of the name, or two in a row")]
    Dot,
    /// A device of some system (`CON`, `NUL`, `COM1`).
    #[error("the name of a device")]
    Device,
}

const NAME_BYTES_MAX: usize = 200;
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN", "CONOUT"];

/// Passes a name of one file through unchanged, or says why not (THREATS row 28). Banks' file
/// names are ASCII; what looks like ASCII (full-width full stops and slashes) is refused.
///
/// # Errors
/// See [`NameError`].
pub fn safe_name(name: &str) -> Result<&str, NameError> {
    if name.is_empty() || name.len() > NAME_BYTES_MAX {
        return Err(NameError::Length);
    }
    let usable = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if !name.bytes().all(usable) {
        return Err(NameError::Character);
    }
    if name.starts_with('.') || name.ends_with('.') || name.contains("..") {
        return Err(NameError::Dot);
    }
    let stem = name.split('.').next().unwrap_or_default();
    let numbered = |prefix: &str| {
        stem.len() == prefix.len() + 1
            && stem
                .get(..prefix.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(prefix))
            && stem.ends_with(|last: char| last.is_ascii_digit())
    };
    let device = DEVICES
        .iter()
        .any(|device| device.eq_ignore_ascii_case(stem));
    if device || numbered("COM") || numbered("LPT") {
        return Err(NameError::Device);
    }
    Ok(name)
}

/// The parts of a folder below a root: safe names with slashes between; empty for the root.
///
/// # Errors
/// As [`safe_name`], for any part.
pub fn safe_folder(folder: &str) -> Result<Vec<&str>, NameError> {
    if folder.is_empty() {
        return Ok(Vec::new());
    }
    folder.split('/').map(safe_name).collect()
}
