//! Checkpoints and proofs.

use crate::api::call::{Answer, Call, bytes, json};
use crate::api::problem::{Kind, Problem};
use crate::core::CoreError;
use crate::proof::document::{CONSISTENCY, ConsistencyProof, hashes};
use crate::proof::payment::{ProofError, story};
use crate::proof::{LogError, Signed};
use axum::http::{StatusCode, header};
use schemas::value::PaymentId;

/// `GET /v1/payments/{id}/proof`.
pub async fn payment(call: Call) -> Answer {
    let sight = call.sight();
    let id = call.part("id", PaymentId::parse)?;
    let story = call
        .read(move |app| {
            let story = story(app.core(), sight, id)?.ok_or_else(Problem::not_found)?;
            let sequence = story.sequence;
            Ok((story, sequence))
        })
        .await?;
    let proof = call
        .blocking(move |app| Ok(story.prove(app.core(), &app.log)?))
        .await?;
    json(StatusCode::OK, &proof)
}

/// `GET /v1/checkpoint`.
pub async fn checkpoint(call: Call) -> Answer {
    let signed = latest(&call, 1).await?;
    bytes("text/plain; charset=utf-8", signed.note)
}

async fn latest(call: &Call, needed: u64) -> Result<Signed, Problem> {
    call.blocking(move |app| {
        let core = app.core();
        Ok(app.log.checkpoint(core.journal(), needed, core.now_ms())?)
    })
    .await
}

/// `GET /v1/consistency`.
pub async fn consistency(call: Call) -> Answer {
    let count = |text: &str| text.parse::<u64>().ok().filter(|count| *count > 0);
    let from = call.parameter("from", count)?.ok_or_else(|| {
        Problem::bad(
            "from",
            "请写明较早检查点的记录数 from",
            "from is required: records of the older checkpoint",
        )
    })?;
    let to = call.parameter("to", count)?;
    let signed = latest(&call, to.unwrap_or(from)).await?;
    let to = to.unwrap_or(signed.checkpoint.size);
    let proof = call
        .blocking(move |app| Ok(app.log.consistency(from, to)?))
        .await?;
    json(
        StatusCode::OK,
        &ConsistencyProof {
            format: CONSISTENCY.to_owned(),
            from,
            to,
            proof: hashes(&proof),
            checkpoint: signed.note,
        },
    )
}

impl From<LogError> for Problem {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Journal(error) => CoreError::from(error).into(),
            LogError::TooLarge => Self::bad(
                "from",
                "没有这么多记录，或 from 大于 to",
                "there are not so many records, or from is above to",
            ),
            LogError::Behind(_) => {
                tracing::warn!(%error, "no proof yet");
                Self::new(Kind::Unavailable).header(header::RETRY_AFTER, "30")
            }
            LogError::Io(_) | LogError::Key(_) | LogError::SetBack { .. } => Self::internal(&error),
        }
    }
}

impl From<ProofError> for Problem {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Core(error) => error.into(),
            ProofError::Log(error) => error.into(),
            ProofError::Earlier(record) => Self::new(Kind::Conflict)
                .detail(
                    "早期版本写下的一条记录没有说明存证证明必须出示的内容，无法出具证明",
                    "a record of an earlier version does not say what a proof must show: none \
                     can be made",
                )
                .with("sequence", record),
            ProofError::Unsound(_) => Self::internal(&error),
        }
    }
}
