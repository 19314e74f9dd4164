//! The deterministic simulation in its quick form: fixed seeds, no violation, every fault strikes.
//! The long form is `anxin simulate` (CONTRIBUTING).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use adapters::Book;
use gateway::simulation::faults::FaultKind;
use gateway::simulation::run::{Plan, RunReport, run};
use gateway::simulation::world;

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
    // Each invariant was held against something of its own, M1 to M14.
    assert_eq!(report.compared.len(), 14);
    assert!(
        report.compared.values().all(|times| *times > 0),
        "{:?}",
        report.compared
    );
    for ((id, kind), together) in &report.together {
        let all = report.compared[id];
        assert!(together.compared <= all, "{id} {kind:?}: {together:?}");
        assert!(together.worlds <= together.compared, "{id} {kind:?}");
    }
    assert!(report.crashes > 20, "{}", report.crashes);
}

/// A gateway that starts, crashes and starts again writes records; where nobody is to be paid, they
/// say nothing of wages, and are no comparison of what holds of them.
#[test]
fn a_world_without_a_wage_tests_nothing_of_wages() {
    let book = Book::built_in().unwrap();
    let compared: Vec<_> = (0..4)
        .map(|seed| world::run(book, 0, seed, 0).unwrap())
        .inspect(|world| assert_eq!(world.violations, []))
        .inspect(|world| assert!(world.records > 0))
        .map(|world| world.compared)
        .collect();
    for id in ["M1", "M2", "M4", "M5", "M7", "M8", "M11", "M13", "M14"] {
        let times: Vec<u64> = compared.iter().map(|of| of[id]).collect();
        assert_eq!(times, [0; 4], "{id}");
    }
}

/// What was compared before a fault struck is not held to have been compared under it.
#[test]
fn a_comparison_counts_for_a_fault_that_struck_before() {
    let book = Book::built_in().unwrap();
    let world = world::run(book, 0, 7, 12).unwrap();
    let last = |id: &'static str| {
        let after = world
            .struck
            .keys()
            .map(|kind| world.compared_after[&(id, *kind)]);
        after.min().unwrap()
    };
    for id in ["M1", "M2", "M13"] {
        assert!(last(id) < world.compared[id], "{id}: {:?}", world.compared);
    }
    // At the end of a world everything is held once more.
    assert!(last("M10") > 0);
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
