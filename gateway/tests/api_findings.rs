//! The findings of a refused file, with those that only the book can tell; answers with many; a
//! correction that differs from what it corrects.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::stand_ins::bad_file;
use api_kit::{Kit, own, system, wage_file};
use schemas::LineEvent;
use serde_json::Value;

/// All findings come in one pass: those that need the book too, for a file that has an error
/// elsewhere, and nothing of it stays.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_file_has_the_findings_of_the_book_as_well() {
    let kit = Kit::start().await;
    let first = wage_file(own(), "GZ-1", "ICBC", 3, 0);
    kit.submit(&system(own()), &first).await.expect(202);
    let again = wage_file(own(), "GZ-2", "ICBC", 3, 0);
    let codes = |reply: &api_kit::Reply| -> Vec<(String, Value)> {
        let problem = reply.json();
        let findings = problem["findings"].as_array().unwrap().iter();
        findings
            .map(|finding| {
                let code = finding["code"].as_str().unwrap().to_owned();
                (code, finding["line"].clone())
            })
            .collect()
    };
    let expected = |lines: &[u32], others: &[(&str, Option<u32>)]| {
        let flying = lines.iter().map(|line| ("payee_in_flight", Some(*line)));
        let mut all: Vec<_> = flying.chain(others.iter().copied()).collect();
        // By line; those of the whole file last.
        all.sort_by_key(|(_, line)| line.unwrap_or(u32::MAX));
        all.into_iter()
            .map(|(code, line)| (code.to_owned(), serde_json::json!(line)))
            .collect::<Vec<_>>()
    };
    // An error of a line: the others are compared.
    let of_line = again.replace(",ABC,,1000.02", ",ABC,,0.00");
    let reply = kit.submit(&system(own()), &of_line).await.expect(422);
    let others = [
        ("amount_not_positive", Some(2)),
        ("control_sum_mismatch", None),
    ];
    assert_eq!(codes(&reply), expected(&[1, 3], &others));
    let problem = reply.json();
    assert_eq!(
        (&problem["errors"], &problem["lines_ok"]),
        (&4.into(), &0.into())
    );
    // An error of the file.
    let of_head = again.replace("总笔数,3", "总笔数,4");
    let reply = kit.submit(&system(own()), &of_head).await.expect(422);
    let others = [("control_count_mismatch", None)];
    assert_eq!(codes(&reply), expected(&[1, 2, 3], &others));
    // The other policy says the same of a file that it refuses.
    let path = "/v1/batches?policy=good_lines";
    let reply = kit.call(&system(own()), "POST", path, &[], of_head).await;
    assert_eq!(codes(&reply.expect(422)), expected(&[1, 2, 3], &others));
    // Another employer's wages say nothing of this one's, nor to this one.
    let reply = kit
        .submit(&system(api_kit::other()), &again)
        .await
        .expect(422);
    assert_eq!(codes(&reply), expected(&[], &[("uscc_not_yours", None)]));
    assert_eq!(kit.core.desk().batches().count(), 1);
    kit.stop().await;
}

/// A correction pays the same person again: another one, or more, is a person's to confirm.
#[tokio::test(flavor = "multi_thread")]
async fn a_correction_of_another_person_or_of_more_must_be_acknowledged() {
    let kit = Kit::start().await;
    let steps = [LineEvent::Fail, LineEvent::Return, LineEvent::Fail];
    let id = kit.with_outcomes(own(), "GZ-1", &steps).await;
    let path = format!("/v1/batches/{id}/correction?format=json");
    let maker = api_kit::person(own(), "maker");
    let mut file = kit.post(&maker, &path, "").await.expect(200).json();
    let stranger = schemas::people::person(9, 77, schemas::value::BankCode::parse("ABC").ok());
    let reveal = schemas::value::Purpose::Matching;
    let account = stranger.account.reveal(reveal);
    // The normal case: another account of the same person.
    file["lines"][0]["account"] = account.into();
    let sent = kit.submit(&system(own()), &file.to_string()).await;
    let receipt = sent.expect(202).json();
    assert_eq!(
        receipt["must_acknowledge"],
        serde_json::json!([]),
        "{receipt}"
    );
    let batch = receipt["batch_id"].as_str().unwrap();
    kit.post(&maker, &format!("/v1/batches/{batch}/withdraw"), "")
        .await
        .expect(200);
    // A cent more in line 2, another person in line 3.
    file["batch_no"] = "GZ-1-C2".into();
    file["lines"][1]["amount"] = "1000.03".into();
    file["lines"][2]["id_number"] = stranger.id_number.reveal(reveal).into();
    file["total_amount"] = "3000.07".into();
    let sent = kit.submit(&system(own()), &file.to_string()).await;
    let receipt = sent.expect(202).json();
    assert_eq!(
        receipt["must_acknowledge"],
        serde_json::json!(["correction_differs"])
    );
    let findings = receipt["findings"].as_array().unwrap().iter();
    let found: Vec<_> = findings
        .filter(|finding| finding["code"] == "correction_differs")
        .map(|f| (f["severity"].clone(), f["line"].clone(), f["field"].clone()))
        .collect();
    let expected = |line: u32, field: &str| ("warning".into(), line.into(), field.into());
    assert_eq!(found, [expected(2, "amount"), expected(3, "id_number")]);
    kit.stop().await;
}

