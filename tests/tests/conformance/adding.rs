//! Adding a bank touches no file outside its folder: one is added with the program itself to a copy
//! of the definitions as the page says it, is explained and tried, and holds every case.

use schemas::BankCode;
use schemas::codes;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use tests::workspace::{program, root, text};

/// The bank of the example, and its name without the company's form.
const EXAMPLE: (&str, &str) = ("XYBANK", "样例农村商业银行");
/// The same bank where a reader of the page has kept the folder of the example.
const OTHER: (&str, &str) = ("XYBANK9", "样例九农村商业银行");

/// The bank that is added: code and name, which no list has.
fn added() -> (&'static str, &'static str) {
    let kept = BankCode::parse(EXAMPLE.0).is_ok_and(|code| codes::bank(code).is_some());
    if kept { OTHER } else { EXAMPLE }
}

/// A text of the example, about the bank that is added.
fn about_it(text: &str) -> String {
    let (code, name) = added();
    text.replace(EXAMPLE.0, code).replace(EXAMPLE.1, name)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &target),
            false => drop(std::fs::copy(&path, &target).unwrap()),
        }
    }
}

/// Every file below a folder with its bytes.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(contents(&path)),
            false => drop(found.insert(path.clone(), std::fs::read(&path).unwrap())),
        }
    }
    found
}

/// Runs a command where a clerk would: beside the folder of definitions.
fn run(place: &Path, program: &Path, words: &[&str], ends_well: bool) -> String {
    let mut command = Command::new(program);
    command.current_dir(place).args(words);
    command.env("ANXIN_ADAPTERS", place.join("adapters"));
    command.env_remove("ANXIN_BLESS");
    let ended = command.output().unwrap();
    let told = String::from_utf8_lossy(&ended.stdout).into_owned();
    let trouble = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(
        ended.status.success(),
        ends_well,
        "{words:?}: {trouble}{told}"
    );
    format!("{told}{trouble}")
}

/// The fenced blocks of the worked example: what each is written in, and its lines.
fn blocks() -> Vec<(String, Vec<String>)> {
    let page = about_it(&text(Path::new("adapters/ADDING-A-BANK.md")));
    let (_, example) = page.split_once("## A worked example").expect("the example");
    let (example, _) = example.split_once("\n## ").expect("its end");
    let fenced = example.split("```").skip(1).step_by(2);
    let block = |block: &str| {
        let mut lines = block.lines().map(str::to_owned);
        (lines.next().unwrap_or_default(), lines.collect())
    };
    fenced.map(block).collect()
}

/// The page shows what was told, line by line: columns may be narrower, a `…` at the end of a line
/// is its rest, and one alone is lines that are left out. Nothing else is, a warning least of all.
fn assert_shown(shown: &[String], told: &str) {
    let narrow = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = told.lines().map(narrow).filter(|line| !line.is_empty());
    let lines: Vec<String> = lines.collect();
    assert!(!lines.iter().any(|line| line.starts_with("警告")), "{told}");
    let mut rest = lines.as_slice();
    let mut left_out = false;
    for line in shown.iter().map(|line| narrow(line)) {
        if line == "…" {
            left_out = true;
            continue;
        }
        let is_it = |told: &String| match line.strip_suffix('…') {
            Some(start) => told.starts_with(start.trim()),
            None => *told == line,
        };
        let at = rest.iter().position(is_it);
        let at = at.filter(|at| left_out || *at == 0);
        let at = at.unwrap_or_else(|| panic!("the page says {line:?}; told was\n{told}"));
        rest = &rest[at + 1..];
        left_out = false;
    }
    let told_whole = left_out || rest.is_empty();
    assert!(told_whole, "the page leaves out {rest:#?}");
}

/// What the page writes into the preset: each line takes the place of the one with its key, which
/// may stand as a comment.
fn write_into(preset: &Path, lines: &[String]) {
    let mut text = std::fs::read_to_string(preset).unwrap();
    for line in lines.iter().filter(|line| !line.is_empty()) {
        let key = line.split(" = ").next().unwrap();
        let bare = |own: &str| own.trim_start_matches('#').starts_with(key);
        let old = text.lines().find(|own| bare(own)).expect(key).to_owned();
        text = text.replacen(&old, line, 1);
    }
    std::fs::write(preset, text).unwrap();
}

/// Runs the commands of the page's example and holds what they say against it.
fn follow_the_page(place: &Path) {
    let preset = place.join("adapters/banks").join(added().0);
    let preset = preset.join("bank.toml");
    for (written_in, lines) in blocks() {
        if written_in == "toml" {
            write_into(&preset, &lines);
            continue;
        }
        let command = lines[0].strip_prefix("$ anxin ").expect("a command");
        let (words, comment) = command.split_once('#').unwrap_or((command, ""));
        let words: Vec<&str> = words.split_whitespace().collect();
        let mistake = comment.trim().strip_prefix("after writing ");
        let before = std::fs::read_to_string(&preset).unwrap_or_default();
        if let Some((wrong, right)) = mistake.and_then(|text| text.split_once(" for ")) {
            assert!(before.contains(right));
            std::fs::write(&preset, before.replace(right, wrong)).unwrap();
        }
        let told = run(place, program(), &words, mistake.is_none());
        assert_shown(&lines[1..], &told);
        if mistake.is_some() {
            std::fs::write(&preset, before).unwrap();
        }
    }
}

pub fn adding_a_bank_touches_no_file_outside_its_folder() {
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    let adapters = place.join("adapters");
    for kind in ["dialects", "banks", "example"] {
        copy(&root().join("adapters").join(kind), &adapters.join(kind));
    }
    // The wage file names the bank by the name that its folder says.
    let wages = adapters.join("example/工资表.csv");
    let of_it = about_it(&std::fs::read_to_string(&wages).unwrap());
    std::fs::write(wages, of_it).unwrap();
    let code = added().0;
    let before = contents(place);
    follow_the_page(place);

    let suite = std::env::current_exe().unwrap();
    let told = run(place, &suite, &[&format!("{code}::")], true);
    let count = |word: &str| {
        let before = told.split(word).next().unwrap_or_default();
        let number = before.trim_end().rsplit(' ').next().unwrap_or_default();
        number
            .parse::<usize>()
            .unwrap_or_else(|_| panic!("{word}: {told}"))
    };
    let held = count(" passed;") + count(" ignored;");
    assert_eq!((held, count(" failed;")), (super::CASES.len(), 0), "{told}");
    assert!(told.contains(&format!("{code}::encode::name_too_long_in_bytes")));

    let mut after = contents(place);
    let own = adapters.join("banks").join(code);
    for name in ["bank.toml", "NOTES.md"] {
        assert!(after.remove(&own.join(name)).is_some(), "{name}");
    }
    assert!(after == before, "a file outside the bank's folder changed");
}
