//! 报送.

mod listed;

use crate::access::Sight;
use crate::api::answer::BatchReceipt;
use crate::api::body::{Upload, reception, upload, upload_place};
use crate::api::call::{Answer, Call};
use crate::api::problem::{Kind, Problem};
use crate::api::room::Place;
use crate::book::BatchState;
use crate::core::{Core, CoreError};
use crate::event::Policy;
use crate::intake::{self, Conflict, IntakeError, Receipt, Rules, Submission, Submitted};
use crate::query::batches::policy_word;
use crate::query::findings::Runs;
use axum::http::{HeaderValue, Response, StatusCode, header};
use listed::{Findings, Listed, Ready};
use schemas::Lang;
use schemas::employer_files::{Format, ReadError, Summary};
use schemas::value::PayMonth;
use serde_json::Value;

/// The path of the call, as its problems name it.
const PATH: &str = "/v1/batches";

/// `POST /v1/batches`.
pub async fn submit(mut call: Call) -> Answer {
    let caller = call.caller()?;
    let Sight::Employer(employer) = caller.sight else {
        return Err(Problem::new(Kind::Forbidden));
    };
    let policy = call.parameter("policy", policy)?.unwrap_or_default();
    let pay_month = call.parameter("pay_month", |text| PayMonth::parse(text).ok())?;
    let format = call.parameter("format", format)?;
    let bytes_max = call.app.file_limits.bytes_max;
    let mut reception = reception(&call).await?;
    let mut source = upload(&mut call, bytes_max, &mut reception).await?;
    // Only now: a sender that is slow or stops holds no place that others could work in.
    let place = upload_place(&call).await?;
    let lang = call.lang;
    let answered = call
        .blocking(move |app| {
            let submission = Submission {
                employer,
                submitted_by: &caller.uri,
                policy,
                format,
                pay_month,
            };
            let rules = Rules {
                limits: app.file_limits,
                mandates: &app.mandates,
                banks: app.bank_rules.as_ref(),
                spill: Some(&app.spool),
                calendar: &app.calendar,
                refusals: app.limits().refusals,
                acceptances: app.limits().acceptances,
            };
            let submitted = take(app.core(), &rules, &submission, &mut source)?;
            drop(source);
            // A party has not more answers than uploads: both together hold its places.
            let answered = answer(app.core(), submitted, lang, reception.worked_off());
            drop(place);
            answered
        })
        .await?;
    // M3: nothing is answered that a crash would take back, a repetition included.
    call.durable(answered.durable).await?;
    Ok(answered.told?.response(&call))
}

fn policy(text: &str) -> Option<Policy> {
    [Policy::AllOrNothing, Policy::GoodLines]
        .into_iter()
        .find(|policy| policy_word(*policy) == text)
}

fn format(text: &str) -> Option<Format> {
    [Format::Csv, Format::Xlsx, Format::Json, Format::Pain001]
        .into_iter()
        .find(|format| format.as_str() == text)
}

fn take(
    core: &Core,
    rules: &Rules<'_>,
    submission: &Submission<'_>,
    source: &mut Upload,
) -> Result<Submitted, Problem> {
    intake::submit(core, rules, submission, source).map_err(|error| match error {
        IntakeError::Core(error) => error.into(),
        IntakeError::Read(ReadError::Sink(error)) => match error.0.downcast::<CoreError>() {
            Ok(error) => (*error).into(),
            Err(error) => Problem::internal(error.as_ref()),
        },
        error @ IntakeError::Read(ReadError::Io(_)) => Problem::internal(&error),
    })
}

/// An answer, and the sequence that must be durable before it is given.
struct Answered {
    durable: u64,
    told: Result<Ready, Problem>,
}

/// An answer that lists findings keeps `place` until it is gone.
fn answer(
    core: &Core,
    submitted: Submitted,
    lang: Lang,
    place: Place,
) -> Result<Answered, Problem> {
    let problem = |durable, problem| Answered {
        durable,
        told: Err(problem),
    };
    let (durable, head, listed) = match submitted {
        Submitted::Accepted(receipt) => {
            let (head, document) = told(&receipt, StatusCode::ACCEPTED, None)?;
            let findings = Findings::Made(receipt.findings);
            (receipt.sequence, head, Listed { document, findings })
        }
        Submitted::Replayed(receipt) => {
            let (head, document) = told(&receipt, StatusCode::OK, Some(true))?;
            let findings = {
                let desk = core.desk();
                let batch = desk.batch(receipt.batch);
                let runs = batch.map(Runs::of).unwrap_or_default();
                Findings::Kept(runs, Sight::Employer(receipt.head.employer))
            };
            (receipt.sequence, head, Listed { document, findings })
        }
        Submitted::Refused { findings, summary } => {
            let problem = refused(findings.len() as u64, &summary);
            let (head, document) = problem.into_parts(lang, PATH);
            let (document, findings) = (Value::Object(document), Findings::Made(findings));
            (0, head, Listed { document, findings })
        }
        Submitted::Conflict(conflict) => {
            return Ok(problem(core.desk().sequence(), conflicting(&conflict)));
        }
        Submitted::TooManyRefused { wait_s } => return Ok(problem(0, too_many_refused(wait_s))),
        Submitted::TooManyAccepted { wait_s } => return Ok(problem(0, too_many_accepted(wait_s))),
    };
    Ok(Answered {
        durable,
        told: Ok(listed.ready(core, head, lang, place)?),
    })
}

