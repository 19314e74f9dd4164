//! What will happen next with a batch by itself, and when: asked by whoever tells its story. The
//! dispatcher decides by the same rules (`decision`).

use super::decision::{
    self, BANK_DAY_OVER, DIALECT_GONE, accepted_since, due_after, question_wait_ms, window,
};
use super::{Decision, Pace};
use crate::book::{BankFile, Batch, Book, FileState};
use adapters::BankAdapter;
use schemas::codes::BankCalendar;
use time::OffsetDateTime;

/// A kind of thing that the gateway will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planned {
    /// A new file leaves.
    Send,
    /// A file that was certainly not sent is tried again.
    Resend,
    /// An unsent file is given up, and its lines go in a new one: its bank day is over, or the
    /// bank's definition no longer has its dialect.
    SendAnew,
    /// The bank is asked about a file.
    Query,
    /// What the bank says nothing of by then becomes unknown.
    AnswerLimit,
    /// Nobody can ask about the file any more: what is open becomes unknown.
    DialectGone,
    /// No list of bank days is there for the time to come: nothing leaves.
    Calendar,
}

impl Planned {
    /// The word in documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Resend => "resend",
            Self::SendAnew => "send_anew",
            Self::Query => "query",
            Self::AnswerLimit => "answer_limit",
            Self::DialectGone => "dialect_gone",
            Self::Calendar => "calendar",
        }
    }
}

/// Something that the gateway will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// What.
    pub what: Planned,
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
            FileState::NotSent => {
                let speaks = adapter.of_file(file.intent.dialect.as_deref()).is_some();
                next.extend(of_unsent((book, file, batch), (window, speaks), now_ms));
            }
            FileState::AtBank => next.extend(of_file(file, batch, adapter, now_ms)),
            FileState::Intended | FileState::Leaving | FileState::Abandoned => {}
        }
    }
    if book.has_free_line(batch) {
        let (what, at_ms) = opening(Planned::Send, window, now_ms);
        next.push(Next {
            what,
            file_no: None,
            at_ms,
        });
    }
    next.sort_by_key(|one| one.at_ms.unwrap_or(i64::MAX));
    next
}

/// Of a file that was certainly not sent; `speaks` where the bank still has its dialect. Nothing is
/// planned where people must decide first.
fn of_unsent(
    (book, file, batch): (&Book, &BankFile, &Batch),
    (window, speaks): (Result<time::Date, i64>, bool),
    now_ms: i64,
) -> Option<Next> {
    let day = window.map(|day| speaks.then_some(day));
    let due = decision::of_unsent((book, file, batch), day, now_ms, Pace::REAL);
    let (what, at_ms) = match due {
        Err(i64::MAX) => return None,
        Err(due_ms) => (Planned::Resend, Some(due_ms)),
        Ok(Decision::Resend { .. }) => (Planned::Resend, Some(now_ms)),
        Ok(Decision::Abandon { why, .. }) if why == BANK_DAY_OVER || why == DIALECT_GONE => {
            opening(Planned::SendAnew, window, now_ms)
        }
        // Given up for another reason, nothing of it goes: its lines changed, or are barred.
        Ok(
            Decision::Abandon { .. }
            | Decision::Plan { .. }
            | Decision::Query { .. }
            | Decision::AskReturns { .. }
            | Decision::GiveUpWaiting { .. }
            | Decision::LoseTrack { .. }
            | Decision::Wait { .. },
        ) => return None,
    };
    Some(Next {
        what,
        file_no: Some(file.intent.file_no),
        at_ms,
    })
}

/// What leaves in a new file leaves when its bank takes instructions.
fn opening(what: Planned, window: Result<time::Date, i64>, now_ms: i64) -> (Planned, Option<i64>) {
    match window {
        Ok(_) => (what, Some(now_ms)),
        Err(i64::MAX) => (Planned::Calendar, None),
        Err(opens_ms) => (what, Some(opens_ms)),
    }
}

fn of_file(file: &BankFile, batch: &Batch, adapter: &BankAdapter, now_ms: i64) -> Vec<Next> {
    let file_no = file.intent.file_no;
    let mut lines = file.intent.lines.iter();
    let is_open = lines.any(|index| {
        let line = batch.line(*index);
        line.is_some_and(|line| line.file_no == file_no && !line.state.is_final())
    });
    if !is_open {
        return Vec::new();
    }
    let of = |what, at_ms| Next {
        what,
        file_no: Some(file_no),
        at_ms: Some(at_ms),
    };
    let Some(adapter) = adapter.of_file(file.intent.dialect.as_deref()) else {
        return vec![of(Planned::DialectGone, now_ms)];
    };
    let rhythm = adapter.query_pace();
    let mut next = Vec::new();
    if adapter.capability().query && file.queries < rhythm.count_max {
        let wait_ms = question_wait_ms(&rhythm, Pace::REAL, file.queries);
        let asked_ms = file.queried_ms.or(file.left_ms).unwrap_or(file.since_ms);
        next.push(of(Planned::Query, due_after(asked_ms, wait_ms, now_ms)));
    }
    if let Some(since_ms) = accepted_since(file, batch).min() {
        let limit_ms = Pace::REAL.scaled(rhythm.answer_limit_ms);
        let over_ms = due_after(since_ms, limit_ms, now_ms);
        next.push(of(Planned::AnswerLimit, over_ms));
    }
    next
}
