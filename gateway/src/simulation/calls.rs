//! A call of somebody outside through the interface, chunk by chunk.

use super::dice::Dice;
use super::faults::FaultKind;
use super::outside::{Answer, Call, Sheet};
use super::stage::{Side, Stage};
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use std::io;
use std::sync::Arc;
use tokio::sync::oneshot;

/// What somebody asks.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub caller: String,
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Only so many bytes of the body are sent; then the connection breaks.
    pub breaks_after: Option<usize>,
    pub sheet: Option<Sheet>,
    pub told: Option<usize>,
}

impl Request {
    pub fn get(caller: &str, path: &str) -> Self {
        Self {
            method: "GET",
            ..Self::post(caller, path, Vec::new())
        }
    }

    pub fn post(caller: &str, path: &str, body: Vec<u8>) -> Self {
        Self {
            caller: caller.to_owned(),
            method: "POST",
            path: path.to_owned(),
            headers: Vec::new(),
            body,
            breaks_after: None,
            sheet: None,
            told: None,
        }
    }
}

/// The answer; `None` where the gateway is down or is about to be, lets nobody in, or crashes
/// before it answers.
pub(super) async fn calls(stage: &Arc<Stage>, request: Request) -> Option<Answer> {
    let gate = stage.gate().filter(|gate| !gate.is_stopping())?;
    if is_expired(stage, &request.caller) {
        return None;
    }
    let (place, http) = begins(stage, &request)?;
    let (sender, answered) = oneshot::channel();
    let here = Arc::clone(stage);
    let answering = async move {
        let mut answer = gate.answer(&request.caller, http).await;
        // What a machine without power says comes to nobody.
        if gate.disk.is_powerless() {
            return std::future::pending().await;
        }
        answer.at = here.moment();
        if let Some(call) = here.outside().calls.get_mut(place)
            && request.breaks_after.is_none()
        {
            call.answer = Some(answer.clone());
        }
        let place = answer.headers.iter().find(|(name, _)| name == "location");
        let place = place.map_or("", |(_, place)| place.as_str());
        let told = format!(
            "{} {} by {}: {} {place}",
            request.method,
            request.path.split('?').next().unwrap_or_default(),
            short(&request.caller),
            answer.status
        );
        here.tell(told);
        // Whoever asked may be gone.
        drop(sender.send(answer));
    };
    stage.spawn(Side::Gateway, answering);
    let answer = answered.await.ok()?;
    // An answer that was cut off is none.
    (answer.status != 0).then_some(answer)
}

/// Writes down the call, and makes its HTTP request.
fn begins(stage: &Stage, request: &Request) -> Option<(usize, axum::http::Request<Body>)> {
    let sent = match request.breaks_after {
        Some(some) => request.body.get(..some).unwrap_or(&request.body),
        None => &request.body,
    };
    let gate = stage.gate();
    let call = Call {
        begun: stage.moment(),
        durable: gate.map_or(0, |gate| gate.core.journal().durable()),
        caller: request.caller.clone(),
        method: request.method,
        path: request.path.clone(),
        body: sent.to_vec(),
        is_whole: request.breaks_after.is_none(),
        sheet: request.sheet.clone(),
        told: request.told,
        answer: None,
    };
    let body = body(sent, request.breaks_after.is_some(), &stage.dice);
    let mut http = axum::http::Request::builder()
        .method(request.method)
        .uri(&request.path)
        .header("host", "gateway");
    for (name, value) in &request.headers {
        http = http.header(name, value);
    }
    let http = http.body(body).ok()?;
    let mut outside = stage.outside();
    outside.calls.push(call);
    Some((outside.calls.len() - 1, http))
}

/// The body in a few chunks; between two of them others have their turn.
fn body(sent: &[u8], breaks: bool, dice: &Dice) -> Body {
    if sent.is_empty() && !breaks {
        return Body::empty();
    }
    let cuts = dice.below(4);
    let mut rest = sent;
    let mut chunks: Vec<Result<Bytes, io::Error>> = Vec::new();
    for _ in 0..cuts {
        let some = dice.below(rest.len() as u64 + 1);
        let (chunk, left) = rest.split_at(usize::try_from(some).unwrap_or_default());
        chunks.push(Ok(Bytes::copy_from_slice(chunk)));
        rest = left;
    }
    chunks.push(Ok(Bytes::copy_from_slice(rest)));
    if breaks {
        chunks.push(Err(io::ErrorKind::ConnectionReset.into()));
    }
    let chunks = stream::unfold(chunks.into_iter(), |mut left| async {
        tokio::task::yield_now().await;
        let chunk = left.next()?;
        Some((chunk, left))
    });
    Body::from_stream(chunks)
}

/// The certificates of some callers end in some hours, and are renewed.
fn is_expired(stage: &Stage, caller: &str) -> bool {
    let kind = FaultKind::CallerCertificateExpired;
    let letters = caller.bytes();
    let sum = letters.fold(0i64, |sum, letter| sum * 31 % 1013 + i64::from(letter));
    let hour = stage.now_ms().div_euclid(3_600_000);
    let is_expired = stage.may(kind) && (hour + sum).rem_euclid(17) == 0;
    if is_expired {
        stage.struck(kind);
    }
    is_expired
}

/// The end of a URI, for the story.
pub(super) fn short(caller: &str) -> &str {
    caller.strip_prefix("urn:anxin:").unwrap_or(caller)
}
