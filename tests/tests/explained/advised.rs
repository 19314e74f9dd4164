//! What `anxin explain` says of how a subject stands: nothing that the journal can't know, nothing
//! that would be refused, and which lines and payments it is about.

use super::stories::{hxb, teller};
use adapters::exchange::Outcome;
use gateway::access::Sight;
use gateway::clock::Clock as _;
use gateway::command::explain::{Days, tell, write};
use gateway::command::terminal::Paper;
use gateway::outcome::{MessageKind, receive};
use gateway::query::batches::{self, Wanted};
use gateway::story::{Entry, Subject};
use schemas::codes::{BankCalendar, BankDay};
use schemas::value::{BatchId, PaymentId, Uscc};
use schemas::{FailureReason, Lang};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;
use tests::bank::{Fault, Played, at_bank, release, told, unsent};
use tests::desk::{Desk, USCC, Wage, file, wages};
use time::macros::{date, datetime};

/// The document of a subject and its text, by the days that the program knows.
fn explained(desk: &Desk, subject: Subject, lang: Lang) -> (Value, String) {
    let days = Days {
        calendar: BankCalendar::built_in(),
        of_gateway: false,
        now: desk.clock.now(),
    };
    explained_by(desk, subject, days, lang)
}

fn explained_by(desk: &Desk, subject: Subject, days: Days<'_>, lang: Lang) -> (Value, String) {
    let of = teller(desk, subject);
    let (story, document) = tell(&of, ("x", subject), false, days, &[], lang);
    let mut out = Vec::new();
    let data = Path::new("/srv/anxin");
    write(&mut Paper::plain(&mut out), &story, &document, data, lang).unwrap();
    (document, String::from_utf8(out).unwrap())
}

fn line(batch: BatchId, row: u32) -> PaymentId {
    PaymentId { batch, row }
}

fn push(desk: &Desk, played: &Played, file_no: u64, outcomes: &[Outcome]) {
    let lines = played.memory(|memory| memory.instructed(file_no).unwrap());
    let bytes = played.result_bytes(desk, file_no, &told(&lines, outcomes));
    let kind = MessageKind::Result;
    receive(&desk.core, played.adapter(), played.keys(), kind, &bytes).unwrap();
}

/// Without a connection nothing leaves, and the journal does not know whether there is one.
#[test]
fn whether_a_bank_is_connected_is_not_in_the_journal() {
    let desk = Desk::new(hxb());
    let batch = release(&desk, 2);
    for subject in [
        Subject::Batch(batch.batch),
        Subject::Payment(line(batch.batch, 1)),
    ] {
        for (lang, calm) in [(Lang::En, "nothing"), (Lang::Zh, "不用做什么")] {
            let (document, text) = explained(&desk, subject, lang);
            assert_eq!(document["waits_for"]["what"], "dispatch");
            let unknown = document["unknown_here"].as_str().unwrap();
            assert!(unknown.contains("anxin status"), "{unknown}");
            assert!(text.contains(unknown), "{text}");
            let remedy = document["do"].as_str().unwrap();
            assert!(!remedy.contains(calm), "{remedy}");
        }
    }
    let held = desk.accept(&file(hxb(), "GZ-0", &wages(9, 1, hxb())));
    let (document, _) = explained(&desk, Subject::Batch(held.batch), Lang::En);
    assert_eq!(document["unknown_here"], Value::Null);
}

/// The program has the lists of 2025 and 2026. 4 January 2027 is a Monday, and Hua Xia Bank takes
/// instructions until four; by the list of this gateway it is a holiday.
#[test]
fn days_that_the_gateway_may_know_are_not_said_to_be_missing() {
    let desk = Desk::new(hxb());
    let batch = Subject::Batch(release(&desk, 1).batch);
    let off = BTreeMap::from([(date!(2027 - 01 - 04), BankDay::Closed)]);
    let listed = BankCalendar::with(BTreeSet::from([2027]), off);
    let told = |calendar: &BankCalendar, of_gateway, lang| {
        let now = datetime!(2027-01-04 10:00 +8);
        let days = Days {
            calendar,
            of_gateway,
            now,
        };
        let (document, text) = explained_by(&desk, batch, days, lang);
        let next = document["next"][0].clone();
        assert!(text.contains(next["text"].as_str().unwrap()), "{text}");
        let unknown = document["unknown_here"].as_str().unwrap().to_owned();
        assert!(text.contains(&unknown), "{text}");
        let option = [next["text"].as_str().unwrap(), &unknown].map(|text| {
            let is_named = text.contains("--calendar");
            assert!(!is_named || !of_gateway, "{text}");
            is_named
        });
        (next, option)
    };
    let built_in = BankCalendar::built_in();
    for (lang, alone, missing) in [
        (Lang::Zh, "本程序自身没有该年", "缺少该年"),
        (Lang::En, "this program alone has no list", "is missing"),
    ] {
        let (next, option) = told(built_in, false, lang);
        let text = next["text"].as_str().unwrap();
        assert!(text.contains(alone) && !text.contains(missing), "{text}");
        assert_eq!((&next["what"], option), (&json!("calendar"), [true; 2]));
        // The gateway has none either.
        let (next, _) = told(built_in, true, lang);
        let text = next["text"].as_str().unwrap();
        assert!(text.contains(missing) && !text.contains(alone), "{text}");
        let (next, _) = told(&listed, true, lang);
        let said = (&next["what"], &next["at"]);
        assert_eq!(said, (&json!("send"), &json!("2027-01-05T00:00:00+08:00")));
    }
}

