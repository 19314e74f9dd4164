//! 渠道调度: decides what leaves for a bank and when, and carries it through.
//!
//! One task a bank, one conversation at a time. The decision is a pure function of the book and
//! the clock (`decision`); the order is made from the intent alone (`order`), so a retry sends
//! the same bytes; the conversation (`converse`) writes each message into the journal before it
//! leaves. Retry reads certainty only: what may have been sent is asked about, never sent again.

mod absence;
mod afterwards;
mod converse;
pub mod decision;
mod ending;
mod gate;
mod hindrance;
pub mod order;
pub mod outlook;
pub mod recovery;
mod returns;
#[cfg(test)]
mod tests;
pub mod turn;

pub use decision::{CORRECTED_MS, Decision, Pace, decide, first_bank_day};
pub use turn::Turn;

use crate::book::{BankFile, Batch, FileState, Line};
use crate::channel::Channel;
use crate::core::{Core, CoreError};
use crate::event::{Event, Intent, Move, Origin};
use crate::keys::BankKeys;
use crate::mandates::Mandates;
use adapters::BankAdapter;
use adapters::ConnectionValues;
use adapters::exchange::ConversationError;
use schemas::codes::BankCalendar;
use schemas::value::{BankCode, BatchId};
use schemas::{FailureReason, LineEvent, LineState};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// The gateway as an actor of the journal.
pub const ACTOR: &str = "urn:anxin:gateway";

/// One bank as this installation knows it.
pub struct Bank {
    /// How it speaks.
    pub adapter: &'static BankAdapter,
    /// Keys towards it.
    pub keys: BankKeys,
    /// The way to it.
    pub channel: Arc<dyn Channel>,
    /// The installation's own numbers at the bank; a mandate's come on top.
    pub fields: ConnectionValues,
}

impl std::fmt::Debug for Bank {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bank")
            .field("code", &self.adapter.code())
            .finish_non_exhaustive()
    }
}

/// What the dispatcher of a bank works with.
#[derive(Clone)]
pub struct Dispatcher {
    /// Facts.
    pub core: Arc<Core>,
    /// The bank.
    pub bank: Arc<Bank>,
    /// Registered payer accounts.
    pub mandates: Arc<Mandates>,
    /// Days on which banks work.
    pub calendar: Arc<BankCalendar>,
    /// How long is waited.
    pub pace: Pace,
}

impl std::fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dispatcher")
            .field("bank", &self.bank)
            .finish_non_exhaustive()
    }
}

