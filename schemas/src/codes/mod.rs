//! Official lists as effective-dated TOML in `codes/`, compiled in, parsed once.

use crate::value::{AccountNo, BankCode, CnapsCode, RegionCode};
use time::Date;

/// One of the 57 banks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bank {
    /// Our code.
    pub code: BankCode,
    /// Legal name in Chinese.
    pub name_zh: String,
    /// Legal name in English.
    pub name_en: String,
    /// Short names by which clerks write it (工行, 工商银行).
    pub short_names: Vec<String>,
    /// state, joint_stock, city, private, foreign or rural.
    pub kind: String,
    /// First three digits of its bank numbers.
    pub cnaps_class: String,
    /// Head-office bank number, where known.
    pub cnaps_code: Option<CnapsCode>,
    /// SWIFT code, where it has one.
    pub bic: Option<String>,
    /// Group of card prefixes, where it has one.
    pub bin_group: Option<String>,
}

/// Whether the banks work on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BankDay {
    /// They work.
    Open,
    /// Weekend or holiday.
    Closed,
}

/// Why a code list can't be used, or can't answer.
#[derive(Debug, thiserror::Error)]
pub enum CodesError {
    /// A list is not the TOML that it should be.
    #[error("codes/{file} can't be read")]
    Toml {
        /// The file.
        file: &'static str,
        /// What the parser says, with line and column.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// No list of holidays for the year: unknown, never guessed.
    #[error("no list of bank days for {year}")]
    YearUnknown {
        /// The year asked for.
        year: i32,
    },
}

/// All 57 banks in the order of the list.
#[must_use]
pub fn banks() -> &'static [Bank] {
    &[]
}

/// The bank of a code.
#[must_use]
pub fn bank(_code: BankCode) -> Option<&'static Bank> {
    None
}

/// The bank that a clerk's text names: a code, a legal name or a known short name.
#[must_use]
pub fn bank_by_text(_text: &str) -> Option<&'static Bank> {
    None
}

/// The bank of a BIC (8 or 11 characters).
#[must_use]
pub fn bank_by_bic(_bic: &str) -> Option<&'static Bank> {
    None
}

/// The group of the longest card prefix that fits the number and its length.
#[must_use]
pub fn bin_group(_account: &AccountNo) -> Option<&'static str> {
    None
}

/// Name of a region of the list, Chinese.
#[must_use]
pub fn region_name(_region: RegionCode) -> Option<&'static str> {
    None
}

/// Whether banks work on `date`.
///
/// # Errors
/// `YearUnknown` where no list of the year is loaded.
pub fn bank_day(date: Date) -> Result<BankDay, CodesError> {
    Err(CodesError::YearUnknown { year: date.year() })
}

/// The first bank day on or after `date`.
///
/// # Errors
/// `YearUnknown` where the search runs out of the known years.
pub fn next_bank_day(date: Date) -> Result<Date, CodesError> {
    bank_day(date).map(|_| date)
}

/// Parses every list; called at start so that a damaged list stops the program there.
///
/// # Errors
/// `Toml` naming the file.
pub fn check() -> Result<(), CodesError> {
    Ok(())
}
