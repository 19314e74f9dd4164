//! Submitting, reading, approving and withdrawing batches over real mutual TLS.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::{Kit, other, own, person, system, wage_file};
use serde_json::{Value, json};

fn approval(receipt: &Value) -> Value {
    json!({
        "digest": receipt["digest"], "line_count": receipt["line_count"],
        "total_fen": receipt["total_fen"], "acknowledged": [],
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_accepted_once_and_is_durable_when_it_is_answered() {
    let kit = Kit::start().await;
    let csv = wage_file(own(), "GZ-1", "ICBC", 3, 0);
    let reply = kit.submit(&system(own()), &csv).await.expect(202);
    let receipt = reply.json();
    assert_eq!(receipt["line_count"], 3);
    assert_eq!(receipt["total_fen"], 300_006);
    assert_eq!(receipt["state"], "held");
    assert_eq!(receipt["digest"], api_kit::hash(csv.as_bytes()));
    let id = receipt["batch_id"].as_str().unwrap().to_owned();
    assert_eq!(reply.header("location"), format!("/v1/batches/{id}"));
    // M3: power lost now takes nothing back.
    let cut = journal::disk::PowerCut {
        unsynced: journal::disk::Unsynced::Dropped,
        forgets_names: true,
    };
    let after = kit.disk.after_power_cut(cut, 1);
    let again = api_kit::open_core(&after, &kit.clock);
    let batch = schemas::value::BatchId::parse(&id).unwrap();
    assert_eq!(again.desk().batch(batch).unwrap().head.line_count, 3);
    // M7: the same again has no second effect.
    let replay = kit.submit(&system(own()), &csv).await.expect(200).json();
    assert_eq!(replay["replayed"], true);
    assert_eq!(replay["batch_id"], receipt["batch_id"]);
    assert_eq!(replay["findings"], receipt["findings"]);
    assert_eq!(kit.core.desk().batches().count(), 1);
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_file_under_the_number_is_a_conflict_that_names_the_field() {
    let kit = Kit::start().await;
    let first = kit
        .submit(&system(own()), &wage_file(own(), "GZ-1", "ICBC", 3, 0))
        .await;
    let id = first.json()["batch_id"].clone();
    let changed = kit
        .submit(&system(own()), &wage_file(own(), "GZ-1", "ABC", 3, 0))
        .await;
    assert_eq!(changed.header("content-type"), "application/problem+json");
    let problem = changed.expect(409).json();
    assert_eq!(problem["field"], "paying_bank");
    assert_eq!(problem["batch_id"], id);
    let path = "/v1/batches?policy=good_lines";
    let same = wage_file(own(), "GZ-1", "ICBC", 3, 0);
    let policy = kit
        .call(&system(own()), "POST", path, &[], same)
        .await
        .expect(409)
        .json();
    assert_eq!(policy["field"], "policy");
    // The number is the employer's: another employer may use it.
    kit.submit(&system(other()), &wage_file(other(), "GZ-1", "ICBC", 3, 0))
        .await
        .expect(202);
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_come_all_at_once_and_use_up_no_number() {
    let kit = Kit::start().await;
    let good = wage_file(own(), "GZ-1", "ICBC", 3, 0);
    let bad = good
        .replace("总笔数,3", "总笔数,4")
        .replace("1000.01,", "-1,");
    let problem = kit.submit(&system(own()), &bad).await.expect(422).json();
    let codes: Vec<&str> = problem["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["code"].as_str().unwrap())
        .collect();
    assert!(codes.contains(&"amount_invalid"), "{codes:?}");
    assert!(codes.contains(&"control_count_mismatch"), "{codes:?}");
    let stranger = kit.submit(&system(other()), &good).await.expect(422).json();
    assert_eq!(stranger["findings"][0]["code"], "uscc_not_yours");
    kit.submit(&system(own()), &good).await.expect(202);
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_release_a_batch_and_nobody_alone() {
    let kit = Kit::start().await;
    let maker = person(own(), "maker");
    let csv = wage_file(own(), "GZ-1", "ICBC", 2, 0);
    let receipt = kit.submit(&maker, &csv).await.expect(202).json();
    let path = format!(
        "/v1/batches/{}/approve",
        receipt["batch_id"].as_str().unwrap()
    );
    let approve = approval(&receipt);
    let alone = kit
        .post(&maker, &path, approve.to_string())
        .await
        .expect(403)
        .json();
    assert_eq!(alone["why"], "same_person");
    kit.post(&system(own()), &path, approve.to_string())
        .await
        .expect(403);
    // Another employer learns nothing, not even that it is there.
    kit.post(&person(other(), "checker"), &path, approve.to_string())
        .await
        .expect(404);
    let mut seen = approve.clone();
    seen["total_fen"] = json!(1);
    let checker = person(own(), "checker");
    let differs = kit
        .post(&checker, &path, seen.to_string())
        .await
        .expect(409)
        .json();
    assert_eq!(differs["field"], "total_fen");
    kit.post(&checker, &path, "{\"digest\":1}")
        .await
        .expect(400);
    let text = kit
        .call(
            &checker,
            "POST",
            &path,
            &[("content-type", "text/plain")],
            approve.to_string(),
        )
        .await;
    text.expect(415);
    let done = kit
        .post(&checker, &path, approve.to_string())
        .await
        .expect(200)
        .json();
    assert_eq!(done["state"], "released");
    kit.post(&checker, &path, approve.to_string())
        .await
        .expect(409);
    let withdraw = path.replace("approve", "withdraw");
    kit.post(&person(other(), "maker"), &withdraw, "")
        .await
        .expect(404);
    kit.post(&maker, &withdraw, "").await.expect(200);
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_shows_its_sums_and_what_it_waits_for() {
    let kit = Kit::start().await;
    let csv = wage_file(own(), "GZ-1", "ICBC", 2, 0);
    let receipt = kit.submit(&system(own()), &csv).await.expect(202).json();
    let id = receipt["batch_id"].as_str().unwrap();
    let path = format!("/v1/batches/{id}");
    let batch = kit.get(&system(own()), &path).await.expect(200).json();
    assert_eq!(
        batch["states"],
        json!({"held": {"count": 2, "fen": 200_003}})
    );
    assert_eq!(batch["waits_for"]["what"], "approval");
    assert_eq!(batch["waits_for"]["since"], "2026-11-23T10:00:00+08:00");
    assert_eq!(batch["region"], "330110");
    let english = [("accept-language", "en-GB, zh;q=0.5")];
    let in_english = kit
        .call(&system(own()), "GET", &path, &english, "")
        .await
        .json();
    assert_eq!(
        in_english["waits_for"]["text"],
        "waits for another person's approval"
    );
    let lines = kit
        .get(&system(own()), &format!("{path}/lines"))
        .await
        .expect(200);
    let text = lines.text();
    for line in csv.lines().filter(|line| line.contains("ABC")) {
        let fields: Vec<&str> = line.split(',').collect();
        for personal in [fields[1], fields[3], fields[4]] {
            assert!(!text.contains(personal), "in clear: {personal}");
        }
    }
    assert_eq!(lines.json()["lines"][1]["amount_fen"], 100_002);
    let page = kit
        .get(&system(own()), &format!("{path}/lines?limit=1"))
        .await
        .json();
    assert_eq!(page["lines"].as_array().unwrap().len(), 1);
    let next = format!(
        "{path}/lines?limit=1&next={}",
        page["next"].as_str().unwrap()
    );
    let page = kit.get(&system(own()), &next).await.json();
    assert_eq!(
        (page["lines"][0]["line_no"].as_u64(), page["next"].is_null()),
        (Some(2), true)
    );
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_yours_and_what_is_not_there_are_one_answer() {
    let kit = Kit::start().await;
    let csv = wage_file(own(), "GZ-1", "ICBC", 2, 0);
    let receipt = kit.submit(&system(own()), &csv).await.expect(202).json();
    let id = receipt["batch_id"].as_str().unwrap();
    let missing = "B20261123-99";
    let callers = [
        system(other()),
        "urn:anxin:bank:ICBC".to_owned(),
        "urn:anxin:regulator:330200".to_owned(),
        "urn:anxin:regulator:999999".to_owned(),
        "urn:anxin:operator:li".to_owned(),
    ];
    for caller in &callers {
        for part in ["", "/lines", "/findings", "/report"] {
            let there = kit
                .get(caller, &format!("/v1/batches/{id}{part}"))
                .await
                .expect(404);
            let not = kit
                .get(caller, &format!("/v1/batches/{missing}{part}"))
                .await
                .expect(404);
            assert_eq!(
                there.text().replace(id, missing),
                not.text(),
                "{caller} {part}"
            );
        }
    }
    for caller in [system(own()), "urn:anxin:regulator:330100".to_owned()] {
        kit.get(&caller, &format!("/v1/batches/{id}"))
            .await
            .expect(200);
    }
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_batches_do_not_move_when_new_ones_come() {
    let kit = Kit::start().await;
    for n in 1..=3 {
        let csv = wage_file(own(), &format!("GZ-{n}"), "ICBC", 1, n * 10);
        kit.submit(&system(own()), &csv).await.expect(202);
    }
    let first = kit
        .get(&system(own()), "/v1/batches?limit=2")
        .await
        .expect(200)
        .json();
    assert_eq!(first["batches"][0]["batch_no"], "GZ-3");
    let csv = wage_file(own(), "GZ-4", "ICBC", 1, 77);
    kit.submit(&system(own()), &csv).await.expect(202);
    let next = format!(
        "/v1/batches?limit=2&next={}",
        first["next"].as_str().unwrap()
    );
    let second = kit.get(&system(own()), &next).await.expect(200).json();
    let numbers = |page: &Value| -> Vec<String> {
        let batches = page["batches"].as_array().unwrap();
        batches
            .iter()
            .map(|batch| batch["batch_no"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(numbers(&second), ["GZ-1"]);
    assert!(second["next"].is_null());
    assert_eq!(
        numbers(&kit.get(&system(other()), "/v1/batches").await.json()).len(),
        0
    );
    for wrong in [
        "limit=0",
        "limit=1001",
        "next=x",
        "limt=3",
        "limit=1&limit=2",
    ] {
        kit.get(&system(own()), &format!("/v1/batches?{wrong}"))
            .await
            .expect(400);
    }
    kit.stop().await;
}

/// Refused files are kept for ever: an employer has so many of them a day, with all its persons.
#[tokio::test(flavor = "multi_thread")]
async fn an_employer_with_too_many_refused_files_comes_again_tomorrow() {
    let kit = Kit::start_with(|limits| limits.refusals.uploads_max = 1).await;
    kit.submit(&system(own()), "no template").await.expect(422);
    let csv = wage_file(own(), "GZ-1", "ICBC", 3, 0);
    let reply = kit.submit(&person(own(), "maker"), &csv).await.expect(429);
    let wait: u32 = reply.header("retry-after").parse().unwrap();
    assert!((1..=86_400).contains(&wait), "{wait}");
    let problem = reply.json();
    assert_eq!(problem["type"], "urn:anxin:problem:too_many_requests");
    assert_eq!(problem["why"], "refused_files");
    assert!(problem["zh"]["detail"].as_str().unwrap().contains("次日"));
    assert!(
        problem["en"]["detail"]
            .as_str()
            .unwrap()
            .contains("tomorrow")
    );
    // Another employer's are its own.
    let others = wage_file(other(), "GZ-1", "ICBC", 3, 0);
    kit.submit(&system(other()), &others).await.expect(202);
    kit.stop().await;
}

/// Accepted ones are kept for ever too, and lie in memory.
#[tokio::test(flavor = "multi_thread")]
async fn an_employer_with_too_many_accepted_files_comes_again_tomorrow() {
    let kit = Kit::start_with(|limits| limits.acceptances.uploads_max = 1).await;
    let first = wage_file(own(), "GZ-1", "ICBC", 3, 0);
    kit.submit(&system(own()), &first).await.expect(202);
    let second = wage_file(own(), "GZ-2", "ICBC", 3, 0);
    let reply = kit
        .submit(&person(own(), "maker"), &second)
        .await
        .expect(429);
    let wait: u32 = reply.header("retry-after").parse().unwrap();
    assert!((1..=86_400).contains(&wait), "{wait}");
    let problem = reply.json();
    assert_eq!(problem["type"], "urn:anxin:problem:too_many_requests");
    assert_eq!(problem["why"], "accepted_files");
    kit.submit(&system(own()), &first).await.expect(200);
    let others = wage_file(other(), "GZ-1", "ICBC", 3, 0);
    kit.submit(&system(other()), &others).await.expect(202);
    kit.stop().await;
}

/// A search for a bank that does not exist would be empty for ever.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_bank_is_no_filter_and_a_plus_sign_is_one() {
    let kit = Kit::start().await;
    for path in ["/v1/batches?bank=NOPE", "/v1/payments?bank=NOPE"] {
        let reply = kit.get(&system(own()), path).await.expect(400);
        assert_eq!(reply.json()["field"], "bank", "{path}");
    }
    for path in ["/v1/batches?bank=ICBC", "/v1/payments?bank=ICBC"] {
        kit.get(&system(own()), path).await.expect(200);
    }
    for moment in ["2026-11-23T10:00:00+08:00", "2026-11-23T10:00:00%2B08:00"] {
        let path = format!("/v1/payments?from={moment}");
        kit.get(&system(own()), &path).await.expect(200);
    }
    kit.stop().await;
}

/// The states of a batch's lines may be several, as the description of the call says.
#[tokio::test(flavor = "multi_thread")]
async fn lines_are_listed_by_several_states_and_a_state_that_is_none_is_named() {
    use schemas::LineEvent::{Fail, LoseTrack, Pay};
    let kit = Kit::start().await;
    let id = kit
        .with_outcomes(own(), "GZ-1", &[Pay, Fail, LoseTrack])
        .await;
    for (states, wanted) in [
        ("paid,failed", vec![1, 2]),
        ("unknown", vec![3]),
        ("held", vec![]),
    ] {
        let path = format!("/v1/batches/{id}/lines?state={states}");
        let page = kit.get(&system(own()), &path).await.expect(200).json();
        let lines = page["lines"].as_array().unwrap().iter();
        let rows: Vec<u64> = lines
            .map(|line| line["line_no"].as_u64().unwrap())
            .collect();
        assert_eq!(rows, wanted, "{states}");
    }
    for path in [
        format!("/v1/batches/{id}/lines?state=paid,payed"),
        "/v1/batches?state=payed".to_owned(),
    ] {
        let problem = kit.get(&system(own()), &path).await.expect(400).json();
        assert_eq!(problem["field"], "state", "{path}");
    }
    // The example of a cursor is one.
    let path = format!("/v1/batches/{id}/lines?next=x");
    let problem = kit.get(&system(own()), &path).await.expect(400).json();
    let detail = problem["detail"].as_str().unwrap();
    let example = detail.rsplit(' ').next().unwrap();
    let path = format!("/v1/batches/{id}/lines?next={example}");
    kit.get(&system(own()), &path).await.expect(200);
    kit.stop().await;
}
