//! M1 to M3: the program is killed while a bank holds an instruction without a word.

use super::intake::{Batch, approve, take};
use super::outcomes::settled;
use super::program::{Ended, run};
use super::stage::{Stage, Wanted, bank, own, person};
use super::stopping::stop_and_verify;
use super::wages::Wages;
use serde_json::{Value, json};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// Waits until the bank has booked one file.
async fn booked(stage: &Stage, code: &str) {
    for _ in 0..600 {
        if stage.sandbox.statistics()[&bank(code)].files == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!(
        "{code} hears nothing: {:?}",
        stage.sandbox.statistics()[&bank(code)]
    );
}

/// A batch that the bank has booked and says nothing about.
async fn hanging(stage: &Stage) -> Batch {
    let wages = stage.wages("GZ-HANGS", "ICBC", &[Wanted::Paid, Wanted::Paid]);
    let bytes = wages.csv();
    let maker = person(own(), "maker");
    let (hangs, receipt) = take(stage, &maker, wages, bytes.as_bytes(), &[]);
    approve(stage, &person(own(), "checker"), &hangs, &receipt).await;
    booked(stage, "ICBC").await;
    hangs
}

/// A stop does not wait for a bank for ever; what is open then is asked about after the start.
pub async fn a_stop_leaves_an_instruction_to_be_asked_about(stage: &mut Stage) {
    let hangs = hanging(stage).await;
    stop_and_verify(stage);
    stage.start("10:30:00");
    asked_and_not_sent(stage, &hangs).await;
    stop_and_verify(stage);
}

/// The kill comes while the bank holds the instruction.
pub async fn an_instruction_hangs_and_the_program_dies(stage: &mut Stage) {
    let (maker, checker) = (person(own(), "maker"), person(own(), "checker"));
    let hangs = hanging(stage).await;
    // Acknowledged, and no more than that.
    let wages = stage.wages("GZ-HELD", "HXB", &[Wanted::Paid, Wanted::Paid]);
    let bytes = wages.xlsx();
    let (held, receipt) = take(stage, &maker, wages, &bytes, &[]);
    let view = stage.get(&maker, &hangs.path()).await.expect(200).json();
    assert_eq!(
        view["states"]["intended"]["count"], 2,
        "the bank holds it: {view:#}"
    );

    stage.serving().kill();
    stage.start("10:30:00");
    let again = stage
        .submit(&maker, "again.xlsx", &bytes, &[])
        .expect(0)
        .document();
    assert_eq!(
        (&again["replayed"], &again["batch_id"]),
        (&json!(true), &json!(held.id))
    );
    let view = stage.get(&maker, &held.path()).await.expect(200).json();
    assert_eq!(view["state"], "held");
    asked_and_not_sent(stage, &hangs).await;
    approve(stage, &checker, &held, &receipt).await;
    settled(stage, &held, &[("paid", 2)]).await;
    stop_and_verify(stage);
}

/// The intent without an answer is asked about.
async fn asked_and_not_sent(stage: &Stage, hangs: &Batch) {
    settled(stage, hangs, &[("paid", 2)]).await;
    let path = format!("/v1/payments/{}.1", hangs.id);
    let history = stage
        .get(&person(own(), "maker"), &path)
        .await
        .expect(200)
        .json();
    let events = history["events"].as_array().unwrap();
    let recovered = |event: &&Value| event["source"] == "recovery";
    assert!(events.iter().any(|event| recovered(&event)), "{history:#}");
    let intends = events.iter().filter(|event| event["event"] == "intend");
    assert_eq!(intends.count(), 1, "{history:#}");
    let counts = stage.sandbox.statistics();
    let counts = &counts[&bank("ICBC")];
    assert_eq!((counts.files, counts.lines), (1, 2), "{counts:?}");
    assert!(counts.queries > 0, "{counts:?}");
}

/// Batches that are submitted one after the other, and after how many the kill comes.
const SUBMITTED: usize = 12;
const BEFORE_THE_KILL: usize = 4;

/// M3, M7: what was acknowledged is there; what was not may be submitted again without a second
/// effect.
pub async fn submissions_run_into_the_kill(stage: &mut Stage) {
    stage.start("11:00:00");
    let maker = person(own(), "maker");
    let all: Vec<Wages> = (1..=SUBMITTED)
        .map(|number| stage.wages(&format!("GZ-R-{number:02}"), "WZCB", &[Wanted::Paid; 2]))
        .collect();
    let submissions = |stage: &Stage| -> Vec<Vec<String>> {
        let words = |wages: &Wages| {
            let name = format!("{}.json", wages.batch_no);
            stage.submission(&maker, &name, &wages.json(), &[])
        };
        all.iter().map(words).collect()
    };
    let (tell, hear) = channel();
    let calls = submissions(stage);
    let caller = thread::spawn(move || {
        for words in calls {
            tell.send(run(&words)).unwrap();
        }
    });
    let mut ended: Vec<Ended> = hear.iter().take(BEFORE_THE_KILL).collect();
    stage.serving().kill();
    ended.extend(hear.iter());
    caller.join().unwrap();
    assert_eq!(ended.len(), SUBMITTED);
    assert_eq!(ended.last().unwrap().code, Some(2), "no gateway, no answer");

    stage.start("11:30:00");
    for (before, words) in ended.iter().zip(submissions(stage)) {
        let receipt = run(&words).expect(0).document();
        if before.code == Some(0) {
            assert_eq!(receipt["batch_id"], before.document()["batch_id"]);
            assert_eq!(receipt["replayed"], true);
        }
    }
    let acknowledged = ended.iter().filter(|ended| ended.code == Some(0)).count();
    assert!(
        (BEFORE_THE_KILL..SUBMITTED).contains(&acknowledged),
        "{acknowledged}"
    );
    let page = stage.get(&maker, "/v1/batches?bank=WZCB&limit=100").await;
    let page = page.expect(200).json();
    let numbers = page["batches"].as_array().unwrap().iter();
    let numbers: Vec<&str> = numbers.map(|b| b["batch_no"].as_str().unwrap()).collect();
    let expected: Vec<&str> = all.iter().rev().map(|w| w.batch_no.as_str()).collect();
    assert_eq!(numbers, expected, "each once, the newest first");
    stop_and_verify(stage);
}
