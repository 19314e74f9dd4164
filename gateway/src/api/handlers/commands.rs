//! Approval, withdrawal, resolution: what two people do.

use crate::access::Sight;
use crate::api::answer::{
    Approval, Confirmation, Done, FileConfirmation, FileDone, FileResolution, Resolution,
};
use crate::api::body::{command, nothing};
use crate::api::call::{Answer, Call, json};
use crate::api::problem::{Kind, Problem};
use crate::approval::{self, Seen};
use crate::core::Core;
use crate::resolution::{self, Decision, FileSeen, WholeFile};
use axum::http::StatusCode;
use schemas::value::{BatchId, PaymentId, holds_personal_number};
use schemas::{FailureReason, FindingCode, LineEvent};

/// `POST /v1/batches/{id}/approve`.
pub async fn approve(mut call: Call) -> Answer {
    let caller = call.caller()?;
    let Sight::Employer(employer) = caller.sight else {
        return Err(Problem::new(Kind::Forbidden));
    };
    let id = call.part("id", BatchId::parse)?;
    let approval: Approval = command(&mut call).await?;
    let known = |code: &String| FindingCode::parse(code).is_some();
    if !approval.acknowledged.iter().all(known) {
        return Err(Problem::bad(
            "acknowledged",
            "成员 acknowledged 中有不存在的发现代码，请照抄 must_acknowledge 中的代码",
            "the member acknowledged has a word that is no finding code; take the codes of \
             must_acknowledge",
        ));
    }
    let done = call
        .read(move |app| {
            let seen = Seen {
                digest: approval.digest,
                line_count: approval.line_count,
                total_fen: approval.total_fen,
                acknowledged: approval.acknowledged,
                as_of: approval.as_of,
            };
            let sequence = approval::approve(app.core(), employer, &caller.uri, id, &seen)?;
            Ok(batch_done(app.core(), id, sequence))
        })
        .await?;
    json(StatusCode::OK, &done)
}

/// `POST /v1/batches/{id}/withdraw`.
pub async fn withdraw(mut call: Call) -> Answer {
    let caller = call.caller()?;
    let Sight::Employer(employer) = caller.sight else {
        return Err(Problem::new(Kind::Forbidden));
    };
    let id = call.part("id", BatchId::parse)?;
    nothing(&mut call).await?;
    let done = call
        .read(move |app| {
            let sequence = approval::withdraw(app.core(), employer, &caller.uri, id)?;
            Ok(batch_done(app.core(), id, sequence))
        })
        .await?;
    json(StatusCode::OK, &done)
}

/// The answer, and what must be durable before it is given: the state that it tells may be the
/// work of a later record than the caller's own.
fn batch_done(core: &Core, id: BatchId, sequence: u64) -> (Done, u64) {
    let desk = core.desk();
    let state = desk.batch(id).map_or("", |batch| batch.state().as_str());
    let done = Done {
        state: state.to_owned(),
        sequence,
    };
    (done, desk.sequence())
}

/// `POST /v1/payments/{id}/resolution`.
pub async fn propose(mut call: Call) -> Answer {
    let caller = call.caller()?;
    let id = call.part("id", PaymentId::parse)?;
    let resolution: Resolution = command(&mut call).await?;
    let decision = decision(resolution)?;
    let done = call
        .read(move |app| {
            let sequence = resolution::propose(app.core(), &caller.uri, id, &decision)?;
            Ok(payment_done(app.core(), id, sequence))
        })
        .await?;
    json(StatusCode::OK, &done)
}

fn decision(resolution: Resolution) -> Result<Decision, Problem> {
    let outcome = match resolution.outcome.as_str() {
        "paid" => LineEvent::ResolvePaid,
        "failed" => LineEvent::ResolveFailed,
        _ => {
            return Err(Problem::bad(
                "outcome",
                "成员 outcome 应为 paid 或 failed",
                "the member outcome must be paid or failed",
            ));
        }
    };
    let (reason, words) = grounds(outcome, resolution.reason, resolution.words)?;
    Ok(Decision {
        outcome,
        reason,
        words,
        evidence_digest: resolution.evidence_digest,
    })
}

