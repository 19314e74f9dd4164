//! Codes and numbers that are not personal.

use super::super::*;
use ValueError::{Check, Empty, Form};

#[test]
fn published_credit_codes_hold() {
    let published = [
        "91110000600037341L",
        "91330103MA2B0NBY10",
        "91330109770842423D",
        "91330100742929345R",
        "91100000100003962T",
        "9144030010001686XA",
        "91330000761336668H",
        "913301006639233248",
    ];
    for text in published {
        assert_eq!(Uscc::parse(text).unwrap().as_str(), text);
    }
    let code = Uscc::parse(" 91330103ma2b0nby10 ").unwrap();
    assert_eq!(
        (code.as_str(), code.region()),
        ("91330103MA2B0NBY10", "330103")
    );
}

#[test]
fn what_is_no_credit_code() {
    let refused = [
        ("", Empty),
        ("913301006639233241", Check),
        ("91330000761336668J", Check),
        ("9133010066392332", Form),
        ("9133010066392332480", Form),
        ("91330O006639233248", Form),
        ("9133010066392332I8", Form),
        ("91330100663923324Z", Form),
        ("91330A006639233248", Form),
        ("９13301006639233248", Form),
    ];
    for (text, why) in refused {
        assert_eq!(Uscc::parse(text), Err(why), "{text:?}");
    }
}

#[test]
fn published_bank_numbers_hold_and_known_bad_ones_do_not() {
    let published = [
        "102100099996",
        "103100000026",
        "308584000013",
        "316331000018",
        "313331000014",
        "313332082914",
        "313345010019",
        "402331000007",
        "402332010004",
        "402337110007",
        "323333000013",
    ];
    for text in published {
        let number = CnapsCode::parse(text).unwrap();
        assert_eq!((number.as_str(), number.class()), (text, &text[..3]));
    }
    for text in ["310290000011", "104000000000", "314653617115"] {
        assert_eq!(CnapsCode::parse(text), Err(Check), "{text}");
    }
    assert_eq!(CnapsCode::check_digit(b"31029000001"), b'3');
    assert_eq!(CnapsCode::check_digit(b"10400000000"), b'7');
    assert_eq!(CnapsCode::parse(" "), Err(Empty));
    for text in [
        "10210009999",
        "1021000999960",
        "10210009999X",
        "１02100099996",
    ] {
        assert_eq!(CnapsCode::parse(text), Err(Form), "{text}");
    }
}

#[test]
fn bank_codes_are_short_and_capital() {
    assert_eq!(BankCode::parse(" icbc ").unwrap().as_str(), "ICBC");
    assert_eq!(BankCode::parse(""), Err(Empty));
    for text in ["I", "ABCDEFGHIJK", "IC BC", "IC-BC", "工行"] {
        assert_eq!(BankCode::parse(text), Err(Form), "{text}");
    }
}

#[test]
fn batch_numbers_are_printable_and_short() {
    for text in [
        "GZ-2026-11-001",
        "2026年11月(一)",
        "a/b.c+d:e,f_g",
        &"9".repeat(35),
    ] {
        assert_eq!(BatchNo::parse(text).unwrap().as_str(), text);
    }
    assert_eq!(BatchNo::parse("\u{3000}"), Err(Empty));
    for text in [
        "GZ 1",
        "GZ|1",
        "GZ\n1",
        "GZ\u{0}1",
        "<GZ>",
        "\"GZ\"",
        &"9".repeat(36),
    ] {
        assert_eq!(BatchNo::parse(text), Err(Form), "{text:?}");
    }
}

#[test]
fn line_numbers_begin_at_one() {
    assert_eq!(LineNo::parse(" 007 "), Ok(LineNo(7)));
    assert_eq!(LineNo::parse("4294967295"), Ok(LineNo(u32::MAX)));
    assert_eq!(LineNo::parse(""), Err(Empty));
    for text in [
        "0",
        "000",
        "-1",
        "+1",
        "1.0",
        "4294967296",
        "１",
        "一",
        ":",
        "1:",
    ] {
        assert_eq!(LineNo::parse(text), Err(Form), "{text}");
    }
}

