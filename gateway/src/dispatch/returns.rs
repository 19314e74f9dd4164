//! Returns that a bank tells only when it is asked (decision 019): which file is asked about next,
//! and the question itself.

use super::decision::{Decision, Pace, due_after};
use super::turn::{Turn, Work};
use super::{DispatchError, Dispatcher, order};
use crate::book::{BankFile, Book};
use crate::event::Origin;
use crate::outcome::{self, Said, Useless};
use adapters::exchange::{Outcome, Reply, ResultFile};
use adapters::{BankAdapter, ReturnsPace};
use schemas::value::BankCode;

/// The pace of an adapter, scaled.
struct Rhythm {
    first_ms: i64,
    interval_ms: i64,
    count_max: u32,
}

impl Rhythm {
    fn of(rule: ReturnsPace, pace: Pace) -> Self {
        Self {
            first_ms: pace.scaled(rule.first_ms),
            interval_ms: pace.scaled(rule.interval_ms.max(pace.query_wait_ms)),
            count_max: rule.count_max,
        }
    }

    /// Nothing is asked later than so long after the last payment.
    fn window_ms(&self) -> i64 {
        let all = self.interval_ms.saturating_mul(i64::from(self.count_max));
        self.first_ms.saturating_add(all)
    }

    /// When the next question about a file is due; `None` once its window is over.
    fn due_ms(&self, file: &BankFile, now_ms: i64) -> Option<i64> {
        let is_over = file.paid_ms?.saturating_add(self.window_ms()) < now_ms;
        let asked = file.returns_since_paid;
        if is_over || asked >= self.count_max {
            return None;
        }
        let wait_ms = match asked {
            0 => self.first_ms,
            _ => self.interval_ms,
        };
        Some(due_after(file.returns_wait_since()?, wait_ms, now_ms))
    }

    /// So long a question for returns lets those for outcomes go first.
    fn patience_ms(&self) -> i64 {
        self.interval_ms / 4
    }
}

/// The question for returns that has been due for the longest, and since when it no longer lets a
/// question for an outcome go first; else when there will be one.
pub(super) fn question(
    book: &Book,
    adapter: &BankAdapter,
    now_ms: i64,
    pace: Pace,
    turn: &Turn,
) -> Result<(i64, Decision), i64> {
    let mut next_ms = i64::MAX;
    let mut longest: Option<(i64, u64)> = None;
    for dialect in book.paid_by(adapter.code()) {
        // A dialect that is gone can't be asked by another one.
        let rule = adapter.of_file(dialect).and_then(BankAdapter::returns_pace);
        let Some(rhythm) = rule.map(|rule| Rhythm::of(rule, pace)) else {
            continue;
        };
        match of_dialect(book, (adapter.code(), dialect), &rhythm, now_ms, turn) {
            Ok((due_ms, file_no)) => {
                let due = (due_ms.saturating_add(rhythm.patience_ms()), file_no);
                longest = Some(longest.map_or(due, |known| known.min(due)));
            }
            Err(later_ms) => next_ms = next_ms.min(later_ms),
        }
    }
    let ask = |(due_ms, file_no)| (due_ms, Decision::AskReturns { file_no });
    longest.map(ask).ok_or(next_ms)
}

/// The one of a dialect's files that has been due for the longest. Looks at the first file of each
/// number of questions, past those that are put off or out of their window.
fn of_dialect(
    book: &Book,
    spoken: (BankCode, Option<&str>),
    rhythm: &Rhythm,
    now_ms: i64,
    turn: &Turn,
) -> Result<(i64, u64), i64> {
    let mut next_ms = i64::MAX;
    let mut longest: Option<(i64, u64)> = None;
    // Whoever was asked about before that is out of the window.
    let from_ms = now_ms.saturating_sub(rhythm.window_ms());
    // Whether those that stand behind it are later still.
    let mut look = |file: &BankFile| {
        let file_no = file.intent.file_no;
        if let Some(until_ms) = turn.off_until(Work::Returns(file_no), now_ms) {
            next_ms = next_ms.min(until_ms);
            return false;
        }
        match rhythm.due_ms(file, now_ms) {
            None => return false,
            Some(due_ms) if due_ms <= now_ms => {
                longest = Some(longest.map_or((due_ms, file_no), |l| l.min((due_ms, file_no))));
            }
            Some(due_ms) => next_ms = next_ms.min(due_ms),
        }
        true
    };
    for asked in 0..rhythm.count_max {
        let mut waiting = book.paid_files_at(spoken, asked, from_ms);
        // One that carries a moment from before the clock was set back stands last, and is due.
        if let Some(last) = waiting.next_back() {
            let is_ahead = last.returns_wait_since() > Some(now_ms);
            if !(is_ahead && look(last)) {
                waiting.chain([last]).any(&mut look);
            }
        }
    }
    longest.ok_or(next_ms)
}

impl Dispatcher {
    /// Asks the bank what came back of a file. The rows of the answer count as pushed ones do; a
    /// refusal, silence or an answer without rows changes nothing.
    pub(super) async fn ask_returns(&self, file_no: u64) -> Result<(), DispatchError> {
        let Some(file) = self.core.desk().file(file_no).cloned() else {
            return Ok(());
        };
        let Some(adapter) = self.bank.adapter.of_file(file.intent.dialect.as_deref()) else {
            return Ok(());
        };
        let query = match order::query_of(&self.core, &self.bank, &self.mandates, &file) {
            Ok(query) => query,
            // Nothing is to be found out about this file today; others are.
            Err(error) => {
                let (bank, error) = (self.code(), crate::chain(&error));
                tracing::warn!(%bank, file_no, error, "returns can't be asked for");
                return Ok(());
            }
        };
        let conversation = adapter.ask_returns(&query);
        let Some((reply, asked_at)) = self.answer_to(file_no, conversation).await? else {
            return Ok(());
        };
        let Reply::Result(result) = reply else {
            return Ok(());
        };
        if result.outcome == Outcome::Unknown && result.lines.is_empty() {
            let bank = self.code();
            tracing::warn!(%bank, file_no, "the bank did not answer the question for returns");
        }
        if let Some(why) = unfit(adapter, &file, &result) {
            outcome::useless_answer(&self.core, self.code(), file_no, why)?;
            return Ok(());
        }
        let mut lines = result.lines;
        // A row without an end says nothing of what came back, nor of a line that is open.
        lines.retain(|line| match line.outcome {
            Outcome::Paid | Outcome::Returned | Outcome::Failed(_) => true,
            Outcome::Accepted | Outcome::Unknown | Outcome::NotFound => false,
        });
        let source = outcome::Source {
            origin: Origin::Result,
            message: None,
            asked_at,
        };
        let said = Said::Records {
            lines: &lines,
            flaws: &result.flaws,
        };
        outcome::apply_from(&self.core, file_no, source, said)?;
        Ok(())
    }
}

/// Why no row of an answer is taken. The answer to a query says what came back among rows that name
/// no file of ours: it is as long as ours, and such a row names account and amount.
fn unfit(adapter: &BankAdapter, file: &BankFile, result: &ResultFile) -> Option<Useless> {
    adapter.returns_pace().filter(|pace| pace.repeats_query)?;
    let stated = result.totals.get("count").copied();
    let own = i64::try_from(file.intent.lines.len()).ok();
    if stated.is_some() && stated != own {
        return Some(Useless::OfAnotherFile);
    }
    let mut lines = result.lines.iter();
    let bare = lines.any(|line| {
        let named = line.account.is_some() && line.amount.is_some();
        line.outcome == Outcome::Returned && !named
    });
    bare.then_some(Useless::ReturnsUnreadable)
}
