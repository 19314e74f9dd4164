//! What to do next for a bank: pure over the book and the time.

use super::turn::{Turn, Work};
use crate::book::{BankFile, Batch, Book, FileState};
use adapters::{BankAdapter, QueryPace};
use schemas::LineState;
use schemas::codes::{BankCalendar, BankDay};
use schemas::value::BatchId;
use std::time::Duration;
use time::OffsetDateTime;

/// How long is waited, beside what the adapters say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Divides every waiting time; at least 1. Production is 1; a demonstration divides, so
    /// that an answer limit of hours passes in seconds.
    pub divisor: u64,
    /// Before a file that was certainly not sent is tried again, in milliseconds; doubled with
    /// each trial up to 32 times it.
    pub retry_wait_ms: u64,
    /// Least time between two questions about the same file, in milliseconds. What the bank's
    /// dialect declares is a floor: the longer of the two holds.
    pub query_wait_ms: u64,
}

impl Pace {
    /// As the adapters say, and the retries of an installation that says nothing.
    pub const REAL: Self = Self {
        divisor: 1,
        retry_wait_ms: 5_000,
        query_wait_ms: 0,
    };

    pub(super) fn scaled(self, wait_ms: u64) -> i64 {
        i64::try_from((wait_ms / self.divisor.max(1)).max(1)).unwrap_or(i64::MAX)
    }

    /// A waiting time of a flow, scaled.
    #[must_use]
    pub fn wait(self, wait_ms: u64) -> Duration {
        Duration::from_millis(self.scaled(wait_ms).unsigned_abs())
    }
}

/// The next piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Choose lines of this batch for a new file.
    Plan {
        /// The batch.
        batch: BatchId,
        /// The bank day for which it is instructed.
        bank_date: time::Date,
    },
    /// Intend the same file again: it was certainly not sent.
    Resend {
        /// The file.
        file_no: u64,
    },
    /// Give an unsent file up; its lines are planned anew.
    Abandon {
        /// The file.
        file_no: u64,
        /// Why.
        why: &'static str,
    },
    /// Ask the bank about a file.
    Query {
        /// The file.
        file_no: u64,
    },
    /// Ask the bank what came back of a file.
    AskReturns {
        /// The file.
        file_no: u64,
    },
    /// The adapter's answer limit has passed.
    GiveUpWaiting {
        /// The file.
        file_no: u64,
        /// The limit, in milliseconds.
        limit_ms: i64,
        /// The moment at which it has passed for some of its lines, Unix milliseconds.
        at_ms: i64,
    },
    /// The bank has the file, and can't be asked about it any more.
    LoseTrack {
        /// The file.
        file_no: u64,
        /// Why.
        why: &'static str,
    },
    /// Nothing now.
    Wait {
        /// For how long, unless something changes.
        wait: Duration,
    },
}

/// The bank's definition no longer has the dialect by which a file was instructed, or the record
/// does not say which of two it was.
pub(crate) const DIALECT_GONE: &str = "dialect_gone";
/// Why an unsent file is given up whose lines may go in a new one.
pub(super) const BANK_DAY_OVER: &str = "bank_day_over";
const LOOK_AGAIN_MS: i64 = 60_000;
/// Up to 32 times the first wait.
const RETRY_DOUBLINGS_MAX: u32 = 5;

/// What is due now, or when something will be: Unix milliseconds.
type Due = Result<Decision, i64>;

/// Decides. Evidence first, then what is unsent, then what is new; after so many questions in a
/// row one submission that is due goes before the next question.
#[must_use]
pub fn decide(
    book: &Book,
    adapter: &BankAdapter,
    calendar: &BankCalendar,
    now: OffsetDateTime,
    pace: Pace,
    turn: &Turn,
) -> Decision {
    let now_ms = crate::clock::unix_ms(now);
    let question = question(book, adapter, now_ms, pace, turn);
    if let Ok(decision) = question {
        let asks = matches!(
            decision,
            Decision::Query { .. } | Decision::AskReturns { .. }
        );
        if !(asks && turn.is_of_submission()) {
            return decision;
        }
    }
    let submission = submission(book, adapter, calendar, now, pace, turn);
    let (Err(ask_ms), Err(submit_ms)) = (question, submission) else {
        return submission.or(question).unwrap_or(Decision::Wait {
            wait: Duration::from_millis(LOOK_AGAIN_MS.unsigned_abs()),
        });
    };
    let due_ms = ask_ms.min(submit_ms).min(now_ms + LOOK_AGAIN_MS);
    let wait_ms = due_ms.saturating_sub(now_ms).max(1).unsigned_abs();
    Decision::Wait {
        wait: Duration::from_millis(wait_ms),
    }
}

