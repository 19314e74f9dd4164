//! Every pain.001 of the collected corpus, read from `../shared/iso/corpus` beside the
//! workspace: nobody's wages, mostly foreign banks' samples, so most have findings; none may
//! panic, hang or be miscounted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::*;
use schemas::employer_files::{Format, ReadOptions};
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
