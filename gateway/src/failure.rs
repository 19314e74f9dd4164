//! Why a command of a person is not carried out. The HTTP interface turns it into a status. And
//! what is said of a defect.

use crate::core::CoreError;

/// Work of ours ended by a panic. What that said may hold what was worked on (M9): whoever waited
/// for the work says this, and the place is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a defect ended the work; the log has its place")]
pub struct Defect;

impl From<tokio::task::JoinError> for Defect {
    fn from(_: tokio::task::JoinError) -> Self {
        Self
    }
}

/// The answer to a command that was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It does not exist, or not for this caller: the two are the same answer (M6).
    #[error("not found")]
    NotFound,
    /// The caller may see it and may not do this.
    #[error("forbidden: {why}")]
    Forbidden {
        /// A word: `same_person`, `person_required`, `same_operator`.
        why: &'static str,
    },
    /// Its state forbids it, or a value that was seen is not the value that is.
    #[error("conflict in {field}: {why}")]
    Conflict {
        /// The field that differs, or `state`.
        field: &'static str,
        /// What is there.
        why: String,
    },
    /// A value of the command can't be one.
    #[error("invalid {field}: {why}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What is wrong.
        why: String,
    },
    /// Ours.
    #[error(transparent)]
    Core(#[from] CoreError),
}

impl CommandError {
    /// A conflict with the state.
    #[must_use]
    pub fn state(is: impl std::fmt::Display) -> Self {
        Self::Conflict {
            field: "state",
            why: is.to_string(),
        }
    }
}