/// The question that has been due for the longest; what needs no bank comes before it.
fn question(book: &Book, adapter: &BankAdapter, now_ms: i64, pace: Pace, turn: &Turn) -> Due {
    let mut next_ms = i64::MAX;
    let mut longest: Option<(i64, Decision)> = None;
    for file in book.open_files_at(adapter.code()) {
        let Some(batch) = book.batch(file.intent.batch) else {
            continue;
        };
        if let Some(until_ms) = turn.off_until(Work::File(file.intent.file_no), now_ms) {
            next_ms = next_ms.min(until_ms);
            continue;
        }
        match of_file(file, batch, adapter, now_ms, pace) {
            Ok((decision @ Decision::Query { .. }, since_ms)) => {
                if longest.is_none_or(|(known_ms, _)| since_ms < known_ms) {
                    longest = Some((since_ms, decision));
                }
            }
            Ok((decision, _)) => return Ok(decision),
            Err(later_ms) => next_ms = next_ms.min(later_ms),
        }
    }
    match super::afterwards::question(book, adapter, now_ms, pace, turn) {
        Ok(other) if longest.is_none_or(|(known_ms, _)| other.0 < known_ms) => {
            longest = Some(other);
        }
        Ok(_) => {}
        Err(later_ms) => next_ms = next_ms.min(later_ms),
    }
    longest.map(|(_, decision)| decision).ok_or(next_ms)
}

/// The next file that leaves: one that was certainly not sent, else a new one.
fn submission(
    book: &Book,
    adapter: &BankAdapter,
    calendar: &BankCalendar,
    now: OffsetDateTime,
    pace: Pace,
    turn: &Turn,
) -> Due {
    let now_ms = crate::clock::unix_ms(now);
    let window = window(adapter, calendar, now);
    let mut next_ms = i64::MAX;
    for file in book.open_files_at(adapter.code()) {
        let Some(batch) = book.batch(file.intent.batch) else {
            continue;
        };
        if let Some(until_ms) = turn.off_until(Work::File(file.intent.file_no), now_ms) {
            next_ms = next_ms.min(until_ms);
        } else if file.state == FileState::NotSent {
            let speaks = adapter.of_file(file.intent.dialect.as_deref()).is_some();
            let window = window.map(|day| speaks.then_some(day));
            match of_unsent((book, file, batch), window, now_ms, pace) {
                Ok(decision) => return Ok(decision),
                Err(later_ms) => next_ms = next_ms.min(later_ms),
            }
        }
    }
    let bank_date = window.map_err(|opens_ms| next_ms.min(opens_ms))?;
    let mut released = book.released_at(adapter.code());
    let batch = released.find(|batch| {
        let off = turn.off_until(Work::Plan(batch.id()), now_ms);
        next_ms = next_ms.min(off.unwrap_or(i64::MAX));
        off.is_none() && book.has_free_line(batch)
    });
    let plan = |batch: &Batch| Decision::Plan {
        batch: batch.id(),
        bank_date,
    };
    batch.map(plan).ok_or(next_ms)
}

/// The bank day on which the earliest instruction can leave: today before the bank's cut-off on
/// a bank day, else the next one. `None` where it lies in a year without a list: nothing is
/// instructed then, and nothing is guessed. Intake asks it as dispatch does.
#[must_use]
pub fn first_bank_day(
    cut_off: Option<time::Time>,
    calendar: &BankCalendar,
    now: OffsetDateTime,
) -> Option<time::Date> {
    let today = now.date();
    let is_open = calendar.bank_day(today).ok()? == BankDay::Open;
    if is_open && cut_off.is_none_or(|cut_off| now.time() < cut_off) {
        return Some(today);
    }
    calendar.next_bank_day(today.next_day()?).ok()
}

/// Whether the bank takes instructions now, and for which day; else when to look again.
pub(super) fn window(
    adapter: &BankAdapter,
    calendar: &BankCalendar,
    now: OffsetDateTime,
) -> Result<time::Date, i64> {
    match first_bank_day(Some(adapter.cut_off()), calendar, now) {
        Some(day) if day == now.date() => Ok(day),
        Some(day) => {
            let opens = day.midnight().assume_offset(now.offset());
            Err(opens.unix_timestamp() * 1000)
        }
        None => Err(i64::MAX),
    }
}

