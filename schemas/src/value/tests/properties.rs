//! What holds for every text.

use super::super::*;
use crate::people;
use proptest::prelude::*;

/// Parses `text` as everything; none of it may panic.
fn parse_all(text: &str) {
    let _ = (
        Fen::parse_yuan(text),
        Fen::parse_fen(text),
        PayMonth::parse(text),
    );
    let _ = (
        AccountNo::parse(text),
        PersonName::parse(text),
        Uscc::parse(text),
    );
    let _ = (
        CnapsCode::parse(text),
        BankCode::parse(text),
        RegionCode::parse(text),
    );
    let _ = (BatchNo::parse(text), LineNo::parse(text));
    let _ = (BatchId::parse(text), PaymentId::parse(text));
    for number in 1..=17 {
        let kind = IdType::parse(&number.to_string()).unwrap();
        let _ = IdNumber::parse(kind, text);
    }
    let _ = (IdType::parse(text), PersonName::mask(text));
}

/// Characters of the mask that are not stars.
fn shown(masked: &str) -> usize {
    masked.chars().filter(|character| *character != '*').count()
}

/// `text` with the digit at `at` raised by `by`, 1 to 9, modulo 10.
fn changed(text: &str, at: usize, by: u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = (bytes[at] - b'0' + by) % 10 + b'0';
    String::from_utf8(bytes).unwrap()
}

/// Everything that a format string can make of a value.
fn printed(value: impl std::fmt::Debug + std::fmt::Display) -> String {
    format!("{value:?} {value:#?} {value} {value:40}")
}

proptest! {
    #[test]
    fn nothing_panics(text in any::<String>()) {
        parse_all(&text);
    }

    #[test]
    fn nothing_panics_on_what_looks_like_a_value(text in "[0-9０-９.,，．年月 B\\-/+eXx()]{0,40}") {
        parse_all(&text);
    }

    #[test]
    fn an_amount_reads_back_what_it_prints(fen in 0..=i64::MAX) {
        prop_assert_eq!(Fen::parse_yuan(&Fen(fen).yuan()), Ok(Fen(fen)));
        prop_assert_eq!(Fen::parse_fen(&fen.to_string()), Ok(Fen(fen)));
    }

    #[test]
    fn grouping_changes_no_amount(yuan in 0..=9_999_999_999_999i64) {
        let plain = yuan.to_string();
        let groups: Vec<_> = plain.as_bytes().rchunks(3).rev().collect();
        let grouped = String::from_utf8(groups.join(&b','));
        prop_assert_eq!(Fen::parse_yuan(&grouped.unwrap()), Ok(Fen(yuan * 100)));
    }

    #[test]
    fn a_comma_elsewhere_is_refused(yuan in 1_000..=9_999_999_999i64, at in 1usize..10) {
        let mut text = yuan.to_string();
        prop_assume!(at < text.len() && text.len() - at != 3);
        text.insert(at, ',');
        prop_assert_eq!(Fen::parse_yuan(&text), Err(ValueError::Form));
    }

    #[test]
    fn our_numbers_read_back(day in 20_000_101u32..=99_991_231, at in any::<u64>(), row in 1u32..) {
        let batch = BatchId::new(day, at);
        prop_assert_eq!(BatchId::parse(&batch.to_string()), Ok(batch));
        let payment = PaymentId { batch, row };
        prop_assert_eq!(PaymentId::parse(&payment.to_string()), Ok(payment));
    }

    #[test]
    fn months_read_back(year in 2000u16..2200, month in 1u8..=12) {
        let month = PayMonth::new(year, month).unwrap();
        prop_assert_eq!(PayMonth::parse(&month.to_string()), Ok(month));
    }

    #[test]
    fn an_account_hides_six_digits_or_half(digits in "[0-9]{8,32}") {
        let account = AccountNo::parse(&digits).unwrap();
        let masked = account.masked();
        let hidden = digits.len() - shown(&masked);
        prop_assert_eq!(masked.len(), digits.len());
        prop_assert!(hidden >= 6 || hidden * 2 >= digits.len(), "{}", masked);
        prop_assert!(!printed(account).contains(&digits));
    }

    #[test]
    fn a_document_hides_six_characters_or_half(text in "[0-9A-Z()-]{4,30}") {
        let number = IdNumber::parse(IdType::parse("08").unwrap(), &text).unwrap();
        let masked = number.masked();
        let hidden = masked.bytes().filter(|byte| *byte == b'*').count();
        prop_assert!(hidden >= 6 || hidden * 2 >= text.len(), "{}", masked);
        prop_assert!(!printed(number).contains(&text));
    }

    #[test]
    fn a_name_is_never_printed(text in "[a-z样王]{1,20}") {
        let name = PersonName::parse(&text).unwrap();
        prop_assert!(!printed(&name).contains(&text));
        prop_assert!(shown(&name.masked()) <= 1);
    }

    #[test]
    fn one_wrong_digit_of_an_identity_number_is_found(
        seed: u64, index: u32, at in 0usize..17, by in 1u8..=9,
    ) {
        let number = people::person(seed, index, None).id_number;
        let wrong = changed(number.reveal(Purpose::Matching), at, by);
        prop_assert!(IdNumber::parse(IdType::RESIDENT, &wrong).is_err(), "{}", wrong);
    }

    #[test]
    fn one_wrong_digit_of_a_bank_number_is_found(
        first11 in "[0-9]{11}", at in 0usize..12, by in 1u8..=9,
    ) {
        let check = char::from(CnapsCode::check_digit(first11.as_bytes()));
        let number = format!("{first11}{check}");
        prop_assert!(CnapsCode::parse(&number).is_ok());
        prop_assert_eq!(CnapsCode::parse(&changed(&number, at, by)), Err(ValueError::Check));
    }

    #[test]
    fn one_wrong_digit_of_a_card_is_found(
        seed: u64, index: u32, at in 0usize..16, by in 1u8..=9,
    ) {
        let account = people::person(seed, index, None).account;
        let digits = account.reveal(Purpose::Matching);
        prop_assume!(digits.len() >= 16);
        prop_assert!(luhn_holds(digits.as_bytes()));
        prop_assert!(!luhn_holds(changed(digits, at, by).as_bytes()));
    }

    #[test]
    fn one_wrong_character_of_a_credit_code_is_found(
        seed: u64, index: u32, at in 2usize..17, by in 1u8..=9,
    ) {
        let code = people::uscc(seed, index, "330110");
        prop_assume!(code.as_str().as_bytes()[at].is_ascii_digit());
        prop_assert_eq!(Uscc::parse(&changed(code.as_str(), at, by)), Err(ValueError::Check));
    }
}

