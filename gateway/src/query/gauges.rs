//! What stands in the book now, as the numbers that an operator watches. Made when they are
//! asked for: each batch keeps its sums, so no line is looked at.

use crate::book::{Batch, BatchState, Book, FileState};
use crate::core::Core;
use crate::dispatch::CORRECTED_MS;
use crate::index::Search;
use crate::query::waits::{self, Circumstances, Wait};
use crate::telemetry::{MessageWait, Metrics, Queue};
use schemas::LineState;
use schemas::codes::BankCalendar;
use schemas::value::BankCode;
use std::collections::BTreeMap;
use std::time::Duration;

/// So many batches are looked at before the lock is given to others.
const AT_ONCE: usize = 256;

/// Batches and lines by state, the age of the oldest unknown line of each bank, what waits to be
/// sent, asked about or read, and how many records wait to be durable or for the index.
pub fn measure(core: &Core, search: &Search, metrics: &Metrics) {
    {
        let desk = core.desk();
        for state in BatchState::ALL {
            metrics.batches(state.as_str(), desk.batches_in(state));
        }
        for state in LineState::ALL {
            metrics.lines(state, desk.lines_in(state));
        }
        let (released, files) = desk.open_work();
        metrics.queue_length(Queue::Dispatch, released);
        metrics.queue_length(Queue::Query, files);
        metrics.queue_length(Queue::Outcome, desk.open_messages().count() as u64);
    }
    measure_standing(core, metrics);
    let journal = core.journal();
    metrics.journal_lag(journal.head().0.saturating_sub(journal.durable()));
    // Asked of the index, not told by what follows: that may have ended.
    metrics.index_lag(search.behind(journal.durable()));
}

/// The oldest moment by a key.
type Oldest<K> = BTreeMap<K, i64>;

fn earlier<K: Ord>(of: &mut Oldest<K>, key: K, since_ms: i64) {
    let known = of.entry(key).or_insert(since_ms);
    *known = since_ms.min(*known);
}

/// What waits and since when, and how journal, book, clock and disk stand.
pub fn measure_standing(core: &Core, metrics: &Metrics) {
    measure_waits(core, metrics);
    measure_machine(core, metrics);
}

/// What waits, by bank: the oldest of each.
#[derive(Default)]
struct Waiting {
    batches: Oldest<(BankCode, Wait)>,
    unknown: Oldest<BankCode>,
    unsent: Oldest<BankCode>,
    at_bank: Oldest<BankCode>,
    messages: Oldest<(BankCode, bool)>,
    unread: BTreeMap<BankCode, u64>,
}

impl Waiting {
    /// Looks at everything that has not ended, and gives the lock away now and then: an instruction
    /// does not wait for it.
    fn of(core: &Core) -> Self {
        let mut waiting = Self::default();
        let mut last = None;
        loop {
            let desk = core.desk();
            let mut looked_at = 0;
            for batch in desk.waiting(last).take(AT_ONCE) {
                waiting.add(&desk, batch, Circumstances::of(core, batch));
                last = Some(batch.id());
                looked_at += 1;
            }
            if looked_at < AT_ONCE {
                waiting.add_files(&desk, core);
                waiting.add_messages(&desk);
                return waiting;
            }
        }
    }

    fn add(&mut self, book: &Book, batch: &Batch, around: Circumstances) {
        let bank = batch.head.paying_bank;
        if let Some(waits) = waits::of_batch(book, batch, around) {
            earlier(&mut self.batches, (bank, waits.what), waits.since_ms);
        }
        if let Some(since_ms) = batch.ages.oldest(LineState::Unknown) {
            earlier(&mut self.unknown, bank, since_ms);
        }
    }

    fn add_files(&mut self, book: &Book, core: &Core) {
        for bank in book.known_banks() {
            let unreached_ms = core.unreached_since(*bank);
            for file in book.open_files_at(*bank) {
                if file.state == FileState::NotSent {
                    earlier(&mut self.unsent, *bank, file.intent.instructed_ms);
                }
                // A file that the bank has can't be asked about either.
                if let Some(since_ms) = unreached_ms {
                    earlier(&mut self.unsent, *bank, since_ms);
                }
                if let Some(left_ms) = file.left_ms {
                    earlier(&mut self.at_bank, *bank, left_ms);
                }
            }
        }
    }

    fn add_messages(&mut self, book: &Book) {
        for (_, bank, message) in book.open_messages() {
            earlier(&mut self.messages, (bank, false), message.time_ms);
        }
        for (bank, unread) in book.unread() {
            self.unread.insert(bank, unread.len() as u64);
            if let Some(((since_ms, _), _)) = unread.first_key_value() {
                earlier(&mut self.messages, (bank, true), *since_ms);
            }
        }
    }
}

/// What batches, unsent files and banks' messages wait for, and for how long. What waits no more
/// is shown with 0: an alarm must be seen to end.
fn measure_waits(core: &Core, metrics: &Metrics) {
    let (now_ms, elapsed) = (core.now_ms(), core.clock().elapsed());
    let age = |since_ms: Option<i64>| age_seconds(since_ms.unwrap_or(now_ms), now_ms, elapsed);
    let Waiting {
        batches: waiting,
        unknown,
        unsent,
        at_bank,
        messages,
        unread,
    } = Waiting::of(core);
    let banks = core.desk().known_banks().clone();
    let standing = metrics.standing();
    for bank in banks {
        metrics.oldest_unknown(bank, age(unknown.get(&bank).copied()));
        for wait in Wait::ALL {
            let since_ms = waiting.get(&(bank, wait)).copied();
            standing.waits(bank, wait.as_str(), age(since_ms));
        }
        standing.unsent(bank, age(unsent.get(&bank).copied()));
        standing.at_bank(bank, age(at_bank.get(&bank).copied()));
        standing.unread(bank, unread.get(&bank).copied().unwrap_or_default());
        for (kind, is_unread) in [(MessageWait::Open, false), (MessageWait::Unread, true)] {
            let since_ms = messages.get(&(bank, is_unread)).copied();
            standing.message(bank, kind, age(since_ms));
        }
    }
}

/// For how long something has stood that was stamped at a moment. A moment in the future was
/// stamped while the clock was ahead: nobody knows how long ago, and it counts from the start of
/// this process, so that it raises its alarm all the same.
fn age_seconds(since_ms: i64, now_ms: i64, elapsed: Duration) -> u64 {
    if since_ms > now_ms.saturating_add(CORRECTED_MS) {
        return elapsed.as_secs();
    }
    u64::try_from(now_ms.saturating_sub(since_ms) / 1000).unwrap_or_default()
}

/// Journal, book, clock and disk.
fn measure_machine(core: &Core, metrics: &Metrics) {
    let (latest_ms, defects) = {
        let desk = core.desk();
        (desk.latest_ms(), desk.defects().len() as u64)
    };
    let standing = metrics.standing();
    let failed = core.journal().health().is_err();
    standing.core(failed, core.is_doubtful(), defects);
    standing.clock(core.now_ms(), latest_ms, core.clock().elapsed());
    standing.disk_free(core.journal().disk_room().unwrap_or_default());
}

/// Until when it is known which days banks work.
pub fn measure_calendar(calendar: &BankCalendar, metrics: &Metrics) {
    let last = calendar.years().max().and_then(|year| {
        let day = time::Date::from_calendar_date(year + 1, time::Month::January, 1).ok()?;
        Some(day.midnight().assume_offset(crate::clock::CHINA))
    });
    let ends = last.map_or(0, time::OffsetDateTime::unix_timestamp);
    metrics.standing().calendar_ends(ends);
}
