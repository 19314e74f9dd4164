//! A failure of ours is excused by its own log line, and by nothing else.

use super::*;
use crate::simulation::outside::Moment;

fn log() -> Vec<LogLine> {
    let lines = [
        r#"{"level":"info","message":"the index follows","reference":"E000001"}"#,
        r#"{"level":"error","error":"a.seg: the read failed","reference":"E000001"}"#,
        r#"{"level":"error","error":"not of this program","target":"index","reference":"E000002"}"#,
    ];
    let line = |text: &str| LogLine {
        at: Moment::default(),
        level: "error",
        text: text.to_owned(),
    };
    lines.map(line).into()
}

#[test]
fn a_failure_is_known_by_its_own_line() {
    let log = log();
    let of = |reference| cause(&log, reference);
    assert!(of("E000001").is_some_and(|cause| is_planned(&cause)));
    let ours = of("E000002");
    assert_eq!(ours.as_deref(), Some("not of this program"));
    assert!(
        !ours.is_some_and(|cause| is_planned(&cause)),
        "no word of the disk or the index"
    );
    assert_eq!(of(""), None, "a failure without a reference has no line");
    assert_eq!(of("E00000"), None, "a part of a reference is none");
}
