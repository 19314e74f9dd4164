//! Every code of the status model (FORMATS section 5) and of the banks' sections, as it is to us.
//!
//! `table.md` is the table of section 5 as it stands there; `codes.tsv` says of each of its codes,
//! by hand, what it must be here. What is "failed" at an integrator is so here only where nobody
//! can have been paid: a wrong "failed" pays twice. Cancelled and expired are failed by the
//! contract.

use crate::support::{dialect_alone, one_of_each_dialect};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const TABLE: &str = include_str!("table.md");
const CODES: &str = include_str!("codes.tsv");

/// One line of `codes.tsv`.
struct Told {
    /// A column of the table, or a section's number.
    place: &'static str,
    said: &'static str,
    code: &'static str,
    dialect: &'static str,
    table: &'static str,
    read_as: &'static str,
    ours: &'static str,
    why: &'static str,
}

fn told() -> Vec<Told> {
    let lines = CODES.lines().filter(|line| !line.starts_with('#')).skip(1);
    let told = lines.map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [place, said, code, dialect, table, read_as, ours, why] = cells[..] else {
            panic!("eight cells: {line}")
        };
        Told {
            place,
            said,
            code,
            dialect,
            table,
            read_as,
            ours,
            why,
        }
    });
    told.collect()
}

/// The codes of a cell, one by one: `40–59`, `AAAAAAE/F` and `01 12` are several; what stands in
/// brackets is a remark, a dash nothing.
fn codes_of(cell: &str) -> Vec<String> {
    let cell = cell.split('(').next().unwrap();
    if cell.contains(':') {
        return vec![cell.trim().to_owned()];
    }
    let tokens = cell.split([',', ' ']).filter(|t| !["", "–"].contains(t));
    let several = |token: &str| -> Vec<String> {
        if let Some((first, last)) = token.split_once('–') {
            let (first, last): (u32, u32) = (first.parse().unwrap(), last.parse().unwrap());
            return (first..=last).map(|code| code.to_string()).collect();
        }
        let (whole, ends) = token.split_once('/').unwrap_or((token, ""));
        let ends = ends.split('/').filter(|end| !end.is_empty());
        let others = ends.map(|end| format!("{}{end}", &whole[..whole.len() - end.len()]));
        std::iter::once(whole.to_owned()).chain(others).collect()
    };
    tokens.flat_map(several).collect()
}

/// Every code of the table: column, canonical state, code. A column with two levels is two.
fn codes_of_the_table() -> BTreeSet<(String, String, String)> {
    let row = |line: &str| -> Vec<String> {
        let cells = line.trim().trim_matches('|').split('|');
        cells.map(|cell| cell.trim().to_owned()).collect()
    };
    let mut lines = TABLE.lines();
    let columns = row(lines.next().unwrap());
    let mut codes = BTreeSet::new();
    for cells in lines.skip(1).map(row) {
        for (column, cell) in columns.iter().zip(&cells).skip(1) {
            let places = match column.split_once(" row / ") {
                None => vec![(column.clone(), cell.clone())],
                Some((bank, level)) => {
                    let (of_row, whole) = cell.split_once('/').unwrap();
                    let row = (format!("{bank} row"), of_row.to_owned());
                    vec![row, (format!("{bank} {level}"), whole.to_owned())]
                }
            };
            for (place, cell) in places {
                let all = codes_of(&cell).into_iter();
                codes.extend(all.map(|code| (place.clone(), cells[0].clone(), code)));
            }
        }
    }
    codes
}

/// What a canonical state is to us where nothing else is known. Cancelled and expired are final and
/// failed, as the contract has them (decision 020).
fn is_usual(said: &str, ours: &str) -> bool {
    match said {
        "success" => ours == "paid",
        "failed" => ours.starts_with("failed: "),
        "processing" | "accepted" => ["accepted", "accepted: processing"].contains(&ours),
        "needs approval" => ours == "accepted: needs_approval",
        "scheduled" => ours == "accepted: scheduled",
        "cancelled" => ours == "failed: cancelled_at_bank",
        "expired" => ours == "failed: expired_at_bank",
        "unknown" | "other" => ours == "unknown",
        "not found" => ours == "unknown: not_found",
        "returned" => ours == "returned",
        other => panic!("{other} is no state of the table"),
    }
}

#[test]
fn the_table_is_that_of_the_formats() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/formats/FORMATS.md");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("needs ../shared: not run ({})", path.display());
        return;
    };
    let rows = text.lines().skip_while(|l| !l.starts_with("| canonical |"));
    let rows: Vec<&str> = rows.take_while(|line| line.starts_with('|')).collect();
    assert_eq!(rows, TABLE.lines().collect::<Vec<_>>());
}

#[test]
fn every_code_of_the_table_is_told_and_no_other() {
    let sections = |told: &Told| told.place.starts_with(|c: char| c.is_ascii_digit());
    let ours: BTreeSet<_> = told()
        .iter()
        .filter(|told| !sections(told))
        .map(|told| (told.place.into(), told.said.into(), told.code.into()))
        .collect();
    let table = codes_of_the_table();
    assert!(table.len() > 80, "{}", table.len());
    assert_eq!(ours, table);
}

#[test]
fn every_code_is_what_is_said_of_it_or_differs_for_a_reason() {
    let mut wrong = Vec::new();
    let mut seen = BTreeMap::new();
    for told in told() {
        let bank = dialect_alone(told.dialect);
        let place = format!("{} {} {}", told.dialect, told.table, told.read_as);
        match bank.meaning(told.table, told.read_as) {
            Some(found) if found == told.ours => {}
            found => wrong.push(format!("{place}: {found:?}, not {}", told.ours)),
        }
        let usual = is_usual(told.said, told.ours);
        if usual != told.why.is_empty() {
            wrong.push(format!("{place}: {} as {}: why?", told.said, told.ours));
        }
        let other = seen.insert(place.clone(), told.ours);
        if other.is_some_and(|other| other != told.ours) {
            wrong.push(format!("{place}: told twice, and differs"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A code for which nobody wrote a line is unknown in every table of every dialect.
#[test]
fn what_is_not_listed_is_unknown() {
    for bank in one_of_each_dialect() {
        for table in ["request", "batch", "line", "push"] {
            let found = bank.meaning(table, "~unlisted~");
            let dialect = bank.dialect();
            assert!(
                found.as_deref().is_none_or(|found| found == "unknown"),
                "{dialect} {table}"
            );
        }
    }
}
