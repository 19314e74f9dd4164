//! The only moves between the states of a line.

use super::{LineEvent, LineState};
use Applied::{Moved, Refused, Repeated};
use LineState as S;

/// What [`apply`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The line moves to this state.
    Moved(LineState),
    /// The line is there already: nothing to write, nothing wrong.
    Repeated,
    /// Not a move of the machine.
    Refused(Why),
}

/// Why an event is not a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The event comes too early: the line has not been instructed.
    TooEarly,
    /// The event comes too late: the line is past it. Ordinary for late and reordered answers.
    TooLate,
    /// The bank contradicts a final state: the line becomes disputed.
    Contradiction,
}

/// The machine: total, pure, no catch-all arm over either enum.
///
/// `disputed` opens final states to a resolution and to nothing else.
#[must_use]
pub fn apply(state: LineState, disputed: bool, event: LineEvent) -> Applied {
    match event {
        LineEvent::Release => release(state),
        LineEvent::Cancel => cancel(state),
        LineEvent::Intend => intend(state),
        LineEvent::NotSent => not_sent(state),
        LineEvent::Accept => accept(state),
        LineEvent::Pay => pay(state),
        LineEvent::Fail => fail(state),
        LineEvent::LoseTrack => lose_track(state),
        LineEvent::Return => come_back(state),
        LineEvent::ResolvePaid => resolve(state, disputed, LineState::Paid),
        LineEvent::ResolveFailed => resolve(state, disputed, LineState::Failed),
    }
}

fn release(state: LineState) -> Applied {
    match state {
        S::Held => Moved(S::Released),
        S::Released => Repeated,
        S::Intended
        | S::Accepted
        | S::Paid
        | S::Failed
        | S::Unknown
        | S::Returned
        | S::Cancelled
        | S::Refused => Refused(Why::TooLate),
    }
}

fn cancel(state: LineState) -> Applied {
    match state {
        S::Held | S::Released => Moved(S::Cancelled),
        S::Cancelled => Repeated,
        S::Intended | S::Accepted | S::Paid | S::Failed | S::Unknown | S::Returned | S::Refused => {
            Refused(Why::TooLate)
        }
    }
}

fn intend(state: LineState) -> Applied {
    match state {
        S::Released => Moved(S::Intended),
        S::Held => Refused(Why::TooEarly),
        S::Intended
        | S::Accepted
        | S::Paid
        | S::Failed
        | S::Unknown
        | S::Returned
        | S::Cancelled
        | S::Refused => Refused(Why::TooLate),
    }
}

fn not_sent(state: LineState) -> Applied {
    match state {
        S::Intended => Moved(S::Released),
        S::Released => Repeated,
        S::Held => Refused(Why::TooEarly),
        S::Accepted
        | S::Paid
        | S::Failed
        | S::Unknown
        | S::Returned
        | S::Cancelled
        | S::Refused => Refused(Why::TooLate),
    }
}

fn accept(state: LineState) -> Applied {
    match state {
        S::Intended | S::Unknown => Moved(S::Accepted),
        S::Accepted => Repeated,
        S::Held | S::Released | S::Cancelled | S::Refused => Refused(Why::TooEarly),
        S::Paid | S::Failed | S::Returned => Refused(Why::TooLate),
    }
}

fn pay(state: LineState) -> Applied {
    match state {
        S::Intended | S::Accepted | S::Unknown => Moved(S::Paid),
        S::Paid => Repeated,
        S::Returned => Refused(Why::TooLate),
        S::Failed => Refused(Why::Contradiction),
        S::Held | S::Released | S::Cancelled | S::Refused => Refused(Why::TooEarly),
    }
}

fn fail(state: LineState) -> Applied {
    match state {
        S::Intended | S::Accepted | S::Unknown => Moved(S::Failed),
        S::Failed => Repeated,
        S::Paid | S::Returned => Refused(Why::Contradiction),
        S::Held | S::Released | S::Cancelled | S::Refused => Refused(Why::TooEarly),
    }
}

fn lose_track(state: LineState) -> Applied {
    match state {
        S::Intended | S::Accepted => Moved(S::Unknown),
        S::Unknown => Repeated,
        S::Held | S::Released | S::Cancelled | S::Refused => Refused(Why::TooEarly),
        S::Paid | S::Failed | S::Returned => Refused(Why::TooLate),
    }
}

fn come_back(state: LineState) -> Applied {
    match state {
        S::Paid => Moved(S::Returned),
        S::Returned => Repeated,
        // The caller records `Pay` first: a return proves that it was paid.
        S::Intended | S::Accepted | S::Unknown => Refused(Why::TooEarly),
        S::Failed => Refused(Why::Contradiction),
        S::Held | S::Released | S::Cancelled | S::Refused => Refused(Why::TooEarly),
    }
}

fn resolve(state: LineState, disputed: bool, outcome: LineState) -> Applied {
    match state {
        S::Unknown => Moved(outcome),
        S::Paid | S::Failed | S::Returned if disputed => Moved(outcome),
        // A line cancelled or still held is disputed when a bank reports it: only its state
        // can't change, the resolution clears the flag.
        S::Held | S::Released | S::Intended | S::Accepted => Refused(Why::TooEarly),
        S::Paid | S::Failed | S::Returned | S::Cancelled | S::Refused => Refused(Why::TooLate),
    }
}
