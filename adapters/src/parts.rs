//! A file in parts: one step that is sent once for each of them.
//!
//! What the public material does not say is whether a bank begins to pay before it has the last
//! part. So the first part instructs, and whatever breaks off after it may have been paid.

use crate::adapter::BankAdapter;
use crate::definition::dialect::StepRule;
use crate::exchange::{Crypto, OrderLine, Outgoing};
use crate::layout::fault::WriteFault;
use crate::layout::field::Field;
use crate::layout::lines::RowFault;
use crate::layout::values::Values;
use schemars::JsonSchema;
use schemas::Fen;
use serde::Deserialize;

/// How a step sends a file in parts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartsRule {
    /// Most rows of a part.
    pub rows: u32,
    /// The captured value that the answer to the first part gives and every further part repeats.
    pub number: String,
}

impl PartsRule {
    fn rows(&self) -> usize {
        usize::try_from(self.rows).unwrap_or(usize::MAX).max(1)
    }

    /// Parts of a file.
    pub(crate) fn count(&self, lines: &[OrderLine]) -> usize {
        lines.len().div_ceil(self.rows()).max(1)
    }

    /// The values and the lines of one part, counted from 0; `None` where its sum can't be made.
    pub(crate) fn of<'l>(
        &self,
        (whole, lines): (&Values, &'l [OrderLine]),
        at: usize,
    ) -> Option<(Values, &'l [OrderLine])> {
        let own = lines.chunks(self.rows()).nth(at).unwrap_or_default();
        let total = own
            .iter()
            .try_fold(Fen::ZERO, |sum, line| sum.checked_add(line.amount))?;
        let mut part = Values {
            head: whole.head.clone(),
            captured: whole.captured.clone(),
            connection: whole.connection.clone(),
            ..Values::default()
        };
        if at == 0 {
            part.captured.remove(&self.number);
        }
        let count = self.count(lines);
        let yes = |yes: bool| if yes { "yes" } else { "no" };
        part.set(Field::RowCount, own.len().to_string());
        part.set(Field::PartTotal, total.0.to_string());
        part.set(Field::PartNo, (at + 1).to_string());
        part.set(Field::PartCount, count.to_string());
        part.set(Field::PartFirst, yes(at == 0));
        part.set(Field::PartLast, yes(at + 1 == count));
        Some((part, own))
    }
}

impl BankAdapter {
    /// One message of a step, of the part counted from 0 where the step has parts.
    ///
    /// # Errors
    /// What does not fit, with its row.
    pub(crate) fn outgoing_part(
        &self,
        step: &StepRule,
        (values, lines): (&Values, &[OrderLine]),
        at: usize,
        crypto: &dyn Crypto,
    ) -> Result<Outgoing, RowFault> {
        let Some(rule) = &step.parts else {
            return self.outgoing(step, (values, lines), crypto);
        };
        let unmade = || {
            let place = Field::PartTotal.to_string();
            (WriteFault::Form { place }, None)
        };
        let (part, own) = rule.of((values, lines), at).ok_or_else(unmade)?;
        let mut outgoing = self.outgoing(step, (&part, own), crypto)?;
        outgoing.instructs = step.instructs && at == 0;
        Ok(outgoing)
    }

    /// Every message of a step, with the placeholder where a part needs what an answer gives.
    ///
    /// # Errors
    /// The first thing that does not fit, with its row.
    pub(crate) fn outgoing_parts(
        &self,
        step: &StepRule,
        (values, lines): (&Values, &[OrderLine]),
        crypto: &dyn Crypto,
    ) -> Result<Vec<Outgoing>, RowFault> {
        let Some(rule) = &step.parts else {
            return Ok(vec![self.outgoing(step, (values, lines), crypto)?]);
        };
        let mut values = values.clone();
        let mut captures = self.dialect.capture.iter();
        if let Some(capture) = captures.find(|capture| capture.name == rule.number) {
            let known = values.captured.entry(rule.number.clone());
            known.or_insert_with(|| capture.placeholder.clone());
        }
        let parts = 0..rule.count(lines);
        parts
            .map(|at| self.outgoing_part(step, (&values, lines), at, crypto))
            .collect()
    }
}
