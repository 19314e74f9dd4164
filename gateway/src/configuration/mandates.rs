//! Which accounts an employer may pay from: registered by the operator from the bank's papers.

use std::collections::BTreeMap;

use schemas::value::PersonName;
use schemas::{AccountNo, BankCode, Uscc};
use serde::{Deserialize, Deserializer};

use super::error::{ConfigurationError, Problem};
use super::file::Source;
use super::value;

/// One registered payer account. Account and name print masked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mandate {
    /// The employer.
    #[serde(deserialize_with = "uscc")]
    pub employer: Uscc,
    /// The bank that pays.
    #[serde(deserialize_with = "value::bank")]
    pub bank: BankCode,
    /// The account.
    #[serde(deserialize_with = "account")]
    pub account: AccountNo,
    /// Its holder's name as the bank has it.
    #[serde(deserialize_with = "name")]
    pub name: PersonName,
}

/// All registered accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mandates(BTreeMap<(Uscc, BankCode, AccountNo), Mandate>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MandatesFile {
    #[serde(default)]
    mandate: Vec<Mandate>,
}

impl Mandates {
    pub(super) fn read(source: &Source, errors: &mut Vec<ConfigurationError>) -> Self {
        let mut mandates = Self::default();
        match source.typed::<MandatesFile>() {
            Err(error) => errors.push(error),
            Ok(file) => {
                for (nth, mandate) in file.mandate.into_iter().enumerate() {
                    if !mandates.add(mandate) {
                        errors.push(source.nth_problem("[[mandate]]", nth, Problem::Twice));
                    }
                }
            }
        }
        mandates
    }

    /// Registers an account; false when it is registered already.
    pub fn add(&mut self, mandate: Mandate) -> bool {
        let key = (mandate.employer, mandate.bank, mandate.account);
        match self.0.entry(key) {
            std::collections::btree_map::Entry::Occupied(_) => false,
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(mandate);
                true
            }
        }
    }

    /// The mandate of an employer for that account at that bank.
    #[must_use]
    pub fn find(&self, employer: Uscc, bank: BankCode, account: AccountNo) -> Option<&Mandate> {
        self.0.get(&(employer, bank, account))
    }

    /// All, in the order of employer, bank and account.
    pub fn iter(&self) -> impl Iterator<Item = &Mandate> {
        self.0.values()
    }
}

fn uscc<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Uscc, D::Error> {
    value::through(
        deserializer,
        Uscc::parse,
        "a unified social credit code with its check character",
    )
}

fn account<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AccountNo, D::Error> {
    value::through(
        deserializer,
        AccountNo::parse,
        "an account of 8 to 32 digits",
    )
}

fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PersonName, D::Error> {
    value::through(deserializer, PersonName::parse, "the account holder's name")
}
