//! The status report against the schema of ISO 20022, findings as csv, and copies that race.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::stand_ins::pain_001;
use api_kit::{Kit, own, system, wage_file};
use schemas::value::{BankCode, Purpose};
use schemas::{LineEvent, people};
use std::io::Write as _;
use std::process::{Command, Stdio};

const XSD: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../shared/iso/xsd/pain.002.001.10.xsd"
);

const READ: Purpose = Purpose::Matching;

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

/// What a sender's program finds its own message by.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_a_pain_001_has_the_references_of_its_file() {
    let kit = Kit::start().await;
    let path = "/v1/batches?policy=good_lines";
    let sent = kit
        .call(&system(own()), "POST", path, &[], pain_001(own()))
        .await;
    let receipt = sent.expect(202).json();
    let id = receipt["batch_id"].as_str().unwrap();
    let report = kit
        .get(&system(own()), &format!("/v1/batches/{id}/report"))
        .await
        .expect(200);
    validate(&report.body);
    let text = report.text();
    for expected in [
        "<OrgnlMsgId>GZ-P</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.03</OrgnlMsgNmId>\
         <OrgnlNbOfTxs>3</OrgnlNbOfTxs><OrgnlCtrlSum>30.00</OrgnlCtrlSum>",
        "<OrgnlPmtInfAndSts><OrgnlPmtInfId>P-A</OrgnlPmtInfId>\n",
        "</TxInfAndSts>\n</OrgnlPmtInfAndSts>\n\
         <OrgnlPmtInfAndSts><OrgnlPmtInfId>P-B</OrgnlPmtInfId>\n",
        "<OrgnlInstrId>I&amp;1</OrgnlInstrId><OrgnlEndToEndId>007</OrgnlEndToEndId>\
         <TxSts>RCVD</TxSts>",
        "<OrgnlEndToEndId>R-2</OrgnlEndToEndId>",
        "<OrgnlEndToEndId>R-3</OrgnlEndToEndId><TxSts>RJCT</TxSts>\
         <StsRsnInf><Rsn><Prtry>refused</Prtry></Rsn><AddtlInf>报送时未受理</AddtlInf>\
         <AddtlInf>实发金额 0.00 不大于零</AddtlInf>",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    assert_eq!(text.matches("<OrgnlPmtInfAndSts>").count(), 2);
    // The same references in the lines, where they are no line numbers.
    let lines = format!("/v1/batches/{id}/lines");
    let page = kit.get(&system(own()), &lines).await.expect(200).json();
    let reference = |at: usize| page["lines"][at]["reference"].clone();
    let null = serde_json::Value::Null;
    assert_eq!([reference(0), reference(2)], [null.clone(), null]);
    assert_eq!(reference(1), "R-2");
    let payment = format!("/v1/payments/{id}.2");
    let shown = kit.get(&system(own()), &payment).await.expect(200).json();
    assert_eq!(shown["reference"], "R-2");
    kit.stop().await;
}

/// Some senders write the person into a reference. Their own programs find the message by it; a
/// regulator sees it masked as in the lines, and of a refused line, whose person nothing tells any
/// more, not at all.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_shows_a_regulator_no_person_of_a_reference() {
    let kit = Kit::start().await;
    let person = |n| people::person(6, n, BankCode::parse("ABC").ok());
    let (one, refused) = (person(1), person(3));
    let clear = |one: &people::Person| {
        let (name, number) = (&one.name, one.id_number);
        let words = format!("{}-{}", name.reveal(READ), number.reveal(READ));
        (words, one.account.reveal(READ).to_owned())
    };
    let ((first, card), (last, _)) = (clear(&one), clear(&refused));
    let file = pain_001(own())
        .replace("I&amp;1", &card)
        .replace(">007<", &format!(">{first}<"));
    let file = file
        .replace(">R-3<", &format!(">{last}<"))
        .replace(">P-A<", &format!(">{card}<"));
    let path = "/v1/batches?policy=good_lines";
    let sent = kit.call(&system(own()), "POST", path, &[], file).await;
    let receipt = sent.expect(202).json();
    let path = format!(
        "/v1/batches/{}/report",
        receipt["batch_id"].as_str().unwrap()
    );
    let report = kit.get(&system(own()), &path).await.expect(200).text();
    for expected in [
        format!("<OrgnlPmtInfId>{card}</OrgnlPmtInfId>"),
        format!("<OrgnlInstrId>{card}</OrgnlInstrId><OrgnlEndToEndId>{first}</OrgnlEndToEndId>"),
        format!("<OrgnlEndToEndId>{last}</OrgnlEndToEndId><TxSts>RJCT</TxSts>"),
    ] {
        assert!(report.contains(&expected), "{expected}\n{report}");
    }
    let shown = kit
        .get("urn:anxin:regulator:330000", &path)
        .await
        .expect(200);
    validate(&shown.body);
    let shown = shown.text();
    for hidden in [&first, &last]
        .into_iter()
        .flat_map(|words| words.split('-'))
        .chain([&*card])
    {
        assert!(!shown.contains(hidden), "{hidden}\n{shown}");
    }
    let masked = [
        one.account.masked(),
        one.name.masked(),
        one.id_number.masked(),
    ];
    let [card, name, number] = masked;
    let masked = format!(
        "<OrgnlInstrId>{card}</OrgnlInstrId>\
                          <OrgnlEndToEndId>{name}-{number}</OrgnlEndToEndId>"
    );
    assert!(shown.contains(&masked), "{masked}\n{shown}");
    // What names nobody stays.
    for kept in [
        "<OrgnlPmtInfId>P-B<",
        "<OrgnlEndToEndId>R-2<",
        ">pain.001.001.03<",
    ] {
        assert!(shown.contains(kept), "{kept}\n{shown}");
    }
    kit.stop().await;
}

