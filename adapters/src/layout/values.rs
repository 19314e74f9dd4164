//! The named values between an order or an answer and the bytes.

use super::field::Field;
use super::keyed::Keyed;
use super::rows::Rows;
use schemas::text::Charset;
use std::collections::BTreeMap;

/// One set of named values, in canonical form (amounts in fen, dates `yyyyMMdd`).
pub type Record = Keyed<Field>;

/// Everything that a message says: head, rows, captured and connection values.
///
/// Holds personal data in clear, so `Debug` prints the names and never the values.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// The head.
    pub head: Record,
    /// The rows.
    pub rows: Rows,
    /// Values that a reply gave for later steps (tickets, signatures).
    pub captured: BTreeMap<String, String>,
    /// The employer's numbers at the bank.
    pub connection: BTreeMap<String, String>,
    /// Read from what somebody kept, not from a channel: our numbers may have any form, and stay
    /// texts where it is not ours.
    pub kept: bool,
    /// The layer that says whether the request was answered is gone: nothing is known of it.
    pub unsaid: bool,
    /// The character set that the head of the message names.
    pub charset: Option<Charset>,
}

impl Values {
    /// A head value.
    #[must_use]
    pub fn text(&self, field: Field) -> Option<&str> {
        self.head.get(&field)
    }

    /// A head value that is a number.
    #[must_use]
    pub fn number(&self, field: Field) -> Option<i64> {
        self.text(field)?.parse().ok()
    }

    /// Whether a message said nothing at all.
    #[must_use]
    pub fn are_none(&self) -> bool {
        self.head.texts().is_empty() && self.rows.is_empty() && self.captured.is_empty()
    }

    /// Sets a head value.
    pub fn set(&mut self, field: Field, value: impl AsRef<str>) {
        self.head.insert(field, value);
    }
}

impl std::fmt::Debug for Values {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Values")
            .field("head", &self.head)
            .field("rows", &self.rows.len())
            .field("captured", &self.captured.keys())
            .field("connection", &self.connection.keys())
            .finish()
    }
}
