//! The presets of the list as a whole: what is public of a bank's limits is kept, and what we
//! invented is not one invention 57 times. A bank that its folder adds has its own word: its
//! manual may say other limits, and a rural one may speak a dialect of its own.

use crate::support::{bank, dialect_alone, listed};
use adapters::{BankAdapter, Evidence};
use schemas::{Fen, codes};
use std::collections::{BTreeMap, BTreeSet};

const ANY: u64 = u64::MAX;

/// FORMATS section 4 and 6, by hand: most rows, most yuan a row, most bytes of a name and of a
/// memo in the dialect's character set.
const PUBLIC: [(&str, u64, u64, u64, u64); 13] = [
    ("abc_yqt", ANY, 99_999_999_999_999, 60, 30),
    ("bocd_ap", 3_000, 50_000, ANY, ANY),
    ("bocom_ap", ANY, 99_999_999_999_999, ANY, ANY),
    ("ccb_single", 1, ANY, ANY, ANY),
    ("ceb_b2e", 1, ANY, ANY, ANY),
    ("cib_batch", 100, ANY, ANY, ANY),
    ("cib_fox", 300, ANY, 20, 50),
    ("citic_dl", 9_999, ANY, 42, ANY),
    ("cmb_fbsdk", 3_000, ANY, 62, 42),
    ("cmb_open", 1_000, ANY, ANY, ANY),
    ("cmbc_xfer", 200, ANY, ANY, ANY),
    ("mybank_h2h", 2_000, 50_000, ANY, 120),
    ("unionpay_df", 5_000, ANY, 45, ANY),
];

#[test]
fn public_limits_are_kept() {
    for (dialect, rows, yuan, name, memo) in PUBLIC {
        let speakers = listed().filter(|bank| bank.dialect() == dialect);
        for bank in speakers.chain([dialect_alone(dialect)]) {
            let (limits, code) = (bank.limits(), bank.code());
            let amount = u64::try_from(limits.amount_max.0).unwrap();
            assert!(u64::from(limits.rows_max) <= rows, "{code} {dialect}");
            assert!(amount <= yuan.saturating_mul(100), "{code} {dialect}");
            assert!(limits.name_bytes_max as u64 <= name, "{code} {dialect}");
            assert!(limits.memo_bytes_max as u64 <= memo, "{code} {dialect}");
        }
    }
    // Pages: CITIC tells 20 rows at most, SPDB 20 batches.
    let explained = |bank: &BankAdapter, name: &str| {
        let mut all = bank.explain().into_iter();
        let found = all.find(|value| value.name == name);
        found.map(|value| value.value)
    };
    let pages = explained(bank("CITIC"), "query.query.pages");
    assert_eq!(pages.as_deref(), Some("20"));
}

/// The 19 rural banks of the list share one platform, as most of the province's do; Yinzhou is
/// apart, for it has been a bank of its own from the beginning. The platform itself is synthetic.
#[test]
fn rural_banks_speak_the_union() {
    let rural = codes::listed_banks().iter();
    let rural = rural.filter(|bank| bank.kind == "rural");
    let dialects: BTreeMap<_, _> = rural
        .map(|own| (own.code.as_str(), bank(own.code.as_str())))
        .collect();
    assert_eq!(dialects.len(), 19);
    for (code, bank) in dialects {
        assert_eq!(bank.dialect() == "rural_union", code != "YZBANK", "{code}");
        assert_eq!(bank.evidence(), Evidence::Synthetic, "{code}");
    }
}

#[test]
fn the_book_is_wide_and_trusts_none_too_much() {
    let dialects: BTreeSet<&str> = listed().map(BankAdapter::dialect).collect();
    assert!(dialects.len() >= 20, "{dialects:?}");
    let of = |evidence| listed().filter(move |b| b.evidence() == evidence);
    assert!(of(Evidence::Observed).count() >= 15);
    assert_eq!(of(Evidence::Certified).count(), 0);
}

/// What is invented differs from bank to bank, and the notes say that it is invented.
#[test]
fn synthetic_presets_are_not_one_preset() {
    let mut seen = BTreeMap::new();
    let (mut cut_offs, mut rows, mut amounts) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let synthetic = listed().filter(|bank| bank.evidence() == Evidence::Synthetic);
    for bank in synthetic {
        let (limits, code) = (*bank.limits(), bank.code());
        let own = format!("{} {} {limits:?}", bank.dialect(), bank.cut_off());
        if let Some(other) = seen.insert(own, code) {
            panic!("{code} is {other} again");
        }
        cut_offs.insert(bank.cut_off());
        rows.insert(limits.rows_max);
        amounts.insert(limits.amount_max);
        assert!(limits.total_max <= Fen(50_000_000_000), "{code}");
        let folder = format!("{}/banks/{code}", env!("CARGO_MANIFEST_DIR"));
        let notes = std::fs::read_to_string(format!("{folder}/NOTES.md")).unwrap();
        for words in [
            "Evidence: synthetic",
            "not the bank's format",
            "limits are invented",
        ] {
            assert!(notes.contains(words), "{code}: {words}");
        }
        let preset = std::fs::read_to_string(format!("{folder}/bank.toml")).unwrap();
        assert!(
            preset.contains("[limits]"),
            "{code}: the dialect's own limits"
        );
    }
    assert!(cut_offs.len() >= 8, "{cut_offs:?}");
    assert!(rows.len() >= 10, "{rows:?}");
    assert!(amounts.len() >= 5, "{amounts:?}");
}

/// Each character set of the language is somebody's, GB2312 apart: who declares it sends GBK.
#[test]
fn every_character_set_is_spoken() {
    let out: BTreeSet<_> = listed().map(|b| b.charset_out().name()).collect();
    let read: BTreeSet<_> = listed().map(|b| b.charset_in().name()).collect();
    assert!(out.len() >= 2 && read.len() >= 3, "{out:?} {read:?}");
    let apart = listed().filter(|b| b.charset_out() != b.charset_in());
    assert!(apart.count() >= 3);
}