/// Members of an answer, in their order.
fn members(document: &Value) -> Vec<&str> {
    let object = document.as_object().unwrap();
    object.keys().map(String::as_str).collect()
}

/// However many findings there are, the answer is the same document with the same headers.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_with_many_findings_is_like_one_with_few() {
    let kit = Kit::start().await;
    let (party, kind) = (system(own()), "application/problem+json");
    for (rows, lang, long) in [(2, "zh", false), (300, "zh", true), (300, "en", true)] {
        let csv = bad_file(own(), "GZ-1", rows);
        let spoken = [("accept-language", lang)];
        let reply = kit.call(&party, "POST", "/v1/batches", &spoken, csv);
        let reply = reply.await.expect(422);
        assert_eq!(reply.body.len() > 64 << 10, long, "{rows} rows");
        assert_eq!(reply.header("content-type"), kind);
        assert_eq!(reply.header("content-length"), reply.body.len().to_string());
        assert_eq!(reply.header("transfer-encoding"), "");
        let problem = reply.json();
        // As it stands, without blanks.
        assert_eq!(problem.to_string(), reply.text());
        assert_eq!(
            members(&problem),
            [
                "type",
                "title",
                "status",
                "detail",
                "instance",
                "zh",
                "en",
                "errors",
                "warnings",
                "notes",
                "findings_total",
                "line_count",
                "lines_ok",
                "total_fen",
                "findings"
            ]
        );
        assert_eq!(problem["instance"], "/v1/batches");
        assert_eq!(problem["title"], problem[lang]["title"]);
        let findings = problem["findings"].as_array().unwrap();
        assert_eq!(problem["findings_total"], findings.len());
        let of_names = findings.iter().filter(|one| one["code"] == "name_missing");
        let messages: Vec<&str> = of_names
            .map(|one| one["message"].as_str().unwrap())
            .collect();
        assert_eq!(messages.len(), rows as usize);
        assert_eq!(messages[0].is_ascii(), lang == "en", "{}", messages[0]);
    }
    kit.stop().await;
}

/// The answer to a repetition has them from the journal, as the first one had them.
#[tokio::test(flavor = "multi_thread")]
async fn many_findings_of_an_accepted_file_are_told_again() {
    let (kit, party) = (Kit::start().await, system(own()));
    let csv = wage_file(own(), "GZ-1", "ICBC", 600, 0);
    // Every line but the first.
    let (good, bad) = csv.split_at(csv.find("\r\n2,").unwrap());
    let csv = format!("{good}{}", bad.replace(",ABC,,", ",没有此银行,,"));
    let path = "/v1/batches?policy=good_lines";
    let first = kit.call(&party, "POST", path, &[], csv.clone());
    let first = first.await.expect(202);
    let again = kit.call(&party, "POST", path, &[], csv);
    let again = again.await.expect(200);
    let id = first.json()["batch_id"].as_str().unwrap().to_owned();
    for reply in [&first, &again] {
        assert!(reply.body.len() > 64 << 10, "{} bytes", reply.body.len());
        assert_eq!(reply.header("content-type"), "application/json");
        assert_eq!(reply.header("content-length"), reply.body.len().to_string());
        assert_eq!(reply.header("location"), format!("/v1/batches/{id}"));
    }
    let (first, again) = (first.json(), again.json());
    let mut expected = vec![
        "batch_id",
        "batch_no",
        "state",
        "line_count",
        "total_fen",
        "findings",
        "next_bank_day",
        "digest",
        "must_acknowledge",
    ];
    assert_eq!(members(&first), expected);
    expected.push("replayed");
    assert_eq!(members(&again), expected);
    let errors = first["findings"].as_array().unwrap().iter();
    let errors = errors.filter(|one| one["severity"] == "error");
    let mut lines: Vec<u64> = errors.map(|one| one["line"].as_u64().unwrap()).collect();
    lines.dedup();
    assert_eq!(lines, Vec::from_iter(2..=600));
    let path = format!("/v1/batches/{id}/findings");
    let listed = kit.get(&party, &path).await.expect(200).json();
    for told in [&again, &listed] {
        assert_eq!(told["findings"], first["findings"]);
    }
    kit.stop().await;
}
