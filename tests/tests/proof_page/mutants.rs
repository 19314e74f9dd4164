//! Mutants: changes of the program that some test must notice.

use super::{documents, grouped, number, text};
use serde_json::Value;
use std::fmt::Write as _;

/// What tests/mutants knows.
const PARTS: [&str; 4] = ["line-state", "schemas", "dispatch", "journal"];

/// How much of a part was tried: its shards are `K/N`, every N-th mutant from the K-th on.
fn share(part: &Value) -> String {
    let shards = part["shards"].as_array().expect("the shards");
    let of = shards[0].as_str().and_then(|shard| shard.split_once('/'));
    let (_, of) = of.expect("a shard is K/N");
    match of {
        "1" => "whole".to_owned(),
        of => format!("{} of {of}", shards.len()),
    }
}

pub fn section() -> String {
    let parts = documents("mutants-");
    if parts.is_empty() {
        return "## Mutants\n\nNo run is kept yet.\n".to_owned();
    }
    let mut out = String::from(
        "## Mutants\n\n\
         `cargo mutants` changes one place of the program at a time; a test must fail. A survivor \
         is explained here or has got a test since. Where the share is not the whole part, every \
         n-th mutant was tried and the others were not.\n\n\
         | part | share | tried | caught | timed out | survived | score |\n\
         | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for name in PARTS {
        let Some((_, part)) = parts.iter().find(|(_, part)| text(part, "part") == name) else {
            writeln!(out, "| {name} | none | 0 | | | | |").unwrap();
            continue;
        };
        let [caught, timeout, missed] = ["caught", "timeout", "missed"].map(|n| number(part, n));
        let tried = caught + timeout + missed;
        let found = (caught + timeout) * 1000 / tried.max(1);
        writeln!(
            out,
            "| {name} | {} | {} | {} | {} | {} | {}.{} % |",
            share(part),
            grouped(tried),
            grouped(caught),
            grouped(timeout),
            grouped(missed),
            found / 10,
            found % 10,
        )
        .unwrap();
    }
    for (_, part) in &parts {
        let survivors = part["survivors"].as_array().expect("the survivors");
        if survivors.is_empty() {
            continue;
        }
        writeln!(out, "\n### Survivors in {}\n", text(part, "part")).unwrap();
        for survivor in survivors {
            let (mutant, why) = (text(survivor, "mutant"), text(survivor, "why"));
            writeln!(out, "- `{mutant}`: {why}").unwrap();
        }
    }
    out
}
