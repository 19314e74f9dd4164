//! The deterministic simulation in its quick form: fixed seeds, no violation, every fault strikes.
//! The long form is `anxin simulate` (CONTRIBUTING).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use adapters::Book;
use gateway::simulation::faults::FaultKind;
use gateway::simulation::run::{Plan, RunReport, run};

fn simulated(seed: u64, batches: u64) -> RunReport {
    let plan = Plan {
        seed,
        batches,
        world: None,
        threads: 2,
    };
    run(Book::built_in().unwrap(), &plan, &|_| {}).unwrap()
}

fn breaches(report: &RunReport) -> Vec<String> {
    let worlds = report.failed.iter();
    let told = worlds.flat_map(|world| {
        world.violations.iter().map(|violation| {
            let (number, step) = (world.number, violation.step);
            let (invariant, what) = (violation.invariant, &violation.what);
            format!("world {number}, step {step}: {invariant} {what}")
        })
    });
    told.collect()
}

#[test]
fn nothing_is_violated_and_every_fault_strikes() {
    let report = simulated(5, 300);
    assert_eq!(breaches(&report), Vec::<String>::new());
    assert_eq!(report.batches, 300);
    let missing: Vec<&str> = FaultKind::ALL
        .into_iter()
        .filter(|kind| !report.struck.contains_key(kind))
        .map(FaultKind::as_str)
        .collect();
    assert_eq!(missing, Vec::<&str>::new(), "never struck");
    // Each invariant was held against something, M1 to M14.
    assert_eq!(report.compared.len(), 14);
    assert!(
        report.compared.values().all(|times| *times > 0),
        "{:?}",
        report.compared
    );
    assert!(report.crashes > 20, "{}", report.crashes);
}

#[test]
fn the_same_seed_gives_the_same_worlds_and_another_one_others() {
    let (one, again, other) = (simulated(11, 40), simulated(11, 40), simulated(12, 40));
    assert_eq!(one.digest, again.digest);
    assert_eq!(one.struck, again.struck);
    assert_eq!(one.compared, again.compared);
    assert_eq!((one.steps, one.records), (again.steps, again.records));
    assert_ne!(one.digest, other.digest);
}

/// A run of more batches begins with the same worlds, and one of them can be run alone.
#[test]
fn a_world_is_the_same_alone() {
    let plan = |world, batches| Plan {
        seed: 21,
        batches,
        world,
        threads: 1,
    };
    let book = Book::built_in().unwrap();
    let alone = run(book, &plan(Some(0), u64::MAX), &|_| {}).unwrap();
    assert_eq!(alone.worlds, 1);
    let first = run(book, &plan(None, alone.batches), &|_| {}).unwrap();
    assert_eq!(alone.digest, first.digest);
}
