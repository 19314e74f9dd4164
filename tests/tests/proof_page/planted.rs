//! Bugs that were planted into a copy, and what found them.

use super::{folder, grouped, number, root, text};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;

pub fn section() -> String {
    let Ok(lines) = fs::read_to_string(folder().join("planted.jsonl")) else {
        return "## Planted bugs\n\nNo run is kept yet: `tests/planted/run`.\n\n".to_owned();
    };
    let mut out = String::from(
        "## Planted bugs\n\n\
         Each checker bites: a mistake is planted into a copy of the program, and the simulation \
         must name the invariant. Again: `tests/planted/run`.\n\n\
         | invariant | the mistake | found by seed | within batches |\n\
         | --- | --- | --- | --- |\n",
    );
    for line in lines.lines() {
        let bug: Value = serde_json::from_str(line).unwrap();
        let (name, invariant) = (text(&bug, "bug"), text(&bug, "invariant"));
        let (seed, batches) = (number(&bug, "seed"), grouped(number(&bug, "batches")));
        let found = bug["found"].as_bool().expect("whether it was found");
        if invariant == "-" {
            let told = if found {
                "**something found**"
            } else {
                "nothing found"
            };
            writeln!(
                out,
                "| - | no mistake at all: {told} | {seed} | {batches} |"
            )
            .unwrap();
            continue;
        }
        let batches = if found {
            batches
        } else {
            "**not found**".to_owned()
        };
        let words = mistake(name);
        writeln!(
            out,
            "| {invariant} | {words} (`{name}`) | {seed} | {batches} |"
        )
        .unwrap();
    }
    out.push('\n');
    out
}

/// What the bug is, in the words of its diff: what stands behind the invariant.
fn mistake(name: &str) -> String {
    let path = root().join("tests/planted").join(format!("{name}.diff"));
    let diff = fs::read_to_string(&path).unwrap_or_else(|_| panic!("no diff of {name}"));
    let words = diff.lines().skip(1).take_while(|line| !line.is_empty());
    words
        .collect::<Vec<_>>()
        .join(" ")
        .trim_end_matches('.')
        .to_owned()
}