/// Why, of the list and in words. The contract asks for a reason: a word of the list is the reason
/// of a failure, another text is what the operator says.
fn grounds(
    outcome: LineEvent,
    reason: Option<String>,
    words: Option<String>,
) -> Result<(Option<FailureReason>, String), Problem> {
    let listed = reason.as_deref().and_then(FailureReason::parse);
    let failed = outcome == LineEvent::ResolveFailed;
    if listed.is_some() && !failed {
        return Err(Problem::bad(
            "reason",
            "outcome 为 paid 时，reason 不能是失败原因，请写明依据",
            "with outcome paid the reason is no failure reason; say what was seen",
        ));
    }
    let free = reason.filter(|_| listed.is_none());
    let (field, words) = match (free, words) {
        (Some(_), Some(_)) => {
            return Err(Problem::bad(
                "reason",
                "成员 reason 不在失败原因列表中，例如 account_not_found、other；文字请写在 words",
                "the member reason is no failure reason, such as account_not_found or other; \
                 text belongs in words",
            ));
        }
        (Some(text), None) => ("reason", Some(text)),
        (None, words) => ("words", words),
    };
    let blank = words.as_deref().is_some_and(|text| text.trim().is_empty());
    if blank || (words.is_none() && listed.is_none()) {
        return Err(Problem::bad(
            field,
            "须写明理由：reason 或 words 不能为空白",
            "say why: the reason or the words may not be blank",
        ));
    }
    let words = words.unwrap_or_default();
    no_person(field, &words)?;
    // Said in words only: none of the list.
    let reason = listed.or(failed.then_some(FailureReason::Other));
    Ok((reason, words))
}

/// Words may not carry a number of a person: they are sealed, and shown to others all the same
/// (M9).
///
/// # Errors
/// Bad request, naming the field.
pub fn no_person(field: &'static str, words: &str) -> Result<(), Problem> {
    if holds_personal_number(words) {
        return Err(Problem::bad(
            field,
            "文字中不得含有证件号码或账号",
            "the words may not hold a document number or an account",
        ));
    }
    Ok(())
}

/// `POST /v1/payments/{id}/resolution/confirm`.
pub async fn confirm(mut call: Call) -> Answer {
    let caller = call.caller()?;
    let id = call.part("id", PaymentId::parse)?;
    let confirmation: Confirmation = command(&mut call).await?;
    let done = call
        .read(move |app| {
            let digest = &confirmation.evidence_digest;
            let sequence = resolution::confirm(app.core(), &caller.uri, id, digest)?;
            Ok(payment_done(app.core(), id, sequence))
        })
        .await?;
    json(StatusCode::OK, &done)
}

/// As [`batch_done`].
fn payment_done(core: &Core, id: PaymentId, sequence: u64) -> (Done, u64) {
    let desk = core.desk();
    let state = desk.line(id).map_or("", |(_, line)| line.state.as_str());
    let done = Done {
        state: state.to_owned(),
        sequence,
    };
    (done, desk.sequence())
}

/// `POST /v1/batches/{id}/files/{file_no}/resolution`.
pub async fn propose_file(mut call: Call) -> Answer {
    let caller = call.caller()?;
    let of = whole_file(&call)?;
    let stated: FileResolution = command(&mut call).await?;
    let seen = FileSeen {
        line_count: stated.line_count,
        total_fen: stated.total_fen,
    };
    let decision = decision(Resolution {
        outcome: stated.outcome,
        reason: stated.reason,
        words: stated.words,
        evidence_digest: stated.evidence_digest,
    })?;
    let done = call
        .read(move |app| {
            let done = resolution::propose_file(app.core(), &caller.uri, of, &decision, seen)?;
            Ok((file_done(of, done), done.sequence))
        })
        .await?;
    json(StatusCode::OK, &done)
}

/// `POST /v1/batches/{id}/files/{file_no}/resolution/confirm`.
pub async fn confirm_file(mut call: Call) -> Answer {
    let caller = call.caller()?;
    let of = whole_file(&call)?;
    let stated: FileConfirmation = command(&mut call).await?;
    let seen = FileSeen {
        line_count: stated.line_count,
        total_fen: stated.total_fen,
    };
    let done = call
        .read(move |app| {
            let digest = &stated.evidence_digest;
            let done = resolution::confirm_file(app.core(), &caller.uri, of, digest, seen)?;
            Ok((file_done(of, done), done.sequence))
        })
        .await?;
    json(StatusCode::OK, &done)
}

fn whole_file(call: &Call) -> Result<WholeFile, Problem> {
    Ok(WholeFile {
        batch: call.part("id", BatchId::parse)?,
        file_no: call.part("file_no", str::parse)?,
    })
}

fn file_done(of: WholeFile, done: resolution::FileDone) -> FileDone {
    FileDone {
        file_no: of.file_no,
        line_count: done.lines.line_count,
        total_fen: done.lines.total_fen,
        sequence: done.sequence,
    }
}
