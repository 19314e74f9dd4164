//! What a payroll clerk asks of the answers: which field, which line, why, since when.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::{Kit, own, person, system, wage_file};
use gateway::core::Fact;
use gateway::event::{Event, Move, Origin};
use schemas::value::BatchId;
use schemas::{FailureReason, LineEvent};
use serde_json::{Value, json};

/// The `n`th field, from 0, of the line with this number.
fn field_of(csv: &str, line: usize, n: usize) -> String {
    let row = csv.lines().filter(|row| row.contains(",01,")).nth(line - 1);
    row.unwrap().split(',').nth(n).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_names_the_field_of_the_line_and_no_value() {
    let kit = Kit::start().await;
    let first = wage_file(own(), "GZ-1", "ICBC", 3, 0);
    kit.submit(&system(own()), &first).await.expect(202);
    let name = field_of(&first, 3, 1);
    let (row, others) = {
        let row = first.lines().nth(14).unwrap().to_owned();
        assert!(row.starts_with("3,"), "{row}");
        let changed = |from: &str, to: &str| first.replace(&row, &row.replacen(from, to, 1));
        let others = [
            (changed(&name, "欧阳样三"), "lines[3].name"),
            (changed("2026年11月工资", "奖金"), "lines[3].memo"),
            (changed(",,2026", ",1100.00,2026"), "lines[3].gross_amount"),
            (changed(",ABC,", ",ICBC,"), "lines[3].bank"),
            (
                changed(",ABC,,", ",ABC,102100099996,"),
                "lines[3].cnaps_code",
            ),
            (changed("3,", "4,"), "lines[3].line_no"),
            // A value that is none can't be compared: the line is named.
            (changed(",ABC,,", ",ABC,102100099997,"), "lines[3]"),
        ];
        (row, others)
    };
    for (text, field) in others {
        let problem = kit.submit(&system(own()), &text).await;
        assert!(!problem.text().contains("欧阳样三"), "{}", problem.text());
        let problem = problem.expect(409).json();
        assert_eq!(problem["field"], field, "{problem}");
    }
    let words = |problem: &Value, lang: &str| problem[lang]["detail"].as_str().unwrap().to_owned();
    let renamed = kit
        .submit(&system(own()), &first.replace(&name, "欧阳样三"))
        .await;
    let problem = renamed.expect(409).json();
    let zh = words(&problem, "zh");
    assert!(zh.ends_with("第 3 笔明细的姓名（lines[3].name）"), "{zh}");
    let en = words(&problem, "en");
    assert!(en.ends_with("name of line 3 (lines[3].name)"), "{en}");
    // A file with an error is compared as far as it could be read.
    let wrong = first.replace(&row, &row.replacen("1000.03", "0", 1));
    let problem = kit.submit(&system(own()), &wrong).await.expect(409).json();
    assert_eq!(problem["field"], "lines[3].amount");
    // Another spelling of the same.
    let spelled = first.replace("批次号,GZ-1", "批次号, GZ-1");
    let problem = kit
        .submit(&system(own()), &spelled)
        .await
        .expect(409)
        .json();
    assert_eq!(problem["field"], "content");
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_lines_show_what_could_be_read_and_what_refused_them() {
    let kit = Kit::start().await;
    let csv = wage_file(own(), "GZ-1", "ICBC", 3, 0);
    let (id_number, account) = (field_of(&csv, 2, 3), field_of(&csv, 2, 4));
    let bad = csv.replace(&id_number, "110105194912310021");
    let path = "/v1/batches?policy=good_lines";
    let sent = kit.call(&system(own()), "POST", path, &[], bad).await;
    let receipt = sent.expect(202).json();
    assert_eq!(receipt["line_count"], 2);
    let id = receipt["batch_id"].as_str().unwrap();
    // By state the refused line is a group with its own total; the whole total is without it.
    let path = "/v1/summary?group_by=state";
    let sums = kit.get("urn:anxin:regulator:330000", path).await;
    let sums = sums.expect(200).json();
    let groups = sums["groups"].as_array().unwrap();
    let refused = groups.iter().find(|group| group["key"] == "refused");
    assert_eq!(refused.unwrap()["total"]["count"], 1);
    assert_eq!(sums["total"]["count"], 2);
    let reply = kit
        .get(
            &system(own()),
            &format!("/v1/batches/{id}/lines?state=refused"),
        )
        .await
        .expect(200);
    let text = reply.text();
    assert!(
        !text.contains(&account) && !text.contains("110105194912310021"),
        "{text}"
    );
    let line = &reply.json()["lines"][0];
    assert_eq!((&line["line_no"], &line["row"]), (&json!(2), &json!(14)));
    assert_eq!(line["amount_fen"], 100_002);
    assert!(line["name"].as_str().unwrap().contains('*'), "{line}");
    assert!(line["account"].as_str().unwrap().contains('*'), "{line}");
    assert_eq!(line["id_number"], Value::Null);
    let refused_by = line["refused_by"].as_array().unwrap();
    assert_eq!(refused_by.len(), 1, "{line}");
    assert_eq!(refused_by[0]["code"], "id_number_invalid");
    assert_eq!(refused_by[0]["field"], "id_number");
    // One payment of it tells the same.
    let one = kit
        .get(&system(own()), &format!("/v1/payments/{id}.2"))
        .await
        .expect(200)
        .json();
    assert_eq!(one["refused_by"], line["refused_by"]);
    // The others are payable and have nothing of it.
    let all = kit
        .get(&system(own()), &format!("/v1/batches/{id}/lines"))
        .await
        .json();
    assert!(all["lines"][0].get("refused_by").is_none());
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wage_in_flight_names_the_other_batch_and_line() {
    let kit = Kit::start().await;
    let first = wage_file(own(), "GZ-1", "ICBC", 2, 0);
    kit.submit(&system(own()), &first).await.expect(202);
    let again = wage_file(own(), "GZ-2", "ICBC", 2, 0);
    let problem = kit.submit(&system(own()), &again).await.expect(422).json();
    let finding = &problem["findings"][1];
    assert_eq!(finding["code"], "payee_in_flight");
    assert_eq!(finding["value"], "GZ-1 / 2");
    let message = finding["message"].as_str().unwrap();
    assert!(message.contains("批次 GZ-1 的序号 2"), "{message}");
    assert_eq!(problem["findings_total"], 2);
    assert!(problem.get("findings_left_out").is_none());
    kit.stop().await;
}

/// One step of line 1, with a code and the bank's words.
fn said(kit: &Kit, id: BatchId, event: LineEvent, origin: Origin, words: Option<(&str, &str)>) {
    let file_no = kit.core.desk().batch(id).unwrap().files[0];
    let step = Move {
        index: 1,
        event,
        reason: (event == LineEvent::Fail).then_some(FailureReason::AccountClosed),
        detail: None,
        bank_code: words.map(|(code, _)| code.to_owned()),
        reported_fen: None,
        of_line: 0,
    };
    let why = (origin == Origin::Channel).then(|| "time_out".to_owned());
    let event = Event::Outcomes {
        file_no,
        origin,
        message: None,
        why,
        is_final: false,
        moves: vec![step],
        disputes: Vec::new(),
    };
    let words = match words {
        Some((_, text)) => json!({ "1": { "bank_text": text } }).to_string(),
        None => "{}".to_owned(),
    };
    let fact = Fact::sealed(event, own().as_str(), words.into_bytes());
    kit.core.record("urn:anxin:bank:ICBC", fact).unwrap();
}

/// A query and its answer with this code.
fn asked(kit: &Kit, file_no: u64, code: &str) {
    kit.record(Event::MessageLeaving {
        file_no,
        step: "query".to_owned(),
        instructs: false,
        digest: api_kit::hash(b"q"),
        signature: None,
        continues: false,
        returns: false,
    });
    kit.record(Event::MessageAnswered {
        file_no,
        step: "query".to_owned(),
        digest: api_kit::hash(b"a"),
    });
    kit.record(Event::FileReceipt {
        file_no,
        bank_code: Some(code.to_owned()),
        reference_count: 0,
        said: gateway::event::FileWord::Nothing,
        noted: Vec::new(),
        message: None,
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_line_tells_since_when_and_why_and_its_questions_stand_together() {
    let kit = Kit::start().await;
    let id = kit.released(own(), "GZ-1", 1).await;
    let file_no = kit.instruct(id, 1);
    said(&kit, id, LineEvent::LoseTrack, Origin::Channel, None);
    for turn in 0..40 {
        asked(&kit, file_no, if turn < 30 { "E01" } else { "E02" });
    }
    let path = format!("/v1/payments/{id}.1");
    let payment = kit.get(&system(own()), &path).await.expect(200).json();
    let why = payment["why"].as_str().unwrap();
    assert!(
        why.contains("2026-11-23T10:00:00+08:00 发出的付款指令没有得到应答（超时）"),
        "{why}"
    );
    assert!(
        why.contains("已查询 40 次，银行最近答复 E02，看不出是否已付"),
        "{why}"
    );
    let events = payment["events"].as_array().unwrap();
    let words: Vec<(&str, u64)> = events
        .iter()
        .map(|event| {
            (
                event["event"].as_str().unwrap(),
                event["count"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        words,
        [
            ("accepted_at_intake", 1),
            ("release", 1),
            ("intend", 1),
            ("sent", 1),
            ("lose_track", 1),
            ("message_sent", 40),
            ("message_answered", 40),
            ("file_receipt", 30),
            ("file_receipt", 10),
        ]
    );
    let asked = &events[5];
    let (first, last) = (
        &asked["journal"]["sequence"],
        &asked["last"]["journal"]["sequence"],
    );
    assert_eq!(last.as_u64().unwrap() - first.as_u64().unwrap(), 39 * 3);
    let every = kit.get(&system(own()), &format!("{path}?events=all")).await;
    let every = every.expect(200).json();
    assert_eq!(every["events"].as_array().unwrap().len(), 5 + 120);
    kit.get(&system(own()), &format!("{path}?events=some"))
        .await
        .expect(400);
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_returned_line_carries_the_bank_s_reason_and_the_report_is_not_settled() {
    let kit = Kit::start().await;
    let id = kit.released(own(), "GZ-1", 1).await;
    kit.instruct(id, 1);
    said(&kit, id, LineEvent::Pay, Origin::Result, None);
    let csv = wage_file(own(), "GZ-1", "ICBC", 1, 4000);
    let (name, account) = (field_of(&csv, 1, 1), field_of(&csv, 1, 4));
    let words = format!("户名{name}与账号{account}不符");
    let words = Some(("R12", words.as_str()));
    said(&kit, id, LineEvent::Return, Origin::Push, words);
    let path = format!("/v1/batches/{id}/lines");
    let reply = kit.get(&system(own()), &path).await.expect(200);
    let text = reply.text();
    assert!(!text.contains(&name) && !text.contains(&account), "{text}");
    let line = &reply.json()["lines"][0];
    assert_eq!(
        (&line["state"], &line["bank_code"]),
        (&json!("returned"), &json!("R12"))
    );
    let told = line["bank_text"].as_str().unwrap();
    assert!(told.starts_with("户名") && told.ends_with("不符"), "{told}");
    assert!(line["why"].as_str().unwrap().contains("R12"));
    let report = kit
        .get(&system(own()), &format!("/v1/batches/{id}/report"))
        .await
        .expect(200)
        .text();
    assert!(
        report.contains("<GrpSts>PART</GrpSts><StsRsnInf><Rsn><Prtry>returned<"),
        "{report}"
    );
    assert!(
        report.contains("<AddtlInf>其中 1 笔 1000.01 元已付后退汇</AddtlInf>"),
        "{report}"
    );
    let returned = "<TxSts>ACSC</TxSts><StsRsnInf><Rsn><Prtry>returned</Prtry></Rsn>\
                    <AddtlInf>已付后退汇</AddtlInf><AddtlInf>已付后退汇，银行给出的原因：R12 ";
    assert!(report.contains(returned), "{report}");
    assert!(!report.contains(&name) && !report.contains(&account));
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_is_in_yuan_and_says_so_and_the_payer_is_masked() {
    let kit = Kit::start().await;
    let id = kit.released(own(), "GZ-1", 2).await;
    let count = |reply: api_kit::Reply| {
        let document = reply.expect(200).json();
        document["payments"].as_array().unwrap().len()
    };
    let yuan = kit.get(&system(own()), "/v1/payments?amount=1000.02").await;
    assert_eq!(count(yuan), 1);
    let both = "/v1/payments?amount=1000.02&amount_fen=100002";
    assert_eq!(count(kit.get(&system(own()), both).await), 1);
    for wrong in [
        "amount=100002",
        "amount=1000",
        "amount=1000.02&amount_fen=1",
    ] {
        let reply = kit
            .get(&system(own()), &format!("/v1/payments?{wrong}"))
            .await;
        let problem = reply.expect(400).json();
        assert_eq!(problem["field"], "amount", "{wrong}");
        let words = problem["detail"].as_str().unwrap();
        assert!(words.contains("amount_fen"), "{words}");
    }
    let batch = kit
        .get(&system(own()), &format!("/v1/batches/{id}"))
        .await
        .expect(200);
    assert!(!batch.text().contains(api_kit::PAYER));
    let payer = batch.json()["payer_account"].as_str().unwrap().to_owned();
    assert!(
        payer.starts_with("1202") && payer.ends_with("2345"),
        "{payer}"
    );
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_file_comes_as_office_file_and_json_too_and_is_taken_as_it_came() {
    let kit = Kit::start().await;
    let steps = [LineEvent::Pay, LineEvent::Fail, LineEvent::Return];
    let id = kit.with_outcomes(own(), "GZ-1", &steps).await;
    let maker = person(own(), "maker");
    let path = format!("/v1/batches/{id}/correction");
    kit.post(&maker, &format!("{path}?format=ods"), "")
        .await
        .expect(400);
    let sheet = kit.post(&maker, &format!("{path}?format=xlsx"), "").await;
    let sheet = sheet.expect(200);
    assert!(sheet.body.starts_with(b"PK"), "an office file");
    let file = kit.post(&maker, &format!("{path}?format=json"), "").await;
    let file = file.expect(200);
    assert_eq!(file.header("content-type"), "application/json");
    assert!(
        file.header("content-disposition")
            .ends_with("-correction.json\"")
    );
    let document = file.json();
    assert_eq!(document["batch_no"], "GZ-1-C1");
    assert_eq!(document["total_amount"], "2000.05");
    assert_eq!(document["lines"][1]["corrects"], format!("{id}.3"));
    assert_eq!(file.text(), format!("{document:#}\n"), "for people to read");
    let sent = kit.submit(&system(own()), &file.text()).await;
    let receipt = sent.expect(202).json();
    let totals = (&receipt["line_count"], &receipt["total_fen"]);
    assert_eq!(totals, (&json!(2), &json!(200_005)));
    // The office file says the same under the same number: only the bytes differ.
    let again = kit
        .call(&system(own()), "POST", "/v1/batches", &[], sheet.body)
        .await;
    let problem = again.expect(409).json();
    assert_eq!(problem["field"], "content", "{problem}");
    kit.stop().await;
}
