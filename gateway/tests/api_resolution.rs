//! On what grounds operators decided, as the payment's events show it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::{Kit, own, system};
use schemas::LineEvent;
use schemas::value::{BankCode, Purpose};
use serde_json::{Value, json};

/// For the employer and its regulator, the person masked; for no bank.
#[tokio::test(flavor = "multi_thread")]
async fn words_and_evidence_are_shown_to_those_who_may_see_them() {
    let kit = Kit::start().await;
    let steps = [LineEvent::LoseTrack];
    let id = kit.with_outcomes(own(), "GZ-1", &steps).await;
    let abc = BankCode::parse("ABC").ok();
    // As `Kit::released` makes the only line of a batch with a number of four characters.
    let payee = schemas::people::person(5, 4_001, abc);
    let name = payee.name.reveal(Purpose::Matching);
    let digest = "ab".repeat(32);
    let path = format!("/v1/payments/{id}.1");
    let words = format!("银行书面回函：{name}未入账");
    let proposal = json!({
        "outcome": "failed",
        "reason": "other",
        "words": words,
        "evidence_digest": digest,
    });
    let resolution = format!("{path}/resolution");
    let proposed = kit.post(
        "urn:anxin:operator:ops:person:li",
        &resolution,
        proposal.to_string(),
    );
    proposed.await.expect(200);
    let evidence = json!({"evidence_digest": digest}).to_string();
    let confirmation = format!("{resolution}/confirm");
    let confirmed = kit.post(
        "urn:anxin:operator:ops:person:wang",
        &confirmation,
        evidence,
    );
    confirmed.await.expect(200);
    let masked = format!("银行书面回函：{}未入账", payee.name.masked());
    let regulator = "urn:anxin:regulator:330100:person:chen";
    let (employer, bank) = (system(own()), "urn:anxin:bank:ICBC");
    for (caller, may) in [(employer.as_str(), true), (regulator, true), (bank, false)] {
        let reply = kit.get(caller, &path).await.expect(200);
        assert!(!reply.text().contains(name), "{caller}");
        let shown = reply.json();
        let of = |word: &str| -> Value {
            let mut events = shown["events"].as_array().unwrap().iter();
            events.find(|event| event["event"] == word).unwrap().clone()
        };
        let grounds = |words: Option<&str>| {
            let digest = may.then_some(digest.as_str());
            json!([words.filter(|_| may), digest])
        };
        let of_event = |event: &Value| json!([event["words"], event["evidence_digest"]]);
        let proposed = of_event(&of("resolution_proposed"));
        assert_eq!(proposed, grounds(Some(&masked)), "{caller}");
        let confirmed = of_event(&of("resolution_confirmed"));
        assert_eq!(confirmed, grounds(None), "{caller}");
    }
    kit.stop().await;
}

const LI: &str = "urn:anxin:operator:ops:person:li";
const WANG: &str = "urn:anxin:operator:ops:person:wang";

