//! What a finding shows of a field that could not be read. The value may stand in the wrong
//! column, so only what is recognisably of the column's own kind is shown as it is; anything else
//! may be a person's name or number and is masked.

mod labels;

pub(super) use labels::shown_label;

use super::raw::{masked, shown};
use super::template::Column;
use crate::value::PersonName;

/// Digits of an amount that is shown; accounts and numbers of documents have more.
const AMOUNT_DIGITS_MAX: usize = 11;
/// Digits of any other value that is shown.
const DIGITS_MAX: usize = 8;
/// Letters of a document's number: three of a foreigner's permit, one or two of others.
const NUMBER_LETTERS_MAX: usize = 3;

/// The value as a finding of its column may show it; `None` for a memo, in which clerks write
/// names.
pub(super) fn shown_in(column: Column, text: &str) -> Option<String> {
    let text = text.trim();
    let own_kind = match column {
        Column::Memo => return None,
        Column::Name => return Some(PersonName::mask(text)),
        Column::IdNumber | Column::Account | Column::Corrects => false,
        Column::Amount | Column::GrossAmount => like_an_amount(text),
        Column::Bank => like_a_bank(text),
        Column::IdType => like_a_kind(text),
        Column::LineNo | Column::CnapsCode => like_a_number(text),
    };
    Some(if own_kind { shown(text) } else { hidden(text) })
}

/// Masks a text of any kind: a number keeps its ends, everything else its first character.
fn hidden(text: &str) -> String {
    let bare: String = text.chars().filter(|c| !separates(*c)).collect();
    let digits = digits(&bare);
    let letters = bare.chars().filter(char::is_ascii_alphabetic).count();
    let others = bare.chars().filter(|c| c.is_alphabetic()).count() > letters;
    if digits > letters && letters <= NUMBER_LETTERS_MAX && !others {
        return masked(&bare);
    }
    PersonName::mask(text)
}

fn digits(text: &str) -> usize {
    text.chars().filter(|c| c.is_numeric()).count()
}

/// What people group digits with.
fn separates(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '－' | '–' | '—' | '·')
}

fn like_an_amount(text: &str) -> bool {
    let sign =
        |c: char| matches!(c, '0'..='9' | '０'..='９') || ",.，．+-()（）¥￥$元 eE#%".contains(c);
    text.chars().all(sign) && digits(text) <= AMOUNT_DIGITS_MAX
}

/// Our codes are of up to eight capitals, a BIC names the country; a name has a word of banking.
fn like_a_bank(text: &str) -> bool {
    let banking = text.contains(['行', '社', '银']) || text.to_ascii_uppercase().contains("BANK");
    let country = text.get(4..6) == Some("CN") && matches!(text.len(), 8 | 11);
    (banking || country) && digits(text) <= DIGITS_MAX
}

fn like_a_kind(text: &str) -> bool {
    let short = text.chars().count() <= 2 && digits(text) > 0;
    short || (text.contains(['证', '照']) && digits(text) == 0)
}

fn like_a_number(text: &str) -> bool {
    let sign = |c: char| c.is_numeric() || matches!(c, '.' | ',' | '-' | '+');
    text.chars().all(sign) && digits(text) <= DIGITS_MAX
}
