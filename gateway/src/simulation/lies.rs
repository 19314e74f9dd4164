//! How a bank's answer differs from the truth or from its form.

use super::bank::{Heard, answer_of, keep};
use super::faults::FaultKind;
use super::line::SimLine;
use super::outside::FileAtBank;
use crate::keys::{BankKeys, BodyKey};
use adapters::exchange::{LineOutcome, Outcome};
use adapters::{BankAdapter, BankReply, BankRequest, RequestKind};
use schemas::FailureReason;
use schemas::value::Fen;
use zeroize::Zeroizing;

/// Once in so many answers each lie of the world is told.
const ONE_IN: u64 = 14;
/// A bank that denies a file has it somewhere: within so many milliseconds it knows again.
const DENIES_MS: i64 = 10 * 60_000;

/// The true answer to a request, before it is written.
pub(super) struct Answering<'a> {
    pub own: &'a BankAdapter,
    pub request: &'a BankRequest,
    pub file: Option<&'a FileAtBank>,
    pub reply: BankReply,
}

/// Writes an answer, perhaps with a lie in it.
pub(super) fn writes(line: &SimLine, answering: Answering<'_>) -> Heard {
    let Answering {
        own,
        request,
        file,
        mut reply,
    } = answering;
    let asked = request.kind == RequestKind::Query;
    if !own.bank_side().tells_lines(&request.step) {
        // A step before says how the batch stands, and nothing of lines.
        let rows = std::mem::take(&mut reply.lines);
        let is_open = rows.iter().any(|row| row.outcome == Outcome::Accepted);
        reply.batch = reply.batch.filter(|_| !is_open);
    }
    let mut lie = None;
    if asked && let Some(file) = file {
        lie = tells_wrong(line, own, file, &mut reply);
    }
    let strikes = |kind| line.stage.strikes(kind, &line.dice, ONE_IN);
    let mut about = request.clone();
    if lie.is_none() && asked && strikes(FaultKind::BankOtherFile) {
        lie = Some(FaultKind::BankOtherFile);
        about = about.about(1 + line.dice.below(6));
    }
    let is_signed = own.is_signed(adapters::exchange::Answer::Result);
    let is_forged = lie.is_none() && is_signed && strikes(FaultKind::BankWrongSeal);
    let keys = match is_forged {
        true => strangers(&line.keys),
        false => line.keys.clone(),
    };
    let written = own.bank_side().write_reply(&about, &reply, &keys);
    // What its language can't say, the bank does not say.
    let Ok(mut bytes) = written else {
        return Heard::Silence;
    };
    if is_forged {
        lie = Some(FaultKind::BankWrongSeal);
    }
    if lie.is_none() && strikes(FaultKind::BankUnreadable) {
        lie = Some(FaultKind::BankUnreadable);
        spoils(line, &mut bytes);
    }
    if reply.batch == Some(Outcome::Accepted) {
        // A list of failures that is not closed yet says nothing of whom it does not name.
        let side = own.bank_side();
        reply.lines.retain(|row| side.names_line(row.outcome));
    }
    let told = answer_of(line, (about.file_no, &reply), &bytes, lie);
    let mut outside = line.stage.outside();
    let book = outside.banks.entry(line.adapter.code()).or_default();
    let told = Some(keep(book, told));
    Heard::Answered { bytes, told }
}

/// Changes what is said of a file's lines. Gives the lie.
fn tells_wrong(
    line: &SimLine,
    own: &BankAdapter,
    file: &FileAtBank,
    reply: &mut BankReply,
) -> Option<FaultKind> {
    let strikes = |kind| line.stage.strikes(kind, &line.dice, ONE_IN);
    let may_deny = {
        let age_ms = line.stage.now_ms().saturating_sub(file.at.at_ms);
        let final_ms = own.not_found_is_final_after_ms().unwrap_or(u64::MAX);
        let final_ms = i64::try_from(final_ms).unwrap_or(i64::MAX);
        age_ms < DENIES_MS.min(final_ms / 2)
    };
    if may_deny && strikes(FaultKind::BankDeniesFile) {
        *reply = BankReply::of(Outcome::NotFound);
        return Some(FaultKind::BankDeniesFile);
    }
    if reply.lines.is_empty() {
        return None;
    }
    let at = line.dice.below(reply.lines.len() as u64);
    let at = usize::try_from(at).unwrap_or_default();
    if strikes(FaultKind::BankContradicts) {
        let row = reply.lines.get_mut(at)?;
        row.outcome = opposite(row.outcome)?;
        return Some(FaultKind::BankContradicts);
    }
    if strikes(FaultKind::BankMismatch) {
        let row: &mut LineOutcome = reply.lines.get_mut(at)?;
        row.amount = row.amount.map(|amount| Fen(amount.0 + 100));
        return Some(FaultKind::BankMismatch);
    }
    if strikes(FaultKind::BankLeavesOut) {
        reply.lines.remove(at);
        return Some(FaultKind::BankLeavesOut);
    }
    if strikes(FaultKind::BankLiesAboutTotals) {
        let count = i64::try_from(reply.lines.len()).unwrap_or_default();
        reply.totals.insert("count".to_owned(), count + 1);
        return Some(FaultKind::BankLiesAboutTotals);
    }
    None
}

fn opposite(outcome: Outcome) -> Option<Outcome> {
    match outcome {
        Outcome::Paid | Outcome::Returned => Some(Outcome::Failed(FailureReason::AccountClosed)),
        Outcome::Failed(_) => Some(Outcome::Paid),
        Outcome::Accepted | Outcome::Unknown | Outcome::NotFound => None,
    }
}

/// Another text than the bank's format.
fn spoils(line: &SimLine, bytes: &mut Vec<u8>) {
    match line.dice.below(3) {
        0 => bytes.clear(),
        1 => *bytes = b"\x81\x30 what?\r\n".to_vec(),
        _ => {
            let half = bytes.len() / 2;
            bytes.truncate(half);
        }
    }
}

/// The same slots with keys that are not the bank's.
fn strangers(keys: &BankKeys) -> BankKeys {
    let mut others = keys.clone();
    for body in others.body_keys.values_mut() {
        *body = BodyKey {
            key: Zeroizing::new(vec![0x43; body.key.len()]),
            ..body.clone()
        };
    }
    let stranger = super::keys::stranger();
    for signer in others.signers.values_mut() {
        if let Some(other) = stranger.get(&signer.algorithm()) {
            *signer = std::sync::Arc::clone(other);
        }
    }
    others
}
