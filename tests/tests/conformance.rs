//! One conformance suite: every case on every bank (DESIGN section 7), each a test of its own by
//! name: `YWRCB::encode::name_too_long_in_bytes`; where a bank has two dialects, on each:
//! `CMBC::cmbc_xfer::encode::name_too_long_in_bytes`. A case passes or is skipped with a reason;
//! the reasons and the counts are the page gateway/docs/CONFORMANCE.md, which is kept fresh here
//! (`ANXIN_BLESS=1` writes it). A round trip proves consistency, not truth: both chairs read one
//! definition. Truth comes from the samples of the adapters' own tests.
//!
//! `ANXIN_ADAPTERS=DIR` puts the cases to the definitions in a folder instead of the program's:
//! a bank that is being added. The page is of the program's own book only.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// A test names the arms that it expects.
#![allow(clippy::wildcard_enum_match_arm, clippy::print_stdout)]

#[path = "conformance/adding.rs"]
mod adding;
#[path = "conformance/decode.rs"]
mod decode;
#[path = "conformance/definition.rs"]
mod definition;
#[path = "conformance/encode.rs"]
mod encode;
#[path = "conformance/hostile.rs"]
mod hostile;
#[path = "conformance/money.rs"]
mod money;
#[path = "conformance/totals.rs"]
mod totals;

use adapters::BankAdapter;
use gateway::command::definitions::book_in;
use libtest_mimic::{Arguments, Completion, Trial};
use schemas::{BankCode, Lang};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tests::desk::{banks, definitions, dialects};
use tests::dialects::unspoken;
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

/// What a case says of a bank: found once, for its own test and for the page.
fn verdict(name: &'static str, case: Case, adapter: &'static BankAdapter) -> Verdict {
    type Found = BTreeMap<(&'static str, BankCode, &'static str), Arc<OnceLock<Verdict>>>;
    static FOUND: Mutex<Found> = Mutex::new(BTreeMap::new());
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (name, adapter.code(), adapter.dialect());
    let place = Arc::clone(found.entry(key).or_default());
    drop(found);
    *place.get_or_init(|| case(&Talk::with(adapter)))
}

/// The dialects of banks to which the cases are put, each by its name: that of the bank, and of
/// its dialect where the bank has two; of the dialect alone where no bank speaks it.
fn asked() -> Vec<(String, &'static BankAdapter)> {
    let all: Vec<&BankAdapter> = match std::env::var_os("ANXIN_ADAPTERS") {
        None => banks().collect(),
        Some(_) => {
            let book = book_in(&definitions());
            let book = book.unwrap_or_else(|refused| panic!("{}", refused.text(Lang::En)));
            book.adapters().iter().collect()
        }
    };
    let each = |bank: &'static BankAdapter| {
        let has_two = bank.other_dialect().is_some();
        bank.by_dialect().map(move |own| match has_two {
            true => (format!("{}::{}", own.code(), own.dialect()), own),
            false => (own.code().to_string(), own),
        })
    };
    let further = match std::env::var_os("ANXIN_ADAPTERS") {
        None => unspoken(),
        Some(_) => Vec::new(),
    };
    let further = further
        .into_iter()
        .map(|own| (own.dialect().to_owned(), own));
    all.into_iter().flat_map(each).chain(further).collect()
}

/// The list of all cases, by the names of their functions: `encode_leading_zeros`.
macro_rules! cases {
    ($($module:ident: $($name:ident),+;)+) => {
        const CASES: &[(&str, Case)] = &[$($((stringify!($name), $module::$name),)+)+];
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
    money: money_time_out, money_crash_at_each_write_point, money_replay, money_conflict,
        money_partial, money_return_after_paid, money_late_result, money_cut_off_and_holidays,
        money_doubled_push, money_wrong_seal;
    hostile: hostile_cut_anywhere_never_pays, hostile_mutation_never_pays,
        hostile_request_never_panics, hostile_bomb_is_bounded;
}

/// `encode::leading_zeros`: the first word of a case says which operation it is about.
fn named(function: &str) -> String {
    function.replacen('_', "::", 1)
}

/// One test for each case and bank; a skipped one carries its reason.
fn trial(function: &'static str, case: Case, of: &(String, &'static BankAdapter)) -> Trial {
    let (bank, adapter) = (&of.0, of.1);
    let name = format!("{bank}::{}", named(function));
    Trial::ignorable_test(name, move || {
        Ok(match verdict(function, case, adapter) {
            Verdict::Pass => Completion::Completed,
            Verdict::Skip(why) => Completion::ignored_with(why),
        })
    })
}

fn plain(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let banks = asked();
    let mut trials = Vec::new();
    for (function, case) in CASES {
        trials.extend(banks.iter().map(|bank| trial(function, *case, bank)));
    }
    if std::env::var_os("ANXIN_ADAPTERS").is_none() {
        trials.push(plain(
            "a_sample_is_foreign_where_the_notes_say_so",
            definition::a_sample_is_foreign_where_the_notes_say_so,
        ));
        trials.push(plain(
            "a_documented_bank_with_samples_of_its_own_only_fails",
            definition::a_documented_bank_with_samples_of_its_own_only_fails,
        ));
        trials.push(plain(
            "adding_a_bank_touches_no_file_outside_its_folder",
            adding::adding_a_bank_touches_no_file_outside_its_folder,
        ));
        trials.push(plain("the_page_is_fresh", the_page_is_fresh));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The page: a row a case, a column a dialect, banks that passed; below, why some were skipped.
fn page() -> String {
    let mut columns: BTreeMap<&str, u32> = BTreeMap::new();
    for adapter in dialects() {
        *columns.entry(adapter.dialect()).or_default() += 1;
    }
    let further = unspoken();
    columns.extend(further.iter().map(|own| (own.dialect(), 0)));
    let mut text = String::from(
        "# Conformance\n\nEvery case on every bank of the list (`schemas/codes/banks.toml`): \
         how many banks of a dialect pass; `-` where the case does not apply, with the reason \
         below. No bank speaks a dialect with (0): there one stands in. Each pair is a test of \
         its own: `cargo test -p tests --test conformance \
         YWRCB::encode::name_too_long_in_bytes`. Written by \
         `ANXIN_BLESS=1 cargo test -p tests --test conformance`; a test keeps it fresh. The money \
         cases are the beginnings of the stories of `tests/tests/money.rs`; the golden bytes of \
         every bank are held by `cargo test -p adapters --test samples`.\n\n| case |",
    );
    for (name, count) in &columns {
        write!(text, " {name} ({count}) |").unwrap();
    }
    text.push_str("\n| --- |");
    text.push_str(&" --- |".repeat(columns.len()));
    let mut reasons = Vec::new();
    for (function, case) in CASES {
        let name = named(function);
        write!(text, "\n| {name} |").unwrap();
        for dialect in columns.keys() {
            let mut passed = 0;
            let all = dialects().chain(further.iter().copied());
            for bank in all.filter(|bank| bank.dialect() == *dialect) {
                match verdict(function, *case, bank) {
                    Verdict::Pass => passed += 1,
                    Verdict::Skip(why) => reasons.push((name.clone(), *dialect, why)),
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