/// Why a dispatcher stopped a piece of work: ours.
#[derive(Debug, thiserror::Error)]
pub enum DispatchError {
    /// Journal, vault or book.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// What was kept of the lines can't be read back.
    #[error("the order can't be made from the record")]
    Order(#[from] order::OrderError),
    /// A key or a number of ours is missing, or what is asked does not fit: a message of a file
    /// can't be made.
    #[error("a message can't be made")]
    Message(#[source] ConversationError),
}

/// How far a piece of work is: what it comes to when it comes to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Progress {
    state: Option<FileState>,
    queries: u32,
    attempts: u32,
    /// Lines of the batch in the state that the work takes them out of.
    waiting: u32,
}

impl Dispatcher {
    /// Works until `stop` says true. A failure of ours is logged, waits and is tried again: the
    /// state of every line stays what the journal says.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut changes = self.core.changes();
        let mut turn = Turn::default();
        while !*stop.borrow() {
            let (_, done) = self.work(&mut turn).await;
            let wait = match done {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::error!(
                        bank = %self.code(),
                        error = %crate::chain(&error),
                        "dispatch stopped a piece of work"
                    );
                    Some(Duration::from_secs(1))
                }
            };
            let Some(wait) = wait else { continue };
            tokio::select! {
                // All of them lead to another look. No chance in it: the simulation.
                biased;
                () = self.core.clock().sleep(wait) => {}
                changed = changes.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    // Many changes come together; one look at the book serves them all.
                    self.core.clock().sleep(Duration::from_millis(2)).await;
                }
                stopped = stop.changed() => {
                    if stopped.is_err() {
                        return;
                    }
                }
            }
        }
    }

    fn code(&self) -> BankCode {
        self.bank.adapter.code()
    }

    /// The adapter of a file; `None` where this program does not know the dialect that it left in.
    fn adapter_of(&self, intent: &Intent) -> Option<&BankAdapter> {
        self.bank.adapter.of_file(intent.dialect.as_deref())
    }

    /// Decides, and does one piece of work; gives what it was and how long to wait after it, `None`
    /// for not at all.
    pub async fn work(
        &self,
        turn: &mut Turn,
    ) -> (Decision, Result<Option<Duration>, DispatchError>) {
        let decision = self.decide(turn);
        let work = turn::Work::of(&decision);
        let before = work.map(|work| self.progress(work));
        turn.take(&decision);
        let done = self.carry_out(decision).await;
        let failed = done.is_err();
        self.note_hindrance(work, done.as_ref().err());
        if let Some(work) = work.filter(|work| failed || before == Some(self.progress(*work))) {
            turn.put_off(work, self.core.now_ms());
        }
        (decision, done)
    }

    /// Changes when a piece of work comes to something. A new file that certainly did not leave
    /// is not something: its lines are released again.
    fn progress(&self, work: turn::Work) -> Progress {
        let desk = self.core.desk();
        let count = |batch, state| {
            desk.batch(batch)
                .map_or(0, |batch| batch.sums.of(state).count)
        };
        let file = match work {
            turn::Work::File(file_no) | turn::Work::Returns(file_no) => desk.file(file_no),
            turn::Work::Plan(_) => None,
        };
        let waiting = match work {
            turn::Work::File(_) | turn::Work::Returns(_) => {
                file.map_or(0, |file| count(file.intent.batch, LineState::Accepted))
            }
            turn::Work::Plan(batch) => count(batch, LineState::Released),
        };
        Progress {
            state: file.map(|file| file.state),
            queries: file.map_or(0, BankFile::questions),
            attempts: file.map_or(0, |file| file.attempts),
            waiting,
        }
    }

    fn decide(&self, turn: &Turn) -> Decision {
        let desk = self.core.desk();
        let now = self.core.clock().now();
        let (adapter, calendar) = (self.bank.adapter, &self.calendar);
        decide(&desk, adapter, calendar, now, self.pace, turn)
    }

    /// Does one piece of work; gives how long to wait before the next, `None` for not at all.
    ///
    /// # Errors
    /// Ours only.
    pub async fn carry_out(&self, decision: Decision) -> Result<Option<Duration>, DispatchError> {
        match decision {
            Decision::Wait { wait } => return Ok(Some(wait)),
            Decision::Plan { batch, bank_date } => {
                // Where the adapter fits none of the lines into a file, or they were taken back
                // meanwhile, the batch is put off.
                if let Some(intent) = self.plan(batch, bank_date)? {
                    self.intend_and_submit(&intent).await?;
                }
            }
            Decision::Resend { file_no } => {
                let intent = self
                    .core
                    .desk()
                    .file(file_no)
                    .map(|file| file.intent.clone());
                // Where nothing comes of it, the file is put off.
                if let Some(intent) = intent {
                    self.intend_and_submit(&intent).await?;
                }
            }
            Decision::Abandon { file_no, why } => {
                let event = Event::FileAbandoned {
                    file_no,
                    why: why.to_owned(),
                };
                self.core.desk().record(ACTOR, event)?;
            }
            Decision::GiveUpWaiting {
                file_no,
                limit_ms,
                at_ms,
            } => self.give_up_waiting(file_no, limit_ms, at_ms)?,
            Decision::LoseTrack { file_no, why } => self.lose_track(file_no, why, |_| true)?,
            Decision::Query { file_no } => self.query(file_no).await?,
            Decision::AskReturns { file_no } => self.ask_returns(file_no).await?,
        }
        Ok(None)
    }

    /// Chooses the lines of the next bank file of a batch and fixes the intent.
    fn plan(&self, batch: BatchId, bank_date: time::Date) -> Result<Option<Intent>, DispatchError> {
        let candidates = {
            let desk = self.core.desk();
            let Some(batch) = desk.batch(batch) else {
                return Ok(None);
            };
            free_lines(&desk, batch, self.bank.adapter.limits().rows_max)
        };
        let kept = order::kept_lines(&self.core, batch, &candidates)?;
        let adapter = self.bank.adapter;
        let plan_line = |line| order::plan_line(line, adapter);
        let plan: Vec<_> = kept.iter().map(plan_line).collect();
        let groups = adapter.plan(&plan);
        let Some(group) = groups.first() else {
            return Ok(None);
        };
        let lines: Vec<u32> = group
            .iter()
            .filter_map(|at| kept.get(*at))
            .map(|line| line.index)
            .collect();
        // A file is of one class of payees where the bank has a dialect for each.
        let first = group.first().and_then(|at| kept.get(*at));
        let dialect = first.map(|line| adapter.for_payee(line.payee_bank).dialect().to_owned());
        let total_fen = group
            .iter()
            .filter_map(|at| kept.get(*at))
            .map(|line| line.amount.0)
            .sum();
        Ok((!lines.is_empty()).then(|| Intent {
            file_no: 0,
            batch,
            bank: self.code(),
            dialect,
            lines,
            total_fen,
            bank_date: bank_date.to_string(),
            instructed_ms: self.core.now_ms(),
        }))
    }

    /// The answer limit has passed at a moment for some of the lines.
    fn give_up_waiting(&self, file_no: u64, limit_ms: i64, at_ms: i64) -> Result<(), CoreError> {
        let overdue = |line: &Line| decision::due_after(line.since_ms, limit_ms, at_ms) <= at_ms;
        self.lose_track(file_no, "answer_limit", overdue)
    }

    /// Nobody will hear any more of some lines of a file: they are unknown.
    fn lose_track(
        &self,
        file_no: u64,
        why: &str,
        which: impl Fn(&Line) -> bool,
    ) -> Result<(), CoreError> {
        let mut desk = self.core.desk();
        let lost = |step: &Move| {
            let file = desk.file(file_no);
            let batch = file.and_then(|file| desk.batch(file.intent.batch));
            let line = batch.and_then(|batch| batch.line(step.index));
            line.is_some_and(&which)
        };
        let mut moves = steps_for(&desk, file_no, LineEvent::LoseTrack, None);
        moves.retain(lost);
        let event = Event::Outcomes {
            file_no,
            origin: Origin::AnswerLimit,
            message: None,
            why: Some(why.to_owned()),
            is_final: false,
            moves,
            disputes: Vec::new(),
        };
        desk.record(ACTOR, event)?;
        Ok(())
    }
}

