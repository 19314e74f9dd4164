//! What happens on the stage, all of it over the gateway's interface: submit, approve, wait, read.

use super::batch::{Form, WageBatch};
use super::cast::{Cast, Employer};
use super::stage::Stage;
use crate::command::client::{Answer, Client, ClientError, body_of, party_tls};
use crate::command::submit::progress_of;
use crate::failure::Defect;
use adapters::layout::sheet::SheetError;
use bytes::Bytes;
use certs::development::IdentityPem;
use hyper::{Method, StatusCode};
use indicatif::ProgressBar;
use schemas::value::{BankCode, PayMonth};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Why the play was broken off.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// A call got no answer.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A call was refused.
    #[error("{bank}: {call} was answered {status}: {said}")]
    Refused {
        /// The bank whose batch it was.
        bank: String,
        /// Which call.
        call: &'static str,
        /// The status.
        status: StatusCode,
        /// The answer's text; findings are masked.
        said: String,
    },
    /// A defect.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// The demonstration's day is in no month that wages are paid for.
    #[error("the day is in no month that wages are paid for")]
    Month,
    /// A task ended by a defect.
    #[error(transparent)]
    Defect(#[from] Defect),
}

/// Longest play.
const PLAY_WAIT_MAX: Duration = Duration::from_secs(180);
/// Between two looks at the sums.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// Nothing may have moved for so long at the end: returns come after payments.
const QUIET_WAIT: Duration = Duration::from_millis(2_000);

/// A caller of the gateway.
///
/// # Errors
/// When the certificates can't be used.
pub fn client(stage_url: &str, cast: &Cast, who: &IdentityPem) -> Result<Client, ClientError> {
    let (certificate, key) = (who.certificate_pem.as_bytes(), who.key_pem.as_bytes());
    Client::new(
        stage_url,
        &party_tls(certificate, key, cast.pki.ca_pem().as_bytes()),
    )
}

/// Submits and approves one batch for each bank.
///
/// # Errors
/// The first call that is refused or gets no answer.
pub async fn submit_all(
    stage: &Stage,
    (seed, lines): (u64, u32),
    bar: &ProgressBar,
) -> Result<(), PlayError> {
    let month = month_of(stage)?;
    let employers = stage.cast.employers.iter();
    let banks: Arc<Vec<BankCode>> = Arc::new(
        employers
            .map(|employer| employer.payer.adapter.code())
            .collect(),
    );
    let mut tasks = JoinSet::new();
    for place in 0..stage.cast.employers.len() {
        let (cast, url) = (Arc::clone(&stage.cast), stage.url.clone());
        let banks = Arc::clone(&banks);
        tasks.spawn(async move {
            let Some(employer) = cast.employers.get(place) else {
                return Ok(());
            };
            let batch = WageBatch::draw(&employer.payer, &banks, (seed, lines), month);
            let body = batch.bytes(Form::of(employer.payer.place))?;
            submit(&url, &cast, employer, body.into(), month).await
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.map_err(Defect::from)??;
        bar.inc(1);
    }
    Ok(())
}

fn month_of(stage: &Stage) -> Result<PayMonth, PlayError> {
    PayMonth::of(stage.clock.now().date()).ok_or(PlayError::Month)
}

async fn submit(
    url: &str,
    cast: &Cast,
    employer: &Employer,
    body: Bytes,
    month: PayMonth,
) -> Result<(), PlayError> {
    let mut maker = client(url, cast, &employer.maker)?;
    let path = format!("/v1/batches?pay_month={month}");
    let content = "application/octet-stream";
    let answer = maker
        .call(Method::POST, &path, content, body_of(body))
        .await?;
    let receipt = expect(employer, "submit", StatusCode::ACCEPTED, &answer)?;
    let mut checker = client(url, cast, &employer.checker)?;
    let id = receipt["batch_id"].as_str().unwrap_or_default();
    let seen = json!({
        "digest": receipt["digest"],
        "line_count": receipt["line_count"],
        "total_fen": receipt["total_fen"],
        "acknowledged": receipt["must_acknowledge"],
    });
    let answer = checker
        .post(&format!("/v1/batches/{id}/approve"), &seen)
        .await?;
    expect(employer, "approve", StatusCode::OK, &answer)?;
    Ok(())
}

fn expect(
    employer: &Employer,
    call: &'static str,
    status: StatusCode,
    answer: &Answer,
) -> Result<Value, PlayError> {
    if answer.status == status {
        return Ok(answer.json()?);
    }
    let said = String::from_utf8_lossy(&answer.body);
    Err(PlayError::Refused {
        bank: employer.payer.adapter.code().to_string(),
        call,
        status: answer.status,
        said: said.chars().take(600).collect(),
    })
}

const SUMMARY: &str = "/v1/summary?group_by=bank";
const BREAKS: &str = "/v1/breaks?limit=1000";

/// What the regulator and the operator see at the end.
pub struct Seen {
    /// `GET /v1/summary?group_by=bank`.
    pub summary: Value,
    /// `GET /v1/breaks`.
    pub breaks: Value,
    /// Every line is final or unknown.
    pub ended: bool,
}

/// Looks on as the regulator until every line is final or unknown and nothing moves any more.
///
/// # Errors
/// When the gateway does not answer.
pub async fn watch(stage: &Stage, bar: &ProgressBar) -> Result<Seen, PlayError> {
    let cast = stage.cast.as_ref();
    let mut regulator = client(&stage.url, cast, &cast.regulator)?;
    let begun = Instant::now();
    let (mut last, mut moved) = (Value::Null, begun);
    let (summary, ended) = loop {
        let summary = fetch(&mut regulator, SUMMARY, SUMMARY).await?;
        let (ended, total) = sums_of(&summary);
        bar.set_length(total);
        bar.set_position(ended);
        if summary != last {
            (last, moved) = (summary.clone(), Instant::now());
        }
        let all = ended == total && total > 0;
        if all && moved.elapsed() > QUIET_WAIT {
            break (summary, true);
        }
        if begun.elapsed() > PLAY_WAIT_MAX {
            break (summary, all);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    };
    let [operator, _] = &cast.operators;
    let mut operator = client(&stage.url, cast, operator)?;
    let breaks = every_break(&mut operator).await?;
    Ok(Seen {
        summary,
        breaks,
        ended,
    })
}

/// All pages of the breaks as one.
async fn every_break(operator: &mut Client) -> Result<Value, PlayError> {
    let mut all = Vec::new();
    let mut page = fetch(operator, BREAKS, BREAKS).await?;
    loop {
        if let Some(found) = page["breaks"].as_array() {
            all.extend(found.iter().cloned());
        }
        let Some(next) = page["next"].as_str() else {
            page["breaks"] = Value::Array(all);
            return Ok(page);
        };
        let path = format!("{BREAKS}&next={next}");
        page = fetch(operator, BREAKS, &path).await?;
    }
}

fn sums_of(summary: &Value) -> (u64, u64) {
    let groups = summary["groups"].as_array().into_iter().flatten();
    groups
        .map(progress_of)
        .fold((0, 0), |(ended, total), group| {
            (ended + group.0, total + group.1)
        })
}

async fn fetch(client: &mut Client, call: &'static str, path: &str) -> Result<Value, PlayError> {
    let answer = client.fetch(path).await?;
    if answer.status == StatusCode::OK {
        return Ok(answer.json()?);
    }
    Err(PlayError::Refused {
        bank: String::new(),
        call,
        status: answer.status,
        said: String::from_utf8_lossy(&answer.body)
            .chars()
            .take(600)
            .collect(),
    })
}
