use crate::value::{folded, holds_personal_number};

/// The example number of GB 11643, and a card with a known prefix and a right check digit.
const ID: &str = "11010519491231002X";
const CARD: &str = "6222021202000000019";

#[test]
fn a_persons_number_is_found_however_it_is_spaced() {
    let wide = |text: &str| -> String {
        let widen = |c: char| char::from_u32(u32::from(c) + 0xFEE0).unwrap();
        text.chars().map(widen).collect()
    };
    let spaced = |text: &str, between: &str| -> String {
        let groups: Vec<String> = text
            .as_bytes()
            .chunks(4)
            .map(|group| String::from_utf8(group.to_vec()).unwrap())
            .collect();
        groups.join(between)
    };
    for number in [ID, CARD] {
        let mut texts = vec![
            number.to_owned(),
            number.to_lowercase(),
            wide(number),
            format!("GZ-{number}-2026-11"),
            format!("20261123{number}01"),
        ];
        texts.extend([" ", "-", ".", "_", "/", "\u{3000}", "－", "·"].map(|b| spaced(number, b)));
        for text in texts {
            assert!(holds_personal_number(&text), "{text}");
        }
    }
    assert_eq!(folded("1101-05 \u{FF14}9\u{FF38}x"), "11010549XX");
}

#[test]
fn keys_that_people_choose_are_free() {
    for key in [
        "GZ-2026-11-001",
        // 项目编码: region, month, serial; also where month and serial read like a date.
        "330110202611000001",
        "330110202611010007",
        // A region whose later digits are an old card prefix, with a right check digit by chance.
        "330303202611000025",
        "33011020261101000X",
        "20261123101530001",
        "ANXIN20261123101500000001",
        "330110202611000001-2026-11-C1",
        "913301006639233248",
        // The wrong check character, the wrong check digit.
        "110105194912310021",
        "6222021202000000018",
        "",
    ] {
        assert!(!holds_personal_number(key), "{key}");
    }
}

/// 9558 is a prefix of 19 digits, 303 of 16; check digits after ISO/IEC 7812-1. A digit beside such
/// a number, whatever stands between, may be of the same key.
#[test]
fn an_older_card_is_found_where_no_digit_stands_beside_it() {
    for card in ["9558012345678901235", "3030123456789013"] {
        for (before, after, found) in [
            ("", "", true),
            ("GZ-", "", true),
            ("", "-A", true),
            ("GZ", "A", true),
            ("1", "", false),
            ("", "1", false),
            ("2026-", "", false),
            ("", "/01", false),
            ("1 ", " 1", false),
        ] {
            let text = format!("{before}{card}{after}");
            assert_eq!(holds_personal_number(&text), found, "{text}");
        }
    }
}
