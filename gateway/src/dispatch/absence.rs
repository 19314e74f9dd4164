//! When a bank's "not found" is definitive: what the dialect declares, measured by the answers
//! themselves (decision 010).

use super::decision::{Pace, question_wait_ms};
use super::{DispatchError, Dispatcher, order};
use crate::book::BankFile;
use crate::event::Event;
use crate::outcome::{self, Useless};
use adapters::QueryPace;
use adapters::exchange::Next;

impl Dispatcher {
    /// Whether a "not found" that comes now is definitive, as the dialect declares.
    ///
    /// Never of a file of a copy: the original may have given it up and sent its lines in another
    /// one (decision 023). Nor where today's question is about another file than the one that left,
    /// because the installation's numbers, keys or definitions have changed. That the bank sent
    /// something since that nobody has read is asked when the word is recorded.
    pub(super) fn not_found_is_final(&self, file_no: u64) -> bool {
        let now_ms = self.core.now_ms();
        let file = {
            let desk = self.core.desk();
            let file = desk.file(file_no);
            file.filter(|file| !desk.is_set_apart(file.intent.batch))
                .cloned()
        };
        let is_final = |file: &BankFile| {
            let adapter = self.adapter_of(&file.intent)?;
            let after_ms = adapter.not_found_is_final_after_ms()?;
            let rhythm = adapter.query_pace();
            Some(is_final(file, now_ms, after_ms, &rhythm, self.pace))
        };
        file.is_some_and(|file| is_final(&file) == Some(true) && self.leaves_as_it_left(&file))
    }

    /// An answer that breaks off, or has a wrong frame, may have been "accepted": where the
    /// dialect's "not found" fails lines by and by, it counts as one that nobody can read.
    pub(super) fn broke_off(&self, file_no: u64, returns: bool) -> Result<(), DispatchError> {
        let is_ever_final = {
            let desk = self.core.desk();
            let adapter = desk
                .file(file_no)
                .and_then(|file| self.adapter_of(&file.intent));
            adapter.is_some_and(|adapter| adapter.not_found_is_final_after_ms().is_some())
        };
        if is_ever_final {
            let why = Useless::unreadable(returns);
            outcome::useless_answer(&self.core, self.code(), file_no, why)?;
        }
        Ok(())
    }

    /// Whether the instruction of a file would leave today with the bytes with which it left. What
    /// can't be made or read again is another one, and so is one that other messages precede.
    fn leaves_as_it_left(&self, file: &BankFile) -> bool {
        let left = self.core.event(file.left_at);
        let Ok((_, Event::MessageLeaving { digest, .. })) = left else {
            return false;
        };
        let Some(adapter) = self.adapter_of(&file.intent) else {
            return false;
        };
        let order = order::order_of(&self.core, &self.bank, &self.mandates, &file.intent);
        let first = order.map(|order| adapter.submit(&order).next(&self.bank.keys));
        matches!(first, Ok(Ok(Next::Send(again))) if crate::sha256_hex(&again.bytes) == digest)
    }
}

/// Whether a "not found" that comes at `now_ms` is definitive for the dialect, which declares
/// `after_ms`.
///
/// A clock that jumps must not make a first answer definitive. So besides the clock, the answers
/// in the journal must witness the time: between two of them no more counts than the wait that is
/// stated for the question. There are two of them at least.
pub(super) fn is_final(
    file: &BankFile,
    now_ms: i64,
    after_ms: u64,
    rhythm: &QueryPace,
    pace: Pace,
) -> bool {
    let Ok(after_ms) = i64::try_from(after_ms) else {
        return false;
    };
    let Some(left_ms) = file.left_ms else {
        return false;
    };
    let answered = !file.not_found_ms.is_empty();
    answered
        && now_ms.saturating_sub(left_ms) >= after_ms
        && witnessed_ms(file, left_ms, now_ms, rhythm, pace) >= after_ms
}

/// For how long the bank's answers witness that it knows no such file, in milliseconds.
fn witnessed_ms(file: &BankFile, left_ms: i64, now_ms: i64, rhythm: &QueryPace, pace: Pace) -> i64 {
    let answers = file.not_found_ms.iter().copied().chain([now_ms]);
    let mut before_ms = left_ms;
    let mut witnessed_ms = 0i64;
    for (asked, answer_ms) in (0u32..).zip(answers) {
        let gap_ms = answer_ms.saturating_sub(before_ms);
        let stated_ms = question_wait_ms(rhythm, pace, asked).max(0);
        witnessed_ms = witnessed_ms.saturating_add(gap_ms.clamp(0, stated_ms));
        before_ms = answer_ms;
    }
    witnessed_ms
}

#[cfg(test)]
mod tests;
