use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use gateway::clock::ManualClock;
use gateway::configuration::LogLevel;
use gateway::telemetry::{JsonLines, report_defects, targets};
use serde_json::Value;
use time::macros::datetime;
use tracing_subscriber::layer::SubscriberExt;

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What `work` logs, line by line.
pub fn logged(level: LogLevel, work: impl FnOnce()) -> Vec<String> {
    let kept = Kept::default();
    let clock = Arc::new(ManualClock::new(datetime!(2026-11-23 02:00 UTC)));
    let lines = JsonLines::new(clock, Box::new(kept.clone()));
    let subscriber = tracing_subscriber::registry()
        .with(lines)
        .with(targets(level));
    tracing::subscriber::with_default(subscriber, work);
    let bytes = kept.0.lock().unwrap().clone();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(str::to_owned).collect()
}

#[test]
fn an_event_is_one_line_of_json_in_the_time_of_china() {
    let lines = logged(LogLevel::Info, || {
        let big = 5_u128;
        let (bank, out_bytes, ok) = ("ICBC", 12_u64, true);
        tracing::info!(target: "gateway::x", bank, out_bytes, big, ok, "sent");
    });
    assert_eq!(
        lines,
        [concat!(
            r#"{"time":"2026-11-23T10:00:00+08:00","level":"info","target":"gateway::x","#,
            r#""message":"sent","bank":"ICBC","out_bytes":12,"big":5,"ok":true}"#
        )]
    );
}

#[test]
fn threats_12_no_value_breaks_or_turns_the_line() {
    let evil = "a\r\nb\u{1b}[2K\u{202E}c\u{2028}d\u{85}e\u{7f}f\u{feff}\u{2066}\u{e0041}\"张";
    let lines = logged(LogLevel::Info, || {
        tracing::info!(target: "gateway", evil, debug = ?evil, "{evil}");
    });
    assert_eq!(lines.len(), 1);
    let line = lines.first().unwrap();
    for character in line.chars() {
        let plain = character.is_ascii_graphic() || character == ' ' || character == '张';
        assert!(plain, "{character:?} in {line}");
    }
    let read: Value = serde_json::from_str(line).unwrap();
    assert_eq!(read["evil"], evil);
    assert_eq!(read["message"], evil);
}

#[test]
fn a_field_does_not_replace_the_lines_own() {
    let lines = logged(LogLevel::Info, || {
        tracing::info!(target: "gateway", level = "none", time = 0, "x");
    });
    let read: Value = serde_json::from_str(lines.first().unwrap()).unwrap();
    assert_eq!(read["level"], "info");
    assert_eq!(read["field_level"], "none");
    assert_eq!(read["time"], "2026-11-23T10:00:00+08:00");
}

#[test]
fn others_speak_from_warn_on_only() {
    let speak = || {
        tracing::debug!(target: "gateway::x", "own debug");
        tracing::info!(target: "gateway::x", "own info");
        tracing::info!(target: "hyper::x", "other info");
        tracing::warn!(target: "hyper::x", "other warn");
    };
    assert_eq!(logged(LogLevel::Error, speak).len(), 0);
    assert_eq!(logged(LogLevel::Warn, speak).len(), 1);
    assert_eq!(logged(LogLevel::Info, speak).len(), 2);
    assert_eq!(logged(LogLevel::Debug, speak).len(), 3);
}

#[test]
fn threats_13_a_defect_is_told_by_its_place_alone() {
    report_defects();
    let lines = logged(LogLevel::Info, || {
        let caught = std::panic::catch_unwind(|| panic!("account 6222021202000000019"));
        assert!(caught.is_err());
    });
    let _ = std::panic::take_hook();
    assert_eq!(lines.len(), 1);
    let line = lines.first().unwrap();
    assert!(line.contains("telemetry_suite/log.rs") && line.contains("\"defect\""));
    assert!(!line.contains("6222") && !line.contains("account"));
}
