//! From what a bank says to steps of lines: pure, over the book as it is.

mod absence;
mod age;
mod dispute;
mod unsent;
mod whole;

use super::Source;
use super::code;
use super::mismatch::{self, Mismatch};
use super::verdict::{self, Verdict, Word};
use crate::book::{BankFile, Batch, Came};
use crate::event::{Dispute, Move};
use adapters::exchange::{Flaw, LineOutcome, Outcome, Receipt, ResultFile};
use dispute::Doubts;
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
    /// What does not fit of the message as a whole.
    pub mismatches: Vec<Mismatch>,
    /// What the bank says in words, by line: sealed.
    pub words: BTreeMap<u32, Words>,
    /// Words about single lines that come too late: they change nothing and are kept.
    pub noted: Vec<Move>,
    /// Some word changed nothing: the record about the file must show that it came.
    pub passes_over: bool,
}

impl Interpretation {
    /// Whether everything in the message fits a line and the file.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.unmatched.is_empty() && self.mismatches.is_empty()
    }
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
    asked_at: Option<u64>,
    came: Option<Came>,
    is_unread_beside: bool,
    doubts: Doubts,
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
            asked_at: None,
            came: None,
            is_unread_beside: false,
            doubts: Doubts::default(),
            out: Interpretation::default(),
        }
    }

    /// Says which message of ours the bank answers, or when its own came: without
    /// either, what it says is news.
    #[must_use]
    pub fn of(mut self, source: Source) -> Self {
        self.asked_at = source.asked_at;
        self.came = source.came;
        self
    }

    /// Says whether the bank has sent something of its own, since the message of ours that it
    /// answers, of which nobody knows what file it speaks of.
    #[must_use]
    pub fn beside_unread(mut self, is_unread: bool) -> Self {
        self.is_unread_beside = is_unread;
        self
    }

    /// The answer to the submission: of the whole file, and of rows that it names. `given`: the
    /// references that the bank gave for the file before.
    #[must_use]
    pub fn receipt(
        mut self,
        receipt: &Receipt,
        given: &BTreeMap<String, String>,
    ) -> Interpretation {
        self.records(&receipt.lines);
        self.out.mismatches = mismatch::of_receipt(receipt, self.file, given);
        self.whole_receipt(receipt.outcome, receipt.bank_code.as_deref());
        self.leaves_none_under_way();
        self.out
    }

    /// The answer to a query, or a result that came by itself.
    ///
    /// `not_found_is_final`: the dialect declares that the bank's "not found" is definitive by now.
    /// It is believed of a file of which the bank never said a word, and of no other (decision
    /// 010); beside rows it is no such word. `given`: the references that the bank gave for the
    /// file before.
    #[must_use]
    pub fn result(
        mut self,
        result: &ResultFile,
        not_found_is_final: bool,
        given: &BTreeMap<String, String>,
    ) -> Interpretation {
        self.records(&result.lines);
        let omitted = self.omitted();
        self.out.mismatches = mismatch::of_result(result, self.file, omitted, given);
        let code = result.bank_code.as_deref();
        let not_found = result.outcome == Outcome::NotFound && result.lines.is_empty();
        if not_found && not_found_is_final {
            self.not_found(code);
        } else if mismatch::pays_the_rest(result) {
            // Left out of what lists failures only: paid where all agrees, unknown where not.
            let paid = self.omitted_agree(result, omitted);
            let outcome = if paid {
                Outcome::Paid
            } else {
                Outcome::Unknown
            };
            self.rest(outcome, None, false);
        } else if result.lines.is_empty() {
            self.whole_result(result, code);
        } else if result.is_final {
            // Left out of a final result.
            self.rest(Outcome::Unknown, None, false);
        }
        self.out
    }

    /// Single records, as pushed.
    #[must_use]
    pub fn pushed(mut self, lines: &[LineOutcome], flaws: &[Flaw]) -> Interpretation {
        self.records(lines);
        self.out.mismatches = flaws.iter().map(Mismatch::of_flaw).collect();
        self.out
    }

    fn records(&mut self, lines: &[LineOutcome]) {
        for (place, record) in (0u32..).zip(lines) {
            match self.line_of(record) {
                Ok(index) => self.record(index, record),
                Err(why) => {
                    self.out.unmatched.push((place, why));
                    self.reveal(record.outcome);
                }
            }
        }
        self.doubt_the_refused();
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
        if events == [LineEvent::Fail] {
            self.doubts.failed.insert(index);
        }
        let step = |event| Move {
            index,
            event,
            reason: reason.or(record.return_reason.filter(|_| event == LineEvent::Return)),
            detail: record.detail.clone(),
            bank_code: code::in_clear(record.bank_code.as_deref()),
            reported_fen: record.amount.map(|Fen(fen)| fen),
            of_line: 0,
        };
        if self.differs(index, record) {
            if let Some(event) = events.last() {
                self.mismatched(step(*event));
                self.reveal(record.outcome);
            }
            return;
        }
        // A bank that says again that the money came back does not say again that it was paid.
        let returned = record.outcome == Outcome::Returned
            && self.state_of(index) == Some(LineState::Returned);
        let events = if returned {
            &[LineEvent::Return]
        } else {
            events
        };
        let pointed = record.outcome != Outcome::NotFound;
        for event in events {
            self.step(step(*event), pointed);
        }
    }

    fn state_of(&self, index: u32) -> Option<LineState> {
        let earlier = self.states.get(&index).copied();
        earlier.or_else(|| Some(self.batch.line(index)?.state))
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

    /// Weighs one step against the state as it is in this message so far.
    fn step(&mut self, step: Move, pointed: bool) {
        let Some(line) = self.batch.line(step.index) else {
            return;
        };
        let earlier = self.states.get(&step.index).copied();
        let state = earlier.unwrap_or(line.state);
        let told_at = self.batch.bank_told_at(step.index, line);
        let behind = earlier.is_some() || self.is_said_behind(told_at);
        let after = || self.batch.bank_said_after(step.index, line, self.file);
        let word = Word {
            event: step.event,
            pointed,
            newer: behind && !self.is_crossed(),
            perhaps_newer: earlier.is_some()
                || [told_at, after()]
                    .iter()
                    .any(|at| self.is_perhaps_behind(*at)),
            carried: line.file_no == self.file.intent.file_no,
        };
        match verdict::weigh(state, line.disputed.is_some(), word) {
            Verdict::Applied(next) => {
                self.states.insert(step.index, next);
                self.out.moves.push(step);
            }
            Verdict::Repeated => {}
            Verdict::Disputed => {
                if word.carried && state == LineState::Failed {
                    self.doubts.refusal = true;
                }
                self.dispute(step);
            }
            Verdict::FileDisputed if self.is_decided(&step, (state, line), word) => {}
            Verdict::FileDisputed => self.dispute_file(step),
            Verdict::Noted => self.note(step, pointed),
        }
    }

    /// What is said of the file as a whole stands in the record about the file; the same word
    /// again is no news.
    fn note(&mut self, step: Move, pointed: bool) {
        self.out.passes_over = true;
        let known = self.file.noted.contains(&(step.index, step.event));
        if pointed && !known {
            self.out.noted.push(step);
        }
    }

    /// What holds for every line of the file that the message did not name.
    fn rest(&mut self, outcome: Outcome, bank_code: Option<&str>, pointed: bool) {
        let (events, reason) = events_of(outcome);
        for index in self.unnamed() {
            for event in events {
                self.step(of_whole(index, *event, reason, bank_code), pointed);
            }
        }
    }

    fn unnamed(&self) -> Vec<u32> {
        let lines = self.file.intent.lines.iter().copied();
        lines.filter(|index| !self.named.contains(index)).collect()
    }

    /// Number and sum of the lines that the message does not name.
    fn omitted(&self) -> (i64, i64) {
        let lines = self.file.intent.lines.iter();
        let omitted = lines.filter(|index| !self.named.contains(index));
        omitted
            .filter_map(|index| self.batch.line(*index))
            .fold((0, 0), |(count, fen), line| {
                (count + 1, fen + line.amount_fen)
            })
    }

    /// Whether a failures-only result states exactly the lines that it omits as paid, and nothing
    /// else in it is wrong: only then is a line paid that no row speaks of.
    fn omitted_agree(&self, result: &ResultFile, (count, fen): (i64, i64)) -> bool {
        result.totals.get("paid_count") == Some(&count)
            && result.totals.get("paid_fen") == Some(&fen)
            && self.out.mismatches.is_empty()
            && self.out.unmatched.is_empty()
    }
}

/// A step of a line that is said of the whole file.
fn of_whole(
    index: u32,
    event: LineEvent,
    reason: Option<FailureReason>,
    bank_code: Option<&str>,
) -> Move {
    Move {
        index,
        event,
        reason,
        detail: None,
        bank_code: code::in_clear(bank_code),
        reported_fen: None,
        of_line: 0,
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
