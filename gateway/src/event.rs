//! What the journal records: every fact that changes a state, and every byte that came or left.
//!
//! The clear part of a record is the event as JSON; it holds no name, document number or account.
//! What is personal goes into the sealed part, whose content each variant states.

mod accepted_head;
mod counted;
mod file_word;
mod kind;

pub use accepted_head::AcceptedHead;
pub use file_word::FileWord;

use schemas::value::{BankCode, BatchId, PaymentId};
use schemas::{FailureReason, LineEvent};
use serde::{Deserialize, Serialize};

/// What happens to the good lines of a file with bad lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// One bad line refuses the file.
    #[default]
    AllOrNothing,
    /// The good lines are taken, the bad ones stay visible as `refused`.
    GoodLines,
}

/// Where an outcome comes from; later and better evidence is told apart by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The answer to the submission.
    Receipt,
    /// The answer to a query.
    Result,
    /// A message that the bank pushed.
    Push,
    /// Our own channel: certainly not sent, or may have been.
    Channel,
    /// The adapter's answer limit passed.
    AnswerLimit,
    /// The gateway started and found an intent without an answer.
    Recovery,
}

/// One line's step, as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Place of the line in its batch, from 1.
    #[serde(rename = "i")]
    pub index: u32,
    /// What happened.
    #[serde(rename = "e")]
    pub event: LineEvent,
    /// Why it failed.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<FailureReason>,
    /// A finer word for an accepted line.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The bank's code as it came.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub bank_code: Option<String>,
    /// What the bank reports, in fen.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub reported_fen: Option<i64>,
    /// How many steps and disputes of this line its `Outcomes` has, this one among them; set when
    /// it is recorded. Older records do not say: 0.
    #[serde(rename = "n", default, skip_serializing_if = "counted::is_not_said")]
    pub of_line: u32,
}

/// Why a line is disputed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dispute {
    /// The bank contradicts a final state.
    ResultContradiction,
    /// The bank reports another amount or account.
    ResultMismatch,
}

/// What one bank file is to instruct: fixed by the intent, reused by retry and query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Bank-side number.
    pub file_no: u64,
    /// The batch.
    pub batch: BatchId,
    /// The bank.
    pub bank: BankCode,
    /// The dialect by which it is instructed and asked about, whatever the bank's definition says
    /// later; none in a record of an earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialect: Option<String>,
    /// The lines by their place in the batch, in the order of the rows: row 1 is the first.
    pub lines: Vec<u32>,
    /// Their sum.
    pub total_fen: i64,
    /// The bank day, yyyy-mm-dd.
    pub bank_date: String,
    /// The moment that every time stamp in the bytes carries, Unix milliseconds.
    pub instructed_ms: i64,
}

/// On what grounds people were shown in clear; sealed, because people write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grounds {
    /// For what.
    pub purpose: String,
    /// Number of the approval; empty where none is needed.
    pub approval_no: String,
    /// What was asked.
    pub query: String,
}

