//! One bank file: what an intent fixed, how far it got, when to ask.

use crate::event::Intent;

/// How far a bank file got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// Intended; no instructing byte has left.
    Intended,
    /// The instructing message is leaving or has left; no answer yet.
    Leaving,
    /// Certainly not sent: may be intended again, the same file.
    NotSent,
    /// The bank answered, or may have it: ask for the result.
    AtBank,
    /// Given up before anything left; its lines are planned anew.
    Abandoned,
}

/// A bank file.
#[derive(Clone, Debug)]
pub struct BankFile {
    /// What it instructs.
    pub intent: Intent,
    /// How far it got.
    pub state: FileState,
    /// Journal sequences of the records that hold references of the bank's, sealed.
    pub reference_records: Vec<u64>,
    /// When the current state began, Unix milliseconds.
    pub since_ms: i64,
    /// When the instructing message left, Unix milliseconds.
    pub left_ms: Option<i64>,
    /// Queries asked so far.
    pub queries: u32,
    /// When the last query was asked, Unix milliseconds.
    pub queried_ms: Option<i64>,
    /// Times it was intended.
    pub attempts: u32,
    /// The bank's last word was final.
    pub is_final: bool,
}

impl BankFile {
    /// A file as it is intended for the first time.
    #[must_use]
    pub fn new(intent: Intent, at_ms: i64) -> Self {
        Self {
            intent,
            state: FileState::Intended,
            reference_records: Vec::new(),
            since_ms: at_ms,
            left_ms: None,
            queries: 0,
            queried_ms: None,
            attempts: 1,
            is_final: false,
        }
    }

    /// The place in the batch of a row of the file (rows count from 1).
    #[must_use]
    pub fn line_of_row(&self, row_no: u32) -> Option<u32> {
        self.intent
            .lines
            .get(usize::try_from(row_no.checked_sub(1)?).ok()?)
            .copied()
    }

    /// Lowest and highest line.
    #[must_use]
    pub fn span(&self) -> (u32, u32) {
        let lines = &self.intent.lines;
        (
            lines.iter().copied().min().unwrap_or_default(),
            lines.iter().copied().max().unwrap_or_default(),
        )
    }
}
