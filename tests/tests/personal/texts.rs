//! M9: texts that people and banks choose. What is free is sealed; what is a key, and stays in
//! clear, is refused where it holds a number of a person, however that is spaced.

use super::{disk_bytes, hits, index_bytes, texts, values};
use adapters::exchange::{Outcome, Receipt};
use gateway::dispatch::order::query_of;
use gateway::event::{Event, Grounds, Origin};
use gateway::intake::Submitted;
use gateway::outcome::{Said, apply};
use gateway::resolution::{Decision, propose};
use schemas::LineEvent;
use schemas::value::PaymentId;
use tests::bank::Played;
use tests::desk::{ACCOUNT, Desk, Wage, file, one_bank_a_dialect, wages};

/// A number in groups of four with something between them.
fn spaced(number: &str, between: &str) -> String {
    let letters: Vec<char> = number.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(between)
}

fn wide(number: &str) -> String {
    let widen = |c: char| char::from_u32(u32::from(c) + 0xFEE0).unwrap();
    number.chars().map(widen).collect()
}

fn spellings_of(number: &str) -> Vec<String> {
    let between = ["", " ", "-", ".", "_", "/", "－"];
    let mut texts: Vec<String> = between.map(|between| spaced(number, between)).into();
    texts.push(wide(number));
    texts
}

/// The file with another value in a row of its head.
fn with_head(text: &str, row: &str) -> String {
    let (key, _) = row.split_once(',').unwrap();
    let old = text
        .lines()
        .find(|line| line.starts_with(&format!("{key},")));
    match old {
        Some(old) => text.replacen(old, row, 1),
        None => text.replacen("工资月份,", &format!("{row}\n工资月份,"), 1),
    }
}

fn clear_of_people(desk: &Desk, people: &[Wage], place: &str) {
    let values = values(people);
    for (name, hay) in [("disk", disk_bytes(desk)), ("index", index_bytes(desk))] {
        let hits = hits(&hay, &values);
        assert!(hits.is_empty(), "{place} {name}: values {hits:?}");
    }
}

#[test]
fn a_key_with_a_number_of_a_person_is_refused_and_not_kept() {
    let adapter = one_bank_a_dialect()[0];
    let people = wages(9, 2, adapter.code());
    for number in [
        &people[0].id_number,
        &people[1].account,
        &ACCOUNT.to_owned(),
    ] {
        for spelling in spellings_of(number) {
            for row in [
                format!("批次号,GZ-{spelling}"),
                format!("项目编码,{spelling}"),
            ] {
                let desk = Desk::new(adapter.code());
                let text = with_head(&file(desk.bank, "GZ-1", &people), &row);
                let answer = desk.submit(&text);
                let Submitted::Refused { findings, .. } = answer else {
                    panic!("{row}: {answer:?}")
                };
                let said = texts(&findings);
                assert!(hits(said.as_bytes(), &values(&people)).is_empty(), "{said}");
                clear_of_people(&desk, &people, &row);
            }
        }
    }
    // What looks like a number and is nobody's: the platform's project codes.
    let desk = Desk::new(adapter.code());
    let text = file(desk.bank, "GZ-1", &people);
    desk.accept(&with_head(&text, "项目编码,330110202611000001"));
}

#[test]
fn the_name_of_an_employer_is_sealed() {
    let adapter = one_bank_a_dialect()[0];
    for spelling in ["", " ", "-", "."] {
        let desk = Desk::new(adapter.code());
        let people = wages(9, 2, desk.bank);
        let (name, id_number) = (&people[0].name, spaced(&people[0].id_number, spelling));
        let row = format!("单位名称,{name} {id_number}");
        let text = with_head(&file(desk.bank, "GZ-1", &people), &row);
        let receipt = desk.accept(&text);
        clear_of_people(&desk, &people, &row);
        // It is there all the same, and another name under the number is a conflict that says so.
        let (record, _) = desk.core.event(receipt.sequence).unwrap();
        let sealed = desk.core.personal(&record).unwrap();
        assert!(String::from_utf8_lossy(&sealed).contains(&id_number));
        let other = with_head(&text, "单位名称,别的单位");
        match desk.submit(&other) {
            Submitted::Conflict(conflict) => assert_eq!(conflict.field, "employer_name"),
            answer => panic!("{answer:?}"),
        }
    }
}

/// A bank may number a batch as it likes, also by an account: questions carry the number, the
/// disk does not show it.
#[test]
fn references_of_a_bank_are_sealed_and_asked_with() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let people = wages(9, 2, desk.bank);
        desk.release(&file(desk.bank, "GZ-1", &people));
        let played = Played::new(&desk);
        played.work(&desk);
        for account in [&people[1].account, &people[0].account] {
            let receipt = Receipt {
                outcome: Outcome::Accepted,
                bank_code: None,
                bank_text: None,
                references: [("bank_batch_no".to_owned(), account.clone())].into(),
                lines: Vec::new(),
                flaws: Vec::new(),
            };
            apply(&desk.core, 1, Origin::Push, None, Said::Receipt(&receipt)).unwrap();
        }
        clear_of_people(&desk, &people, place);
        desk.core.wait_durable(desk.head()).unwrap();
        let desk = desk.crash();
        let open = desk.core.desk().file(1).unwrap().clone();
        let bank = &played.dispatcher.bank;
        let query = query_of(&desk.core, bank, &desk.mandates, &open).unwrap();
        let number = query.references.get("bank_batch_no");
        assert_eq!(number, Some(&people[0].account), "{place}");
    }
}

#[test]
fn the_words_of_operators_and_regulators_are_sealed() {
    let adapter = one_bank_a_dialect()[0];
    let desk = Desk::new(adapter.code());
    let people = wages(9, 1, desk.bank);
    let batch = desk.release(&file(desk.bank, "GZ-1", &people));
    let played = Played::new(&desk);
    played.memory(|memory| memory.receipt = Some(Outcome::Unknown));
    played.work(&desk);
    let said = format!("{} {}", people[0].name, spaced(&people[0].account, "-"));
    let decision = Decision {
        outcome: LineEvent::ResolvePaid,
        reason: None,
        words: said.clone(),
        evidence_digest: "ab".repeat(32),
    };
    let payment = PaymentId {
        batch: batch.batch,
        row: 1,
    };
    let proposed = propose(
        &desk.core,
        "urn:anxin:operator:ops:person:li",
        payment,
        &decision,
    )
    .unwrap();
    let (record, _) = desk.core.event(proposed).unwrap();
    let sealed = desk.core.personal(&record).unwrap();
    assert_eq!(String::from_utf8_lossy(&sealed), said);
    // As the interface records that people were shown.
    let event = Event::Disclosed {
        to: "urn:anxin:regulator:330000".to_owned(),
        count: 1,
    };
    let grounds = Grounds {
        purpose: said.clone(),
        approval_no: said.clone(),
        query: said,
    };
    let sealed = serde_json::to_vec(&grounds).unwrap();
    let fact = gateway::core::Fact::sealed(event, "disclosures", sealed);
    desk.core
        .record("urn:anxin:regulator:330000", fact)
        .unwrap();
    clear_of_people(&desk, &people, "words");
}
