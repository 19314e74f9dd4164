//! `anxin bank new`: the folder of a bank, from a dialect, each line explained.

use super::templates::{notes, preset};
use crate::command::arguments::BankNew;
use crate::command::definitions::{book_of, files_in};
use crate::command::terminal::paper;
use crate::command::words::{Ended, Exit, Failure, Words, list, pick};
use adapters::{BankAdapter, Book};
use schemas::value::BankCode;
use schemas::{Lang, codes};
use serde_json::json;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Runs the command.
///
/// # Errors
/// A code that is none, a dialect that is not there, a bank that is there already, definitions
/// that are not in order, a folder that can't be written.
pub(super) fn run(arguments: &BankNew, lang: Lang) -> Ended {
    let code = code(&arguments.code)?;
    let folder = arguments.dir.join("banks").join(code.as_str());
    if folder.exists() {
        return Err(taken(&folder));
    }
    let mut files = files_in(&arguments.dir)?;
    let book = book_of(&arguments.dir, files.clone())?;
    let dialect = dialect(book, &arguments.dialect)?;
    let is_listed = codes::listed_banks().iter().any(|bank| bank.code == code);
    let text = preset(code, dialect, is_listed, lang);
    // What is written loads: the same book with one bank more.
    files.push((format!("banks/{code}/bank.toml"), text.clone()));
    book_of(&arguments.dir, files)?;
    std::fs::create_dir_all(&folder).map_err(|error| Failure::unwritable(&folder, &error))?;
    let written = [
        ("bank.toml", text),
        ("NOTES.md", notes(code, dialect, lang)),
    ];
    let mut paths = Vec::new();
    for (name, text) in written {
        let path = folder.join(name);
        write_new(&path, &text)?;
        paths.push(path);
    }
    told(arguments, code, &paths, lang)
}

/// The code as it is typed: a folder's name is in capital letters.
fn code(text: &str) -> Result<BankCode, Failure> {
    let parsed = BankCode::parse(text).ok();
    parsed.filter(|code| code.as_str() == text).ok_or_else(|| {
        Failure::usage(
            Words::new(
                format!("{text} 不能作银行代码"),
                format!("{text} can't be the code of a bank"),
            ),
            Words::new(
                "代码是 2 至 10 个大写字母或数字,如 XYBANK。",
                "A code has 2 to 10 capital letters or digits, like XYBANK.",
            ),
        )
    })
}

fn taken(folder: &Path) -> Failure {
    let folder = folder.display();
    Failure::usage(
        Words::new(
            format!("{folder} 已存在,没有改动"),
            format!("{folder} is there already; nothing was changed"),
        ),
        Words::new(
            "直接修改其中的 bank.toml,或换一个代码。",
            "Edit the bank.toml in it, or choose another code.",
        ),
    )
}

fn dialect<'b>(book: &'b Book, name: &str) -> Result<&'b BankAdapter, Failure> {
    book.dialect(name).ok_or_else(|| {
        let known = |lang| list(lang, book.dialects().iter().map(BankAdapter::dialect));
        Failure::usage(
            Words::new(
                format!("没有方言 {name}"),
                format!("there is no dialect {name}"),
            ),
            Words::new(
                format!("可用:{}。", known(Lang::Zh)),
                format!("There are {}.", known(Lang::En)),
            ),
        )
    })
}

fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    let mut file = options
        .open(path)
        .map_err(|error| Failure::unwritable(path, &error))?;
    file.write_all(text.as_bytes())
        .map_err(|error| Failure::unwritable(path, &error))
}

fn told(arguments: &BankNew, code: BankCode, paths: &[PathBuf], lang: Lang) -> Ended {
    let mut paper = paper();
    if arguments.json {
        let files: Vec<String> = paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        paper.document(&json!({
            "code": code.as_str(),
            "dialect": arguments.dialect,
            "evidence": "synthetic",
            "files": files,
        }))?;
        paper.flush()?;
        return Ok(Exit::Done);
    }
    for path in paths {
        let word = pick(lang, "已写", "written");
        paper.line(&format!("{word} {}", path.display()))?;
    }
    let folder = match arguments.dir.as_os_str() == super::USUAL {
        true => String::new(),
        false => format!(" --dir {}", arguments.dir.display()),
    };
    paper.line(pick(lang, "接着:", "next:"))?;
    paper.line(&format!("  anxin bank explain {code}{folder}"))?;
    let file = pick(lang, "工资表.csv", "wages.csv");
    paper.line(&format!("  anxin bank try {file} --bank {code}{folder}"))?;
    paper.flush()?;
    Ok(Exit::Done)
}
