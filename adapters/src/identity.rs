//! Who the bank of an adapter is, and what of its dialect a preset may add to.

use crate::adapter::BankAdapter;
use schemas::codes::{self, Bank};

impl BankAdapter {
    /// The bank, of the list of banks or as its folder says itself; `None` for a dialect that
    /// stands alone.
    #[must_use]
    pub fn bank(&self) -> Option<&Bank> {
        self.identity.as_ref().or(codes::bank(self.code))
    }

    /// Names of the code tables, to which a preset may add.
    pub fn code_tables(&self) -> impl Iterator<Item = &str> {
        self.codes.keys().map(String::as_str)
    }
}
