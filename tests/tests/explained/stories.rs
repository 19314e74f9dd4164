//! Stories are complete: in a journal of one batch each record of it is told, counted beside the
//! teller.

use adapters::exchange::Outcome;
use gateway::event::Event;
use gateway::outcome::{MessageKind, receive};
use gateway::resolution::{Decision, confirm, propose};
use gateway::story::{Entry, Subject, Teller, sentence, together};
use schemas::value::{BankCode, BatchId, PaymentId};
use schemas::{FailureReason, Lang, LineEvent};
use std::path::Path;
use std::time::Duration;
use tests::bank::{Fault, Played, at_bank, release, row, told, unsent};
use tests::desk::{Desk, file, one_bank_a_dialect, wages};

pub fn hxb() -> BankCode {
    BankCode::parse("HXB").unwrap()
}

/// The story from the bytes on the disk, as beside a running gateway.
pub fn teller(desk: &Desk, subject: Subject) -> Teller {
    desk.core.wait_durable(desk.head()).unwrap();
    let mut teller = Teller::of(subject);
    let folder = Path::new("/d/journal");
    let report = journal::verify_with(&desk.disk, folder, 0, &mut |passed| {
        teller.see(passed).unwrap();
    });
    assert_eq!(report.unwrap().damages, []);
    teller
}

pub fn story(desk: &Desk, subject: Subject) -> Vec<Entry> {
    teller(desk, subject).entries()
}

/// Records of the journal but starts, disclosures and facts refused, read without the teller.
fn records(desk: &Desk) -> Vec<u64> {
    let events = desk.core.journal().scan(1).map(|entry| entry.unwrap().1);
    let events = events.filter(|record| !record.kind.is_reserved());
    let told = events.filter(|record| {
        let (event, _) = gateway::core::read_event(record).unwrap();
        !matches!(
            event,
            Event::Started { .. } | Event::Disclosed { .. } | Event::Refused { .. }
        )
    });
    told.map(|record| record.sequence).collect()
}

/// Everything of a journal with one batch is told; put together it still counts every record; and
/// each has a sentence in both languages.
fn assert_whole(desk: &Desk, batch: BatchId, place: &str) -> Vec<Entry> {
    let every = story(desk, Subject::Batch(batch));
    let told: Vec<u64> = every.iter().map(|entry| entry.sequence).collect();
    assert_eq!(told, records(desk), "{place}");
    for entry in &every {
        assert!(!entry.actor.is_empty(), "{place} {entry:?}");
        for lang in [Lang::Zh, Lang::En] {
            let text = sentence(entry, lang);
            assert!(text.trim_start() == text && !text.is_empty(), "{entry:?}");
        }
        let other = sentence(entry, Lang::Zh) != sentence(entry, Lang::En);
        assert!(other, "{place} {entry:?}");
    }
    let count = every.len() as u64;
    let short = together(every);
    assert_eq!(short.iter().map(|entry| entry.count).sum::<u64>(), count);
    short
}

fn words(story: &[Entry]) -> Vec<&'static str> {
    story.iter().map(|entry| entry.event).collect()
}

#[test]
fn every_record_of_a_paid_batch_is_told_for_every_dialect() {
    for adapter in one_bank_a_dialect() {
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        played.settle(&desk, 8);
        let short = assert_whole(&desk, batch.batch, adapter.dialect());
        assert!(words(&short).contains(&"sent"), "{}", adapter.dialect());
        assert!(words(&short).contains(&"outcomes"), "{}", adapter.dialect());
    }
}

#[test]
fn questions_that_are_answered_alike_stand_together() {
    let desk = Desk::new(hxb());
    let (batch, played) = at_bank(&desk, 2);
    played.tells(&[Outcome::Accepted]);
    for _ in 0..40 {
        played.work(&desk);
        desk.clock.advance(Duration::from_secs(60));
    }
    let asked = desk.core.desk().file(1).unwrap().queries;
    assert!(asked > 5, "{asked}");
    let short = assert_whole(&desk, batch.batch, "asked again and again");
    let asks: Vec<&Entry> = short.iter().filter(|e| e.event == "message_sent").collect();
    // Each question of HXB is one message.
    assert_eq!(asks.len(), 1, "{asks:?}");
    assert_eq!(asks[0].count, u64::from(asked));
    assert!(asks[0].last.unwrap().time_ms > asks[0].time_ms);
}

