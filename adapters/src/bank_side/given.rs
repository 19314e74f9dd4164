//! Files by their names: what a name says, and what the bank gives out under one.

use super::{BankReply, BankRequest, BankSide};
use crate::definition::dialect::{CaptureRule, StepRule};
use crate::exchange::Crypto;
use crate::layout::atom::Atom;
use crate::layout::fault::WriteFault;
use crate::layout::field::Field;
use crate::layout::lines::context;
use crate::layout::slot::{Slot, join};
use crate::layout::values::Values;
use crate::wire::http::WireRule;
use crate::wire::{Message, md5_hex};
use base64::Engine;

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
    join::read(&parts, name, &mut context(&mut named, false))?;
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
        let gives = self.gives_files() || self.must_number();
        gives.then(|| format!("{file_no:012}"))
    }

    /// Whether an answer to a submission is none without the bank's number of the batch.
    fn must_number(&self) -> bool {
        let mut replies = self
            .adapter
            .dialect
            .submit
            .iter()
            .filter_map(|s| s.reply.as_ref());
        replies.any(|reply| reply.requires(Field::BankBatchNo))
    }

    /// A request that names the batch by the bank's number alone is about the file that got it.
    pub(super) fn number_of_batch(&self, values: &mut Values) {
        let captures = self.adapter.dialect.capture.iter();
        let mut named = captures.filter(|capture| capture.names_batch);
        let number = named.find_map(|capture| values.captured.get(&capture.name));
        let number: Option<u64> = number.and_then(|number| number.parse().ok());
        if let (None, Some(number)) = (values.text(Field::FileNo), number) {
            values.set(Field::FileNo, number.to_string());
        }
    }

    /// What the sandbox gives out for a capture in a reply; `None` where it has nothing.
    pub(super) fn capture(
        &self,
        capture: &CaptureRule,
        (request, message): (&BankRequest, &Message),
        (values, reply): (&Values, &BankReply),
        crypto: &dyn Crypto,
    ) -> Result<Option<String>, WriteFault> {
        let stands = message.captures(&capture.name);
        if let Some(step) = &capture.sandbox_md5_of {
            let md5 = stands.then(|| self.md5_of(step, reply, crypto));
            return md5.transpose();
        }
        if capture.opened_by.is_some() && stands {
            return self.seal(capture, (values, reply), crypto).map(Some);
        }
        Ok(Some(match request.file_no {
            Some(file_no) if capture.names_batch => format!("{file_no:010}"),
            Some(_) | None if capture.sandbox_signs => {
                base64::prelude::BASE64_STANDARD.encode(&request.body)
            }
            Some(_) | None => capture.placeholder.clone(),
        }))
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
