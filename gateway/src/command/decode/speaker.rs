//! Whose message it is: a bank by its code, or a dialect by its name, with its own limits.

use crate::command::adapter::book;
use crate::command::words::{Failure, Words, list};
use adapters::BankAdapter;
use schemas::Lang;
use schemas::value::BankCode;

/// The bank or dialect of `--bank`; it is kept until the program ends.
///
/// # Errors
/// When there is neither: both are listed.
pub(super) fn speaker(word: &str) -> Result<&'static BankAdapter, Failure> {
    let book = book()?;
    let bank = BankCode::parse(word).ok();
    if let Some(adapter) = bank.and_then(|code| book.adapter(code)) {
        return Ok(adapter);
    }
    if let Some(dialect) = book.dialect(word) {
        return Ok(dialect);
    }
    let banks = |lang| list(lang, book.adapters().iter().map(BankAdapter::code));
    let dialects = |lang| list(lang, book.dialects().iter().map(BankAdapter::dialect));
    let (zh, en) = (Lang::Zh, Lang::En);
    Err(Failure::usage(
        Words::new(
            format!("没有代码为 {word} 的银行,也没有这个方言"),
            format!("no bank has the code {word}, and no dialect the name"),
        ),
        Words::new(
            format!("银行:{}。\n  方言:{}。", banks(zh), dialects(zh)),
            format!("Banks: {}.\n  Dialects: {}.", banks(en), dialects(en)),
        ),
    ))
}

/// The bank's code; `None` where a dialect stands alone.
pub(super) fn code(adapter: &BankAdapter) -> Option<&str> {
    let bank = adapter.bank()?;
    Some(bank.code.as_str())
}

/// What it is called: the bank's code, or the dialect's name.
pub(super) fn called(adapter: &BankAdapter) -> &str {
    code(adapter).unwrap_or_else(|| adapter.dialect())
}
