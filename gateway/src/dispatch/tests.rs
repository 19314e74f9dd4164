#![allow(clippy::unwrap_used)]
//! A bank file, for the tests of its questions.

use crate::book::BankFile;
use crate::event::Intent;
use schemas::value::{BankCode, BatchId};

/// File 1, of one line, intended at 0.
pub(super) fn file() -> BankFile {
    let intent = Intent {
        file_no: 1,
        batch: BatchId::parse("B20261128-7").unwrap(),
        bank: BankCode::parse("ICBC").unwrap(),
        dialect: None,
        lines: vec![1],
        total_fen: 1,
        bank_date: "2026-11-28".to_owned(),
        instructed_ms: 0,
    };
    BankFile::new(intent, 0)
}

#[test]
fn a_moment_is_told_in_the_time_of_china_to_the_millisecond() {
    let told = super::order::moment(1_795_397_400_123).unwrap();
    assert_eq!(told, time::macros::datetime!(2026-11-23 09:30:00.123 +8));
    assert_eq!((told.hour(), told.millisecond()), (9, 123));
    assert!(super::order::moment(i64::MAX).is_err());
}
