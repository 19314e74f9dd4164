//! The bank's chair: the same definition read where the gateway writes and written where it
//! reads. This is what the sandbox's 57 banks are made of.

mod fill;
mod given;
mod headers;
mod messages;
mod sealed;

pub use messages::{BankLine, BankReply, BankRequest, Incoming, IncomingWire, RequestKind};

use crate::adapter::BankAdapter;
use crate::definition::dialect::{CaptureRule, CodeNames, StepRule};
use crate::exchange::{Crypto, DisbursementRecord, Outcome, Unreadable};
use crate::layout::atom::Atom;
use crate::layout::fault::{WriteFault, unreadable};
use crate::layout::field::Field;
use crate::layout::rows::{Row, Rows};
use crate::layout::slot::Source;
use crate::layout::values::Values;
use crate::order::{BANK_BATCH_NO, date_of, date_text, fen};
use crate::wire::http::{HttpRule, WireRule};
use crate::wire::layer::Around;
use crate::wire::{Message, Reading};
use schemas::{AccountNo, PersonName};
use std::collections::BTreeMap;

/// Bank day of the file of which single records tell, where their message repeats it.
const EXAMPLE_DAY: time::Date = time::macros::date!(2026 - 11 - 23);

/// The bank's side of one adapter.
#[derive(Clone, Copy, Debug)]
pub struct BankSide<'a> {
    adapter: &'a BankAdapter,
}

impl<'a> BankSide<'a> {
    pub(crate) fn new(adapter: &'a BankAdapter) -> Self {
        Self { adapter }
    }

    fn steps(&self) -> impl Iterator<Item = (&'a StepRule, RequestKind)> + use<'a, '_> {
        let dialect = &self.adapter.dialect;
        let submit = dialect.submit.iter().map(|step| match step.instructs {
            true => (step, RequestKind::Submit),
            false => (step, RequestKind::Step),
        });
        let asking = |kind| {
            move |step| match self.asks(step) {
                true => (step, kind),
                false => (step, RequestKind::Step),
            }
        };
        let query = dialect.query.iter().map(asking(RequestKind::Query));
        let returns = dialect.returns.iter().map(asking(RequestKind::Returns));
        submit.chain(query).chain(returns)
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
        let bytes = &headers::whole(&step.request, incoming);
        let mut values = step.request.read(bytes, Reading::Whole, around)?;
        match &incoming.wire {
            IncomingWire::Http { path, headers, .. } => {
                let inner = step.request.inner(bytes, around)?;
                let came = (path.as_str(), headers.as_slice());
                step.wire
                    .verify(came, (&incoming.bytes, &inner), &mut values, around)?;
                if let WireRule::Http(rule) = &step.wire {
                    rule.read_path(path, &mut values).map_err(unreadable)?;
                }
            }
            // Its name says of which file it is, where that is one slot; of several pieces it may.
            IncomingWire::Drop { file_name, .. } => {
                let named = given::read_name(step, file_name, &mut values);
                if step.file_name.len() == 1 {
                    named.map_err(unreadable)?;
                }
            }
            IncomingWire::Fetch { file_name, .. } => {
                given::read_name(step, file_name, &mut values).map_err(unreadable)?;
            }
            IncomingWire::Tcp => {}
        }
        self.look_inside(step, &mut values, crypto)?;
        self.number_of_batch(&mut values);
        let lines: Option<Vec<BankLine>> = values.rows.iter().zip(1..).map(line).collect();
        let mut fields = BTreeMap::new();
        for (field, value) in values.head.iter() {
            fields.insert(field.to_string(), value.to_owned());
        }
        for (name, value) in &values.connection {
            fields.insert(format!("connection.{name}"), value.clone());
        }
        for (name, value) in &values.captured {
            fields.insert(format!("captured.{name}"), value.clone());
        }
        Ok(BankRequest {
            step: step.name.clone(),
            kind: match (kind, values.text(Field::PartLast)) {
                (RequestKind::Submit, Some("no")) => RequestKind::Step,
                (kind, _) => kind,
            },
            continues: values.text(Field::PartFirst) == Some("no"),
            has_reply: step.reply.is_some(),
            file_no: self.file_no(&values),
            bank_date: values.text(Field::FileDate).and_then(date_of),
            lines: lines.ok_or_else(|| unreadable("a row has no name, account or amount"))?,
            count: values.text(Field::FileCount).and_then(|n| n.parse().ok()),
            total: fen(values.head.texts(), Field::FileTotal),
            fields,
            values,
            body: incoming.bytes.clone(),
        })
    }

