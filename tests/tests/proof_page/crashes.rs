//! Real crashes of the release program.

use super::{documents, grouped, number, program, violations};
use serde_json::Value;
use std::fmt::Write as _;

/// What a way can't show.
const LIMITS: [(&str, &str); 1] = [(
    "cut",
    "What it does not show: a sector of the disk is whole or not written, none is torn. The disk \
     tells the truth about a flush: none that loses what it called durable is played. The copy \
     that stands for the cut is taken while the device neither reads nor writes: no cut falls \
     into a transfer.",
)];

/// What some counts count, and which lie within others.
const LEGEND: &str = "\
- `deaths while starting` and `deaths under load` make the rounds; `deaths while stopping` are \
  those under load that struck after the program had been asked to stop.
- `open intents`: files whose sending was recorded and whose answer was not when it died; of \
  these `left unanswered` had reached the bank. Each such must be `asked afterwards`, or have been \
  spoken of by the bank.
- `answers repeated`: the same file handed in once more, or another under its number: the first \
  answer or a refusal must come.
- `lines accepted` and `lines unknown` at the end are rows of which their played bank says nothing \
  by design: it is silent, or leaves the row out for ever. Neither counts as paid.
- `honest refusals`: calls that a harmed disk turned away, in words and with a status of ours.
- `copies again`: the copy that stands for the moment of the cut was taken once more, because the \
  device was written meanwhile.
- `truncations`: the journal cut at a byte; `shuffles`: a record left out, doubled, or \
  changed with its neighbour.
";

/// The ways in which harm is done to a disk.
const HARMING: [&str; 2] = ["layer", "full"];

pub fn section() -> String {
    let mut out = String::from(
        "## Real crashes\n\n\
         The release program under load of real clients, its banks in a process of their own that \
         is not killed. `backup`: it is lost, and a backup that was made under this load is \
         restored; what was acknowledged before the backup began is in it, and no line is sent \
         again. Again: `tests/crash-rounds WAY --rounds N --seed SEED`.\n\n",
    );
    out.push_str(LEGEND);
    for (document, run) in documents("crashes-") {
        out.push_str(&told(&document, &run));
    }
    out.push('\n');
    out
}

fn told(document: &str, run: &Value) -> String {
    let ways: Vec<&str> = run["ways"]
        .as_array()
        .expect("the ways")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let violations = violations(run);
    let minutes = number(run, "seconds").div_ceil(60);
    let mut out = format!(
        "\n### {}\n\nSeed {}, {minutes} minutes, **{violations} violations**.\n\n",
        ways.join(", "),
        number(run, "seed"),
    );
    for (_, limits) in LIMITS.iter().filter(|(way, _)| ways.contains(way)) {
        write!(out, "{limits}\n\n").unwrap();
    }
    out.push_str("| counted | |\n| --- | --- |\n");
    // Before it was written down, only release programs were kept.
    let build = run["build"].as_str().unwrap_or("release");
    let build = match build {
        "release" => String::new(),
        other => format!(", **{other} build**"),
    };
    writeln!(out, "| program | {}{build} |", program(document, run)).unwrap();
    rows(&mut out, &run["counts"]);
    if ways.iter().any(|way| HARMING.contains(way)) {
        match run.get("harms") {
            Some(harms) => {
                out.push_str("\n| what was done to the disk | how often |\n| --- | --- |\n");
                rows(&mut out, harms);
            }
            None => {
                out.push_str("\nThis program did not count what was done to the disk by kind.\n")
            }
        }
    }
    out
}

fn rows(out: &mut String, counts: &Value) {
    for (name, times) in counts.as_object().expect("the counts") {
        let times = times.as_u64().expect("a count");
        if times > 0 {
            writeln!(out, "| {} | {} |", name.replace('_', " "), grouped(times)).unwrap();
        }
    }
}

#[test]
fn every_harm_has_a_row_of_its_own_and_every_limit_a_sentence() {
    let run = |way: &str, harms: Option<Value>| {
        let mut run = serde_json::json!({
            "program": "abc1234", "seed": 7, "ways": [way], "seconds": 61,
            "counts": { "rounds": 4 }, "violations": [],
        });
        if let Some(harms) = harms {
            run["harms"] = harms;
        }
        told("crashes", &run)
    };
    let harms = serde_json::json!({ "ext4 is full": 1_000, "syncs fail": 3 });
    let full = run("full", Some(harms));
    assert!(
        full.contains("\n| ext4 is full | 1,000 |\n| syncs fail | 3 |\n"),
        "{full}"
    );
    assert!(run("layer", None).contains("did not count"));
    assert!(!run("kill", None).contains("done to the disk"));
    let mut debug = serde_json::json!({
        "program": "abc1234", "build": "debug", "seed": 7, "ways": ["backup"], "seconds": 1,
        "counts": { "backups": 2 }, "violations": [],
    });
    assert!(
        told("crashes", &debug).contains("| commit abc1234, **debug build** |\n| backups | 2 |")
    );
    debug["build"] = "release".into();
    assert!(told("crashes", &debug).contains("| commit abc1234 |\n"));
    let cut = run("cut", None);
    for limit in [
        "none is torn",
        "the truth about a flush",
        "neither reads nor writes",
    ] {
        assert!(cut.contains(limit), "{limit}");
    }
}
