//! Numbers of people in texts that stay in clear: keys by which a batch or a project is called.

use super::{AccountNo, IdNumber, IdType, narrow};
use crate::codes;

/// Nobody who is paid a wage was born later. A project code may read like a document number with
/// a birth date in its own year.
const BIRTH_YEAR_MAX: u32 = 2010;
const ID_CHARS: usize = 18;
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 16..=19;

/// Letters and digits of a text, upper case, full-width forms as the plain ones, everything
/// between them taken out: `1101-0519 ４912` becomes `110105194912`.
#[must_use]
pub fn folded(text: &str) -> String {
    let letters = text.chars().map(narrow).filter(|c| c.is_alphanumeric());
    letters.map(|c| c.to_ascii_uppercase()).collect()
}

/// Whether a text holds a resident's document number (GB 11643: birth date and check character
/// hold) or a bank card (16 to 19 digits with a known card prefix and a right check digit),
/// however it is spaced. A card that does not begin with 62 must stand alone among its digits:
/// older prefixes are as short as three digits and stand in many a key.
///
/// Other numbers, and names, can't be told from a key that somebody may have chosen.
#[must_use]
pub fn holds_personal_number(text: &str) -> bool {
    let folded: Vec<char> = folded(text).chars().collect();
    let window = |at: usize, length: usize| -> Option<String> {
        let window = folded.get(at..at + length)?;
        let (last, rest) = window.split_last()?;
        let digits = rest.iter().all(char::is_ascii_digit);
        (digits && (last.is_ascii_digit() || *last == 'X')).then(|| window.iter().collect())
    };
    (0..folded.len()).any(|at| {
        let id_number = window(at, ID_CHARS).is_some_and(|text| is_resident(&text));
        id_number
            || CARD_DIGITS
                .filter_map(|length| Some((length, window(at, length)?)))
                .any(|(length, text)| {
                    (text.starts_with("62") || stands_alone(&folded, at, length)) && is_card(&text)
                })
    })
}

fn stands_alone(folded: &[char], at: usize, length: usize) -> bool {
    let digit = |at: Option<usize>| {
        at.and_then(|at| folded.get(at))
            .is_some_and(char::is_ascii_digit)
    };
    !digit(at.checked_sub(1)) && !digit(at.checked_add(length))
}

fn is_resident(text: &str) -> bool {
    let year = text.get(6..10).and_then(|year| year.parse::<u32>().ok());
    year.is_some_and(|year| year <= BIRTH_YEAR_MAX)
        && IdNumber::parse(IdType::RESIDENT, text).is_ok()
}

fn is_card(text: &str) -> bool {
    AccountNo::parse(text).is_ok_and(|account| {
        super::luhn_holds(text.as_bytes()) && codes::bin_group(&account).is_some()
    })
}
