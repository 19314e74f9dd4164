//! What regulators, employers and operators read.

use super::intake::Day;
use super::stage::{Stage, other, own, person, system};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const CHEN: &str = "regulator/330100-chen";
const ELSEWHERE: &str = "regulator/330200";

/// M6: the region and what is below it, nothing else.
pub async fn regulators_see_their_region(stage: &Stage, day: &Day) {
    let path = "/v1/summary?group_by=region";
    let summary = stage.get(CHEN, path).await.expect(200).json();
    assert_eq!(summary["groups"].as_array().unwrap().len(), 1);
    let group = &summary["groups"][0];
    assert_eq!(group["key"], "330110");
    // Paid: 2 and the resolved one, 1, 2, the correction; two lines were taken back.
    let states = [
        ("paid", 7),
        ("returned", 1),
        ("failed", 1),
        ("cancelled", 2),
    ];
    for (state, number) in states {
        assert_eq!(
            super::outcomes::count(group, state),
            number,
            "{state}: {summary:#}"
        );
    }
    assert_eq!(summary["total"]["count"], 11);
    let none = stage.get(ELSEWHERE, path).await.expect(200).json();
    assert_eq!(none["total"], json!({"count": 0, "fen": 0}));
    stage.get(&system(own()), path).await.expect(404);

    let account = &day.wzcb.wages.rows[1].account;
    let path = format!("/v1/payments?account={account}");
    let found = stage.get(CHEN, &path).await.expect(200);
    assert!(!found.text().contains(account.as_str()), "masked");
    let found = found.json();
    assert_eq!(found["payments"].as_array().unwrap().len(), 1);
    assert_eq!(found["payments"][0]["state"], "returned");
    let clear = format!("{path}&purpose=inspection&approval_no=LJ-1");
    let clear = stage.get(CHEN, &clear).await.expect(200).json();
    assert_eq!(clear["payments"][0]["account"], *account);
    let none = stage.get(ELSEWHERE, &path).await.expect(200).json();
    assert_eq!(none["payments"], json!([]));
    stage.get(ELSEWHERE, &day.wzcb.path()).await.expect(404);
    stage.get(CHEN, &day.wzcb.path()).await.expect(200);
}

/// Every step with its place in the journal.
pub async fn a_payment_tells_its_history(stage: &Stage, day: &Day) {
    let path = format!("/v1/payments/{}.2", day.wzcb.id);
    let history = stage.get(&system(own()), &path).await.expect(200).json();
    let events = history["events"].as_array().unwrap();
    let words: Vec<&str> = events
        .iter()
        .map(|e| e["event"].as_str().unwrap())
        .collect();
    let mut rest = words.iter();
    for step in [
        "accepted_at_intake",
        "release",
        "intend",
        "sent",
        "pay",
        "return",
    ] {
        assert!(
            rest.any(|word| *word == step),
            "{step} in its order: {words:?}"
        );
    }
    assert_eq!(events.last().unwrap()["source"], "push");
    let places = events.iter().map(|event| {
        let place = &event["journal"];
        assert!(
            place["segment"].is_u64() && place["offset"].is_u64(),
            "{event}"
        );
        place["sequence"].as_u64().unwrap()
    });
    assert!(
        places.collect::<Vec<_>>().is_sorted(),
        "in the journal's order"
    );
    stage.get("bank/WZCB", &path).await.expect(200);
    stage.get("bank/HXB", &path).await.expect(404);
    stage
        .get(&person(other(), "maker"), &path)
        .await
        .expect(404);
}

/// The feed of a party, read in pages.
pub async fn feed(stage: &Stage, who: &str, limit: u64) -> Vec<Value> {
    let (mut after, mut all) = (0, Vec::new());
    for _ in 0..1_000 {
        let path = format!("/v1/events?after={after}&limit={limit}");
        let page = stage.get(who, &path).await.expect(200).json();
        all.extend(page["events"].as_array().unwrap().iter().cloned());
        let last = page["last"].as_u64().unwrap();
        if page["more"] != true {
            return all;
        }
        assert!(last > after, "a page goes on");
        after = last;
    }
    panic!("the feed does not end");
}

/// Small pages give what one large page gives.
pub async fn the_feed_has_no_gap(stage: &Stage, day: &Day) {
    let small = feed(stage, &system(own()), 3).await;
    let large = feed(stage, &system(own()), 1_000).await;
    let both = small.len().min(large.len());
    assert!(
        both > 10 && small[..both] == large[..both],
        "{small:#?}\n{large:#?}"
    );
    let sequences = large
        .iter()
        .map(|change| change["sequence"].as_u64().unwrap());
    assert!(sequences.collect::<Vec<_>>().is_sorted_by(|a, b| a < b));
    let of = |word: &str| large.iter().filter(|c| c["event"] == word).count();
    assert_eq!((of("batch_accepted"), of("batch_withdrawn")), (5, 1));
    assert_eq!((of("batch_approved"), of("resolution_confirmed")), (4, 2));
    let returned = |change: &&Value| {
        let lines = change["lines"].as_array().unwrap();
        let id = format!("{}.2", day.wzcb.id);
        lines
            .iter()
            .any(|l| l["payment_id"] == id && l["event"] == "return")
    };
    assert_eq!(large.iter().filter(returned).count(), 1, "{large:#?}");
    let strangers = feed(stage, &person(other(), "maker"), 1_000).await;
    assert_eq!(strangers, Vec::<Value>::new());
}

/// The official schema, which is no part of the repository: in a folder `shared` beside it.
fn schema() -> Option<PathBuf> {
    let places = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().skip(2);
    let mut files = places.map(|place| place.join("shared/iso/xsd/pain.002.001.10.xsd"));
    files.find(|file| file.exists())
}

/// Against the official schema, by xmllint. Without ../shared that holds the schema it is not run,
/// and that is said on stderr, past the capture of the test runner; without xmllint it fails.
pub async fn a_report_says_where_a_batch_stands(stage: &Stage, day: &Day) {
    let path = format!("{}/report", day.hxb.path());
    let report = stage.get(&system(own()), &path).await.expect(200);
    assert_eq!(report.header("content-type"), "application/xml");
    let text = report.text();
    for word in ["<OrgnlMsgId>GZ-HXB</OrgnlMsgId>", ">ACSC<", ">RJCT<"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let Some(schema) = schema() else {
        writeln!(
            std::io::stderr(),
            "needs ../shared: not run: pain.002 schema"
        )
        .unwrap();
        return;
    };
    let mut child = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .args([schema.as_path(), Path::new("-")])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("xmllint (apt-get install libxml2-utils)");
    child.stdin.take().unwrap().write_all(&report.body).unwrap();
    let output = child.wait_with_output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words}");
}

/// Health, readiness, numbers and the description, on the operator's address.
pub async fn the_operators_network_answers(stage: &Stage) {
    for path in ["/healthz", "/readyz", "/metrics", "/openapi.json"] {
        let answer = stage.operation(path);
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    }
    let metrics = stage.operation("/metrics");
    assert!(
        metrics.contains("# TYPE ") && metrics.contains("# EOF"),
        "{metrics}"
    );
    let answer = stage.operation("/v1/batches");
    assert!(
        answer.starts_with("HTTP/1.1 404"),
        "no party's call there: {answer}"
    );
}
