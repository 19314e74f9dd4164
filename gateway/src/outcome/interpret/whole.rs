//! What a bank says of a file as a whole. The word that fails lines frees their corrections: it is
//! believed only where nothing speaks against it.

use super::{Interpreter, events_of, of_whole};
use adapters::exchange::{Outcome, ResultFile};
use schemas::{FailureReason, LineEvent, LineState};

impl Interpreter<'_> {
    /// The answer to a submission. Any receipt says that the bank has the file.
    pub(super) fn whole_receipt(&mut self, outcome: Outcome, bank_code: Option<&str>) {
        if outcome == Outcome::Unknown {
            self.has_the_file();
            let pointed = self.all_failed();
            return self.rest(outcome, bank_code, pointed);
        }
        if matches!(outcome, Outcome::Failed(_)) && self.is_crossed() {
            // It spoke of the file while the instruction was under way, and refuses it now:
            // perhaps a second copy (decision 024).
            return self.doubtful(outcome, bank_code);
        }
        self.whole(outcome, bank_code);
    }

    /// The instruction is not under way any more when it is answered. A line whose refusal is not
    /// believed, as the bank spoke of the file meanwhile, is asked about, and may be resolved.
    pub(super) fn leaves_none_under_way(&mut self) {
        let carried: Vec<u32> = self.carried().map(|(index, _)| index).collect();
        for index in carried {
            let is_under_way = self.state_of(index) == Some(LineState::Intended);
            if is_under_way && self.asked_at.is_some() && !self.is_in_doubt(index) {
                self.step(of_whole(index, LineEvent::LoseTrack, None, None), false);
            }
        }
    }

    /// A result without rows. A question that the bank could not answer (busy, an unlisted code)
    /// says nothing of the lines: what it has accepted stays accepted until the answer limit. One
    /// that it tells by itself says that it has the file, and so does an empty list of a bank that
    /// would have denied it: then it did not refuse it, whatever the list is empty for.
    pub(super) fn whole_result(&mut self, result: &ResultFile, bank_code: Option<&str>) {
        let outcome = result.outcome_of_whole();
        if outcome != Outcome::Unknown {
            self.whole(outcome, bank_code);
        } else if result.knows_file && self.all_failed() {
            self.rest(Outcome::Accepted, bank_code, true);
        } else if self.asked_at.is_none() {
            self.has_the_file();
        }
    }

    fn whole(&mut self, outcome: Outcome, bank_code: Option<&str>) {
        let pointed = match outcome {
            Outcome::Accepted => self.all_failed(),
            // The bank knows the number.
            Outcome::Failed(FailureReason::Duplicate) => true,
            Outcome::Failed(_) | Outcome::Paid | Outcome::Returned
                if !self.is_believed(outcome) =>
            {
                return self.doubtful(outcome, bank_code);
            }
            Outcome::Paid
            | Outcome::Failed(_)
            | Outcome::Unknown
            | Outcome::Returned
            | Outcome::NotFound => false,
        };
        self.rest(outcome, bank_code, pointed);
    }

    /// Whether a word that ends lines agrees with its message and, a refusal, with what we hold: a
    /// bank that has paid a line of the file has not refused it.
    fn is_believed(&self, outcome: Outcome) -> bool {
        let agrees = self.out.mismatches.is_empty() && self.out.unmatched.is_empty();
        let refuses = matches!(outcome, Outcome::Failed(_));
        agrees && !(refuses && self.has_a_line())
    }

    /// Whether the bank has a line of the file: by this message, or paid it before, or spoke of
    /// one, or of a row that the file has not, as nobody understands yet.
    fn has_a_line(&self) -> bool {
        let mut lines = self.carried();
        self.file.has_stray
            || lines.any(|(index, line)| line.disputed.is_some() || self.has_line(index))
    }

    fn has_line(&self, index: u32) -> bool {
        match self.state_of(index) {
            Some(LineState::Paid | LineState::Returned) => true,
            Some(LineState::Accepted) => self.named.contains(&index),
            Some(
                LineState::Held
                | LineState::Released
                | LineState::Intended
                | LineState::Failed
                | LineState::Unknown
                | LineState::Cancelled
                | LineState::Refused,
            )
            | None => false,
        }
    }

    /// The open lines become unknown; what the word contradicts is disputed as ever.
    fn doubtful(&mut self, outcome: Outcome, bank_code: Option<&str>) {
        let (events, reason) = events_of(outcome);
        for index in self.unnamed() {
            let open = match self.state_of(index) {
                Some(LineState::Intended | LineState::Accepted | LineState::Unknown) => true,
                Some(
                    LineState::Held
                    | LineState::Released
                    | LineState::Paid
                    | LineState::Failed
                    | LineState::Returned
                    | LineState::Cancelled
                    | LineState::Refused,
                )
                | None => false,
            };
            if open && self.carries(index) {
                let step = of_whole(index, LineEvent::LoseTrack, None, bank_code);
                self.step(step, false);
                continue;
            }
            for event in events {
                self.step(of_whole(index, *event, reason, bank_code), false);
            }
        }
    }
}
