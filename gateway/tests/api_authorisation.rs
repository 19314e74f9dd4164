//! Every route by every role, for what is the caller's own and what is not, as a golden table.
//! A route without a row fails. Run with `ANXIN_BLESS=1` to write the table anew, then read it.
//! And what an answer about the caller's own says of something that is not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::{Kit, other, own, person, system, wage_file};
use gateway::api::routes::{Method, ROUTES, Route};
use gateway::event::{Dispute, Event, Move, Origin};
use schemas::LineEvent;
use schemas::value::BatchId;
use serde_json::{Value, json};
use std::path::PathBuf;

const OPERATOR: &str = "urn:anxin:operator:ops:person:li";
const SECOND_OPERATOR: &str = "urn:anxin:operator:ops:person:wang";
/// Where the employer is registered, and all of it.
const COUNTY: &str = "urn:anxin:regulator:330110";
const PROVINCE: &str = "urn:anxin:regulator:330000";

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
                SECOND_OPERATOR.to_owned()
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

async fn accepted(kit: &Kit, csv: String) -> BatchId {
    let path = "/v1/batches?policy=good_lines";
    let sent = kit.call(&system(own()), "POST", path, &[], csv).await;
    let receipt = sent.expect(202).json();
    BatchId::parse(receipt["batch_id"].as_str().unwrap()).unwrap()
}

/// One wage of `own` for a project in Yiwu (330782): for its own county there is no such batch.
async fn in_yiwu(kit: &Kit) -> BatchId {
    let csv = wage_file(own(), "YIWU-7", "ICBC", 1, 0);
    let project = "项目编码,330782202611000001\r\n付款账号,";
    let id = accepted(kit, csv.replace("付款账号,", project)).await;
    let path = format!("/v1/batches/{id}");
    kit.get(COUNTY, &path).await.expect(404);
    id
}

/// Who sees the batch in Yiwu reads of it there, in both languages; the county's regulator reads
/// neither its numbers nor that of its payment.
async fn assert_hidden_from_the_county(kit: &Kit, path: &str, yiwu: BatchId) {
    let names = |text: &str| text.contains("YIWU-7") || text.contains(&format!("{yiwu}.1"));
    let employer = system(own());
    for (caller, may) in [(&*employer, true), (PROVINCE, true), (COUNTY, false)] {
        for lang in ["zh", "en"] {
            let headers = [("accept-language", lang)];
            let reply = kit.call(caller, "GET", path, &headers, "").await;
            let text = reply.expect(200).text();
            assert_eq!(names(&text), may, "{caller} {path}: {text}");
        }
    }
}

