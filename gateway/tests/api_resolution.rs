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
    let proposed = kit.post("urn:anxin:operator:li", &resolution, proposal.to_string());
    proposed.await.expect(200);
    let evidence = json!({"evidence_digest": digest}).to_string();
    let confirmation = format!("{resolution}/confirm");
    let confirmed = kit.post("urn:anxin:operator:wang", &confirmation, evidence);
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
