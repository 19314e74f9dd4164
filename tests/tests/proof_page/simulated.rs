//! The simulation: how often each fault struck, and which invariants were looked after meanwhile.

use super::found::FOUND;
use super::{INVARIANTS, documents, grouped, number, program, seeds, text, violations};
use gateway::simulation::faults::FaultKind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Worlds and comparisons by invariant and fault.
type Together = BTreeMap<(String, String), (u64, u64)>;

/// What the worlds leave out, and where that is looked at instead.
const ELSEWHERE: &str = "\
What the worlds leave out, or have in another form than an installed gateway:

- Worlds are small: batches of one to four lines, one to three employers, one to four draws of
  banks, so that files are seldom split; long files are in `tests/crash` and `tests/tests/money`.
  One thread has one turn after the other, and no two run at once: threads are in `tests/crash`.
- The index is a store in memory that fails when it is told to, not sled; sled is in the real
  crashes below.
- Records are committed by whoever waits for them (`commits_inline`), so that a seed gives one
  order; the committing thread is in the real crashes (`tests/crash`).
- Requests go to the router and messages to the bank's chair; there is no socket and no TLS. A
  caller whose certificate has expired (`caller_certificate_expired`) is turned away by the world
  and never comes to the gateway's door: that the door turns him away is `expired_client` in
  `certs/tests/tls_handshakes.rs`. Of a bank's connection (`bank_certificate_expired`) only the
  error is played that the channel gives then.
- Backup and restore: `tests/crash` (below), `gateway/tests/command_backup.rs`,
  `gateway/tests/command_copied_checkpoints.rs`, `tests/tests/money/restored.rs`.
- A bank without a connection, a mandate or a key that is missing: `tests/tests/explained`.

";

pub fn section() -> String {
    let runs = documents("simulation-");
    let mut out = String::from(
        "## Simulation\n\n\
         The real intake, dispatch, outcome, journal and index under one seed. A row is of its \
         commit's program and checkers: later checkers hold more, and have found what earlier ones \
         did not see. A batch has one to four lines; files accepted are those and their \
         corrections; days are the worlds' own. Again: \
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
    let mut all_violations = 0;
    let (mut struck, mut together) = (BTreeMap::new(), Together::new());
    for (document, run) in &runs {
        write!(out, "| {} |", number(run, "seed")).unwrap();
        for (name, sum) in names.iter().zip(&mut whole) {
            *sum += number(run, name);
            write!(out, " {} |", grouped(number(run, name))).unwrap();
        }
        all_violations += violations(run);
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
    writeln!(out, " | {} | |\n", told(all_violations)).unwrap();
    out.push_str(&seeds::section(&runs));
    out.push_str(FOUND);
    out.push_str(ELSEWHERE);
    matrix(&mut out, &struck, &together);
    out
}

/// A run in which something did not hold stands out until it is mended and made again.
pub fn told(violations: usize) -> String {
    match violations {
        0 => "0".to_owned(),
        found => format!("**{found}**"),
    }
}

fn gather(run: &Value, struck: &mut BTreeMap<String, u64>, together: &mut Together) {
    for (fault, times) in run["faults"].as_object().expect("the faults") {
        *struck.entry(fault.clone()).or_default() += times.as_u64().unwrap();
    }
    for cell in run["together"].as_array().expect("the cells") {
        // Earlier runs counted every record that was read, before the fault as well.
        if cell.get("compared").is_none() {
            continue;
        }
        let key = (
            text(cell, "invariant").to_owned(),
            text(cell, "fault").to_owned(),
        );
        let (worlds, compared) = together.entry(key).or_default();
        *worlds += number(cell, "worlds");
        *compared += number(cell, "compared");
    }
}

/// Every fault that there is, struck or not, and those that runs knew under another word.
fn faults(struck: &BTreeMap<String, u64>) -> BTreeSet<&str> {
    let mut faults: BTreeSet<&str> = struck.keys().map(String::as_str).collect();
    for kind in FaultKind::ALL {
        faults.insert(kind.as_str());
    }
    faults
}

fn matrix(out: &mut String, struck: &BTreeMap<String, u64>, together: &Together) {
    let faults = faults(struck);
    out.push_str(
        "How often each fault struck, in all of these runs; one that lasts (an expired \
         certificate, a late bank, a slow disk) each time that somebody ran into it. What people \
         try (`across_parties`, `withdraw_race`, `correction_race`, `resolution_race`) counts when \
         they set out to. A 0 was not tried; `stopped`, `year_end` and `leap_day` were not counted \
         by programs before c4d298f9.\n\n\
         | fault | struck |\n| --- | --- |\n",
    );
    for fault in &faults {
        let times = struck.get(*fault).copied().unwrap_or_default();
        writeln!(out, "| `{fault}` | {} |", grouped(times)).unwrap();
    }
    if together.is_empty() {
        return out.push_str(
            "\nHow much was compared under which fault these runs don't say: they count each \
             record that was read for most invariants, whatever it tells of. What a checker finds \
             is shown by the planted bugs below.\n\n",
        );
    }
    out.push_str(
        "\nIn how many worlds a checker compared something of its invariant after the fault had \
         struck there for the first time, and how often in all of them: in the runs that count \
         so. A comparison is one thing that might have been broken there: a line that is \
         instructed (M1), a step of a line (M5), an approval (M13), a wage that another one is \
         the same as (M14); at its end a world is looked over once more, so that M3, M4, M6, M7, \
         M9, M10 and M12 have something in nearly each. It tells that the two met in that \
         order, not that the fault put the invariant to the test: what a checker finds is shown \
         by the planted bugs below. A 0 was not tried.\n\n\
         | fault |",
    );
    for (id, _) in INVARIANTS {
        write!(out, " {id} |").unwrap();
    }
    out.push_str("\n| --- |");
    out.push_str(&" --- |".repeat(INVARIANTS.len()));
    out.push('\n');
    for fault in &faults {
        write!(out, "| `{fault}` |").unwrap();
        for (id, _) in INVARIANTS {
            let cell = together.get(&(id.to_owned(), (*fault).to_owned()));
            let (worlds, compared) = cell.copied().unwrap_or_default();
            write!(out, " {} / {} |", grouped(worlds), grouped(compared)).unwrap();
        }
        out.push('\n');
    }
    out.push('\n');
}

/// A kind that never struck has its row, and cells of runs that counted otherwise are none.
#[test]
fn every_fault_has_its_row_and_a_cell_only_what_came_after_it() {
    let cell = |with: Value| {
        let mut run = serde_json::json!({ "faults": { "killed": 1_200 }, "together": [{
            "invariant": "M14", "fault": "killed", "worlds": 3,
        }] });
        if !with.is_null() {
            run["together"][0]["compared"] = with;
        }
        let (mut struck, mut together) = (BTreeMap::new(), Together::new());
        gather(&run, &mut struck, &mut together);
        let mut out = String::new();
        matrix(&mut out, &struck, &together);
        out
    };
    let (earlier, now) = (cell(Value::Null), cell(serde_json::json!(17)));
    for out in [&earlier, &now] {
        assert!(out.contains("| `killed` | 1,200 |\n"), "{out}");
        assert!(out.contains("| `torn_write` | 0 |\n"), "{out}");
    }
    assert!(!earlier.contains("M14 |"), "{earlier}");
    let row = format!("| `killed` |{} 3 / 17 |\n", " 0 / 0 |".repeat(13));
    assert!(now.contains(&row), "{now}");
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
