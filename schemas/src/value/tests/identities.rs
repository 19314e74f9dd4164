//! Identity documents, names, accounts: what is checked, and what is shown.

use super::super::*;
use ValueError::{Check, Date, Empty, Form, Overflow};

fn resident(text: &str) -> Result<IdNumber, ValueError> {
    IdNumber::parse(IdType::RESIDENT, text)
}

/// 17 digits with their check character by the definition: weights 2^(18-i) mod 11.
fn with_check(first17: &str) -> String {
    let sum: u32 = first17
        .bytes()
        .enumerate()
        .map(|(at, digit)| u32::from(digit - b'0') * (2u32.pow(17 - at as u32) % 11))
        .sum();
    let check = (12 - sum % 11) % 11;
    let last = char::from_digit(check, 10).unwrap_or('X');
    format!("{first17}{last}")
}

#[test]
fn published_resident_numbers_hold() {
    let published = [
        "360426199101010071",
        "11010519491231002X",
        "34052419800101001X",
    ];
    for text in published {
        let number = resident(text).unwrap();
        assert_eq!(number.reveal(Purpose::Matching), text);
        assert_eq!(with_check(&text[..17]), text);
    }
    let small_x = resident(" 11010519491231002x ").unwrap();
    assert_eq!(small_x.reveal(Purpose::Matching), "11010519491231002X");
}

/// 15 digits: 110105 491231 002 of the published 11010519491231002X.
#[test]
fn one_person_is_compared_alike_however_the_number_is_written() {
    let passport = IdType::parse("03").unwrap();
    let whole = "11010519491231002X";
    let comparable = |kind, text: &str| {
        let number = IdNumber::parse(kind, text).unwrap();
        String::from_utf8(number.comparable(Purpose::Matching).into_owned()).unwrap()
    };
    assert_eq!(comparable(IdType::RESIDENT, whole), whole);
    for text in [
        "110105-19491231-002X",
        "(11010519491231002x)",
        "110105491231002",
        "110105-491231-002",
    ] {
        assert_eq!(comparable(passport, text), whole, "{text}");
    }
    // 15 digits that were never a resident's number stay what they are.
    assert_eq!(comparable(passport, "123456789012345"), "123456789012345");
    assert_eq!(comparable(passport, "H1234567(8)"), "H12345678");
}

#[test]
fn a_birth_date_must_be_of_the_calendar() {
    for first17 in [
        "33010620000229001",
        "33010620240229999",
        "81000019970701001",
    ] {
        assert!(resident(&with_check(first17)).is_ok(), "{first17}");
    }
    let no_dates = [
        "33010619000229001",
        "33010620230229001",
        "33010620000431001",
        "33010620001301001",
        "33010620000001001",
        "33010620000100001",
        "33010618000101001",
        // Month 19. Read from the back, as 1999, 10 and 09, the digits would be a date.
        "33010919901901001",
    ];
    for first17 in no_dates {
        assert_eq!(resident(&with_check(first17)), Err(Date), "{first17}");
    }
}

#[test]
fn what_is_no_resident_number() {
    let unknown_province = with_check("99010620000229001");
    // The sign behind 9 in ASCII; the check character fits if it counts as ten.
    let colon = with_check("33010619900101:01");
    let refused = [
        ("", Empty),
        ("  ", Empty),
        ("110105491231002", Form),
        ("11010519491231002", Form),
        ("11010519491231002X1", Form),
        ("1101051949123100X2", Form),
        (unknown_province.as_str(), Form),
        (colon.as_str(), Form),
        ("110105194912310021", Check),
        ("360426199101010072", Check),
    ];
    for (text, why) in refused {
        assert_eq!(resident(text), Err(why), "{text:?}");
    }
}

/// As in accounts and amounts: only the typing is wide.
#[test]
fn full_width_typing_is_read() {
    assert_eq!(
        resident("１１０１０５19491231００２Ｘ"),
        resident("11010519491231002X")
    );
    assert_eq!(resident("１１０１０５１９４９１２３１００２１"), Err(Check));
    let passport = IdType::parse("08").unwrap();
    let parse = |text: &str| IdNumber::parse(passport, text);
    assert_eq!(
        parse("ｅ１２３４５６７８").unwrap(),
        parse("E12345678").unwrap()
    );
    assert_eq!(
        parse("Ａ１２３４５６（７）").unwrap(),
        parse("A123456(7)").unwrap()
    );
    assert_eq!(parse(&"１".repeat(31)), Err(Form));
    assert_eq!(parse("Ｅ１２３４＿"), Err(Form));
}

