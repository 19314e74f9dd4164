//! The operator's calls: breaks, health, metrics, the description.

use crate::api::answer::Health;
use crate::api::call::{Answer, Call, bytes, json};
use crate::api::openapi;
use crate::api::problem::{Kind, Problem};
use crate::query::breaks as query;
use crate::reconcile::Place;
use axum::http::StatusCode;

/// `GET /v1/breaks`.
pub async fn breaks(call: Call) -> Answer {
    let (sight, limit) = (call.sight(), call.limit()?);
    let after = call.parameter("next", Place::parse)?;
    let breaks = call
        .read(move |app| Ok(query::breaks(app.core(), sight, after, limit)))
        .await?;
    json(StatusCode::OK, &breaks)
}

fn health(call: &Call, status: &str) -> Health {
    let journal = call.app.core().journal();
    Health {
        status: status.to_owned(),
        sequence: journal.head().0,
        durable: journal.durable(),
    }
}

/// `GET /healthz`: as long as it is answered, the process lives.
pub async fn alive(call: Call) -> Answer {
    json(StatusCode::OK, &health(&call, "ok"))
}

/// `GET /readyz`.
pub async fn ready(call: Call) -> Answer {
    let stopping = *call.app.stopping.borrow();
    match call.app.core().journal().health() {
        Ok(()) if !stopping => json(StatusCode::OK, &health(&call, "ok")),
        Ok(()) => Err(Problem::new(Kind::Unavailable).with("why", "stopping")),
        Err(error) => {
            tracing::error!(%error, "not ready");
            Err(Problem::new(Kind::Unavailable).with("why", "journal"))
        }
    }
}

/// `GET /metrics`.
pub async fn metrics(call: Call) -> Answer {
    let text = call
        .app
        .metrics
        .render()
        .map_err(|error| Problem::internal(&error))?;
    bytes(
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
        text,
    )
}

/// `GET /openapi.json`.
pub async fn description(_call: Call) -> Answer {
    json(StatusCode::OK, &openapi::document())
}
