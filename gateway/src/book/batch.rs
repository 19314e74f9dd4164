//! One batch in the book: head, lines, sums by state, what it waits for.

use crate::book::Ages;
use crate::book::doubt::{Doubts, stand};
use crate::book::table::TableRow;
use crate::book::tally::Counted;
use crate::book::waits::Looked;
use crate::event::{AcceptedHead, Dispute};
use schemas::line_state::{Applied, Why, apply};
use schemas::value::{BatchId, PaymentId};
use schemas::{FailureReason, LineEvent, LineState};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

/// One line, small: the book holds millions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Place in the file.
    pub row: u32,
    /// The number as written.
    pub line_no: u32,
    /// Amount in fen.
    pub amount_fen: i64,
    /// Keyed hash of the document number.
    pub person: u64,
    /// Keyed hash of the account.
    pub account: u64,
    /// Where it stands.
    pub state: LineState,
    /// Why it failed.
    pub reason: Option<FailureReason>,
    /// Why it is disputed, until resolved.
    pub disputed: Option<Dispute>,
    /// The bank file that carries it now, by number; 0 for none.
    pub file_no: u64,
    /// Since when it is in this state, Unix milliseconds.
    pub since_ms: i64,
    /// What the bank last reported for it, in fen, where it reports amounts.
    pub reported_fen: Option<i64>,
    /// Journal sequence of the record that made its state: the bank's word, or two operators';
    /// 0 for none.
    pub told_at: u64,
}

/// Count and sum of lines in one state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Lines.
    pub count: u32,
    /// Their sum in fen.
    pub fen: i64,
}

/// Counts and sums by line state, kept with every move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums([Sum; LineState::ALL.len()]);

impl Sums {
    /// The sum of one state.
    #[must_use]
    pub fn of(&self, state: LineState) -> Sum {
        self.0[state as usize]
    }

    /// States and sums in the order of the machine.
    pub fn iter(&self) -> impl Iterator<Item = (LineState, Sum)> + '_ {
        LineState::ALL
            .into_iter()
            .map(|state| (state, self.of(state)))
    }

    /// All lines outside `refused`: must equal the accepted total for ever (M4).
    #[must_use]
    pub fn instructed(&self) -> Sum {
        self.iter()
            .filter(|(state, _)| *state != LineState::Refused)
            .fold(Sum::default(), |total, (_, sum)| Sum {
                count: total.count + sum.count,
                fen: total.fen + sum.fen,
            })
    }

    fn put(&mut self, state: LineState, fen: i64) {
        let sum = &mut self.0[state as usize];
        sum.count += 1;
        sum.fen += fen;
    }

    fn take(&mut self, state: LineState, fen: i64) {
        let sum = &mut self.0[state as usize];
        sum.count -= 1;
        sum.fen -= fen;
    }
}

/// A record that tells something of some of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// Journal sequence.
    pub sequence: u64,
    /// Lowest and highest index that it may speak of.
    pub span: (u32, u32),
}

/// The words of the contract for a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BatchState {
    /// Waits for approval.
    Held,
    /// Approved; nothing has left.
    Released,
    /// Some lines are instructed, not all are final.
    InProgress,
    /// Every line is final.
    Settled,
    /// Taken back before anything left.
    Withdrawn,
}

impl BatchState {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Held,
        Self::Released,
        Self::InProgress,
        Self::Settled,
        Self::Withdrawn,
    ];

    /// The word of the public contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Released => "released",
            Self::InProgress => "in_progress",
            Self::Settled => "settled",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// What one step did to the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stepped {
    /// It moved.
    Moved,
    /// It was there already.
    Repeated,
    /// Not a move.
    Refused(Why),
}

