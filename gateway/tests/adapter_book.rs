//! The adapter book as pages: `gateway/docs/adapter-book` is what the program writes today of the
//! banks of the list. `ANXIN_BLESS=1` writes it. A bank that its folder adds changes no page there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_kit;

use adapters::Book;
use command_kit::run;
use gateway::command::banks;
use schemas::codes::listed_banks;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Every file below a folder: path and text.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => {
                    let text = std::fs::read_to_string(&path).unwrap();
                    found.insert(path.strip_prefix(folder).unwrap().to_owned(), text);
                }
            }
        }
    }
    found
}

fn written() -> (tempfile::TempDir, BTreeMap<PathBuf, String>) {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(&["banks", "--markdown", folder.path().to_str().unwrap()]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let pages = files(folder.path());
    (folder, pages)
}

/// The pages of the book without the banks that folders add.
fn of_the_list() -> BTreeMap<PathBuf, String> {
    let of_a_bank = |path: &str, code: &str| path == format!("banks/{code}/bank.toml");
    let is_listed = |path: &str| {
        let mut listed = listed_banks().iter();
        !path.starts_with("banks/") || listed.any(|bank| of_a_bank(path, bank.code.as_str()))
    };
    let files = Book::built_in_files().filter(|(path, _)| is_listed(path));
    let pages = banks::pages(&Book::from_files(files).unwrap());
    pages
        .into_iter()
        .map(|(path, text)| (path.into(), text))
        .collect()
}

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/adapter-book")
}

/// Written beside the pages by another test: adapters/tests/book/variation.
const NOT_OURS: &str = "variation-points.md";

#[test]
fn the_pages_are_fresh() {
    let pages = of_the_list();
    if std::env::var_os("ANXIN_BLESS").is_some() {
        for old in files(&kept()).into_keys() {
            if !pages.contains_key(&old) && old != Path::new(NOT_OURS) {
                std::fs::remove_file(kept().join(old)).unwrap();
            }
        }
        for (path, text) in &pages {
            let path = kept().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }
    let mut kept = files(&kept());
    kept.remove(Path::new(NOT_OURS));
    let names: Vec<_> = pages.keys().collect();
    assert_eq!(
        kept.keys().collect::<Vec<_>>(),
        names,
        "ANXIN_BLESS=1 writes them"
    );
    for (path, text) in &pages {
        let name = path.display();
        assert!(
            kept[path] == *text,
            "{name} is old: ANXIN_BLESS=1 writes it"
        );
    }
}

/// What is ours within an observed dialect stands out on the index as in `--json`: the push and
/// returns by a star each, all else by one at the evidence.
#[test]
fn the_index_marks_what_is_ours_within_a_dialect() {
    let (_folder, pages) = written();
    let index = &pages[Path::new("README.md")];
    let ended = run(&["banks", "--json"]);
    let (mut parts, mut pushes) = (0, 0);
    for row in ended.document().as_array().unwrap() {
        let code = row["code"].as_str().unwrap();
        let ours: Vec<_> = row["synthetic"].as_array().unwrap().iter().collect();
        let all = row["evidence"] == "synthetic";
        let start = format!("| [{code}](");
        let line = index.lines().find(|line| line.starts_with(&start)).unwrap();
        let lists = |name: &str| ours.iter().any(|own| *own == name);
        assert_eq!(line.contains("push\\*"), lists("push") && !all, "{code}");
        assert_eq!(
            line.contains("returns\\*"),
            lists("returns") && !all,
            "{code}"
        );
        let step = ours.iter().any(|own| *own != "push" && *own != "returns");
        assert_eq!(line.contains("observed\\*"), step && !all, "{code}");
        assert!(
            !all || (lists("push") && lists("returns") && step),
            "{code}"
        );
        parts += usize::from(step && !all);
        pushes += usize::from(lists("push") && !all);
    }
    // Every push of an observed bank is ours; of eleven of them something else is as well.
    assert_eq!((parts, pushes), (11, 17));
}

/// A row a bank, each evidence named; a synthetic bank says so on the index and on its page; every
/// link leads to a page or a file; the banks of the list are told as they are told there.
#[test]
fn the_pages_say_what_is_synthetic_and_their_links_lead_somewhere() {
    let (folder, pages) = written();
    for (path, text) in of_the_list() {
        let of_a_bank = path.starts_with("banks");
        assert!(!of_a_bank || pages[&path] == text, "{}", path.display());
    }
    let index = &pages[Path::new("README.md")];
    let ended = run(&["banks", "--json"]);
    for row in ended.document().as_array().unwrap() {
        let (code, evidence) = (row["code"].as_str().unwrap(), &row["evidence"]);
        let page = &pages[Path::new(&format!("banks/{code}.md"))];
        let synthetic = evidence == "synthetic";
        let line = index
            .lines()
            .find(|l| l.starts_with(&format!("| [{code}](")));
        let line = line.unwrap_or_else(|| panic!("{code} is not in the index"));
        assert_eq!(line.contains("**synthetic**"), synthetic, "{code}");
        assert_eq!(page.contains("并非该行的真实接口"), synthetic, "{code}");
        assert!(line.contains(row["cut_off"].as_str().unwrap()), "{code}");
    }
    for (path, text) in &pages {
        let links = text.split("](").skip(1);
        let links = links.filter_map(|rest| rest.split_once(')'));
        for (link, _) in links.filter(|(link, _)| !link.starts_with("http")) {
            // Among the pages, or in the repository.
            let leads = |root: &Path| root.join(path).parent().unwrap().join(link).exists();
            let name = path.display();
            assert!(leads(folder.path()) || leads(&kept()), "{name}: {link}");
        }
    }
}
