//! Mutants: changes of the program that some test must notice.

use super::{documents, grouped, number, text};
use std::fmt::Write as _;

pub fn section() -> String {
    let parts = documents("mutants-");
    if parts.is_empty() {
        return "## Mutants\n\nNo run is kept yet.\n".to_owned();
    }
    let mut out = String::from(
        "## Mutants\n\n\
         `cargo mutants` changes one place of the program at a time; a test must fail. A survivor \
         is explained here or has got a test since.\n\n\
         | part | tried | caught | timed out | survived | score |\n\
         | --- | --- | --- | --- | --- | --- |\n",
    );
    for (_, part) in &parts {
        let [caught, timeout, missed] = ["caught", "timeout", "missed"].map(|n| number(part, n));
        let tried = caught + timeout + missed;
        let found = (caught + timeout) * 1000 / tried.max(1);
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {}.{} % |",
            text(part, "part"),
            grouped(tried),
            grouped(caught),
            grouped(timeout),
            grouped(missed),
            found / 10,
            found % 10,
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
