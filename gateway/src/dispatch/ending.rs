//! How the instruction of a file ends without an answer, and what becomes of the lines that
//! waited for it.

use super::{ACTOR, steps_for};
use crate::book::{BankFile, Book, FileState};
use crate::core::{CoreError, Desk};
use crate::event::{Event, Move, Origin};
use schemas::{FailureReason, LineEvent, LineState};
use std::collections::BTreeSet;

/// How it ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ending<'a> {
    /// Nothing that instructs has left.
    NotSent,
    /// Something that instructs may have left.
    MaybeSent,
    /// Nothing that instructs has left, and the bank's message can't carry these rows; none named:
    /// it can't carry any.
    Misfit(&'a BTreeSet<u32>),
}

/// Records one step for every line that still waits for the end of the file's instruction. What
/// the bank said of a line meanwhile stands.
pub(super) fn record(
    desk: &mut Desk<'_>,
    file_no: u64,
    origin: Origin,
    why: &str,
    ending: Ending<'_>,
) -> Result<u64, CoreError> {
    let event = Event::Outcomes {
        file_no,
        origin,
        message: None,
        why: Some(why.to_owned()),
        is_final: false,
        moves: moves(desk, file_no, ending),
        disputes: Vec::new(),
    };
    desk.record(ACTOR, event)
}

fn moves(book: &Book, file_no: u64, ending: Ending<'_>) -> Vec<Move> {
    let Some(file) = book.file(file_no) else {
        return Vec::new();
    };
    let still: BTreeSet<u32> = intended_lines(book, file).collect();
    let steps = |event, reason| {
        let mut steps = steps_for(book, file_no, event, reason);
        steps.retain(|step| still.contains(&step.index));
        steps
    };
    // The bank spoke of the file while its message was under way: it is not unsent, and no line
    // of it has certainly failed.
    let spoke = file.state == FileState::AtBank;
    match ending {
        Ending::NotSent if !spoke => steps(LineEvent::NotSent, None),
        Ending::Misfit(rows) if !spoke => {
            let rows = rows.iter().filter_map(|row_no| file.line_of_row(*row_no));
            let refused: BTreeSet<u32> = rows.collect();
            let fails = |step: &Move| refused.is_empty() || refused.contains(&step.index);
            let mut moves = steps(LineEvent::Fail, Some(FailureReason::MessageError));
            moves.retain(fails);
            let mut back = steps(LineEvent::NotSent, None);
            back.retain(|step| !fails(step));
            moves.append(&mut back);
            moves
        }
        Ending::NotSent | Ending::Misfit(_) | Ending::MaybeSent => {
            steps(LineEvent::LoseTrack, None)
        }
    }
}

/// The lines of a file that wait for the end of its instruction.
pub(super) fn intended_lines<'a>(
    book: &'a Book,
    file: &'a BankFile,
) -> impl Iterator<Item = u32> + 'a {
    let batch = book.batch(file.intent.batch);
    let file_no = file.intent.file_no;
    file.intent.lines.iter().copied().filter(move |index| {
        batch
            .and_then(|batch| batch.line(*index))
            .is_some_and(|line| line.state == LineState::Intended && line.file_no == file_no)
    })
}
