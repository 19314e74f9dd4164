//! Official lists as effective-dated TOML in `codes/`, compiled in, parsed once.
//!
//! Each file begins with its source, the first day for which it is used and the day on which it
//! was compiled. No accessor panics: a list that can't be parsed behaves as empty, and
//! [`check`], which is called at start, says why.

mod banks;
mod calendar;
mod card_prefixes;
mod list;
mod minimum_wage;
mod regions;
mod words;

#[cfg(test)]
mod tests;

pub use banks::{
    Bank, add_banks, bank, bank_by_bic, bank_by_bin_group, bank_by_cnaps, bank_by_text, banks,
    banks_in_effect, listed_banks,
};
pub use calendar::{BankCalendar, BankDay, bank_day, bank_day_years, next_bank_day};
pub(crate) use card_prefixes::CardGroups;
pub use card_prefixes::{CardPrefix, bin_group, card_prefixes};
pub use list::ListHead;
pub use minimum_wage::{MinimumWage, minimum_wages};
pub use regions::{province_known, region_known, region_name, regions};
pub use words::{id_type_name, reason_text};

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

const FILES: [list::ListFile; 7] = [
    banks::FILE,
    card_prefixes::FILE,
    regions::FILE,
    calendar::FILE,
    words::ID_TYPES,
    words::REASONS,
    minimum_wage::FILE,
];

/// Where each list comes from and since when it is used.
///
/// # Errors
/// `Toml` naming the file whose head is not as it should be.
pub fn list_heads() -> Result<Vec<ListHead>, CodesError> {
    FILES.into_iter().map(list::ListFile::head).collect()
}

/// Parses every list; called at start so that a damaged list stops the program there. The
/// finding texts have their own check ([`crate::finding::check_table`]).
///
/// # Errors
/// `Toml` naming the file.
pub fn check() -> Result<(), CodesError> {
    list_heads()?;
    banks::Book::load(Vec::new())?;
    card_prefixes::Table::load()?;
    regions::load()?;
    calendar::load()?;
    words::load_id_types()?;
    words::load_reasons()?;
    minimum_wage::load()?;
    Ok(())
}
