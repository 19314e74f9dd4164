//! The findings of a refused file, with those that only the book can tell.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::{Kit, own, system, wage_file};

/// All findings come in one pass: those that need the book too, for a file that has an error
/// elsewhere, and nothing of it stays.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_file_has_the_findings_of_the_book_as_well() {
    let kit = Kit::start().await;
    let first = wage_file(own(), "GZ-1", "ICBC", 3, 0);
    kit.submit(&system(own()), &first).await.expect(202);
    let again = wage_file(own(), "GZ-2", "ICBC", 3, 0);
    let codes = |reply: &api_kit::Reply| -> Vec<(String, serde_json::Value)> {
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