/// The finding of a code, as the county's regulator reads it.
async fn found_by_the_county(kit: &Kit, batch: BatchId, code: &str) -> Value {
    let path = format!("/v1/batches/{batch}/findings");
    let all = kit.get(COUNTY, &path).await.expect(200).json();
    let mut findings = all["findings"].as_array().unwrap().iter();
    let found = findings.find(|finding| finding["code"] == code);
    found.unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn m6_a_warning_tells_a_county_nothing_of_another_county_s_payment() {
    let kit = Kit::start().await;
    let yiwu = in_yiwu(&kit).await;
    // The same wage without a project is of the employer's county.
    let own_one = accepted(&kit, wage_file(own(), "HZ-8", "ICBC", 1, 0)).await;
    let finding = found_by_the_county(&kit, own_one, "payee_in_flight").await;
    assert_eq!(
        (&finding["line"], &finding["field"], &finding["value"]),
        (&json!(1), &json!("id_number"), &Value::Null)
    );
    let words = "同一人同一月份同一金额的工资已在其他批次中";
    assert_eq!(finding["message"], words);
    assert_eq!(finding["payments"], Value::Null);
    for form in ["json", "csv"] {
        let path = format!("/v1/batches/{own_one}/findings?format={form}");
        assert_hidden_from_the_county(&kit, &path, yiwu).await;
    }
    kit.stop().await;
}

/// Where it refused a line, the error stands in the line, the payment and the report as well.
#[tokio::test(flavor = "multi_thread")]
async fn m6_an_error_tells_a_county_nothing_of_another_county_s_payment() {
    let kit = Kit::start().await;
    let yiwu = in_yiwu(&kit).await;
    // The first of two lines corrects a payment that nobody has approved yet.
    let csv = wage_file(own(), "HZ-8", "ICBC", 2, 0);
    let csv = csv.replace("备注\r\n", "备注,原明细\r\n");
    let csv = csv.replace("月工资\r\n", "月工资,\r\n");
    let csv = csv.replacen("月工资,\r\n", &format!("月工资,{yiwu}.1\r\n"), 1);
    let own_one = accepted(&kit, csv).await;
    let finding = found_by_the_county(&kit, own_one, "correction_conflict").await;
    assert_eq!(finding["value"], Value::Null);
    assert_eq!(finding["message"], "原明细不能补发");
    for path in [
        format!("/v1/batches/{own_one}/findings"),
        format!("/v1/batches/{own_one}/lines?state=refused"),
        format!("/v1/batches/{own_one}/report"),
        format!("/v1/payments/{own_one}.1"),
    ] {
        assert_hidden_from_the_county(&kit, &path, yiwu).await;
    }
    kit.stop().await;
}

/// The wage in Yiwu failed, its bank says otherwise, and two operators call it paid.
async fn paid_after_all(kit: &Kit, yiwu: BatchId) {
    let file_no = kit.core.desk().batch(yiwu).unwrap().files[0];
    let paid = Move {
        index: 1,
        event: LineEvent::Pay,
        reason: None,
        detail: None,
        bank_code: None,
        reported_fen: None,
        of_line: 0,
    };
    kit.record(Event::Outcomes {
        file_no,
        origin: Origin::Result,
        message: None,
        why: None,
        is_final: false,
        moves: Vec::new(),
        disputes: vec![(1, Dispute::ResultContradiction, paid)],
    });
    let path = format!("/v1/payments/{yiwu}.1/resolution");
    let mut words = json!({"evidence_digest": "ab".repeat(32)});
    let confirmation = words.to_string();
    words["outcome"] = json!("paid");
    words["words"] = json!("银行书面回函");
    let proposed = kit.post(OPERATOR, &path, words.to_string()).await;
    proposed.expect(200);
    let path = format!("{path}/confirm");
    let confirmed = kit.post(SECOND_OPERATOR, &path, confirmation).await;
    confirmed.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn m6_a_batch_names_no_other_payment_to_whom_that_one_is_not() {
    let kit = Kit::start().await;
    let yiwu = in_yiwu(&kit).await;
    let path = format!("/v1/batches/{yiwu}");
    let batch = kit.get(&system(own()), &path).await.expect(200).json();
    let approval = json!({
        "digest": batch["digest"], "line_count": batch["line_count"],
        "total_fen": batch["total_fen"], "acknowledged": [],
    });
    let (checker, path) = (person(own(), "checker"), format!("{path}/approve"));
    let approved = kit.post(&checker, &path, approval.to_string()).await;
    approved.expect(200);
    kit.instruct(yiwu, 1);
    kit.outcomes(yiwu, &[LineEvent::Fail]);
    let own_one = accepted(&kit, wage_file(own(), "HZ-8", "ICBC", 1, 0)).await;
    paid_after_all(&kit, yiwu).await;
    let path = format!("/v1/batches/{own_one}");
    let shown = kit.get(&system(own()), &path).await.expect(200).json();
    let (own_line, other) = (format!("{own_one}.1"), format!("{yiwu}.1"));
    let expected = json!([{"payment_id": own_line, "other_payment_id": other}]);
    assert_eq!(shown["other_payments"]["payments"], expected);
    let shown = kit.get(COUNTY, &path).await.expect(200).json();
    assert_eq!(shown["other_payments"], Value::Null);
    assert_hidden_from_the_county(&kit, &path, yiwu).await;
    kit.stop().await;
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
