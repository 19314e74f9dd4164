//! One call: who asks what, in which language; and the ways in which calls are answered.

use crate::access::{Caller, Sight};
use crate::api::app::App;
use crate::api::problem::{Kind, Problem};
use crate::api::routes::Parameter;
use crate::clock::BoxFuture;
use crate::core::CoreError;
use crate::failure::Defect;
use axum::body::Body;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header};
use schemas::Lang;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Handle;

/// An answer, or why there is none.
pub type Answer = Result<Response<Body>, Problem>;

/// What answers a call.
pub type Handler = fn(Call) -> BoxFuture<'static, Answer>;

/// A call that passed the gate: its role may do this.
pub struct Call {
    /// What it works with.
    pub app: Arc<App>,
    /// Who asks; `None` only on the operator network.
    pub caller: Option<Arc<Caller>>,
    /// The language of the answer.
    pub lang: Lang,
    /// The parts of the path.
    pub path: BTreeMap<String, String>,
    /// The parameters that the call has.
    pub parameters: &'static [Parameter],
    /// The parameters given; each at most once, none that the table does not name.
    pub query: BTreeMap<String, String>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, until it is taken; in a lock only so that a call may be shared between threads.
    pub body: Mutex<Body>,
}

impl Call {
    /// The caller.
    ///
    /// # Errors
    /// Not found, where there is none: the operator network has no party's calls.
    pub fn caller(&self) -> Result<Arc<Caller>, Problem> {
        self.caller.clone().ok_or_else(Problem::not_found)
    }

    /// What the caller may see.
    #[must_use]
    pub fn sight(&self) -> Sight {
        self.caller
            .as_ref()
            .map_or(Sight::Nothing, |caller| caller.sight)
    }

    /// Takes the body; a second time it is empty.
    pub fn take_body(&mut self) -> Body {
        let body = self.body.get_mut().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(body)
    }

    /// A part of the path, read by its parsing door; a text that can't be one does not exist.
    ///
    /// # Errors
    /// Not found.
    pub fn part<T, E>(
        &self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, Problem> {
        let text = self.path.get(name).ok_or_else(Problem::not_found)?;
        read(text).map_err(|_| Problem::not_found())
    }

    /// A parameter, read by its parsing door.
    ///
    /// # Errors
    /// Bad request, naming the parameter.
    pub fn parameter<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        match self.query.get(name) {
            None => Ok(None),
            Some(text) => read(text).map(Some).ok_or_else(|| {
                let known = self.parameters.iter().find(|known| known.name == name);
                let (zh, en) = known.map_or((String::new(), String::new()), Parameter::allowed);
                Problem::bad(
                    name,
                    &format!("参数 {name} 的值不符合要求{zh}"),
                    &format!("the value of the parameter {name} is not of its form{en}"),
                )
            }),
        }
    }

    /// Does work that may block (the lock, the disk) on a thread for it; where there is no runtime,
    /// and so no thread (the simulation), where it stands.
    ///
    /// # Errors
    /// What the work says; an internal problem if it panicked.
    pub async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&App) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let app = Arc::clone(&self.app);
        let Ok(runtime) = Handle::try_current() else {
            return work(&app);
        };
        match runtime.spawn_blocking(move || work(&app)).await {
            Ok(result) => result,
            Err(panicked) => Err(Problem::internal(&Defect::from(panicked))),
        }
    }

    /// Waits until what was read or written survives a crash (M3).
    ///
    /// # Errors
    /// Unavailable, when it never will.
    pub async fn durable(&self, sequence: u64) -> Result<(), Problem> {
        Ok(self.app.core().durable(sequence).await?)
    }

    /// Reads something that depends on records up to the sequence that comes with it, and waits
    /// for that sequence: nobody sees what a crash would take back. What is there and forbids a
    /// command is shown by the refusal as well, whichever record made it so.
    ///
    /// # Errors
    /// As the work and the journal say; a refusal that the journal can't keep is none.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&App) -> Result<(T, u64), Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let done = self.blocking(work).await;
        match &done {
            Ok((_, sequence)) => self.durable(*sequence).await?,
            Err(problem) if *problem.kind() == Kind::Conflict => {
                let sequence = self.app.core().desk().sequence();
                self.durable(sequence).await?;
            }
            Err(_) => {}
        }
        Ok(done?.0)
    }
}

