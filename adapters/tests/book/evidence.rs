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

/// Codes of ours begin with AX. A step whose answer pays or fails by one is listed; so are returns
/// that only such a code tells.
#[test]
fn a_code_of_ours_that_decides_is_listed() {
    for dialect in Book::built_in().unwrap().dialects() {
        let (name, listed) = (dialect.dialect(), dialect.synthetic());
        let text = paper(&format!("dialects/{name}/dialect.toml"));
        let written: toml::Table = text.parse().unwrap();
        let decides = |table: &toml::Value, outcome: &str| {
            // `listed` is a status and no table.
            let table = written["codes"].get(table.as_str().unwrap());
            let codes = table.and_then(|table| table.as_array());
            codes.into_iter().flatten().any(|code| {
                let ours = code.get("exact").and_then(|exact| exact.as_array());
                let ours = ours.and_then(|exact| exact.first()?.as_str());
                code["outcome"].as_str() == Some(outcome)
                    && ours.is_some_and(|c| c.starts_with("AX"))
            })
        };
        let steps = ["submit", "query", "returns"].map(|flow| written.get(flow));
        let steps = steps
            .into_iter()
            .flatten()
            .flat_map(|flow| flow.as_array().unwrap());
        for step in steps {
            let own = step["name"].as_str().unwrap();
            let tables = step.get("codes").and_then(|codes| codes.as_table());
            for table in tables.into_iter().flat_map(|tables| tables.values()) {
                let step = [own.to_owned(), format!("{own}.reply")];
                let lists = step.iter().any(|name| listed.contains(name));
                let decided = decides(table, "paid") || decides(table, "failed");
                assert!(lists || !decided, "{name}: {own}");
                let returned = listed.contains(&"returns".to_owned());
                assert!(returned || !decides(table, "returned"), "{name}: {own}");
            }
        }
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

/// FORMATS 6 and 7, by hand: messages and forms of a dialect's bank that the dialect does not have.
const NOT_SPOKEN: [(&str, &str); 19] = [
    (
        "icbc_cms",
        "PAYENT PAYPERCOL PERDIS PAYSLIPS TXT 9 QPAYPERTM .bxt zipFlag=1",
    ),
    ("abc_yqt", "CFRT05 CFRTD1 CFRT21"),
    ("boc_b2e", "offline"),
    ("bocom_ap", "310301 |! 330003"),
    (
        "cmb_fbsdk",
        "REQDATA socket CSV INI DBF .agf NTAGCAPY NTAGCINN",
    ),
    ("citic_dl", "DLSALCOL DLUPRSUB"),
    ("cib_fox", "BPAYOFF DTDUE 022"),
    ("spdb_aq", "8800"),
    ("cmbc_reimb", "CostReimb"),
    ("cmbc_xfer", "Xfer qryXfer"),
    ("cgb_gateway", "0021 0001"),
    ("pab_b2bi", "KHKF03 KHKF04 KHKF05 HTTP HTTPS frame signed"),
    (
        "hxb_xhj",
        "xhj3006 xhj3007 xhj2012 xhj3011 xhj5001 C204 00100 HTTP",
    ),
    ("cms_ap", "200108 200110 200142"),
    ("wzcb_aob", "checkAcct"),
    (
        "mybank_h2h",
        "ant.ebank.auth.smscode.send P_BATCH_SALARY template",
    ),
    ("gzelink", "100001 100004 100005"),
    (
        "cnaps2",
        "beps.121 beps.125 beps.381 beps.386 beps.387 beps.388 beps.390 NPC PrcPty \
         05100 05102 05103",
    ),
    ("synthetic_xml_gbk", "SGT002"),
];

/// The steps of a dialect in the words of the book, constants in quotes.
fn steps(dialect: &str) -> String {
    let dialect = Book::built_in().unwrap().dialect(dialect).unwrap();
    let flows = ["submit.", "query.", "returns."];
    let values = dialect.explain().into_iter();
    let own = values.filter(|value| flows.iter().any(|flow| value.name.starts_with(flow)));
    own.map(|value| value.value + "\n").collect()
}

/// Its README says that it does not speak them, and no step of it names one.
#[test]
fn what_is_public_and_not_spoken_is_declared() {
    for (name, messages) in NOT_SPOKEN {
        let readme = paper(&format!("dialects/{name}/README.md"));
        let (_, declared) = readme.split_once("ot spoken\n").unwrap();
        let steps = steps(name);
        for message in messages.split(' ') {
            assert!(declared.contains(message), "{name}: {message}");
            let written = format!("\"{message}\"");
            assert!(!steps.contains(&written), "{name} speaks {message}");
        }
    }
    // What is spoken does stand there so.
    assert!(steps("icbc_cms").contains("\"PAYPER\""));
    let book = paper("ADDING-A-BANK.md");
    for interface in ["ChinaPay ORA", "4534", "4538", "SGT002", "YonBIP", "JR/T"] {
        assert!(book.contains(interface), "{interface}");
    }
}
