//! `anxin bank`: a bank is added by its folder, without a line of program.

mod new;
mod templates;
mod trial;

use super::adapter::book;
use super::arguments::{Bank, BankExplain};
use super::banks;
use super::definitions::book_to_use;
use super::words::{Ended, Failure, Words};
use adapters::{BankAdapter, Book};
use schemas::Lang;
use schemas::value::BankCode;

use std::path::Path;

/// The folder of definitions in a copy of the program's source.
const USUAL: &str = "adapters";

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(command: &Bank, lang: Lang) -> Ended {
    match command {
        Bank::New(arguments) => new::run(arguments, lang),
        Bank::Explain(arguments) => explain(arguments, lang),
        Bank::Try(arguments) => trial::run(arguments, lang),
    }
}

fn explain(arguments: &BankExplain, lang: Lang) -> Ended {
    let (_, adapter) = chosen(arguments.dir.as_deref(), &arguments.code)?;
    banks::show(adapter, true, arguments.json, lang)
}

/// A bank and its book: of the folder that is named, of `adapters` where that has the bank, else
/// of the program. From then on the list of banks has what the folder adds.
///
/// # Errors
/// A folder or definition that can't be used; a bank that is not there.
fn chosen(
    folder: Option<&Path>,
    code: &str,
) -> Result<(&'static Book, &'static BankAdapter), Failure> {
    let code = BankCode::parse(code).map_err(|_| Failure::no_such_bank(code))?;
    let usual = Path::new(USUAL);
    let is_there = usual.join("banks").join(code.as_str()).is_dir();
    let Some(folder) = folder.or_else(|| is_there.then_some(usual)) else {
        let book = book()?;
        let adapter = book.adapter(code);
        return Ok((
            book,
            adapter.ok_or_else(|| Failure::no_such_bank(code.as_str()))?,
        ));
    };
    let book = book_to_use(folder)?;
    let adapter = book.adapter(code).ok_or_else(|| not_in(folder, code))?;
    Ok((book, adapter))
}

/// A folder without the bank.
pub(super) fn not_in(folder: &Path, code: BankCode) -> Failure {
    let folder = folder.display();
    Failure::usage(
        Words::new(
            format!("{folder} 中没有银行 {code}"),
            format!("{folder} has no bank {code}"),
        ),
        Words::new(
            format!("用 `anxin bank new {code} --dialect 方言 --dir {folder}` 新建。"),
            format!("`anxin bank new {code} --dialect NAME --dir {folder}` makes it."),
        ),
    )
}
