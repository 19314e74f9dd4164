//! Signed replies: what a reply carries in its signature, and what the bank's port makes of it.
//!
//! The sandbox has no signature of the bank: its signed text is the base64 of what the port will
//! answer, and the port answers that.

use super::{BankReply, BankSide};
use crate::definition::dialect::{CaptureRule, StepRule};
use crate::exchange::{Crypto, Outcome, Unreadable};
use crate::layout::fault::{WriteFault, unreadable};
use crate::layout::field::Field;
use crate::layout::values::Values;
use crate::wire::Reading;
use crate::wire::layer::Around;
use base64::Engine;

impl BankSide<'_> {
    fn opened_at(&self, step: &StepRule) -> Option<&CaptureRule> {
        let mut captures = self.adapter.dialect.capture.iter();
        captures.find(|capture| capture.opened_by.as_ref() == Some(&step.name))
    }

    /// Whether a step of a query is about the file: a port that signs or opens is not.
    pub(super) fn asks(&self, step: &StepRule) -> bool {
        let signs = |step: &StepRule| {
            let captures = self.adapter.dialect.capture.iter();
            let mut signing = captures.filter(|capture| capture.sandbox_signs);
            let reply = step.reply.as_ref();
            signing.any(|capture| reply.is_some_and(|reply| reply.captures(&capture.name)))
        };
        !signs(step) && self.opened_at(step).is_none()
    }

    /// Whether the reply of a step tells of lines: the last one of a question does, and the signed
    /// one that the last one opens.
    #[must_use]
    pub fn tells_lines(&self, step: &str) -> bool {
        let mut questions = self.questions();
        self.seals_lines(step)
            || questions.any(|steps| steps.last().is_some_and(|last| last.name == step))
    }

    /// Whether the reply of a step tells of lines in a signed text, which nobody can read before
    /// the last step of the question has opened it.
    #[must_use]
    pub fn seals_lines(&self, step: &str) -> bool {
        self.questions().any(|steps| {
            let sealed = steps.last().and_then(|last| self.opened_at(last));
            let seals = |one: &StepRule| {
                let reply = one.reply.as_ref();
                sealed.is_some_and(|text| reply.is_some_and(|reply| reply.captures(&text.name)))
            };
            steps.iter().any(|one| one.name == step && seals(one))
        })
    }

    fn questions(&self) -> impl Iterator<Item = &[StepRule]> {
        let dialect = &self.adapter.dialect;
        [dialect.query.as_slice(), dialect.returns.as_slice()].into_iter()
    }

    /// The signed text of a capture in a reply; an error is not signed.
    pub(super) fn seal(
        &self,
        capture: &CaptureRule,
        (values, reply): (&Values, &BankReply),
        crypto: &dyn Crypto,
    ) -> Result<String, WriteFault> {
        let opener = capture.opened_by.as_ref();
        let mut steps = self.steps().map(|(step, _)| step);
        let step = steps.find(|step| Some(&step.name) == opener);
        let message = step.and_then(|step| Some((step, step.reply.as_ref()?)));
        let Some((step, message)) = message.filter(|_| reply.outcome == Outcome::Accepted) else {
            return Ok(String::new());
        };
        let mut values = values.clone();
        self.fill(&mut values, &step.codes, reply);
        let bytes = self.write(message, values, crypto)?;
        Ok(base64::prelude::BASE64_STANDARD.encode(bytes))
    }

    /// What a port answers to a signed text; `None` where the step opens nothing.
    pub(super) fn opened(&self, step: &StepRule, values: &Values) -> Option<Vec<u8>> {
        let capture = self.opened_at(step)?;
        let text = values.captured.get(&capture.name);
        let bytes = text.and_then(|text| base64::prelude::BASE64_STANDARD.decode(text).ok());
        Some(bytes.unwrap_or_default())
    }

    /// A signed text is about the file that stands in it.
    pub(super) fn look_inside(
        &self,
        step: &StepRule,
        values: &mut Values,
        crypto: &dyn Crypto,
    ) -> Result<(), Unreadable> {
        let Some(bytes) = self.opened(step, values) else {
            return Ok(());
        };
        let none = || unreadable("the step has no reply");
        let around = Around {
            crypto,
            charset: self.adapter.charset_in(),
        };
        let inside = step.reply.as_ref().ok_or_else(none)?;
        let inside = inside.read(&bytes, Reading::Whole, around)?;
        for field in [Field::FileNo, Field::FileDate] {
            if let Some(text) = inside.text(field) {
                values.set(field, text);
            }
        }
        Ok(())
    }
}
