//! Batches, their lines, findings, report and correction file.

use crate::access::Sight;
use crate::api::app::App;
use crate::api::body::nothing;
use crate::api::call::{Answer, Call, json, preferred};
use crate::api::handlers::long::{place, written, written_in};
use crate::api::handlers::{known_bank, line_states};
use crate::api::problem::{Kind, Problem};
use crate::book::BatchState;
use crate::core::{CoreError, Fact};
use crate::event::{Event, Grounds};
use crate::query::batches as query;
use crate::query::correction::CorrectionFormat;
use crate::query::{Cursor, correction, findings as kept_findings, report as status_report};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use schemas::value::{BatchId, PayMonth, Uscc};
use serde_json::Value;
use std::io::Write;

/// `GET /v1/batches`.
pub async fn list(call: Call) -> Answer {
    let (sight, lang, limit) = (call.sight(), call.lang, call.limit()?);
    let after = call.parameter("next", Cursor::parse)?;
    let state = call.parameter("state", batch_state)?;
    let batch_no = call.query.get("batch_no").cloned();
    let project = call.query.get("project_code").cloned();
    let employer = call.parameter("employer", |text| Uscc::parse(text).ok())?;
    let bank = call.parameter("bank", known_bank)?;
    let pay_month = call.parameter("pay_month", |text| PayMonth::parse(text).ok())?;
    let page = call
        .read(move |app| {
            let page = query::page(app.core(), sight, after, limit, lang, &|batch| {
                let head = &batch.head;
                state.is_none_or(|state| state == Some(batch.state()))
                    && batch_no
                        .as_deref()
                        .is_none_or(|number| head.batch_no.as_str() == number)
                    && (project.is_none() || project == head.project_code)
                    && employer.is_none_or(|employer| employer == head.employer)
                    && bank.is_none_or(|bank| bank == head.paying_bank)
                    && pay_month.is_none_or(|month| month == head.pay_month)
            });
            Ok(page?)
        })
        .await?;
    json(StatusCode::OK, &page)
}

/// `refused` is a state of the contract that no kept batch has: a refused file makes none.
fn batch_state(word: &str) -> Option<Option<BatchState>> {
    let mut states = BatchState::ALL.into_iter();
    let kept = states.find(|state| state.as_str() == word);
    (kept.is_some() || word == "refused").then_some(kept)
}

/// `GET /v1/batches/{id}`.
pub async fn read(call: Call) -> Answer {
    let (sight, lang) = (call.sight(), call.lang);
    let id = call.part("id", BatchId::parse)?;
    let view = call
        .read(move |app| {
            let view = query::one(app.core(), sight, id, lang)?;
            view.ok_or_else(Problem::not_found)
        })
        .await?;
    json(StatusCode::OK, &view)
}

/// `GET /v1/batches/{id}/lines`.
pub async fn lines(call: Call) -> Answer {
    let (sight, lang, limit) = (call.sight(), call.lang, call.limit()?);
    let id = call.part("id", BatchId::parse)?;
    let after = call
        .parameter("next", |text| text.parse().ok())?
        .unwrap_or(0);
    let states = call.parameter("state", line_states)?.unwrap_or_default();
    let disputed = call.parameter("disputed", |text| text.parse::<bool>().ok())?;
    let page = call
        .read(move |app| {
            let wanted = query::Wanted {
                states: &states,
                disputed,
            };
            let found = query::lines(app.core(), sight, id, (after, limit), wanted, lang)?;
            found.ok_or_else(Problem::not_found)
        })
        .await?;
    json(StatusCode::OK, &page)
}

