//! A date in a number of ours is a day of the calendar; another number is none of ours.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::{ToyKeys, bank};

const BATCH: &str = "33000120261123000001";

/// An answer of HXB about a batch of this number (adapters/dialects/hxb_xhj): its company number
/// in six characters, the day, our number.
fn answer(batch: &str) -> Vec<u8> {
    let row = "1|00000000000000019|a|b|0250|6|6200000000000000018|c||304999000019|1.00|d|01|||||||";
    format!("000000#{batch}#1.00#1#1.00#1#0.00#0#1#{row}#@@@@\r\n").into_bytes()
}

#[test]
fn a_number_with_an_impossible_day_is_a_text() {
    let kept = |batch: &str| {
        let read = bank("HXB").kept_result(&answer(batch), &ToyKeys).unwrap();
        let named = |name: &str| read.references.get(name).cloned();
        (
            named("file_date"),
            named("file_no"),
            named("file_reference"),
        )
    };
    let whole = Some(BATCH.to_owned());
    let ours = (Some("20261123".to_owned()), Some("1".to_owned()), whole);
    assert_eq!(kept(BATCH), ours);
    for other in [
        "33000120269923000001",
        "33000120261131000001",
        "33000120260229000001",
        "33000100000000000001",
        // Of another form: its month and day would be a year.
        "PK20261123000001",
        "PK20261023110101",
    ] {
        assert_eq!(kept(other), (None, None, Some(other.to_owned())), "{other}");
    }
    let leap = kept("33000120280229000001");
    assert_eq!(leap.0.as_deref(), Some("20280229"));
}

/// From the channel it is ill-formed, as one that holds no digits.
#[test]
fn a_number_with_an_impossible_day_is_no_answer() {
    let read = |batch: &str| bank("HXB").decode_result(&answer(batch), &ToyKeys);
    assert!(read(BATCH).is_ok());
    for other in ["33000120269923000001", "330001abcdefgh000001"] {
        assert!(read(other).is_err(), "{other}");
    }
}
