#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! Every word of a bank in every state of a line, written down by hand from INTERFACE section 4
//! and INVARIANTS M1, M5 and M11.

use super::*;

/// Rows: states. Columns: what the bank says. A state's word: the line moves there; `=`: we hold
/// it already; `dispute`: this line; `FILE`: also the file's other unsent lines; `noted`: kept.
const NEWS: &str = "
              accept    pay      fail     lose_track  return
held          FILE      FILE     FILE     FILE        FILE
released      FILE      FILE     FILE     FILE        FILE
intended      accepted  paid     failed   unknown     FILE
accepted      =         paid     failed   unknown     FILE
paid          noted     =        dispute  noted       returned
failed        dispute   dispute  =        dispute     dispute
unknown       accepted  paid     failed   =           FILE
returned      noted     noted    dispute  noted       =
cancelled     FILE      FILE     FILE     FILE        FILE
refused       FILE      FILE     FILE     FILE        FILE
";

/// The answer to a message of ours that is older than what we hold.
const OLDER: &str = "
              accept    pay      fail     lose_track  return
held          FILE      FILE     FILE     FILE        FILE
released      FILE      FILE     FILE     FILE        FILE
intended      accepted  paid     noted    unknown     FILE
accepted      =         paid     noted    unknown     FILE
paid          noted     =        dispute  noted       returned
failed        noted     dispute  =        noted       dispute
unknown       accepted  paid     noted    =           FILE
returned      noted     noted    dispute  noted       =
cancelled     FILE      FILE     FILE     FILE        FILE
refused       FILE      FILE     FILE     FILE        FILE
";

/// It may be newer than what we hold, and may be older.
const CROSSES: &str = "
              accept    pay      fail     lose_track  return
held          FILE      FILE     FILE     FILE        FILE
released      FILE      FILE     FILE     FILE        FILE
intended      accepted  paid     noted    unknown     FILE
accepted      =         paid     noted    unknown     FILE
paid          noted     =        dispute  noted       returned
failed        dispute   dispute  =        dispute     dispute
unknown       accepted  paid     noted    =           FILE
returned      noted     noted    dispute  noted       =
cancelled     FILE      FILE     FILE     FILE        FILE
refused       FILE      FILE     FILE     FILE        FILE
";

/// Said of the file as a whole, or of what a result leaves out.
const OF_THE_WHOLE: &str = "
              accept    pay      fail     lose_track  return
held          FILE      FILE     dispute  noted       FILE
released      FILE      FILE     dispute  noted       FILE
intended      accepted  paid     failed   unknown     FILE
accepted      =         paid     failed   unknown     FILE
paid          noted     =        dispute  noted       returned
failed        noted     dispute  =        noted       dispute
unknown       accepted  paid     failed   =           FILE
returned      noted     noted    dispute  noted       =
cancelled     FILE      FILE     dispute  noted       FILE
refused       FILE      FILE     dispute  noted       FILE
";

/// Said of a file that was given up as unsent: another one carries the line, or none.
const OF_A_GIVEN_UP_FILE: &str = "
              accept    pay      fail     lose_track  return
held          FILE      FILE     FILE     FILE        FILE
released      FILE      FILE     FILE     FILE        FILE
intended      FILE      FILE     FILE     FILE        FILE
accepted      FILE      FILE     FILE     FILE        FILE
paid          FILE      FILE     FILE     FILE        FILE
failed        FILE      FILE     FILE     FILE        FILE
unknown       FILE      FILE     FILE     FILE        FILE
returned      FILE      FILE     FILE     FILE        FILE
cancelled     FILE      FILE     FILE     FILE        FILE
refused       FILE      FILE     FILE     FILE        FILE
";

fn words(text: &str) -> Vec<Vec<&str>> {
    let lines = text.trim_matches('\n').lines();
    lines
        .map(|line| line.split_whitespace().collect())
        .collect()
}

fn shown(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Applied(state) => state.as_str(),
        Verdict::Repeated => "=",
        Verdict::Disputed => "dispute",
        Verdict::FileDisputed => "FILE",
        Verdict::Noted => "noted",
    }
}

#[test]
fn every_word_in_every_state_is_applied_repeated_disputed_or_noted() {
    let tables = [
        ("news", NEWS, (true, (true, true), true)),
        ("older", OLDER, (true, (false, false), true)),
        ("crosses", CROSSES, (true, (false, true), true)),
        ("whole", OF_THE_WHOLE, (false, (true, true), true)),
        ("given up", OF_A_GIVEN_UP_FILE, (true, (true, true), false)),
    ];
    for (name, table, (pointed, (newer, perhaps_newer), carried)) in tables {
        let rows = words(table);
        let (events, rows) = rows.split_first().unwrap();
        assert_eq!(rows.len(), LineState::ALL.len(), "{name}");
        for (row, state) in rows.iter().zip(LineState::ALL) {
            assert_eq!(row[0], state.as_str(), "{name}");
            for (event, expected) in events.iter().zip(&row[1..]) {
                let word = Word {
                    event: LineEvent::parse(event).unwrap(),
                    pointed,
                    newer,
                    perhaps_newer,
                    carried,
                };
                // A dispute that is open changes nothing of what is heard next.
                for disputed in [false, true] {
                    let verdict = weigh(state, disputed, word);
                    assert_eq!(shown(verdict), *expected, "{name}: {state} {event}");
                }
            }
        }
    }
}
