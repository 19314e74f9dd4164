//! Values with one parsing door each. A value that must never mix with another is its own type.

mod account_no;
mod bank_code;
mod cnaps_code;
mod fen;
mod id_number;
mod identifiers;
mod inline_text;
mod pay_month;
mod person_name;
mod personal_number;
mod plain_text;
mod serde_text;
mod uscc;

#[cfg(test)]
mod tests;

pub use account_no::{AccountNo, luhn_holds};
pub use bank_code::BankCode;
pub use cnaps_code::CnapsCode;
pub use fen::{Fen, grouped};
pub use id_number::{IdNumber, IdType};
pub use identifiers::{BatchId, BatchNo, LineNo, PaymentId, RegionCode};
pub use inline_text::InlineText;
pub use pay_month::PayMonth;
pub use person_name::PersonName;
pub use personal_number::{folded, holds_personal_number};
pub(crate) use plain_text::{first_forbidden, forbidden, invisible, narrow, trimmed};
pub use uscc::Uscc;

/// Why a text is not a value of its type. What the sender reads is a finding made from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Nothing there after trimming.
    #[error("empty")]
    Empty,
    /// A character or a length that the type does not have.
    #[error("not of the required form")]
    Form,
    /// The check digit or character does not follow from the rest.
    #[error("the check character does not match")]
    Check,
    /// A date inside the value does not exist.
    #[error("the date in it does not exist")]
    Date,
    /// Zero or negative where only a positive amount can be paid.
    #[error("not positive")]
    NotPositive,
    /// Larger than the type can hold.
    #[error("too large")]
    Overflow,
    /// A number of a person in a text that stays in clear.
    #[error("it holds a document number or an account")]
    Personal,
}

/// For what a personal value is opened. The list is closed so that a search for a purpose
/// finds every place where personal data leaves its wrapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Written into an instruction to a bank.
    Instruction,
    /// Compared, indexed by keyed hash or checked; never shown.
    Matching,
    /// Sealed into the journal.
    Sealing,
    /// Shown in clear to its own employer or, with purpose and approval, to a regulator.
    Disclosure,
}
