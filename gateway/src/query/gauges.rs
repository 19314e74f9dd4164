//! What stands in the book now, as the numbers that an operator watches. Made when they are
//! asked for: each batch keeps its sums, so no line is looked at.

use crate::book::BatchState;
use crate::core::Core;
use crate::index::Search;
use crate::telemetry::{Metrics, Queue};
use schemas::LineState;
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
    let journal = core.journal();
    metrics.journal_lag(journal.head().0.saturating_sub(journal.durable()));
    // Asked of the index, not told by what follows: that may have ended.
    metrics.index_lag(search.behind(journal.durable()));
}
