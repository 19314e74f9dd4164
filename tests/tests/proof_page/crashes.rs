//! Real crashes of the release program.

use super::{documents, grouped, number, program};
use serde_json::Value;
use std::fmt::Write as _;

pub fn section() -> String {
    let mut out = String::from(
        "## Real crashes\n\n\
         The release program under load of real clients, its banks in a process of their own that \
         is not killed. Again: `tests/crash-rounds WAY --rounds N --seed SEED`.\n",
    );
    for (document, run) in documents("crashes-") {
        let ways: Vec<&str> = run["ways"]
            .as_array()
            .expect("the ways")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let violations = run["violations"].as_array().expect("the violations").len();
        let minutes = number(&run, "seconds").div_ceil(60);
        writeln!(
            out,
            "\n### {}\n\nSeed {}, {minutes} minutes, **{violations} violations**.\n\n\
             | counted | |\n| --- | --- |\n| program | {} |",
            ways.join(", "),
            number(&run, "seed"),
            program(&document, &run),
        )
        .unwrap();
        for (name, times) in run["counts"].as_object().expect("the counts") {
            let times = times.as_u64().expect("a count");
            if times > 0 {
                writeln!(out, "| {} | {} |", name.replace('_', " "), grouped(times)).unwrap();
            }
        }
    }
    out.push('\n');
    out
}
