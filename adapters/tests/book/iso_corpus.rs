//! Every pain.002, camt.053 and camt.054 of the collected corpus, read as HKBEA's: as it is, and
//! with our numbers and our currency in its places. What became of each is a table that was read
//! by eye; ANXIN_BLESS=1 writes it anew.

use crate::support::{ToyKeys, bank};
use adapters::exchange::{LineOutcome, Outcome, Unreadable};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/book/iso_corpus.tsv");

/// `None` where there is no ../shared; that is said on stderr, past the capture of the runner.
fn corpus() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut above = root.ancestors().map(|folder| folder.join("shared"));
    let Some(shared) = above.find(|folder| folder.is_dir()) else {
        writeln!(std::io::stderr(), "needs ../shared: not run: iso/corpus").unwrap();
        return None;
    };
    Some(shared.join("iso/corpus"))
}

/// Puts texts into every element of a name, in turn; its start tag has no attributes.
fn with(text: &str, element: &str, mut ours: impl FnMut() -> String) -> String {
    let mut out = String::new();
    let mut rest = text;
    let end = format!("{element}>");
    while let Some(at) = rest.find(&end) {
        let (before, after) = rest.split_at(at + end.len());
        out.push_str(before);
        rest = after;
        let tag = &before[before[..at].rfind('<').unwrap()..at];
        // `<`, or a prefix; the end of another name has neither.
        if tag == "<" || (tag.ends_with(':') && !tag.starts_with("</")) {
            out.push_str(&ours());
            rest = &rest[rest.find('<').unwrap()..];
        }
    }
    out + rest
}

fn as_ours(text: &str) -> String {
    let mut row = 0;
    let mut number = || {
        row += 1;
        format!("PK0000000001{row:06}")
    };
    let text = with(text, "OrgnlMsgId", || "PK202611230000000001".to_owned());
    let text = with(&text, "OrgnlPmtInfId", || "PK202611230000000001".to_owned());
    let text = with(&text, "OrgnlEndToEndId", &mut number);
    let mut text = with(&text, "EndToEndId", &mut number);
    for currency in [
        "EUR", "CHF", "USD", "SEK", "GBP", "JPY", "HNL", "DKK", "NOK", "HKD", "XRP",
    ] {
        text = text.replace(&format!("Ccy=\"{currency}\""), "Ccy=\"CNY\"");
    }
    text
}

fn read(path: &str, bytes: &[u8]) -> String {
    let lines = |lines: &[LineOutcome]| {
        let mut counted: BTreeMap<String, usize> = BTreeMap::new();
        for line in lines {
            let word = match line.outcome {
                Outcome::Failed(reason) => format!("failed({})", reason.as_str()),
                other => adapters::codes::outcome_word(other).to_owned(),
            };
            let code = line.bank_code.as_deref().unwrap_or("-");
            *counted.entry(format!("{word} {code}")).or_default() += 1;
        }
        let mut said = format!("{} rows", lines.len());
        for (word, count) in counted {
            write!(said, "; {count} {word}").unwrap();
        }
        said
    };
    let refused = |wrong: Unreadable| format!("refused at {}: {}", wrong.offset, wrong.what);
    let adapter = bank("HKBEA");
    if path.contains("/pain.002/") {
        let read = adapter.decode_result(bytes, &ToyKeys);
        read.map_or_else(refused, |result| {
            let group = match result.outcome {
                Outcome::Failed(reason) => format!("failed({})", reason.as_str()),
                other => adapters::codes::outcome_word(other).to_owned(),
            };
            format!("group {group}; {}", lines(&result.lines))
        })
    } else {
        let read = adapter.decode_push(bytes, &ToyKeys);
        read.map_or_else(refused, |push| lines(&push.lines))
    }
}

#[test]
fn every_report_of_the_corpus_is_read_or_refused_as_the_table_says() {
    let Some(corpus) = corpus() else { return };
    let manifest = std::fs::read_to_string(corpus.join("MANIFEST.tsv")).unwrap();
    let mut table = String::from("path\tas it is\twith our numbers and currency\n");
    for row in manifest.lines().skip(1) {
        let path = row.split('\t').next().unwrap();
        if path.starts_with("corpus/pain.001/") {
            continue;
        }
        let own = corpus.join(path.strip_prefix("corpus/").unwrap());
        let bytes = std::fs::read(own).unwrap();
        let ours = match std::str::from_utf8(&bytes) {
            Ok(text) => read(path, as_ours(text).as_bytes()),
            Err(_) => "-".to_owned(),
        };
        let path = path.strip_prefix("corpus/").unwrap();
        let as_it_is = read(&format!("/{path}"), &bytes);
        writeln!(table, "{path}\t{as_it_is}\t{ours}").unwrap();
    }
    if std::env::var_os("ANXIN_BLESS").is_some() {
        std::fs::write(TABLE, &table).unwrap();
    }
    let kept = std::fs::read_to_string(TABLE).unwrap();
    for (made, kept) in table.lines().zip(kept.lines()) {
        assert_eq!(made, kept);
    }
    assert_eq!(table.lines().count(), kept.lines().count());
}
