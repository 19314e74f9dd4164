//! What one party takes leaves room for the others: threads for long answers, memory for
//! bodies and for answers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::stand_ins::bad_file;
use api_kit::{Kit, other, own, person, system, wage_file};
use http_body_util::{BodyExt as _, Full};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const SECOND: Duration = Duration::from_secs(1);

/// Callers who ask for long answers and take nothing of them hold no thread that others need.
#[test]
fn long_answers_that_nobody_takes_hold_up_nobody_else() {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.max_blocking_threads(4).enable_all().build();
    runtime.unwrap().block_on(async {
        let kit = Kit::start_with(|limits| limits.body_idle = SECOND).await;
        let csv = wage_file(own(), "GZ-1", "ICBC", 10_000, 0);
        let receipt = kit.submit(&system(own()), &csv).await.expect(202).json();
        let path = format!(
            "https://localhost/v1/batches/{}/report",
            receipt["batch_id"].as_str().unwrap()
        );
        let mut sender = kit.second(&system(own())).await;
        let mut untaken = Vec::new();
        for _ in 0..4 {
            let request = hyper::Request::get(&path).body(Full::default()).unwrap();
            let answer = sender.send_request(request).await.unwrap();
            assert_eq!(answer.status(), 200);
            untaken.push(answer);
        }
        let another = system(other());
        let others = kit.get(&another, "/v1/batches");
        let others = tokio::time::timeout(Duration::from_secs(20), others).await;
        others.expect("it waits for a thread").expect(200);
        drop((sender, untaken));
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
    let csv = wage_file(own(), "GZ-1", "ICBC", 10_000, 0);
    let receipt = kit.submit(&system(own()), &csv).await.expect(202).json();
    let path = format!(
        "/v1/batches/{}/report",
        receipt["batch_id"].as_str().unwrap()
    );
    let mut sender = kit.second(&system(own())).await;
    let request = hyper::Request::get(format!("https://localhost{path}"));
    let answer = sender.send_request(request.body(Full::default()).unwrap());
    let untaken = answer.await.unwrap();
    assert_eq!(untaken.status(), 200);
    let told = kit.get(&person(own(), "maker"), &path).await.expect(503);
    assert_eq!(told.header("retry-after"), "5");
    assert_eq!(told.json()["why"], "busy");
    let whole = kit.get("urn:anxin:regulator:330000", &path).await;
    assert!(whole.expect(200).text().ends_with("</Document>\n"));
    drop((sender, untaken));
    kit.stop().await;
}

/// A correction file is written while it is sent, so that memory does not grow with it: one that is
/// not taken is still being written.
#[tokio::test(flavor = "multi_thread")]
async fn a_correction_file_is_not_made_before_it_is_taken() {
    let kit = Kit::start_with(|limits| {
        limits.long_answers_per_party_max = 1;
        limits.reception_wait = Duration::from_millis(100);
    })
    .await;
    let steps = vec![schemas::LineEvent::Fail; 10_000];
    let id = kit.with_outcomes(own(), "GZ-1", &steps).await;
    let path = format!("/v1/batches/{id}/correction");
    let maker = person(own(), "maker");
    for format in ["csv", "json", "xlsx"] {
        let path = format!("{path}?format={format}");
        let mut sender = kit.second(&maker).await;
        let request = hyper::Request::post(format!("https://localhost{path}"));
        let answer = sender.send_request(request.body(Full::default()).unwrap());
        let untaken = answer.await.unwrap();
        assert_eq!(untaken.status(), 200, "{format}");
        kit.post(&maker, &path, "").await.expect(503);
        drop((sender, untaken));
        // Its place is free when the writing has noticed that nobody takes it.
        let mut whole = kit.post(&maker, &path, "").await;
        while whole.status == 503 {
            whole = kit.post(&maker, &path, "").await;
        }
        let whole = whole.expect(200).body;
        assert!(whole.len() > 360_000, "{format}: {} bytes", whole.len());
    }
    kit.stop().await;
}

/// What is found in a small file may be a hundred times its size: a party has not more answers that
/// it did not take than it may have uploads on the way.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_submission_holds_its_place_until_it_is_taken() {
    let kit = Kit::start_with(|limits| {
        limits.receptions_per_party_max = 1;
        limits.reception_wait = Duration::from_millis(100);
    })
    .await;
    let mut sender = kit.second_with(&system(own()), 4_096).await;
    let request = hyper::Request::post("https://localhost/v1/batches");
    let bad = bad_file(own(), "GZ-1", 500);
    let answer = sender.send_request(request.body(Full::from(bad)).unwrap());
    let untaken = answer.await.unwrap();
    assert_eq!(untaken.status(), 422);
    let maker = person(own(), "maker");
    let good = wage_file(own(), "GZ-2", "ICBC", 1, 50);
    let told = kit.submit(&maker, &good).await.expect(503);
    assert_eq!(told.header("retry-after"), "5");
    assert_eq!(told.json()["why"], "busy");
    let others = wage_file(other(), "GZ-1", "ICBC", 1, 0);
    kit.submit(&system(other()), &others).await.expect(202);
    // Taken, it is whole, and its place is free when the server has seen that.
    let length = untaken.headers()["content-length"].clone();
    let whole = untaken.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(length, whole.len().to_string().as_str());
    assert!(whole.len() > 300_000, "{} bytes", whole.len());
    let mut next = kit.submit(&maker, &good).await;
    while next.status == 503 {
        next = kit.submit(&maker, &good).await;
    }
    next.expect(202);
    drop(sender);
    kit.stop().await;
}

/// Submits a good file on a new connection; false where that is closed, or has no place for it.
async fn is_accepted(kit: &Kit, party: &str, csv: &str) -> bool {
    let Ok(mut stream) = kit.connect(party).await else {
        return false;
    };
    let mut answer = [0; 12];
    stream.write_all(post(csv).as_bytes()).await.is_ok()
        && stream.read_exact(&mut answer).await.is_ok()
        && answer.starts_with(b"HTTP/1.1 20")
}

/// A submission as HTTP/1.1 writes it.
fn post(csv: &str) -> String {
    let length = csv.len();
    format!("POST /v1/batches HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n{csv}")
}

/// A caller that looks alive and takes nothing of its answer: the answer is broken off, its place
/// is free, and the connection is ended.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_takes_ends_with_its_connection() {
    let kit = Kit::start_with(|limits| {
        limits.body_idle = SECOND;
        limits.drain = Duration::from_millis(100);
        limits.connections_per_party_max = 1;
        limits.receptions_per_party_max = 1;
    })
    .await;
    // Nothing at all may be sent on its streams.
    let (first, bad) = (system(own()), bad_file(own(), "GZ-1", 2_000));
    let mut sender = kit.second_with(&first, 0).await;
    let request = hyper::Request::post("https://localhost/v1/batches");
    let answer = sender.send_request(request.body(Full::from(bad)).unwrap());
    let untaken = answer.await.unwrap();
    assert_eq!(untaken.status(), 422);
    // What the line holds of it is not all.
    let (second, bad) = (system(other()), bad_file(other(), "GZ-1", 4_000));
    let mut stream = kit.connect(&second).await.unwrap();
    stream.write_all(post(&bad).as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    let mut begin = [0; 12];
    stream.read_exact(&mut begin).await.unwrap();
    assert_eq!(&begin, b"HTTP/1.1 422");
    for (party, uscc) in [(first, own()), (second, other())] {
        // A party has one connection here, and one submission.
        let good = wage_file(uscc, "GZ-2", "ICBC", 1, 50);
        let free = async {
            while !is_accepted(&kit, &party, &good).await {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let free = tokio::time::timeout(Duration::from_secs(20), free).await;
        free.unwrap_or_else(|_| panic!("{party} holds it for ever"));
    }
    assert!(untaken.into_body().collect().await.is_err());
    drop((sender, stream));
    kit.stop().await;
}

/// One bank's messages on the way leave room for another's.
#[tokio::test(flavor = "multi_thread")]
async fn one_partys_bodies_do_not_fill_the_memory() {
    let kit = Kit::start_with(|limits| {
        limits.buffered_bytes_max = 2_000;
        limits.message_bytes_max = 900;
    })
    .await;
    let path = "/v1/banks/ICBC/messages";
    let head = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 900\r\n\r\n");
    let mut wait = Duration::from_millis(20);
    let slow = loop {
        let mut slow = kit.connect("urn:anxin:bank:ICBC").await.unwrap();
        slow.write_all(head.as_bytes()).await.unwrap();
        slow.write_all(&[b'x'; 850]).await.unwrap();
        slow.flush().await.unwrap();
        // Whichever of the two comes second is refused.
        tokio::time::sleep(wait).await;
        let answer = kit.post("urn:anxin:bank:ICBC", path, vec![b'y'; 200]).await;
        if answer.status == 503 {
            break slow;
        }
        answer.expect(200);
        wait *= 2;
        assert!(wait.as_secs() < 10, "one party may have all of it");
    };
    let path = "/v1/banks/ABC/messages";
    kit.post("urn:anxin:bank:ABC", path, vec![b'z'; 900])
        .await
        .expect(200);
    drop(slow);
    kit.stop().await;
}
