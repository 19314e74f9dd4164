//! Definitions of banks in a folder, read by the checks of the book in the program.

use super::words::{Failure, Words};
use adapters::{Book, DefinitionError};
pub(super) use folder::files_in;
use schemas::{Lang, codes};
use std::path::Path;

mod folder;
mod refusal;

/// Files of definitions: path below the folder, and text.
pub(super) type Files = Vec<(String, String)>;

/// The book of these files, which stand in `folder`; it is kept until the program ends.
///
/// # Errors
/// Every definition that is refused: file, line, and the allowed words.
pub(super) fn book_of(folder: &Path, files: Files) -> Result<&'static Book, Failure> {
    let book = Book::from_files(files).map_err(|errors| refused(folder, &errors))?;
    Ok(Box::leak(Box::new(book)))
}

/// The book of a folder; it is kept until the program ends.
///
/// # Errors
/// A folder that is not there, has no definitions or can't be read, and every definition that is
/// refused.
pub fn book_in(folder: &Path) -> Result<&'static Book, Failure> {
    folder::has_definitions(folder)?;
    book_of(folder, files_in(folder)?)
}

/// The book of a folder, whose banks the list of banks has from then on. Once a process.
///
/// # Errors
/// As [`book_in`], and a bank with the name or number of another one.
pub(super) fn book_to_use(folder: &Path) -> Result<&'static Book, Failure> {
    let book = book_in(folder)?;
    let own = book.adapters().iter();
    let further = own.filter(|adapter| codes::bank(adapter.code()).is_none());
    let further = further.filter_map(|adapter| adapter.bank().cloned());
    codes::add_banks(further.collect()).map_err(|error| {
        Failure::input(
            Words::new(
                "[identity] 与名单里的另一家银行相同",
                "an [identity] is that of another bank of the list",
            ),
            Words::new(
                "行名、简称和联行号都只能属于一家银行。",
                "A name, short name or bank number is of one bank only.",
            ),
        )
        .caused_by(&error)
    })?;
    Ok(book)
}

/// Every reason, with its file and line, in one failure.
pub(super) fn refused(folder: &Path, errors: &[DefinitionError]) -> Failure {
    let lines = |lang: Lang| {
        let mut text = String::new();
        for error in errors {
            let file = folder.join(&error.file);
            let what = refusal::reason(&error.what, lang);
            text.push_str(&format!("\n  {}:{}: {what}", file.display(), error.line));
        }
        text
    };
    Failure::input(
        Words::new(
            format!("定义有误:{}", lines(Lang::Zh)),
            format!("the definitions are not in order:{}", lines(Lang::En)),
        ),
        Words::new(
            "按上面的文件和行号改正后重试。",
            "Correct the files and lines above and try again.",
        ),
    )
}
