//! The simulation: how often each fault struck, and which invariants were looked after meanwhile.

use super::{INVARIANTS, documents, grouped, number, program, seeds, text};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Worlds by invariant and fault.
type Together = BTreeMap<(String, String), u64>;

pub fn section() -> String {
    let runs = documents("simulation-");
    let mut out = String::from(
        "## Simulation\n\n\
         The real intake, dispatch, outcome, journal and index under one seed. A row is of its \
         commit's program and checkers: later checkers hold more, and have found what earlier ones \
         did not see. Again: \
         `anxin simulate --seed SEED --batches BATCHES --json`.\n\n\
         | seed | worlds | batches | files accepted | events | records | crashes | days \
         | digest | violations | program |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let names = [
        "worlds",
        "batches",
        "accepted",
        "events",
        "records",
        "crashes",
        "simulated_days",
    ];
    let mut whole = [0u64; 7];
    let (mut struck, mut together) = (BTreeMap::new(), Together::new());
    for (document, run) in &runs {
        write!(out, "| {} |", number(run, "seed")).unwrap();
        for (name, sum) in names.iter().zip(&mut whole) {
            *sum += number(run, name);
            write!(out, " {} |", grouped(number(run, name))).unwrap();
        }
        let violations = told(violations(run));
        let digest = text(run, "digest").get(..16).unwrap_or_default();
        let program = program(document, run);
        writeln!(out, " `{digest}…` | {violations} | {program} |").unwrap();
        gather(run, &mut struck, &mut together);
    }
    out.push_str("| together |");
    for sum in whole {
        write!(out, " {} |", grouped(sum)).unwrap();
    }
    out.push_str(" | | |\n\n");
    out.push_str(&seeds::section(&runs));
    matrix(&mut out, &struck, &together);
    out
}

/// A run in which something did not hold stands out until it is mended and made again.
fn told(violations: usize) -> String {
    match violations {
        0 => "0".to_owned(),
        found => format!("**{found}**"),
    }
}

fn violations(run: &Value) -> usize {
    run["violations"].as_array().expect("the violations").len()
}

fn gather(run: &Value, struck: &mut BTreeMap<String, u64>, together: &mut Together) {
    for (fault, times) in run["faults"].as_object().expect("the faults") {
        *struck.entry(fault.clone()).or_default() += times.as_u64().unwrap();
    }
    for cell in run["together"].as_array().expect("the cells") {
        let key = (
            text(cell, "invariant").to_owned(),
            text(cell, "fault").to_owned(),
        );
        *together.entry(key).or_default() += number(cell, "worlds");
    }
}

fn matrix(out: &mut String, struck: &BTreeMap<String, u64>, together: &Together) {
    out.push_str(
        "How often each fault struck, and in how many worlds that have it the invariant's checker \
         compared anything. The checkers read a world's whole record, before and after a fault, so \
         that most columns say the same: that the two met, not that the one tested the other. What \
         a checker finds is shown by the planted bugs below. A 0 was not tried.\n\n\
         | fault | struck |",
    );
    for (id, _) in INVARIANTS {
        write!(out, " {id} |").unwrap();
    }
    out.push_str("\n| --- | --- |");
    out.push_str(&" --- |".repeat(INVARIANTS.len()));
    out.push('\n');
    for (fault, times) in struck {
        write!(out, "| `{fault}` | {} |", grouped(*times)).unwrap();
        for (id, _) in INVARIANTS {
            let worlds = together.get(&(id.to_owned(), fault.clone()));
            write!(out, " {} |", grouped(worlds.copied().unwrap_or_default())).unwrap();
        }
        out.push('\n');
    }
    out.push('\n');
}

#[test]
fn violations_are_counted_and_cells_are_none() {
    let cells = serde_json::json!([{ "invariant": "M1", "fault": "killed", "worlds": 1 }]);
    let sound = serde_json::json!({ "together": cells, "violations": [] });
    assert_eq!(violations(&sound), 0);
    let broken = serde_json::json!({ "violations": [{ "invariant": "M1" }] });
    assert_eq!(violations(&broken), 1);
    assert_eq!((told(0).as_str(), told(3).as_str()), ("0", "**3**"));
}