/// The sums are the file's, not those of what is payable.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_states_the_sums_of_the_whole_file() {
    let kit = Kit::start().await;
    let csv = wage_file(own(), "GZ-1", "ICBC", 3, 0);
    let row = csv.lines().find(|line| line.starts_with("2,")).unwrap();
    let account = row.split(',').nth(4).unwrap();
    let bad = csv.replace(account, "12");
    let path = "/v1/batches?policy=good_lines";
    let sent = kit.call(&system(own()), "POST", path, &[], bad).await;
    let receipt = sent.expect(202).json();
    assert_eq!(receipt["total_fen"], 200_004);
    let id = receipt["batch_id"].as_str().unwrap();
    let report = kit
        .get(&system(own()), &format!("/v1/batches/{id}/report"))
        .await
        .expect(200);
    validate(&report.body);
    let text = report.text();
    // 1000.01 + 1000.02 + 1000.03.
    for expected in [
        "<OrgnlMsgNmId>csv</OrgnlMsgNmId><OrgnlNbOfTxs>3</OrgnlNbOfTxs>\
         <OrgnlCtrlSum>3000.06</OrgnlCtrlSum>",
        "<DtldNbOfTxs>1</DtldNbOfTxs><DtldSts>RJCT</DtldSts><DtldCtrlSum>1000.02</DtldCtrlSum>",
        "<OrgnlPmtInfId>GZ-1</OrgnlPmtInfId>",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    kit.stop().await;
}

/// Without the amount of a refused line no sum of the report would be the file's: it has none.
/// In JSON refused lines are outside the sums, whatever they state.
#[tokio::test(flavor = "multi_thread")]
async fn a_sum_that_is_not_known_is_left_out() {
    let kit = Kit::start().await;
    let csv = wage_file(own(), "GZ-1", "ICBC", 3, 0);
    let bad = csv
        .replace("1000.02", "1000.0x")
        .replace("3000.06", "2000.04");
    let path = "/v1/batches?policy=good_lines";
    let sent = kit.call(&system(own()), "POST", path, &[], bad).await;
    let receipt = sent.expect(202).json();
    let id = receipt["batch_id"].as_str().unwrap();
    let path = format!("/v1/batches/{id}");
    let batch = kit.get(&system(own()), &path).await.expect(200).json();
    let refused = serde_json::json!({"count": 1, "fen": 0});
    assert_eq!(batch["states"]["refused"], refused);
    let report = kit.get(&system(own()), &format!("{path}/report")).await;
    let report = report.expect(200);
    validate(&report.body);
    let text = report.text();
    for expected in [
        "<OrgnlNbOfTxs>3</OrgnlNbOfTxs><GrpSts>PART</GrpSts>",
        "<DtldNbOfTxs>2</DtldNbOfTxs><DtldSts>RCVD</DtldSts><DtldCtrlSum>2000.04</DtldCtrlSum>",
        "<DtldNbOfTxs>1</DtldNbOfTxs><DtldSts>RJCT</DtldSts></NbOfTxsPerSts>",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
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