/// A fact of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The gateway started on this journal.
    Started {
        /// Version of the program.
        version: String,
        /// On an empty journal: bank files have at least this number, for another journal may have
        /// given the numbers from 1 on to the same banks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first_file_no: Option<u64>,
    },
    /// The journal was restored from a copy that ends at the record before this one. What came
    /// after it in the original is not known: what waited then is never sent by itself.
    Restored {
        /// The last record of the copy.
        record: u64,
        /// Its seal (PROOF.md section 2), lower hex; in older records its hash.
        hash: String,
        /// New bank files have at least this number: the original went on counting.
        first_file_no: u64,
    },
    /// A fact of ours that can't follow what is before it was kept out of the journal: a defect.
    Refused {
        /// Kind of the fact ([`Event::kind`]).
        kind: u16,
        /// What does not fit.
        what: String,
        /// SHA-256 of the fact's clear part, lower hex.
        digest: String,
    },
    /// A file begins to arrive. Its sequence is the second half of the batch's number.
    BatchOpened {
        /// Party that submits.
        submitted_by: String,
        /// Day of arrival, yyyymmdd.
        day: u32,
    },
    /// Bytes as they arrived. Sealed: the bytes.
    BatchBytes {
        /// Sequence of the opening record.
        opened: u64,
        /// Place among the parts, from 0.
        part: u32,
    },
    /// Lines of a batch. Attached: a table of fixed rows (`book::table`). Sealed: one JSON array
    /// a line (`intake::lines`).
    BatchLines {
        /// Sequence of the opening record.
        opened: u64,
        /// Index of the first line.
        first: u32,
        /// Number of lines.
        count: u32,
        /// Lines that correct an earlier payment.
        corrects: Vec<(u32, PaymentId)>,
    },
    /// Findings of a batch. Sealed: one JSON object a line, in both languages' arguments.
    BatchFindings {
        /// Sequence of the opening record.
        opened: u64,
        /// Number of findings.
        count: u32,
    },
    /// The closing record: now the batch exists. Sealed: payer account, payer and employer name
    /// as JSON (`intake::PayerPart`).
    BatchAccepted(Box<AcceptedHead>),
    /// The file was refused or its reception broke off; it used up no number.
    BatchAbandoned {
        /// Sequence of the opening record.
        opened: u64,
        /// First finding's code, or `interrupted`.
        why: String,
        /// Bytes that the journal keeps of it: those of the file, of its lines and of its
        /// findings. 0 where they were not counted, by a start after a crash and in older records;
        /// between these and now, those of the file alone.
        #[serde(default)]
        bytes: u64,
    },
    /// A second person released it; or, where another payment had barred lines of it, approved
    /// it again.
    BatchApproved {
        /// The batch.
        batch: BatchId,
        /// The person, as the certificate says.
        person: String,
        /// Finding codes acknowledged.
        acknowledged: Vec<String>,
        /// The last decision about another payment of the same wage that the person saw.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        as_of: Option<u64>,
    },
    /// The employer took it back.
    BatchWithdrawn {
        /// The batch.
        batch: BatchId,
        /// The person.
        person: String,
    },
    /// The employer took lines back that another payment of the same wage had barred.
    LinesWithdrawn {
        /// The batch.
        batch: BatchId,
        /// The lines, by index.
        lines: Vec<u32>,
        /// The person.
        person: String,
    },
    /// This file will carry these lines: before any byte leaves, again after a certain not-sent.
    FileIntended(Box<Intent>),
    /// A message is about to leave. Sealed: its bytes.
    MessageLeaving {
        /// The bank file.
        file_no: u64,
        /// Step of the flow.
        step: String,
        /// From this message on the bank may pay.
        instructs: bool,
        /// SHA-256 of the bytes, lower hex.
        digest: String,
        /// Algorithm and key slot of our signature in it.
        signature: Option<(String, String)>,
        /// A later message of its conversation. Older records do not say: false.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        continues: bool,
        /// It asks for returns after payment. Older records do not say: false.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        returns: bool,
    },
    /// A message was answered. Sealed: the answer's bytes.
    MessageAnswered {
        /// The bank file.
        file_no: u64,
        /// Step of the flow.
        step: String,
        /// SHA-256 of the bytes, lower hex.
        digest: String,
    },
    /// The bank's answer, read. Sealed: the references to use in queries, JSON by name.
    FileReceipt {
        /// The bank file.
        file_no: u64,
        /// The bank's code.
        bank_code: Option<String>,
        /// How many references it gives.
        #[serde(default)]
        reference_count: u32,
        /// What it says of the file as a whole.
        #[serde(default)]
        said: FileWord,
        /// Words about single lines that change nothing and contradict nothing: they came too
        /// late. Kept so that they can be seen (M11).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        noted: Vec<Move>,
        /// Sequence of the message that the bank pushed, if it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<u64>,
    },
    /// This file will never be sent: its lines go back to be planned anew.
    FileAbandoned {
        /// The bank file.
        file_no: u64,
        /// Why.
        why: String,
    },
    /// Steps of lines of one file. Sealed: what the bank said in words, JSON by index.
    Outcomes {
        /// The bank file.
        file_no: u64,
        /// Where it comes from.
        origin: Origin,
        /// Sequence of the message that says so, if one does.
        message: Option<u64>,
        /// Kind of failure of our channel, for its events.
        why: Option<String>,
        /// The bank calls it final.
        is_final: bool,
        /// The steps.
        moves: Vec<Move>,
        /// Lines that the message disputes.
        disputes: Vec<(u32, Dispute, Move)>,
    },
    /// A bank pushed a message. Sealed: its bytes.
    BankMessage {
        /// The bank, as its certificate says.
        bank: BankCode,
        /// push, result or receipt.
        message: String,
        /// SHA-256 of the bytes, lower hex.
        digest: String,
        /// What was understood: `applied`, `unreadable`.
        reading: String,
        /// The file of this bank that it names, as far as it was known then: what its receipt
        /// names, for ever.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file_no: Option<u64>,
        /// Sequence of the message as which the same bytes came when nobody could read them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<u64>,
        /// Where the bank left it in a folder: the sequence of the next record when it was first
        /// seen there. What it says is no newer than that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen_at: Option<u64>,
        /// The sequence of the first record since its last change, where that is earlier: it may be
        /// as old as that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        written_at: Option<u64>,
    },
    /// Everything that the message says is recorded: only now is it receipted, and only now do
    /// the same bytes count as a repetition. A start finds the open ones and finishes them.
    BankMessageClosed {
        /// Sequence of the message.
        message: u64,
    },
    /// What a bank says that does not fit what we instructed: a record that names no line of
    /// ours or, `of_whole`, something about the message.
    Unmatched {
        /// The bank.
        bank: BankCode,
        /// Sequence of the message.
        message: u64,
        /// Place in the message, from 0; behind the records where it is about the whole.
        place: u32,
        /// The file it names, if any.
        file_no: Option<u64>,
        /// Why it matches nothing.
        why: String,
        /// What it reports, in fen.
        reported_fen: Option<i64>,
        /// About the message as a whole: a total, a row twice, another reference.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        of_whole: bool,
        /// What it should report, in fen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected_fen: Option<i64>,
        /// Keyed hash of a record in an answer to a question, by which the next answer's same
        /// record is no news; 0 for what a bank told by itself.
        #[serde(default)]
        said: u64,
    },
    /// One operator proposes the outcome of an unknown or disputed line. Sealed: the operator's
    /// words.
    ResolutionProposed {
        /// The line.
        payment: PaymentId,
        /// `ResolvePaid` or `ResolveFailed`.
        outcome: LineEvent,
        /// Why it failed.
        reason: Option<FailureReason>,
        /// Digest of the evidence, lower hex.
        evidence_digest: String,
        /// The operator.
        operator: String,
    },
    /// Another operator confirms it; it takes effect.
    ResolutionConfirmed {
        /// The line.
        payment: PaymentId,
        /// Sequence of the proposal that takes effect. Older records do not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proposal: Option<u64>,
        /// Its outcome. Older records do not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<LineEvent>,
        /// Digest of the evidence that this operator saw.
        evidence_digest: String,
        /// The operator.
        operator: String,
    },
    /// Personal data was shown in clear, or a correction file was handed out. Sealed: on what
    /// grounds ([`Grounds`]) as JSON.
    Disclosed {
        /// To whom.
        to: String,
        /// How many lines were shown.
        count: u32,
    },
}
