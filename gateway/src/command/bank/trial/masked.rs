//! An order whose people can't be recognised, as long as the true one.

use adapters::exchange::{OrderLine, PaymentOrder};
use schemas::people::person;
use schemas::value::{AccountNo, IdType, PersonName, Purpose};

/// The order with every person masked: a clerk still recognises a line by the first character of
/// the name, the ends of the account and the amount.
pub(super) fn order(order: &PaymentOrder) -> PaymentOrder {
    PaymentOrder {
        lines: order.lines.iter().map(line).collect(),
        ..order.clone()
    }
}

fn line(line: &OrderLine) -> OrderLine {
    let invented = person(1, line.row_no, line.payee_bank);
    let open = Purpose::Disclosure;
    let name = PersonName::parse(&stars(line.name.reveal(open)));
    let account = AccountNo::parse(&zeros(line.account.reveal(open)));
    OrderLine {
        name: name.unwrap_or(invented.name),
        account: account.unwrap_or(invented.account),
        // A number of the right form has a birth date and a check character: an invented one's.
        id_type: IdType::RESIDENT,
        id_number: invented.id_number,
        ..line.clone()
    }
}

/// The first character, and a star of the same width for each other one.
fn stars(name: &str) -> String {
    let star = |character: char| match character.is_ascii() {
        true => '*',
        false => '\u{FF0A}',
    };
    let mut characters = name.chars();
    match (characters.next(), characters.as_str()) {
        (Some(first), "") => star(first).to_string(),
        (Some(first), rest) => std::iter::once(first)
            .chain(rest.chars().map(star))
            .collect(),
        (None, _) => String::new(),
    }
}

/// The first six and the last four digits, zeros between them.
fn zeros(account: &str) -> String {
    let length = account.len();
    let (first, last) = if length >= 16 { (6, 4) } else { (2, 2) };
    let digit = |(at, digit): (usize, char)| match at < first || at + last >= length {
        true => digit,
        false => '0',
    };
    account.chars().enumerate().map(digit).collect()
}
