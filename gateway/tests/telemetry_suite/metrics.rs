use gateway::telemetry::{Metrics, Queue};
use schemas::{BankCode, LineState};

#[test]
fn the_text_is_open_metrics_with_closed_labels() {
    let metrics = Metrics::new();
    let bank = BankCode::parse("ICBC").unwrap();
    metrics.request("/v1/batches/{id}", 404);
    metrics.request("/v1/batches/{id}", 404);
    metrics.batches("in_progress", 3);
    metrics.lines(LineState::Unknown, 7);
    metrics.sent(bank, "maybe_sent");
    metrics.oldest_unknown(bank, 86_400);
    metrics.queue_length(Queue::Dispatch, 5);
    metrics.journal_lag(2);
    metrics.index_lag(u64::MAX);
    metrics.fsync_group(5);
    let text = metrics.render().unwrap();
    for line in [
        "# TYPE anxin_requests counter",
        "anxin_requests_total{route=\"/v1/batches/{id}\",status=\"404\"} 2",
        "anxin_batches{state=\"in_progress\"} 3",
        "anxin_lines{state=\"unknown\"} 7",
        "anxin_sends_total{bank=\"ICBC\",outcome=\"maybe_sent\"} 1",
        "anxin_oldest_unknown_age_seconds{bank=\"ICBC\"} 86400",
        "anxin_queue_length{queue=\"dispatch\"} 5",
        "anxin_journal_durable_lag_records 2",
        "anxin_index_lag_records 9223372036854775807",
        "anxin_fsync_group_records_bucket{le=\"4.0\"} 0",
        "anxin_fsync_group_records_bucket{le=\"16.0\"} 1",
        "anxin_fsync_group_records_count 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn a_gauge_is_what_it_was_set_to_last() {
    let metrics = Metrics::default();
    metrics.lines(LineState::Unknown, 7);
    metrics.lines(LineState::Unknown, 0);
    let text = metrics.render().unwrap();
    assert!(text.contains("anxin_lines{state=\"unknown\"} 0\n"));
}
