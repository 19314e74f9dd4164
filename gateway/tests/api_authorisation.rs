//! Every route by every role, for what is the caller's own and what is not, as a golden table.
//! A route without a row fails. Run with `ANXIN_BLESS=1` to write the table anew, then read it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::{Kit, other, own, person};
use gateway::api::routes::{Method, ROUTES, Route};
use schemas::LineEvent;
use schemas::value::BatchId;
use std::path::PathBuf;

const OPERATOR: &str = "urn:anxin:operator:ops:person:li";

/// The callers of the columns: of each role one to whom the batch belongs and one to whom not.
fn callers() -> [(&'static str, String); 8] {
    [
        ("employer own", person(own(), "maker")),
        ("employer foreign", person(other(), "maker")),
        ("bank own", "urn:anxin:bank:ICBC".to_owned()),
        ("bank foreign", "urn:anxin:bank:ABC".to_owned()),
        ("regulator own", "urn:anxin:regulator:330100".to_owned()),
        ("regulator foreign", "urn:anxin:regulator:330200".to_owned()),
        ("operator person", OPERATOR.to_owned()),
        ("operator system", "urn:anxin:operator:ops".to_owned()),
    ]
}

/// A bank file, its batch, and the sum of its lines.
struct File {
    batch: BatchId,
    file_no: u64,
    total_fen: i64,
}

fn path(route: &Route, id: BatchId, file: &File) -> String {
    let path = route.path.replace("{code}", "ICBC");
    if route.name == "proveConsistency" {
        format!("{path}?from=1")
    } else if path.contains("/payments/") {
        path.replace("{id}", &format!("{id}.2"))
    } else if path.contains("/files/") {
        let path = path.replace("{id}", &file.batch.to_string());
        path.replace("{file_no}", &file.file_no.to_string())
    } else {
        path.replace("{id}", &id.to_string())
    }
}

fn body(route: &Route, file: &File) -> String {
    let digest = "ab".repeat(32);
    let seen = format!(r#""line_count":1,"total_fen":{}"#, file.total_fen);
    match route.name {
        "approveBatch" => {
            format!(r#"{{"digest":"{digest}","line_count":1,"total_fen":1,"acknowledged":[]}}"#)
        }
        "proposeResolution" => {
            format!(r#"{{"outcome":"paid","words":"银行书面回函","evidence_digest":"{digest}"}}"#)
        }
        "confirmResolution" => format!(r#"{{"evidence_digest":"{digest}"}}"#),
        "proposeFileResolution" => format!(
            r#"{{"outcome":"paid","words":"银行书面回函","evidence_digest":"{digest}",{seen}}}"#
        ),
        "confirmFileResolution" => format!(r#"{{"evidence_digest":"{digest}",{seen}}}"#),
        "submitBatch" | "pushMessage" => "x".to_owned(),
        _ => String::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_by_every_role_is_as_the_golden_table_says() {
    let kit = Kit::start().await;
    let steps = [LineEvent::Pay, LineEvent::LoseTrack, LineEvent::Fail];
    let id = kit.with_outcomes(own(), "GZ-1", &steps).await;
    // Of other people: a number of another length.
    let batch = kit
        .with_outcomes(own(), "GZ-22", &[LineEvent::LoseTrack])
        .await;
    let file = {
        let desk = kit.core.desk();
        let of = desk.batch(batch).unwrap();
        let (file_no, total_fen) = (of.files[0], of.head.total_fen);
        File {
            batch,
            file_no,
            total_fen,
        }
    };
    let names: Vec<&str> = callers().iter().map(|(name, _)| *name).collect();
    let mut table = format!("route | {}\n", names.join(" | "));
    for route in ROUTES {
        let mut cells = vec![format!("{route:?}")];
        for (_, caller) in callers() {
            // A confirmation needs another operator than the proposal.
            let confirms = ["confirmResolution", "confirmFileResolution"].contains(&route.name);
            let second = confirms && caller == OPERATOR;
            let caller = if second {
                "urn:anxin:operator:ops:person:wang".to_owned()
            } else {
                caller
            };
            let reply = match route.method {
                Method::Get => kit.get(&caller, &path(route, id, &file)).await,
                Method::Post => {
                    let body = body(route, &file);
                    kit.post(&caller, &path(route, id, &file), body).await
                }
            };
            cells.push(reply.status.to_string());
        }
        table.push_str(&cells.join(" | "));
        table.push('\n');
    }
    kit.stop().await;
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/authorisation.txt");
    if std::env::var_os("ANXIN_BLESS").is_some() {
        std::fs::write(&file, &table).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap_or_default(), table);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_network_shows_health_and_nothing_of_a_party() {
    use http_body_util::BodyExt as _;
    let kit = Kit::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let app = std::sync::Arc::clone(&kit.app);
    let server = tokio::spawn(gateway::api::serve_operator_network(
        listener, app, stopping,
    ));
    for route in ROUTES.iter().filter(|route| route.method == Method::Get) {
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let io = hyper_util::rt::TokioIo::new(stream);
        let (mut sender, connection) = hyper::client::conn::http1::handshake(io).await.unwrap();
        let driver = tokio::spawn(connection);
        let request = hyper::Request::get(route.path.replace(['{', '}'], ""))
            .header("host", "localhost")
            .body(http_body_util::Empty::<hyper::body::Bytes>::new())
            .unwrap();
        let response = sender.send_request(request).await.unwrap();
        let status = if route.operator_network { 200 } else { 404 };
        assert_eq!(response.status().as_u16(), status, "{route:?}");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert!(!body.is_empty());
        driver.abort();
    }
    stop.send_replace(true);
    server.await.unwrap();
    kit.stop().await;
}
