//! A data folder that is begun anew gives no bank file a number that the one before it gave: NDHB,
//! CCB and NCBANK know a file by its number alone, and would tell of an old payment.

use super::desk::{Desk, ZHANG, file, open};
use super::supervised::setup;
use gateway::serving::Engine;
use gateway::telemetry::{Concerns, Metrics};
use std::sync::Arc;
use std::time::Duration;

/// Starts a gateway on the desk's journal and stops it. Gives the next number of a bank file.
async fn next_after_start(desk: &Desk) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let metrics = Arc::new(Metrics::new());
    let concerns = Arc::new(Concerns::new(Arc::clone(&metrics)));
    let setup = setup(desk, folder.path(), &concerns, &metrics);
    let engine = Engine::start(Arc::clone(&desk.core), &setup).unwrap();
    let next = desk.core.desk().next_file_no();
    engine.stop(Duration::from_secs(10)).await.unwrap();
    next
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_journal_counts_bank_files_from_the_seconds_since_2025() {
    let mut desk = Desk::new();
    // 691 days and ten hours until 2026-11-23 10:00 +08:00.
    assert_eq!(next_after_start(&desk).await, 691 * 86_400 + 36_000);
    // A later start counts on, whatever the clock says.
    desk.clock.advance(Duration::from_secs(86_400));
    desk.core = Arc::new(open(&desk.disk, &desk.clock));
    assert_eq!(next_after_start(&desk).await, 691 * 86_400 + 36_000);
}

/// What an older program began goes on as it was: its numbers are known to the banks.
#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_has_records_counts_on() {
    let desk = Desk::new();
    let receipt = desk.release(&file("GZ-1", &[ZHANG]));
    desk.intend(receipt.batch);
    assert_eq!(next_after_start(&desk).await, 2);
}
