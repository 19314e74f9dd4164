//! Mutants: changes of the program that some test must notice.

use super::{documents, grouped, number, program, root, text};
use serde_json::Value;
use std::fmt::Write as _;
use std::process::Command;

/// What tests/mutants/run knows.
const PARTS: [&str; 4] = ["line-state", "schemas", "dispatch", "journal"];

/// What once stood for a reason where nobody had looked (tests/mutants/run).
const NOT_TRIED: &str = "tests since; not tried again yet";

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
         must fail. One that does not compile is no program, and is not counted. Survivors are \
         listed here, with the reason why one may live or as unexplained. Again: \
         `tests/mutants/run PART`; the unexplained alone, `--again`.\n\n\
         | part | tried | caught | timed out | survived | of them unexplained | score \
         | don't compile | program |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for name in PARTS {
        let Some((document, part)) = parts.iter().find(|(_, part)| text(part, "part") == name)
        else {
            writeln!(out, "| {name} | 0 | | | | | | | |").unwrap();
            continue;
        };
        let [caught, timeout, missed] = ["caught", "timeout", "missed"].map(|n| number(part, n));
        let tried = caught + timeout + missed;
        let found = (caught + timeout) * 1000 / tried.max(1);
        writeln!(
            out,
            "| {name}{} | {} | {} | {} | {} | {} | {}.{} % | {} | {}{} |",
            share(part),
            grouped(tried),
            grouped(caught),
            grouped(timeout),
            grouped(missed),
            explained(part).1.len(),
            found / 10,
            found % 10,
            grouped(number(part, "unviable")),
            program(document, part),
            again(part),
        )
        .unwrap();
    }
    for (_, part) in &parts {
        out.push_str(&survivors(part));
    }
    out
}

/// Survivors of a part with the reason why each may live.
fn explained(part: &Value) -> (Vec<(&str, &str)>, Vec<&str>) {
    let survivors = part["survivors"].as_array().expect("the survivors");
    let told = survivors
        .iter()
        .map(|one| (text(one, "mutant"), text(one, "why")));
    let (explained, open): (Vec<_>, Vec<_>) = told.partition(|(_, why)| is_reason(why));
    (
        explained,
        open.into_iter().map(|(mutant, _)| mutant).collect(),
    )
}

/// That nobody has looked yet is no reason.
fn is_reason(why: &str) -> bool {
    !why.trim().is_empty() && why.trim() != NOT_TRIED
}

fn survivors(part: &Value) -> String {
    let (explained, open) = explained(part);
    let mut out = String::new();
    if !open.is_empty() {
        let name = text(part, "part");
        writeln!(
            out,
            "\n### Survivors in {name} without an explanation: {}\n",
            open.len()
        )
        .unwrap();
        for mutant in open {
            writeln!(out, "- `{mutant}`").unwrap();
        }
    }
    if !explained.is_empty() {
        let name = text(part, "part");
        writeln!(
            out,
            "\n### Survivors in {name}, explained: {}\n",
            explained.len()
        )
        .unwrap();
        for (mutant, why) in explained {
            writeln!(out, "- `{mutant}`: {why}").unwrap();
        }
    }
    out
}

#[cfg(test)]
fn with_three() -> Value {
    serde_json::json!({ "part": "journal", "survivors": [
        { "mutant": "a.rs:1:2: one", "why": "the same bytes" },
        { "mutant": "a.rs:2:2: two", "why": "" },
        { "mutant": "a.rs:3:2: three", "why": NOT_TRIED },
    ] })
}

#[test]
fn a_survivor_that_nobody_looked_at_is_not_explained() {
    let told = survivors(&with_three());
    let (open, explained) = told.split_once("explained: 1\n").unwrap();
    assert!(open.contains("without an explanation: 2\n\n- `a.rs:2:2: two`\n- `a.rs:3:2: three`"));
    assert_eq!(explained, "\n- `a.rs:1:2: one`: the same bytes\n");
}

/// The runner's `--again` tries what the page calls unexplained.
#[test]
fn the_runner_takes_nothing_else_for_a_reason() {
    let folder = root().join("tests/mutants");
    let script = "import json, runpy, sys\n\
        run = runpy.run_path(sys.argv[1] + '/run')\n\
        whys = run['reasons'](json.loads(sys.argv[2]))\n\
        print(json.dumps([name for name, why in whys.items() if not why]))";
    let ended = Command::new("/usr/bin/python3")
        .args(["-B", "-c", script])
        .args([folder.display().to_string(), with_three().to_string()])
        .env("PYTHONPATH", &folder)
        .output();
    let ended = ended.unwrap();
    let open: Vec<String> = serde_json::from_slice(&ended.stdout).expect("a list");
    assert_eq!(open, explained(&with_three()).1);
}