/// A batch of many files names the command for one of them, as a shell takes it.
#[test]
fn the_command_that_is_named_for_a_file_is_whole() {
    let entry = Entry {
        event: "sent",
        files: Some((7, 50)),
        ..Entry::default()
    };
    for (data, word) in [
        ("/srv/anxin", "/srv/anxin"),
        ("/srv/an xin's", r"'/srv/an xin'\''s'"),
    ] {
        for lang in [Lang::Zh, Lang::En] {
            let mut out = Vec::new();
            let mut paper = Paper::plain(&mut out);
            let story = std::slice::from_ref(&entry);
            write(&mut paper, story, &json!({}), Path::new(data), lang).unwrap();
            let text = String::from_utf8(out).unwrap();
            let command = format!("anxin explain 7 --by-id --data {word}\n");
            assert!(text.contains(&command), "{text}");
        }
    }
}

/// One of two lines is barred: it is named with the payment that bars it, and is not said to leave.
#[test]
fn a_barred_line_is_named_and_not_said_to_be_sent() {
    let desk = Desk::new(hxb());
    let (first, played) = at_bank(&desk, 1);
    played.tells(&[Outcome::Failed(FailureReason::AccountClosed)]);
    played.settle(&desk, 4);
    let mut both = wages(1, 1, hxb());
    both.extend(wages(5, 1, hxb()));
    let second = desk.release(&file(hxb(), "GZ-2", &both)).batch;
    push(&desk, &played, 1, &[Outcome::Paid]);
    let other = line(first.batch, 1).to_string();
    let (document, text) = explained(&desk, Subject::Batch(second), Lang::En);
    assert_eq!(document["waits_for"]["what"], "other_payment");
    assert!(
        document["unknown_here"].is_string(),
        "its other line leaves"
    );
    let needing = document["lines"].as_array().unwrap();
    assert_eq!(needing.len(), 1, "{needing:?}");
    assert_eq!(needing[0]["payment_id"], format!("{second}.1"));
    assert_eq!(needing[0]["barred_by"], other);
    assert!(
        text.contains(&format!("{other}, a payment of the same wage, is disputed")),
        "{text}"
    );
    for (row, sends) in [(1, false), (2, true)] {
        let subject = Subject::Payment(line(second, row));
        let (document, text) = explained(&desk, subject, Lang::En);
        let next = document["next"].as_array().unwrap();
        assert_eq!(
            next.iter().any(|one| one["file_no"].is_null()),
            sends,
            "{row}"
        );
        assert_eq!(text.contains(&other), !sends, "{text}");
    }
    // The disputed line is found from its own batch.
    let (document, text) = explained(&desk, Subject::Batch(first.batch), Lang::En);
    assert_eq!(document["lines"][0]["payment_id"], other);
    assert!(document["lines"][0]["disputed_text"].is_string());
    assert!(text.contains(&other), "{text}");
    let sight = Sight::Employer(Uscc::parse(USCC).unwrap());
    for (disputed, expected) in [(Some(true), 1), (Some(false), 0), (None, 1)] {
        let wanted = Wanted {
            disputed,
            ..Wanted::default()
        };
        let page = batches::lines(&desk.core, sight, first.batch, (0, 10), wanted, Lang::En);
        let (page, _) = page.unwrap().unwrap();
        assert_eq!(page.lines.len(), expected, "{disputed:?}");
    }
}

