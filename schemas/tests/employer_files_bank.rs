//! What a paying bank would refuse of a line, asked in the same pass as our own rules.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::*;
use schemas::employer_files::{Asked, BankRules, LineRules, ReadOptions};
use schemas::{BankCode, Fen, Finding, FindingCode};
use std::sync::{Arc, Mutex};

/// A bank that takes no name of three characters.
struct Short;

impl LineRules for Short {
    fn judge(&self, line: &Asked<'_>, findings: &mut Vec<Finding>) {
        if line.name.is_some_and(|name| name.chars().count() == 3) {
            let finding = Finding::of_line(FindingCode::NameTooLong, line.line_no.0, line.row);
            findings.push(finding.field("name"));
        }
    }
}

impl BankRules for Short {
    fn rules_of(&self, paying_bank: BankCode) -> Option<Arc<dyn LineRules>> {
        (paying_bank.as_str() == "ICBC").then(|| Arc::new(Short) as Arc<dyn LineRules>)
    }
}

#[test]
fn the_paying_bank_is_asked_whatever_else_is_wrong_on_the_line() {
    let options = ReadOptions {
        bank_rules: Some(&Short),
        ..options()
    };
    let rows = row(1, 3, "110105194912310021") + &row(1, 9, "x") + &row(3, 7, "1.001");
    let (summary, kept) = read_with(file("3", "2.00", &rows).as_bytes(), &options);
    let expected = [
        "name_too_long 1 14 name",
        "id_number_invalid 1 14 id_number",
        "line_no_duplicate 1 15 line_no",
        "name_too_long 1 15 name",
        "name_too_long 3 16 name",
        "amount_invalid 3 16 amount",
    ];
    assert_eq!(kept.places(), expected);
    assert_eq!(summary.lines_ok, 0);
}

#[test]
fn the_paying_bank_is_asked_about_good_lines() {
    let options = ReadOptions {
        bank_rules: Some(&Short),
        ..options()
    };
    let text = EXAMPLE
        .replace("李样二", "李样")
        .replace("6228480000000000000", "6228480000000000001");
    let (summary, kept) = read_with(text.as_bytes(), &options);
    let expected = [
        "name_too_long 1 14 name",
        "account_check_digit 2 15 account",
    ];
    assert_eq!(kept.places(), expected);
    assert_eq!(
        (summary.lines_ok, summary.total_ok),
        (1, Some(Fen(708_000)))
    );
}

/// Row and fen of a line.
type Heard = (u32, Option<i64>);

/// Keeps what it is asked of each line.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Vec<Heard>>>);

impl LineRules for Listener {
    fn judge(&self, line: &Asked<'_>, _: &mut Vec<Finding>) {
        let fen = line.amount.map(|amount| amount.0);
        self.0.lock().unwrap().push((line.row, fen));
    }
}

impl BankRules for Listener {
    fn rules_of(&self, _: BankCode) -> Option<Arc<dyn LineRules>> {
        Some(Arc::new(self.clone()))
    }
}

/// What our own rules refuse already needs no second word of the bank; what is wrong beside it
/// does not keep an amount from being asked about.
#[test]
fn the_paying_bank_is_asked_about_amounts_that_we_do_not_refuse() {
    let listener = Listener::default();
    let options = ReadOptions {
        bank_rules: Some(&listener),
        ..options()
    };
    let rows = [
        (9, "工资", Some(100)),
        (3, "110105194912310021", Some(100)),
        (8, "x", Some(100)),
        (7, "0.00", None),
        (7, "5000000.01", None),
        (7, "x", None),
    ];
    let lines = (1..).zip(rows);
    let text: String = lines
        .map(|(n, (column, value, _))| row(n, column, value))
        .collect();
    read_with(file("6", "0", &text).as_bytes(), &options);
    let expected: Vec<_> = (14..).zip(rows.map(|(_, _, asked)| asked)).collect();
    assert_eq!(*listener.0.lock().unwrap(), expected);
}
