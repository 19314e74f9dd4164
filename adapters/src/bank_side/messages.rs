//! What passes between a bank's side and its sandbox.

use crate::exchange::{LineOutcome, Method, Outcome, Outgoing, Wire};
use crate::layout::field::Field;
use crate::layout::values::Values;
use schemas::{AccountNo, Fen, PersonName};
use std::collections::BTreeMap;

/// How a request came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IncomingWire {
    /// Over TCP, framed.
    Tcp,
    /// Over HTTP.
    Http {
        /// Method.
        method: Method,
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
    /// As the wish for a file that the bank gives out; without bytes.
    Fetch {
        /// The folder below the root.
        folder: String,
        /// The file's name.
        file_name: String,
    },
}

/// A request as it came to the bank. `Debug` prints the size, never the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Incoming {
    /// How.
    pub wire: IncomingWire,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A message of ours as the bank takes it.
impl From<&Outgoing> for Incoming {
    fn from(out: &Outgoing) -> Self {
        let wire = match &out.wire {
            Wire::Tcp { .. } => IncomingWire::Tcp,
            Wire::Http {
                method,
                path,
                headers,
                ..
            } => IncomingWire::Http {
                method: *method,
                path: path.clone(),
                headers: headers.clone(),
            },
            Wire::Drop { folder } => IncomingWire::Drop {
                folder: folder.clone(),
                file_name: out.file_name.clone(),
            },
            Wire::Fetch { folder } => IncomingWire::Fetch {
                folder: folder.clone(),
                file_name: out.file_name.clone(),
            },
        };
        Self {
            wire,
            bytes: out.bytes.clone(),
        }
    }
}

impl std::fmt::Debug for Incoming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Incoming")
            .field("wire", &self.wire)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// It instructs. Its lines may have come with an earlier step of the same file. Of a file in
    /// parts it is the last one: the bank has all of it.
    Submit,
    /// It asks for the outcome.
    Query,
    /// It asks what came back after payment.
    Returns,
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

impl BankLine {
    /// What the bank says of it, without codes and texts of its own.
    #[must_use]
    pub fn told(&self, outcome: Outcome) -> LineOutcome {
        LineOutcome {
            row_no: self.row_no,
            account: Some(self.account),
            name: Some(self.name.clone()),
            amount: Some(self.amount),
            ..LineOutcome::of(outcome)
        }
    }
}

/// A request as the bank understands it.
#[derive(Clone)]
pub struct BankRequest {
    /// Name of the step.
    pub step: String,
    /// What it asks for.
    pub kind: RequestKind,
    /// A further part of a file: its lines follow those of the requests before it.
    pub continues: bool,
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
    pub(super) values: Values,
    pub(super) body: Vec<u8>,
}

impl BankRequest {
    /// The same request about another file: a bank that mixes up its answers.
    #[must_use]
    pub fn about(mut self, file_no: u64) -> Self {
        self.values.set(Field::FileNo, file_no.to_string());
        self.file_no = Some(file_no);
        self
    }
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
    /// Totals that it states, by the names of `ResultFile.totals`; those that are not here are
    /// what the lines make.
    pub totals: BTreeMap<String, i64>,
    /// Bank day of the file, for a push that repeats it; an answer has it from its question.
    pub bank_date: Option<time::Date>,
    /// Day on which the batch is settled, where the dialect tells one; `None`: that of the file.
    pub settles_on: Option<time::Date>,
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
            totals: BTreeMap::new(),
            bank_date: None,
            settles_on: None,
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
