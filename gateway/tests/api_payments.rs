//! Searching payments, their history, sums, breaks, corrections and the feed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::{Kit, other, own, person, system};
use gateway::event::{Event, Grounds};
use schemas::value::{BankCode, Purpose};
use schemas::{LineEvent, people};
use serde_json::{Value, json};

const REGULATOR: &str = "urn:anxin:regulator:330100:person:chen";

/// The person of a line of `Kit::released`.
fn payee(batch_no: &str, line: u32) -> people::Person {
    people::person(
        5,
        batch_no.len() as u32 * 1000 + line,
        BankCode::parse("ABC").ok(),
    )
}

fn ids(page: &Value) -> Vec<String> {
    let payments = page["payments"].as_array().unwrap();
    payments
        .iter()
        .map(|found| found["payment_id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_found_by_number_or_account_only_by_those_who_may() {
    let kit = Kit::start().await;
    let steps = [LineEvent::Pay, LineEvent::LoseTrack];
    let id = kit.with_outcomes(own(), "GZ-1", &steps).await;
    let one = payee("GZ-1", 2);
    let number = one.id_number.reveal(Purpose::Matching).to_owned();
    let account = one.account.reveal(Purpose::Matching).to_owned();
    let expected = vec![format!("{id}.2")];
    for caller in [&system(own()), "urn:anxin:bank:ICBC", REGULATOR] {
        for query in [format!("id_number={number}"), format!("account={account}")] {
            let reply = kit
                .get(caller, &format!("/v1/payments?{query}"))
                .await
                .expect(200);
            assert_eq!(ids(&reply.json()), expected, "{caller}");
            for personal in [
                &number,
                &account,
                &one.name.reveal(Purpose::Matching).to_owned(),
            ] {
                assert!(
                    !reply.text().contains(personal.as_str()),
                    "in clear to {caller}"
                );
            }
        }
    }
    for caller in [
        &system(other()),
        "urn:anxin:bank:ABC",
        "urn:anxin:regulator:330200",
    ] {
        let reply = kit
            .get(caller, &format!("/v1/payments?id_number={number}"))
            .await;
        assert!(ids(&reply.expect(200).json()).is_empty(), "{caller}");
    }
    let queries = [
        ("state=unknown", 1),
        ("state=paid,unknown", 2),
        ("amount=1000.01", 1),
        ("amount_fen=100002", 1),
        ("bank=ABC", 0),
        ("pay_month=2026-11&from=2026-11-23&to=2026-11-23", 2),
        ("from=2026-11-24", 0),
        ("region=330110", 2),
    ];
    for (query, count) in queries {
        let reply = kit
            .get(&system(own()), &format!("/v1/payments?{query}"))
            .await
            .expect(200);
        assert_eq!(ids(&reply.json()).len(), count, "{query}");
    }
    kit.get(&system(own()), "/v1/payments?id_number=%20")
        .await
        .expect(400);
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_sees_a_line_from_the_intent_on() {
    let kit = Kit::start().await;
    let id = kit.released(own(), "GZ-1", 1).await;
    let bank = "urn:anxin:bank:ICBC";
    let path = format!("/v1/payments/{id}.1");
    kit.get(bank, &path).await.expect(404);
    assert!(ids(&kit.get(bank, "/v1/payments").await.json()).is_empty());
    kit.instruct(id, 1);
    let history = kit.get(bank, &path).await.expect(200);
    assert_eq!(history.json()["events"][0]["event"], "intend");
    assert!(!history.text().contains("person:checker"));
    kit.get("urn:anxin:bank:ABC", &path).await.expect(404);
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clear_text_needs_purpose_and_approval_and_is_journalled_before() {
    let kit = Kit::start().await;
    kit.with_outcomes(own(), "GZ-1", &[LineEvent::Pay]).await;
    let one = payee("GZ-1", 1);
    let number = one.id_number.reveal(Purpose::Matching).to_owned();
    let query = format!("/v1/payments?id_number={number}");
    let grounds = "&purpose=%E5%8A%B3%E5%8A%A8%E7%9B%91%E5%AF%9F&approval_no=LJ-1";
    kit.get(REGULATOR, &format!("{query}&purpose=x"))
        .await
        .expect(400);
    kit.get(
        REGULATOR,
        &format!("{query}&purpose=x&approval_no={number}"),
    )
    .await
    .expect(400);
    kit.get(&system(own()), &format!("{query}{grounds}"))
        .await
        .expect(403);
    let before = kit.core.desk().sequence();
    let clear = kit
        .get(REGULATOR, &format!("{query}{grounds}"))
        .await
        .expect(200)
        .json();
    assert_eq!(clear["payments"][0]["id_number"], number);
    assert_eq!(
        clear["payments"][0]["name"],
        one.name.reveal(Purpose::Matching)
    );
    let (record, event) = kit.core.event(before + 1).unwrap();
    assert!(kit.core.journal().durable() > before);
    let Event::Disclosed { to, count } = event else {
        panic!("not journalled");
    };
    assert_eq!((to.as_str(), count), (REGULATOR, 1));
    // The words of the regulator are sealed.
    let sealed = kit.core.personal(&record).unwrap();
    let grounds: Grounds = serde_json::from_slice(&sealed).unwrap();
    assert_eq!(grounds.approval_no, "LJ-1");
    assert!(grounds.query.starts_with("id_number=") && !grounds.query.contains(&number));
    assert!(!String::from_utf8_lossy(&record.clear).contains("LJ-1"));
    assert!(!String::from_utf8_lossy(&record.clear).contains(&number));
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn searches_for_people_are_limited_in_pace() {
    let kit = Kit::start_with(|limits| {
        limits.search_rate.burst = 2;
        limits.search_rate.refill = std::time::Duration::from_secs(3600);
    })
    .await;
    let query = "/v1/payments?account=6222021202000000019";
    for status in [200, 200, 429] {
        let reply = kit.get(&system(own()), query).await.expect(status);
        assert_eq!(reply.header("retry-after").is_empty(), status == 200);
    }
    kit.get(&system(own()), "/v1/payments?state=paid")
        .await
        .expect(200);
    kit.get(&system(other()), query).await.expect(200);
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_payments_do_not_move_when_new_ones_come() {
    let kit = Kit::start().await;
    kit.released(own(), "GZ-1", 3).await;
    let first = kit.get(&system(own()), "/v1/payments?limit=2").await.json();
    kit.released(own(), "GZ-22", 2).await;
    let next = format!(
        "/v1/payments?limit=2&next={}",
        first["next"].as_str().unwrap()
    );
    let second = kit.get(&system(own()), &next).await.json();
    assert_eq!((ids(&first).len(), ids(&second).len()), (2, 1));
    assert!(ids(&second)[0].ends_with(".3") && second["next"].is_null());
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_tells_every_event_with_its_place_in_the_journal() {
    let kit = Kit::start().await;
    let steps = [LineEvent::Return, LineEvent::LoseTrack];
    let id = kit.with_outcomes(own(), "GZ-1", &steps).await;
    let found = kit
        .get(&system(own()), &format!("/v1/payments/{id}.1"))
        .await
        .expect(200)
        .json();
    let words: Vec<&str> = found["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .collect();
    assert_eq!(
        words,
        [
            "accepted_at_intake",
            "release",
            "intend",
            "sent",
            "pay",
            "return"
        ]
    );
    let last = &found["events"][5];
    assert_eq!(
        (&last["source"], &last["bank_code"]),
        (&json!("result"), &json!("E17"))
    );
    for event in found["events"].as_array().unwrap() {
        let sequence = event["journal"]["sequence"].as_u64().unwrap();
        let position = kit.core.journal().position_of(sequence).unwrap();
        assert_eq!(
            event["journal"]["offset"].as_u64().unwrap(),
            position.offset
        );
    }
    assert_eq!(found["state"], "returned");
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn breaks_come_in_pages_that_keep_their_places() {
    let kit = Kit::start().await;
    let id = kit
        .with_outcomes(own(), "GZ-1", &[LineEvent::LoseTrack; 5])
        .await;
    let operator = "urn:anxin:operator:ops:person:li";
    let page = async |query: &str| {
        let path = format!("/v1/breaks?limit=2{query}");
        kit.get(operator, &path).await.expect(200).json()
    };
    let rows = |page: &Value| -> Vec<String> {
        let found = page["breaks"].as_array().unwrap();
        let payments = found.iter().map(|found| &found["payment_id"]);
        payments.map(|id| id.as_str().unwrap().to_owned()).collect()
    };
    let next = |page: &Value| format!("&next={}", page["next"].as_str().unwrap());
    let first = page("").await;
    assert_eq!(rows(&first), [format!("{id}.1"), format!("{id}.2")]);
    assert_eq!(first["counts"], json!({"unknown": 5}));
    let second = page(&next(&first)).await;
    // What is on the first page is resolved meanwhile: the second one stays as it is.
    let path = format!("/v1/payments/{id}.1/resolution");
    let digest = "ab".repeat(32);
    let words = json!({"outcome": "paid", "words": "回函", "evidence_digest": digest});
    kit.post(operator, &path, words.to_string())
        .await
        .expect(200);
    let confirm = json!({"evidence_digest": digest}).to_string();
    kit.post(
        "urn:anxin:operator:ops:person:wang",
        &format!("{path}/confirm"),
        confirm,
    )
    .await
    .expect(200);
    assert_eq!(rows(&page(&next(&first)).await), rows(&second));
    assert_eq!(rows(&second), [format!("{id}.3"), format!("{id}.4")]);
    let third = page(&next(&second)).await;
    assert_eq!(rows(&third), [format!("{id}.5")]);
    assert_eq!(
        (&third["next"], &third["counts"]),
        (&Value::Null, &json!({"unknown": 4}))
    );
    for query in ["limit=0", "limit=1001", "next=4711.3", "next=unknown.1.2.3"] {
        let path = format!("/v1/breaks?{query}");
        kit.get(operator, &path).await.expect(400);
    }
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regulators_sum_what_they_see() {
    let kit = Kit::start().await;
    kit.with_outcomes(own(), "GZ-1", &[LineEvent::Pay, LineEvent::LoseTrack])
        .await;
    kit.released(other(), "GZ-1", 1).await;
    let sums = kit
        .get("urn:anxin:regulator:330000", "/v1/summary?group_by=state")
        .await;
    let sums = sums.expect(200).json();
    assert_eq!(sums["total"], json!({"count": 3, "fen": 300_004}));
    let own = kit
        .get(REGULATOR, "/v1/summary?group_by=region")
        .await
        .expect(200)
        .json();
    assert_eq!(own["groups"][0]["key"], "330110");
    assert_eq!(own["total"], json!({"count": 2, "fen": 200_003}));
    kit.get(&system(other()), "/v1/summary").await.expect(404);
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_is_submitted_as_it_came() {
    let kit = Kit::start().await;
    let steps = [LineEvent::Pay, LineEvent::Fail, LineEvent::Return];
    let id = kit.with_outcomes(own(), "GZ-1", &steps).await;
    let path = format!("/v1/batches/{id}/correction");
    kit.post(&system(other()), &path, "").await.expect(404);
    let file = kit
        .post(&person(own(), "maker"), &path, "")
        .await
        .expect(200);
    let text = file.text();
    assert!(
        text.starts_with("\u{FEFF}安薪代发工资表,V1\r\n批次号,GZ-1-C1\r\n"),
        "{text}"
    );
    assert!(text.contains(&format!(",{id}.2\r\n")) && text.contains(&format!(",{id}.3\r\n")));
    assert!(text.contains("总笔数,2\r\n总金额,2000.05\r\n"), "{text}");
    let receipt = kit.submit(&system(own()), &text).await.expect(202).json();
    assert_eq!(receipt["line_count"], 2);
    // Both lines have a live correction now.
    kit.post(&person(own(), "maker"), &path, "")
        .await
        .expect(409);
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_pushes_by_its_own_certificate_and_the_same_bytes_give_the_same_receipt() {
    let kit = Kit::start().await;
    let (icbc, path) = (
        "urn:anxin:bank:ICBC",
        "/v1/banks/ICBC/messages?message=push",
    );
    let first = kit.post(icbc, path, "bytes").await.expect(200);
    let again = kit.post(icbc, path, "bytes").await.expect(200);
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("anxin-receipt"), again.header("anxin-receipt"));
    assert!(first.header("anxin-receipt").parse::<u64>().unwrap() > 0);
    assert_eq!(again.header("anxin-replayed"), "true");
    let before = kit.core.desk().sequence();
    for foreign in ["ABC", "NOBANK", "icbc"] {
        let path = format!("/v1/banks/{foreign}/messages?message=push");
        kit.post(icbc, &path, "other").await.expect(403);
    }
    kit.post(icbc, "/v1/banks/ICBC/messages?message=pull", "x")
        .await
        .expect(400);
    kit.post(icbc, path, "").await.expect(400);
    assert_eq!(kit.core.desk().sequence(), before);
    kit.stop().await;
}
