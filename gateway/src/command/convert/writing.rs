//! The second reading: each bank file is written when its last line has come.

use super::survey::Plan;
use super::write_private;
use crate::command::adapter::PlaceholderKeys;
use crate::command::order::order;
use crate::command::words::Failure;
use adapters::BankAdapter;
use adapters::exchange::{OrderLine, Outgoing, PaymentOrder, Wire};
use certs::digest::{DigestAlgorithm, digest};
use schemas::employer_files::{Sink, SinkError};
use schemas::value::{Fen, PersonName};
use schemas::{BatchHead, Finding, PayLine};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use time::Date;

/// A message on disk.
pub(super) struct Written {
    file_no: u64,
    pub(super) name: String,
    pub(super) step: String,
    pub(super) bytes: usize,
    pub(super) lines: usize,
    pub(super) total: Fen,
    pub(super) signature: Option<String>,
    /// What the manifest says of it.
    pub(super) document: Value,
}

/// Why the writing stopped.
pub(super) enum Stopped {
    /// The bank's layout refuses a line.
    Refused(Vec<Finding>),
    /// A file could not be written, or ours.
    Failed(Failure),
    /// The second reading is of other bytes than the first.
    Changed,
}

/// A bank file that still waits for lines.
#[derive(Default)]
struct Waiting {
    lines: Vec<OrderLine>,
    /// 序号 and row of each line in the employer's file.
    places: Vec<(u32, u32)>,
}

/// Writes bank files while the lines come.
pub(super) struct Writing<'a> {
    adapter: &'a BankAdapter,
    folder: &'a Path,
    plan: Plan,
    /// Everything of an order but its number and its lines.
    order: PaymentOrder,
    keys: PlaceholderKeys,
    next_line: usize,
    waiting: BTreeMap<u32, Waiting>,
    names: BTreeSet<String>,
    written: Vec<Written>,
    pub(super) stopped: Option<Stopped>,
}

impl<'a> Writing<'a> {
    pub(super) fn new(
        adapter: &'a BankAdapter,
        head: &BatchHead,
        plan: Plan,
        folder: &'a Path,
        bank_date: Date,
    ) -> Result<Self, Failure> {
        Ok(Self {
            adapter,
            folder,
            plan,
            order: order(adapter, head, bank_date)?,
            keys: PlaceholderKeys,
            next_line: 0,
            waiting: BTreeMap::new(),
            names: BTreeSet::new(),
            written: Vec::new(),
            stopped: None,
        })
    }

    /// The messages in the order of the bank files.
    pub(super) fn finish(mut self) -> Vec<Written> {
        self.written.sort_by_key(|written| written.file_no);
        self.written
    }

    /// Takes back what was written: half a batch is no conversion.
    pub(super) fn remove(&self) {
        for written in &self.written {
            drop(std::fs::remove_file(self.folder.join(&written.name)));
        }
        drop(std::fs::remove_dir(self.folder));
    }

    fn take(&mut self, line: &PayLine<'_>) -> Result<(), Stopped> {
        let place = self.next_line;
        self.next_line += 1;
        let Some(file) = self.plan.file_of.get(place).copied() else {
            return Err(Stopped::Changed);
        };
        let Some(file) = file else { return Ok(()) };
        let name = PersonName::parse(line.payee.name)
            .map_err(|error| Stopped::Failed(Failure::defect(&error)))?;
        let waiting = self.waiting.entry(file).or_default();
        let row_no = u32::try_from(waiting.lines.len() + 1).unwrap_or(u32::MAX);
        waiting.lines.push(OrderLine {
            row_no,
            name,
            id_type: line.payee.id_type,
            id_number: line.payee.id_number,
            account: line.payee.account,
            payee_bank: line.payee_bank,
            cnaps_code: line.cnaps_code,
            amount: line.amount,
            memo: line.memo.map(str::to_owned),
        });
        waiting.places.push((line.line_no.0, line.row));
        let whole = self.plan.lines_of.get(file as usize).copied();
        if whole == Some(waiting.lines.len()) {
            let waiting = self.waiting.remove(&file).unwrap_or_default();
            self.write(u64::from(file) + 1, waiting)?;
        }
        Ok(())
    }

