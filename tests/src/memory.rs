//! What a played bank remembers, and how it is told to go wrong.

use adapters::exchange::{LineOutcome, Outcome, Outgoing};
use adapters::{BankLine, BankReply, BankRequest, RequestKind};
use gateway::channel::{SendError, SendErrorKind};
use schemas::value::Purpose;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How one message goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The bank can't be reached: nothing left.
    Unreachable,
    /// Time runs out and the message never came to the bank; nobody here can know.
    Lost,
    /// The bank reads the message and says nothing.
    Silent,
    /// The bank reads the message; what comes back is not its format.
    Gibberish,
    /// The bank reads the message; an empty answer comes back.
    Empty,
    /// The bank reads the message; its answer breaks off.
    BrokenOff,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Unreachable,
        Self::Lost,
        Self::Silent,
        Self::Gibberish,
        Self::Empty,
        Self::BrokenOff,
    ];
}

/// What comes of an answer that breaks off.
pub(crate) fn broken_off(out: &Outgoing) -> SendError {
    let broken = SendError::after_bytes(SendErrorKind::Read, "played", out);
    broken.with_received(b"00000812<ap><CCTra".to_vec())
}

/// A message that came to the bank.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// Journal sequence of our record about it.
    pub sequence: u64,
    /// The dialect in which the bank read it.
    pub dialect: &'static str,
    /// Name of the step.
    pub step: String,
    /// What it asks for.
    pub kind: RequestKind,
    /// The file that it is about.
    pub file_no: u64,
    /// The lines that it carries; of a file in parts with those of the parts before.
    pub lines: Vec<BankLine>,
}

/// What a bank answers to a question about these lines.
pub type Say = Arc<dyn Fn(&[BankLine]) -> BankReply + Send + Sync>;

/// What happens elsewhere while a message is on its way.
pub type Meanwhile = Box<dyn FnOnce() + Send>;

/// The bank's own memory, and what it is told to do.
#[derive(Default)]
pub struct Memory {
    /// Everything that came.
    pub arrived: Vec<Arrived>,
    /// Faults by the number of the message, from 0.
    pub faults: BTreeMap<usize, Fault>,
    /// Messages that were sent so far, arrived or not.
    pub sent: usize,
    /// What it answers to a submission.
    pub receipt: Option<Outcome>,
    /// What it answers to a query of a file that it has; paid where nothing is set.
    pub say: Option<Say>,
    /// What it answers to a question for returns; nothing came back where nothing is set.
    pub say_of_returns: Option<Say>,
    /// The file that its answers to queries name; the asked one where nothing is set.
    pub names_file: Option<u64>,
    /// Messages that it could not read: it hangs up. `None` where that is a failure of the test.
    pub unreadable: Option<u32>,
    /// Happens once, before the next message that does not instruct is answered.
    pub before_step: Option<Meanwhile>,
    /// Happens once, before the next message that instructs is answered.
    pub before_instruction: Option<Meanwhile>,
}

impl Memory {
    /// The lines of a file, if the bank was instructed to pay them.
    #[must_use]
    pub fn instructed(&self, file_no: u64) -> Option<Vec<BankLine>> {
        let mut about = self.arrived.iter().filter(|a| a.file_no == file_no);
        let submitted = about.clone().any(|a| a.kind == RequestKind::Submit);
        let lines = about.rfind(|a| !a.lines.is_empty())?.lines.clone();
        submitted.then_some(lines)
    }

    /// The lines of a request, with those that it continues.
    #[must_use]
    pub fn gathered(&self, request: &BankRequest) -> Vec<BankLine> {
        let before = self
            .arrived
            .iter()
            .rfind(|a| Some(a.file_no) == request.file_no);
        let before = before.filter(|_| request.continues);
        let before = before.map_or_else(Vec::new, |arrived| arrived.lines.clone());
        [before, request.lines.clone()].concat()
    }

    /// How often each account was instructed, whatever the file.
    #[must_use]
    pub fn instructions(&self) -> BTreeMap<String, u32> {
        let mut times = BTreeMap::new();
        for arrived in &self.arrived {
            if arrived.kind != RequestKind::Submit {
                continue;
            }
            for line in self.instructed(arrived.file_no).unwrap_or_default() {
                let account = line.account.reveal(Purpose::Matching).to_owned();
                *times.entry(account).or_default() += 1;
            }
        }
        times
    }

    /// Instructing messages that came.
    #[must_use]
    pub fn submissions(&self) -> usize {
        let instructs = |a: &&Arrived| a.kind == RequestKind::Submit;
        self.arrived.iter().filter(instructs).count()
    }

    /// What it answers to a request about a file.
    pub(crate) fn answer(&self, request: &BankRequest, file_no: u64) -> BankReply {
        match request.kind {
            RequestKind::Step => BankReply::of(Outcome::Accepted),
            RequestKind::Submit => BankReply::of(self.receipt.unwrap_or(Outcome::Accepted)),
            RequestKind::Returns => match (self.instructed(file_no), &self.say_of_returns) {
                (None, _) => BankReply::of(Outcome::NotFound),
                (Some(lines), Some(say)) => say(&lines),
                (Some(_), None) => BankReply::result(Vec::new()),
            },
            RequestKind::Query => match (self.instructed(file_no), &self.say) {
                (None, _) => BankReply::of(Outcome::NotFound),
                (Some(lines), Some(say)) => say(&lines),
                (Some(lines), None) => told(&lines, &[Outcome::Paid]),
            },
        }
    }
}

/// The result of these lines, one outcome a line in turn.
#[must_use]
pub fn told(lines: &[BankLine], outcomes: &[Outcome]) -> BankReply {
    let rows = lines.iter().zip(outcomes.iter().cycle());
    BankReply {
        batch: Some(Outcome::Paid),
        ..BankReply::result(rows.map(|(line, outcome)| row(line, *outcome)).collect())
    }
}

/// What the bank says of one line.
#[must_use]
pub fn row(line: &BankLine, outcome: Outcome) -> LineOutcome {
    line.told(outcome)
}
