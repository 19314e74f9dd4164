//! Banks answer, return, and leave open; people decide and pay again.

use super::intake::{Batch, Day, approve};
use super::stage::{Stage, adapter, bank, own, person};
use adapters::exchange::{DisbursementRecord, LineOutcome, Outcome};
use schemas::FailureReason;
use schemas::value::{AccountNo, Fen, PersonName};
use serde_json::{Value, json};

/// Lines of a batch in a state.
pub fn count(view: &Value, state: &str) -> u64 {
    view["states"][state]["count"].as_u64().unwrap_or(0)
}

/// Waits for counts by state.
pub async fn settled(stage: &Stage, batch: &Batch, counts: &[(&str, u64)]) -> Value {
    let done = |view: &Value| {
        counts
            .iter()
            .all(|(state, number)| count(view, state) == *number)
    };
    let view = stage
        .until(&person(own(), "maker"), &batch.path(), done)
        .await;
    // M4: the states hold all lines and all money of the batch.
    let sums = || view["states"].as_object().unwrap().values();
    let lines: u64 = sums().map(|sum| sum["count"].as_u64().unwrap()).sum();
    let fen: i64 = sums().map(|sum| sum["fen"].as_i64().unwrap()).sum();
    let rows = u64::try_from(batch.wages.rows.len()).unwrap();
    assert_eq!((lines, fen), (rows, batch.wages.total()));
    view
}

/// A prompt, a slow, and a bank that hangs up: the last one is asked.
pub async fn banks_answer(stage: &Stage, day: &Day) {
    let hxb = settled(
        stage,
        &day.hxb,
        &[("paid", 2), ("failed", 1), ("unknown", 1)],
    )
    .await;
    assert_eq!(hxb["waits_for"]["what"], "bank_evidence_or_resolution");
    let wzcb = settled(stage, &day.wzcb, &[("paid", 2)]).await;
    let pab = settled(stage, &day.pab, &[("paid", 2)]).await;
    assert_eq!(
        (&wzcb["state"], &pab["state"]),
        (&json!("settled"), &json!("settled"))
    );
    let counts = stage.sandbox.statistics();
    for (code, lines) in [("HXB", 4), ("WZCB", 2), ("PAB", 2), ("ICBC", 0)] {
        let counts = &counts[&bank(code)];
        assert_eq!(counts.lines, lines, "{code}: {counts:?}");
        assert_eq!(counts.files, u64::from(lines > 0), "{code}");
    }
    assert_eq!(counts[&bank("WZCB")].paid_fen, day.wzcb.wages.total());
    assert!(counts[&bank("PAB")].queries > 0, "what hangs up is asked");
}

/// What a bank pushes about one row of a file.
fn pushed(code: &str, batch: &Batch, file_no: u64, row: usize, outcome: Outcome) -> Vec<u8> {
    let paid = &batch.wages.rows[row];
    let row_no = u32::try_from(row + 1).unwrap();
    let serial = format!("{file_no:010}{row_no:06}");
    let record = DisbursementRecord {
        file_no: Some(file_no),
        line: LineOutcome {
            row_no: Some(row_no),
            reference: None,
            account: AccountNo::parse(&paid.account).ok(),
            name: PersonName::parse(&paid.name).ok(),
            amount: Some(Fen(paid.fen)),
            outcome,
            return_reason: None,
            detail: None,
            bank_code: None,
            bank_text: None,
            bank_serial: Some(format!("9{}", &serial[1..])),
            original_bank_serial: Some(serial),
            booked_at: None,
        },
    };
    let keys = super::keys::keys(adapter("WZCB")).other_chair();
    adapter(code)
        .bank_side()
        .write_push(&[record], &keys)
        .unwrap()
}

