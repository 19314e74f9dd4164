//! The platform's operators: they read the breaks, ask the bank, and decide in pairs; and parties
//! that look where they may not.

mod whole_file;

use super::calls::{Request, calls};
use super::dice::Dice;
use super::faults::FaultKind;
use super::stage::Stage;
use adapters::exchange::Outcome;
use schemas::value::BankCode;
use serde_json::{Value, json};
use std::sync::Arc;

/// The two operators.
pub(super) const OPERATORS: [&str; 2] = [
    "urn:anxin:operator:duty:person:one",
    "urn:anxin:operator:duty:person:two",
];

/// An unknown or disputed line as the operators see it.
struct Open {
    payment: String,
    bank: BankCode,
    file_no: u64,
    amount_fen: i64,
}

/// Every few hours, for as long as the world lasts.
pub(super) async fn operate(stage: Arc<Stage>, dice: Dice) {
    loop {
        stage.sleep(dice.seconds(4 * 3600, 12 * 3600)).await;
        reads_metrics(&stage).await;
        if stage.strikes(FaultKind::ResolvedAlone, &dice, 4) {
            resolves_any(&stage, &dice).await;
        }
        let mut listed = breaks(&stage).await;
        if stage.is_calm() || dice.one_in(8) {
            listed = whole_file::resolves(&stage, &dice, listed).await;
        }
        for open in listed {
            // Evidence of the bank comes first, as long as there is hope for any.
            if stage.is_calm() || dice.one_in(4) {
                resolves(&stage, &dice, &open).await;
            }
        }
    }
}

async fn reads_metrics(stage: &Arc<Stage>) {
    let answer = calls(stage, Request::get("", "/metrics")).await;
    if let Some(answer) = answer.filter(|answer| answer.status == 200) {
        stage.outside().metrics = String::from_utf8_lossy(&answer.body).into_owned();
    }
}

/// What nobody knows yet and what is disputed.
async fn breaks(stage: &Arc<Stage>) -> Vec<Open> {
    let [first, _] = OPERATORS;
    let request = Request::get(first, "/v1/breaks?limit=1000");
    let Some(answer) = calls(stage, request).await else {
        return Vec::new();
    };
    let page: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let listed = page.get("breaks").and_then(Value::as_array);
    let open = |found: &Value| {
        let text = |name: &str| found.get(name).and_then(Value::as_str);
        let is_open = matches!(
            text("kind"),
            Some("unknown" | "result_contradiction" | "result_mismatch")
        );
        is_open.then_some(())?;
        Some(Open {
            payment: text("payment_id")?.to_owned(),
            bank: BankCode::parse(text("bank")?).ok()?,
            file_no: found
                .get("file_no")
                .and_then(Value::as_u64)
                .unwrap_or_default(),
            amount_fen: found.get("amount_fen").and_then(Value::as_i64)?,
        })
    };
    listed.into_iter().flatten().filter_map(open).collect()
}

/// What the bank's own books say, which an operator hears by telephone.
fn truth(stage: &Stage, open: &Open) -> &'static str {
    let outside = stage.outside();
    let book = outside.banks.get(&open.bank);
    let file = book.and_then(|book| book.files.get(&open.file_no));
    let mut lines = file.iter().flat_map(|file| &file.lines);
    let row = lines.find(|row| row.line.amount.0 == open.amount_fen);
    match row.map(|row| row.fate) {
        Some(Outcome::Paid | Outcome::Returned) => "paid",
        Some(Outcome::Failed(_) | Outcome::Accepted | Outcome::Unknown | Outcome::NotFound)
        | None => "failed",
    }
}

