//! What an answer acknowledges, and which record says it.

use super::*;
use crate::simulation::outside::Moment;

const WHO: &str = "urn:anxin:employer:91330100MA2AXXXX05:person:checker";

fn answered(path: &str, body: &str) -> Option<Acknowledged> {
    let call = Call {
        begun: Moment::default(),
        caller: WHO.to_owned(),
        method: "POST",
        path: path.to_owned(),
        body: Vec::new(),
        is_whole: true,
        sheet: None,
        told: None,
        durable: 0,
        answer: None,
    };
    let answer = Answer {
        status: 200,
        body: body.as_bytes().to_vec(),
        ..Answer::default()
    };
    acknowledged(&Outside::default(), &call, &answer)
}

#[test]
fn an_approval_without_its_record_is_not_passed_over() {
    let path = "/v1/batches/B20261123-7/approve";
    let said = answered(path, r#"{"state":"released","sequence":31}"#);
    assert!(
        matches!(said, Some(Acknowledged::Record(31, "approved", about, who))
            if about == "B20261123-7" && who == WHO)
    );
    let said = answered(path, r#"{"state":"released"}"#);
    assert!(matches!(said, Some(Acknowledged::Unnamed("approved"))));
    assert!(answered("/v1/batches/B20261123-7/report", "{}").is_none());
}

#[test]
fn a_record_says_about_what_and_by_whom() {
    let batch = BatchId::parse("B20261123-7").unwrap_or_else(|error| unreachable!("{error}"));
    let event = Event::BatchWithdrawn {
        batch,
        person: WHO.to_owned(),
    };
    let own = ("withdrawn", vec![batch.to_string()], WHO.to_owned());
    assert_eq!(said(&event), Some(own));
    let payment = PaymentId { batch, row: 3 };
    let event = Event::ResolutionConfirmed {
        payment,
        proposal: Some(30),
        outcome: Some(schemas::LineEvent::ResolvePaid),
        evidence_digest: String::new(),
        operator: WHO.to_owned(),
    };
    let (what, about, _) = said(&event).unwrap_or_default();
    assert_eq!(what, "confirmed");
    assert!(about.contains(&payment.to_string()), "{about:?}");
    assert!(!about.contains(&"B20261123-8.3".to_owned()), "{about:?}");
}
