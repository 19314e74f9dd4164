#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! Strict both ways: nothing is replaced, swallowed or guessed.

use super::*;
use Charset::{Gb2312, Gb18030, Gbk, Utf8};
use CharsetError::{IllFormed, Unmappable};
use proptest::prelude::*;

const ALL: [Charset; 4] = [Utf8, Gbk, Gb18030, Gb2312];

fn ill(offset: usize) -> Result<Cow<'static, str>, CharsetError> {
    Err(IllFormed { offset })
}

fn lacks<T>(character: char) -> Result<T, CharsetError> {
    Err(Unmappable { character })
}

/// Every two bytes that can be a character of GBK by its structure.
fn pairs() -> impl Iterator<Item = [u8; 2]> {
    let trails = || (0x40..=0x7E).chain(0x80..=0xFE);
    (0x81..=0xFE).flat_map(move |lead| trails().map(move |trail| [lead, trail]))
}

#[test]
fn every_pair_of_gbk_agrees_with_the_decoder_both_ways() {
    let mut count = 0;
    for pair in pairs() {
        let theirs = GBK.decode_without_bom_handling_and_without_replacement(&pair);
        let Some(text) = theirs else {
            assert_eq!(Gbk.decode(&pair), ill(0), "{pair:X?}");
            continue;
        };
        count += 1;
        assert_eq!(Gbk.decode(&pair).unwrap(), text, "{pair:X?}");
        assert_eq!(text.chars().count(), 1);
        match Gbk.encode(&text) {
            // A second code of the ideographic space.
            Ok(bytes) if pair == [0xA3, 0xA0] => assert_eq!(*bytes, [0xA1, 0xA1]),
            Ok(bytes) => assert_eq!(*bytes, pair),
            // The one that the decoder reads and the encoder writes as the single byte 80.
            Err(_) => assert_eq!(pair, [0xA2, 0xE3], "{text}"),
        }
    }
    assert_eq!(count, 23_940);
}

#[test]
fn every_other_pair_of_bytes_is_read_as_its_structure_says() {
    for lead in 0x80..=0xFFu8 {
        for trail in 0..=0xFFu8 {
            let structural =
                (0x81..=0xFE).contains(&lead) && matches!(trail, 0x40..=0x7E | 0x80..=0xFE);
            if !structural {
                assert_eq!(Gbk.decode(&[lead, trail]), ill(0), "{lead:X} {trail:X}");
            }
            let two = [lead, trail];
            assert_eq!(
                Gb18030.decode(&two).is_ok(),
                structural,
                "{lead:X} {trail:X}"
            );
        }
    }
}

#[test]
fn gb2312_has_the_characters_of_its_1980_table() {
    let held = |pair: &[u8; 2]| Gb2312.decode(pair).is_ok();
    assert_eq!(pairs().filter(held).count(), 6_763 + 682);
    assert_eq!(
        pairs().filter(held).filter(|pair| pair[0] >= 0xB0).count(),
        6_763
    );
    assert!(Gb2312.holds("张样一（工资）〇①".trim_end_matches(['〇', '①'])));
    assert!(Gb2312.holds("Ⅻ⒈㈠→─"));
    // 镕 and 〇 are of GBK, ⅰ and ︵ too, € of GB 18030.
    for character in ['镕', '〇', 'ⅰ', '︵', 'ɑ', '€', '東', '喆'] {
        assert_eq!(Gb2312.encode(&character.to_string()), lacks(character));
    }
    assert!(Gbk.holds("镕〇ⅰ︵ɑ東喆"));
    assert!(!Gb2312.holds("朱镕样") && !Gbk.holds("𠮷样") && Gb18030.holds("𠮷样"));
}

