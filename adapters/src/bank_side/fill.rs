//! What the bank says, as named values: codes by their tables in reverse, sums, rows.

use super::{BankReply, BankSide};
use crate::definition::dialect::CodeNames;
use crate::exchange::{Crypto, LineOutcome, Outcome};
use crate::layout::fault::WriteFault;
use crate::layout::field::Field;
use crate::layout::values::{Record, Values};
use crate::order::date_text;
use crate::totals::GROUPS;
use crate::wire::Message;
use crate::wire::layer::Around;
use schemas::{FailureReason, Purpose};

impl BankSide<'_> {
    pub(super) fn line_codes(
        &self,
        names: &CodeNames,
        (outcome, reason): (Outcome, Option<FailureReason>),
        detail: Option<&str>,
    ) -> (String, Option<String>) {
        let table = names
            .line
            .as_ref()
            .and_then(|n| self.adapter.codes.get(n.get_ref()));
        let status = table.and_then(|table| table.code_of(outcome, detail));
        let reason = match outcome {
            Outcome::Failed(reason) => Some(reason),
            Outcome::Paid
            | Outcome::Accepted
            | Outcome::Unknown
            | Outcome::Returned
            | Outcome::NotFound => reason,
        };
        let code = reason.and_then(|reason| self.adapter.reasons.code_of(reason));
        let code = code.map(str::to_owned);
        (status.unwrap_or_else(|| UNLISTED.to_owned()), code)
    }

    /// Whether a message names a line of this outcome: a list of failures does not name others.
    pub(super) fn lists(&self, names: &CodeNames, outcome: Outcome) -> bool {
        let status = || self.line_codes(names, (outcome, None), None).0;
        let listed = names.listed.as_ref();
        listed.is_none_or(|listed| *listed.get_ref() == status())
    }

    fn code(&self, name: Option<&toml::Spanned<String>>, outcome: Outcome) -> Option<String> {
        let table = self.adapter.codes.get(name?.get_ref())?;
        let code = table.code_of(outcome, None);
        Some(code.unwrap_or_else(|| UNLISTED.to_owned()))
    }

    /// Some banks answer the request well and say in the batch's place that there is none.
    fn not_found_is_of_the_batch(&self, names: &CodeNames) -> bool {
        let says = |name: Option<&toml::Spanned<String>>| {
            let table = name.and_then(|name| self.adapter.codes.get(name.get_ref()));
            table.is_some_and(|table| table.0.iter().any(|c| c.outcome == Outcome::NotFound))
        };
        says(names.batch.as_ref()) && !says(names.request.as_ref())
    }

    pub(super) fn fill(&self, values: &mut Values, names: &CodeNames, reply: &BankReply) {
        self.adapter.fill_examples(values);
        let batch = match reply.batch {
            // Where only failures are listed, "done" alone says that the rest is paid.
            Some(Outcome::Paid) if names.listed.is_some() && !settled(reply) => Outcome::Accepted,
            Some(said) => said,
            None => batch_of(reply),
        };
        let request = match (reply.outcome, batch) {
            (Outcome::NotFound, Outcome::NotFound) if self.not_found_is_of_the_batch(names) => {
                Outcome::Accepted
            }
            (outcome, _) => outcome,
        };
        let batch = self.code(names.batch.as_ref(), batch);
        let (batch, result) = match batch.as_deref().and_then(|code| code.split_once('/')) {
            Some((code, result)) => (Some(code.to_owned()), Some(result.to_owned())),
            None => (batch, None),
        };
        let settles_on = reply.settles_on.map(date_text);
        let settles_on = settles_on.or_else(|| values.text(Field::FileDate).map(str::to_owned));
        let head = [
            (Field::BatchSettlementDate, settles_on),
            (Field::ReplyCode, self.code(names.request.as_ref(), request)),
            (Field::ReplyFlag, self.code(names.flag.as_ref(), request)),
            (Field::BatchCode, batch),
            (Field::BatchResult, result),
            (Field::ReplyText, reply.text.clone()),
            (Field::BankBatchNo, reply.bank_batch_no.clone()),
        ];
        for (field, value) in head {
            if let Some(value) = value {
                values.set(field, value);
            }
        }
        let mut lines = reply.lines.clone();
        if names.listed.is_some() {
            // What came back was paid: a list of failures counts it so.
            let returned = lines.iter_mut().filter(|l| l.outcome == Outcome::Returned);
            returned.for_each(|line| line.outcome = Outcome::Paid);
        }
        let listed = lines
            .iter()
            .filter(|line| self.lists(names, line.outcome))
            .map(|line| self.row(names, line));
        values.rows = listed.collect();
        values.set(Field::RowCount, values.rows.len().to_string());
        if lines.is_empty() {
            return;
        }
        // A bank without a word for what came back counts it as what it says.
        let returned = lines.iter_mut().filter(|l| l.outcome == Outcome::Returned);
        returned.for_each(|line| line.outcome = self.read_back(names, line.outcome));
        for group in &GROUPS {
            let made = [group.counted(&lines), group.summed(&lines)];
            for ((name, field), made) in group.totals().zip(made) {
                let stated = reply.totals.get(name).copied();
                values.set(field, stated.or(made).unwrap_or_default().to_string());
            }
        }
        let whole = [
            (Field::StatedCount, Field::FileCount),
            (Field::StatedTotal, Field::FileTotal),
        ];
        for (stated, made) in whole {
            let made = values.text(made).unwrap_or_default().to_owned();
            values.set(stated, made);
        }
    }

    fn row(&self, names: &CodeNames, line: &LineOutcome) -> Record {
        let (status, code) = self.line_codes(
            names,
            (line.outcome, line.return_reason),
            line.detail.as_deref(),
        );
        let open = Purpose::Instruction;
        let values = [
            (Field::RowNo, line.row_no.map(|number| number.to_string())),
            (
                Field::PayeeAccount,
                line.account.map(|account| account.reveal(open).to_owned()),
            ),
            (
                Field::PayeeName,
                line.name.as_ref().map(|name| name.reveal(open).to_owned()),
            ),
            (Field::RowAmount, line.amount.map(|a| a.0.to_string())),
            (Field::RowStatus, Some(status)),
            (Field::RowCode, code),
            (Field::RowText, line.bank_text.clone()),
            (Field::RowSerial, line.bank_serial.clone()),
            (Field::RowOriginalSerial, line.original_bank_serial.clone()),
            (Field::RowBookedAt, line.booked_at.clone()),
        ];
        let present = values.into_iter();
        present
            .filter_map(|(field, value)| Some((field, value?)))
            .collect()
    }

    pub(super) fn write(
        &self,
        message: &Message,
        values: Values,
        crypto: &dyn Crypto,
    ) -> Result<Vec<u8>, WriteFault> {
        let around = Around {
            crypto,
            charset: self.adapter.charset_in(),
        };
        let written = message.write(&values, around);
        written.map(|w| w.bytes).map_err(|(fault, _)| fault)
    }
}

/// A status that no table lists: what a bank says that says nothing.
const UNLISTED: &str = "ZZ";

fn settled(reply: &BankReply) -> bool {
    reply.lines.iter().all(|line| match line.outcome {
        Outcome::Paid | Outcome::Failed(_) | Outcome::Returned => true,
        Outcome::Accepted | Outcome::Unknown | Outcome::NotFound => false,
    })
}

fn batch_of(reply: &BankReply) -> Outcome {
    if reply.lines.is_empty() {
        reply.outcome
    } else if settled(reply) {
        Outcome::Paid
    } else {
        Outcome::Accepted
    }
}