/// Work on a file that the bank has or may have, and since when it is due; `Err` says when there
/// will be some.
fn of_file(
    file: &BankFile,
    batch: &Batch,
    adapter: &BankAdapter,
    now_ms: i64,
    pace: Pace,
) -> Result<(Decision, i64), i64> {
    match file.state {
        FileState::AtBank => {}
        FileState::Intended | FileState::Leaving | FileState::NotSent | FileState::Abandoned => {
            return Err(i64::MAX);
        }
    }
    let file_no = file.intent.file_no;
    // Asked by another dialect the bank would not know it, and that would be believed (M1).
    let Some(adapter) = adapter.of_file(file.intent.dialect.as_deref()) else {
        let waits = accepted_since(file, batch).min();
        let why = DIALECT_GONE;
        return waits
            .map(|since_ms| (Decision::LoseTrack { file_no, why }, since_ms))
            .ok_or(i64::MAX);
    };
    let rhythm = adapter.query_pace();
    let left_ms = file.left_ms.unwrap_or(file.since_ms);
    let answer_limit_ms = pace.scaled(rhythm.answer_limit_ms);
    let mut next_ms = i64::MAX;
    // Counted from the moment at which the bank last took a line on: one that answers
    // "processing" after the limit gets the limit again, and does not flap.
    let limit_of = |since_ms: i64| due_after(since_ms, answer_limit_ms, now_ms);
    let (ages, accepted) = (&batch.ages, LineState::Accepted);
    let ages = [ages.oldest(accepted), ages.newest(accepted)];
    let of_batch_ms = ages.into_iter().flatten().map(limit_of).min();
    if let Some(earliest_ms) = of_batch_ms.filter(|limit_ms| now_ms < *limit_ms) {
        // No line of the whole batch is over it: nobody looks at each.
        next_ms = earliest_ms;
    } else if let Some(limit_ms) = accepted_since(file, batch).map(limit_of).min() {
        if now_ms >= limit_ms {
            let give_up = Decision::GiveUpWaiting {
                file_no,
                limit_ms: answer_limit_ms,
                at_ms: now_ms,
            };
            return Ok((give_up, limit_ms));
        }
        next_ms = limit_ms;
    }
    if adapter.capability().query && file.queries < rhythm.count_max {
        let wait_ms = question_wait_ms(&rhythm, pace, file.queries);
        let ask_ms = due_after(file.queried_ms.unwrap_or(left_ms), wait_ms, now_ms);
        if now_ms >= ask_ms {
            return Ok((Decision::Query { file_no }, ask_ms));
        }
        next_ms = next_ms.min(ask_ms);
    }
    Err(next_ms)
}

/// How long is waited before the next question, after so many that were asked.
pub(super) fn question_wait_ms(rhythm: &QueryPace, pace: Pace, asked: u32) -> i64 {
    if asked == 0 {
        return pace.scaled(rhythm.first_ms);
    }
    pace.scaled(rhythm.interval_ms.max(pace.query_wait_ms))
        .saturating_mul(1 << (asked / 5).min(4))
}

/// A clock that is corrected by less is not set back: what is stamped so little in the future has
/// just happened.
pub const CORRECTED_MS: i64 = 60_000;

/// When something is due that waits since a moment. A moment in the future was stamped before the
/// clock was set back: nobody knows how long ago it was, and it is due now.
pub(super) fn due_after(since_ms: i64, wait_ms: i64, now_ms: i64) -> i64 {
    if since_ms > now_ms.saturating_add(CORRECTED_MS) {
        return now_ms;
    }
    since_ms.saturating_add(wait_ms)
}

/// When the bank took on the lines of a file that are accepted.
pub(super) fn accepted_since(file: &BankFile, batch: &Batch) -> impl Iterator<Item = i64> {
    let lines = file.intent.lines.iter();
    let lines = lines.filter_map(|index| batch.line(*index));
    // A file that was given up and that the bank knows all the same is asked about, but its lines
    // are another file's.
    let waiting = lines
        .filter(|line| line.state == LineState::Accepted && line.file_no == file.intent.file_no);
    waiting.map(|line| line.since_ms)
}

/// A file that was certainly not sent: the same again while its bank day lasts, else given up.
pub(super) fn of_unsent(
    (book, file, batch): (&Book, &BankFile, &Batch),
    window: Result<Option<time::Date>, i64>,
    now_ms: i64,
    pace: Pace,
) -> Due {
    let file_no = file.intent.file_no;
    let lines = || {
        file.intent
            .lines
            .iter()
            .filter_map(|index| batch.line(*index))
    };
    if lines().any(|line| line.disputed.is_some()) {
        // The bank says that it knows the file: two people first.
        return Err(i64::MAX);
    }
    if lines().any(|line| line.state != LineState::Released) {
        return Ok(Decision::Abandon {
            file_no,
            why: "lines_changed",
        });
    }
    let mut bars = book.bars(batch);
    if file.intent.lines.iter().any(|row| bars.of(*row).is_err()) {
        return Ok(Decision::Abandon {
            file_no,
            why: "lines_barred",
        });
    }
    if window == Ok(None) {
        return Ok(Decision::Abandon {
            file_no,
            why: DIALECT_GONE,
        });
    }
    let is_day =
        |day: Option<time::Date>| day.is_some_and(|d| d.to_string() == file.intent.bank_date);
    let same_day = window.is_ok_and(is_day);
    if !same_day {
        return Ok(Decision::Abandon {
            file_no,
            why: BANK_DAY_OVER,
        });
    }
    let doublings = file.attempts.saturating_sub(1).min(RETRY_DOUBLINGS_MAX);
    let wait_ms = pace.retry_wait_ms.saturating_mul(1 << doublings);
    let due_ms = due_after(file.since_ms, pace.scaled(wait_ms), now_ms);
    if now_ms >= due_ms {
        Ok(Decision::Resend { file_no })
    } else {
        Err(due_ms)
    }
}
