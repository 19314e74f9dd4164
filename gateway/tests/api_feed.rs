//! The change feed: complete, filtered, resumable, streamed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod api_kit;

use api_kit::{Kit, other, own, system};
use gateway::event::Event;
use schemas::LineEvent;
use serde_json::Value;

fn words(changes: &Value) -> Vec<(u64, String)> {
    let events = changes["events"].as_array().unwrap();
    let word = |event: &Value| {
        (
            event["sequence"].as_u64().unwrap(),
            event["event"].as_str().unwrap().to_owned(),
        )
    };
    events.iter().map(word).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_has_no_gap_wherever_it_is_cut() {
    let kit = Kit::start().await;
    kit.with_outcomes(own(), "GZ-1", &[LineEvent::Pay, LineEvent::Fail])
        .await;
    kit.released(other(), "GZ-1", 1).await;
    kit.core.journal().commit().unwrap();
    let whole = kit
        .get(&system(own()), "/v1/events")
        .await
        .expect(200)
        .json();
    let names: Vec<String> = words(&whole).into_iter().map(|(_, word)| word).collect();
    let expected = [
        "batch_accepted",
        "batch_approved",
        "lines_intended",
        "lines_changed",
        "lines_changed",
    ];
    assert_eq!(names, expected);
    assert_eq!(
        whole["last"].as_u64().unwrap(),
        kit.core.journal().durable()
    );
    let (mut after, mut pieces) = (0, Vec::new());
    loop {
        let path = format!("/v1/events?limit=1&after={after}");
        let piece = kit.get(&system(own()), &path).await.expect(200).json();
        pieces.extend(words(&piece));
        after = piece["last"].as_u64().unwrap();
        if piece["more"] == false {
            break;
        }
    }
    assert_eq!(pieces, words(&whole));
    let bank = kit
        .get("urn:anxin:bank:ICBC", "/v1/events")
        .await
        .expect(200)
        .json();
    assert_eq!(words(&bank)[0].1, "lines_intended");
    assert!(words(&kit.get("urn:anxin:bank:ABC", "/v1/events").await.json()).is_empty());
    let region = kit
        .get("urn:anxin:regulator:330200", "/v1/events")
        .await
        .json();
    assert_eq!(words(&region).len(), 2);
    kit.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_goes_on_while_things_happen_and_ends_with_the_server() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let kit = Kit::start().await;
    let mut stream = kit.connect(&system(own())).await.unwrap();
    let head = "GET /v1/events HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut text = String::new();
    let mut buffer = vec![0; 65_536];
    kit.with_outcomes(own(), "GZ-1", &[LineEvent::Pay]).await;
    while !text.contains("event: lines_changed") {
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(read > 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    assert!(text.contains("text/event-stream"));
    assert_eq!(text.matches("event: batch_accepted").count(), 1);
    kit.stop().await;
}

/// Reads a stream until it has told so many changes; gives their sequences in order.
async fn told(kit: &Kit, head: &str, count: usize) -> Vec<u64> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = kit.connect(&system(own())).await.unwrap();
    let head = format!("{head}host: localhost\r\naccept: text/event-stream\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut text, mut buffer) = (String::new(), vec![0; 65_536]);
    loop {
        // The empty line ends an event; what is cut inside one is not told.
        let whole = text.rfind("\n\n").map_or("", |end| &text[..end]);
        let ids: Vec<u64> = whole
            .split("\n\n")
            .filter(|event| !event.contains("event: complete"))
            .filter_map(|event| event.lines().find_map(|line| line.strip_prefix("id: ")))
            .map(|id| id.trim().parse().unwrap())
            .collect();
        if ids.len() >= count {
            return ids.into_iter().take(count).collect();
        }
        let read = stream.read(&mut buffer).await.unwrap();
        assert!(read > 0, "{text}");
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
}

/// A line that breaks after each event, taken up by `Last-Event-ID` or by `after` in turn: what
/// is told is what one unbroken reading tells.
#[tokio::test(flavor = "multi_thread")]
async fn a_broken_stream_is_taken_up_without_a_gap_or_a_copy() {
    let kit = Kit::start().await;
    kit.with_outcomes(own(), "GZ-1", &[LineEvent::Pay, LineEvent::Fail])
        .await;
    kit.released(other(), "GZ-1", 1).await;
    kit.with_outcomes(own(), "GZ-22", &[LineEvent::LoseTrack])
        .await;
    kit.core.journal().commit().unwrap();
    let whole = kit.get(&system(own()), "/v1/events").await.json();
    let expected: Vec<u64> = words(&whole).into_iter().map(|(at, _)| at).collect();
    assert!(expected.len() >= 9, "{expected:?}");
    let mut found = Vec::new();
    while found.len() < expected.len() {
        let head = match (found.last(), found.len() % 2) {
            (None, _) => "GET /v1/events HTTP/1.1\r\n".to_owned(),
            (Some(last), 0) => format!("GET /v1/events?after={last} HTTP/1.1\r\n"),
            (Some(last), _) => {
                format!("GET /v1/events HTTP/1.1\r\nlast-event-id: {last}\r\n")
            }
        };
        found.extend(told(&kit, &head, 1).await);
    }
    assert_eq!(found, expected);
    kit.stop().await;
}

/// M6: of a line that was taken back before anybody told the bank of it, the bank hears nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_bank_hears_nothing_of_a_line_that_it_was_not_instructed_with() {
    let kit = Kit::start().await;
    let id = kit.released(own(), "GZ-1", 2).await;
    kit.instruct(id, 1);
    kit.record(Event::LinesWithdrawn {
        batch: id,
        lines: vec![2],
        person: String::new(),
    });
    kit.core.journal().commit().unwrap();
    for (caller, is_told) in [("urn:anxin:bank:ICBC", false), (&system(own()), true)] {
        let feed = kit.get(caller, "/v1/events").await.expect(200);
        let text = String::from_utf8(feed.body.to_vec()).unwrap();
        assert!(text.contains(&format!("{id}.1")), "{caller}: {text}");
        assert_eq!(
            text.contains(&format!("{id}.2")),
            is_told,
            "{caller}: {text}"
        );
    }
    kit.stop().await;
}

/// The operator follows what it has to explain: doubts, resolutions and what banks send.
#[tokio::test(flavor = "multi_thread")]
async fn an_operator_follows_what_is_in_doubt() {
    let kit = Kit::start().await;
    let steps = [LineEvent::Pay, LineEvent::LoseTrack];
    let id = kit.with_outcomes(own(), "GZ-1", &steps).await;
    let bank = "urn:anxin:bank:ICBC";
    let path = "/v1/banks/ICBC/messages?message=push";
    kit.post(bank, path, "bytes").await.expect(200);
    let li = "urn:anxin:operator:ops:person:li";
    let body = serde_json::json!({
        "outcome": "paid", "reason": "回函", "evidence_digest": "ab".repeat(32),
    });
    let path = format!("/v1/payments/{id}.2/resolution");
    kit.post(li, &path, body.to_string()).await.expect(200);
    kit.core.journal().commit().unwrap();
    let feed = kit.get(li, "/v1/events").await.expect(200).json();
    let names: Vec<String> = words(&feed).into_iter().map(|(_, word)| word).collect();
    let expected = ["lines_changed", "message_received", "resolution_proposed"];
    assert_eq!(names, expected);
    let lines = feed["events"][0]["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 1, "the paid one is in no doubt");
    assert_eq!(lines[0]["event"], "lose_track");
    kit.stop().await;
}
