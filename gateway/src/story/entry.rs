//! One line of a story.

use serde::Serialize;
use std::collections::BTreeMap;

/// What one record tells, or a run of records that tell the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// When, Unix milliseconds.
    pub time_ms: i64,
    /// Journal sequence of the record.
    pub sequence: u64,
    /// First sequence of its segment, which is the file's name.
    pub segment: u64,
    /// Bytes from the beginning of that file.
    pub offset: u64,
    /// Who, as the record says.
    pub actor: String,
    /// What happened, in a word; see [`super::sentence`].
    pub event: &'static str,
    /// The bank file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_no: Option<u64>,
    /// Journal sequence of the bank's message that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<u64>,
    /// SHA-256 of the bytes that came or left, or of the evidence, lower hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// A word more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Of a file: lines and their sum in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sum: Option<(u64, i64)>,
    /// Steps of lines: how many took each.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub steps: BTreeMap<&'static str, u64>,
    /// Codes of the bank as they came: how many lines each.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub bank_codes: BTreeMap<String, u64>,
    /// Reasons of failure: how many lines each.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<schemas::FailureReason, u64>,
    /// What the bank reports of the one line, in fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reported_fen: Option<i64>,
    /// How many records it stands for.
    pub count: u64,
    /// The last of them, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<LastRecord>,
}

/// The last record of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LastRecord {
    /// When, Unix milliseconds.
    pub time_ms: i64,
    /// Its sequence.
    pub sequence: u64,
}

impl Entry {
    /// Whether it is a part of what repeats: bytes that arrive, questions and answers. Whatever
    /// people decide or moves a line is not.
    fn is_talk(&self) -> bool {
        let repeats = matches!(
            self.event,
            "bytes_kept"
                | "lines_kept"
                | "findings_kept"
                | "message_sent"
                | "message_answered"
                | "file_receipt"
                | "nothing_new"
        );
        repeats && self.steps.is_empty()
    }

    fn is_same(&self, other: &Self) -> bool {
        let key = |entry: &Self| {
            let of_bank = (entry.bank_codes.clone(), entry.reported_fen, entry.file_no);
            (
                entry.event,
                entry.actor.clone(),
                entry.detail.clone(),
                of_bank,
            )
        };
        key(self) == key(other)
    }
}

/// Puts the same question and the same answer again and again together, each with its first and
/// last time; a step of a line or a decision ends a run.
#[must_use]
pub fn together(entries: Vec<Entry>) -> Vec<Entry> {
    let mut told: Vec<Entry> = Vec::new();
    let mut run = 0;
    for entry in entries {
        if !entry.is_talk() {
            told.push(entry);
            run = told.len();
            continue;
        }
        let mut of_run = told.iter_mut().skip(run);
        match of_run.find(|earlier| earlier.is_same(&entry)) {
            None => told.push(entry),
            Some(earlier) => {
                earlier.count += 1;
                earlier.last = Some(LastRecord {
                    time_ms: entry.time_ms,
                    sequence: entry.sequence,
                });
            }
        }
    }
    told
}