/// The step for every line of the file for which it is a move of the machine.
fn steps_for(
    book: &crate::book::Book,
    file_no: u64,
    event: LineEvent,
    reason: Option<FailureReason>,
) -> Vec<Move> {
    let Some(file) = book.file(file_no) else {
        return Vec::new();
    };
    let Some(batch) = book.batch(file.intent.batch) else {
        return Vec::new();
    };
    let lines = file.intent.lines.iter().copied();
    lines
        .filter(|index| {
            batch.line(*index).is_some_and(|line| {
                let next = schemas::line_state::apply(line.state, false, event);
                // A line that another file carries by now is that file's.
                line.file_no == file_no && matches!(next, schemas::line_state::Applied::Moved(_))
            })
        })
        .map(|index| Move {
            index,
            event,
            reason,
            detail: None,
            bank_code: None,
            reported_fen: None,
            of_line: 0,
        })
        .collect()
}

/// Free lines of a batch that nothing bars: enough of them to fill one file.
fn free_lines(book: &crate::book::Book, batch: &Batch, rows_max: u32) -> Vec<u32> {
    let mut bars = book.bars(batch);
    batch
        .free_lines()
        .filter(|index| bars.of(*index).is_ok())
        .take(usize::try_from(rows_max.clamp(1, 10_000).saturating_mul(2)).unwrap_or(usize::MAX))
        .collect()
}
