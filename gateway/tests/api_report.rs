//! The status report against the schema of ISO 20022, findings as csv, and copies that race.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::{Kit, own, system, wage_file};
use schemas::LineEvent;
use std::io::Write as _;
use std::process::{Command, Stdio};

const XSD: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../shared/iso/xsd/pain.002.001.10.xsd"
);

/// Validates with xmllint. Without ../shared that holds the schema it is not run, and that is said
/// on stderr, past the capture of the test runner; without xmllint it fails.
fn validate(xml: &[u8]) {
    if !std::path::Path::new(XSD).exists() {
        writeln!(
            std::io::stderr(),
            "needs ../shared: not run: pain.002 schema"
        )
        .unwrap();
        return;
    }
    let mut child = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema", XSD, "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("xmllint (apt-get install libxml2-utils)");
    child.stdin.take().unwrap().write_all(xml).unwrap();
    let output = child.wait_with_output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_has_the_statuses_of_iso_20022_in_the_schemas_order() {
    let kit = Kit::start().await;
    let steps = [
        LineEvent::Pay,
        LineEvent::Fail,
        LineEvent::Return,
        LineEvent::LoseTrack,
    ];
    let id = kit.with_outcomes(own(), "GZ-1", &steps).await;
    let report = kit
        .get(&system(own()), &format!("/v1/batches/{id}/report"))
        .await
        .expect(200);
    assert_eq!(report.header("content-type"), "application/xml");
    let text = report.text();
    if let Some(path) = std::env::var_os("KEEP_REPORT") {
        std::fs::write(path, &report.body).unwrap();
    }
    validate(&report.body);
    assert!(text.contains("<OrgnlMsgId>GZ-1</OrgnlMsgId>") && text.contains("<GrpSts>PART<"));
    let per_status = "<NbOfTxsPerSts><DtldNbOfTxs>2</DtldNbOfTxs><DtldSts>ACSC</DtldSts>\
                      <DtldCtrlSum>2000.04</DtldCtrlSum></NbOfTxsPerSts>";
    assert!(text.contains(per_status), "{text}");
    let failed = format!(
        "<TxInfAndSts><StsId>{id}.2</StsId><OrgnlEndToEndId>2</OrgnlEndToEndId>\
         <TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn>\
         <AddtlInf>账户已销户</AddtlInf><AddtlInf>银行给出的原因：E17</AddtlInf>\
         </StsRsnInf></TxInfAndSts>"
    );
    assert!(text.contains(&failed), "{text}");
    assert!(text.contains("<TxSts>PDNG</TxSts>"));
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_are_kept_and_come_as_json_and_csv() {
    let kit = Kit::start().await;
    // One account for two people: a warning that refuses nothing.
    let csv = wage_file(own(), "GZ-1", "ICBC", 2, 0);
    let accounts: Vec<&str> = csv
        .lines()
        .filter(|line| line.contains(",01,"))
        .map(|line| line.split(',').nth(4).unwrap())
        .collect();
    let shared = csv.replace(accounts[1], accounts[0]);
    let receipt = kit.submit(&system(own()), &shared).await.expect(202).json();
    assert_eq!(receipt["findings"][0]["code"], "account_shared");
    let id = receipt["batch_id"].as_str().unwrap();
    let path = format!("/v1/batches/{id}/findings");
    let json = kit.get(&system(own()), &path).await.expect(200).json();
    assert_eq!(json["findings"], receipt["findings"]);
    let csv = kit
        .get(&system(own()), &format!("{path}?format=csv"))
        .await
        .expect(200);
    let text = csv.text();
    assert!(text.starts_with("\u{FEFF}code,severity,line,row,field,value,message,hint\r\n"));
    assert!(text.contains("account_shared,warning,2,"), "{text}");
    assert!(!text.contains(accounts[0]));
    let english = [("accept-language", "en")];
    let english = kit.call(&system(own()), "GET", &path, &english, "").await;
    assert!(
        english.json()["findings"][0]["message"]
            .as_str()
            .unwrap()
            .is_ascii()
    );
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn warnings_of_the_close_are_kept_told_again_and_acknowledged() {
    let kit = Kit::start().await;
    kit.with_outcomes(own(), "GZ-1", &[LineEvent::Pay]).await;
    // The same people, amounts and month under another number.
    let csv = wage_file(own(), "GZ-2", "ICBC", 2, 4000);
    let receipt = kit.submit(&system(own()), &csv).await.expect(202).json();
    assert_eq!(receipt["findings"][0]["code"], "payee_in_flight");
    assert_eq!(
        receipt["must_acknowledge"],
        serde_json::json!(["payee_in_flight"])
    );
    let replay = kit.submit(&system(own()), &csv).await.expect(200).json();
    assert_eq!(replay["findings"], receipt["findings"]);
    let path = format!("/v1/batches/{}", receipt["batch_id"].as_str().unwrap());
    let kept = kit
        .get(&system(own()), &format!("{path}/findings"))
        .await
        .json();
    assert_eq!(kept["findings"], receipt["findings"]);
    let batch = kit.get(&system(own()), &path).await.json();
    assert_eq!(batch["findings"]["warnings"], 1);
    let mut approval = serde_json::json!({
        "digest": receipt["digest"], "line_count": 2, "total_fen": receipt["total_fen"],
    });
    let (checker, path) = (api_kit::person(own(), "li"), format!("{path}/approve"));
    let missing = kit
        .post(&checker, &path, approval.to_string())
        .await
        .expect(409)
        .json();
    assert_eq!(missing["field"], "acknowledged");
    approval["acknowledged"] = serde_json::json!(["payee_in_flight"]);
    kit.post(&checker, &path, approval.to_string())
        .await
        .expect(200);
    kit.stop().await;
}

/// THREATS row 3.
#[tokio::test(flavor = "multi_thread")]
async fn copies_of_one_file_that_race_have_one_effect() {
    let kit = std::sync::Arc::new(Kit::start().await);
    let csv = wage_file(own(), "GZ-1", "ICBC", 50, 0);
    let copies: Vec<_> = (0..16)
        .map(|_| {
            let (kit, csv) = (std::sync::Arc::clone(&kit), csv.clone());
            tokio::spawn(async move { kit.submit(&system(own()), &csv).await })
        })
        .collect();
    let mut statuses = Vec::new();
    let mut batches = std::collections::BTreeSet::new();
    for copy in copies {
        let reply = copy.await.unwrap();
        statuses.push(reply.status);
        batches.insert(reply.json()["batch_id"].to_string());
    }
    statuses.sort_unstable();
    assert_eq!(batches.len(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 202).count(), 1);
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        15,
        "{statuses:?}"
    );
    assert_eq!(kit.core.desk().batches().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn http_2_is_spoken_too() {
    use http_body_util::{BodyExt as _, Full};
    use hyper::body::Bytes;
    use hyper_util::rt::{TokioExecutor, TokioIo};
    let kit = Kit::start().await;
    let stream = kit.connect_with(&system(own()), b"h2").await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    let driver = tokio::spawn(connection);
    let csv = wage_file(own(), "GZ-1", "ICBC", 2, 0);
    let request = hyper::Request::post("https://localhost/v1/batches")
        .body(Full::new(Bytes::from(csv)))
        .unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.status().as_u16(), 202);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(body.starts_with(b"{\"batch_id\""));
    driver.abort();
    kit.stop().await;
}
