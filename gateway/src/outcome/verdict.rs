//! What each word of a bank comes to for a line, by the state in which it finds the line: a table
//! without a hole, so that nothing is dropped in silence (M11).

use schemas::line_state::{Applied, Why, apply};
use schemas::{LineEvent, LineState};

/// What a word comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The line moves to this state.
    Applied(LineState),
    /// It says what we hold already.
    Repeated,
    /// It contradicts what we hold: the line is disputed and listed, its correction stopped.
    Disputed,
    /// The bank has a file that we hold to be unsent: its other unsent lines are disputed too.
    FileDisputed,
    /// It changes nothing and contradicts nothing: kept where the line's history shows it.
    Noted,
}

/// A bank's word about a line, as far as its weight goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// What it says.
    pub event: LineEvent,
    /// It speaks of this very line, and not only of the file as a whole or of its rest.
    pub pointed: bool,
    /// It is not the answer to a message that is older than what we hold of the line, nor than
    /// what the bank said of the file meanwhile.
    pub newer: bool,
    /// It may be: the word by which the line failed may have been said before it.
    pub perhaps_newer: bool,
    /// The file that it is about carries the line; else another one does, or none.
    pub carried: bool,
}

/// Weighs a word.
#[must_use]
pub fn weigh(state: LineState, disputed: bool, word: Word) -> Verdict {
    let applied = apply(state, disputed, word.event);
    if word.carried {
        of_its_file(state, applied, word)
    } else {
        of_another_file(applied, word)
    }
}

fn of_its_file(state: LineState, applied: Applied, word: Word) -> Verdict {
    match applied {
        // The bank spoke of it since it was asked, or before this instruction left: perhaps after
        // it refused it, and a correction would pay twice. It is asked again.
        Applied::Moved(LineState::Failed) if !word.newer => Verdict::Noted,
        Applied::Moved(next) => Verdict::Applied(next),
        Applied::Repeated => Verdict::Repeated,
        Applied::Refused(Why::Contradiction) => Verdict::Disputed,
        Applied::Refused(Why::TooEarly) => of_unsent(word),
        // Refused for good, and now the bank has it after all, or nobody can tell: a correction
        // would pay twice.
        Applied::Refused(Why::TooLate)
            if state == LineState::Failed && word.perhaps_newer && word.pointed =>
        {
            Verdict::Disputed
        }
        Applied::Refused(Why::TooLate) => Verdict::Noted,
    }
}

/// The line was given up as certainly unsent with this file and is instructed by another one, or
/// free again. That the bank has this file as well is one of the two ways in which a wage could
/// be paid twice, also where the line's own state says the same already.
fn of_another_file(applied: Applied, word: Word) -> Verdict {
    match applied {
        // That the bank refused it as a whole is what we hold to be true: nothing is paid by it.
        _ if word.event == LineEvent::Fail && !word.pointed => Verdict::Noted,
        Applied::Moved(_) | Applied::Repeated | Applied::Refused(_) => of_unsent(word),
    }
}

/// The bank speaks of a line that we hold to be unsent: the other way in which a wage could be
/// paid twice. Nothing of the file is sent until two people decide: whoever can say what became
/// of one of its rows has the others as well, also where the word is of no money.
fn of_unsent(word: Word) -> Verdict {
    match word.event {
        event if tells_of_money(event) => Verdict::FileDisputed,
        LineEvent::Fail | LineEvent::LoseTrack if word.pointed => Verdict::FileDisputed,
        LineEvent::Fail => Verdict::Disputed,
        LineEvent::LoseTrack => Verdict::Noted,
        LineEvent::Release
        | LineEvent::Cancel
        | LineEvent::Intend
        | LineEvent::NotSent
        | LineEvent::Accept
        | LineEvent::Pay
        | LineEvent::Return
        | LineEvent::ResolvePaid
        | LineEvent::ResolveFailed => Verdict::Noted,
    }
}

/// Whether a step says that the bank has, or has had, the instruction.
#[must_use]
pub fn tells_of_money(event: LineEvent) -> bool {
    match event {
        LineEvent::Accept | LineEvent::Pay | LineEvent::Return => true,
        LineEvent::Release
        | LineEvent::Cancel
        | LineEvent::Intend
        | LineEvent::NotSent
        | LineEvent::Fail
        | LineEvent::LoseTrack
        | LineEvent::ResolvePaid
        | LineEvent::ResolveFailed => false,
    }
}

#[cfg(test)]
mod tests;
