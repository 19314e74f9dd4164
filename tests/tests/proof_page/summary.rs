//! The answer before everything else: what the runs below come to.

use super::{documents, grouped, number, planted, program};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What each way of real crashes counts.
const WAYS: [(&str, &str, &str); 6] = [
    ("kill", "rounds", "rounds of kill -9 under load"),
    ("cut", "rounds", "power cuts"),
    (
        "layer",
        "rounds",
        "rounds on a disk that drops, tears and forgets",
    ),
    (
        "full",
        "rounds",
        "rounds on a disk that is full or gives up",
    ),
    (
        "backup",
        "rounds",
        "backups under load, restored after a loss",
    ),
    ("flip", "flips", "flipped bits of a journal at rest"),
];

pub fn section() -> String {
    let mut out = String::from(
        "| what was tried | how often | violations | program |\n| --- | --- | --- | --- |\n",
    );
    simulated(&mut out);
    for (way, counted, words) in WAYS {
        for (document, run) in documents("crashes-") {
            if run["ways"][0] == way {
                let times = grouped(number(&run["counts"], counted));
                let program = program(&document, &run);
                writeln!(
                    out,
                    "| {words} | {times} | {} | {program} |",
                    violations(&run)
                )
                .unwrap();
            }
        }
    }
    let (found, of) = planted::named();
    writeln!(
        out,
        "| planted bugs that the simulation names | {found} of {of} | | |\n"
    )
    .unwrap();
    out.push_str(
        "500 batches of any seed in under a minute, the same bytes from the same seed: \
         [MEASUREMENTS](MEASUREMENTS.md) and `gateway/tests/command_simulate.rs`. A payment's \
         proof checked by programs that are not ours: `tests/log-peers` and \
         [verify_proof.py](../../schemas/journal/verify_proof.py).\n\n",
    );
    out
}

fn simulated(out: &mut String) {
    let runs = documents("simulation-");
    let sum = |of: &dyn Fn(&Value) -> u64| runs.iter().map(|(_, run)| of(run)).sum::<u64>();
    let programs: BTreeSet<String> = runs.iter().map(|(name, run)| program(name, run)).collect();
    let batches = grouped(sum(&|run| number(run, "batches")));
    let broken = sum(&violations);
    let programs = programs.into_iter().collect::<Vec<_>>().join(", ");
    writeln!(
        out,
        "| simulated batches | {batches} | {broken} | {programs} |"
    )
    .unwrap();
}

fn violations(run: &Value) -> u64 {
    run["violations"].as_array().expect("the violations").len() as u64
}
