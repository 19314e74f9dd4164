//! What passes between the gateway and an adapter: orders in, bytes out; bytes in, outcomes out.

mod broken;
mod crypto;
mod line;

use crate::connection::ConnectionValues;
pub use crate::totals::Flaw;
pub use crate::unreadable::{Answer, Tried, Unreadable};
pub use crate::wire::http::Method;
pub use broken::{Certainty, ConversationError};
pub use crypto::{AsOf, Crypto, CryptoError, Enveloped};
use schemas::FailureReason;
use schemas::value::{AccountNo, BankCode, CnapsCode, Fen, IdNumber, IdType, PayMonth, PersonName};

/// One line of a bank file, in clear: lives only between the journal and the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLine {
    /// Number of the row in this bank file, from 1: the key under which the bank answers.
    pub row_no: u32,
    /// Payee's name.
    pub name: PersonName,
    /// Kind of document.
    pub id_type: IdType,
    /// Document number.
    pub id_number: IdNumber,
    /// Payee's account.
    pub account: AccountNo,
    /// Payee's bank, where known.
    pub payee_bank: Option<BankCode>,
    /// Payee's branch, where stated.
    pub cnaps_code: Option<CnapsCode>,
    /// What is paid.
    pub amount: Fen,
    /// Text for the payee.
    pub memo: Option<String>,
}

/// What one bank file instructs. The intent fixes all of it; retry and query reuse it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentOrder {
    /// Bank-side number of this file: 10 decimal digits, unique for ever at this installation.
    /// Each dialect forms its own references from it and from the date.
    pub file_no: u64,
    /// The bank day for which it is instructed.
    pub bank_date: time::Date,
    /// The moment of the intent in +08:00; every time stamp in the bytes is this one.
    pub instructed_at: time::OffsetDateTime,
    /// Payer's account.
    pub payer_account: AccountNo,
    /// Payer's name; the mandate's where the head has none.
    pub payer_name: PersonName,
    /// Month for which is paid.
    pub pay_month: PayMonth,
    /// The employer's numbers at the bank (customer number, operator, product): names of the
    /// dialect's `connection` fields, values of the deployment.
    pub connection: ConnectionValues,
    /// The lines, `row_no` 1, 2, 3 …
    pub lines: Vec<OrderLine>,
}

impl PaymentOrder {
    /// Sum of the lines; `None` on overflow.
    #[must_use]
    pub fn total(&self) -> Option<Fen> {
        self.lines
            .iter()
            .try_fold(Fen::ZERO, |sum, line| sum.checked_add(line.amount))
    }
}

/// One message that leaves, complete: the bytes are exactly what goes on the wire or into a file.
/// `Debug` prints their number, never the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Name of the flow's step: `submit`, `upload`, `sign_in`.
    pub step: String,
    /// File name for `convert`, file drops and the record of what left.
    pub file_name: String,
    /// How it travels.
    pub wire: Wire,
    /// The bytes (for TCP: framed; for HTTP: the body).
    pub bytes: Vec<u8>,
    /// From this message on the bank may pay: a failure after its bytes left is `MaybeSent`.
    /// A failure of a step that does not instruct (sign-in, upload, poll) is `NotSent`.
    pub instructs: bool,
    /// The signature in it: algorithm and slot; `None` where the message carries none of ours.
    pub signature: Option<(String, String)>,
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outgoing")
            .field("step", &self.step)
            .field("file_name", &self.file_name)
            .field("bytes", &self.bytes.len())
            .field("instructs", &self.instructs)
            .finish_non_exhaustive()
    }
}

