//! From what a bank says to steps of lines: pure, over the book as it is.

mod unsent;

use super::code;
use crate::book::{BankFile, Batch};
use crate::event::{Dispute, Move};
use adapters::exchange::{LineOutcome, Outcome, Receipt, ResultFile};
use schemas::line_state::{Applied, Why, apply};
use schemas::value::{AccountNo, Fen};
use schemas::{FailureReason, LineEvent, LineState};
use std::collections::{BTreeMap, BTreeSet};

/// What a message comes to for one bank file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interpretation {
    /// Steps to apply, in order.
    pub moves: Vec<Move>,
    /// Lines to dispute.
    pub disputes: Vec<(u32, Dispute, Move)>,
    /// Places in the message of records that name no line of the file, and why.
    pub unmatched: Vec<(u32, &'static str)>,
    /// What the bank says in words, by line: sealed.
    pub words: BTreeMap<u32, Words>,
}

/// The bank's words for a line. May hold personal data: sealed in the journal.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Words {
    /// Text as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_text: Option<String>,
    /// The bank's serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_serial: Option<String>,
    /// Serial of the payment that came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_bank_serial: Option<String>,
    /// When it was booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked_at: Option<String>,
}

/// Reads messages about one file against the book.
pub struct Interpreter<'a> {
    file: &'a BankFile,
    batch: &'a Batch,
    account_hash: &'a dyn Fn(&AccountNo) -> u64,
    // States as they become while the message is read: a message may tell two steps of a line.
    states: BTreeMap<u32, LineState>,
    named: BTreeSet<u32>,
    out: Interpretation,
}

impl<'a> Interpreter<'a> {
    /// An interpreter for messages about `file`.
    pub fn new(
        file: &'a BankFile,
        batch: &'a Batch,
        account_hash: &'a dyn Fn(&AccountNo) -> u64,
    ) -> Self {
        Self {
            file,
            batch,
            account_hash,
            states: BTreeMap::new(),
            named: BTreeSet::new(),
            out: Interpretation::default(),
        }
    }

    /// The answer to the submission: of the whole file, and of rows that it names.
    #[must_use]
    pub fn receipt(mut self, receipt: &Receipt) -> Interpretation {
        self.records(&receipt.lines);
        self.rest(receipt.outcome, receipt.bank_code.as_deref());
        self.out
    }

    /// The answer to a query, or a result that came by itself.
    ///
    /// `not_found_is_final`: the dialect declares that the bank's "not found" is definitive by now.
    #[must_use]
    pub fn result(mut self, result: &ResultFile, not_found_is_final: bool) -> Interpretation {
        self.records(&result.lines);
        let code = result.bank_code.as_deref();
        if result.outcome == Outcome::NotFound && not_found_is_final {
            self.leave_out_moved_on();
            self.rest(Outcome::Failed(FailureReason::BankUnavailable), code);
        } else if result.lines.is_empty() {
            // A question that the bank could not answer (busy, an unlisted code) says nothing of
            // the lines: what it has accepted stays accepted until the answer limit.
            if result.outcome != Outcome::Unknown {
                self.rest(result.outcome, code);
            }
        } else if result.is_final {
            // Left out of a final result: paid where the bank lists failures only and the totals
            // agree, unknown in every other case.
            let paid = result.failures_only && self.omitted_agree(result);
            self.rest(
                if paid {
                    Outcome::Paid
                } else {
                    Outcome::Unknown
                },
                None,
            );
        }
        self.out
    }

    /// Single records, as pushed.
    #[must_use]
    pub fn pushed(mut self, lines: &[LineOutcome]) -> Interpretation {
        self.records(lines);
        self.out
    }

    fn records(&mut self, lines: &[LineOutcome]) {
        for (place, record) in (0u32..).zip(lines) {
            match self.line_of(record) {
                Ok(index) => self.record(index, record),
                Err(why) => {
                    self.out.unmatched.push((place, why));
                    self.reveal(record);
                }
            }
        }
    }

