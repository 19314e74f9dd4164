//! Adding a bank touches no file outside its folder: one is added with the program itself to a copy
//! of the definitions as the page says it, is explained and tried, and holds every case.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use tests::workspace::{program, root, text};

/// A code that no list has.
const CODE: &str = "XYBANK";

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

/// The clerk's wage file: four wages, the bank by the name that its folder says.
const WAGES: &str = "\
安薪代发工资表,V1
批次号,GZ-2026-11-001
统一社会信用代码,913301006639233248
单位名称,杭州样例建设有限公司
项目编码,330110202611000001
工资月份,2026-01
付款银行,样例农村商业银行
付款账号,1202020009900012345
付款户名,杭州样例建设有限公司样例项目农民工工资专用账户
总笔数,4
总金额,27103.50

序号,姓名,证件类型,证件号码,银行账号,开户银行,联行号,实发金额,应发金额,备注
1,张样一,01,11010519491231002X,3388010009900012341,XYBANK,,6523.50,6600.00,1月工资
2,李样二,01,34052419800101001X,3388010009900012342,XYBANK,,7080.00,7080.00,1月工资
3,王样三,01,11010519491231002X,3388010009900012343,XYBANK,,7000.00,7080.00,1月工资
4,赵样四,01,34052419800101001X,3388010009900012344,XYBANK,,6500.00,7080.00,1月工资
";

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
    let page = text(Path::new("adapters/ADDING-A-BANK.md"));
    let (_, example) = page.split_once("## A worked example").expect("the example");
    let (example, _) = example.split_once("\n## ").expect("its end");
    let fenced = example.split("```").skip(1).step_by(2);
    let block = |block: &str| {
        let mut lines = block.lines().map(str::to_owned);
        (lines.next().unwrap_or_default(), lines.collect())
    };
    fenced.map(block).collect()
}

/// Every line of `shown` is one of `told`: columns may be narrower, `…` ends what is left out.
fn assert_shown(shown: &[String], told: &str) {
    let narrow = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let told: Vec<String> = told.lines().map(narrow).collect();
    for line in shown.iter().map(|line| narrow(line)) {
        let is_there = match line.strip_suffix('…') {
            Some(start) => told.iter().any(|told| told.starts_with(start.trim())),
            None => told.contains(&line),
        };
        assert!(
            is_there,
            "the page says {line:?}; told was\n{}",
            told.join("\n")
        );
    }
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
    let preset = place.join("adapters/banks").join(CODE).join("bank.toml");
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
    for kind in ["dialects", "banks"] {
        copy(&root().join("adapters").join(kind), &adapters.join(kind));
    }
    std::fs::write(place.join("工资表.csv"), WAGES).unwrap();
    let before = contents(place);
    follow_the_page(place);

    let suite = std::env::current_exe().unwrap();
    let told = run(place, &suite, &[&format!("{CODE}::")], true);
    let count = |word: &str| {
        let before = told.split(word).next().unwrap_or_default();
        let number = before.trim_end().rsplit(' ').next().unwrap_or_default();
        number
            .parse::<usize>()
            .unwrap_or_else(|_| panic!("{word}: {told}"))
    };
    let held = count(" passed;") + count(" ignored;");
    assert_eq!((held, count(" failed;")), (super::CASES.len(), 0), "{told}");
    assert!(told.contains(&format!("{CODE}::encode::name_too_long_in_bytes")));

    let mut after = contents(place);
    let own = adapters.join("banks").join(CODE);
    for name in ["bank.toml", "NOTES.md"] {
        assert!(after.remove(&own.join(name)).is_some(), "{name}");
    }
    assert!(after == before, "a file outside the bank's folder changed");
}