/// A batch.
#[derive(Clone, Debug)]
pub struct Batch {
    /// What was accepted.
    pub head: AcceptedHead,
    /// Lines by index - 1.
    pub lines: Vec<Line>,
    /// Sums by state.
    pub sums: Sums,
    /// Since when lines are in their states.
    pub ages: Ages,
    /// Lines that somebody must explain.
    pub doubts: Doubts,
    /// Lines that two people have decided, and no bank moved since.
    pub(super) decided: BTreeSet<u32>,
    /// When it was accepted, Unix milliseconds.
    pub accepted_ms: i64,
    /// Journal sequence of its closing record.
    pub accepted_at: u64,
    /// Journal sequences of the line records, by first index.
    pub line_records: Vec<(u32, u64)>,
    /// Journal sequences of the findings.
    pub finding_records: Vec<u64>,
    /// Journal sequences of the bytes as they arrived.
    pub byte_records: Vec<u64>,
    /// Records that speak of its lines, in order.
    pub history: Vec<HistoryEntry>,
    /// Who approved it and when.
    pub approved: Option<(String, i64)>,
    /// When it was released, by its first approval, Unix milliseconds.
    pub released_ms: Option<i64>,
    /// Journal sequence of the last approval; 0 before it.
    pub approved_at: u64,
    /// Who withdrew it and when.
    pub withdrawn: Option<(String, i64)>,
    /// Lines that correct earlier payments.
    pub corrects: BTreeMap<u32, PaymentId>,
    /// Its bank files, in the order of their intents.
    pub files: Vec<u64>,
    /// Last change of any line, Unix milliseconds.
    pub changed_ms: i64,
    /// What a look at all its lines came to, until its employer's lines change.
    pub(super) looked: Cell<Looked>,
    /// What it adds to the sums over all batches; none before it is counted.
    pub(super) counted: Option<Counted>,
}

