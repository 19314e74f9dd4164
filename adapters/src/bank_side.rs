//! The bank's chair: the same definition read where the gateway writes and written where it
//! reads. This is what the sandbox's 57 banks are made of.

use crate::adapter::BankAdapter;
use crate::definition::dialect::{CodeNames, StepRule};
use crate::exchange::{Crypto, DisbursementRecord, LineOutcome, Outcome, Unreadable};
use crate::layout::fault::{WriteFault, unreadable};
use crate::layout::field::Field;
use crate::layout::values::{Record, Values};
use crate::order::{date_of, fen};
use crate::wire::http::WireRule;
use crate::wire::layer::Around;
use crate::wire::{Message, Reading};
use base64::Engine;
use schemas::{AccountNo, Fen, PersonName, Purpose};
use std::collections::BTreeMap;

/// How a request came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IncomingWire {
    /// Over TCP, framed.
    Tcp,
    /// Over HTTP.
    Http {
        /// Path with query string.
        path: String,
        /// Headers.
        headers: Vec<(String, String)>,
    },
    /// As a file in a folder.
    Drop {
        /// The folder below the root.
        folder: String,
        /// The file's name.
        file_name: String,
    },
}

/// A request as it came to the bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// How.
    pub wire: IncomingWire,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// It instructs. Its lines may have come with an earlier step of the same file.
    Submit,
    /// It asks for the outcome.
    Query,
    /// Something on the way: sign, upload, poll, drop. It may carry the lines.
    Step,
}

/// A line as the bank reads it. Personal values print masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankLine {
    /// Row number in the file.
    pub row_no: Option<u32>,
    /// Payee's name.
    pub name: PersonName,
    /// Payee's account.
    pub account: AccountNo,
    /// Amount.
    pub amount: Fen,
    /// Text for the payee.
    pub memo: Option<String>,
}

/// A request as the bank understands it.
#[derive(Clone)]
pub struct BankRequest {
    /// Name of the step.
    pub step: String,
    /// What it asks for.
    pub kind: RequestKind,
    /// Whether the step has a reply (a dropped file has none).
    pub has_reply: bool,
    /// Number of the file that it is about, where it names one.
    pub file_no: Option<u64>,
    /// Bank day of the file, where it names one.
    pub bank_date: Option<time::Date>,
    /// The lines that it carries.
    pub lines: Vec<BankLine>,
    /// Lines as stated.
    pub count: Option<u32>,
    /// Sum as stated.
    pub total: Option<Fen>,
    /// Head values by their words, and `connection.` and `captured.` values: in clear.
    pub fields: BTreeMap<String, String>,
    values: Values,
    body: Vec<u8>,
}

impl std::fmt::Debug for BankRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BankRequest")
            .field("step", &self.step)
            .field("kind", &self.kind)
            .field("file_no", &self.file_no)
            .field("lines", &self.lines.len())
            .finish_non_exhaustive()
    }
}

/// What the bank answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankReply {
    /// Of the request: accepted, refused, not found, unknown.
    pub outcome: Outcome,
    /// Of the batch; `None`: paid when every line is final, else accepted.
    pub batch: Option<Outcome>,
    /// Text for people.
    pub text: Option<String>,
    /// The bank's number of the batch.
    pub bank_batch_no: Option<String>,
    /// The lines that it tells of.
    pub lines: Vec<LineOutcome>,
}

impl BankReply {
    /// An answer without lines.
    #[must_use]
    pub fn of(outcome: Outcome) -> Self {
        Self {
            outcome,
            batch: None,
            text: None,
            bank_batch_no: None,
            lines: Vec::new(),
        }
    }

    /// The answer to a query: what became of the lines.
    #[must_use]
    pub fn result(lines: Vec<LineOutcome>) -> Self {
        Self {
            lines,
            ..Self::of(Outcome::Accepted)
        }
    }
}

/// The bank's side of one adapter.
#[derive(Clone, Copy, Debug)]
pub struct BankSide<'a> {
    adapter: &'a BankAdapter,
}

impl<'a> BankSide<'a> {
    pub(crate) fn new(adapter: &'a BankAdapter) -> Self {
        Self { adapter }
    }

    fn steps(&self) -> impl Iterator<Item = (&'a StepRule, RequestKind)> {
        let dialect = &self.adapter.dialect;
        let submit = dialect.submit.iter().map(|step| match step.instructs {
            true => (step, RequestKind::Submit),
            false => (step, RequestKind::Step),
        });
        let query = dialect.query.iter().map(|step| (step, RequestKind::Query));
        submit.chain(query)
    }

