//! What a person is told: the line's and the file's own wait beside the batch's, questions without
//! an answer, what came of a message, words instead of codes.

use super::stories::{hxb, story, teller};
use adapters::exchange::Outcome;
use gateway::outcome::{MessageKind, receive};
use gateway::query::waits::{Circumstances, Wait, of_batch, of_file, of_line};
use gateway::story::{Entry, Subject, actor_words, sentence, together, together_over_files};
use schemas::value::{BatchId, PaymentId};
use schemas::{FailureReason, Lang};
use std::time::Duration;
use tests::bank::{Fault, Played, at_bank, release, told};
use tests::desk::{Desk, file, wages};

fn line_waits(desk: &Desk, batch: BatchId, row: u32) -> Option<(&'static str, i64)> {
    let of = teller(desk, Subject::Batch(batch));
    let found = of.book().batch(batch).unwrap();
    let waits = of_line(of.book(), found, row, Circumstances::UNKNOWN)?;
    Some((waits.what.as_str(), waits.since_ms))
}

fn file_waits(desk: &Desk, file_no: u64) -> Option<(&'static str, i64)> {
    let of = teller(desk, Subject::File(file_no));
    let found = of.book().file(file_no).unwrap();
    let waits = of_file(of.book(), found, Circumstances::UNKNOWN)?;
    Some((waits.what.as_str(), waits.since_ms))
}

#[test]
fn a_paid_line_waits_for_nothing_while_its_neighbour_is_unknown() {
    let desk = Desk::new(hxb());
    let held = desk.accept(&file(hxb(), "GZ-0", &wages(9, 1, hxb())));
    let held_ms = desk.core.now_ms();
    assert_eq!(
        line_waits(&desk, held.batch, 1),
        Some(("approval", held_ms))
    );
    desk.clock.advance(Duration::from_secs(60));
    let (batch, played) = at_bank(&desk, 2);
    let accepted_ms = desk.core.now_ms();
    for row in [1, 2] {
        let waits = line_waits(&desk, batch.batch, row);
        assert_eq!(waits, Some(("bank_result", accepted_ms)));
    }
    assert_eq!(file_waits(&desk, 1), Some(("bank_result", accepted_ms)));
    desk.clock.advance(Duration::from_secs(600));
    let push = |outcomes: &[Outcome]| {
        let lines = played.memory(|memory| memory.instructed(1).unwrap());
        let bytes = played.result_bytes(&desk, 1, &told(&lines, outcomes));
        let kind = MessageKind::Result;
        receive(&desk.core, played.adapter(), played.keys(), kind, &bytes).unwrap();
    };
    push(&[Outcome::Paid, Outcome::Unknown]);
    let unknown_ms = desk.core.now_ms();
    let evidence = Some(("bank_evidence_or_resolution", unknown_ms));
    assert_eq!(line_waits(&desk, batch.batch, 1), None);
    assert_eq!(line_waits(&desk, batch.batch, 2), evidence);
    assert_eq!(file_waits(&desk, 1), evidence);
    // A dispute has a time of its own.
    desk.clock.advance(Duration::from_secs(600));
    push(&[Outcome::Failed(FailureReason::Other), Outcome::Paid]);
    let disputed = Some(("bank_evidence_or_resolution", desk.core.now_ms()));
    assert_eq!(line_waits(&desk, batch.batch, 1), disputed);
    assert_eq!(line_waits(&desk, batch.batch, 2), None);
    assert_eq!(file_waits(&desk, 1), disputed);
}

