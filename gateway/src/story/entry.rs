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
    /// Of many bank files that fared alike: the first and the last of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files: Option<(u64, u64)>,
    /// Journal sequence of the bank's message that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<u64>,
    /// SHA-256 of the bytes that came or left, or of the evidence, lower hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Where an outcome comes from; see [`crate::query::history::origin_word`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<&'static str>,
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
    /// Messages of it after which another one left before an answer came.
    #[serde(skip_serializing_if = "is_zero")]
    pub unanswered: u64,
    /// It is told of one line: numbers of lines say nothing.
    #[serde(skip)]
    pub of_line: bool,
    /// How many records it stands for.
    pub count: u64,
    /// The last of them, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<LastRecord>,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands a reference over"
)]
fn is_zero(count: &u64) -> bool {
    *count == 0
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
    /// Whether it is a part of what repeats: bytes that arrive, questions and answers, a file that
    /// is tried and certainly not sent. Whatever people decide or moves a line elsewhere is not.
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
        repeats && self.steps.is_empty() || self.is_try()
    }

    /// Whether it is a try that leaves a file where it was: the intent, the message, and that it
    /// certainly did not leave.
    fn is_try(&self) -> bool {
        let mut steps = self.steps.keys();
        match self.event {
            "intend" | "sent" => true,
            "outcomes" | "not_sent" => steps.len() > 0 && steps.all(|step| *step == "not_sent"),
            _ => false,
        }
    }

    /// It was so once more.
    fn repeat(&mut self, other: &Self) {
        self.count += other.count;
        self.unanswered += other.unanswered;
        let LastRecord { time_ms, sequence } = other.last.unwrap_or(LastRecord {
            time_ms: other.time_ms,
            sequence: other.sequence,
        });
        let later = self.last.filter(|last| last.sequence > sequence);
        self.last = Some(later.unwrap_or(LastRecord { time_ms, sequence }));
    }

    /// It was so with another file.
    fn join(&mut self, other: &Self) {
        self.repeat(other);
        if let Some(file_no) = other.file_no {
            let (first, last) = self.files.unwrap_or((file_no, file_no));
            self.files = Some((first.min(file_no), last.max(file_no)));
        }
        (self.message, self.digest, self.reported_fen) = (None, None, None);
        self.sum = match (self.sum, other.sum) {
            (Some((count, fen)), Some((more, and))) => {
                Some((count + more, fen.saturating_add(and)))
            }
            (one, another) => one.or(another),
        };
        for (step, count) in &other.steps {
            *self.steps.entry(step).or_default() += count;
        }
        for (code, count) in &other.bank_codes {
            *self.bank_codes.entry(code.clone()).or_default() += count;
        }
        for (reason, count) in &other.reasons {
            *self.reasons.entry(*reason).or_default() += count;
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let key = |entry: &Self| {
            let of_bank = (entry.bank_codes.clone(), entry.reported_fen, entry.file_no);
            (
                entry.event,
                entry.origin,
                entry.actor.clone(),
                entry.detail.clone(),
                of_bank,
            )
        };
        key(self) == key(other)
    }
}

/// Puts the same question and the same answer again and again together, each with its first and
/// last time; a step of a line of its file or a decision ends a run.
#[must_use]
pub fn together(entries: Vec<Entry>) -> Vec<Entry> {
    let mut told: Vec<Entry> = Vec::new();
    // Where the runs of each file begin; a decision ends all of them.
    let mut runs: BTreeMap<Option<u64>, usize> = BTreeMap::new();
    let mut decided = 0;
    for entry in entries {
        let run = runs.entry(entry.file_no).or_insert(decided);
        if !entry.is_talk() {
            told.push(entry);
            match told.last().and_then(|entry| entry.file_no) {
                Some(_) => *run = told.len(),
                None => {
                    decided = told.len();
                    runs.clear();
                }
            }
            continue;
        }
        let mut of_run = told.iter_mut().skip(*run);
        match of_run.find(|earlier| earlier.is_same(&entry)) {
            None => told.push(entry),
            Some(earlier) => earlier.repeat(&entry),
        }
    }
    told
}

/// The same for a batch of many bank files: what happens to each of them alike stands together
/// as well, with all their lines; a decision of people ends a run. What is told of one file is in
/// that file's own story.
#[must_use]
pub fn together_over_files(entries: Vec<Entry>) -> Vec<Entry> {
    let mut told: Vec<Entry> = Vec::new();
    let mut run = 0;
    for entry in together(entries) {
        // The end of a message names no file, and no person decides it.
        let is_end = entry.event == "message_closed";
        if entry.file_no.is_none() && !is_end {
            told.push(entry);
            run = told.len();
            continue;
        }
        let mut of_run = told.iter_mut().skip(run);
        let alike = of_run.find(|earlier| {
            (earlier.files.is_some() || is_end)
                && (
                    earlier.event,
                    earlier.origin,
                    &earlier.actor,
                    &earlier.detail,
                ) == (entry.event, entry.origin, &entry.actor, &entry.detail)
        });
        match alike {
            None => told.push(Entry {
                files: entry.file_no.map(|file_no| (file_no, file_no)),
                file_no: None,
                ..entry
            }),
            Some(earlier) => earlier.join(&entry),
        }
    }
    for entry in &mut told {
        if let Some((first, last)) = entry.files
            && first == last
        {
            entry.file_no = Some(first);
            entry.files = None;
        }
    }
    told
}
