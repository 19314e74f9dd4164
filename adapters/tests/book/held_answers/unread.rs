//! Kept answers that are none, and what is said of them.

use super::{Case, cases, folder, read};
use crate::support::{Unchecked, bank};

/// An answer to an earlier question, or another one that was kept, does not stand for rows that
/// can't be read, and a receipt is none without what it carries.
#[test]
fn what_can_t_be_read_is_not_an_answer_without_rows() {
    for (file, bank) in [
        ("spdb_column_short.result.txt", "SPDB"),
        ("spdb_column_more.result.txt", "SPDB"),
        ("spdb_row_empty.result.txt", "SPDB"),
        ("spdb_amount_letter.result.txt", "SPDB"),
        ("spdb_rows_elsewhere.result.txt", "SPDB"),
        ("spdb_amount_missing.result.txt", "SPDB"),
        ("spdb_own_request.receipt.txt", "SPDB"),
        ("spdb_other_transaction.receipt.txt", "SPDB"),
        ("cmb_other_group.result.txt", "CMB"),
    ] {
        let (_, kind) = file.split_once('.').unwrap();
        let case = Case {
            file: file.to_owned(),
            bank: bank.to_owned(),
            kind: kind.replace(".txt", ""),
            whole: Vec::new(),
            lines: None,
        };
        let bytes = std::fs::read(folder().join(file)).unwrap();
        assert!(read(&case, &bytes).is_none(), "{file}");
    }
}

/// Of all that was tried the one that found rows says why.
#[test]
fn what_is_wrong_is_said_of_the_rows() {
    for (file, code, expected) in [
        ("spdb_column_short.result.txt", "SPDB", "row 2"),
        ("spdb_amount_letter.result.txt", "SPDB", "row 2: row.amount"),
        (
            "spdb_rows_elsewhere.result.txt",
            "SPDB",
            "detailedContent is missing in a row",
        ),
        (
            "cmb_other_group.result.txt",
            "CMB",
            "it holds rows of another form",
        ),
    ] {
        let bytes = std::fs::read(folder().join(file)).unwrap();
        let wrong = bank(code).kept_result(&bytes, &Unchecked).unwrap_err();
        assert!(wrong.what.starts_with(expected), "{file}: {wrong}");
    }
}

/// Where the public rows have an amount, a row without one is none of them.
#[test]
fn a_row_without_its_amount_is_not_read() {
    for (file, bank) in [
        ("hxb_paid.result.txt", "HXB"),
        ("pab_file_paid.result.txt", "PAB"),
        ("cib_paid.result.txt", "CIB"),
        ("spdb_body_bare.result.txt", "SPDB"),
    ] {
        let case = cases().into_iter().find(|case| case.file == file).unwrap();
        assert_eq!(case.bank, bank);
        let bytes = std::fs::read(folder().join(file)).unwrap();
        let amount: &[u8] = b"6523.50";
        let at = bytes.windows(amount.len()).position(|own| own == amount);
        let (before, after) = bytes.split_at(at.unwrap());
        let without = [before, after.strip_prefix(amount).unwrap()].concat();
        assert!(read(&case, &bytes).is_some(), "{file}");
        assert!(read(&case, &without).is_none(), "{file}");
    }
}
