//! What stands in the book now, as the numbers that an operator watches. Made when they are
//! asked for: each batch keeps its sums, so no line is looked at.

use crate::book::{BatchState, Book, FileState};
use crate::core::Core;
use crate::index::Search;
use crate::query::waits::{self, Circumstances, Wait};
use crate::telemetry::{MessageWait, Metrics, Queue};
use schemas::LineState;
use schemas::codes::BankCalendar;
use schemas::value::BankCode;
use std::collections::BTreeMap;

/// Batches and lines by state, the age of the oldest unknown line of each bank, what waits to be
/// sent, asked about or read, and how many records wait to be durable or for the index.
pub fn measure(core: &Core, search: &Search, metrics: &Metrics) {
    let now_ms = core.now_ms();
    let mut batches: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut lines: BTreeMap<&'static str, (LineState, u64)> = BTreeMap::new();
    // A bank without an unknown line is shown as well: an alarm must be seen to end.
    let mut oldest: BTreeMap<BankCode, i64> = BTreeMap::new();
    for state in BatchState::ALL {
        batches.insert(state.as_str(), 0);
    }
    for state in LineState::ALL {
        lines.insert(state.as_str(), (state, 0));
    }
    {
        let desk = core.desk();
        for batch in desk.batches() {
            *batches.entry(batch.state().as_str()).or_default() += 1;
            for (state, sum) in batch.sums.iter() {
                let known = lines.entry(state.as_str()).or_insert((state, 0));
                known.1 += u64::from(sum.count);
            }
            let since = oldest.entry(batch.head.paying_bank).or_insert(now_ms);
            *since = batch
                .ages
                .oldest(LineState::Unknown)
                .map_or(*since, |found| found.min(*since));
        }
        let (released, files) = desk.open_work();
        metrics.queue_length(Queue::Dispatch, released);
        metrics.queue_length(Queue::Query, files);
        metrics.queue_length(Queue::Outcome, desk.open_messages().count() as u64);
    }
    for (state, number) in batches {
        metrics.batches(state, number);
    }
    for (state, number) in lines.into_values() {
        metrics.lines(state, number);
    }
    for (bank, since_ms) in oldest {
        let age_ms = now_ms.saturating_sub(since_ms);
        metrics.oldest_unknown(bank, u64::try_from(age_ms / 1000).unwrap_or_default());
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
    measure_waits(core, &core.desk(), metrics);
    measure_machine(core, metrics);
}

/// What batches, unsent files and banks' messages wait for, and for how long. What waits no more
/// is shown with 0: an alarm must be seen to end.
fn measure_waits(core: &Core, book: &Book, metrics: &Metrics) {
    let now_ms = core.now_ms();
    let age = |since_ms: Option<i64>| {
        let age_ms = now_ms.saturating_sub(since_ms.unwrap_or(now_ms));
        u64::try_from(age_ms / 1000).unwrap_or_default()
    };
    let mut banks = std::collections::BTreeSet::new();
    let (mut waiting, mut unsent) = (Oldest::new(), Oldest::new());
    let mut messages = Oldest::new();
    for batch in book.batches() {
        let bank = batch.head.paying_bank;
        banks.insert(bank);
        let around = Circumstances::of(core, batch);
        if let Some(waits) = waits::of_batch(book, batch, around) {
            earlier(&mut waiting, (bank, waits.what), waits.since_ms);
        }
    }
    for bank in &banks {
        let files = book.open_files_at(*bank);
        let files = files.filter(|file| file.state == FileState::NotSent);
        for file in files {
            earlier(&mut unsent, *bank, file.intent.instructed_ms);
        }
    }
    for (_, bank, message) in book.open_messages() {
        banks.insert(bank);
        earlier(&mut messages, (bank, false), message.time_ms);
    }
    for (bank, unread) in book.unread() {
        banks.insert(bank);
        if let Some(((since_ms, _), _)) = unread.first_key_value() {
            earlier(&mut messages, (bank, true), *since_ms);
        }
    }
    let standing = metrics.standing();
    for bank in banks {
        for wait in Wait::ALL {
            let since_ms = waiting.get(&(bank, wait)).copied();
            standing.waits(bank, wait.as_str(), age(since_ms));
        }
        standing.unsent(bank, age(unsent.get(&bank).copied()));
        for (kind, is_unread) in [(MessageWait::Open, false), (MessageWait::Unread, true)] {
            let since_ms = messages.get(&(bank, is_unread)).copied();
            standing.message(bank, kind, age(since_ms));
        }
    }
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
