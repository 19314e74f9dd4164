//! Files go in: refused, accepted, repeated, contradicted; approved by another person; taken back.

use super::stage::{Stage, Wanted, other, own, person, system};
use super::wages::Wages;
use certs::tls::{ClientTls, HTTP, Mode, system_clock};
use gateway::command::client::Client;
use serde_json::{Value, json};

/// A batch that the gateway took.
pub struct Batch {
    pub id: String,
    pub wages: Wages,
}

impl Batch {
    pub fn path(&self) -> String {
        format!("/v1/batches/{}", self.id)
    }
}

/// The batches of the day.
pub struct Day {
    pub hxb: Batch,
    pub wzcb: Batch,
    pub pab: Batch,
}

fn codes(document: &Value) -> Vec<&str> {
    let findings = document["findings"].as_array().unwrap().iter();
    findings
        .map(|found| found["code"].as_str().unwrap())
        .collect()
}

/// Mutual TLS: who shows no certificate gets no answer.
pub async fn without_a_certificate_nobody_is_heard(stage: &Stage) {
    let ca = std::fs::read(stage.pki.join("ca.pem")).unwrap();
    let tls = ClientTls {
        identity: None,
        ca_pem: &ca,
        crls: &[],
        protocols: &HTTP,
        mode: Mode::Development,
        allow_tls12: false,
        clock: system_clock(),
    };
    let mut nobody = Client::new(stage.url(), &tls).unwrap();
    let answer = nobody.fetch("/v1/checkpoint").await;
    assert!(answer.is_err(), "{answer:?}");
}

/// M7: what is refused may be corrected and submitted under its number.
pub async fn refusals_take_no_number(stage: &Stage) {
    let maker = person(own(), "maker");
    let wages = stage.wages("GZ-HXB", "HXB", &[Wanted::Paid, Wanted::Paid]);
    let mut bad = wages.clone();
    bad.rows[0].id_number = "11010519491231002Y".to_owned();
    bad.rows[1].account = "12".to_owned();
    let text = bad.csv().replace("总笔数,2", "总笔数,3");
    let refused = stage
        .submit(&maker, "bad.csv", text.as_bytes(), &[])
        .expect(1);
    let found = refused.document();
    for code in [
        "id_number_invalid",
        "account_invalid",
        "control_count_mismatch",
    ] {
        assert!(codes(&found).contains(&code), "{code}: {found:#}");
    }
    assert!(
        !refused.stdout.contains("11010519491231002Y"),
        "findings are masked"
    );
    let stranger = person(other(), "maker");
    let bytes = wages.csv();
    let refused = stage
        .submit(&stranger, "theirs.csv", bytes.as_bytes(), &[])
        .expect(1);
    assert!(codes(&refused.document()).contains(&"uscc_not_yours"));
    let list = stage.get(&maker, "/v1/batches").await.expect(200).json();
    assert_eq!(list["batches"], json!([]), "nothing was taken");
}

/// Submits and demands the receipt.
pub fn take(stage: &Stage, who: &str, wages: Wages, bytes: &[u8], more: &[&str]) -> (Batch, Value) {
    let name = format!("{}.file", wages.batch_no);
    let receipt = stage.submit(who, &name, bytes, more).expect(0).document();
    assert_eq!(receipt["batch_no"], wages.batch_no);
    assert_eq!(receipt["state"], "held");
    assert_eq!(receipt["line_count"], wages.rows.len());
    assert_eq!(receipt["total_fen"], wages.total());
    assert_eq!(receipt["replayed"], Value::Null);
    let id = receipt["batch_id"].as_str().unwrap().to_owned();
    (Batch { id, wages }, receipt)
}

/// What an approver states.
pub fn seen(receipt: &Value) -> Value {
    json!({
        "digest": receipt["digest"], "line_count": receipt["line_count"],
        "total_fen": receipt["total_fen"], "acknowledged": receipt["must_acknowledge"],
    })
}

/// Approves as a person.
pub async fn approve(stage: &Stage, who: &str, batch: &Batch, receipt: &Value) {
    let path = format!("{}/approve", batch.path());
    let done = stage
        .post(who, &path, &seen(receipt))
        .await
        .expect(200)
        .json();
    assert_ne!(done["state"], "held");
}

