//! How a bank's answer differs from the truth or from its form.

use super::bank::{Heard, answer_of, keep};
use super::faults::FaultKind;
use super::keys::with_fixed_nonces;
use super::line::SimLine;
use super::outside::{BankBook, FileAtBank, Told};
use crate::keys::{BankKeys, BodyKey};
use adapters::exchange::{LineOutcome, Outcome};
use adapters::{BankAdapter, BankReply, BankRequest, RequestKind};
use schemas::FailureReason;
use schemas::value::{AccountNo, Fen};
use zeroize::Zeroizing;

/// Once in so many answers each lie of the world is told.
const ONE_IN: u64 = 14;
/// A bank that denies a file of which it never spoke has it somewhere: within so many milliseconds
/// it knows again. One that it has spoken of it may deny at any time.
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
        lie = tells_wrong(line, own, (request.file_no, file), &mut reply);
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
    if lie == Some(FaultKind::BankLiesAboutTotals) {
        // Where its language has no place for the total, it has not lied.
        let written = |reply: &BankReply| {
            let side = own.bank_side();
            side.write_reply(&about, reply, &with_fixed_nonces(&keys))
                .ok()
        };
        let false_one = written(&reply);
        reply.totals.clear();
        lie = lie.filter(|_| false_one != written(&reply));
    }
    if is_forged {
        lie = Some(FaultKind::BankWrongSeal);
    }
    if lie.is_none() && strikes(FaultKind::BankUnreadable) {
        lie = Some(FaultKind::BankUnreadable);
        spoils(line, &mut bytes);
    }
    lie = as_read(own, &mut reply, lie);
    let mut told = answer_of(line, (about.file_no, &reply), &bytes, lie);
    let mut outside = line.stage.outside();
    let book = outside.banks.entry(line.adapter.code()).or_default();
    if own.bank_side().seals_lines(&request.step) {
        seals(book, &mut told, &reply);
    } else if own.bank_side().tells_lines(&request.step)
        && let Some((lines, lie)) = book.sealed.remove(&told.file_no)
    {
        (told.lines, told.lie) = (lines, told.lie.or(lie));
    }
    let told = Some(keep(book, told));
    Heard::Answered { bytes, told }
}

/// A bank has said what stands in a signed text, and lied about it, once somebody has opened it. An
/// error is not signed.
fn seals(book: &mut BankBook, told: &mut Told, reply: &BankReply) {
    let said = (std::mem::take(&mut told.lines), told.lie);
    told.lie = told.lie.filter(|lie| !is_of_rows(*lie));
    told.whole = told.whole.filter(|_| reply.outcome != Outcome::Accepted);
    book.sealed.insert(told.file_no, said);
}

/// Whether a lie stands in what is said of a file's lines and of their totals, and not in the
/// message around them.
fn is_of_rows(lie: FaultKind) -> bool {
    matches!(
        lie,
        FaultKind::BankContradicts
            | FaultKind::BankMismatch
            | FaultKind::BankLeavesOut
            | FaultKind::BankLiesAboutTotals
    )
}

/// Leaves of an answer what a reader can make of it; gives the lie that is left.
fn as_read(
    own: &BankAdapter,
    reply: &mut BankReply,
    mut lie: Option<FaultKind>,
) -> Option<FaultKind> {
    let (side, is_open) = (own.bank_side(), reply.batch == Some(Outcome::Accepted));
    if is_open && !side.names_line(Outcome::Paid) {
        // Nor can its totals be held against anything.
        lie = lie.filter(|lie| *lie != FaultKind::BankLiesAboutTotals);
    }
    if is_open || lie.is_some() {
        // A list of failures that is not closed yet, or in which something does not agree, says
        // nothing of whom it does not name; else they are paid.
        reply.lines.retain(|row| side.names_line(row.outcome));
    }
    for row in &mut reply.lines {
        row.outcome = match side.names_line(row.outcome) {
            // For what its language has no word it writes a code that nobody knows.
            true => side.line_expressible(row.outcome, false),
            false => Outcome::Paid,
        };
    }
    lie
}

/// Changes what is said of a file's lines. Gives the lie.
fn tells_wrong(
    line: &SimLine,
    own: &BankAdapter,
    (asked_of, file): (Option<u64>, &FileAtBank),
    reply: &mut BankReply,
) -> Option<FaultKind> {
    let strikes = |kind| line.stage.strikes(kind, &line.dice, ONE_IN);
    let may_deny = {
        let age_ms = line.stage.now_ms().saturating_sub(file.at.at_ms);
        let final_ms = own.not_found_is_final_after_ms().unwrap_or(u64::MAX);
        let final_ms = i64::try_from(final_ms).unwrap_or(i64::MAX);
        age_ms < DENIES_MS.min(final_ms / 2)
    };
    let may_deny = may_deny || has_spoken(line, asked_of);
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
        // Whom a list of failures does not name, it gives no account.
        let is_named = own.bank_side().names_line(row.outcome);
        let other = accounts(file).find(|other| is_named && row.account != Some(*other));
        match other.filter(|_| line.dice.one_in(2)) {
            Some(other) => row.account = Some(other),
            None => {
                let more = 1 + 99 * i64::from(line.dice.one_in(2));
                row.amount = row.amount.map(|amount| Fen(amount.0 + more));
            }
        }
        return Some(FaultKind::BankMismatch);
    }
    if strikes(FaultKind::BankLeavesOut) {
        reply.lines.remove(at);
        return Some(FaultKind::BankLeavesOut);
    }
    if strikes(FaultKind::BankLiesAboutTotals) {
        let (name, right) = total(line, &reply.lines);
        reply.totals.insert(name.to_owned(), right + 1);
        return Some(FaultKind::BankLiesAboutTotals);
    }
    None
}

/// Whether the gateway has heard of the bank, in this life, that it has the file.
fn has_spoken(line: &SimLine, file_no: Option<u64>) -> bool {
    let outside = line.stage.outside();
    let book = outside.banks.get(&line.adapter.code());
    let mut told = book.into_iter().flat_map(|book| &book.told);
    told.any(|told| {
        // A signed text that nobody opened says nothing.
        let says = told.whole.is_some() || !told.lines.is_empty();
        told.has_come
            && says
            && told.lie.is_none()
            && told.file_no == file_no
            && told.at.life == outside.now.life
            && told.whole != Some(Outcome::NotFound)
    })
}

/// A total that a bank may state, and what it makes of these rows.
fn total(line: &SimLine, rows: &[LineOutcome]) -> (&'static str, i64) {
    let paid = |row: &&LineOutcome| row.outcome == Outcome::Paid;
    let fen = |row: &LineOutcome| row.amount.map_or(0, |amount| amount.0);
    let count = |number: usize| i64::try_from(number).unwrap_or_default();
    match line.dice.below(4) {
        0 => ("count", count(rows.len())),
        1 => ("amount_fen", rows.iter().map(fen).sum()),
        2 => ("paid_count", count(rows.iter().filter(paid).count())),
        _ => ("paid_fen", rows.iter().filter(paid).map(fen).sum()),
    }
}

/// The accounts of a file.
fn accounts(file: &FileAtBank) -> impl Iterator<Item = AccountNo> {
    file.lines.iter().map(|row| row.line.account)
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