#[test]
fn what_was_not_sent_is_told_and_what_stays_without_an_answer() {
    let desk = Desk::new(hxb());
    let (batch, played) = unsent(&desk, 2);
    let short = assert_whole(&desk, batch.batch, "unreachable");
    let last = short.last().unwrap();
    assert_eq!(last.steps, [("not_sent", 2)].into());
    desk.clock.advance(Duration::from_secs(60));
    played.settle(&desk, 8);
    assert_whole(&desk, batch.batch, "sent again");
    for fault in Fault::ALL {
        let desk = Desk::new(hxb());
        let batch = release(&desk, 2);
        let played = Played::new(&desk);
        played.memory(|memory| memory.faults.insert(0, fault));
        played.work(&desk);
        assert_whole(&desk, batch.batch, &format!("{fault:?}"));
    }
}

#[test]
fn what_the_bank_tells_unasked_is_told_with_disputes_and_their_resolution() {
    let desk = Desk::new(hxb());
    let (batch, played) = at_bank(&desk, 2);
    played.settle(&desk, 8);
    let push = |outcomes: &[Outcome]| {
        let lines = played.memory(|memory| memory.instructed(1).unwrap());
        let bytes = played.result_bytes(&desk, 1, &told(&lines, outcomes));
        let kind = MessageKind::Result;
        receive(&desk.core, played.adapter(), played.keys(), kind, &bytes).unwrap();
    };
    push(&[Outcome::Failed(FailureReason::Other)]);
    let short = assert_whole(&desk, batch.batch, "contradicted");
    let said = words(&short);
    assert!(said.contains(&"message_received"), "{said:?}");
    assert!(said.contains(&"message_closed"), "{said:?}");
    let disputed = short
        .iter()
        .find(|e| e.steps.contains_key("result_contradiction"));
    assert_eq!(disputed.unwrap().steps["result_contradiction"], 2);
    let payment = |row| PaymentId {
        batch: batch.batch,
        row,
    };
    let decision = Decision {
        outcome: LineEvent::ResolvePaid,
        reason: None,
        words: "the bank's letter".to_owned(),
        evidence_digest: "ab".repeat(32),
    };
    let operator = |name| format!("urn:anxin:operator:ops:person:{name}");
    propose(&desk.core, &operator("anna"), payment(1), &decision).unwrap();
    confirm(&desk.core, &operator("bert"), payment(1), &"ab".repeat(32)).unwrap();
    let short = assert_whole(&desk, batch.batch, "resolved");
    assert!(words(&short).ends_with(&["resolution_proposed", "resolution_confirmed"]));
    // The other line's own story holds neither.
    let second = story(&desk, Subject::Payment(payment(2)));
    let said = words(&second);
    assert!(!said.contains(&"resolution_proposed"), "{said:?}");
    let own = second
        .iter()
        .find(|e| e.steps.contains_key("result_contradiction"));
    assert_eq!(own.unwrap().steps["result_contradiction"], 1);
}

#[test]
fn a_row_that_is_none_of_ours_is_told_of_the_batch_whose_file_it_names() {
    let desk = Desk::new(hxb());
    let (batch, played) = at_bank(&desk, 2);
    played.says(|lines| {
        let mut reply = told(lines, &[Outcome::Paid]);
        let mut stray = row(&lines[0], Outcome::Paid);
        stray.row_no = Some(9);
        reply.lines.push(stray);
        reply
    });
    played.settle(&desk, 4);
    let short = assert_whole(&desk, batch.batch, "a stray row");
    assert!(words(&short).contains(&"unmatched_record"), "{short:?}");
}

