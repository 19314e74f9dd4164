//! What every adapter written by hand does besides its layout: checks of texts, values in their
//! types, rows that stand twice, sums.

use adapters::exchange::{LineOutcome, Outcome, PaymentOrder};
use schemas::text::Charset;
use schemas::{AccountNo, FailureReason, Fen, PersonName};
use std::collections::BTreeMap;
use std::error::Error;

/// Why a loop by hand stopped.
pub type Failure = Box<dyn Error + Send + Sync>;

/// What a bank says of one file.
pub struct Answer {
    pub lines: Vec<LineOutcome>,
    pub totals: BTreeMap<String, i64>,
}

/// A row as its texts stand in the message; an empty one is absent.
#[derive(Default)]
pub struct Row<'t> {
    pub row_no: &'t str,
    pub account: &'t str,
    pub name: &'t str,
    pub amount: Option<Fen>,
    pub status: &'t str,
    pub code: &'t str,
    pub text: &'t str,
    pub serial: &'t str,
    pub original_serial: &'t str,
    pub booked_at: &'t str,
}

impl Row<'_> {
    /// The line, with the outcome that its status means.
    pub fn line(&self, outcome: Outcome) -> Result<LineOutcome, Failure> {
        if self.row_no.is_empty() || self.status.is_empty() {
            return Err("a row has no number or no status".into());
        }
        let digits = self.row_no.bytes().all(|byte| byte.is_ascii_digit());
        let row_no = self.row_no.parse().ok().filter(|_| digits);
        let failed = matches!(outcome, Outcome::Failed(_)) && !self.code.is_empty();
        let shown = if failed { self.code } else { self.status };
        Ok(LineOutcome {
            row_no: Some(row_no.ok_or("a row number is none")?),
            reference: None,
            account: AccountNo::parse(self.account).ok(),
            name: PersonName::parse(self.name).ok(),
            amount: self.amount,
            outcome,
            return_reason: None,
            detail: None,
            bank_code: some(shown),
            bank_text: some(self.text),
            bank_serial: some(self.serial),
            original_bank_serial: some(self.original_serial),
            booked_at: some(self.booked_at),
        })
    }
}

pub fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

pub const REFUSED: Outcome = Outcome::Failed(FailureReason::RefusedByBank);

/// The answer, if no row stands twice and what it states of the whole is what its rows make.
pub fn answer(lines: Vec<LineOutcome>, stated: &[(&str, i64)]) -> Result<Answer, Failure> {
    let mut seen = vec![false; lines.len() + 1];
    let mut total = 0i64;
    for line in &lines {
        let at = line.row_no.and_then(|no| usize::try_from(no).ok());
        let slot = at
            .and_then(|at| seen.get_mut(at))
            .ok_or("a row of no line")?;
        if std::mem::replace(slot, true) {
            return Err("a row stands twice".into());
        }
        let amount = line.amount.ok_or("a row without an amount")?;
        total = total.checked_add(amount.0).ok_or("a sum too large")?;
    }
    for (name, stated) in stated {
        let made = match *name {
            "count" => i64::try_from(lines.len())?,
            "amount_fen" => total,
            _ => continue,
        };
        if made != *stated {
            return Err("another total than its rows make".into());
        }
    }
    let totals = stated
        .iter()
        .map(|(name, value)| ((*name).to_owned(), *value));
    Ok(Answer {
        lines,
        totals: totals.collect(),
    })
}

/// A text that the bank takes: no controls, no separators, so many bytes in its character set.
pub fn check(
    text: &str,
    charset: Charset,
    bytes_max: usize,
    separators: &[char],
) -> Result<(), Failure> {
    let bad = |c: char| c.is_control() || separators.contains(&c);
    if text.chars().any(bad) {
        return Err("a character that can't be written".into());
    }
    if charset.byte_len(text)? > bytes_max {
        return Err("a text too long".into());
    }
    Ok(())
}

/// Sum of an order.
pub fn total(order: &PaymentOrder) -> Result<Fen, Failure> {
    order.total().ok_or_else(|| "a sum too large".into())
}

/// A value of the connection.
pub fn connection<'o>(order: &'o PaymentOrder, name: &str) -> Result<&'o str, Failure> {
    order
        .connection
        .value(name)
        .ok_or_else(|| "no such value".into())
}

/// One row in fifty failed in the invented answers.
pub fn failed(row_no: u32) -> bool {
    row_no.is_multiple_of(50)
}
