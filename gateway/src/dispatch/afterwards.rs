//! Questions about files whose lines are final: what came back of a file that was paid (decision
//! 019), and once more about a file that its bank refused as a whole (decision 024).

use super::decision::{Decision, Pace, due_after};
use super::turn::{Turn, Work};
use crate::book::{Afterwards, BankFile, Book};
use adapters::BankAdapter;
use schemas::value::BankCode;

/// Questions about a file that was refused as a whole. Not one: the bank may say of a copy that it
/// refused before it knows what it did with the first, and an answer may be lost.
const REFUSAL_QUESTIONS: u32 = 2;

/// When such questions are asked, scaled.
struct Rhythm {
    first_ms: i64,
    interval_ms: i64,
    count_max: u32,
    /// Nothing is asked later than so long after the beginning.
    window_ms: i64,
    /// So long a question that is due lets those for outcomes go first.
    patience_ms: i64,
}

impl Rhythm {
    /// `None` where the bank can't be asked.
    fn of(why: Afterwards, adapter: &BankAdapter, pace: Pace) -> Option<Self> {
        let interval = |interval_ms: u64| pace.scaled(interval_ms.max(pace.query_wait_ms));
        match why {
            Afterwards::Refusal => {
                let rule = adapter.query_pace();
                adapter.capability().query.then(|| Self {
                    first_ms: pace.scaled(rule.first_ms),
                    interval_ms: interval(rule.interval_ms),
                    count_max: REFUSAL_QUESTIONS,
                    window_ms: pace.scaled(rule.answer_limit_ms),
                    // An open outcome is waited for by somebody; this one nobody expects.
                    patience_ms: interval(rule.interval_ms),
                })
            }
            Afterwards::Returns => {
                let rule = adapter.returns_pace()?;
                let (first_ms, interval_ms) =
                    (pace.scaled(rule.first_ms), interval(rule.interval_ms));
                let all = interval_ms.saturating_mul(i64::from(rule.count_max));
                Some(Self {
                    first_ms,
                    interval_ms,
                    count_max: rule.count_max,
                    window_ms: first_ms.saturating_add(all),
                    patience_ms: interval_ms / 4,
                })
            }
        }
    }

    /// When the next question about a file is due; `None` once its window is over.
    fn due_ms(&self, why: Afterwards, file: &BankFile, now_ms: i64) -> Option<i64> {
        let waiting = file.waits_for(why)?;
        let is_over = waiting.began_ms.saturating_add(self.window_ms) < now_ms;
        if is_over || waiting.asked >= self.count_max {
            return None;
        }
        let wait_ms = match waiting.asked {
            0 => self.first_ms,
            _ => self.interval_ms,
        };
        Some(due_after(waiting.since_ms(), wait_ms, now_ms))
    }
}

/// The question that has been due for the longest, and since when it no longer lets a question
/// for an outcome go first; else when there will be one.
pub(super) fn question(
    book: &Book,
    adapter: &BankAdapter,
    now_ms: i64,
    pace: Pace,
    turn: &Turn,
) -> Result<(i64, Decision), i64> {
    let mut next_ms = i64::MAX;
    let mut longest: Option<(i64, Decision)> = None;
    for why in [Afterwards::Refusal, Afterwards::Returns] {
        for dialect in book.spoken_afterwards(why, adapter.code()) {
            // A dialect that is gone can't be asked by another one.
            let speaks = adapter.of_file(dialect);
            let Some(rhythm) = speaks.and_then(|adapter| Rhythm::of(why, adapter, pace)) else {
                continue;
            };
            let look = Look {
                why,
                rhythm,
                now_ms,
                turn,
            };
            match look.of_dialect(book, (adapter.code(), dialect)) {
                Ok((due_ms, file_no)) => {
                    let due_ms = due_ms.saturating_add(look.rhythm.patience_ms);
                    if longest.is_none_or(|(known_ms, _)| due_ms < known_ms) {
                        longest = Some((due_ms, asks(why, file_no)));
                    }
                }
                Err(later_ms) => next_ms = next_ms.min(later_ms),
            }
        }
    }
    longest.ok_or(next_ms)
}

fn asks(why: Afterwards, file_no: u64) -> Decision {
    match why {
        Afterwards::Refusal => Decision::Query { file_no },
        Afterwards::Returns => Decision::AskReturns { file_no },
    }
}

/// What is looked for among the files of one dialect.
struct Look<'a> {
    why: Afterwards,
    rhythm: Rhythm,
    now_ms: i64,
    turn: &'a Turn,
}

impl Look<'_> {
    /// The file that has been due for the longest. Looks at the first file of each number of
    /// questions, past those that are put off or out of their window.
    fn of_dialect(&self, book: &Book, spoken: (BankCode, Option<&str>)) -> Result<(i64, u64), i64> {
        let (why, now_ms) = (self.why, self.now_ms);
        let mut next_ms = i64::MAX;
        let mut longest: Option<(i64, u64)> = None;
        // Whoever was asked about before that is out of the window.
        let from_ms = now_ms.saturating_sub(self.rhythm.window_ms);
        // Whether those that stand behind it are later still.
        let mut look = |file: &BankFile| {
            let file_no = file.intent.file_no;
            if let Some(until_ms) = self.turn.off_until(self.work(file_no), now_ms) {
                next_ms = next_ms.min(until_ms);
                return false;
            }
            match self.rhythm.due_ms(why, file, now_ms) {
                None => return false,
                Some(due_ms) if due_ms <= now_ms => {
                    longest = Some(longest.map_or((due_ms, file_no), |l| l.min((due_ms, file_no))));
                }
                Some(due_ms) => next_ms = next_ms.min(due_ms),
            }
            true
        };
        for asked in 0..self.rhythm.count_max {
            let mut waiting = book.files_afterwards(why, spoken, asked, from_ms);
            // One that carries a moment from before the clock was set back stands last, and is
            // due.
            if let Some(last) = waiting.next_back() {
                let waits = last.waits_for(why);
                let is_ahead = waits.is_some_and(|waits| waits.since_ms() > now_ms);
                if !(is_ahead && look(last)) {
                    waiting.chain([last]).any(&mut look);
                }
            }
        }
        longest.ok_or(next_ms)
    }

    fn work(&self, file_no: u64) -> Work {
        match self.why {
            Afterwards::Refusal => Work::File(file_no),
            Afterwards::Returns => Work::Returns(file_no),
        }
    }
}

#[cfg(test)]
mod tests;
