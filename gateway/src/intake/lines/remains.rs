//! What is left of a line that was refused.

use super::Row;
use schemas::value::{AccountNo, BankCode, Fen, IdNumber, IdType, PersonName};

/// What could be read of a refused line, masked as far as it is personal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remains {
    /// Name.
    pub name: Option<String>,
    /// Kind of document.
    pub id_type: Option<String>,
    /// Number of the document.
    pub id_number: Option<String>,
    /// Account.
    pub account: Option<String>,
    /// Bank of the account.
    pub payee_bank: Option<BankCode>,
    /// What was to be paid.
    pub amount: Option<Fen>,
    /// What was earned.
    pub gross_amount: Option<Fen>,
}

impl Remains {
    pub(super) fn of(row: &Row<'_>) -> Self {
        let id_type = row
            .5
            .and_then(|number| IdType::parse(&number.to_string()).ok());
        let number = |text: &str| IdNumber::parse(id_type?, text).ok();
        Self {
            name: row.4.as_deref().map(PersonName::mask),
            id_type: id_type.map(|kind| kind.to_string()),
            id_number: row.6.as_deref().and_then(number).map(|n| n.masked()),
            account: row
                .7
                .as_deref()
                .and_then(|text| AccountNo::parse(text).ok())
                .map(|account| account.masked()),
            payee_bank: row.8,
            amount: row.10.map(Fen),
            gross_amount: row.11.map(Fen),
        }
    }
}