    /// By the row number that we gave; where the dialect carries none, by account and amount,
    /// and then only if the match is unique.
    fn line_of(&self, record: &LineOutcome) -> Result<u32, &'static str> {
        if let Some(row_no) = record.row_no {
            return self.file.line_of_row(row_no).ok_or("no_such_row");
        }
        let (Some(account), Some(amount)) = (record.account, record.amount) else {
            return Err("names_no_line");
        };
        let account = (self.account_hash)(&account);
        let mut matching = self.file.intent.lines.iter().copied().filter(|index| {
            self.batch
                .line(*index)
                .is_some_and(|line| line.account == account && line.amount_fen == amount.0)
        });
        match (matching.next(), matching.next()) {
            (Some(index), None) => Ok(index),
            (Some(_), Some(_)) => Err("several_lines_match"),
            (None, _) => Err("no_line_matches"),
        }
    }

    fn record(&mut self, index: u32, record: &LineOutcome) {
        self.named.insert(index);
        self.keep_words(index, record);
        let (events, reason) = events_of(record.outcome);
        let step = |event| Move {
            index,
            event,
            reason,
            detail: record.detail.clone(),
            bank_code: code::in_clear(record.bank_code.as_deref()),
            reported_fen: record.amount.map(|Fen(fen)| fen),
        };
        if self.differs(index, record) {
            if let Some(event) = events.last() {
                self.out
                    .disputes
                    .push((index, Dispute::ResultMismatch, step(*event)));
                self.reveal(record);
            }
            return;
        }
        for event in events {
            self.step(step(*event));
        }
    }

    fn keep_words(&mut self, index: u32, record: &LineOutcome) {
        let words = Words {
            bank_text: record.bank_text.clone(),
            bank_serial: record.bank_serial.clone(),
            original_bank_serial: record.original_bank_serial.clone(),
            booked_at: record.booked_at.clone(),
        };
        if words != Words::default() {
            self.out.words.insert(index, words);
        }
    }

    fn differs(&self, index: u32, record: &LineOutcome) -> bool {
        let Some(line) = self.batch.line(index) else {
            return false;
        };
        let amount = record.amount.is_some_and(|Fen(fen)| fen != line.amount_fen);
        let account = record
            .account
            .is_some_and(|no| (self.account_hash)(&no) != line.account);
        amount || account
    }

    /// Applies one step to the state as it is in this message so far.
    fn step(&mut self, step: Move) {
        let Some(line) = self.batch.line(step.index) else {
            return;
        };
        let state = self.states.get(&step.index).copied().unwrap_or(line.state);
        let applied = apply(state, line.disputed.is_some(), step.event);
        if line.file_no != self.file.intent.file_no {
            return self.step_of_another_file(applied, step);
        }
        let refused = match applied {
            Applied::Moved(next) => {
                self.states.insert(step.index, next);
                self.out.moves.push(step);
                return;
            }
            Applied::Repeated => return,
            Applied::Refused(why) => why,
        };
        let unsent = matches!(state, LineState::Released | LineState::Held);
        match refused {
            Why::Contradiction => self.dispute(step),
            // The bank knows a line that we hold to be unsent: one of the two ways in which a
            // wage could be paid twice. Nothing is sent until two people decide.
            Why::TooEarly if unsent && tells_of_money(step.event) => self.dispute_file(step),
            Why::TooEarly | Why::TooLate => {}
        }
    }

    fn dispute(&mut self, step: Move) {
        let known = self
            .out
            .disputes
            .iter()
            .any(|(index, ..)| *index == step.index);
        if !known {
            self.out
                .disputes
                .push((step.index, Dispute::ResultContradiction, step));
        }
    }

    /// That the bank never had the file fails the lines that it carries, and says nothing of
    /// those that another file carries by now.
    fn leave_out_moved_on(&mut self) {
        let own = self.file.intent.file_no;
        for index in &self.file.intent.lines {
            if self
                .batch
                .line(*index)
                .is_none_or(|line| line.file_no != own)
            {
                self.named.insert(*index);
            }
        }
    }

    /// What holds for every line of the file that the message did not name.
    fn rest(&mut self, outcome: Outcome, bank_code: Option<&str>) {
        let (events, reason) = events_of(outcome);
        let rest: Vec<u32> = self
            .file
            .intent
            .lines
            .iter()
            .copied()
            .filter(|i| !self.named.contains(i))
            .collect();
        for index in rest {
            for event in events {
                self.step(Move {
                    index,
                    event: *event,
                    reason,
                    detail: None,
                    bank_code: code::in_clear(bank_code),
                    reported_fen: None,
                });
            }
        }
    }

    /// Whether the totals of a failures-only result leave exactly the lines that it omits.
    fn omitted_agree(&self, result: &ResultFile) -> bool {
        let omitted = self
            .file
            .intent
            .lines
            .iter()
            .filter(|index| !self.named.contains(index));
        let (mut count, mut fen) = (0i64, 0i64);
        for index in omitted {
            let Some(line) = self.batch.line(*index) else {
                return false;
            };
            count += 1;
            fen += line.amount_fen;
        }
        result.totals.get("paid_count") == Some(&count)
            && result.totals.get("paid_fen") == Some(&fen)
    }
}

/// The steps that an outcome means, and the reason of a failure.
fn events_of(outcome: Outcome) -> (&'static [LineEvent], Option<FailureReason>) {
    match outcome {
        Outcome::Paid => (&[LineEvent::Pay], None),
        // The bank knows the number: it may have paid, and a correction would pay twice.
        Outcome::Failed(FailureReason::Duplicate) => (&[LineEvent::LoseTrack], None),
        Outcome::Failed(reason) => (&[LineEvent::Fail], Some(reason)),
        Outcome::Accepted => (&[LineEvent::Accept], None),
        Outcome::Unknown | Outcome::NotFound => (&[LineEvent::LoseTrack], None),
        // A return proves that it was paid: both are recorded.
        Outcome::Returned => (&[LineEvent::Pay, LineEvent::Return], None),
    }
}

/// Whether a step says that the bank has, or has had, the instruction.
fn tells_of_money(event: LineEvent) -> bool {
    match event {
        LineEvent::Accept | LineEvent::Pay | LineEvent::Return => true,
        LineEvent::Release
        | LineEvent::Cancel
        | LineEvent::Intend
        | LineEvent::NotSent
        | LineEvent::Fail
        | LineEvent::LoseTrack
        | LineEvent::ResolvePaid
        | LineEvent::ResolveFailed => false,
    }
}
