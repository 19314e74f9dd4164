//! The answer before everything else: what the runs below come to.

use super::simulated::told;
use super::{documents, grouped, number, planted, program, violations};
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
    let crashes = documents("crashes-");
    for (way, counted, words) in WAYS {
        for (document, run) in crashes.iter().filter(|(_, run)| run["ways"][0] == way) {
            let times = grouped(number(&run["counts"], counted));
            let (found, program) = (told(violations(run)), program(document, run));
            writeln!(out, "| {words} | {times} | {found} | {program} |").unwrap();
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
    let programs: BTreeSet<String> = runs.iter().map(|(name, run)| program(name, run)).collect();
    let batches = grouped(runs.iter().map(|(_, run)| number(run, "batches")).sum());
    let broken = told(runs.iter().map(|(_, run)| violations(run)).sum());
    let programs = programs.into_iter().collect::<Vec<_>>().join(", ");
    writeln!(
        out,
        "| simulated batches | {batches} | {broken} | {programs} |"
    )
    .unwrap();
}