/// What failed again is corrected from the batch of its last correction; from the first one the
/// call is refused.
#[test]
fn a_correction_is_advised_where_it_is_given() {
    let desk = Desk::new(hxb());
    let (first, played) = at_bank(&desk, 1);
    played.tells(&[Outcome::Failed(FailureReason::AccountClosed)]);
    played.settle(&desk, 20);
    let original = line(first.batch, 1);
    let advice = |subject, batch: BatchId| {
        let (document, _) = explained(&desk, subject, Lang::En);
        let advice = document["do"].as_str().unwrap_or_default().to_owned();
        assert!(
            advice.contains(&format!("/v1/batches/{batch}/correction")),
            "{advice}"
        );
    };
    advice(Subject::Payment(original), first.batch);
    let wage = Wage {
        corrects: Some(original),
        ..wages(1, 1, hxb()).remove(0)
    };
    let second = desk.release(&file(hxb(), "GZ-2", std::slice::from_ref(&wage)));
    let (document, _) = explained(&desk, Subject::Payment(original), Lang::En);
    assert_eq!(document["do"], Value::Null, "one is on its way");
    desk.clock.advance(Duration::from_secs(60));
    played.settle(&desk, 20);
    for subject in [Subject::Payment(original), Subject::Batch(first.batch)] {
        advice(subject, second.batch);
    }
    let fixed = line(second.batch, 1).to_string();
    let (document, text) = explained(&desk, Subject::Batch(first.batch), Lang::En);
    let corrections = &document["lines"][0]["corrections"];
    assert_eq!(
        *corrections,
        json!([{ "payment_id": fixed, "state": "failed", "state_text": "failed" }])
    );
    assert!(
        text.contains(&format!("corrected by {fixed} failed")),
        "{text}"
    );
    // A third one is paid: all of them are told, and nothing is left to be done.
    played.tells(&[Outcome::Paid]);
    let wage = Wage {
        corrects: Some(line(second.batch, 1)),
        ..wage
    };
    desk.release(&file(hxb(), "GZ-3", &[wage]));
    played.settle(&desk, 20);
    let (document, _) = explained(&desk, Subject::Payment(original), Lang::En);
    assert_eq!(document["do"], Value::Null);
    let corrections = document["line"]["corrections"].as_array().unwrap();
    let states: Vec<&Value> = corrections.iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["failed", "paid"]);
}

/// Whether the bank has a file is said as far as it is known.
#[test]
fn a_file_is_at_the_bank_only_where_the_bank_was_heard() {
    let desk = Desk::new(hxb());
    let batch = release(&desk, 1);
    let played = Played::new(&desk);
    played.memory(|memory| memory.faults.insert(0, Fault::Lost));
    played.work(&desk);
    let state = |desk: &Desk, lang| {
        let (document, _) = explained(desk, Subject::Batch(batch.batch), lang);
        let file = &document["batch"]["files"][0];
        assert_eq!(file["state"], "at_bank");
        file["state_text"].as_str().unwrap().to_owned()
    };
    assert_eq!(state(&desk, Lang::Zh), "可能已在银行");
    assert_eq!(state(&desk, Lang::En), "may be at the bank");
    let desk = Desk::new(hxb());
    let (batch, played) = at_bank(&desk, 1);
    let state = |lang| {
        let (document, _) = explained(&desk, Subject::Batch(batch.batch), lang);
        let text = document["batch"]["files"][0]["state_text"].as_str();
        text.unwrap().to_owned()
    };
    assert_eq!(state(Lang::Zh), "已在银行");
    played.settle(&desk, 20);
    assert_eq!(state(Lang::Zh), "已有结果");
    assert_eq!(state(Lang::En), "has its results");
}

/// A file that is tried again and again is told once, with its first and last try.
#[test]
fn tries_of_one_file_stand_together() {
    let desk = Desk::new(hxb());
    let (batch, played) = unsent(&desk, 2);
    played.memory(|memory| {
        let tries = (0..50).map(|n| (n, Fault::Unreachable));
        memory.faults.extend(tries);
    });
    for _ in 0..15 {
        desk.clock.advance(Duration::from_secs(200));
        played.work(&desk);
    }
    let attempts = desk.core.desk().file(1).unwrap().attempts;
    assert!(attempts > 10, "{attempts}");
    let (document, _) = explained(&desk, Subject::Batch(batch.batch), Lang::En);
    let story = document["story"].as_array().unwrap();
    assert!(story.len() < 15, "{}", story.len());
    for event in ["intend", "sent"] {
        let of: Vec<&Value> = story.iter().filter(|one| one["event"] == event).collect();
        assert_eq!(of.len(), 1, "{event}");
        assert_eq!(of[0]["count"], attempts, "{event}");
    }
}
