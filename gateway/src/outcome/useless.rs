//! Answers to our messages that say nothing of the file.

use super::mismatch::Mismatch;
use super::stray::{self, Stray};
use super::{actor, groups};
use crate::book::ANSWER_UNREADABLE;
use crate::core::{Core, CoreError};
use schemas::value::BankCode;

/// Why an answer to one of our messages says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Useless {
    /// It names another file.
    OfAnotherFile,
    /// Nobody can read it: another key, another format, a page of a machine in between.
    Unreadable,
    /// The same, of a question for returns.
    ReturnsUnreadable,
}

impl Useless {
    /// What nobody can read, by whether returns were asked for.
    #[must_use]
    pub fn unreadable(returns: bool) -> Self {
        match returns {
            true => Self::ReturnsUnreadable,
            false => Self::Unreadable,
        }
    }
}

/// Lists that a bank's answer about a file says nothing, once however often it comes; its bytes
/// are kept.
///
/// # Errors
/// Ours only.
pub fn useless_answer(
    core: &Core,
    bank: BankCode,
    file_no: u64,
    why: Useless,
) -> Result<(), CoreError> {
    let mismatch = Mismatch::of(match why {
        Useless::OfAnotherFile => "answer_of_another_file",
        Useless::Unreadable => ANSWER_UNREADABLE,
        Useless::ReturnsUnreadable => "returns_unreadable",
    });
    let desk = core.desk();
    let strays = vec![Stray::of_whole(0, Some(file_no), &mismatch)];
    let news = stray::not_said_before(core, &desk, bank, strays);
    drop(desk);
    let events = news.into_iter().map(|stray| stray.event(bank, None));
    groups::record(core, &actor(bank), events)?;
    Ok(())
}
