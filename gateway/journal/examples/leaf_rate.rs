//! What the tree costs beside the chain: time to make leaves against time to hash the same records
//! into the chain, in one run, so that the machine does not matter.
//!
//! `cargo run --release -p journal --example leaf_rate`
#![allow(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::print_stdout
)]

use journal::Digest;
use journal::record::Kind;
use journal::tree::leaf::{Leaf, Source};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Rounds of each measurement; the shortest counts.
const ROUNDS: usize = 7;

fn shortest(mut work: impl FnMut()) -> Duration {
    let times = (0..ROUNDS).map(|_| {
        let begun = Instant::now();
        work();
        begun.elapsed()
    });
    times.min().unwrap_or_default()
}

fn main() {
    let event = format!(
        r#"{{"event":"message_answered","file_no":1000000017,"step":"query","digest":"{}"}}"#,
        "9f".repeat(32)
    );
    let head = r#"{"event":"batch_lines","opened":4711,"first":1,"count":1000,"corrects":[]}"#;
    let mut lines = head.as_bytes().to_vec();
    lines.push(b'\n');
    lines.extend((0..40_000_u32).map(|byte| byte as u8));
    let moves: Vec<String> = (1..=1000)
        .map(|row| format!(r#"{{"i":{row},"e":"pay","c":"0000"}}"#))
        .collect();
    let head = r#"{"event":"outcomes","file_no":1000000017,"origin":"result","is_final":true"#;
    let outcomes = format!(r#"{head},"moves":[{}],"disputes":[]}}"#, moves.join(","));
    for (name, clear, sealed_bytes, count) in [
        ("a message of 4 kB answered", event.as_bytes(), 4_096, 1),
        ("1,000 lines of a batch", &lines, 140_000, 1000),
        ("1,000 outcomes", outcomes.as_bytes(), 30_000, 1000),
    ] {
        let sealed = vec![7; sealed_bytes];
        let hash = Digest::Sha256.link(&[0; 32], &[clear, &sealed]);
        let source = Source {
            sequence: 4711,
            time_ms: 1_795_399_200_000,
            kind: Kind(40),
            actor: "urn:anxin:gateway",
            clear,
            hash: &hash,
        };
        let repeats = 2_000 / count;
        let chain = shortest(|| {
            for _ in 0..repeats {
                black_box(Digest::Sha256.link(&[0; 32], &[black_box(clear), black_box(&sealed)]));
            }
        });
        let leaf = shortest(|| {
            for _ in 0..repeats {
                black_box(Leaf::of(black_box(&source)).hash());
            }
        });
        println!(
            "{name}: chain {:.2} us, leaf {:.2} us, {:.2} times; {:.0} ns a line",
            chain.as_secs_f64() * 1e6 / repeats as f64,
            leaf.as_secs_f64() * 1e6 / repeats as f64,
            leaf.as_secs_f64() / chain.as_secs_f64(),
            leaf.as_secs_f64() * 1e9 / (repeats * count) as f64,
        );
    }
}