    fn write(&mut self, file_no: u64, waiting: Waiting) -> Result<(), Stopped> {
        let Waiting { lines, places } = waiting;
        let order = PaymentOrder {
            file_no,
            lines,
            ..self.order.clone()
        };
        let payee_bank = order.lines.first().and_then(|line| line.payee_bank);
        let adapter = self.adapter.for_payee(payee_bank);
        let messages = adapter
            .encode_payment(&order, &self.keys)
            .map_err(|findings| Stopped::Refused(in_the_file(findings, &places)))?;
        for message in messages {
            let name = self.name(&message);
            write_private(&self.folder.join(&name), &message.bytes).map_err(Stopped::Failed)?;
            self.written.push(Written {
                file_no,
                step: message.step.clone(),
                bytes: message.bytes.len(),
                lines: order.lines.len(),
                total: order.total().unwrap_or_default(),
                signature: signature(adapter, &message),
                document: file_document(adapter, &name, &order, &message),
                name,
            });
        }
        Ok(())
    }

    /// The bank's own file name, with a number before it where it is taken.
    fn name(&mut self, message: &Outgoing) -> String {
        let safe = crate::channel::safe_name(&message.file_name);
        let own = safe.map_or_else(|_| format!("{}.bin", message.step), str::to_owned);
        let mut name = own.clone();
        let mut number = 2;
        while name == "manifest.json" || !self.names.insert(name.clone()) {
            name = format!("{number}-{own}");
            number += 1;
        }
        name
    }
}

impl Sink for Writing<'_> {
    fn head(&mut self, _: &BatchHead) -> Result<(), SinkError> {
        Ok(())
    }

    fn line(&mut self, line: &PayLine<'_>) -> Result<(), SinkError> {
        self.take(line).map_err(|stopped| {
            self.stopped = Some(stopped);
            SinkError(Box::new(std::io::Error::other("stopped")))
        })
    }

    fn refused(&mut self, _: u32, _: u32, _: Option<u32>) -> Result<(), SinkError> {
        Ok(())
    }

    fn finding(&mut self, _: Finding) -> Result<(), SinkError> {
        Ok(())
    }
}

/// Findings of rows of a bank file, at the lines of the employer's.
pub(in crate::command) fn in_the_file(
    mut findings: Vec<Finding>,
    places: &[(u32, u32)],
) -> Vec<Finding> {
    for finding in &mut findings {
        let place = finding.line.and_then(|row_no| row_no.checked_sub(1));
        if let Some((line, row)) = place.and_then(|place| places.get(place as usize)) {
            (finding.line, finding.row) = (Some(*line), Some(*row));
        }
    }
    findings
}

/// The signature asked for, in a word: ours by its algorithm, or the bank's own sign port.
fn signature(adapter: &BankAdapter, message: &Outgoing) -> Option<String> {
    let own = message.signature.as_ref().map(|(name, _)| name.clone());
    let port = || adapter.signed_at(&message.step);
    own.or_else(|| Some(format!("sign_port:{}", port()?)))
}

/// How a message travels, and whereto below the connection's address.
pub(in crate::command) fn travels(wire: &Wire) -> (&'static str, Option<String>) {
    match wire {
        Wire::Tcp { .. } => ("tcp", None),
        Wire::Http { endpoint, path, .. } => ("http", Some(format!("{endpoint} {path}"))),
        Wire::Drop { folder } => ("file_drop", Some(folder.clone())),
        Wire::Fetch { folder } => ("file_fetch", Some(folder.clone())),
    }
}

/// What the manifest says of a message.
fn file_document(
    adapter: &BankAdapter,
    name: &str,
    order: &PaymentOrder,
    message: &Outgoing,
) -> Value {
    let (channel, target) = travels(&message.wire);
    let own = message.signature.as_ref().map(|(algorithm, slot)| {
        json!({"algorithm": algorithm, "slot": slot, "sign_port": null, "placeholder": true})
    });
    let port = adapter.signed_at(&message.step).map(|endpoint| {
        json!({"algorithm": null, "slot": null, "sign_port": endpoint, "placeholder": true})
    });
    json!({
        "file": name,
        "dialect": adapter.dialect(),
        "step": message.step,
        "channel": channel,
        "target": target,
        "bank_file_name": message.file_name,
        "instructs": message.instructs,
        "bytes": message.bytes.len(),
        "sha256": crate::hex(&digest(DigestAlgorithm::Sha256, &message.bytes)),
        "signature": own.or(port),
        "file_no": order.file_no,
        "lines": order.lines.len(),
        "total_fen": order.total().map(|total| total.0),
    })
}