/// A JSON answer.
///
/// # Errors
/// Internal, when the value can't be written.
pub fn json(status: StatusCode, value: &impl Serialize) -> Answer {
    let text =
        serde_json::to_vec(value).map_err(|error| Problem::internal(&CoreError::Json(error)))?;
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

/// An answer of a given content type.
///
/// # Errors
/// Internal, when the content type is no header value.
pub fn bytes(content_type: &str, body: impl Into<Body>) -> Answer {
    let mut response = Response::new(body.into());
    let kind = HeaderValue::from_str(content_type).map_err(|error| Problem::internal(&error))?;
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

/// The language that the caller reads: English where it comes before Chinese in
/// `Accept-Language`, else Chinese.
#[must_use]
pub fn language(headers: &HeaderMap) -> Lang {
    let text = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok());
    let mut best: Option<(u32, Lang)> = None;
    for (tag, weight) in weighed(text.unwrap_or_default()) {
        let lang = match tag.split('-').next() {
            Some("zh" | "*") => Lang::Zh,
            Some("en") => Lang::En,
            Some(_) | None => continue,
        };
        if weight > 0 && best.is_none_or(|(known, _)| weight > known) {
            best = Some((weight, lang));
        }
    }
    best.map_or(Lang::Zh, |(_, lang)| lang)
}

/// Which of the kinds that a call has the caller likes best, by `Accept` (RFC 9110 12.5.1): the
/// most specific range of a kind gives its quality, the first of equals is taken. The first kind
/// where none is acceptable or nothing is said.
#[must_use]
pub fn preferred<'k>(headers: &HeaderMap, kinds: &[&'k str]) -> Option<&'k str> {
    let text = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    let ranges: Vec<(String, u32)> = weighed(text.unwrap_or_default()).collect();
    let quality = |kind: &str| {
        let group = kind.split('/').next().unwrap_or_default();
        let all = [kind.to_owned(), format!("{group}/*"), "*/*".to_owned()];
        let range = |wanted: &String| ranges.iter().find(|(range, _)| range == wanted);
        all.iter().find_map(range).map_or(0, |(_, weight)| *weight)
    };
    let mut best = kinds.first().map(|kind| (quality(kind), *kind))?;
    for kind in kinds {
        if quality(kind) > best.0 {
            best = (quality(kind), *kind);
        }
    }
    Some(best.1)
}

/// The ranges of a header with their qualities in thousandths, lower case.
fn weighed(text: &str) -> impl Iterator<Item = (String, u32)> + '_ {
    text.split(',').map(|range| {
        let mut parts = range.split(';');
        let name = parts.next().unwrap_or_default().trim();
        let weight = parts
            .find_map(|part| part.trim().strip_prefix("q="))
            .map_or(1000, permille);
        (name.to_ascii_lowercase(), weight)
    })
}

/// A quality of RFC 9110 12.4.2 in thousandths; 0 for what is none.
fn permille(text: &str) -> u32 {
    let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits: String = decimals.chars().chain("000".chars()).take(3).collect();
    match (whole, digits.parse::<u32>()) {
        ("1", _) => 1000,
        ("0", Ok(thousandths)) => thousandths,
        _ => 0,
    }
}

/// Refuses what a browser sends on behalf of another site: the certificate would come along. The
/// site that was asked is in `host`, or in HTTP/2 in the address.
///
/// # Errors
/// Forbidden.
pub fn same_site(headers: &HeaderMap, address: &Uri) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let asked = text("host").or_else(|| address.authority().map(Authority::as_str));
    let crossed = matches!(text("sec-fetch-site"), Some("cross-site" | "same-site"));
    let foreign = text("origin").is_some_and(|origin| {
        let origin_host = origin.split_once("://").map_or("", |(_, host)| host);
        asked.is_none_or(|host| !host.eq_ignore_ascii_case(origin_host))
    });
    if crossed || foreign {
        return Err(Problem::new(Kind::Forbidden).detail(
            "不接受其他网站发起的请求",
            "a request that another site started is not taken",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
