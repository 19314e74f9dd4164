//! What one party takes leaves room for the others: threads for long answers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::{Kit, other, own, person, system, wage_file};
use http_body_util::{BodyExt as _, Full};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// Callers who ask for long answers and take nothing of them hold no thread that others need.
#[test]
fn long_answers_that_nobody_takes_hold_up_nobody_else() {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.max_blocking_threads(4).enable_all().build();
    runtime.unwrap().block_on(async {
        let kit = Kit::start_with(|limits| limits.body_idle = SECOND).await;
        let csv = wage_file(own(), "GZ-1", "ICBC", 2_000, 0);
        let receipt = kit.submit(&system(own()), &csv).await.expect(202).json();
        let path = format!(
            "https://localhost/v1/batches/{}/report",
            receipt["batch_id"].as_str().unwrap()
        );
        let (mut sender, driver) = kit.second(&system(own())).await;
        let mut untaken = Vec::new();
        for _ in 0..4 {
            let request = hyper::Request::get(&path).body(Full::default()).unwrap();
            let answer = sender.send_request(request).await.unwrap();
            assert_eq!(answer.status(), 200);
            untaken.push(answer);
        }
        let others = kit.get(&system(other()), "/v1/batches");
        let others = tokio::time::timeout(Duration::from_secs(20), others).await;
        others.expect("it waits for a thread").expect(200);
        // Who takes it after all learns that it is not whole.
        let late = untaken.pop().unwrap().into_body();
        assert!(late.collect().await.is_err());
        driver.abort();
        kit.stop().await;
    });
}

/// A party has so many long answers at once, with all its persons; another one's are its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_party_takes_so_many_long_answers_at_once() {
    let kit = Kit::start_with(|limits| {
        limits.long_answers_per_party_max = 1;
        limits.reception_wait = Duration::from_millis(100);
    })
    .await;
    let csv = wage_file(own(), "GZ-1", "ICBC", 2_000, 0);
    let receipt = kit.submit(&system(own()), &csv).await.expect(202).json();
    let path = format!(
        "/v1/batches/{}/report",
        receipt["batch_id"].as_str().unwrap()
    );
    let (mut sender, driver) = kit.second(&system(own())).await;
    let request = hyper::Request::get(format!("https://localhost{path}"));
    let answer = sender.send_request(request.body(Full::default()).unwrap());
    let untaken = answer.await.unwrap();
    assert_eq!(untaken.status(), 200);
    let told = kit.get(&person(own(), "maker"), &path).await.expect(503);
    assert_eq!(told.header("retry-after"), "5");
    assert_eq!(told.json()["why"], "busy");
    let whole = kit.get("urn:anxin:regulator:330000", &path).await;
    assert!(whole.expect(200).text().ends_with("</Document>\n"));
    driver.abort();
    kit.stop().await;
}