async fn resolves(stage: &Arc<Stage>, dice: &Dice, open: &Open) {
    let [first, second] = match dice.one_in(2) {
        true => OPERATORS,
        false => [OPERATORS[1], OPERATORS[0]],
    };
    let outcome = match (
        truth(stage, open),
        stage.strikes(FaultKind::ResolvedWrongly, dice, 6),
    ) {
        ("paid", true) => "failed",
        (_, true) => "paid",
        (truth, false) => truth,
    };
    let evidence = crate::sha256_hex(format!("{} {outcome}", open.payment).as_bytes());
    let path = format!("/v1/payments/{}/resolution", open.payment);
    let reason = (outcome == "failed").then_some("refused_by_bank");
    let proposal = json!({
        "outcome": outcome,
        "reason": reason,
        "words": "银行来函",
        "evidence_digest": evidence,
    });
    let propose = Request::post(first, &path, proposal.to_string().into_bytes());
    let confirm = |who: &str| {
        let body = json!({ "evidence_digest": evidence }).to_string();
        Request::post(who, &format!("{path}/confirm"), body.into_bytes())
    };
    let proposed = calls(stage, propose).await;
    if proposed.is_none_or(|answer| answer.status >= 500) {
        return;
    }
    if stage.strikes(FaultKind::ResolvedAlone, dice, 3) {
        calls(stage, confirm(&again(first, dice))).await;
    }
    if stage.strikes(FaultKind::ResolvedAlone, dice, 6) {
        // Over other evidence than was proposed.
        let body = json!({ "evidence_digest": crate::sha256_hex(b"another letter") });
        let path = format!("{path}/confirm");
        let request = Request::post(second, &path, body.to_string().into_bytes());
        calls(stage, request).await;
    }
    if stage.strikes(FaultKind::ResolutionRace, dice, 3) {
        // The bank may speak meanwhile.
        stage.sleep(dice.seconds(60, 4 * 3600)).await;
    }
    calls(stage, confirm(second)).await;
}

/// The same operator by the same certificate, or by one that spells the name in another way.
fn again(who: &str, dice: &Dice) -> String {
    let spelt = who.rsplit_once(':').filter(|_| dice.one_in(2));
    spelt.map_or_else(
        || who.to_owned(),
        |(office, name)| format!("{office}:{}", name.to_uppercase()),
    )
}

/// Two operators decide a line of which nobody asked them: it may be on its way, or paid.
async fn resolves_any(stage: &Arc<Stage>, dice: &Dice) {
    let Some(batch) = target(stage, dice) else {
        return;
    };
    let [first, second] = OPERATORS;
    let path = format!("/v1/payments/{batch}.1/resolution");
    let evidence = crate::sha256_hex(b"a letter about nothing");
    let proposal = json!({
        "outcome": "failed",
        "reason": "refused_by_bank",
        "evidence_digest": evidence,
    });
    let propose = Request::post(first, &path, proposal.to_string().into_bytes());
    let proposed = calls(stage, propose).await;
    // One that is open is decided with its own evidence.
    if proposed.is_none_or(|answer| answer.status != 200) {
        let body = json!({ "evidence_digest": evidence }).to_string();
        let path = format!("{path}/confirm");
        calls(stage, Request::post(second, &path, body.into_bytes())).await;
    }
}

/// Somebody who looks at, or changes, what is another's; every few hours.
pub(super) async fn trespass(stage: Arc<Stage>, dice: Dice, parties: Vec<String>) {
    loop {
        stage.sleep(dice.seconds(1800, 6 * 3600)).await;
        let Some(who) = dice.pick_of(&parties) else {
            return;
        };
        if !stage.strikes(FaultKind::AcrossParties, &dice, 1) {
            continue;
        }
        let Some(target) = target(&stage, &dice) else {
            continue;
        };
        let request = match dice.below(4) {
            0 => Request::post(&who, &format!("/v1/batches/{target}/withdraw"), Vec::new()),
            1 => Request::get(&who, &format!("/v1/batches/{target}/lines")),
            2 => Request::get(&who, "/v1/payments?limit=1000"),
            _ => Request::get(&who, &format!("/v1/batches/{target}")),
        };
        calls(&stage, request).await;
    }
}

/// A batch of anybody.
pub(super) fn target(stage: &Stage, dice: &Dice) -> Option<String> {
    let outside = stage.outside();
    let submitted = outside.calls.iter().filter(|call| call.sheet.is_some());
    let taken = submitted.filter_map(|call| {
        let answer = call.answer.as_ref().filter(|answer| answer.status == 202)?;
        let receipt: Value = serde_json::from_slice(&answer.body).ok()?;
        Some(receipt.get("batch_id")?.as_str()?.to_owned())
    });
    let taken: Vec<String> = taken.collect();
    drop(outside);
    dice.pick_of(&taken)
}
