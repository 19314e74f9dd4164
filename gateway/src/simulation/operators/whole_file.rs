//! Two operators decide all open lines of a bank file at once, where the bank says one thing of
//! all of them.

use super::{OPERATORS, Open, again, truth};
use crate::simulation::calls::{Request, calls};
use crate::simulation::dice::Dice;
use crate::simulation::faults::FaultKind;
use crate::simulation::stage::Stage;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Decides one file that has several open lines, as a whole. Gives what is left.
pub(super) async fn resolves(stage: &Arc<Stage>, dice: &Dice, listed: Vec<Open>) -> Vec<Open> {
    let Some((batch, file_no)) = chosen(&listed, dice) else {
        return listed;
    };
    let (of_file, rest): (Vec<Open>, Vec<Open>) = listed
        .into_iter()
        .partition(|open| key(open) == Some((batch.as_str(), file_no)));
    // A line may be listed by two kinds.
    let lines: BTreeMap<&str, &Open> = of_file
        .iter()
        .map(|open| (open.payment.as_str(), open))
        .collect();
    let mut truths = lines.values().map(|open| truth(stage, open));
    let outcome = truths.next().unwrap_or("failed");
    if truths.any(|other| other != outcome) {
        return [of_file, rest].into_iter().flatten().collect();
    }
    let total_fen: i64 = lines.values().map(|open| open.amount_fen).sum();
    let seen = (lines.len(), total_fen);
    decide(stage, dice, (&batch, file_no, outcome), seen).await;
    rest
}

fn key(open: &Open) -> Option<(&str, u64)> {
    let (batch, _) = open.payment.split_once('.')?;
    Some((batch, open.file_no))
}

/// A file with more than one open line.
fn chosen(listed: &[Open], dice: &Dice) -> Option<(String, u64)> {
    let mut files: BTreeMap<(&str, u64), u32> = BTreeMap::new();
    for of in listed.iter().filter_map(key) {
        *files.entry(of).or_default() += 1;
    }
    let several = files.iter().filter(|(_, count)| **count > 1);
    let several: Vec<(String, u64)> = several
        .map(|((batch, file_no), _)| ((*batch).to_owned(), *file_no))
        .collect();
    dice.pick_of(&several)
}

async fn decide(
    stage: &Arc<Stage>,
    dice: &Dice,
    (batch, file_no, outcome): (&str, u64, &str),
    (line_count, total_fen): (usize, i64),
) {
    let [first, second] = OPERATORS;
    let evidence = crate::sha256_hex(format!("{batch} {file_no} {outcome}").as_bytes());
    let path = format!("/v1/batches/{batch}/files/{file_no}/resolution");
    let reason = (outcome == "failed").then_some("refused_by_bank");
    let proposal = json!({
        "outcome": outcome,
        "reason": reason,
        "words": "银行来函",
        "evidence_digest": evidence,
        "line_count": line_count,
        "total_fen": total_fen,
    });
    let confirm = |who: &str| {
        let body = json!({
            "evidence_digest": evidence,
            "line_count": line_count,
            "total_fen": total_fen,
        });
        Request::post(
            who,
            &format!("{path}/confirm"),
            body.to_string().into_bytes(),
        )
    };
    let propose = Request::post(first, &path, proposal.to_string().into_bytes());
    let proposed = calls(stage, propose).await;
    if proposed.is_none_or(|answer| answer.status >= 500) {
        return;
    }
    if stage.strikes(FaultKind::ResolvedAlone, dice, 2) {
        calls(stage, confirm(&again(first, dice))).await;
    }
    if stage.strikes(FaultKind::ResolutionRace, dice, 3) {
        stage.sleep(dice.seconds(60, 4 * 3600)).await;
    }
    calls(stage, confirm(second)).await;
}
