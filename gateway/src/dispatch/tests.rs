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
