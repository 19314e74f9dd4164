//! Registered payer accounts: which employer may instruct which account at which bank.

use adapters::ConnectionValues;
use schemas::value::{AccountNo, BankCode, PersonName, Uscc};
use std::collections::BTreeMap;

/// A payer account that an employer has registered, and whose name it carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    /// Name of the account.
    pub payer_name: PersonName,
    /// The employer's numbers at the bank, by the dialect's names of connection fields.
    pub connection: ConnectionValues,
}

/// All mandates, by employer, bank and account.
#[derive(Clone, Debug, Default)]
pub struct Mandates(BTreeMap<(Uscc, BankCode, AccountNo), Mandate>);

impl Mandates {
    /// Registers an account.
    pub fn register(&mut self, key: (Uscc, BankCode, AccountNo), mandate: Mandate) {
        self.0.insert(key, mandate);
    }

    /// The mandate of an employer for an account at a bank.
    #[must_use]
    pub fn find(&self, employer: Uscc, bank: BankCode, account: AccountNo) -> Option<&Mandate> {
        self.0.get(&(employer, bank, account))
    }

    /// Number of mandates.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when nothing is registered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
