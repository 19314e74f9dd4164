//! Amounts and months.

use super::super::{Fen, PayMonth, ValueError};
use ValueError::{Empty, Form, NotPositive, Overflow};
use time::macros::date;

#[test]
fn yuan_as_people_write_them() {
    let taken = [
        ("6523.50", 652_350),
        ("6523.5", 652_350),
        ("6523", 652_300),
        ("0", 0),
        ("0.00", 0),
        ("0.01", 1),
        ("00012.30", 1_230),
        (" 1.00 ", 100),
        ("\t1.00\n", 100),
        ("1,234.50", 123_450),
        ("12,345", 1_234_500),
        ("123,456.78", 12_345_678),
        ("1,234,567.89", 123_456_789),
        ("６５２３．５０", 652_350),
        ("１，２３４．５０", 123_450),
        ("\u{3000}1２.3４\u{3000}", 1_234),
        ("92233720368547758.07", i64::MAX),
    ];
    for (text, fen) in taken {
        assert_eq!(Fen::parse_yuan(text), Ok(Fen(fen)), "{text:?}");
    }
}

#[test]
fn what_is_no_amount() {
    let refused = [
        ("", Empty),
        ("  ", Empty),
        ("\u{3000}", Empty),
        (".", Form),
        (".5", Form),
        ("1.", Form),
        ("1..5", Form),
        ("1.5.0", Form),
        ("0.001", Form),
        ("1.000", Form),
        ("+1", Form),
        ("-1", Form),
        ("-0", Form),
        ("1e3", Form),
        ("1E3", Form),
        ("0x10", Form),
        ("1_000", Form),
        ("1 000", Form),
        ("12,34", Form),
        ("1234,567", Form),
        ("1,2345", Form),
        ("1,23", Form),
        (",123", Form),
        ("1,234,", Form),
        ("1,,234", Form),
        ("1234,567.00", Form),
        ("1.2,3", Form),
        ("¥100", Form),
        ("100元", Form),
        ("一百", Form),
        ("1.０１２", Form),
        ("NaN", Form),
        ("inf", Form),
        ("1\u{0}", Form),
        // The signs behind 9 in ASCII are no digits, alone or beside one.
        ("1:.00", Form),
        (":.::", Form),
        ("a.bc", Form),
        ("٣", Form),
        ("92233720368547758.08", Overflow),
        ("92233720368547759", Overflow),
        ("99999999999999999999999999999999", Overflow),
    ];
    for (text, why) in refused {
        assert_eq!(Fen::parse_yuan(text), Err(why), "{text:?}");
    }
}

#[test]
fn fen_are_whole_ascii_digits() {
    assert_eq!(Fen::parse_fen("652350"), Ok(Fen(652_350)));
    assert_eq!(Fen::parse_fen("007"), Ok(Fen(7)));
    assert_eq!(Fen::parse_fen(""), Err(Empty));
    for text in ["1.0", "-1", "+1", " 1", "1,000", "１"] {
        assert_eq!(Fen::parse_fen(text), Err(Form), "{text:?}");
    }
    assert_eq!(Fen::parse_fen("9223372036854775808"), Err(Overflow));
}

#[test]
fn arithmetic_is_checked_and_printing_exact() {
    assert_eq!(Fen(i64::MAX).checked_add(Fen(1)), None);
    assert_eq!(Fen(i64::MIN).checked_sub(Fen(1)), None);
    assert_eq!(Fen(652_350).checked_add(Fen(708_000)), Some(Fen(1_360_350)));
    assert_eq!(Fen(652_350).checked_sub(Fen(708_000)), Some(Fen(-55_650)));
    assert_eq!(Fen(1_360_350).yuan(), "13603.50");
    for (fen, text) in [
        (1_360_350, "13,603.50"),
        (99_999, "999.99"),
        (100_000, "1,000.00"),
        (123_456_789_05, "123,456,789.05"),
        (-100_007, "-1,000.07"),
        (0, "0.00"),
    ] {
        assert_eq!(Fen(fen).yuan_grouped(), text);
    }
    assert_eq!(Fen(-5).yuan(), "-0.05");
    assert_eq!(Fen(i64::MIN).yuan(), "-92233720368547758.08");
    assert_eq!(Fen::ZERO.positive(), Err(NotPositive));
    assert_eq!(Fen(-1).positive(), Err(NotPositive));
    assert_eq!(Fen(1).positive(), Ok(Fen(1)));
}

#[test]
fn months_in_their_four_spellings() {
    let november = PayMonth::new(2026, 11).unwrap();
    let spellings = [
        "2026-11",
        "202611",
        "2026/11",
        "2026年11月",
        " 2026-11\u{3000}",
    ];
    for text in spellings {
        assert_eq!(PayMonth::parse(text), Ok(november), "{text}");
    }
    assert_eq!(PayMonth::parse("2026年1月"), PayMonth::new(2026, 1));
    assert_eq!(PayMonth::parse("2026-1"), PayMonth::new(2026, 1));
    assert_eq!(november.to_string(), "2026-11");
    assert_eq!(format!("{november:?}"), "2026-11");
    assert_eq!((november.year(), november.month()), (2026, 11));
    assert_eq!(PayMonth::of(date!(2026 - 11 - 23)), Some(november));
    assert_eq!(PayMonth::of(date!(1999 - 12 - 31)), None);
}

#[test]
fn what_is_no_month() {
    assert_eq!(PayMonth::parse(" "), Err(Empty));
    let refused = [
        "2026-00",
        "2026-13",
        "2026-",
        "2026-111",
        "20261",
        "2026111",
        "2026",
        "26-11",
        "1999-12",
        "2200-01",
        "2026年11",
        "2026年年11月",
        "2026年月",
        "2026-+1",
        "2026--1",
        "2026.11",
        "２０２６-11",
        "2026-１",
        "11/2026",
        "Nov 2026",
        "2026年11月1日",
        "-202611",
    ];
    for text in refused {
        assert_eq!(PayMonth::parse(text), Err(Form), "{text:?}");
    }
}
