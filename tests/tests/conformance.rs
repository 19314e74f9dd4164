//! One conformance suite: every case on every bank (DESIGN section 7). A case passes or is
//! skipped with a reason; the reasons and the counts are the page gateway/docs/CONFORMANCE.md,
//! which is kept fresh here (`ANXIN_BLESS=1` writes it). A round trip proves consistency, not
//! truth: both chairs read one definition. Truth comes from the samples of the adapters' own
//! tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// A test names the arms that it expects.
#![allow(clippy::wildcard_enum_match_arm, clippy::print_stdout)]

#[path = "conformance/decode.rs"]
mod decode;
#[path = "conformance/definition.rs"]
mod definition;
#[path = "conformance/encode.rs"]
mod encode;
#[path = "conformance/hostile.rs"]
mod hostile;
#[path = "conformance/totals.rs"]
mod totals;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tests::desk::dialects;
use tests::talk::Talk;

/// What a case says of a bank. A failure is a panic with its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Pass,
    /// It does not apply, and why.
    Skip(&'static str),
}

type Case = fn(&Talk) -> Verdict;

type Verdicts = Vec<(&'static str, Verdict)>;

/// What a case says of every bank: found once, for its own test and for the page.
fn every_bank(name: &'static str, case: Case) -> Verdicts {
    static FOUND: Mutex<BTreeMap<&str, Arc<OnceLock<Verdicts>>>> = Mutex::new(BTreeMap::new());
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    let place = Arc::clone(found.entry(name).or_default());
    drop(found);
    place.get_or_init(|| ask_every_bank(name, case)).clone()
}

fn ask_every_bank(name: &str, case: Case) -> Verdicts {
    let mut verdicts = Vec::new();
    for adapter in dialects() {
        verdicts.push((adapter.dialect(), case(&Talk::with(adapter))));
    }
    assert_eq!(verdicts.len(), dialects().count(), "{name}");
    assert!(
        verdicts.len() > 57,
        "{name}: every bank, and both dialects of some"
    );
    verdicts
}

/// One test function for each case, and the list of all.
macro_rules! cases {
    ($($module:ident: $($name:ident),+;)+) => {
        const CASES: &[(&str, &str, Case)] = &[
            $($((stringify!($module), stringify!($name), $module::$name),)+)+
        ];
        mod each {
            $($(
                #[test]
                fn $name() {
                    super::run(stringify!($name), super::$module::$name);
                }
            )+)+
        }
    };
}

cases! {
    definition: definition_is_of_a_known_bank, definition_says_what_it_stands_on,
        definition_carries_every_needed_field, definition_fits_its_own_limits,
        definition_has_a_code_for_every_outcome, definition_does_what_it_declares,
        definition_explains_every_value;
    encode: encode_is_deterministic, encode_totals_are_those_of_the_lines,
        encode_character_that_the_bank_has_not, encode_name_too_long_in_bytes,
        encode_amounts_at_the_edges, encode_cuts_at_the_line_limit, encode_separator_in_a_text,
        encode_trail_bytes_that_look_like_separators, encode_control_character_in_a_text,
        encode_leading_zeros, encode_account_too_long, encode_payee_at_another_bank,
        encode_two_files_have_two_references,
        encode_push_receipt_names_the_file;
    decode: decode_round_trip, decode_unlisted_code_is_unknown,
        decode_failure_inside_a_success_answer, decode_failure_code_beside_success,
        decode_reason_of_a_return, decode_success_inside_a_refusal,
        decode_doubled_line, decode_missing_line, decode_extra_line,
        decode_another_files_answer, decode_line_ends_and_byte_order_mark;
    totals: decode_wrong_totals, decode_rows_in_another_order;
    hostile: hostile_cut_anywhere_never_pays, hostile_mutation_never_pays,
        hostile_request_never_panics, hostile_bomb_is_bounded;
}

fn run(name: &'static str, case: Case) {
    let verdicts = every_bank(name, case);
    let mut skipped: BTreeMap<&str, u32> = BTreeMap::new();
    for (_, verdict) in &verdicts {
        if let Verdict::Skip(why) = verdict {
            *skipped.entry(why).or_default() += 1;
        }
    }
    let count: u32 = skipped.values().sum();
    println!(
        "{name}: {} banks, {count} skipped {skipped:?}",
        verdicts.len()
    );
}

/// The page: a row a case, a column a dialect, banks that passed; below, why some were skipped.
fn page() -> String {
    let mut dialects: BTreeMap<&str, u32> = BTreeMap::new();
    for adapter in tests::desk::dialects() {
        *dialects.entry(adapter.dialect()).or_default() += 1;
    }
    let mut text = String::from(
        "# Conformance\n\nEvery case on every bank: how many banks of a dialect pass; `-` where \
         the case does not apply, with the reason below. Written by `ANXIN_BLESS=1 cargo test -p \
         tests --test conformance`; a test keeps it fresh. The money cases are \
         `tests/tests/money.rs`.\n\n| case |",
    );
    for (name, count) in &dialects {
        write!(text, " {name} ({count}) |").unwrap();
    }
    text.push_str("\n| --- |");
    text.push_str(&" --- |".repeat(dialects.len()));
    let mut reasons = Vec::new();
    for (_, name, case) in CASES {
        let verdicts = every_bank(name, *case);
        write!(text, "\n| {name} |").unwrap();
        for dialect in dialects.keys() {
            let own = verdicts.iter().filter(|(of, _)| of == dialect);
            let mut passed = 0;
            for (_, verdict) in own {
                match verdict {
                    Verdict::Pass => passed += 1,
                    Verdict::Skip(why) => reasons.push((*name, *dialect, *why)),
                }
            }
            match passed {
                0 => text.push_str(" - |"),
                _ => write!(text, " {passed} |").unwrap(),
            }
        }
    }
    reasons.dedup();
    text.push_str("\n\n## Not applied, and why\n\n");
    for (case, dialect, why) in reasons {
        writeln!(text, "- {case}, {dialect}: {why}").unwrap();
    }
    text
}

#[test]
fn the_page_is_fresh() {
    let path = tests::workspace::root().join("gateway/docs/CONFORMANCE.md");
    let page = page();
    if std::env::var_os("ANXIN_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == page,
        "gateway/docs/CONFORMANCE.md is old: ANXIN_BLESS=1 writes it"
    );
}
