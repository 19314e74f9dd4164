//! Bugs that were planted into a copy, and what found them.

use super::{folder, grouped, number, program, root, text};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

fn kept() -> Vec<Value> {
    let lines = fs::read_to_string(folder().join("planted.jsonl")).expect("the run of the bugs");
    let bugs = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    bugs.collect()
}

/// How many bugs are named by their invariant, and how many there are.
pub fn named() -> (usize, usize) {
    count(&kept())
}

fn count(bugs: &[Value]) -> (usize, usize) {
    let planted = || bugs.iter().filter(|bug| !is_without(bug));
    (
        planted().filter(|bug| is_found(bug)).count(),
        planted().count(),
    )
}

pub fn section() -> String {
    let bugs = kept();
    complete(&bugs, &diffs()).unwrap_or_else(|why| panic!("planted.jsonl: {why}"));
    let mut out = String::from(
        "## Planted bugs\n\n\
         Each checker bites: a mistake is planted into a copy of the program, and a violation \
         that the simulation reports must be of its invariant. Again: `tests/planted/run`.\n\n",
    );
    let (found, count) = count(&bugs);
    writeln!(out, "{found} of {count} are named by their invariant.\n").unwrap();
    out.push_str(
        "| invariant | the mistake | seed | named within batches | program |\n\
         | --- | --- | --- | --- | --- |\n",
    );
    for bug in &bugs {
        out.push_str(&row(bug));
    }
    out.push('\n');
    out
}

fn row(bug: &Value) -> String {
    let (name, invariant) = (text(bug, "bug"), text(bug, "invariant"));
    let program = program(name, bug);
    let (seed, batches) = (number(bug, "seed"), grouped(number(bug, "batches")));
    let others = bug["others"].as_array().expect("what else was named");
    let others: Vec<&str> = others.iter().map(|one| one.as_str().unwrap()).collect();
    let others = others.join(", ");
    if is_without(bug) {
        let told = match is_found(bug) {
            true => format!("**{others} named**"),
            false => "nothing named".to_owned(),
        };
        return format!("| - | no mistake at all: {told} | {seed} | {batches} | {program} |\n");
    }
    let told = match (is_found(bug), others.is_empty()) {
        (true, _) => batches,
        (false, true) => format!("**not found** in {batches}"),
        (false, false) => format!("**not found** in {batches}; {others} named instead"),
    };
    let words = mistake(name);
    format!("| {invariant} | {words} (`{name}`) | {seed} | {told} | {program} |\n")
}

fn is_found(bug: &Value) -> bool {
    bug["found"].as_bool().expect("whether it was found")
}

/// The run of the program without a bug.
fn is_without(bug: &Value) -> bool {
    text(bug, "invariant") == "-"
}

/// Whether the run is of exactly the bugs that there are, each once, and once of none.
fn complete(bugs: &[Value], diffs: &BTreeSet<String>) -> Result<(), String> {
    let mut missing = diffs.clone();
    let mut without = 0;
    for bug in bugs {
        let name = text(bug, "bug");
        if is_without(bug) {
            without += 1;
        } else if !missing.remove(name) {
            return Err(format!("{name} is no diff, or stands there twice"));
        }
    }
    match (missing.first(), without) {
        (Some(name), _) => Err(format!("{name} was not run")),
        (None, 1) => Ok(()),
        (None, _) => Err(format!("{without} runs without a bug")),
    }
}

fn diffs() -> BTreeSet<String> {
    let entries = fs::read_dir(root().join("tests/planted")).expect("the planted bugs");
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let bugs = names.filter(|name| name.starts_with('m'));
    bugs.filter_map(|name| Some(name.strip_suffix(".diff")?.to_owned()))
        .collect()
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

#[test]
fn a_run_of_other_bugs_than_there_are_is_refused() {
    let run =
        |name: &str, invariant: &str| serde_json::json!({"bug": name, "invariant": invariant});
    let (one, two, none) = (run("m01-a", "M1"), run("m02-b", "M2"), run("no bug", "-"));
    let diffs: BTreeSet<String> = ["m01-a", "m02-b"].map(str::to_owned).into();
    let judged = |bugs: &[&Value]| {
        let bugs: Vec<Value> = bugs.iter().map(|bug| (*bug).clone()).collect();
        complete(&bugs, &diffs)
    };
    assert!(judged(&[&two, &one, &none]).is_ok());
    assert!(judged(&[&one, &none]).unwrap_err().contains("m02-b"));
    assert!(
        judged(&[&one, &two, &two, &none])
            .unwrap_err()
            .contains("m02-b")
    );
    let other = run("m03-gone", "M3");
    assert!(
        judged(&[&one, &two, &other, &none])
            .unwrap_err()
            .contains("m03-gone")
    );
    assert!(judged(&[&one, &two]).is_err());
}

#[test]
fn a_bug_that_was_not_found_stands_on_the_page_as_such() {
    let bug = |found: bool, others: &[&str]| {
        serde_json::json!({
            "bug": "m01-time-out-is-not-sent", "invariant": "M1", "seed": 1, "batches": 1000,
            "found": found, "others": others, "program": "abc1234",
        })
    };
    assert!(!row(&bug(true, &[])).contains("not found"));
    assert!(row(&bug(true, &[])).ends_with("| 1,000 | commit abc1234 |\n"));
    assert!(row(&bug(false, &[])).contains("**not found** in 1,000 |"));
    let by_others = row(&bug(false, &["M5", "M12"]));
    assert!(by_others.contains("**not found** in 1,000; M5, M12 named instead |"));
}
