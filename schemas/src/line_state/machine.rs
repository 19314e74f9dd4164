//! The only moves between the states of a line.

use super::{LineEvent, LineState};
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
/// `disputed` opens an approved line to a resolution, bars its intent, and changes nothing else.
#[must_use]
pub fn apply(state: LineState, disputed: bool, event: LineEvent) -> Applied {
    match event {
        LineEvent::Release => released(state),
        LineEvent::Cancel => cancelled(state),
        LineEvent::Intend => intended(state, disputed),
        LineEvent::NotSent => not_sent(state),
        LineEvent::Accept => accepted(state),
        LineEvent::Pay => paid(state),
        LineEvent::Fail => failed(state),
        LineEvent::LoseTrack => lost(state),
        LineEvent::Return => returned(state),
        LineEvent::ResolvePaid => resolved(state, disputed, LineState::Paid),
        LineEvent::ResolveFailed => resolved(state, disputed, LineState::Failed),
    }
}

fn released(state: LineState) -> Applied {
    match state {
        S::Held => Applied::Moved(S::Released),
        S::Released => Applied::Repeated,
        S::Intended
        | S::Accepted
        | S::Paid
        | S::Failed
        | S::Unknown
        | S::Returned
        | S::Cancelled
        | S::Refused => Applied::Refused(Why::TooLate),
    }
}

fn cancelled(state: LineState) -> Applied {
    match state {
        S::Held | S::Released => Applied::Moved(S::Cancelled),
        S::Cancelled => Applied::Repeated,
        S::Intended | S::Accepted | S::Paid | S::Failed | S::Unknown | S::Returned | S::Refused => {
            Applied::Refused(Why::TooLate)
        }
    }
}

/// A disputed line waits for its resolution: a bank reported it before it was instructed.
fn intended(state: LineState, disputed: bool) -> Applied {
    match state {
        S::Released if !disputed => Applied::Moved(S::Intended),
        S::Held | S::Released => Applied::Refused(Why::TooEarly),
        S::Intended
        | S::Accepted
        | S::Paid
        | S::Failed
        | S::Unknown
        | S::Returned
        | S::Cancelled
        | S::Refused => Applied::Refused(Why::TooLate),
    }
}

fn not_sent(state: LineState) -> Applied {
    match state {
        S::Intended => Applied::Moved(S::Released),
        S::Released => Applied::Repeated,
        S::Held => Applied::Refused(Why::TooEarly),
        S::Accepted
        | S::Paid
        | S::Failed
        | S::Unknown
        | S::Returned
        | S::Cancelled
        | S::Refused => Applied::Refused(Why::TooLate),
    }
}

fn accepted(state: LineState) -> Applied {
    match state {
        S::Intended | S::Unknown => Applied::Moved(S::Accepted),
        S::Accepted => Applied::Repeated,
        S::Held | S::Released | S::Cancelled | S::Refused => Applied::Refused(Why::TooEarly),
        S::Paid | S::Failed | S::Returned => Applied::Refused(Why::TooLate),
    }
}

fn paid(state: LineState) -> Applied {
    match state {
        S::Intended | S::Accepted | S::Unknown => Applied::Moved(S::Paid),
        S::Paid => Applied::Repeated,
        S::Returned => Applied::Refused(Why::TooLate),
        S::Failed => Applied::Refused(Why::Contradiction),
        S::Held | S::Released | S::Cancelled | S::Refused => Applied::Refused(Why::TooEarly),
    }
}

fn failed(state: LineState) -> Applied {
    match state {
        S::Intended | S::Accepted | S::Unknown => Applied::Moved(S::Failed),
        S::Failed => Applied::Repeated,
        S::Paid | S::Returned => Applied::Refused(Why::Contradiction),
        S::Held | S::Released | S::Cancelled | S::Refused => Applied::Refused(Why::TooEarly),
    }
}

fn lost(state: LineState) -> Applied {
    match state {
        S::Intended | S::Accepted => Applied::Moved(S::Unknown),
        S::Unknown => Applied::Repeated,
        S::Held | S::Released | S::Cancelled | S::Refused => Applied::Refused(Why::TooEarly),
        S::Paid | S::Failed | S::Returned => Applied::Refused(Why::TooLate),
    }
}

/// The caller records `Pay` first where the line is not paid yet: a return proves that it was.
fn returned(state: LineState) -> Applied {
    match state {
        S::Paid => Applied::Moved(S::Returned),
        S::Returned => Applied::Repeated,
        S::Failed => Applied::Refused(Why::Contradiction),
        S::Intended
        | S::Accepted
        | S::Unknown
        | S::Held
        | S::Released
        | S::Cancelled
        | S::Refused => Applied::Refused(Why::TooEarly),
    }
}

/// An unknown line, or a disputed one wherever it stands: a bank may report a line that we hold
/// to be unsent, and one that was withdrawn.
fn resolved(state: LineState, disputed: bool, outcome: LineState) -> Applied {
    match state {
        S::Unknown => Applied::Moved(outcome),
        S::Released
        | S::Intended
        | S::Accepted
        | S::Paid
        | S::Failed
        | S::Returned
        | S::Cancelled
            if disputed =>
        {
            Applied::Moved(outcome)
        }
        S::Held | S::Released | S::Intended | S::Accepted => Applied::Refused(Why::TooEarly),
        S::Paid | S::Failed | S::Returned | S::Cancelled | S::Refused => {
            Applied::Refused(Why::TooLate)
        }
    }
}
