#![allow(clippy::unwrap_used)]

use super::*;

/// [MS-XLS] 2.5.217: the two lowest bits say hundredths and whole number.
#[test]
fn short_numbers_are_whole_or_halved_doubles_and_perhaps_hundredths() {
    let whole = |number: i32, hundredths: bool| {
        let bits = (number << 2).cast_unsigned() | 2 | u32::from(hundredths);
        short_number(bits).unwrap()
    };
    assert_eq!(whole(123, false), "123");
    assert_eq!(whole(652_350, true), "6523.5");
    assert_eq!(whole(5, true), "0.05");
    assert_eq!(whole(-150, true), "-1.5");
    assert_eq!(whole(100, true), "1");
    assert_eq!(whole(0, true), "0");
    // 1.5 as a double is 3FF80000 00000000.
    assert_eq!(short_number(0x3FF8_0000).unwrap(), "1.5");
    assert_eq!(short_number(0x3FF8_0001).unwrap(), "0.015");
    assert!(short_number(0x7FF0_0000).is_err(), "infinity");
}