#[test]
fn refused_and_withdrawn_files_and_corrections_in_both_directions_are_told() {
    let desk = Desk::new(hxb());
    let broken = file(hxb(), "GZ-1", &wages(1, 2, hxb())).replace("总笔数,2", "总笔数,3");
    let _ = desk.submit(&broken);
    let refused = records(&desk)[0];
    let id = BatchId::new(20_261_123, refused);
    let of = teller(&desk, Subject::Batch(id));
    assert_eq!(of.refused(), Some("control_count_mismatch"));
    assert_eq!(of.entries().len(), records(&desk).len());
    assert_eq!(of.entries().last().unwrap().event, "file_refused");
    // The same sequence with another day is no id of ours.
    let other = BatchId::new(20_261_122, refused);
    assert_eq!(story(&desk, Subject::Batch(other)), []);

    let desk = Desk::new(hxb());
    let (batch, played) = at_bank(&desk, 1);
    played.tells(&[Outcome::Failed(FailureReason::AccountClosed)]);
    played.settle(&desk, 4);
    let original = PaymentId {
        batch: batch.batch,
        row: 1,
    };
    let mut again = wages(1, 1, hxb());
    again[0].corrects = Some(original);
    let correction = desk.accept(&file(hxb(), "GZ-2", &again));
    let first = story(&desk, Subject::Batch(batch.batch));
    let told = first.iter().find(|entry| entry.event == "corrected_by");
    let ids = format!("{original} {}.1", correction.batch);
    assert_eq!(told.unwrap().detail.as_deref(), Some(ids.as_str()));
    let second = story(&desk, Subject::Batch(correction.batch));
    assert_eq!(second.last().unwrap().event, "accepted_at_intake");
    // Two batches: each record is of one of them, the correction of both.
    assert_eq!(first.len() + second.len(), records(&desk).len() + 1);
    // A bank file's own story begins with its intent, and a record's is itself.
    let of_file = story(&desk, Subject::File(1));
    assert_eq!(of_file[0].event, "intend");
    assert_eq!(story(&desk, Subject::Record(of_file[0].sequence)).len(), 1);
    assert_eq!(story(&desk, Subject::File(99)), []);
}

#[test]
fn ids_have_one_spelling() {
    assert_eq!(Subject::parse("17"), Some(Subject::File(17)));
    assert_eq!(Subject::parse("@17"), Some(Subject::Record(17)));
    let batch = BatchId::new(20_261_123, 42);
    assert_eq!(Subject::parse("B20261123-42"), Some(Subject::Batch(batch)));
    let payment = PaymentId { batch, row: 3 };
    assert_eq!(
        Subject::parse("B20261123-42.3"),
        Some(Subject::Payment(payment))
    );
    for wrong in [
        "",
        "B1",
        "b20261123-42",
        "0",
        "@",
        "@x",
        "-1",
        "+5",
        "B20261123-42.",
    ] {
        assert_eq!(Subject::parse(wrong), None, "{wrong}");
    }
}

