//! Files by their names: what a name says, and what the bank gives out under one.

use super::{BankReply, BankSide};
use crate::definition::dialect::StepRule;
use crate::exchange::Crypto;
use crate::layout::atom::Atom;
use crate::layout::fault::WriteFault;
use crate::layout::field::Field;
use crate::layout::join::read_join;
use crate::layout::lines::context;
use crate::layout::slot::Slot;
use crate::layout::values::Values;
use crate::wire::http::WireRule;
use crate::wire::md5_hex;

/// Takes what the name of a file says into `values`; nothing of it where it does not fit.
pub(super) fn read_name(step: &StepRule, name: &str, values: &mut Values) -> Result<(), String> {
    let parts: Vec<Atom> = step
        .file_name
        .iter()
        .flat_map(Slot::atoms)
        .cloned()
        .collect();
    if parts.iter().filter(|part| part.chars().is_none()).count() > 1 {
        return Err("two parts of the name have no fixed length".to_owned());
    }
    let mut named = values.clone();
    read_join(&parts, name, &mut context(&mut named, None))?;
    *values = named;
    Ok(())
}

impl BankSide<'_> {
    /// Whether the bank gives out files that a query fetches.
    #[must_use]
    pub fn gives_files(&self) -> bool {
        let mut steps = self.adapter.dialect.query.iter();
        steps.any(|step| matches!(step.wire, WireRule::Fetch(_)))
    }

    /// A bank that gives out files names them by its own number of the batch alone: the bank of a
    /// sandbox makes it from ours, and finds the file by it.
    pub(super) fn number(&self, values: &mut Values) {
        let own = values.text(Field::FileNo).and_then(|no| no.parse().ok());
        if let Some(number) = own.and_then(|own| self.number_of(own)) {
            values.set(Field::BankBatchNo, number);
        }
    }

    pub(super) fn number_of(&self, file_no: u64) -> Option<String> {
        self.gives_files().then(|| format!("{file_no:012}"))
    }

    /// The file that a request is about.
    pub(super) fn file_no(&self, values: &Values) -> Option<u64> {
        let given = || {
            values
                .text(Field::BankBatchNo)
                .filter(|_| self.gives_files())
        };
        let number = values.text(Field::FileNo).or_else(given)?;
        number.parse().ok()
    }

    /// The MD5 of the file that the step of this name will give out.
    pub(super) fn md5_of(
        &self,
        step: &str,
        reply: &BankReply,
        crypto: &dyn Crypto,
    ) -> Result<String, WriteFault> {
        let (step, message) = self.replying(step)?;
        let mut values = Values::default();
        self.fill(&mut values, &step.codes, reply);
        Ok(md5_hex(&self.write(message, values, crypto)?))
    }
}
