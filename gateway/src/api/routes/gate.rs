//! The gate that every call passes: role, parameters, then the handler, then the common headers.

use super::{Method, ROUTES, Route};
use crate::access::{Caller, Role};
use crate::api::app::App;
use crate::api::body::shown;
use crate::api::call::{Call, language, same_site};
use crate::api::problem::{Kind, Problem};
use axum::body::Body;
use axum::extract::{Query, RawPathParams};
use axum::http::{HeaderValue, Request, Response, header};
use axum::routing::{MethodFilter, MethodRouter, on};
use axum::{RequestExt as _, Router};
use schemas::Lang;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Marks calls that came by the operator network's address.
#[derive(Clone, Copy, Debug)]
pub struct OperatorNetwork;

/// The router of the table.
pub fn router(app: Arc<App>) -> Router {
    let mut paths: BTreeMap<&'static str, MethodRouter> = BTreeMap::new();
    for route in ROUTES {
        let app = Arc::clone(&app);
        let filter = match route.method {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
        };
        let answer = move |request: Request<Body>| {
            let app = Arc::clone(&app);
            async move { answer(app, route, request).await }
        };
        let methods = paths.remove(route.path).unwrap_or_default();
        paths.insert(route.path, methods.merge(on(filter, answer)));
    }
    let mut router = Router::new();
    for (path, methods) in paths {
        router = router.route(path, methods);
    }
    router
        .fallback(|request: Request<Body>| refuse(request, Kind::NotFound))
        .method_not_allowed_fallback(|request| refuse(request, Kind::MethodNotAllowed))
}

async fn refuse(request: Request<Body>, kind: Kind) -> Response<Body> {
    let lang = language(request.headers());
    let path = request.uri().path().to_owned();
    finish(Problem::new(kind).into_response(lang, &path), lang)
}

async fn answer(app: Arc<App>, route: &'static Route, request: Request<Body>) -> Response<Body> {
    let lang = language(request.headers());
    let instance = request.uri().path().to_owned();
    let metrics = Arc::clone(&app.metrics);
    let answered = match admit(app, route, request, lang).await {
        Ok(call) => (route.handler)(call).await,
        Err(problem) => Err(problem),
    };
    let response = match answered {
        Ok(response) => response,
        Err(problem) => problem.into_response(lang, &instance),
    };
    metrics.request(route.path, response.status().as_u16());
    finish(response, lang)
}

async fn admit(
    app: Arc<App>,
    route: &'static Route,
    mut request: Request<Body>,
    lang: Lang,
) -> Result<Call, Problem> {
    let caller = request.extensions().get::<Arc<Caller>>().cloned();
    let network = request.extensions().get::<OperatorNetwork>().is_some();
    may_call(&app, route, caller.as_deref(), network)?;
    if route.method == Method::Post {
        same_site(request.headers(), request.uri())?;
    }
    let path = match request.extract_parts::<RawPathParams>().await {
        Ok(parts) => {
            let parts = parts
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()));
            parts.collect()
        }
        // Not UTF-8: nothing is called so.
        Err(_) => return Err(Problem::not_found()),
    };
    let query = parameters(route, &request)?;
    let (parts, body) = request.into_parts();
    Ok(Call {
        app,
        caller,
        lang,
        path,
        parameters: route.parameters,
        query,
        headers: parts.headers,
        body: Mutex::new(body),
    })
}

/// What a role may not read does not exist for it; what it may not do is forbidden.
fn may_call(
    app: &App,
    route: &Route,
    caller: Option<&Caller>,
    network: bool,
) -> Result<(), Problem> {
    // Whoever reaches the operator network's address is the operator there.
    let role = match network && route.operator_network {
        true => Some(Role::Operator),
        false => caller.map(Caller::role),
    };
    if role.is_some_and(|role| route.allows(&app.roles, role)) {
        return Ok(());
    }
    match (route.method, caller) {
        (Method::Post, Some(_)) => Err(Problem::new(Kind::Forbidden).with("why", "role")),
        (Method::Get, _) | (Method::Post, None) => Err(Problem::not_found()),
    }
}

/// The parameters; an unknown one is refused, because a misspelt filter would show everything.
fn parameters(route: &Route, request: &Request<Body>) -> Result<BTreeMap<String, String>, Problem> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(request.uri());
    let Ok(Query(pairs)) = pairs else {
        return Err(Problem::bad(
            "query",
            "查询串不合规",
            "the query can't be read",
        ));
    };
    let mut parameters = BTreeMap::new();
    for (name, value) in pairs {
        let Some(known) = route.parameters.iter().find(|known| known.name == name) else {
            return Err(unknown(route, &name));
        };
        if value.is_empty() {
            continue;
        }
        if parameters.insert(name, value).is_some() {
            return Err(Problem::bad(
                known.name,
                &format!("参数 {} 重复，请只写一次", known.name),
                &format!("the parameter {} stands twice; give it once", known.name),
            ));
        }
    }
    Ok(parameters)
}

fn unknown(route: &Route, name: &str) -> Problem {
    let name = shown(name);
    let names: Vec<&str> = route.parameters.iter().map(|known| known.name).collect();
    let (zh, en) = match names.is_empty() {
        true => ("；本接口没有参数".to_owned(), "; it has none".to_owned()),
        false => (
            format!("；可用的参数：{}", names.join("、")),
            format!("; it has {}", names.join(", ")),
        ),
    };
    Problem::new(Kind::BadRequest)
        .detail(
            &format!("本接口没有参数 {name}{zh}"),
            &format!("this call has no parameter {name}{en}"),
        )
        .with("field", "query")
        .with("parameter", name)
}

/// The headers of every answer: what is personal stays in no cache, nothing is sniffed.
fn finish(mut response: Response<Body>, lang: Lang) -> Response<Body> {
    let headers = response.headers_mut();
    let common = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (
            header::CONTENT_LANGUAGE,
            match lang {
                Lang::Zh => "zh-CN",
                Lang::En => "en",
            },
        ),
    ];
    for (name, value) in common {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
