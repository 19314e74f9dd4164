//! Whether the search key is the one by which the journal's persons were recorded.

use crate::core::Core;
use crate::dispatch::order::kept_lines;
use crate::intake::short;
use schemas::LineState;
use schemas::value::Purpose;

/// So many batches are tried, the latest first: what can't be opened says nothing of the search
/// key.
const TRIED: usize = 8;

/// Whether the person of a recorded line is found by the search key. By another one every wage
/// would look new, and one that was paid would be paid again. True where no line can be opened.
pub(super) fn finds_recorded(core: &Core) -> bool {
    let lines: Vec<_> = {
        let desk = core.desk();
        let payable = desk.batches().rev().filter_map(|batch| {
            let mut lines = (1u32..).zip(&batch.lines);
            let (index, line) = lines.find(|(_, line)| line.state != LineState::Refused)?;
            Some((batch.id(), index, line.person))
        });
        payable.take(TRIED).collect()
    };
    let people = core.vault().blinder("id_number");
    let mut opened = lines.into_iter().filter_map(|(batch, index, person)| {
        let kept = kept_lines(core, batch, &[index]).ok()?.pop()?;
        Some((kept, person))
    });
    opened.next().is_none_or(|(kept, person)| {
        let id_number = kept.id_number.comparable(Purpose::Matching);
        short(people.blind(&id_number)) == person
    })
}
