//! How often a bank is asked, against what is public (FORMATS sections 2.6 and 4), by hand. The
//! gateway waits twice as long after each five questions (`dispatch::decision`): no public list
//! of waits is longer in the first day.

use crate::support::{dialect_alone, one_of_each_dialect};
use adapters::QueryPace;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// A public rule: least time to the first question, least time between two, most questions.
struct Rule {
    dialect: &'static str,
    first_ms: u64,
    interval_ms: u64,
    count_max: u32,
    /// Where it stands.
    source: &'static str,
}

const RULES: [Rule; 7] = [
    Rule {
        dialect: "cmb_fbsdk",
        first_ms: 0,
        interval_ms: 2 * SECOND,
        count_max: u32::MAX,
        source: "guide 4.3.1: a question each 2 s at most",
    },
    Rule {
        dialect: "cmb_open",
        first_ms: 0,
        interval_ms: 2 * SECOND,
        count_max: u32::MAX,
        source: "taken over from the front end",
    },
    Rule {
        dialect: "cib_fox",
        first_ms: 15 * MINUTE,
        interval_ms: 15 * MINUTE,
        count_max: u32::MAX,
        source: "V4.0.4: PENDING is asked about after 15 minutes",
    },
    Rule {
        dialect: "cib_batch",
        first_ms: 15 * MINUTE,
        interval_ms: 15 * MINUTE,
        count_max: u32::MAX,
        source: "V4.0.4: PENDING is asked about after 15 minutes",
    },
    Rule {
        dialect: "unionpay_df",
        first_ms: HOUR,
        interval_ms: HOUR,
        count_max: 5,
        source: "batch_df_intro.jsp: after an hour, a result at most 5 times",
    },
    Rule {
        dialect: "bocd_ap",
        first_ms: MINUTE,
        interval_ms: MINUTE,
        count_max: u32::MAX,
        source: "README of the kit: a minute between batches, held for questions as well",
    },
    Rule {
        dialect: "mybank_h2h",
        first_ms: 3 * MINUTE,
        interval_ms: 0,
        count_max: u32::MAX,
        source: "about 3 minutes from the file to its confirmation",
    },
];

fn pace(dialect: &str) -> QueryPace {
    dialect_alone(dialect).query_pace()
}

#[test]
fn public_paces_are_kept() {
    for rule in RULES {
        let pace = pace(rule.dialect);
        let place = format!("{}: {}", rule.dialect, rule.source);
        assert!(pace.first_ms >= rule.first_ms, "{place}");
        assert!(pace.interval_ms >= rule.interval_ms, "{place}");
        assert!(pace.count_max <= rule.count_max, "{place}");
    }
}

/// Where nothing is public nobody asks oftener than each 15 seconds, nor without end, and the
/// questions of a bank that never answers reach over its day: lines do not become unknown
/// unasked.
#[test]
fn no_dialect_asks_like_a_storm_or_gives_up_early() {
    for bank in one_of_each_dialect() {
        let (pace, dialect) = (bank.query_pace(), bank.dialect());
        assert!(pace.first_ms >= 15 * SECOND, "{dialect}");
        assert!(pace.interval_ms >= 15 * SECOND, "{dialect}");
        assert!((1..=1_000).contains(&pace.count_max), "{dialect}");
        assert!(pace.answer_limit_ms >= 24 * HOUR, "{dialect}");
        // As the gateway waits: twice as long after each five questions, sixteen times at most.
        let waits = (1..pace.count_max).map(|asked| pace.interval_ms << (asked / 5).min(4));
        let reach = pace.first_ms + waits.sum::<u64>();
        assert!(reach >= 5 * HOUR, "{dialect}: {reach}");
    }
}