/// Head and document of a good answer, the list of findings left empty.
fn told(
    receipt: &Receipt,
    status: StatusCode,
    replayed: Option<bool>,
) -> Result<(Response<()>, Value), Problem> {
    let accepted = &receipt.head;
    let state: BatchState = receipt.state;
    let view = BatchReceipt {
        batch_id: receipt.batch.to_string(),
        batch_no: accepted.batch_no.to_string(),
        state: state.as_str().to_owned(),
        line_count: accepted.line_count,
        total_fen: accepted.total_fen,
        findings: Vec::new(),
        next_bank_day: accepted.next_bank_day.clone(),
        digest: accepted.digest.clone(),
        must_acknowledge: accepted.must_acknowledge.clone(),
        replayed,
    };
    let mut head = Response::new(());
    *head.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    head.headers_mut().insert(header::CONTENT_TYPE, kind);
    if let Ok(location) = HeaderValue::from_str(&format!("{PATH}/{}", view.batch_id)) {
        head.headers_mut().insert(header::LOCATION, location);
    }
    let document =
        serde_json::to_value(&view).map_err(|error| Problem::internal(&CoreError::Json(error)))?;
    Ok((head, document))
}

fn conflicting(conflict: &Conflict) -> Problem {
    let field = conflict.field.as_str();
    let (zh, en) = (place(field, Lang::Zh), place(field, Lang::En));
    Problem::new(Kind::Conflict)
        .detail(
            &format!("该批次号已用于其他内容，第一处不同：{zh}"),
            &format!("this batch number is in use for something else; first difference: {en}"),
        )
        .with("batch_id", conflict.batch.to_string())
        .with("field", field)
}

/// A field of the head or of a line as the sender knows it, with its key.
fn place(field: &str, lang: Lang) -> String {
    let (line, key) = match field
        .strip_prefix("lines[")
        .and_then(|of| of.split_once(']'))
    {
        Some((line, rest)) => (Some(line), rest.strip_prefix('.').unwrap_or(rest)),
        None => (None, field),
    };
    let words = match (key, lang) {
        ("content", Lang::Zh) => "仅文件写法或读不出的内容，读得出的各字段均相同",
        ("content", Lang::En) => {
            "only how it is written, or what can't be read (every field that can be is the same)"
        }
        ("policy", Lang::Zh) => "对有误明细的处理方式",
        ("policy", Lang::En) => "what happens to bad lines",
        (key, lang) => schemas::finding::field_title(key, lang).unwrap_or(key),
    };
    match (line, lang) {
        (Some(line), Lang::Zh) if words.is_empty() => format!("第 {line} 笔明细（{field}）"),
        (Some(line), Lang::En) if words.is_empty() => format!("line {line} ({field})"),
        (Some(line), Lang::Zh) => format!("第 {line} 笔明细的{words}（{field}）"),
        (Some(line), Lang::En) => format!("{words} of line {line} ({field})"),
        (None, Lang::Zh) => format!("{words}（{field}）"),
        (None, Lang::En) => format!("{words} ({field})"),
    }
}

fn too_many_refused(wait_s: u32) -> Problem {
    Problem::new(Kind::TooManyRequests)
        .detail(
            "本单位今日未通过校验的报送文件已达上限，请于次日再报；报送前请先用 anxin check 检查文件",
            "As many of this employer's files as may be were refused today: submit again \
             tomorrow, and let anxin check read a file before it is submitted",
        )
        .with("why", "refused_files")
        .header(header::RETRY_AFTER, &wait_s.to_string())
}

fn too_many_accepted(wait_s: u32) -> Problem {
    Problem::new(Kind::TooManyRequests)
        .detail(
            "本单位今日已受理的报送文件、笔数或字节数已达上限，请于次日再报；已受理的批次不受影响",
            "As many files, lines or bytes of this employer as may be were accepted today: submit \
             again tomorrow. What was accepted goes on",
        )
        .with("why", "accepted_files")
        .header(header::RETRY_AFTER, &wait_s.to_string())
}

/// What is told of a refused file of whose findings `shown` are listed; the list is left empty.
fn refused(shown: u64, summary: &Summary) -> Problem {
    let total = summary.errors + summary.warnings + summary.notes;
    let problem = Problem::new(Kind::FileRefused)
        .with("errors", summary.errors)
        .with("warnings", summary.warnings)
        .with("notes", summary.notes)
        .with("findings_total", total)
        .with("line_count", summary.line_count)
        .with("lines_ok", summary.lines_ok)
        .with("total_fen", summary.total.map(|total| total.0))
        .with(listed::FINDINGS, Vec::<Value>::new());
    if shown >= total {
        return problem;
    }
    // Who mends only what is listed would be refused again.
    let (errors, warnings, notes) = (summary.errors, summary.warnings, summary.notes);
    problem.with("findings_left_out", total - shown).detail(
        &format!(
            "文件有错误，未占用批次号。问题共 {total} 条（错误 {errors}、警告 {warnings}、提示 \
             {notes}），此处只列出前 {shown} 条；请用 anxin check 查看全部，修改后重新报送"
        ),
        &format!(
            "The file has errors and used up no batch number. Of {total} findings ({errors} \
             errors, {warnings} warnings, {notes} notes) the first {shown} are here; anxin check \
             lists all of them"
        ),
    )
}

#[cfg(test)]
mod tests;