/// A bank pushes with its own certificate; the same bytes get the same receipt; what nobody knows
/// is kept and listed.
pub async fn a_bank_returns_a_payment(stage: &Stage, day: &Day) {
    let maker = person(own(), "maker");
    let view = stage.get(&maker, &day.wzcb.path()).await.expect(200).json();
    let file_no = view["files"][0]["file_no"].as_u64().unwrap();
    let bytes = pushed("WZCB", &day.wzcb, file_no, 1, Outcome::Returned);
    let path = "/v1/banks/WZCB/messages?message=push";
    stage
        .send("bank/HXB", path, bytes.clone())
        .await
        .expect(403);
    settled(stage, &day.wzcb, &[("paid", 2)]).await;
    let receipt = stage
        .send("bank/WZCB", path, bytes.clone())
        .await
        .expect(200);
    let side = adapter("WZCB").bank_side();
    let keys = super::keys::keys(adapter("WZCB")).other_chair();
    assert_eq!(side.read_push_receipt(&receipt.body, &keys), Ok(true));
    assert!(receipt.header("anxin-receipt").parse::<u64>().unwrap() > 0);
    settled(stage, &day.wzcb, &[("paid", 1), ("returned", 1)]).await;
    let again = stage.send("bank/WZCB", path, bytes).await.expect(200);
    assert_eq!(again.body, receipt.body);
    assert_eq!(
        again.header("anxin-receipt"),
        receipt.header("anxin-receipt")
    );

    let bytes = pushed("HXB", &day.hxb, 987_654, 0, Outcome::Paid);
    let path = "/v1/banks/HXB/messages?message=push";
    stage.send("bank/HXB", path, bytes).await.expect(200);
    let breaks = stage
        .get("operator/ops-li", "/v1/breaks")
        .await
        .expect(200)
        .json();
    assert_eq!(
        breaks["counts"],
        json!({"unknown": 1, "unmatched_record": 1})
    );
    let theirs = stage
        .get("bank/WZCB", "/v1/breaks")
        .await
        .expect(200)
        .json();
    assert_eq!(theirs["breaks"], json!([]), "a bank sees its own");
}

