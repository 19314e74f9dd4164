//! When a bank's "not found" is definitive: what the dialect declares, measured by the answers
//! themselves (decision 010).

use super::decision::{Pace, question_wait_ms};
use crate::book::BankFile;
use adapters::QueryPace;

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