#[test]
fn every_four_byte_code_agrees_with_the_decoder() {
    let digits = 0x30..=0x39u8;
    for (b1, b2) in (0x81..=0xFEu8).flat_map(|b1| digits.clone().map(move |b2| (b1, b2))) {
        // The edges of each row and one place inside.
        for (b3, b4) in [
            (0x81, 0x30),
            (0x81, 0x39),
            (0xA4, 0x39),
            (0xA5, 0x30),
            (0xFE, 0x39),
        ] {
            let code = [b1, b2, b3, b4];
            let theirs = GB18030.decode_without_bom_handling_and_without_replacement(&code);
            assert_eq!(Gb18030.decode(&code).ok(), theirs, "{code:X?}");
            assert_eq!(Gbk.decode(&code), ill(0));
            assert_eq!(Gb2312.decode(&code), ill(0));
        }
    }
    let edges = [
        ([0x84, 0x31, 0xA4, 0x39], Some('\u{FFFF}')),
        ([0x84, 0x31, 0xA5, 0x30], None),
        ([0x90, 0x30, 0x81, 0x30], Some('\u{10000}')),
        ([0xE3, 0x32, 0x9A, 0x35], Some('\u{10FFFF}')),
        ([0xE3, 0x32, 0x9A, 0x36], None),
        ([0x8F, 0x39, 0xFE, 0x39], None),
        ([0x95, 0x34, 0xB2, 0x35], Some('𠮷')),
    ];
    for (code, character) in edges {
        let ours = Gb18030.decode(&code).ok();
        assert_eq!(
            ours.map(|text| text.into_owned()),
            character.map(String::from),
            "{code:X?}"
        );
    }
}

#[test]
fn half_a_character_is_refused_where_it_stands() {
    for charset in [Gbk, Gb18030, Gb2312] {
        assert_eq!(charset.decode(b"1|\xD5"), ill(2));
        assert_eq!(charset.decode(b"1|\xD5\n2|x"), ill(2));
        assert_eq!(charset.decode(b"1|\xD5\xC5|\xD5 |6222"), ill(5));
        assert_eq!(charset.decode(b"\xD5\xC5\xD5"), ill(2));
        assert_eq!(charset.decode(b"a\xFF"), ill(1));
        assert_eq!(charset.decode(b"a\x80"), ill(1));
    }
    assert_eq!(Gb18030.decode(b"\x95\x32\xB7"), ill(0));
    assert_eq!(Gb18030.decode(b"\x95\x32|6"), ill(0));
    assert_eq!(Gb18030.decode(b"a\x95\x32\xB7|"), ill(1));
    assert_eq!(Utf8.decode(b"ab\xE5\xBC"), ill(2));
    // D5 7C is a character of GBK, the delimiter in it included: whoever splits must split what
    // was decoded. GB2312 has no such trail byte and refuses.
    assert_eq!(
        Gbk.decode(b"\xD5|6222")
            .unwrap()
            .chars()
            .filter(|c| *c == '|')
            .count(),
        0
    );
    assert_eq!(Gb2312.decode(b"\xD5|6222"), ill(0));
}

#[test]
fn a_delimiter_inside_a_character_is_no_delimiter() {
    for (character, delimiter) in [('珅', b'|'), ('瑋', b'|'), ('韡', b'|'), ('東', b'|')] {
        let bytes = Gbk.encode(&character.to_string()).unwrap().into_owned();
        assert_eq!(bytes[1], delimiter, "{character}");
        let line = [b"1|".as_slice(), &bytes, b"|6222"].concat();
        let text = Gbk.decode(&line).unwrap();
        assert_eq!(
            text.split('|').collect::<Vec<_>>(),
            ["1", &character.to_string(), "6222"]
        );
    }
    for trail in *b"@\\^`|~" {
        let count = pairs().filter(|pair| pair[1] == trail).count();
        assert_eq!(count, 126);
    }
}

#[test]
fn what_a_set_lacks_is_named_and_never_replaced() {
    assert_eq!(Gbk.encode("张𠮷样"), lacks('𠮷'));
    assert_eq!(&*Gb18030.encode("𠮷").unwrap(), b"\x95\x34\xB2\x35");
    assert_eq!(Gbk.encode("工资€"), lacks('€'));
    assert_eq!(Gbk.byte_len("€"), lacks('€'));
    assert_eq!(&*Gb18030.encode("€").unwrap(), b"\xA2\xE3");
    assert_eq!(&*Gbk.decode(b"\xA2\xE3").unwrap(), "€");
    assert_eq!(Gbk.encode("a\u{200B}b"), lacks('\u{200B}'));
    let text = Gbk.encode("样🀄").unwrap_err().to_string();
    assert_eq!(text, "character U+1F004 is not in the character set");
}

