//! What an earlier answer to a question said of the file, where a later one says nothing.

use super::{Conversation, FlowKind};
use crate::definition::dialect::StepRule;
use crate::exchange::{Outcome, Reply, ResultFile};
use crate::layout::values::Values;
use crate::reply::{Days, batch_code};

impl Conversation<'_> {
    /// That the bank has the file, as it said in an earlier answer of this question: a result
    /// without rows, `Unknown` and `knows_file`, with the code and references of that answer.
    /// `None` where no answer said so, and where one called the file failed, which fails it only
    /// at the end of a question.
    ///
    /// For whoever asked and got no further: the next message did not leave, its answer broke off,
    /// or nobody can read it.
    #[must_use]
    pub fn known(&self) -> Option<ResultFile> {
        let known = self.known.as_deref()?.clone();
        match self.with_captured(Reply::Result(known)) {
            Reply::Result(result) => Some(result),
            Reply::Receipt(_) => None,
        }
    }

    /// Keeps that an answer says that the bank has the file, where further messages may follow.
    pub(super) fn keep_known(&mut self, step: &StepRule, said: &Values) {
        let is_last = self.at + 1 == self.steps.len();
        let is_end = is_last && step.pages.is_none() && step.poll.is_none();
        // Neither a sign-in nor a signing machine of ours knows a file.
        let of_file = step.codes.batch.is_some() || step.codes.line.is_some();
        if self.kind != FlowKind::Query || is_end || !of_file {
            return;
        }
        let days = self.values.as_ref().and_then(Days::of);
        let result = self.adapter.result(&step.codes, said, days);
        if result.answered && has_the_file(step, said, &result) {
            self.known = Some(Box::new(ResultFile {
                outcome: Outcome::Unknown,
                knows_file: true,
                is_final: false,
                lines: Vec::new(),
                flaws: Vec::new(),
                ..result
            }));
        }
    }

    /// The last answer beside what was known before it: that the bank has the file. To refuse the
    /// last message says nothing against that, nor does "not found", which is of the rows.
    pub(super) fn beside_known(&self, mut last: ResultFile) -> ResultFile {
        let Some(known) = &self.known else {
            return last;
        };
        last.knows_file = true;
        let not_found = last.outcome == Outcome::NotFound;
        if not_found {
            last.outcome = Outcome::Unknown;
        }
        if not_found || !last.answered {
            last.bank_code.clone_from(&known.bank_code);
            last.bank_text.clone_from(&known.bank_text);
            for (name, value) in &known.references {
                let entry = last.references.entry(name.clone());
                entry.or_insert_with(|| value.clone());
            }
        }
        last
    }
}

/// Whether an answer says that the bank has the file, and has not refused it: in a word for the
/// whole or of a row, or by going on to the rows of a batch that it calls something else.
fn has_the_file(step: &StepRule, said: &Values, result: &ResultFile) -> bool {
    let told = |outcome| {
        matches!(
            outcome,
            Outcome::Paid | Outcome::Accepted | Outcome::Returned
        )
    };
    if result.lines.iter().any(|line| told(line.outcome)) {
        return true;
    }
    let goes_on = || {
        let code = batch_code(said);
        let listed = step.go_on.as_ref().zip(code);
        listed.is_some_and(|(codes, code)| codes.contains(&code))
    };
    match result.outcome_of_whole() {
        Outcome::Paid | Outcome::Accepted | Outcome::Returned => true,
        Outcome::Unknown => result.knows_file || goes_on(),
        Outcome::Failed(_) | Outcome::NotFound => false,
    }
}
