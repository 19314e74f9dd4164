//! What the book says of its own evidence: an observed dialect names where it is from, wherever
//! it is spoken of.

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
