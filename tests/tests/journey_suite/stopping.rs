//! A stop that a service manager asks for, and the start after it.

use super::intake::Day;
use super::program::run;
use super::reading::feed;
use super::stage::{Stage, own, person, system};
use serde_json::{Value, json};

/// Stops, and finds the journal whole with its closing record.
pub fn stop_and_verify(stage: &mut Stage) {
    assert_eq!(stage.serving().stop(), Some(0), "a stop that was asked for");
    let data = stage.data();
    let verified = run(&["verify", "--json", "--data", data.to_str().unwrap()]);
    assert_eq!(verified.expect(0).document()["closed_cleanly"], true);
}

async fn answers(stage: &Stage, day: &Day) -> Vec<Value> {
    let mut answers = Vec::new();
    for batch in [&day.hxb, &day.wzcb, &day.pab] {
        for path in [batch.path(), format!("{}/lines", batch.path())] {
            let mut answer = stage.get(&system(own()), &path).await.expect(200).json();
            // A bank may be asked once more at any moment.
            if let Some(files) = answer["files"].as_array_mut() {
                files
                    .iter_mut()
                    .for_each(|file| file["queries"] = Value::Null);
            }
            answers.push(answer);
        }
        let path = format!("/v1/payments/{}.2", batch.id);
        answers.push(stage.get(&system(own()), &path).await.expect(200).json());
    }
    let summary = "/v1/summary?group_by=state";
    let summary = stage.get("regulator/330100-chen", summary).await;
    answers.push(summary.expect(200).json());
    answers.push(Value::Array(feed(stage, &system(own()), 1_000).await));
    answers
}

/// M3, M7: the same answers from the same folder.
pub async fn a_stop_is_clean_and_a_start_goes_on(stage: &mut Stage, day: &Day) {
    let before = answers(stage, day).await;
    stop_and_verify(stage);
    stage.start("11:00:00");
    let after = answers(stage, day).await;
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after);
    }
    let maker = person(own(), "maker");
    let bytes = day.hxb.wages.csv_gb18030();
    let again = stage
        .submit(&maker, "later.csv", &bytes, &[])
        .expect(0)
        .document();
    assert_eq!(
        (&again["replayed"], &again["batch_id"]),
        (&json!(true), &json!(day.hxb.id))
    );
    stop_and_verify(stage);
}
