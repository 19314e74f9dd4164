//! What will happen next with a batch by itself, and when: asked by whoever tells its story. The
//! dispatcher decides by the same rules (`decision`).

use super::Pace;
use super::decision::{due_after, question_wait_ms, window};
use crate::book::{BankFile, Batch, Book, FileState};
use adapters::BankAdapter;
use schemas::LineState;
use schemas::codes::BankCalendar;
use time::OffsetDateTime;

/// Something that the gateway will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// `send` (a new file), `resend`, `send_anew` (its bank day is over: it is given up, and its
    /// lines go in a new file), `query`, `answer_limit`, `dialect_gone`, or `calendar`: no list of
    /// bank days is there for the time to come.
    pub what: &'static str,
    /// The bank file; none for a new one.
    pub file_no: Option<u64>,
    /// When, Unix milliseconds; none where nothing is planned before something changes.
    pub at_ms: Option<i64>,
}

/// What is due next for a batch, soonest first.
#[must_use]
pub fn next_of(
    book: &Book,
    batch: &Batch,
    adapter: &BankAdapter,
    calendar: &BankCalendar,
    now: OffsetDateTime,
) -> Vec<Next> {
    let now_ms = crate::clock::unix_ms(now);
    let mut next = Vec::new();
    let files = batch.files.iter().filter_map(|file_no| book.file(*file_no));
    let window = window(adapter, calendar, now);
    for file in files {
        match file.state {
            FileState::NotSent => next.extend(of_unsent((book, file, batch), window, now_ms)),
            FileState::AtBank => next.extend(of_file(file, batch, adapter, now_ms)),
            FileState::Intended | FileState::Leaving | FileState::Abandoned => {}
        }
    }
    if book.has_free_line(batch) && batch.sums.of(LineState::Released).count > 0 {
        let (what, at_ms) = match window {
            Ok(_) => ("send", Some(now_ms)),
            Err(i64::MAX) => ("calendar", None),
            Err(opens_ms) => ("send", Some(opens_ms)),
        };
        next.push(Next {
            what,
            file_no: None,
            at_ms,
        });
    }
    next.sort_by_key(|one| one.at_ms.unwrap_or(i64::MAX));
    next
}

/// Of a file that was certainly not sent. Nothing is planned where people must decide first.
fn of_unsent(
    (book, file, batch): (&Book, &BankFile, &Batch),
    window: Result<time::Date, i64>,
    now_ms: i64,
) -> Option<Next> {
    let mut bars = book.bars(batch);
    let mut lines = file.intent.lines.iter();
    let holds = lines.all(|row| {
        let line = batch.line(*row);
        let is_free =
            line.is_some_and(|line| line.state == LineState::Released && line.disputed.is_none());
        is_free && bars.of(*row).is_ok()
    });
    if !holds {
        return None;
    }
    let doublings = file.attempts.saturating_sub(1).min(5);
    let wait_ms = Pace::REAL.retry_wait_ms.saturating_mul(1 << doublings);
    let due_ms = due_after(file.since_ms, Pace::REAL.scaled(wait_ms), now_ms);
    let (what, at_ms) = match window {
        Ok(day) if day.to_string() == file.intent.bank_date => ("resend", Some(due_ms)),
        Ok(_) => ("send_anew", Some(now_ms)),
        Err(i64::MAX) => ("calendar", None),
        Err(opens_ms) => ("send_anew", Some(opens_ms)),
    };
    Some(Next {
        what,
        file_no: Some(file.intent.file_no),
        at_ms,
    })
}

fn of_file(file: &BankFile, batch: &Batch, adapter: &BankAdapter, now_ms: i64) -> Vec<Next> {
    let file_no = file.intent.file_no;
    let own = || {
        let lines = file.intent.lines.iter();
        let lines = lines.filter_map(|index| batch.line(*index));
        lines.filter(|line| line.file_no == file_no)
    };
    if own().all(|line| line.state.is_final()) {
        return Vec::new();
    }
    let of = |what, at_ms| Next {
        what,
        file_no: Some(file_no),
        at_ms: Some(at_ms),
    };
    let Some(adapter) = adapter.of_file(file.intent.dialect.as_deref()) else {
        return vec![of("dialect_gone", now_ms)];
    };
    let rhythm = adapter.query_pace();
    let mut next = Vec::new();
    if adapter.capability().query && file.queries < rhythm.count_max {
        let wait_ms = question_wait_ms(&rhythm, Pace::REAL, file.queries);
        let asked_ms = file.queried_ms.or(file.left_ms).unwrap_or(file.since_ms);
        next.push(of("query", due_after(asked_ms, wait_ms, now_ms)));
    }
    let accepted = own().filter(|line| line.state == LineState::Accepted);
    if let Some(since_ms) = accepted.map(|line| line.since_ms).min() {
        let limit_ms = Pace::REAL.scaled(rhythm.answer_limit_ms);
        next.push(of("answer_limit", due_after(since_ms, limit_ms, now_ms)));
    }
    next
}