    /// Reads a request: the step is found by the wire and by the fixed texts of its message.
    ///
    /// # Errors
    /// `Unreadable` with what the last fitting step had against it.
    pub fn read_request(
        &self,
        incoming: &Incoming,
        crypto: &dyn Crypto,
    ) -> Result<BankRequest, Unreadable> {
        let mut last = unreadable("no step of the dialect travels so");
        for (step, kind) in self
            .steps()
            .filter(|(step, _)| fits(&step.wire, &incoming.wire))
        {
            match self.read_step(step, kind, incoming, crypto) {
                Ok(request) => return Ok(request),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn read_step(
        &self,
        step: &StepRule,
        kind: RequestKind,
        incoming: &Incoming,
        crypto: &dyn Crypto,
    ) -> Result<BankRequest, Unreadable> {
        let around = Around {
            crypto,
            charset: self.adapter.charset_out(),
        };
        let bytes = &incoming.bytes;
        let mut values = step.request.read(bytes, Reading::Whole, around)?;
        if let IncomingWire::Http { headers, .. } = &incoming.wire {
            let inner = step.request.inner(bytes, around)?;
            step.wire.verify(headers, &inner, &mut values, around)?;
        }
        let lines: Option<Vec<BankLine>> = values.rows.iter().map(line).collect();
        let mut fields = BTreeMap::new();
        for (field, value) in &values.head {
            fields.insert(field.to_string(), value.clone());
        }
        for (name, value) in &values.connection {
            fields.insert(format!("connection.{name}"), value.clone());
        }
        for (name, value) in &values.captured {
            fields.insert(format!("captured.{name}"), value.clone());
        }
        Ok(BankRequest {
            step: step.name.clone(),
            kind,
            has_reply: step.reply.is_some(),
            file_no: values.text(Field::FileNo).and_then(|n| n.parse().ok()),
            bank_date: values.text(Field::FileDate).and_then(date_of),
            lines: lines.ok_or_else(|| unreadable("a row has no name, account or amount"))?,
            count: values.text(Field::FileCount).and_then(|n| n.parse().ok()),
            total: fen(&values.head, Field::FileTotal),
            fields,
            values,
            body: bytes.clone(),
        })
    }

    /// The reply's bytes, framed or as an HTTP body. Values that the dialect asks for and the
    /// reply does not hold are echoed from the request.
    ///
    /// # Errors
    /// A value that does not fit, or a key that fails.
    pub fn write_reply(
        &self,
        request: &BankRequest,
        reply: &BankReply,
        crypto: &dyn Crypto,
    ) -> Result<Vec<u8>, WriteFault> {
        let missing = || WriteFault::Missing {
            place: format!("the reply of step {}", request.step),
        };
        let found = self.steps().find(|(step, _)| step.name == request.step);
        let (step, _) = found.ok_or_else(missing)?;
        let message = step.reply.as_ref().ok_or_else(missing)?;
        let mut values = Values {
            rows: Vec::new(),
            ..request.values.clone()
        };
        for capture in &self.adapter.dialect.capture {
            let value = if capture.sandbox_signs {
                base64::prelude::BASE64_STANDARD.encode(&request.body)
            } else {
                capture.placeholder.clone()
            };
            values.captured.entry(capture.name.clone()).or_insert(value);
        }
        self.fill(&mut values, &step.codes, reply);
        self.write(message, values, crypto)
    }

    /// A pushed message about lines of one file.
    ///
    /// # Errors
    /// No record or records of several files; a value that does not fit; a key that fails.
    pub fn write_push(
        &self,
        records: &[DisbursementRecord],
        crypto: &dyn Crypto,
    ) -> Result<Vec<u8>, WriteFault> {
        let place = || WriteFault::Missing {
            place: "the one file of a push".to_owned(),
        };
        let file_no = records.first().and_then(|record| record.file_no);
        let file_no = file_no.ok_or_else(place)?;
        if records.iter().any(|record| record.file_no != Some(file_no)) {
            return Err(place());
        }
        let mut values = Values::default();
        values.set(Field::FileNo, file_no.to_string());
        let lines = records.iter().map(|record| record.line.clone()).collect();
        let names = &self.adapter.dialect.push.codes;
        self.fill(&mut values, names, &BankReply::result(lines));
        let message = self.adapter.push_message().map_err(|_| place())?;
        self.write(message, values, crypto)
    }

    /// Whether our receipt for a push says that it was taken.
    ///
    /// # Errors
    /// `Unreadable`.
    pub fn read_push_receipt(&self, bytes: &[u8], crypto: &dyn Crypto) -> Result<bool, Unreadable> {
        let around = Around {
            crypto,
            charset: self.adapter.charset_out(),
        };
        let receipt = &self.adapter.dialect.push.receipt;
        let values = receipt.read(bytes, Reading::AsFound, around)?;
        Ok(values.text(Field::ReceiptAccepted) == Some("yes"))
    }

    /// Values that this bank's replies give for later steps, as its sandbox gives them.
    #[must_use]
    pub fn references(&self) -> BTreeMap<String, String> {
        let captures = self.adapter.dialect.capture.iter();
        captures
            .map(|capture| (capture.name.clone(), capture.placeholder.clone()))
            .collect()
    }

    /// What a reader will make of an outcome that this bank says of a line: a dialect without a
    /// code for a finer reason or a return says less.
    #[must_use]
    pub fn line_expressible(&self, outcome: Outcome, push: bool) -> Outcome {
        let query = self.adapter.dialect.query.last().map(|step| &step.codes);
        let names = if push {
            Some(&self.adapter.dialect.push.codes)
        } else {
            query
        };
        let Some(names) = names else {
            return Outcome::Unknown;
        };
        let (status, code) = self.line_codes(names, outcome, None);
        let table = names
            .line
            .as_ref()
            .and_then(|n| self.adapter.codes.get(n.get_ref()));
        let read = table.map_or(Outcome::Unknown, |table| table.outcome(&status));
        self.adapter.refine(read, code.as_deref())
    }

    fn line_codes(
        &self,
        names: &CodeNames,
        outcome: Outcome,
        detail: Option<&str>,
    ) -> (String, Option<String>) {
        let table = names
            .line
            .as_ref()
            .and_then(|n| self.adapter.codes.get(n.get_ref()));
        let status = table.and_then(|table| table.code_of(outcome, detail));
        let code = match outcome {
            Outcome::Failed(reason) => self.adapter.reasons.code_of(reason).map(str::to_owned),
            Outcome::Paid
            | Outcome::Accepted
            | Outcome::Unknown
            | Outcome::Returned
            | Outcome::NotFound => None,
        };
        (status.unwrap_or_else(|| UNLISTED.to_owned()), code)
    }

    fn code(&self, name: Option<&toml::Spanned<String>>, outcome: Outcome) -> Option<String> {
        let table = self.adapter.codes.get(name?.get_ref())?;
        let code = table.code_of(outcome, None);
        Some(code.unwrap_or_else(|| UNLISTED.to_owned()))
    }

    fn fill(&self, values: &mut Values, names: &CodeNames, reply: &BankReply) {
        self.adapter.fill_examples(values);
        let batch = reply.batch.unwrap_or_else(|| batch_of(reply));
        let head = [
            (
                Field::ReplyCode,
                self.code(names.request.as_ref(), reply.outcome),
            ),
            (Field::BatchCode, self.code(names.batch.as_ref(), batch)),
            (Field::ReplyText, reply.text.clone()),
            (Field::BankBatchNo, reply.bank_batch_no.clone()),
        ];
        for (field, value) in head {
            if let Some(value) = value {
                values.set(field, value);
            }
        }
        values.rows = reply
            .lines
            .iter()
            .map(|line| self.row(names, line))
            .collect();
        values.set(Field::RowCount, reply.lines.len().to_string());
        if reply.lines.is_empty() {
            return;
        }
        let sums: [(Field, Field, fn(Outcome) -> bool); 3] = [
            (Field::FileCount, Field::FileTotal, |_| true),
            (Field::PaidCount, Field::PaidTotal, |o| o == Outcome::Paid),
            (Field::FailedCount, Field::FailedTotal, |o| {
                matches!(o, Outcome::Failed(_))
            }),
        ];
        for (count, total, pick) in sums {
            let picked = || reply.lines.iter().filter(|line| pick(line.outcome));
            let sum = picked().filter_map(|line| line.amount);
            let sum = sum.fold(0i64, |sum, amount| sum.saturating_add(amount.0));
            values.set(count, picked().count().to_string());
            values.set(total, sum.to_string());
        }
    }

    fn row(&self, names: &CodeNames, line: &LineOutcome) -> Record {
        let (status, code) = self.line_codes(names, line.outcome, line.detail.as_deref());
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

    fn write(
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

fn batch_of(reply: &BankReply) -> Outcome {
    let settled = |line: &LineOutcome| match line.outcome {
        Outcome::Paid | Outcome::Failed(_) | Outcome::Returned => true,
        Outcome::Accepted | Outcome::Unknown | Outcome::NotFound => false,
    };
    if reply.lines.is_empty() {
        reply.outcome
    } else if reply.lines.iter().all(settled) {
        Outcome::Paid
    } else {
        Outcome::Accepted
    }
}

fn line(row: &Record) -> Option<BankLine> {
    Some(BankLine {
        row_no: row
            .get(&Field::RowNo)
            .and_then(|number| number.parse().ok()),
        name: PersonName::parse(row.get(&Field::PayeeName)?).ok()?,
        account: AccountNo::parse(row.get(&Field::PayeeAccount)?).ok()?,
        amount: fen(row, Field::RowAmount)?,
        memo: row.get(&Field::RowMemo).cloned(),
    })
}

fn fits(rule: &WireRule, wire: &IncomingWire) -> bool {
    match (rule, wire) {
        (WireRule::Tcp {}, IncomingWire::Tcp) => true,
        (WireRule::Http(rule), IncomingWire::Http { path, .. }) => {
            use crate::layout::atom::Atom;
            use crate::layout::slot::Source;
            match rule.path.first().map(|slot| &slot.source) {
                Some(Source::One(Atom::Const(start))) => path.starts_with(start.as_str()),
                Some(_) | None => true,
            }
        }
        (WireRule::Drop { folder }, IncomingWire::Drop { folder: own, .. }) => folder == own,
        (
            WireRule::Tcp {} | WireRule::Http(_) | WireRule::Drop { .. },
            IncomingWire::Tcp | IncomingWire::Http { .. } | IncomingWire::Drop { .. },
        ) => false,
    }
}