/// How a message travels. Addresses are the deployment's, not the dialect's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wire {
    /// TCP; the reply ends as the frame says.
    Tcp {
        /// How the end of the reply is found.
        reply: FrameEnd,
    },
    /// HTTP; the reply is the body.
    Http {
        /// Which of the connection's addresses: `main`, `sign`.
        endpoint: String,
        /// Method.
        method: Method,
        /// Path with query string.
        path: String,
        /// Content type; none without a body.
        content_type: Option<String>,
        /// Further headers.
        headers: Vec<(String, String)>,
        /// Headers of the reply that belong to it: they stand before its body
        /// ([`crate::wire::headers`]). Without any the reply is the body.
        reply_headers: Vec<String>,
    },
    /// A file into the bank's folder; no reply here.
    Drop {
        /// Folder below the connection's root.
        folder: String,
    },
    /// A file of the bank's by its name; the reply is the file.
    Fetch {
        /// Folder below the connection's root.
        folder: String,
    },
}

/// How the end of a TCP message is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameEnd {
    /// Ends with these bytes, searched on character boundaries of the charset.
    Line {
        /// The ending.
        terminator: Vec<u8>,
    },
    /// A decimal length at an offset, in so many digits, padded by zeros or spaces.
    Length {
        /// Offset of the digits.
        offset: usize,
        /// Number of digits.
        digits: usize,
        /// Bytes before the body that the length does not count.
        uncounted: usize,
    },
    /// The peer closes.
    EndOfStream,
}

/// What the gateway does next in a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Send this and feed the reply.
    Send(Outgoing),
    /// Wait, then ask for the next step again.
    Wait {
        /// Milliseconds.
        wait_ms: u64,
    },
    /// The conversation is over.
    Done(Reply),
}

/// What a finished conversation said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Answer to a submission.
    Receipt(Receipt),
    /// Answer to a query.
    Result(ResultFile),
}

/// What the bank says of one line or of a whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Paid.
    Paid,
    /// Refused or not payable.
    Failed(FailureReason),
    /// The bank has it or is working on it.
    Accepted,
    /// Nobody knows: an unlisted code, a suspicion, a contradiction.
    Unknown,
    /// Paid and come back.
    Returned,
    /// The bank knows nothing of it; leaves `unknown` unless the dialect says otherwise.
    NotFound,
}

/// A bank's answer to a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The whole file: `Accepted`, `Failed` or `Unknown` (never more).
    pub outcome: Outcome,
    /// The bank's code and text as they came.
    pub bank_code: Option<String>,
    /// The bank's text.
    pub bank_text: Option<String>,
    /// References by their name in the dialect (`file_no`, `bank_batch_no`).
    pub references: std::collections::BTreeMap<String, String>,
    /// Rows that the receipt itself refuses, and those of which nobody can tell: an unlisted
    /// status, or one row twice with a difference.
    pub lines: Vec<LineOutcome>,
    /// What is wrong with the message itself: rows that stand in it twice.
    pub flaws: Vec<Flaw>,
}

/// 回盘: what a bank says of the lines of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultFile {
    /// The file as a whole.
    pub outcome: Outcome,
    /// The bank said that of the whole. Else it answered without a word about it, and `outcome` is
    /// all that follows: that it is asked about.
    pub of_whole: bool,
    /// The answer shows that the bank has the file, whatever it says of it: it states totals of it,
    /// or has a word of its own for a file that it has not.
    pub knows_file: bool,
    /// The bank answered the question; else nothing in it says anything of the lines.
    pub answered: bool,
    /// The bank calls it final, or every line in it is.
    pub is_final: bool,
    /// Lists failures only; what it leaves out is paid where the totals agree.
    pub failures_only: bool,
    /// The bank's code for the request or the batch.
    pub bank_code: Option<String>,
    /// The bank's text for it.
    pub bank_text: Option<String>,
    /// References by name; `file_no` where the message names our file.
    pub references: std::collections::BTreeMap<String, String>,
    /// The lines it names.
    pub lines: Vec<LineOutcome>,
    /// Totals as the bank states them: `count`, `amount_fen`, `paid_count`, `paid_fen` …
    pub totals: std::collections::BTreeMap<String, i64>,
    /// What is wrong with the message itself (totals that do not add up, doubled lines).
    pub flaws: Vec<Flaw>,
}