/// Three banks, three forms, three ways of submitting.
pub async fn batches_are_submitted_and_approved(stage: &Stage) -> Day {
    let (maker, checker) = (person(own(), "maker"), person(own(), "checker"));
    let fates = [Wanted::Paid, Wanted::Failed, Wanted::Unlisted, Wanted::Paid];
    let wages = stage.wages("GZ-HXB", "HXB", &fates);
    let bytes = wages.csv_gb18030();
    let (hxb, receipt) = take(stage, &maker, wages, &bytes, &[]);
    again_is_the_same_and_different_is_refused(stage, &maker, &hxb, &bytes).await;
    others_see_nothing(stage, &hxb, &receipt).await;
    a_maker_cannot_approve(stage, &maker, &hxb, &receipt).await;
    approve(stage, &checker, &hxb, &receipt).await;

    let wages = stage.wages("GZ-WZCB", "WZCB", &[Wanted::Paid, Wanted::Paid]);
    let bytes = wages.json();
    let (wzcb, receipt) = take(stage, &system(own()), wages, &bytes, &[]);
    let path = format!("{}/approve", wzcb.path());
    let alone = stage.post(&system(own()), &path, &seen(&receipt)).await;
    alone.expect(403);
    // A system submitted it: one person is enough.
    approve(stage, &maker, &wzcb, &receipt).await;

    let wages = stage.wages("GZ-PAB", "PAB", &[Wanted::Paid, Wanted::Paid]);
    let bytes = wages.pain_001();
    let month = ["--pay-month", super::wages::MONTH];
    let (pab, receipt) = take(stage, &maker, wages, &bytes, &month);
    approve(stage, &checker, &pab, &receipt).await;
    Day { hxb, wzcb, pab }
}

async fn again_is_the_same_and_different_is_refused(
    stage: &Stage,
    maker: &str,
    batch: &Batch,
    bytes: &[u8],
) {
    let again = stage
        .submit(maker, "again.csv", bytes, &[])
        .expect(0)
        .document();
    assert_eq!(
        (&again["replayed"], &again["batch_id"]),
        (&json!(true), &json!(batch.id))
    );
    let answer = stage.send(maker, "/v1/batches", bytes.to_vec()).await;
    assert_eq!(answer.expect(200).json()["replayed"], true);
    let mut other = batch.wages.clone();
    other.rows[0].fen += 1;
    let changed = stage
        .submit(maker, "changed.csv", &other.csv_gb18030(), &[])
        .expect(1);
    assert!(changed.stderr.contains("409"), "{changed:?}");
    let first = "first difference: amount of line 1 (lines[1].amount)";
    assert!(changed.stderr.contains(first), "{changed:?}");
    assert_eq!(changed.document()["field"], "lines[1].amount");
    let policy = stage
        .send(maker, "/v1/batches?policy=good_lines", bytes.to_vec())
        .await;
    let policy = policy.expect(409).json();
    assert_eq!(
        (&policy["field"], &policy["batch_id"]),
        (&json!("policy"), &json!(batch.id))
    );
}

/// M6: an answer as if it did not exist.
async fn others_see_nothing(stage: &Stage, batch: &Batch, receipt: &Value) {
    let stranger = person(other(), "maker");
    for path in [batch.path(), format!("{}/lines", batch.path())] {
        stage.get(&stranger, &path).await.expect(404);
    }
    let path = format!("{}/approve", batch.path());
    stage
        .post(&stranger, &path, &seen(receipt))
        .await
        .expect(404);
    let status = stage.command(&stranger, &["status", &batch.id]).expect(1);
    assert!(status.stderr.contains("404"), "{status:?}");
}

/// M13: another person, over what that person saw.
async fn a_maker_cannot_approve(stage: &Stage, maker: &str, batch: &Batch, receipt: &Value) {
    let path = format!("{}/approve", batch.path());
    stage.post(maker, &path, &seen(receipt)).await.expect(403);
    let mut other = seen(receipt);
    other["total_fen"] = json!(batch.wages.total() + 1);
    let checker = person(own(), "checker");
    stage.post(&checker, &path, &other).await.expect(409);
    let view = stage.get(maker, &batch.path()).await.expect(200).json();
    assert_eq!(view["state"], "held");
    assert_eq!(view["waits_for"]["what"], "approval");
}

/// Before an instruction, the maker may take a batch back; then nobody can approve it.
pub async fn a_batch_is_taken_back(stage: &Stage) {
    let maker = person(own(), "maker");
    let wages = stage.wages("GZ-BACK", "ICBC", &[Wanted::Paid, Wanted::Paid]);
    let bytes = wages.xlsx();
    let (batch, receipt) = take(stage, &maker, wages, &bytes, &[]);
    let path = format!("{}/withdraw", batch.path());
    stage.post(&maker, &path, &json!({})).await.expect(200);
    let status = stage.command(&maker, &["status", &batch.id]).expect(0);
    assert_eq!(status.document()["state"], "withdrawn");
    let path = format!("{}/approve", batch.path());
    let late = stage
        .post(&person(own(), "checker"), &path, &seen(&receipt))
        .await;
    late.expect(409);
}
