//! A bank's word about one of our files.

use serde::{Deserialize, Serialize};

/// What a bank's message says of a file as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileWord {
    /// Nothing: the bank could not answer, or an older record does not say.
    #[default]
    Nothing,
    /// It has, or has had, the file: a receipt of any kind, or a word about one of its lines.
    Known,
    /// It knows no such file.
    NotFound,
}
