//! What can go wrong between values and bytes.

use super::field::Field;
use crate::exchange::{CryptoError, Unreadable};
use schemas::text::CharsetError;
use schemas::{Finding, FindingCode};

/// Why a message can't be written. Names places, never values, but for one character.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteFault {
    /// A value that the message needs is not there.
    #[error("{place} is missing")]
    Missing {
        /// Field, connection or captured name.
        place: String,
    },
    /// A character that the bank's character set lacks, or that would break the layout.
    #[error("{place} has a character that can't be written")]
    NotEncodable {
        /// Where.
        place: String,
        /// The character.
        character: char,
    },
    /// Longer than the place.
    #[error("{place} has {bytes} bytes, {bytes_max} fit")]
    TooLong {
        /// Where.
        place: String,
        /// Bytes in the bank's character set.
        bytes: usize,
        /// Bytes that fit.
        bytes_max: usize,
    },
    /// The payee's bank is another one, and the bank pays its own accounts only.
    #[error("the payee's account is at another bank")]
    OtherBank {
        /// The payee's bank.
        bank: String,
    },
    /// A value is not of its canonical form: our own fault.
    #[error("{place} can't be spelt")]
    Form {
        /// Where.
        place: String,
    },
    /// A key failed.
    #[error("the message could not be signed or sealed")]
    Crypto(#[from] CryptoError),
}

impl WriteFault {
    fn place(&self) -> Option<&str> {
        match self {
            Self::Missing { place }
            | Self::NotEncodable { place, .. }
            | Self::TooLong { place, .. }
            | Self::Form { place } => Some(place),
            Self::OtherBank { .. } => Some(Field::PayeeBank.as_str()),
            Self::Crypto(_) => None,
        }
    }

    /// As a finding for the sender; of a line where `row_no` is given.
    #[must_use]
    pub fn finding(&self, row_no: Option<u32>) -> Finding {
        let column = self.place().and_then(column);
        // A value of the head stands in every row of some layouts: it is no line's fault.
        let row_no = row_no.filter(|_| column != Some(PAYER_NAME));
        let at = |code| {
            let finding = match row_no {
                Some(row) => Finding::of_line(code, row, row),
                None => Finding::of_file(code),
            };
            match column {
                Some(column) => finding.field(column),
                None => finding,
            }
        };
        match self {
            Self::Missing { place } | Self::Form { place } => {
                at(FindingCode::MissingField).with("field", column.unwrap_or(place))
            }
            Self::NotEncodable { place, character } => {
                let name = place == Field::PayeeName.as_str();
                at(not_encodable(name))
                    .with("character", character)
                    .with("code_point", format!("U+{:04X}", u32::from(*character)))
                    .with("field", column.unwrap_or(place))
            }
            Self::TooLong {
                place,
                bytes,
                bytes_max,
            } => {
                let finding = at(too_long(place == Field::PayeeName.as_str()))
                    .with("bytes", bytes)
                    .with("bytes_max", bytes_max)
                    .with("field", column.unwrap_or(place));
                if place == Field::PayeeAccount.as_str() {
                    finding.with("remedy", SHORTER_ACCOUNT)
                } else {
                    finding
                }
            }
            Self::OtherBank { bank } => at(FindingCode::PayeeBankNotPaid).with("stated", bank),
            Self::Crypto(error) => at(FindingCode::MissingField).with("field", error),
        }
    }
}

const PAYER_NAME: &str = "payer_name";

/// The hint where an account is longer than the bank takes: it can't be shortened.
pub(crate) const SHORTER_ACCOUNT: &str = "shorter_account";

/// The column of the employer's file that fills a place of the layout.
fn column(place: &str) -> Option<&'static str> {
    let fields = [
        (Field::PayerName, PAYER_NAME),
        (Field::PayeeName, "name"),
        (Field::PayeeAccount, "account"),
        (Field::PayeeBank, "bank"),
        (Field::PayeeIdNumber, "id_number"),
        (Field::PayeeClass, "bank"),
        (Field::RowMemo, "memo"),
    ];
    let found = fields
        .into_iter()
        .find(|(field, _)| field.as_str() == place);
    found.map(|(_, column)| column)
}

/// The code for a name or another text that can't be encoded.
#[must_use]
pub fn not_encodable(name: bool) -> FindingCode {
    if name {
        FindingCode::NameNotEncodable
    } else {
        FindingCode::TextNotEncodable
    }
}

/// The code for a name or another text that is too long.
#[must_use]
pub fn too_long(name: bool) -> FindingCode {
    if name {
        FindingCode::NameTooLong
    } else {
        FindingCode::TextTooLong
    }
}

/// Not the message that it should be, about the whole of it.
#[must_use]
pub fn unreadable(what: impl Into<String>) -> Unreadable {
    Unreadable::at(what, 0)
}

/// What is said of bytes that the character set does not have.
pub(crate) const ILL_FORMED: &str = "bytes that the character set does not have";

/// Bytes that the character set does not have.
#[must_use]
pub fn ill_formed(error: CharsetError) -> Unreadable {
    let offset = match error {
        CharsetError::IllFormed { offset } => offset,
        CharsetError::Unmappable { .. } => 0,
    };
    Unreadable::at(ILL_FORMED, offset)
}
