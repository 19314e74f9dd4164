//! Every variation point of FORMATS section 2: which dialect has it, found in the definitions where
//! they can tell it, by hand where they can't. `points.tsv` is the list, the page
//! `gateway/docs/adapter-book/variation-points.md` is made of it (`ANXIN_BLESS=1` writes it).

use crate::support::listed;
use adapters::{BankAdapter, Book, Evidence};
use schemas::BankCode;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const POINTS: &str = include_str!("points.tsv");

/// One value of a point.
struct Value {
    section: &'static str,
    point: &'static str,
    value: &'static str,
    who: &'static str,
    remark: &'static str,
}

fn values() -> Vec<Value> {
    let lines = POINTS.lines().filter(|line| !line.starts_with("# "));
    let values = lines.map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [section, point, value, who, remark] = cells[..] else {
            panic!("five cells: {line}")
        };
        Value {
            section,
            point,
            value,
            who,
            remark,
        }
    });
    values.collect()
}

/// What a dialect says of itself: names and values, its capabilities among them.
struct Told {
    name: String,
    evidence: Evidence,
    said: Vec<(String, String)>,
    banks: BTreeSet<BankCode>,
}

fn dialects() -> Vec<Told> {
    let told = |dialect: &BankAdapter| {
        let explained = dialect.explain().into_iter();
        let mut said: Vec<_> = explained.map(|value| (value.name, value.value)).collect();
        let able = serde_json::to_value(dialect.capability()).unwrap();
        let able = able.as_object().unwrap().iter();
        said.extend(able.map(|(name, is)| (name.clone(), is.to_string())));
        let name = dialect.dialect().to_owned();
        let banks = listed().filter(|bank| speaks(bank, &name));
        let banks = banks.map(BankAdapter::code).collect();
        let of_two = |bank: &BankAdapter| bank.other_dialect().is_some() && speaks(bank, &name);
        let of_two = listed().any(of_two);
        said.push(("of_two".to_owned(), of_two.to_string()));
        let evidence = dialect.evidence();
        Told {
            name,
            evidence,
            said,
            banks,
        }
    };
    let dialects = Book::built_in().unwrap().dialects();
    dialects.iter().map(told).collect()
}

fn speaks(bank: &BankAdapter, name: &str) -> bool {
    bank.by_dialect().any(|own| own.dialect() == name)
}

impl Told {
    /// `name=value`: a name and a value that have these texts in them; `name==value`: the whole
    /// value; without a name: any value.
    fn has(&self, condition: &str) -> bool {
        let (name, value) = condition.split_once('=').unwrap_or(("", condition));
        let whole = value.strip_prefix('=');
        self.said.iter().any(|(own, said)| {
            own.contains(name) && whole.map_or(said.contains(value), |whole| said == whole)
        })
    }
}

/// The dialects that have a value; `None` where it is everybody's, nobody's or to come.
fn found(value: &Value, dialects: &[Told]) -> Option<Vec<String>> {
    if let Some(by_hand) = value.who.strip_prefix('@') {
        return Some(by_hand.split(' ').map(str::to_owned).collect());
    }
    if ["*", "-", "+"].contains(&value.who) {
        return None;
    }
    let fits = dialects.iter().filter(|dialect| {
        let mut all = value.who.split(" && ");
        all.all(|condition| dialect.has(condition))
    });
    Some(fits.map(|dialect| dialect.name.clone()).collect())
}

