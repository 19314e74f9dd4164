//! A folder of definitions: what has to be there, and its files.

use super::{Files, refused};
use crate::command::words::{Failure, Words};
use adapters::{Book, DefinitionError};
use std::io::ErrorKind;
use std::path::Path;

/// The kinds of definitions: their folder, and the file of each.
const KINDS: [(&str, &str); 2] = [("dialects", "dialect.toml"), ("banks", "bank.toml")];

/// The folder of definitions in a copy of the program's source.
const USUAL: &str = "adapters";

/// Whether the folder is one of definitions: else it was mistyped, and what uses it would wait for
/// banks that never come.
///
/// # Errors
/// A folder that is not there, or has neither banks nor dialects.
pub(super) fn has_definitions(folder: &Path) -> Result<(), Failure> {
    let has = |folder: &Path| KINDS.iter().any(|(kind, _)| folder.join(kind).is_dir());
    if has(folder) {
        return Ok(());
    }
    let below = folder.join(USUAL);
    let hint = match has(&below) {
        true => Words::new(
            format!("应当写 --dir {}。", below.display()),
            format!("Write --dir {}.", below.display()),
        ),
        false => Words::new(
            "--dir 应指向含有 banks 或 dialects 的目录,如程序源码中的 adapters。",
            "--dir names a folder with banks or dialects in it, like adapters of the source.",
        ),
    };
    let shown = folder.display();
    let what = match folder.exists() {
        true => Words::new(
            format!("{shown} 中没有银行定义"),
            format!("{shown} has no definitions of banks"),
        ),
        false => Words::new(
            format!("目录 {shown} 不存在"),
            format!("the folder {shown} does not exist"),
        ),
    };
    Err(Failure::usage(what, hint))
}

/// The definitions of a folder: `dialects/<name>/dialect.toml` and `banks/<CODE>/bank.toml`. A
/// folder without `dialects` takes those in the program.
///
/// # Errors
/// A folder or file that can't be read, and every folder of one of them that lacks its file.
pub(in crate::command) fn files_in(folder: &Path) -> Result<Files, Failure> {
    let (mut files, mut wrong) = (Files::new(), Vec::new());
    for (kind, name) in KINDS {
        let mut own = below(folder, (kind, name), &mut wrong)?;
        own.sort();
        files.extend(own);
    }
    if !wrong.is_empty() {
        return Err(refused(folder, &wrong));
    }
    if !files.iter().any(|(path, _)| path.starts_with("dialects/")) {
        let own = Book::built_in_files();
        let own = own.filter(|(path, _)| path.starts_with("dialects/"));
        files.extend(own.map(|(path, text)| (path, text.to_owned())));
    }
    Ok(files)
}

fn below(
    folder: &Path,
    (kind, name): (&str, &str),
    wrong: &mut Vec<DefinitionError>,
) -> Result<Files, Failure> {
    let below = folder.join(kind);
    let unreadable = |error| Failure::unreadable_file(&below, &error);
    let entries = match std::fs::read_dir(&below) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Files::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut files = Files::new();
    for entry in entries {
        let entry = entry.map_err(unreadable)?;
        let own = entry.path();
        let folder = entry.file_name();
        // What a system or a version control keeps for itself is hidden.
        let Some(folder) = folder.to_str().filter(|name| !name.starts_with('.')) else {
            continue;
        };
        if !own.is_dir() {
            continue;
        }
        let file = format!("{kind}/{folder}/{name}");
        let path = own.join(name);
        match std::fs::read(&path) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => files.push((file, text)),
                Err(error) => wrong.push(other_charset(file, &error)),
            },
            Err(error) if error.kind() == ErrorKind::NotFound => wrong.push(DefinitionError {
                what: "the file is missing in its folder".to_owned(),
                file,
                line: 1,
            }),
            Err(error) => return Err(Failure::unreadable_file(&path, &error)),
        }
    }
    Ok(files)
}

/// A text that an office program or an editor saved in another character set.
fn other_charset(file: String, error: &std::string::FromUtf8Error) -> DefinitionError {
    let whole = error.utf8_error().valid_up_to();
    let before = error.as_bytes().get(..whole).unwrap_or_default();
    DefinitionError {
        file,
        line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
        what: "not UTF-8; perhaps it was saved as GBK: save it as UTF-8".to_owned(),
    }
}