#[test]
fn our_numbers_have_one_spelling() {
    let batch = BatchId::new(20_261_123, 4711);
    assert_eq!(batch.to_string(), "B20261123-4711");
    assert_eq!(BatchId::parse("B20261123-4711"), Ok(batch));
    assert_eq!(batch.sequence(), 4711);
    let payment = PaymentId { batch, row: 3 };
    assert_eq!(PaymentId::parse("B20261123-4711.3"), Ok(payment));
    assert_eq!(PaymentId::parse(" B20261123-4711.3 "), Ok(payment));
    let batches = [
        "B20261123-04711",
        "b20261123-4711",
        "B20261123--1",
        "B+0261123-1",
        "B1-1",
    ];
    for text in batches {
        assert_eq!(BatchId::parse(text), Err(Form), "{text}");
    }
    let payments = [
        "B20261123-4711",
        "B20261123-4711.0",
        "B20261123-4711.03",
        "B20261123-4711. 3",
        "B20261123-4711.+3",
        "B20261123-4711.4294967296",
        "20261123-4711.3",
    ];
    for text in payments {
        assert_eq!(PaymentId::parse(text), Err(Form), "{text}");
    }
    assert_eq!(PaymentId::parse(" "), Err(Empty));
    assert_eq!(BatchId::parse(""), Err(Empty));
}

#[test]
fn a_region_covers_itself_and_what_lies_in_it() {
    let region = |text| RegionCode::parse(text).unwrap();
    let covers = |whole, part| region(whole).covers(&region(part));
    assert!(covers("330000", "330110") && covers("330000", "331127"));
    assert!(covers("330100", "330110") && covers("330110", "330110"));
    assert!(!covers("330000", "320100") && !covers("330100", "330200"));
    assert!(!covers("330110", "330100") && !covers("330110", "330111"));
    assert!(!covers("330100", "330000"));
    assert_eq!(RegionCode::parse(""), Err(Empty));
    for text in ["33010", "3301000", "33010X", "３30100"] {
        assert_eq!(RegionCode::parse(text), Err(Form), "{text}");
    }
}

/// In messages and records of the program alike.
#[test]
fn numbers_of_nobody_print_as_they_are_written() {
    let batch_no = BatchNo::parse("GZ-2026-11-001").unwrap();
    let batch = BatchId::new(20_261_123, 4711);
    for (printed, expected) in [
        (format!("{batch_no} {batch_no:?}"), "GZ-2026-11-001"),
        (format!("{batch} {batch:?}"), "B20261123-4711"),
        (
            printed(Uscc::parse("913301006639233248")),
            "913301006639233248",
        ),
        (printed(CnapsCode::parse("102100099996")), "102100099996"),
        (printed(BankCode::parse("icbc")), "ICBC"),
        (printed(RegionCode::parse("330110")), "330110"),
        (format!("{0} {0}", LineNo(7)), "7"),
    ] {
        assert_eq!(printed, format!("{expected} {expected}"));
    }
    assert_eq!(format!("{:>3}", LineNo(7)), "  7");
}

fn printed<T: std::fmt::Debug + std::fmt::Display>(value: Result<T, ValueError>) -> String {
    let value = value.unwrap();
    format!("{value} {value:?}")
}

#[test]
fn inline_text_takes_ascii_that_fits() {
    assert_eq!(InlineText::<4>::new("abcd").unwrap().as_str(), "abcd");
    assert!(InlineText::<4>::new("").unwrap().is_empty());
    assert!(!InlineText::<4>::new("a").unwrap().is_empty());
    assert!(InlineText::<4>::new("abcde").is_none());
    assert!(InlineText::<4>::new("é").is_none());
    assert!(InlineText::<0>::new("a").is_none());
    let mut full = InlineText::<300>::default();
    while full.push(b'a') {}
    assert_eq!(full.len(), 255);
}
