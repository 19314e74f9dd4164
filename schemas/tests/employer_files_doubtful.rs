//! Values that are well-formed and can't be right, or can be read in two ways.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::*;
use schemas::Lang;

fn places(text: &str) -> Vec<String> {
    read_bytes(text.as_bytes()).1.places()
}

/// Check characters by hand after GB 11643-1999; today is 23 November 2026.
#[test]
fn nobody_is_born_tomorrow_or_before_1900() {
    let born = |number: &str| places(&EXAMPLE.replace("11010519491231002X", number));
    for number in ["110105202611230023", "110105190001010028"] {
        assert_eq!(born(number), [""; 0], "{number}");
    }
    for number in [
        "110105202611240029",
        "110105209912310029",
        "110105189912310023",
    ] {
        assert_eq!(
            born(number),
            ["id_number_invalid 1 14 id_number"],
            "{number}"
        );
    }
    let (_, kept) = read_bytes(
        EXAMPLE
            .replace("11010519491231002X", "110105202611240029")
            .as_bytes(),
    );
    let said = kept.one("id_number_invalid").message(Lang::Zh);
    assert!(said.contains("出生日期晚于今天"), "{said}");
    // Digits of another document are no date.
    let passport = EXAMPLE.replace("01,11010519491231002X", "08,110105209912310029");
    assert_eq!(places(&passport), [""; 0]);
}