/// What a batch of one line waits for, its line and its file wait for as well.
#[test]
fn the_only_line_of_a_batch_waits_as_its_batch_does() {
    for fault in Fault::ALL {
        let desk = Desk::new(hxb());
        let batch = release(&desk, 1);
        let played = Played::new(&desk);
        let same = |place: &str| {
            let of = teller(&desk, Subject::Batch(batch.batch));
            let found = of.book().batch(batch.batch).unwrap();
            let around = Circumstances::UNKNOWN;
            let of_batch = of_batch(of.book(), found, around);
            assert_eq!(of_line(of.book(), found, 1, around), of_batch, "{place}");
            if let Some(file) = of.book().file(1) {
                assert_eq!(of_file(of.book(), file, around), of_batch, "{place}");
            }
        };
        same("released");
        played.memory(|memory| memory.faults.insert(0, fault));
        played.work(&desk);
        same(&format!("{fault:?}"));
        desk.clock.advance(Duration::from_secs(120));
        played.settle(&desk, 8);
        same(&format!("after {fault:?}"));
    }
}

#[test]
fn questions_that_nobody_answers_are_counted() {
    let desk = Desk::new(hxb());
    let (batch, played) = at_bank(&desk, 1);
    played.tells(&[Outcome::Accepted]);
    // The bank's number of faults is by message: from the third on it is silent for a while.
    played.memory(|memory| {
        let next = memory.sent;
        for silent in next + 2..next + 5 {
            memory.faults.insert(silent, Fault::Silent);
        }
    });
    for _ in 0..40 {
        played.work(&desk);
        desk.clock.advance(Duration::from_secs(60));
    }
    let every = story(&desk, Subject::Batch(batch.batch));
    let count = |event: &str| every.iter().filter(|one| one.event == event).count() as u64;
    let missing = count("message_sent") + count("sent") - count("message_answered");
    assert_eq!(missing, 3);
    let short = together(every);
    let asks = short
        .iter()
        .find(|one| one.event == "message_sent")
        .unwrap();
    assert_eq!(asks.unanswered, 3, "{asks:?}");
    let said = sentence(asks, Lang::En);
    assert!(said.contains("3 of them without an answer"), "{said}");
    assert!(sentence(asks, Lang::Zh).contains("其中 3 次没有应答"));
}

#[test]
fn of_a_message_is_told_what_came_of_it_and_of_a_record_its_batch() {
    let desk = Desk::new(hxb());
    let (batch, played) = at_bank(&desk, 2);
    let lines = played.memory(|memory| memory.instructed(1).unwrap());
    let bytes = played.result_bytes(&desk, 1, &told(&lines, &[Outcome::Paid]));
    let kind = MessageKind::Result;
    receive(&desk.core, played.adapter(), played.keys(), kind, &bytes).unwrap();
    let every = story(&desk, Subject::Batch(batch.batch));
    let message = every
        .iter()
        .find(|one| one.event == "message_received")
        .unwrap();
    let of = teller(&desk, Subject::Record(message.sequence));
    let events: Vec<&str> = of.entries().iter().map(|one| one.event).collect();
    assert_eq!(events.first(), Some(&"message_received"));
    assert_eq!(events.last(), Some(&"message_closed"));
    assert!(events.contains(&"outcomes"), "{events:?}");
    // SHA-256 and nothing before it.
    assert_eq!(message.digest.as_ref().unwrap().len(), 64, "{message:?}");
    for entry in &every {
        let of = teller(&desk, Subject::Record(entry.sequence));
        // The end of a message names no batch.
        let is_end = entry.event == "message_closed";
        let expected = Some(batch.batch).filter(|_| !is_end);
        assert_eq!(of.batch_id(), expected, "{entry:?}");
    }
}

/// No word of the journal's own stands in a sentence for people.
#[test]
fn sentences_have_words_and_no_codes() {
    let desk = Desk::new(hxb());
    let (batch, played) = at_bank(&desk, 2);
    played.settle(&desk, 8);
    let unsent = release_second(&desk, &played);
    for (id, row) in [(batch.batch, 0), (batch.batch, 1), (unsent, 0)] {
        let subject = match row {
            0 => Subject::Batch(id),
            row => Subject::Payment(PaymentId { batch: id, row }),
        };
        for entry in story(&desk, subject) {
            let zh = sentence(&entry, Lang::Zh);
            for word in [
                "receipt",
                "result",
                "push",
                "channel",
                "answer_limit",
                "recovery",
                "connect",
                "applied",
                "not_sent",
                "bank_day",
            ] {
                let own = entry.detail.as_deref() == Some(word);
                assert!(!zh.contains(word) || entry.event == "sent" && own, "{zh}");
            }
            if row == 1 {
                assert!(!zh.contains('×'), "{zh}");
            }
        }
    }
}

