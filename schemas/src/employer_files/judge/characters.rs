//! Characters that an earlier program put into a name or a number, or lost from it. Whatever else
//! a name has stays as it is: the dots · • ． ‧ and spaces of minority names are never made one
//! another, because the bank compares the name with its own.

use super::Case;
use crate::employer_files::template::Column;
use crate::finding::{Finding, FindingCode};
use crate::value::{PersonName, invisible, narrow};

/// What is wrong with a character of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// `?`, `？` or U+FFFD: a program that could not write the character wrote this.
    Lost,
    /// A control character, a zero width or a turn of the writing direction.
    Invisible,
    /// An area that each system fills by itself; the same code is another character elsewhere.
    Private,
    /// Digits and no letter: another column. A digit beside letters is the bank's to judge, which
    /// compares the name with its own.
    Digit,
}

impl Flaw {
    fn of(character: char) -> Option<Self> {
        match character {
            '?' | '？' | '\u{FFFD}' => Some(Self::Lost),
            '\u{E000}'..='\u{F8FF}' | '\u{F0000}'.. => Some(Self::Private),
            _ => invisible(character).then_some(Self::Invisible),
        }
    }

    /// The words for people: what it is, and what to do.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Lost => ("lost_character", "write_it_again"),
            Self::Invisible => ("invisible", "type_it_again"),
            Self::Private => ("private_use", "official_code"),
            Self::Digit => ("digit", "no_digit"),
        }
    }
}

/// The first flaw of a name, with its character and its place from 1.
pub(super) fn first_flaw(name: &str) -> Option<(Flaw, char, usize)> {
    // Hanzi begin with E3 to E9; the flaws with what is told here.
    let may_be = |byte: u8| {
        let ascii = matches!(byte, 0..=0x1F | b'0'..=b'9' | b'?' | 0x7F);
        ascii || matches!(byte, 0xC2 | 0xD8 | 0xE1 | 0xE2 | 0xEE..=0xF4)
    };
    let suspicious = name.bytes().fold(false, |seen, byte| seen | may_be(byte));
    if !suspicious {
        return None;
    }
    let characters = || name.chars().zip(1..);
    let flawed = |(character, place)| Some((Flaw::of(character)?, character, place));
    let number = || {
        let digit = characters().find(|(character, _)| character.is_numeric());
        digit.filter(|_| !name.contains(char::is_alphabetic))
    };
    let is_number = |(character, place)| (Flaw::Digit, character, place);
    characters()
        .find_map(flawed)
        .or_else(|| number().map(is_number))
}

impl Case<'_, '_> {
    /// Says which character of the name is wrong, where, and why; one that can't be seen or is
    /// another one elsewhere is shown by its code alone.
    pub(super) fn flawed_name(&mut self, flaw: Flaw, character: char, place: usize) {
        let (reason, remedy) = flaw.words();
        let value = PersonName::mask(self.raw.text(Column::Name));
        let finding = self.add(FindingCode::NameNotEncodable, Column::Name);
        finding.value = Some(value);
        let words = [("reason", reason), ("remedy", remedy)];
        for (name, word) in words {
            finding.arguments.insert(name, word.to_owned());
        }
        finding.arguments.insert("column", place.to_string());
        finding.arguments.insert("codepoint", codepoint(character));
        if matches!(flaw, Flaw::Lost | Flaw::Digit) {
            finding.arguments.insert("character", character.to_string());
        }
    }
}

/// Says which character a text can't have; one that can't be seen by its code alone.
pub(in crate::employer_files) fn name_unencodable(character: char, finding: &mut Finding) {
    let unseen = match character {
        '\n' | '\r' => Some("line_break"),
        c => invisible(c).then_some("invisible"),
    };
    let (name, value) = match unseen {
        Some(word) => ("reason", word.to_owned()),
        None => ("character", character.to_string()),
    };
    finding.arguments.insert(name, value);
    finding.arguments.insert("codepoint", codepoint(character));
}

/// `U+200B`.
fn codepoint(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

/// A number that looks right and has a character that it can't have, such as one that no reader
/// sees or the apostrophe that a program put before it: that is named.
pub(super) fn name_stray(column: Column, text: &str, finding: &mut Finding) -> bool {
    let digits_only = matches!(column, Column::Account | Column::CnapsCode);
    let stray = |c: &char| match narrow(*c) {
        '0'..='9' => false,
        ' ' | '-' | '\u{3000}' => !digits_only,
        'A'..='Z' | 'a'..='z' => digits_only,
        _ => true,
    };
    let number = digits_only || column == Column::IdNumber;
    let found = text
        .trim()
        .chars()
        .find(|c| invisible(*c) || (number && stray(c)));
    let Some(character) = found else {
        return false;
    };
    let unseen = invisible(character);
    let reason = match character {
        _ if unseen => "invisible_within",
        c if c.is_whitespace() => "space_within",
        _ => "stray_character",
    };
    finding.arguments.insert("reason", reason.to_owned());
    if unseen {
        finding.arguments.insert("codepoint", codepoint(character));
        finding
            .arguments
            .insert("remedy", "type_it_again".to_owned());
    } else if !character.is_whitespace() {
        finding.arguments.insert("character", character.to_string());
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{Flaw, first_flaw};

    #[test]
    fn the_bytes_that_are_told_hide_no_flaw() {
        for character in '\0'..=char::MAX {
            let found = first_flaw(&format!("张{character}")).map(|(flaw, _, _)| flaw);
            assert_eq!(found, Flaw::of(character), "{character:?}");
        }
    }

    #[test]
    fn a_number_is_no_name_and_a_name_may_have_one() {
        for (name, place) in [("6222", Some(1)), (" ２7", Some(2)), ("张三2", None)] {
            let found = first_flaw(name);
            let expected = place.map(|place| (Flaw::Digit, place));
            assert_eq!(
                found.map(|(flaw, _, place)| (flaw, place)),
                expected,
                "{name}"
            );
        }
        assert_eq!(first_flaw("员工0001号"), None);
    }
}
