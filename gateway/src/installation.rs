//! The banks of this installation, as the other parts ask for them.

use crate::book::Came;
use crate::core::{Core, CoreError};
use crate::dispatch::Bank;
use crate::outcome::{self, MessageKind, Received};
use adapters::BankAdapter;
use adapters::exchange::Crypto;
use schemas::employer_files::{BankRules, LineRules};
use schemas::value::BankCode;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What each paying bank of the book takes, by its adapter.
#[derive(Clone, Copy, Debug)]
pub struct BookRules(pub &'static adapters::Book);

impl BankRules for BookRules {
    fn rules_of(&self, paying_bank: BankCode) -> Option<Arc<dyn LineRules>> {
        let adapter = self.0.adapter(paying_bank)?;
        Some(Arc::new(adapter.line_rules()))
    }
}

/// Last time of a bank day for an instruction at a bank of the book; `None` for another one.
#[must_use]
pub fn cut_off(bank: BankCode) -> Option<time::Time> {
    let book = adapters::Book::built_in().ok()?;
    Some(book.adapter(bank)?.cut_off())
}

/// The banks to which this installation is connected.
#[derive(Clone, Debug, Default)]
pub struct Banks(pub Arc<BTreeMap<BankCode, Arc<Bank>>>);

impl Banks {
    /// Takes a message that a bank pushed; `None` where the bank is not connected.
    ///
    /// # Errors
    /// Ours only.
    pub fn receive(
        &self,
        core: &Core,
        bank: BankCode,
        kind: MessageKind,
        bytes: &[u8],
    ) -> Result<Option<Received>, CoreError> {
        let Some(bank) = self.0.get(&bank) else {
            return Ok(None);
        };
        outcome::receive(core, bank.adapter, &bank.keys, kind, bytes).map(Some)
    }

    /// As [`Banks::receive`], of a result that lay in the bank's folder: when it may have come
    /// there, by the journal sequence of the next record then.
    ///
    /// # Errors
    /// Ours only.
    pub fn receive_found(
        &self,
        core: &Core,
        bank: BankCode,
        bytes: &[u8],
        came: Came,
    ) -> Result<Option<Received>, CoreError> {
        let Some(bank) = self.0.get(&bank) else {
            return Ok(None);
        };
        let result = (MessageKind::Result, bytes);
        outcome::receive_found(core, bank.adapter, &bank.keys, result, came).map(Some)
    }

    /// Finishes the messages whose reading a crash interrupted.
    ///
    /// # Errors
    /// Ours only.
    pub fn finish_interrupted(&self, core: &Core) -> Result<usize, CoreError> {
        outcome::finish_interrupted(core, &|code| self.reads(code))
    }

    /// Reads once more what could not be read when it came. Gives how many messages were read.
    ///
    /// # Errors
    /// Ours only.
    pub fn read_again(&self, core: &Core) -> Result<usize, CoreError> {
        outcome::read_again(core, &|code| self.reads(code))
    }

    fn reads(&self, code: BankCode) -> Option<(&BankAdapter, &dyn Crypto)> {
        let bank = self.0.get(&code)?;
        Some((bank.adapter, &bank.keys))
    }
}