/// As everywhere on the terminal: by threes, or a clerk counts digits.
#[test]
fn amounts_of_a_story_have_their_thousands_separated() {
    let desk = Desk::new(hxb());
    let batch = desk
        .release(&file(hxb(), "GZ-1", &wages(1, 1, hxb())))
        .batch;
    let mut entries = story(&desk, Subject::Batch(batch)).into_iter();
    let accepted = entries.find(|one| one.sum == Some((1, 622_346))).unwrap();
    let (zh, en) = (sentence(&accepted, Lang::Zh), sentence(&accepted, Lang::En));
    assert!(zh.contains("1 笔 6,223.46 元"), "{zh}");
    assert!(en.contains("1 line, 6,223.46 yuan"), "{en}");
}

/// A second batch that could not leave.
fn release_second(desk: &Desk, played: &Played) -> BatchId {
    let batch = desk.release(&file(hxb(), "GZ-2", &wages(5, 1, hxb())));
    played.memory(|memory| {
        let next = memory.sent;
        memory.faults.insert(next, Fault::Unreachable);
    });
    played.work(desk);
    batch.batch
}

#[test]
fn people_are_named_in_words() {
    let of = |urn: &str, lang| actor_words(urn, lang);
    let maker = "urn:anxin:employer:913301006639233248:person:maker";
    assert_eq!(of(maker, Lang::En), "maker of employer 913301006639233248");
    assert_eq!(of(maker, Lang::Zh), "用工单位 913301006639233248 的 maker");
    assert_eq!(of("urn:anxin:gateway", Lang::En), "gateway");
    assert_eq!(of("urn:anxin:bank:ICBC", Lang::Zh), "银行 ICBC");
    assert_eq!(of("somebody", Lang::Zh), "somebody");
}

/// Many files that fare alike are one line; what people decide between them stays where it was.
#[test]
fn a_batch_of_many_files_is_told_in_few_lines() {
    let of = |event, file_no, sequence, steps: &[(&'static str, u64)]| Entry {
        event,
        file_no,
        sequence,
        steps: steps.iter().copied().collect(),
        count: 1,
        ..Entry::default()
    };
    let mut every = vec![of("release", None, 1, &[])];
    for file_no in 1..=50u64 {
        let at = file_no * 10;
        every.push(of("intend", Some(file_no), at, &[]));
        every.push(of("sent", Some(file_no), at + 1, &[]));
        every.push(of("outcomes", Some(file_no), at + 2, &[("accept", 7)]));
    }
    every.push(of("resolution_proposed", None, 900, &[]));
    every.push(of("outcomes", Some(3), 901, &[("pay", 7)]));
    let short = together_over_files(every);
    let said: Vec<_> = short
        .iter()
        .map(|one| (one.event, one.count, one.files))
        .collect();
    let all = Some((1, 50));
    assert_eq!(
        said,
        [
            ("release", 1, None),
            ("intend", 50, all),
            ("sent", 50, all),
            ("outcomes", 50, all),
            ("resolution_proposed", 1, None),
            ("outcomes", 1, None),
        ]
    );
    assert_eq!(short[3].steps["accept"], 350);
    assert_eq!(short[3].last.unwrap().sequence, 502);
    assert_eq!(short[5].file_no, Some(3));
}

#[test]
fn every_wait_has_a_remedy_in_both_languages() {
    let mut seen = std::collections::BTreeSet::new();
    for wait in Wait::ALL {
        let (zh, en) = (wait.remedy(Lang::Zh), wait.remedy(Lang::En));
        assert!(
            !zh.is_ascii() && en.is_ascii() && !en.contains("  "),
            "{wait:?}"
        );
        assert!(seen.insert(zh) && seen.insert(en), "{wait:?}");
    }
}
