//! What the sandbox's banks were told and said, in a file: one JSON object a line, written before
//! the bank's answer leaves. Whoever breaks the gateway on purpose holds its journal against it.
//!
//! ```text
//! {"event":"instructed","bank":"HXB","file_no":7,"verdict":"booked",
//!  "lines":[{"row_no":1,"account":"6222…","amount_fen":652350,"fate":"paid"}]}
//! {"event":"asked","bank":"HXB","file_no":7}
//! {"event":"pushed","bank":"HXB","file_no":7,"digest":"…","position":812,"receipt":"…"}
//! ```
//!
//! Accounts stand in it in clear: a sandbox's people are invented. The file is private all the
//! same.

use super::character::Fate;
use super::ledger::Instructed;
use schemas::value::{AccountNo, BankCode, Fen, Purpose};
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// A line as a bank was told it, and what it does with it.
#[derive(Clone, Copy, Debug)]
pub struct ToldLine {
    /// The row, from 1.
    pub row_no: u32,
    /// The payee's account.
    pub account: AccountNo,
    /// The wage.
    pub amount: Fen,
    /// What becomes of it.
    pub fate: Fate,
}

/// The file.
#[derive(Debug)]
pub struct LedgerFile(Mutex<File>);

impl LedgerFile {
    /// Opens it for appending, mode 0600.
    ///
    /// # Errors
    /// As the file system says.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self(Mutex::new(options.open(path)?)))
    }

    /// An instruction, in the order in which the bank took them.
    ///
    /// # Errors
    /// As the file system says.
    pub fn instructed(
        &self,
        (bank, file_no): (BankCode, u64),
        verdict: Instructed,
        lines: &[ToldLine],
    ) -> std::io::Result<()> {
        let verdict = match verdict {
            Instructed::Booked => "booked",
            Instructed::Repeated => "repeated",
            Instructed::Conflict => "conflict",
        };
        let lines = lines.iter().map(|line| {
            json!({
                "row_no": line.row_no, "account": line.account.reveal(Purpose::Matching),
                "amount_fen": line.amount.0, "fate": fate_word(line.fate),
            })
        });
        self.write(&json!({
            "event": "instructed", "bank": bank.as_str(), "file_no": file_no,
            "verdict": verdict, "lines": lines.collect::<Vec<_>>(),
        }))
    }

    /// A question about a file, whatever the bank answers.
    ///
    /// # Errors
    /// As the file system says.
    pub fn asked(&self, bank: BankCode, file_no: Option<u64>) -> std::io::Result<()> {
        self.write(&json!({"event": "asked", "bank": bank.as_str(), "file_no": file_no}))
    }

    /// A push that was answered: digest of its bytes (SHA-256, lower hex), the receipt's journal
    /// position as its header says, digest of the receipt.
    ///
    /// # Errors
    /// As the file system says.
    pub fn pushed(
        &self,
        (bank, file_no): (BankCode, u64),
        digest: &str,
        (position, receipt): (Option<u64>, &str),
    ) -> std::io::Result<()> {
        self.write(&json!({
            "event": "pushed", "bank": bank.as_str(), "file_no": file_no,
            "digest": digest, "position": position, "receipt": receipt,
        }))
    }

    fn write(&self, entry: &Value) -> std::io::Result<()> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // In one piece: who reads meanwhile sees whole lines.
        file.write_all(format!("{entry}\n").as_bytes())
    }
}

fn fate_word(fate: Fate) -> &'static str {
    match fate {
        Fate::Paid => "paid",
        Fate::Failed(_) => "failed",
        Fate::Returned => "returned",
        Fate::Unlisted => "unlisted",
        Fate::Never => "never",
    }
}
