//! The banks' ledger, read from the file that the sandbox keeps by itself.

use super::wages::Row;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// One line of the ledger.
#[derive(Clone, Debug)]
pub enum Entry {
    Instructed {
        bank: String,
        file_no: u64,
        verdict: String,
        rows: Vec<(Row, String)>,
    },
    Asked {
        file_no: Option<u64>,
    },
    Pushed {
        file_no: u64,
        digest: String,
        position: Option<u64>,
        receipt: String,
    },
}

/// A row with what becomes of it.
pub type Fated = (Row, String);

/// Files by number: the bank, and its rows.
pub type Booked<'a> = BTreeMap<u64, (&'a str, &'a [Fated])>;

/// The whole ledger until now.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub entries: Vec<Entry>,
}

impl Ledger {
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        // The sandbox may be writing its last line.
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let entries = whole.lines().map(|line| entry(&parse(line)));
        Self {
            entries: entries.collect(),
        }
    }

    /// Files that a bank has booked: by number, its bank and its rows with their fates.
    pub fn booked(&self) -> Booked<'_> {
        let mut booked = BTreeMap::new();
        for entry in &self.entries {
            if let Entry::Instructed {
                bank,
                file_no,
                verdict,
                rows,
            } = entry
                && verdict == "booked"
            {
                booked.insert(*file_no, (bank.as_str(), rows.as_slice()));
            }
        }
        booked
    }

    /// M1, by the banks' own book: no file twice, and no account's wage again unless every
    /// instruction of it before was refused or came back.
    pub fn paid_twice(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut live: BTreeMap<&str, u64> = BTreeMap::new();
        for entry in &self.entries {
            let Entry::Instructed {
                bank,
                file_no,
                verdict,
                rows,
            } = entry
            else {
                continue;
            };
            if verdict != "booked" {
                found.push(format!("M1 {bank}: file {file_no} came again: {verdict}"));
                continue;
            }
            for (row, fate) in rows {
                if let Some(before) = live.get(row.account.as_str()) {
                    found.push(format!(
                        "M1 {bank}: a wage in file {before} and in {file_no}"
                    ));
                }
                if fate != "failed" && fate != "returned" {
                    live.insert(&row.account, *file_no);
                }
            }
        }
        found
    }

    /// M7: the same bytes have one receipt.
    pub fn other_receipts(&self) -> Vec<String> {
        let mut known: BTreeMap<&str, (&Option<u64>, &str)> = BTreeMap::new();
        let mut found = Vec::new();
        for entry in &self.entries {
            let Entry::Pushed {
                digest,
                position,
                receipt,
                ..
            } = entry
            else {
                continue;
            };
            let own = (position, receipt.as_str());
            let before = known.insert(digest, own);
            if before.is_some_and(|before| before != own) {
                found.push(format!("M7 push {digest}: {before:?} and {own:?}"));
            }
        }
        found
    }
}

fn parse(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|_| panic!("the banks' ledger: {line}"))
}

fn entry(line: &Value) -> Entry {
    let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
    match line["event"].as_str() {
        Some("instructed") => Entry::Instructed {
            bank: text("bank"),
            file_no: line["file_no"].as_u64().unwrap(),
            verdict: text("verdict"),
            rows: line["lines"].as_array().unwrap().iter().map(row).collect(),
        },
        Some("asked") => Entry::Asked {
            file_no: line["file_no"].as_u64(),
        },
        Some("pushed") => Entry::Pushed {
            file_no: line["file_no"].as_u64().unwrap(),
            digest: text("digest"),
            position: line["position"].as_u64(),
            receipt: text("receipt"),
        },
        other => panic!("the banks' ledger: {other:?}"),
    }
}

fn row(line: &Value) -> (Row, String) {
    let row = Row {
        account: line["account"].as_str().unwrap().to_owned(),
        fen: line["amount_fen"].as_i64().unwrap(),
    };
    (row, line["fate"].as_str().unwrap().to_owned())
}