proptest! {
    /// What is read at once is read as what people write is read.
    #[test]
    fn the_plain_form_is_no_other(text in "[0-9]{0,17}[.,]?[0-9]{0,3}|[0-9 -]{0,34}|[0-9]{0,40}") {
        prop_assert_eq!(Fen::parse_yuan(&text), Fen::parse_written(&text));
        prop_assert_eq!(AccountNo::parse(&text), AccountNo::parse_written(&text));
    }

    #[test]
    fn a_right_resident_number_is_no_other(
        index in any::<u32>(), at in 0..18usize, by in "[0-9Xx ]{1,2}", number in 1..=17u8,
    ) {
        let right = people::person(7, index, None).id_number.reveal(Purpose::Matching).to_owned();
        let mut wrong = right.clone();
        wrong.replace_range(at..=at, &by);
        let kind = IdType::parse(&number.to_string()).unwrap();
        let resident = IdType::RESIDENT;
        for (kind, text) in [(kind, &right), (resident, &right), (resident, &wrong)] {
            prop_assert_eq!(IdNumber::parse(kind, text), IdNumber::parse_written(kind, text));
        }
    }

    #[test]
    fn trimmed_is_trim(text in r"[ \t\u{85}\u{A0}\u{3000}\u{2028}a一𠮷\u{200B}\u{FEFF}é]{0,6}") {
        prop_assert_eq!(trimmed(&text), text.trim());
        let slow = text.chars().find(|character| forbidden(*character));
        prop_assert_eq!(first_forbidden(&text), slow);
    }

    #[test]
    fn any_text_is_trimmed_and_searched(text in any::<String>()) {
        prop_assert_eq!(trimmed(&text), text.trim());
        let slow = text.chars().find(|character| forbidden(*character));
        prop_assert_eq!(first_forbidden(&text), slow);
    }
}

#[test]
fn every_character_is_trimmed_and_searched() {
    for character in '\0'..='\u{FFFF}' {
        for text in [
            character.to_string(),
            format!("a{character}"),
            format!("{character}一"),
        ] {
            assert_eq!(trimmed(&text), text.trim(), "{:?}", character);
            let slow = text.chars().find(|character| forbidden(*character));
            assert_eq!(first_forbidden(&text), slow, "{:?}", character);
        }
    }
}