#[test]
fn other_documents_have_a_shape_only() {
    let passport = IdType::parse("08").unwrap();
    let parse = |text| IdNumber::parse(passport, text);
    assert_eq!(
        parse("e12345678").unwrap().reveal(Purpose::Matching),
        "E12345678"
    );
    assert!(parse("A123456(7)").is_ok());
    assert_eq!(parse("E12"), Err(Form));
    assert_eq!(parse("E1234567号"), Err(Form));
    assert_eq!(parse(&"1".repeat(31)), Err(Form));
    assert_eq!(IdType::parse(""), Ok(IdType::RESIDENT));
    assert_eq!(IdType::parse("1"), Ok(IdType::RESIDENT));
    assert_eq!(IdType::parse("17").map(IdType::number), Ok(17));
    for text in [
        "0",
        "00",
        "18",
        "001",
        "+1",
        "-1",
        "１",
        "身份证",
        ":",
        "A",
        "1:",
    ] {
        assert_eq!(IdType::parse(text), Err(Form), "{text}");
    }
    for number in 1..=17 {
        let code = format!("{number:02}");
        let kind = IdType::parse(&code).unwrap();
        assert_eq!(
            (kind.code(), kind.to_string()),
            (code.as_str(), code.clone())
        );
    }
}

#[test]
fn accounts_are_8_to_32_digits() {
    let digits = |text| AccountNo::parse(text).map(|a| a.reveal(Purpose::Matching).to_owned());
    assert_eq!(
        digits("6222 0212-0200\t0000 019"),
        Ok("6222021202000000019".into())
    );
    assert_eq!(digits("６２２２０２１２０２"), Ok("6222021202".into()));
    assert_eq!(digits("0000000012"), Ok("0000000012".into()));
    assert_eq!(digits(" -"), Err(Empty));
    let long = "1".repeat(33);
    for text in [
        "1234567",
        long.as_str(),
        "62220212X",
        "6.222E+18",
        "12345678.0",
        "'12345678",
    ] {
        assert_eq!(digits(text), Err(Form), "{text}");
    }
}

#[test]
fn luhn_is_asked_of_cards_only() {
    // The example of ISO/IEC 7812-1, and card numbers of public test sets.
    for text in ["49927398716", "4111111111111111", "5500005555555559"] {
        assert!(luhn_holds(text.as_bytes()), "{text}");
    }
    assert!(!luhn_holds(b"49927398717"));
    let suspicious = |text| AccountNo::parse(text).unwrap().luhn_suspicious();
    assert!(suspicious("4111111111111112"));
    assert!(!suspicious("4111111111111111"));
    // 15 and 20 digits, or a first digit that no card has, are not cards.
    for text in [
        "411111111111112",
        "41111111111111111112",
        "1202020009900012345",
    ] {
        assert!(!suspicious(text), "{text}");
    }
}

#[test]
fn names_stay_as_they_came() {
    let clear =
        |text: &str| PersonName::parse(text).map(|n| n.reveal(Purpose::Matching).to_owned());
    assert_eq!(clear(" 张样一\u{3000}"), Ok("张样一".into()));
    assert_eq!(clear("阿卜杜拉·样"), Ok("阿卜杜拉·样".into()));
    assert_eq!(clear("吳樣"), Ok("吳樣".into()), "not made 吴");
    assert_eq!(clear("\u{3000}"), Err(Empty));
    for text in [
        "张\u{0}一",
        "张\n一",
        "张\u{202E}一",
        "张\u{2028}一",
        "张\u{FFFD}",
        "\u{FEFF}张",
    ] {
        assert_eq!(clear(text), Err(Form), "{text:?}");
    }
    assert!(clear(&"样".repeat(120)).is_ok());
    assert_eq!(clear(&"样".repeat(121)), Err(Overflow));
}

#[test]
fn masks_keep_what_a_clerk_needs_and_no_more() {
    let account = |text: &str| AccountNo::parse(text).unwrap().masked();
    assert_eq!(account("6222021202000000019"), "622202*********0019");
    assert_eq!(account("6222021202000019"), "622202******0019");
    assert_eq!(account("120202000990001"), "120*********001");
    assert_eq!(account("12020200099"), "12*******99");
    assert_eq!(account("12345678"), "12****78");
    assert_eq!(
        resident("11010519491231002X").unwrap().masked(),
        "110105********002X"
    );
    let passport = IdNumber::parse(IdType::parse("08").unwrap(), "E12345678").unwrap();
    assert_eq!(passport.masked(), "E1*****78");
    assert_eq!(PersonName::mask("张样一"), "张**");
    assert_eq!(PersonName::mask("欧阳样一二三四"), "欧***");
    assert_eq!(PersonName::mask("张"), "*");
    assert_eq!(PersonName::mask("\u{202E}张三"), "***");
    assert_eq!(PersonName::mask(""), "*");
}

#[test]
fn what_is_personal_prints_as_its_mask_and_is_the_same_in_text_and_bytes() {
    fn printed<T: std::fmt::Debug + std::fmt::Display>(value: &T) -> [String; 2] {
        [format!("{value}"), format!("{value:?}")]
    }
    let account = AccountNo::parse("6222021202000000019").unwrap();
    assert_eq!(printed(&account), ["622202*********0019"; 2]);
    assert_eq!(
        account.reveal_bytes(Purpose::Matching),
        b"6222021202000000019"
    );
    let number = resident("11010519491231002X").unwrap();
    assert_eq!(printed(&number), ["110105********002X"; 2]);
    assert_eq!(
        number.reveal_bytes(Purpose::Matching),
        b"11010519491231002X"
    );
    let name = PersonName::parse("张样一").unwrap();
    assert_eq!(printed(&name), ["张**"; 2]);
    assert_eq!(name.masked(), "张**");
}
