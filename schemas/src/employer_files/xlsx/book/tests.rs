//! What a part may hold many of. A hostile one of so many shared texts is too large for a test.

use super::{Part, STRINGS_COUNT_MAX, STRINGS_MAX, Strings};
use crate::employer_files::raw::Stop;

#[test]
fn shared_texts_are_counted() {
    let mut strings = Strings::default();
    for _ in 0..STRINGS_COUNT_MAX {
        strings.end("si").unwrap();
    }
    let Err(Stop::File(finding)) = strings.end("si") else {
        panic!("one more than there may be");
    };
    assert_eq!(finding.code.as_str(), "too_large");
    assert_eq!(finding.arguments["limit"], "16777216 si");
}

/// To the last byte that there may be, and not one more.
#[test]
fn the_bytes_of_shared_texts_are_counted() {
    let mut strings = Strings {
        in_text: true,
        ..Strings::default()
    };
    let piece = "a".repeat(16 << 20);
    for _ in 0..STRINGS_MAX / piece.len() {
        strings.text(&piece).unwrap();
    }
    let Err(Stop::File(finding)) = strings.text("b") else {
        panic!("one more than there may be");
    };
    assert_eq!(finding.code.as_str(), "too_large");
    assert_eq!(finding.arguments["limit"], "256 MiB");
}
