//! Every pain.001 of the collected corpus, read from `../shared/iso/corpus` beside the
//! workspace: nobody's wages, mostly foreign banks' samples, so most have findings; none may
//! panic, hang or be miscounted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::*;
use schemas::employer_files::{Format, ReadOptions};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

const SUPPORTED: [&str; 6] = [
    "pain.001.001.03",
    "pain.001.001.05",
    "pain.001.001.08",
    "pain.001.001.09",
    "pain.001.001.11",
    "pain.001.001.12",
];

/// `None` where there is no ../shared; that is said on stderr, past the capture of the runner.
#[allow(clippy::explicit_write)] // the runner keeps what eprintln! says to itself
fn corpus() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut above = root.ancestors().map(|dir| dir.join("shared"));
    let Some(shared) = above.find(|dir| dir.is_dir()) else {
        writeln!(std::io::stderr(), "needs ../shared: not run: iso/corpus").unwrap();
        return None;
    };
    Some(shared.join("iso/corpus"))
}

#[test]
fn the_corpus_is_read_without_panic_and_counted_as_the_manifest_counts() {
    let Some(corpus) = corpus() else { return };
    let manifest = std::fs::read_to_string(corpus.join("MANIFEST.tsv")).unwrap();
    let options = ReadOptions {
        format: Some(Format::Pain001),
        ..options()
    };
    let (mut counted, mut refused) = (0, 0);
    for row in manifest.lines().skip(1) {
        let cells: Vec<_> = row.split('\t').collect();
        let [path, _, message, result, _, encoding, _, transactions, ..] = cells[..] else {
            panic!("{row}");
        };
        let Some(path) = path.strip_prefix("corpus/pain.001/") else {
            continue;
        };
        let bytes = std::fs::read(corpus.join("pain.001").join(path)).unwrap();
        let (summary, kept) = read_with(&bytes, &options);
        let found = |code: &str| kept.findings.iter().any(|f| f.code.as_str() == code);
        refused += 1;
        if result.starts_with("not-wellformed") {
            assert!(found("unreadable") || found("schema_violation"), "{path}");
        } else if encoding.starts_with("UTF-16") {
            assert!(found("encoding_invalid"), "{path}");
        } else if !SUPPORTED.contains(&message) {
            assert!(found("unsupported_format"), "{path}: {:?}", kept.places());
        } else if found("unsupported_format") {
            // A Swiss or German variant carries the same name in another namespace.
            let text = String::from_utf8_lossy(&bytes);
            let name = format!("urn:iso:std:iso:20022:tech:xsd:{message}");
            assert!(!text.contains(&format!("\"{name}\"")), "{path}");
        } else {
            (refused, counted) = (refused - 1, counted + 1);
            let places = kept.places();
            assert_eq!(
                summary.line_count.to_string(),
                transactions,
                "{path}: {places:#?}"
            );
        }
    }
    assert_eq!((counted, refused), (140, 57));
}

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/iso_corpus.tsv");

/// Findings of the file with what they say, then those of lines: how many of each, and the first's
/// place.
fn findings(kept: &Kept) -> String {
    let mut said = Vec::new();
    let mut of_lines: BTreeMap<(&str, &str), (usize, String)> = BTreeMap::new();
    for finding in &kept.findings {
        let field = finding.field.unwrap_or("-");
        let code = finding.code.as_str();
        if finding.line.is_none() && finding.row.is_none() {
            let arguments = finding.arguments.iter();
            let arguments = arguments.map(|(name, value)| format!("{name}={value}"));
            let arguments: Vec<String> = arguments.collect();
            said.push(format!("{code} {field} [{}]", arguments.join(" ")));
        } else {
            let place = format!("row {}", finding.row.unwrap_or_default());
            of_lines.entry((code, field)).or_insert((0, place)).0 += 1;
        }
    }
    for ((code, field), (count, place)) in of_lines {
        said.push(format!("{count} {code} {field} from {place}"));
    }
    said.join("; ").replace(['\t', '\n'], " ")
}

/// What became of each is a table that was read by eye; ANXIN_BLESS=1 writes it anew. What the
/// collection says of counts and sums is held against it besides.
#[test]
fn every_message_is_read_or_refused_as_the_table_says() {
    let Some(corpus) = corpus() else { return };
    let manifest = std::fs::read_to_string(corpus.join("MANIFEST.tsv")).unwrap();
    let semantic = std::fs::read_to_string(corpus.join("SEMANTIC.tsv")).unwrap();
    let options = ReadOptions {
        format: Some(Format::Pain001),
        ..options()
    };
    let mut table = String::from("path\tlines\ttotal\twithout error\tfindings\n");
    let (mut counts, mut sums) = (0, 0);
    for row in manifest.lines().skip(1) {
        let path = row.split('\t').next().unwrap();
        let Some(own) = path.strip_prefix("corpus/pain.001/") else {
            continue;
        };
        let bytes = std::fs::read(corpus.join("pain.001").join(own)).unwrap();
        let (summary, kept) = read_with(&bytes, &options);
        let total = summary.total.map_or("-".to_owned(), |total| total.yuan());
        let (lines, ok) = (summary.line_count, summary.lines_ok);
        let said = findings(&kept);
        writeln!(table, "{own}\t{lines}\t{total}\t{ok}\t{said}").unwrap();
        let wrong = semantic
            .lines()
            .find(|row| row.split('\t').next() == Some(path));
        // A message that is refused before its first payment has nothing to count.
        let Some(wrong) = wrong.filter(|_| lines > 0) else {
            continue;
        };
        if wrong.contains("NBOFTXS(") {
            assert!(said.contains("control_count_mismatch"), "{path}: {said}");
            counts += 1;
        }
        if wrong.contains("CTRLSUM(") {
            assert!(said.contains("control_sum_mismatch"), "{path}: {said}");
            sums += 1;
        }
    }
    assert!(counts > 0 && sums > 0, "{counts} {sums}");
    if std::env::var_os("ANXIN_BLESS").is_some() {
        std::fs::write(TABLE, &table).unwrap();
    }
    let kept = std::fs::read_to_string(TABLE).unwrap();
    for (made, kept) in table.lines().zip(kept.lines()) {
        assert_eq!(made, kept);
    }
    assert_eq!(table.lines().count(), kept.lines().count());
}
