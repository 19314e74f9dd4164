//! What the gateway acknowledged, kept outside of it.

use super::wages::Wages;
use serde_json::{Value, json};
use std::fs::File;
use std::io::Write as _;
use std::path::Path;

/// A command as its caller knows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    #[default]
    Never,
    /// It was sent, and no answer came: it happened or it did not.
    Tried,
    /// 200.
    Done,
}

/// A batch as its employer knows it.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Which of the payers.
    pub payer: usize,
    pub wages: Wages,
    /// The receipt of 202 or 200; none until one came.
    pub receipt: Option<Value>,
    pub approved: Step,
    pub withdrawn: Step,
    /// Lines that somebody has seen in a final state: those never leave it backwards.
    pub ended_seen: u64,
    /// A correction of it was asked for.
    pub corrected: bool,
}

impl Batch {
    pub fn id(&self) -> Option<&str> {
        self.receipt.as_ref()?["batch_id"].as_str()
    }

    /// What an approver states.
    pub fn seen(&self) -> Value {
        let receipt = self.receipt.as_ref().unwrap();
        json!({
            "digest": receipt["digest"], "line_count": receipt["line_count"],
            "total_fen": receipt["total_fen"], "acknowledged": receipt["must_acknowledge"],
        })
    }
}

/// The list: of this process, and as a file for whoever looks into a violation.
pub struct Acks {
    pub batches: Vec<Batch>,
    file: File,
}

impl Acks {
    pub fn new(path: &Path) -> Self {
        Self {
            batches: Vec::new(),
            file: File::create(path).unwrap(),
        }
    }

    /// A file is about to be submitted.
    pub fn trying(&mut self, payer: usize, wages: Wages) -> usize {
        self.note(&json!({"trying": wages.batch_no, "payer": payer}));
        self.batches.push(Batch {
            payer,
            wages,
            receipt: None,
            approved: Step::Never,
            withdrawn: Step::Never,
            ended_seen: 0,
            corrected: false,
        });
        self.batches.len() - 1
    }

    /// The receipt came.
    pub fn accepted(&mut self, at: usize, receipt: Value) {
        self.note(&json!({"accepted": receipt["batch_no"], "id": receipt["batch_id"]}));
        self.batches[at].receipt = Some(receipt);
    }

    pub fn approving(&mut self, at: usize, step: Step) {
        self.note(&json!({"approve": self.batches[at].id(), "step": format!("{step:?}")}));
        let batch = &mut self.batches[at];
        batch.approved = batch.approved.max(step);
    }

    pub fn withdrawing(&mut self, at: usize, step: Step) {
        self.note(&json!({"withdraw": self.batches[at].id(), "step": format!("{step:?}")}));
        let batch = &mut self.batches[at];
        batch.withdrawn = batch.withdrawn.max(step);
    }

    fn note(&mut self, entry: &Value) {
        writeln!(self.file, "{entry}").unwrap();
    }
}