/// The contract's body: an outcome with a reason and the evidence's digest. A word of the list is
/// the reason of a failure, another text is what the second operator reads.
#[tokio::test(flavor = "multi_thread")]
async fn a_reason_is_one_of_the_list_or_what_was_seen() {
    let kit = Kit::start().await;
    let steps = [LineEvent::LoseTrack; 4];
    let id = kit.with_outcomes(own(), "GZ-1", &steps).await;
    let seen = "银行书面回函";
    let cases = [
        (
            json!({"outcome": "failed", "reason": "account_closed"}),
            json!("account_closed"),
            json!(null),
        ),
        (
            json!({"outcome": "failed", "reason": seen}),
            json!("other"),
            json!(seen),
        ),
        (
            json!({"outcome": "paid", "reason": seen}),
            json!(null),
            json!(seen),
        ),
        (
            json!({"outcome": "failed", "words": seen}),
            json!("other"),
            json!(seen),
        ),
    ];
    for ((body, reason, words), row) in cases.iter().zip(1..) {
        let mut body = body.clone();
        body["evidence_digest"] = json!("ab".repeat(32));
        let path = format!("/v1/payments/{id}.{row}/resolution");
        let first = kit
            .post(LI, &path, body.to_string())
            .await
            .expect(200)
            .json();
        // The second operator sees why before he confirms.
        let breaks = kit.get(WANG, "/v1/breaks").await.expect(200).json();
        let proposal = &breaks["breaks"][row - 1]["proposal"];
        assert_eq!(proposal["reason"], *reason, "{body}");
        assert_eq!(proposal["words"], *words, "{body}");
        // The same again, by the same person: the same answer. By another, or other words: not.
        let again = kit
            .post(LI, &path, body.to_string())
            .await
            .expect(200)
            .json();
        assert_eq!(first, again, "{body}");
        kit.post(WANG, &path, body.to_string()).await.expect(409);
        let member = if body["words"].is_null() {
            "reason"
        } else {
            "words"
        };
        body[member] = json!("银行电话答复");
        kit.post(LI, &path, body.to_string()).await.expect(409);
    }
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resolution_without_a_reason_is_none() {
    let kit = Kit::start().await;
    let id = kit
        .with_outcomes(own(), "GZ-1", &[LineEvent::LoseTrack])
        .await;
    let path = format!("/v1/payments/{id}.1/resolution");
    let cases = [
        (json!({"outcome": "paid"}), "words"),
        (json!({"outcome": "failed"}), "words"),
        (json!({"outcome": "paid", "words": "   "}), "words"),
        (
            json!({"outcome": "paid", "words": "\u{3000}\u{a0}"}),
            "words",
        ),
        (json!({"outcome": "paid", "reason": " "}), "reason"),
        (
            json!({"outcome": "failed", "reason": "other", "words": ""}),
            "words",
        ),
        (
            json!({"outcome": "paid", "reason": "account_closed", "words": "回函"}),
            "reason",
        ),
        (
            json!({"outcome": "failed", "reason": "because", "words": "回函"}),
            "reason",
        ),
    ];
    for (body, field) in cases {
        let mut body = body;
        body["evidence_digest"] = json!("ab".repeat(32));
        let problem = kit.post(LI, &path, body.to_string()).await.expect(400);
        assert_eq!(problem.json()["field"], field, "{body}");
    }
    kit.stop().await;
}

/// M13: two operators. Beside a person, a certificate that names nobody may be the same person's.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_and_a_system_are_not_two_operators() {
    let kit = Kit::start().await;
    let id = kit
        .with_outcomes(own(), "GZ-1", &[LineEvent::LoseTrack, LineEvent::LoseTrack])
        .await;
    let digest = "ab".repeat(32);
    let body = json!({"outcome": "paid", "reason": "回函", "evidence_digest": digest}).to_string();
    let confirming = json!({"evidence_digest": digest}).to_string();
    let path = |row: u32| format!("/v1/payments/{id}.{row}/resolution");
    let confirm = format!("{}/confirm", path(1));
    kit.post(LI, &path(1), body.clone()).await.expect(200);
    let systems = ["urn:anxin:operator:ops", "urn:anxin:operator:night"];
    for other in [systems[0], systems[1], "urn:anxin:operator:other:person:LI"] {
        let denied = kit.post(other, &confirm, confirming.clone()).await;
        assert_eq!(denied.expect(403).json()["why"], "same_operator", "{other}");
    }
    kit.post(WANG, &confirm, confirming.clone())
        .await
        .expect(200);
    let confirm = format!("{}/confirm", path(2));
    kit.post(systems[0], &path(2), body).await.expect(200);
    for alone in [systems[0], LI] {
        kit.post(alone, &confirm, confirming.clone())
            .await
            .expect(403);
    }
    kit.post(systems[1], &confirm, confirming).await.expect(200);
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_operators_resolve_what_nobody_knows() {
    let kit = Kit::start().await;
    let id = kit
        .with_outcomes(own(), "GZ-1", &[LineEvent::LoseTrack])
        .await;
    let breaks = kit
        .get("urn:anxin:operator:ops:person:li", "/v1/breaks")
        .await
        .expect(200)
        .json();
    assert_eq!(breaks["counts"], json!({"unknown": 1}));
    let path = format!("/v1/payments/{id}.1/resolution");
    let digest = "ab".repeat(32);
    let words = json!({"outcome": "paid", "words": "银行书面回函", "evidence_digest": digest});
    let mut person = words.clone();
    person["words"] = json!("回函 11010519491231002X");
    kit.post(
        "urn:anxin:operator:ops:person:li",
        &path,
        person.to_string(),
    )
    .await
    .expect(400);
    kit.post("urn:anxin:operator:ops:person:li", &path, words.to_string())
        .await
        .expect(200);
    let confirm = json!({"evidence_digest": digest}).to_string();
    let confirming = format!("{path}/confirm");
    kit.post(
        "urn:anxin:operator:ops:person:li",
        &confirming,
        confirm.clone(),
    )
    .await
    .expect(403);
    let done = kit
        .post("urn:anxin:operator:ops:person:wang", &confirming, confirm)
        .await
        .expect(200)
        .json();
    assert_eq!(done["state"], "paid");
    kit.stop().await;
}

/// A whole bank file, in two calls; the breaks name it.
#[tokio::test(flavor = "multi_thread")]
async fn two_operators_resolve_a_whole_file() {
    let kit = Kit::start().await;
    let steps = [LineEvent::LoseTrack, LineEvent::Pay, LineEvent::LoseTrack];
    let id = kit.with_outcomes(own(), "GZ-1", &steps).await;
    let breaks = kit.get(LI, "/v1/breaks").await.expect(200).json();
    let breaks = breaks["breaks"].as_array().unwrap();
    let file_no = breaks[0]["file_no"].as_u64().unwrap();
    let total_fen: i64 = breaks
        .iter()
        .map(|found| found["amount_fen"].as_i64().unwrap())
        .sum();
    let path = format!("/v1/batches/{id}/files/{file_no}/resolution");
    let digest = "ab".repeat(32);
    let proposal = json!({
        "outcome": "failed", "reason": "refused_by_bank", "words": "银行书面回函：整批未入账",
        "evidence_digest": digest, "line_count": 2, "total_fen": total_fen,
    });
    let with = |member: &str, value: Value| {
        let mut other = proposal.clone();
        other[member] = value;
        other.to_string()
    };
    let wrong = [
        ("line_count", json!(3), 409),
        ("total_fen", json!(total_fen + 1), 409),
        ("outcome", json!("maybe"), 400),
        ("words", json!("回函 11010519491231002X"), 400),
    ];
    for (member, value, status) in wrong {
        let refused = kit.post(LI, &path, with(member, value)).await;
        assert_eq!(refused.expect(status).json()["field"], member);
    }
    let done = kit.post(LI, &path, proposal.to_string()).await.expect(200);
    let done = done.json();
    assert_eq!(done["line_count"], 2);
    assert_eq!(done["total_fen"], total_fen);
    assert_eq!(done["file_no"], file_no);
    let confirming = json!({
        "evidence_digest": digest, "line_count": 2, "total_fen": total_fen,
    });
    let confirm = format!("{path}/confirm");
    let alone = kit.post(LI, &confirm, confirming.to_string()).await;
    assert_eq!(alone.expect(403).json()["why"], "same_operator");
    for other in [
        format!("/v1/batches/{id}/files/9/resolution/confirm"),
        format!("{path}s"),
    ] {
        kit.post(WANG, &other, confirming.to_string())
            .await
            .expect(404);
    }
    let done = kit.post(WANG, &confirm, confirming.to_string()).await;
    assert_eq!(done.expect(200).json()["line_count"], 2);
    let (employer, path) = (system(own()), format!("/v1/batches/{id}/lines"));
    let page = kit.get(&employer, &path).await.expect(200).json();
    let lines = page["lines"].as_array().unwrap().iter();
    let states: Vec<_> = lines.map(|line| line["state"].clone()).collect();
    assert_eq!(states, ["failed", "paid", "failed"]);
    // As of a line that was decided alone.
    let path = format!("/v1/payments/{id}.1");
    let history = kit.get(&employer, &path).await.expect(200).json();
    let mut events = history["events"].as_array().unwrap().iter();
    let said = |event: &&Value| event["event"] == "resolution_proposed";
    assert_eq!(
        events.find(said).unwrap()["words"],
        "银行书面回函：整批未入账"
    );
    kit.stop().await;
}

/// What forbids a resolution is told in the reader's language, and only in it.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_resolution_is_told_in_both_languages() {
    let kit = Kit::start().await;
    let id = kit
        .with_outcomes(own(), "GZ-1", &[LineEvent::LoseTrack])
        .await;
    let path = format!("/v1/payments/{id}.1/resolution");
    let digest = "ab".repeat(32);
    let paid = json!({"outcome": "paid", "words": "回函", "evidence_digest": digest});
    kit.post(LI, &path, paid.to_string()).await.expect(200);
    let with = |key: &str, value: &str| {
        let mut body = paid.clone();
        body[key] = json!(value);
        body.to_string()
    };
    let long = "回".repeat(501);
    for (who, body, status, field, zh) in [
        (WANG, paid.to_string(), 409, "proposal", "已由"),
        (
            LI,
            with("evidence_digest", "ab"),
            400,
            "evidence_digest",
            "64 位",
        ),
        (LI, with("words", &long), 400, "words", "500"),
    ] {
        let problem = kit.post(who, &path, body).await.expect(status).json();
        assert_eq!(problem["field"], field);
        let detail = problem["zh"]["detail"].as_str().unwrap();
        assert!(detail.contains(zh), "{detail}");
        let words = detail.split(|c: char| !c.is_ascii_alphabetic());
        let names = ["urn", "anxin", "operator", "ops", "person", "li", "SHA"];
        let english = words.filter(|word| word.len() > 1 && !names.contains(word));
        let english: Vec<&str> = english.filter(|word| *word != field).collect();
        assert!(
            english.iter().all(|word| field.contains(word)),
            "{detail}: {english:?}"
        );
        assert!(problem["en"]["detail"].as_str().unwrap().is_ascii());
    }
    // Over one piece of evidence one outcome: what differs is the outcome.
    let other = json!({"outcome": "paid", "words": "来函", "evidence_digest": "cd".repeat(32)});
    kit.post(LI, &path, other.to_string()).await.expect(200);
    let failed = json!({"outcome": "failed", "reason": "other", "evidence_digest": digest});
    let problem = kit
        .post(LI, &path, failed.to_string())
        .await
        .expect(409)
        .json();
    assert_eq!(
        (&problem["field"], &problem["is"]),
        (&json!("outcome"), &json!("paid"))
    );
    kit.stop().await;
}
