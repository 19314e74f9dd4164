//! The change feed, asked for or streamed.

use crate::access::Sight;
use crate::api::app::App;
use crate::api::call::{Answer, Call, bytes, json, preferred};
use crate::api::problem::Problem;
use crate::api::server::stopped;
use crate::failure::Defect;
use crate::query::feed;
use axum::body::Body;
use axum::http::StatusCode;
use bytes::Bytes;
use futures_util::stream;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// A comment is sent in this rhythm when nothing happens, so that both ends notice a dead line.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// `GET /v1/events`.
pub async fn events(call: Call) -> Answer {
    let (sight, limit) = (call.sight(), call.limit()?);
    let number = |text: &str| text.parse::<u64>().ok();
    let mut after = call.parameter("after", number)?;
    let kinds = ["application/json", "text/event-stream"];
    let streamed = preferred(&call.headers, &kinds) == Some("text/event-stream");
    if streamed && after.is_none() {
        // How a browser's EventSource goes on after a broken line.
        let last = call
            .headers
            .get("last-event-id")
            .and_then(|value| value.to_str().ok());
        after = last.and_then(number);
    }
    let after = after.unwrap_or(0);
    if streamed {
        return stream_of(Arc::clone(&call.app), sight, after, limit);
    }
    let changes = call
        .blocking(move |app| Ok(feed::changes(app.core(), sight, after, limit)?))
        .await?;
    json(StatusCode::OK, &changes)
}

struct Following {
    app: Arc<App>,
    sight: Sight,
    after: u64,
    limit: usize,
}

fn stream_of(app: Arc<App>, sight: Sight, after: u64, limit: usize) -> Answer {
    let following = Following {
        app,
        sight,
        after,
        limit,
    };
    let chunks = stream::unfold(following, |mut following| async {
        let chunk = following.next().await?;
        Some((Ok::<_, Infallible>(Bytes::from(chunk)), following))
    });
    bytes("text/event-stream", Body::from_stream(chunks))
}

impl Following {
    /// The next piece of the stream; `None` when the server stops or the journal fails.
    async fn next(&mut self) -> Option<String> {
        let mut recorded = self.app.core().changes();
        let mut stopping = self.app.stopping.clone();
        loop {
            if *stopping.borrow() {
                return None;
            }
            let text = self.more().await.ok()?;
            if !text.is_empty() {
                return Some(text);
            }
            tokio::select! {
                changed = recorded.changed() => {
                    changed.ok()?;
                    let sequence = *recorded.borrow_and_update();
                    self.app.core().durable(sequence).await.ok()?;
                }
                () = self.app.pace.sleep(HEARTBEAT) => {
                    // Tells also up to where nothing of the caller's is missing.
                    return Some(format!("event: complete\nid: {0}\ndata: {0}\n\n", self.after));
                }
                () = stopped(&mut stopping) => return None,
            }
        }
    }

    async fn more(&mut self) -> Result<String, Problem> {
        let (app, sight, after, limit) =
            (Arc::clone(&self.app), self.sight, self.after, self.limit);
        let read = move || feed::changes(app.core(), sight, after, limit);
        let read = tokio::task::spawn_blocking(read).await;
        let changes = read.map_err(|panicked| Problem::internal(&Defect::from(panicked)))??;
        self.after = changes.last;
        let mut text = String::new();
        for change in &changes.events {
            let data = serde_json::to_string(change).map_err(|error| Problem::internal(&error))?;
            text.push_str(&format!(
                "id: {}\nevent: {}\ndata: {data}\n\n",
                change.sequence, change.event
            ));
        }
        if text.is_empty() && changes.more {
            // Much of other people's lies between: go on at once.
            text.push_str(": \n\n");
        }
        Ok(text)
    }
}