/// One record of each kind, as the journal has them.
fn one_of_each() -> Vec<serde_json::Value> {
    use serde_json::json;
    let batch = "B20261123-1";
    let head = json!({
        "event": "batch_accepted", "batch": batch, "batch_no": "GZ-1",
        "employer": tests::desk::USCC, "project_code": null, "region": null,
        "pay_month": "2026-11", "paying_bank": "HXB", "format": "csv", "charset": "utf-8",
        "policy": "good_lines", "submitted_by": "x", "digest": "ab", "line_count": 2,
        "total_fen": 3, "refused_count": 1, "refused_late": [], "must_acknowledge": [],
        "finding_counts": [1, 0, 0], "next_bank_day": null,
    });
    vec![
        json!({"event": "started", "version": "1"}),
        json!({"event": "restored", "record": 4, "hash": "ab", "first_file_no": 9}),
        json!({"event": "refused", "kind": 24, "what": "a step", "digest": "ab"}),
        json!({"event": "batch_opened", "submitted_by": "x", "day": 20_261_123}),
        json!({"event": "batch_bytes", "opened": 1, "part": 0}),
        json!({"event": "batch_lines", "opened": 1, "first": 1, "count": 2, "corrects": []}),
        json!({"event": "batch_findings", "opened": 1, "count": 2}),
        head,
        json!({"event": "batch_abandoned", "opened": 1, "why": "interrupted"}),
        json!({"event": "batch_approved", "batch": batch, "person": "x", "acknowledged": []}),
        json!({"event": "batch_withdrawn", "batch": batch, "person": "x"}),
        json!({"event": "lines_withdrawn", "batch": batch, "lines": [1], "person": "x"}),
        json!({"event": "file_intended", "file_no": 1, "batch": batch, "bank": "HXB",
            "lines": [1], "total_fen": 3, "bank_date": "2026-11-23", "instructed_ms": 1}),
        json!({"event": "message_leaving", "file_no": 1, "step": "submit", "instructs": true,
            "digest": "ab", "signature": null}),
        json!({"event": "message_answered", "file_no": 1, "step": "submit", "digest": "ab"}),
        json!({"event": "file_receipt", "file_no": 1, "bank_code": "0"}),
        json!({"event": "file_abandoned", "file_no": 1, "why": "bank_day_over"}),
        json!({"event": "outcomes", "file_no": 1, "origin": "result", "message": null,
            "why": null, "is_final": true, "moves": [{"i": 1, "e": "pay", "c": "0"}],
            "disputes": []}),
        json!({"event": "bank_message", "bank": "HXB", "message": "push", "digest": "ab",
            "reading": "applied"}),
        json!({"event": "bank_message_closed", "message": 1}),
        json!({"event": "unmatched", "bank": "HXB", "message": 1, "place": 0, "file_no": null,
            "why": "no_such_file", "reported_fen": 7}),
        json!({"event": "resolution_proposed", "payment": "B20261123-1.1",
            "outcome": "resolve_failed", "reason": "other", "evidence_digest": "ab",
            "operator": "x"}),
        json!({"event": "resolution_confirmed", "payment": "B20261123-1.1",
            "evidence_digest": "ab", "operator": "x"}),
        json!({"event": "disclosed", "to": "x", "count": 3}),
    ]
}

#[test]
fn every_kind_of_record_has_words_of_its_own_in_both_languages() {
    let mut kinds = std::collections::BTreeSet::new();
    let mut texts = std::collections::BTreeSet::new();
    let each = one_of_each();
    for event in &each {
        let event: Event = serde_json::from_value(event.clone()).expect(&event.to_string());
        kinds.insert(event.kind().0);
        let mut teller = Teller::of(Subject::Record(5));
        let clear = serde_json::to_vec(&event).unwrap();
        let position = journal::Position {
            segment: 1,
            offset: 0,
        };
        let passed = journal::Passed {
            sequence: 5,
            time_ms: 1,
            kind: event.kind(),
            actor: "urn:anxin:gateway",
            position,
            key_id: "",
            clear: &clear,
            hash: &[0; 32],
            bytes: 1,
        };
        teller.see(passed).unwrap();
        let entries = teller.entries();
        assert_eq!(entries.len(), 1);
        for lang in [Lang::Zh, Lang::En] {
            let text = sentence(&entries[0], lang);
            // Words come first: what has none begins with the details behind two spaces.
            assert!(!text.is_empty() && !text.starts_with(' '), "{event:?}");
            texts.insert(text);
        }
    }
    // The kinds of the records' format, from the source that numbers them.
    let source = tests::workspace::root().join("gateway/src/event/kind.rs");
    let numbered = std::fs::read_to_string(source).unwrap();
    let numbered = numbered
        .lines()
        .filter(|line| line.contains(" => "))
        .count();
    assert_eq!((kinds.len(), each.len()), (numbered, numbered));
    assert_eq!(texts.len(), 2 * each.len());
}