    fn replying(&self, name: &str) -> Result<(&'a StepRule, &'a Message), WriteFault> {
        let found = self.steps().find(|(step, _)| step.name == name);
        let found = found.and_then(|(step, _)| Some((step, step.reply.as_ref()?)));
        found.ok_or_else(|| WriteFault::Missing {
            place: format!("the reply of step {name}"),
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
        let (step, message) = self.replying(&request.step)?;
        if let Some(inside) = self.opened(step, &request.values) {
            return Ok(inside);
        }
        let mut values = Values {
            rows: Rows::default(),
            ..request.values.clone()
        };
        self.number(&mut values);
        let key = step.pages.iter().flat_map(|pages| &pages.key);
        let key: Vec<&String> = key.collect();
        let captures = self.adapter.dialect.capture.iter();
        for capture in captures.filter(|capture| !key.contains(&&capture.name)) {
            let given = self.capture(capture, (request, message), (&values, reply), crypto)?;
            if let Some(value) = given {
                values.captured.entry(capture.name.clone()).or_insert(value);
            }
        }
        self.fill(&mut values, &step.codes, reply);
        if let Some(pages) = &step.pages {
            pages.cut(&mut values);
        }
        self.write(message, values, crypto)
    }

    /// A pushed message about lines of one file; a day that it repeats is 2026-11-23.
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
        let lines = records.iter().map(|record| record.line.clone()).collect();
        let reply = BankReply {
            bank_date: Some(EXAMPLE_DAY),
            ..BankReply::result(lines)
        };
        self.write_push_of(file_no, &reply, crypto)
    }

    /// A pushed message about one file: its lines and totals are those of `reply`.
    ///
    /// # Errors
    /// A value that does not fit; a key that fails.
    pub fn write_push_of(
        &self,
        file_no: u64,
        reply: &BankReply,
        crypto: &dyn Crypto,
    ) -> Result<Vec<u8>, WriteFault> {
        let mut values = Values::default();
        values.set(Field::FileNo, file_no.to_string());
        if let Some(day) = reply.bank_date {
            values.set(Field::FileDate, date_text(day));
        }
        self.fill(&mut values, &self.adapter.dialect.push.codes, reply);
        let message = self
            .adapter
            .push_message()
            .map_err(|_| WriteFault::Missing {
                place: "the pushed message".to_owned(),
            })?;
        self.write(message, values, crypto)
    }

    /// Whether our receipt for a push says that it was taken.
    ///
    /// # Errors
    /// `Unreadable`.
    pub fn read_push_receipt(&self, bytes: &[u8], crypto: &dyn Crypto) -> Result<bool, Unreadable> {
        let values = self.push_receipt(bytes, crypto)?;
        Ok(values.text(Field::ReceiptAccepted) == Some("yes"))
    }

    /// The file that our receipt for a push names; `None` where its place is empty.
    ///
    /// # Errors
    /// `Unreadable`.
    pub fn push_receipt_file_no(
        &self,
        bytes: &[u8],
        crypto: &dyn Crypto,
    ) -> Result<Option<u64>, Unreadable> {
        let values = self.push_receipt(bytes, crypto)?;
        Ok(values.text(Field::FileNo).and_then(|n| n.parse().ok()))
    }

    fn push_receipt(&self, bytes: &[u8], crypto: &dyn Crypto) -> Result<Values, Unreadable> {
        let around = Around {
            crypto,
            charset: self.adapter.charset_out(),
        };
        let receipt = &self.adapter.dialect.push.receipt;
        receipt.read(bytes, Reading::AsFound, around)
    }

    /// Every way in: what a sandbox must listen on, with the folders that it must watch. HTTP
    /// paths are as far as they are the same for every message.
    #[must_use]
    pub fn doors(&self) -> Vec<IncomingWire> {
        let mut doors = Vec::new();
        for (step, _) in self.steps() {
            let door = match &step.wire {
                WireRule::Tcp {} => IncomingWire::Tcp,
                WireRule::Http(rule) => IncomingWire::Http {
                    method: rule.method,
                    path: path_start(rule).unwrap_or("/").to_owned(),
                    headers: Vec::new(),
                },
                WireRule::Drop(rule) => IncomingWire::Drop {
                    folder: rule.folder.clone(),
                    file_name: String::new(),
                },
                WireRule::Fetch(rule) => IncomingWire::Fetch {
                    folder: rule.folder.clone(),
                    file_name: String::new(),
                },
            };
            if !doors.contains(&door) {
                doors.push(door);
            }
        }
        doors
    }

    /// Whether the last answer to a query can say that the request was refused; a fetched file,
    /// which is not there then, can't.
    #[must_use]
    pub fn refuses_in_result(&self) -> bool {
        let last = self.adapter.dialect.query.last();
        last.is_some_and(|step| step.codes.request.is_some())
    }

    /// Values that this bank's replies about a file give for later steps, as its sandbox gives
    /// them.
    #[must_use]
    pub fn references(&self, file_no: u64) -> BTreeMap<String, String> {
        let captures = self.adapter.dialect.capture.iter();
        let value = |capture: &CaptureRule| match capture.names_batch {
            true => format!("{file_no:010}"),
            false => capture.placeholder.clone(),
        };
        let given = captures.map(|capture| (capture.name.clone(), value(capture)));
        let number = self.number_of(file_no);
        let number = number.map(|number| (BANK_BATCH_NO.to_owned(), number));
        given.chain(number).collect()
    }

    /// Whether a result names a line of this outcome: a list of failures does not name others.
    #[must_use]
    pub fn names_line(&self, outcome: Outcome) -> bool {
        let query = self.adapter.dialect.query.last();
        query.is_none_or(|step| self.lists(&step.codes, outcome))
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
        names.map_or(Outcome::Unknown, |names| self.read_back(names, outcome))
    }

    fn read_back(&self, names: &CodeNames, outcome: Outcome) -> Outcome {
        let (status, code) = self.line_codes(names, (outcome, None), None);
        let table = names
            .line
            .as_ref()
            .and_then(|n| self.adapter.codes.get(n.get_ref()));
        let read = table.map_or(Outcome::Unknown, |table| table.outcome(&status));
        self.adapter.refine(read, code.as_deref())
    }
}

/// A row without a number has that of its place.
fn line((row, place): (Row<'_>, u32)) -> Option<BankLine> {
    Some(BankLine {
        row_no: row
            .get(&Field::RowNo)
            .map_or(Some(place), |number| number.parse().ok()),
        name: PersonName::parse(row.get(&Field::PayeeName)?).ok()?,
        account: AccountNo::parse(row.get(&Field::PayeeAccount)?).ok()?,
        amount: fen(row, Field::RowAmount)?,
        memo: row.get(&Field::RowMemo).map(str::to_owned),
    })
}

fn path_start(rule: &HttpRule) -> Option<&str> {
    match rule.path.first().map(|slot| &slot.source) {
        Some(Source::One(Atom::Const(start))) => Some(start),
        Some(_) | None => None,
    }
}

fn fits(rule: &WireRule, wire: &IncomingWire) -> bool {
    match (rule, wire) {
        (WireRule::Tcp {}, IncomingWire::Tcp) => true,
        (WireRule::Http(rule), IncomingWire::Http { method, path, .. }) => {
            let start = path_start(rule).is_none_or(|start| path.starts_with(start));
            rule.method == *method && start
        }
        (WireRule::Drop(rule), IncomingWire::Drop { folder, .. })
        | (WireRule::Fetch(rule), IncomingWire::Fetch { folder, .. }) => rule.fits(folder),
        (
            WireRule::Tcp {} | WireRule::Http(_) | WireRule::Drop(_) | WireRule::Fetch(_),
            IncomingWire::Tcp
            | IncomingWire::Http { .. }
            | IncomingWire::Drop { .. }
            | IncomingWire::Fetch { .. },
        ) => false,
    }
}
