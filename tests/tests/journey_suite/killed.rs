//! M1 to M3: the program is killed while a bank holds an instruction without a word.

use super::intake::{Batch, approve, take};
use super::outcomes::settled;
use super::stage::{Stage, Wanted, bank, own, person};
use super::stopping::stop_and_verify;
use serde_json::{Value, json};
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

pub async fn an_instruction_hangs_and_the_program_dies(stage: &mut Stage) {
    let (maker, checker) = (person(own(), "maker"), person(own(), "checker"));
    let wages = stage.wages("GZ-HANGS", "ICBC", &[Wanted::Paid, Wanted::Paid]);
    let bytes = wages.csv();
    let (hangs, receipt) = take(stage, &maker, wages, bytes.as_bytes(), &[]);
    approve(stage, &checker, &hangs, &receipt).await;
    booked(stage, "ICBC").await;
    // Acknowledged, and no more than that.
    let wages = stage.wages("GZ-HELD", "HXB", &[Wanted::Paid, Wanted::Paid]);
    let bytes = wages.csv_gb18030();
    let (held, receipt) = take(stage, &maker, wages, &bytes, &[]);
    let view = stage.get(&maker, &hangs.path()).await.expect(200).json();
    assert_eq!(
        view["states"]["intended"]["count"], 2,
        "the bank holds it: {view:#}"
    );

    stage.serving().kill();
    stage.start("10:30:00");
    let again = stage
        .submit(&maker, "again.csv", &bytes, &[])
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
