//! What the book says of its own evidence: an observed dialect names where it is from, wherever
//! it is spoken of.

use crate::support::bank;
use adapters::{BankAdapter, Book, Evidence};

fn paper(path: &str) -> String {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn said(adapter: &BankAdapter, name: &str) -> Option<String> {
    let mut all = adapter.explain().into_iter();
    all.find(|value| value.name == name)
        .map(|value| value.value)
}

fn source(dialect: &str) -> String {
    let dialect = Book::built_in().unwrap().dialect(dialect).unwrap();
    said(dialect, "source").unwrap()
}

/// A repository (`owner/name`), an address, or that the repository is not known; the day of the
/// search beside it.
#[test]
fn an_observed_dialect_names_its_source() {
    for dialect in Book::built_in().unwrap().dialects() {
        if dialect.evidence() != Evidence::Observed {
            continue;
        }
        let name = dialect.dialect();
        let (source, readme) = (source(name), paper(&format!("dialects/{name}/README.md")));
        assert!(readme.contains(&format!("Sources: {source}.")), "{name}");
        let mut parts = source.split("; ");
        let named = |part: &str| {
            let words = part.split(' ').next().unwrap_or_default();
            words.contains('/') || part.contains("https://") || part.contains("not named")
        };
        assert!(parts.any(named), "{name}: {source}");
        assert!(source.contains("2026-"), "{name}: {source}");
    }
}

#[test]
fn the_notes_of_an_observed_bank_name_its_sources() {
    for own in Book::built_in().unwrap().adapters() {
        let code = own.code();
        let notes = paper(&format!("banks/{code}/NOTES.md"));
        assert!(!notes.contains(".."), "{code}: two full stops");
        if own.evidence() != Evidence::Observed {
            continue;
        }
        for spoken in own.by_dialect() {
            let source = source(spoken.dialect());
            assert!(notes.contains(&source), "{code}: {source}");
        }
    }
}

/// What its README calls synthetic, an observed dialect lists: the push and returns by name, all
/// else by a step of a submission or a query. And a push that it lists, its README calls so.
#[test]
fn what_a_readme_calls_synthetic_is_listed() {
    for dialect in Book::built_in().unwrap().dialects() {
        if dialect.evidence() != Evidence::Observed {
            continue;
        }
        let name = dialect.dialect();
        let listed = dialect.synthetic();
        let lists = |name: &str| listed.iter().any(|own| own == name);
        let readme = paper(&format!("dialects/{name}/README.md"));
        let rows = readme.lines().filter(|line| line.starts_with("| "));
        let rows: Vec<String> = rows.map(str::to_lowercase).collect();
        let mut push = false;
        for row in rows.iter().filter(|row| row.contains("synthetic")) {
            let first = row.split(" | ").next().unwrap();
            let told = [("push", "push"), ("returned", "returns")];
            let told = told.map(|(word, listed)| (row.contains(word), listed));
            push |= told[0].0;
            for (_, listed) in told.iter().filter(|(called, _)| *called) {
                assert!(lists(listed), "{name}: {listed}: {row}");
            }
            let step = listed.iter().any(|own| own != "push" && own != "returns");
            let beside = told.iter().all(|(called, _)| !called);
            assert!(step || !beside, "{name}: {first}");
        }
        assert_eq!(lists("push"), push, "{name}: its README and its list");
        // What comes back is told by the push, where nobody asks for it.
        let pushed_only = dialect.capability().returns && dialect.returns_pace().is_none();
        assert!(!(push && pushed_only) || lists("returns"), "{name}");
    }
}

/// Of two dialects, what either lists; where all is ours, all.
#[test]
fn a_bank_says_what_of_it_is_synthetic() {
    let of = |code: &str| bank(code).synthetic();
    assert_eq!(of("CMBC"), ["submit", "query.reply", "push", "returns"]);
    assert_eq!(of("ICBC"), ["push", "returns"]);
    assert_eq!(of("CMB"), ["push"]);
    assert_eq!(of("PSBC"), ["file", "trigger", "query", "push", "returns"]);
    // Its dialect has a source, but not of this bank.
    assert_eq!(of("JHBANK"), ["submit", "state", "rows", "push", "returns"]);
}
