//! The operator's calls: breaks, health, metrics, the description.

use crate::api::answer::{Concern, Health};
use crate::api::body::tell_queues;
use crate::api::call::{Answer, Call, bytes, json};
use crate::api::openapi;
use crate::api::problem::{Kind, Problem};
use crate::query::{breaks as query, gauges};
use crate::reconcile::Place;
use crate::telemetry::shuts_out;
use axum::http::StatusCode;

/// `GET /v1/breaks`.
pub async fn breaks(call: Call) -> Answer {
    let (sight, limit, lang) = (call.sight(), call.limit()?, call.lang);
    let after = call.parameter("next", Place::parse)?;
    let breaks = call
        .read(move |app| {
            let page = (after, limit);
            Ok(query::breaks(app.core(), sight, page, lang)?)
        })
        .await?;
    json(StatusCode::OK, &breaks)
}

fn health(call: &Call, status: &str) -> Health {
    let journal = call.app.core().journal();
    Health {
        status: status.to_owned(),
        sequence: journal.head().0,
        durable: journal.durable(),
        concerns: Vec::new(),
    }
}

/// `GET /healthz`: as long as it is answered, the process lives.
pub async fn alive(call: Call) -> Answer {
    json(StatusCode::OK, &health(&call, "ok"))
}

/// `GET /readyz`.
pub async fn ready(call: Call) -> Answer {
    let unavailable = |why: &str| Problem::new(Kind::Unavailable).with("why", why);
    if let Err(error) = call.app.core().journal().health() {
        tracing::error!(%error, "not ready");
        return Err(unavailable("journal"));
    }
    if call.app.core().is_doubtful() {
        return Err(unavailable("book"));
    }
    if *call.app.stopping.borrow() {
        return Err(unavailable("stopping"));
    }
    let concerns = call.app.concerns.list();
    let all: Vec<Concern> = concerns
        .iter()
        .map(|(name, why)| Concern {
            name: name.clone(),
            why: (*why).to_owned(),
        })
        .collect();
    if let Some((grave, _)) = concerns.iter().find(|(name, why)| shuts_out(name, why)) {
        return Err(unavailable(grave).with("concerns", serde_json::json!(all)));
    }
    let status = if all.is_empty() { "ok" } else { "degraded" };
    let health = Health {
        concerns: all,
        ..health(&call, status)
    };
    json(StatusCode::OK, &health)
}

/// `GET /metrics`.
pub async fn metrics(call: Call) -> Answer {
    let text = call
        .blocking(|app| {
            gauges::measure(app.core(), app.search(), &app.metrics);
            gauges::measure_calendar(&app.calendar, &app.metrics);
            tell_queues(app);
            app.metrics
                .render()
                .map_err(|error| Problem::internal(&error))
        })
        .await?;
    bytes(
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
        text,
    )
}

/// `GET /openapi.json`.
pub async fn description(_call: Call) -> Answer {
    json(StatusCode::OK, &openapi::document())
}