/// `GET /v1/batches/{id}/findings`.
pub async fn findings(call: Call) -> Answer {
    let (sight, lang) = (call.sight(), call.lang);
    let id = call.part("id", BatchId::parse)?;
    let format = call.query.get("format").map(String::as_str);
    let csv = match format {
        Some("csv") => true,
        Some("json") => false,
        None => preferred(&call.headers, &["application/json", "text/csv"]) == Some("text/csv"),
        Some(_) => {
            return Err(Problem::bad(
                "format",
                "参数 format 应为 json 或 csv",
                "the parameter format must be json or csv",
            ));
        }
    };
    let runs = call
        .read(move |app| {
            kept_findings::records(app.core(), sight, id).ok_or_else(Problem::not_found)
        })
        .await?;
    if csv {
        return written(&call, "text/csv; charset=utf-8", move |app, out| {
            out.write_all("\u{FEFF}".as_bytes())?;
            out.write_all(record(&FINDING_FIELDS.map(str::to_owned)).as_bytes())?;
            for finding in kept_findings::all(app.core(), &runs, (sight, lang)) {
                let finding = finding?;
                let fields = FINDING_FIELDS.map(|name| text_of(finding.get(name)));
                out.write_all(record(&fields).as_bytes())?;
            }
            Ok(())
        })
        .await;
    }
    written(&call, "application/json", move |app, out| {
        write!(out, "{{\"batch_id\":\"{id}\",\"findings\":[")?;
        let mut first = true;
        for finding in kept_findings::all(app.core(), &runs, (sight, lang)) {
            let comma = if std::mem::take(&mut first) { "" } else { "," };
            write!(out, "{comma}{}", Value::Object(finding?))?;
        }
        Ok(out.write_all(b"]}")?)
    })
    .await
}

const FINDING_FIELDS: [&str; 8] = [
    "code", "severity", "line", "row", "field", "value", "message", "hint",
];

fn record(fields: &[String]) -> String {
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let mut csv = String::new();
    correction::push_record(&mut csv, &fields);
    csv
}

fn text_of(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// `GET /v1/batches/{id}/report`.
pub async fn report(call: Call) -> Answer {
    let (sight, lang) = (call.sight(), call.lang);
    let id = call.part("id", BatchId::parse)?;
    let report = call
        .read(move |app| {
            status_report::report(app.core(), sight, id).ok_or_else(Problem::not_found)
        })
        .await?;
    written(&call, "application/xml", move |app, out| {
        report.write(app.core(), lang, out)
    })
    .await
}

/// `POST /v1/batches/{id}/correction`.
pub async fn correction(mut call: Call) -> Answer {
    let caller = call.caller()?;
    let Sight::Employer(employer) = caller.sight else {
        return Err(Problem::new(Kind::Forbidden));
    };
    let id = call.part("id", BatchId::parse)?;
    let format = match call.query.get("format") {
        None => CorrectionFormat::default(),
        Some(word) => CorrectionFormat::parse(word).ok_or_else(|| {
            Problem::bad(
                "format",
                "参数 format 应为 csv、xlsx 或 json",
                "the parameter format must be csv, xlsx or json",
            )
        })?,
    };
    nothing(&mut call).await?;
    let place = place(&call).await?;
    let (place, correction) = call
        .read(move |app| {
            let found = correction::correction(app.core(), employer, id)?;
            let (correction, sequence) = found.ok_or_else(Problem::not_found)?;
            if correction.line_count() == 0 {
                return Err(nothing_to_correct());
            }
            correction.fits(format)?;
            let event = Event::Disclosed {
                to: caller.uri.clone(),
                count: correction.line_count(),
            };
            let grounds = Grounds {
                purpose: "correction".to_owned(),
                approval_no: String::new(),
                query: format!("batch={id}"),
            };
            let sealed = serde_json::to_vec(&grounds).map_err(CoreError::from)?;
            let fact = Fact::sealed(event, employer.as_str(), sealed);
            // Recorded, and durable, before anything is shown.
            let recorded = app.core().record(&caller.uri, fact)?;
            Ok(((place, correction), recorded.max(sequence)))
        })
        .await?;
    let write = move |app: &App, out: &mut dyn Write| correction.write(app.core(), format, out);
    let mut response = written_in(place, &call, format.content_type(), write)?;
    let extension = format.extension();
    let name = format!("attachment; filename=\"{id}-correction.{extension}\"");
    let headers = [(header::CONTENT_DISPOSITION, name)];
    for (name, value) in headers {
        set(response.headers_mut(), name, &value);
    }
    Ok(response)
}

fn nothing_to_correct() -> Problem {
    Problem::new(Kind::Conflict)
        .detail(
            "没有可补发的明细：无失败或退汇的明细，或均有争议、已经补发；补发后又失败的，在最后一次补发\
             的批次中补发",
            "no line can be corrected: none failed or came back, or all are disputed or have been \
             corrected; what failed again is corrected from the batch of its last correction",
        )
        .with("field", "state")
}

/// Sets a header where its value can stand in one.
pub fn set(headers: &mut axum::http::HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
