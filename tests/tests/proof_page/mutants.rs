//! Mutants: changes of the program that some test must notice.

use super::{documents, grouped, number, program, text};
use serde_json::Value;
use std::fmt::Write as _;

/// What tests/mutants/run knows.
const PARTS: [&str; 4] = ["line-state", "schemas", "dispatch", "journal"];

/// A part of which only every N-th mutant was tried says so: its shards are `K/N`.
fn share(part: &Value) -> String {
    let shards = part["shards"].as_array().map_or(&[][..], Vec::as_slice);
    let of = shards.first().and_then(Value::as_str);
    let of = of.and_then(|shard| shard.split_once('/'));
    of.map_or_else(String::new, |(_, of)| {
        format!(" ({} of {of})", shards.len())
    })
}

/// Survivors that were tried again were tried against a later program.
fn again(part: &Value) -> String {
    let commit = part["again"].as_str();
    commit.map_or_else(String::new, |commit| format!("; survivors again: {commit}"))
}

pub fn section() -> String {
    let parts = documents("mutants-");
    if parts.is_empty() {
        return "## Mutants\n\nNo run is kept yet.\n".to_owned();
    }
    let mut out = String::from(
        "## Mutants\n\n\
         Every change of one place that `cargo mutants` lists for a part, one at a time; a test \
         must fail. One that does not compile is no program, and is not counted. A survivor is \
         explained here. Again: `tests/mutants/run PART`.\n\n\
         | part | tried | caught | timed out | survived | score | don't compile | program |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for name in PARTS {
        let Some((document, part)) = parts.iter().find(|(_, part)| text(part, "part") == name)
        else {
            writeln!(out, "| {name} | 0 | | | | | | |").unwrap();
            continue;
        };
        let [caught, timeout, missed] = ["caught", "timeout", "missed"].map(|n| number(part, n));
        let tried = caught + timeout + missed;
        let found = (caught + timeout) * 1000 / tried.max(1);
        writeln!(
            out,
            "| {name}{} | {} | {} | {} | {} | {}.{} % | {} | {}{} |",
            share(part),
            grouped(tried),
            grouped(caught),
            grouped(timeout),
            grouped(missed),
            found / 10,
            found % 10,
            grouped(number(part, "unviable")),
            program(document, part),
            again(part),
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