impl Batch {
    /// A batch as it is accepted.
    #[must_use]
    pub fn new(head: AcceptedHead, rows: &[TableRow], accepted_at: u64, accepted_ms: i64) -> Self {
        let late: BTreeSet<u32> = head.refused_late.iter().copied().collect();
        let mut sums = Sums::default();
        let mut ages = Ages::default();
        let lines = rows
            .iter()
            .map(|row| {
                let refused = row.refused || late.contains(&row.index);
                let state = if refused {
                    LineState::Refused
                } else {
                    LineState::Held
                };
                sums.put(state, row.amount_fen);
                ages.put(state, accepted_ms);
                Line {
                    row: row.row,
                    line_no: row.line_no,
                    amount_fen: row.amount_fen,
                    person: row.person,
                    account: row.account,
                    state,
                    reason: None,
                    disputed: None,
                    file_no: 0,
                    since_ms: accepted_ms,
                    reported_fen: None,
                    told_at: 0,
                }
            })
            .collect();
        Self {
            head,
            lines,
            sums,
            ages,
            doubts: Doubts::default(),
            decided: BTreeSet::new(),
            accepted_ms,
            accepted_at,
            line_records: Vec::new(),
            finding_records: Vec::new(),
            byte_records: Vec::new(),
            history: Vec::new(),
            approved: None,
            released_ms: None,
            approved_at: 0,
            withdrawn: None,
            corrects: BTreeMap::new(),
            files: Vec::new(),
            changed_ms: accepted_ms,
            looked: Cell::default(),
            counted: None,
        }
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> BatchId {
        self.head.batch
    }

    /// Journal sequence of the last record that speaks of it.
    #[must_use]
    pub fn last_record(&self) -> u64 {
        let last = self.history.last();
        last.map_or(self.accepted_at, |entry| entry.sequence)
    }

    /// The line of an index.
    #[must_use]
    pub fn line(&self, index: u32) -> Option<&Line> {
        self.lines.get(usize::try_from(index.checked_sub(1)?).ok()?)
    }

    /// Released lines that no file carries and nobody disputes, by index.
    pub fn free_lines(&self) -> impl Iterator<Item = u32> {
        let lines = (1u32..).zip(&self.lines);
        let free = lines.filter(|(_, line)| {
            line.state == LineState::Released && line.file_no == 0 && line.disputed.is_none()
        });
        free.map(|(index, _)| index)
    }

    /// The line of an index, to change what the machine does not govern.
    pub(super) fn line_mut(&mut self, index: u32) -> Option<&mut Line> {
        self.lines
            .get_mut(usize::try_from(index.checked_sub(1)?).ok()?)
    }

    /// Marks a line as disputed, or as resolved, by a record and at its time; a later dispute takes
    /// the place of an earlier.
    pub(super) fn dispute(
        &mut self,
        index: u32,
        dispute: Option<Dispute>,
        record: (u64, i64),
    ) -> Option<&mut Line> {
        let at = usize::try_from(index.checked_sub(1)?).ok()?;
        let line = self.lines.get_mut(at)?;
        let before = stand(line, self.doubts.disputed_ms(index));
        line.disputed = dispute;
        self.doubts.mark(index, dispute, record);
        let now = stand(line, self.doubts.disputed_ms(index));
        self.doubts.moved(index, before, now);
        Some(line)
    }

    /// Applies one event to one line and keeps the sums. `None` when there is no such line.
    pub(super) fn step(&mut self, index: u32, event: LineEvent, at_ms: i64) -> Option<Stepped> {
        let disputed_ms = self.doubts.disputed_ms(index);
        let line = self.line_mut(index)?;
        match apply(line.state, line.disputed.is_some(), event) {
            Applied::Repeated => Some(Stepped::Repeated),
            Applied::Refused(why) => Some(Stepped::Refused(why)),
            Applied::Moved(state) => {
                let (before, fen) = (line.state, line.amount_fen);
                let before_ms = line.since_ms;
                let stood = stand(line, disputed_ms);
                line.state = state;
                line.since_ms = at_ms;
                let stands = stand(line, disputed_ms);
                self.doubts.moved(index, stood, stands);
                self.sums.take(before, fen);
                self.sums.put(state, fen);
                self.ages.take(before, before_ms);
                self.ages.put(state, at_ms);
                self.changed_ms = at_ms;
                Some(Stepped::Moved)
            }
        }
    }

    /// The state of the whole, derived from its lines.
    #[must_use]
    pub fn state(&self) -> BatchState {
        let total = self.sums.instructed().count;
        let count = |state| self.sums.of(state).count;
        // A line that was taken back may turn out to be paid all the same.
        if self.withdrawn.is_some() && count(LineState::Cancelled) == total {
            return BatchState::Withdrawn;
        }
        let ended: u32 = LineState::ALL
            .into_iter()
            .filter(|state| state.is_final() && *state != LineState::Refused)
            .map(count)
            .sum();
        if count(LineState::Held) > 0 {
            BatchState::Held
        } else if ended == total {
            BatchState::Settled
        } else if count(LineState::Released) == total {
            BatchState::Released
        } else {
            BatchState::InProgress
        }
    }

    /// What its states wait for and since when (M12); `None` when it has ended. Disputes and other
    /// batches are no part of it: see [`crate::book::Book::waits_for`].
    #[must_use]
    pub fn waits_for(&self) -> Option<(&'static str, i64)> {
        let waiting = match self.state() {
            BatchState::Settled | BatchState::Withdrawn => return None,
            BatchState::Held => (LineState::Held, "approval"),
            BatchState::Released => (LineState::Released, "dispatch"),
            BatchState::InProgress => [
                (LineState::Unknown, "bank_evidence_or_resolution"),
                (LineState::Accepted, "bank_result"),
                (LineState::Intended, "bank_answer"),
                (LineState::Released, "dispatch"),
            ]
            .into_iter()
            .find(|(state, _)| self.sums.of(*state).count > 0)
            .unwrap_or((LineState::Held, "approval")),
        };
        let since_ms = self.ages.oldest(waiting.0).unwrap_or(self.changed_ms);
        // A file that is tried again and again makes its lines no younger.
        let released_ms = self.released_ms.filter(|_| waiting.1 == "dispatch");
        Some((waiting.1, released_ms.unwrap_or(since_ms)))
    }
}
