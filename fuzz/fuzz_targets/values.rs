//! Every value's parsing door on any text: what is taken is written so that it reads back as the
//! same value, and no mask shows all of a personal one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use schemas::value::{
    AccountNo, BankCode, BatchId, BatchNo, CnapsCode, Fen, IdNumber, IdType, LineNo, PayMonth,
    PaymentId, PersonName, Purpose, RegionCode, Uscc,
};

/// Parses, writes, parses again.
macro_rules! reads_back {
    ($text:expr, $($value:ty),* $(,)?) => {$(
        if let Ok(value) = <$value>::parse($text) {
            let again = <$value>::parse(&value.to_string());
            assert_eq!(again, Ok(value), "{}", stringify!($value));
        }
    )*};
}

fuzz_target!(|text: &str| {
    reads_back!(
        text, BankCode, BatchId, BatchNo, CnapsCode, PayMonth, PaymentId, RegionCode, Uscc,
    );
    if let Ok(fen) = Fen::parse_yuan(text) {
        let yuan = format!("{}.{:02}", fen.0 / 100, (fen.0 % 100).abs());
        assert_eq!(Fen::parse_yuan(&yuan), Ok(fen));
    }
    if let Ok(fen) = Fen::parse_fen(text) {
        assert_eq!(Fen::parse_fen(&fen.0.to_string()), Ok(fen));
    }
    if let Ok(number) = LineNo::parse(text) {
        assert_eq!(LineNo::parse(&number.0.to_string()), Ok(number));
    }
    if let Ok(account) = AccountNo::parse(text) {
        let clear = account.reveal(Purpose::Matching);
        assert_eq!(AccountNo::parse(clear), Ok(account));
        assert!(!account.masked().contains(clear));
    }
    if let Ok(name) = PersonName::parse(text) {
        let clear = name.reveal(Purpose::Matching);
        assert_eq!(PersonName::parse(clear).as_ref(), Ok(&name));
        // A name that came masked (`张*`) is its own mask.
        let came_masked = clear.chars().skip(1).all(|c| c == '*');
        assert!(!name.masked().contains(clear) || came_masked);
    }
    for kind in ["01", "02", "05"] {
        let Ok(kind) = IdType::parse(kind) else {
            continue;
        };
        if let Ok(number) = IdNumber::parse(kind, text) {
            let clear = number.reveal(Purpose::Matching);
            assert_eq!(IdNumber::parse(kind, clear), Ok(number));
        }
    }
});
