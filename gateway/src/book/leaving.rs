//! Messages that leave: instructions, and questions of either kind.

use super::{Book, FileState};
use crate::event::Event;

impl Book {
    /// What a message that leaves makes of its file; nothing where the event is another one.
    pub(super) fn leaving(
        &mut self,
        event: &Event,
        sequence: u64,
        time_ms: i64,
    ) -> Result<(), &'static str> {
        let Event::MessageLeaving {
            file_no,
            instructs,
            continues,
            returns,
            ..
        } = event
        else {
            return Ok(());
        };
        let file = self.files.get_mut(file_no).ok_or("no such bank file")?;
        // A dialect may need several messages to ask once, and its answer may be put together
        // from what it said first.
        if *instructs || !continues {
            file.asked_at = sequence;
        }
        let asked = u32::from(!continues);
        match file.state {
            FileState::Intended if *instructs => {
                file.state = FileState::Leaving;
                file.since_ms = time_ms;
                file.left_ms = Some(time_ms);
                file.left_at = sequence;
            }
            FileState::Intended => {}
            FileState::AtBank if *instructs => return Err("an instruction sent twice"),
            FileState::AtBank if *returns => {
                file.returns_asked += asked;
                file.returns_since_paid += asked;
                file.returns_asked_ms = Some(time_ms);
            }
            FileState::AtBank => {
                file.queries += asked;
                file.asked_since_refusal += asked;
                file.queried_ms = Some(time_ms);
            }
            // A flow may have steps after the instructing one; they are not instructions again.
            FileState::Leaving if !instructs => {}
            FileState::Leaving => return Err("an instruction sent twice"),
            FileState::NotSent | FileState::Abandoned => return Err("no intent for what leaves"),
        }
        self.note(*file_no, sequence)
    }
}
