//! A bank's words without the person of the line, and without any long number, however either is
//! written: in groups, with hyphens, in full-width forms.

use crate::intake::lines::KeptLine;
use schemas::value::{Purpose, folded};

/// Digits of one number from which on it may be a document's or an account's.
const DIGITS_SHOWN_MAX: usize = 8;
/// Signs and spaces between two digits of one number at most.
const GAP_MAX: usize = 3;

/// What stands in the place of a character.
#[derive(Clone, PartialEq, Eq)]
enum Shown {
    Itself,
    Star,
    Instead(String),
}

/// A letter or digit of the text: its place, and the plain form of it.
struct Letter {
    place: usize,
    plain: char,
}

/// A bank's words as they may be shown without a disclosure. Rather too much is hidden: a moment
/// written in digits alone looks like a number.
pub(in crate::query) fn masked(text: &str, kept: Option<&KeptLine>) -> String {
    let characters: Vec<char> = text.chars().collect();
    let letters: Vec<Letter> = characters
        .iter()
        .enumerate()
        .flat_map(|(place, c)| {
            let plain: Vec<char> = folded(c.encode_utf8(&mut [0; 4])).chars().collect();
            plain.into_iter().map(move |plain| Letter { place, plain })
        })
        .collect();
    let mut shown = vec![Shown::Itself; characters.len()];
    if let Some(kept) = kept {
        hide(
            &letters,
            kept.name.reveal(Purpose::Matching),
            &kept.name.masked(),
            &mut shown,
        );
        let number = kept.id_number.reveal(Purpose::Matching);
        hide(&letters, number, &kept.id_number.masked(), &mut shown);
        let number = kept.account.reveal(Purpose::Matching);
        hide(&letters, number, &kept.account.masked(), &mut shown);
    }
    hide_numbers(&letters, &mut shown);
    let mut out = String::with_capacity(text.len());
    for (character, shown) in characters.into_iter().zip(shown) {
        match shown {
            Shown::Itself => out.push(character),
            Shown::Star => out.push('*'),
            Shown::Instead(text) => out.push_str(&text),
        }
    }
    out
}

/// Puts `instead` in the place of a value of the line.
fn hide(letters: &[Letter], value: &str, instead: &str, shown: &mut [Shown]) {
    let value: Vec<char> = folded(value).chars().collect();
    if value.is_empty() {
        return;
    }
    for found in letters.windows(value.len()) {
        let same = found
            .iter()
            .map(|letter| letter.plain)
            .eq(value.iter().copied());
        let (Some(first), Some(last)) = (found.first(), found.last()) else {
            continue;
        };
        let Some(places) = shown.get_mut(first.place..=last.place) else {
            continue;
        };
        if !same {
            continue;
        }
        // What another value hides already stays hidden.
        let free = places.iter().all(|shown| *shown == Shown::Itself);
        for (at, place) in places.iter_mut().enumerate() {
            match (free, at) {
                (true, 0) => *place = Shown::Instead(instead.to_owned()),
                (true, _) => *place = Shown::Instead(String::new()),
                (false, _) if *place == Shown::Itself => *place = Shown::Star,
                (false, _) => {}
            }
        }
    }
}

/// Puts stars in the place of the digits of each long number.
fn hide_numbers(letters: &[Letter], shown: &mut [Shown]) {
    let goes_on = |before: &Letter, letter: &Letter| {
        before.plain.is_numeric()
            && (letter.plain.is_numeric() || letter.plain == 'X')
            && letter.place - before.place <= GAP_MAX + 1
    };
    for number in letters.chunk_by(goes_on) {
        let digits = number.iter().filter(|letter| letter.plain.is_numeric());
        if digits.count() <= DIGITS_SHOWN_MAX {
            continue;
        }
        for letter in number {
            if let Some(place) = shown.get_mut(letter.place)
                && *place == Shown::Itself
            {
                *place = Shown::Star;
            }
        }
    }
}

#[cfg(test)]
mod tests;