/// A value that the definitions can tell is some bank's; one that they can't names dialects that
/// are; what nobody has says why.
#[test]
fn every_variation_point_is_exercised_or_says_why_not() {
    let dialects = dialects();
    let banks: BTreeMap<&str, usize> = dialects
        .iter()
        .map(|dialect| (dialect.name.as_str(), dialect.banks.len()))
        .collect();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for value in values() {
        let place = format!("{} {}: {}", value.section, value.point, value.value);
        if !seen.insert(place.clone()) {
            wrong.push(format!("{place}: twice"));
        }
        match found(&value, &dialects) {
            Some(names) => {
                let unknown = names.iter().find(|name| !banks.contains_key(name.as_str()));
                wrong.extend(unknown.map(|name| format!("{place}: no dialect {name}")));
                let spoken = names.iter().any(|name| banks.get(name.as_str()) > Some(&0));
                if !spoken {
                    wrong.push(format!("{place}: no bank has {}", value.who));
                }
            }
            None if value.who != "*" && value.remark.is_empty() => {
                wrong.push(format!("{place}: nobody has it, and why?"));
            }
            None => {}
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_points_are_those_of_the_formats() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/formats/FORMATS.md");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("needs ../shared: not run ({})", path.display());
        return;
    };
    let lines = text.lines().skip_while(|line| !line.starts_with("## 2."));
    let lines = lines.take_while(|line| !line.starts_with("## 3."));
    let (mut section, mut theirs) = (String::new(), BTreeSet::new());
    for line in lines {
        if let Some(title) = line.strip_prefix("### ") {
            title.split(' ').next().unwrap().clone_into(&mut section);
        }
        let bar = line.replace("\\|", "¦");
        let cell = bar
            .strip_prefix('|')
            .and_then(|rest| rest.split('|').next());
        let cell = cell.map(|cell| cell.trim().replace('¦', "|"));
        let head = |cell: &String| cell.starts_with("---") || cell == "point";
        theirs.extend(
            cell.filter(|c| !head(c))
                .map(|cell| (section.clone(), cell)),
        );
    }
    let own = values().into_iter();
    let own: BTreeSet<_> = own
        .map(|v| (v.section.to_owned(), v.point.to_owned()))
        .collect();
    assert!(theirs.len() > 40, "{theirs:?}");
    assert_eq!(own, theirs);
}

const INTRODUCTION: &str = "\
# 差异点 · Variation points

银行之间的每一种差别,以及本手册中有它的方言。Every point in which banks differ, and the dialects of \
this book that have it: found in the definitions where they can tell it, else named by hand (✎). \
Nobody's points say why. Banks are those of the list (`schemas/codes/banks.toml`). Written \
by `ANXIN_BLESS=1 cargo test -p adapters --test book variation`.
";

const HEADS: &str = "\
| 点 · point | 取值 · value | 方言 · dialects | 家 · banks | 备注 · remark |
| --- | --- | --- | --- | --- |
";

fn page() -> String {
    let dialects = dialects();
    let mut text = INTRODUCTION.to_owned();
    let mut last = ("", "");
    for value in values() {
        if last.0 != value.section {
            let title = match value.section {
                "2.1" => "文本与字节 · Text and bytes",
                "2.2" => "行与字段 · Rows and fields",
                "2.3" => "批次 · Batch",
                "2.4" => "帧与传输 · Frame and transport",
                "2.5" => "安全 · Security",
                _ => "应答、查询、状态 · Reply, query, status",
            };
            write!(text, "\n## {title}\n\n{HEADS}").unwrap();
        }
        let point = match last == (value.section, value.point) {
            true => String::new(),
            false => value.point.replace('|', "\\|"),
        };
        last = (value.section, value.point);
        let (who, banks) = who(&value, &dialects);
        let shown = value.value.replace('|', "\\|");
        writeln!(
            text,
            "| {point} | {shown} | {who} | {banks} | {} |",
            value.remark
        )
        .unwrap();
    }
    text
}

/// Dialects that are named; the others are counted.
const SHOWN_MAX: usize = 8;

/// The dialects as links, and how many banks speak one of them.
fn who(value: &Value, dialects: &[Told]) -> (String, String) {
    let Some(names) = found(value, dialects) else {
        let words = match value.who {
            "*" => ("每种 · every one", listed().count().to_string()),
            "+" => ("在写 · being written", String::new()),
            _ => ("没有 · none", String::new()),
        };
        return (words.0.to_owned(), words.1);
    };
    let own = dialects
        .iter()
        .filter(|dialect| names.contains(&dialect.name));
    let own: Vec<&Told> = own.collect();
    let links = own
        .iter()
        .map(|dialect| format!("[{0}](dialects/{0}.md)", dialect.name));
    let mut links = links.take(SHOWN_MAX).collect::<Vec<_>>().join(" ");
    if own.len() > SHOWN_MAX {
        write!(links, " + {}", own.len() - SHOWN_MAX).unwrap();
    }
    if value.who.starts_with('@') {
        links.push_str(" ✎");
    }
    if own
        .iter()
        .all(|dialect| dialect.evidence == Evidence::Synthetic)
    {
        links.push_str(" **synthetic**");
    }
    let banks = own.iter().flat_map(|dialect| &dialect.banks);
    let banks: BTreeSet<_> = banks.collect();
    (links, banks.len().to_string())
}

#[test]
fn the_page_of_the_points_is_fresh() {
    let folder: PathBuf =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../gateway/docs/adapter-book");
    let path = folder.join("variation-points.md");
    let page = page();
    if std::env::var_os("ANXIN_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == page,
        "variation-points.md is old: ANXIN_BLESS=1 writes it"
    );
}