#[test]
fn the_dot_in_names_of_minorities_is_u00b7() {
    for charset in [Gbk, Gb18030, Gb2312] {
        assert_eq!(&*charset.encode("·").unwrap(), b"\xA1\xA4");
        assert_eq!(&*charset.decode(b"\xA1\xA4").unwrap(), "\u{B7}");
    }
    for other in ['•', '・', '‧'] {
        assert_eq!(Gb2312.encode(&other.to_string()), lacks(other));
    }
}

#[test]
fn codes_that_two_tables_read_differently_are_read_by_the_newer_one() {
    for charset in [Gbk, Gb18030] {
        assert_eq!(&*charset.decode(b"\xFE\x59").unwrap(), "\u{9FB4}");
        assert_eq!(&*charset.decode(b"\xA6\xD9").unwrap(), "\u{FE10}");
        assert_eq!(&*charset.encode("\u{9FB4}").unwrap(), b"\xFE\x59");
    }
    assert_eq!(Gb2312.decode(b"\xA6\xD9"), ill(0));
}

#[test]
fn no_byte_order_mark_is_obeyed() {
    let mark = b"\xEF\xBB\xBFa";
    assert_eq!(&*Utf8.decode(mark).unwrap(), "\u{FEFF}a");
    // In GBK these bytes are 锘 and half of the next character, BF 61: not UTF-8's mark.
    assert_eq!(&*Gbk.decode(mark).unwrap(), "锘縜");
    for mark in [b"\xFF\xFEa\0".as_slice(), b"\xFE\xFF\0a"] {
        for charset in ALL {
            assert!(charset.decode(mark).is_err());
        }
    }
}

#[test]
fn lengths_are_those_of_the_bytes() {
    assert_eq!(Gbk.byte_len("张样一"), Ok(6));
    assert_eq!(Gb18030.byte_len("张𠮷"), Ok(6));
    assert_eq!(Utf8.byte_len("张样一"), Ok(9));
    assert_eq!(Gbk.byte_len("abc"), Ok(3));
    assert!(matches!(Gbk.encode("abc").unwrap(), Cow::Borrowed(_)));
    assert!(matches!(Gbk.decode(b"abc").unwrap(), Cow::Borrowed(_)));
}

proptest! {
    #[test]
    fn what_is_encoded_reads_back(text in any::<String>()) {
        for charset in ALL {
            match charset.encode(&text) {
                Ok(bytes) => {
                    prop_assert_eq!(charset.byte_len(&text), Ok(bytes.len()));
                    prop_assert_eq!(charset.decode(&bytes).unwrap(), text.as_str());
                }
                Err(Unmappable { character }) => prop_assert!(text.contains(character)),
                Err(other) => prop_assert!(false, "{}", other),
            }
        }
        prop_assert!(Utf8.holds(&text));
    }

    #[test]
    fn no_reference_is_ever_written(character in any::<char>()) {
        let text = character.to_string();
        for charset in ALL {
            if let Ok(bytes) = charset.encode(&text) {
                prop_assert!(bytes.len() <= 4, "{:?}", bytes);
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused_with_their_place(
        bytes in proptest::collection::vec(
            prop_oneof![any::<u8>(), 0x81..=0xFEu8, Just(b'3')],
            0..40,
        ),
    ) {
        for charset in ALL {
            match charset.decode(&bytes) {
                Ok(text) => prop_assert!(charset.holds(&text) || charset == Gbk, "{}", text),
                Err(IllFormed { offset }) => {
                    prop_assert!(offset < bytes.len());
                    prop_assert!(charset.decode(&bytes[..offset]).is_ok());
                }
                Err(other) => prop_assert!(false, "{}", other),
            }
        }
    }
}

#[test]
fn the_length_is_that_of_the_bytes_for_every_character() {
    for charset in ALL {
        for character in '\0'..='\u{1FFFF}' {
            for text in [format!("张{character}1"), character.to_string()] {
                let bytes = charset.encode(&text).map(|bytes| bytes.len());
                assert_eq!(charset.byte_len(&text), bytes, "{text:?}, {charset:?}");
            }
        }
    }
}