/// The payment of a batch in a state.
async fn payment_in(stage: &Stage, batch: &Batch, state: &str) -> Value {
    let path = format!("{}/lines?state={state}", batch.path());
    let page = stage
        .get(&person(own(), "maker"), &path)
        .await
        .expect(200)
        .json();
    let lines = page["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 1, "{page:#}");
    lines[0].clone()
}

/// M13: one operator alone changes nothing, no employer at all.
async fn resolve_as_paid(stage: &Stage, batch: &Batch, id: &str) {
    let path = format!("/v1/payments/{id}/resolution");
    let evidence = "ab".repeat(32);
    let words = json!({
        "outcome": "paid", "words": "银行书面回函", "evidence_digest": evidence,
    });
    let confirm = json!({"evidence_digest": evidence});
    let confirming = format!("{path}/confirm");
    let employer = person(own(), "maker");
    stage.post(&employer, &path, &words).await.expect(403);
    stage
        .post("operator/ops-li", &path, &words)
        .await
        .expect(200);
    let before = stage.get(&employer, &batch.path()).await.expect(200).json();
    stage
        .post("operator/ops-li", &confirming, &confirm)
        .await
        .expect(403);
    let after = stage.get(&employer, &batch.path()).await.expect(200).json();
    assert_eq!(before["states"], after["states"]);
    assert_eq!(before["disputed_count"], after["disputed_count"]);
    let done = stage.post("operator/ops-wang", &confirming, &confirm).await;
    assert_eq!(done.expect(200).json()["state"], "paid");
    // From now on it is their word, not the bank's last one.
    let path = format!("/v1/payments/{id}");
    let payment = stage.get(&employer, &path).await.expect(200).json();
    assert_eq!(
        payment["why"], "decided by two operators on evidence",
        "{payment:#}"
    );
    assert_eq!(
        (&payment["bank_code"], &payment["bank_text"]),
        (&Value::Null, &Value::Null)
    );
}

/// What the bank left open is decided by two.
pub async fn two_operators_resolve(stage: &Stage, day: &Day) {
    let unknown = payment_in(stage, &day.hxb, "unknown").await;
    assert_eq!(unknown["line_no"], 3);
    resolve_as_paid(stage, &day.hxb, unknown["payment_id"].as_str().unwrap()).await;
    let view = settled(stage, &day.hxb, &[("paid", 3), ("failed", 1)]).await;
    assert_eq!(
        (&view["state"], &view["waits_for"]),
        (&json!("settled"), &Value::Null)
    );
    let breaks = stage
        .get("operator/ops-wang", "/v1/breaks")
        .await
        .expect(200)
        .json();
    assert_eq!(breaks["counts"], json!({"unmatched_record": 1}));
}

/// M5, M11: what contradicts a final state moves nothing and is listed until two decide.
pub async fn a_bank_contradicts_itself(stage: &Stage, day: &Day) {
    let maker = person(own(), "maker");
    let view = stage.get(&maker, &day.pab.path()).await.expect(200).json();
    let file_no = view["files"][0]["file_no"].as_u64().unwrap();
    let outcome = Outcome::Failed(FailureReason::AccountClosed);
    let bytes = pushed("PAB", &day.pab, file_no, 1, outcome);
    let path = "/v1/banks/PAB/messages?message=push";
    stage.send("bank/PAB", path, bytes).await.expect(200);
    let view = settled(stage, &day.pab, &[("paid", 2)]).await;
    assert_eq!(view["disputed_count"], 1);
    let breaks = stage.get("bank/PAB", "/v1/breaks").await.expect(200).json();
    assert_eq!(breaks["counts"], json!({"result_contradiction": 1}));
    let id = format!("{}.2", day.pab.id);
    assert_eq!(breaks["breaks"][0]["payment_id"], id);
    resolve_as_paid(stage, &day.pab, &id).await;
    let view = settled(stage, &day.pab, &[("paid", 2)]).await;
    assert_eq!(view["disputed_count"], 0);
    let breaks = stage.get("bank/PAB", "/v1/breaks").await.expect(200).json();
    assert_eq!(breaks["counts"], json!({}));
}

/// 补发: the gateway's own file, submitted as it came under its new number, pays.
pub async fn a_correction_is_paid(stage: &Stage, day: &Day) {
    let (maker, checker) = (person(own(), "maker"), person(own(), "checker"));
    let failed = payment_in(stage, &day.hxb, "failed").await;
    let path = format!("{}/correction", day.hxb.path());
    let file = stage.post(&maker, &path, &json!({})).await.expect(200);
    assert!(
        file.text().contains("批次号,GZ-HXB-C1\r\n"),
        "{}",
        file.text()
    );
    let mut wages = day.hxb.wages.clone();
    wages.batch_no = "GZ-HXB-C1".to_owned();
    wages.rows = vec![wages.rows[1].clone()];
    let (batch, receipt) = super::intake::take(stage, &maker, wages, &file.body, &[]);
    approve(stage, &checker, &batch, &receipt).await;
    settled(stage, &batch, &[("paid", 1)]).await;
    let lines = format!("{}/lines?state=failed", day.hxb.path());
    let page = stage.get(&maker, &lines).await.expect(200).json();
    assert_eq!(page["lines"][0]["payment_id"], failed["payment_id"]);
    assert_eq!(page["lines"][0]["corrected_by"], format!("{}.1", batch.id));
    let page = stage.get(&maker, &format!("{}/lines", batch.path())).await;
    let own = page.expect(200).json()["lines"][0]["corrected_by"].clone();
    assert_eq!(own, Value::Null, "nothing corrects it");
    let counts = stage.sandbox.statistics();
    assert_eq!(
        (counts[&bank("HXB")].files, counts[&bank("HXB")].lines),
        (2, 5)
    );
    // It lives: there is nothing left to correct.
    stage.post(&maker, &path, &json!({})).await.expect(409);
}