impl ResultFile {
    /// What the bank says of the file, where no row says anything: an empty list is no word about
    /// it, for a bank that has no such file may give one, too.
    #[must_use]
    pub fn outcome_of_whole(&self) -> Outcome {
        if self.outcome == Outcome::Accepted && !self.of_whole {
            return Outcome::Unknown;
        }
        self.outcome
    }
}

/// What a bank says of one line. A field that the message does not carry is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineOutcome {
    /// Row number in the bank file.
    pub row_no: Option<u32>,
    /// The bank's or our reference of the line.
    pub reference: Option<String>,
    /// Account as reported.
    pub account: Option<AccountNo>,
    /// Name as reported.
    pub name: Option<PersonName>,
    /// Amount as reported.
    pub amount: Option<Fen>,
    /// Outcome.
    pub outcome: Outcome,
    /// Why it came back, as far as the bank's own code tells.
    pub return_reason: Option<FailureReason>,
    /// A finer word for an accepted line: `processing`, `needs_approval`, `scheduled`; for an
    /// unknown one that the bank calls paid with a failure's code: `paid_with_failure_code`.
    pub detail: Option<String>,
    /// The bank's code as it came.
    pub bank_code: Option<String>,
    /// The bank's text as it came.
    pub bank_text: Option<String>,
    /// The bank's serial number of the payment.
    pub bank_serial: Option<String>,
    /// For a return: the serial of the payment that came back.
    pub original_bank_serial: Option<String>,
    /// When it was booked, RFC 3339 or a date, as far as the message says.
    pub booked_at: Option<String>,
}

/// What a bank tells by itself of rows of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    /// Our file as the bank names it.
    pub file_no: Option<u64>,
    /// The rows, in the message's order.
    pub lines: Vec<LineOutcome>,
    /// Totals as the bank states them, by the names of `ResultFile.totals`: of these rows.
    pub totals: std::collections::BTreeMap<String, i64>,
    /// What is wrong with the message itself.
    pub flaws: Vec<Flaw>,
}

/// One record that a bank pushes: a line outcome of a named file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisbursementRecord {
    /// Our file as the bank names it.
    pub file_no: Option<u64>,
    /// The outcome.
    pub line: LineOutcome,
}

/// What is asked about: the head of a file that was instructed. All of it is in the intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusQuery {
    /// Number of the file.
    pub file_no: u64,
    /// How often this file was asked about, from 1: makes the query's own number unique.
    pub query_no: u32,
    /// Bank day of the file.
    pub bank_date: time::Date,
    /// The moment of the file's intent in +08:00, as in the order.
    pub instructed_at: time::OffsetDateTime,
    /// Moment of the query in +08:00.
    pub asked_at: time::OffsetDateTime,
    /// Payer's account.
    pub payer_account: AccountNo,
    /// Payer's name.
    pub payer_name: PersonName,
    /// Month for which is paid.
    pub pay_month: PayMonth,
    /// Lines of the file.
    pub count: u32,
    /// Sum of the file.
    pub total: Fen,
    /// As in the order.
    pub connection: ConnectionValues,
    /// References of the receipt, if there was one: values that the bank gave.
    pub references: std::collections::BTreeMap<String, String>,
}

/// What of a line decides in which bank file it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanLine {
    /// Payee's bank, where known.
    pub payee_bank: Option<BankCode>,
    /// What is paid.
    pub amount: Fen,
    /// Bytes of the name in the bank's character set.
    pub name_bytes: usize,
    /// Bytes of the memo.
    pub memo_bytes: usize,
}

/// Our receipt for a pushed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PushReceipt {
    /// The file that the push named, where the bank has it; else its place stays empty.
    pub file_no: Option<u64>,
    /// Taken and stored.
    pub accepted: bool,
    /// Position in the journal.
    pub position: u64,
    /// When, +08:00.
    pub at: time::OffsetDateTime,
}
