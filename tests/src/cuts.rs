//! A crash at every record of a finished story: what stands there is recovered, begun again, and
//! led to an end with a bank that remembers what it was instructed.

use crate::audit::assert_sound;
use crate::bank::Played;
use crate::desk::Desk;
use adapters::exchange::Crypto;
use gateway::book::BatchState;
use gateway::dispatch::recovery::recover;
use gateway::event::Event;
use gateway::outcome::finish_interrupted;
use schemas::{BankCode, LineState};

/// Turns of work and waiting after which a story must have ended.
const TURNS: u32 = 45;

/// What a start does before it dispatches (`serving`).
fn start(desk: &Desk, played: &Played) {
    let keys: &dyn Crypto = played.keys();
    let bank_of = |code: BankCode| (code == desk.bank).then(|| (played.adapter(), keys));
    finish_interrupted(&desk.core, &bank_of).unwrap();
    recover(&desk.core).unwrap();
}

/// Whether the message of a record is an instruction.
fn instructs(desk: &Desk, sequence: u64) -> bool {
    let event = desk.core.event(sequence).map(|(_, event)| event);
    matches!(
        event,
        Ok(Event::MessageLeaving {
            instructs: true,
            ..
        })
    )
}

/// Cuts a finished story after every record, begins again there, and gives each new end.
pub fn cut_everywhere(
    desk: &Desk,
    played: &Played,
    text: &str,
    check: impl Fn(&Desk, &Played, Cut),
) {
    for last in 1..=desk.head() {
        let arrived = played.memory(|m| m.arrived.iter().any(|a| a.sequence == last));
        for with in [false, true] {
            if with && !arrived {
                continue;
            }
            let again = desk.crash_after(last);
            let bank = played.remembering(&again, last, with);
            start(&again, &bank);
            let receipt = again.accept(text);
            if receipt.state == BatchState::Held {
                again.approve(&receipt);
            }
            bank.settle(&again, TURNS);
            let place = format!("{} cut after {last}, {with}", desk.bank);
            let times = bank.memory(|memory| memory.instructions());
            assert!(times.values().all(|t| *t == 1), "{place}: {times:?}");
            assert_sound(&again.core, &place);
            let never_came = !with && instructs(desk, last);
            let states = again.states(&receipt);
            check(
                &again,
                &bank,
                Cut {
                    place,
                    never_came,
                    states,
                },
            );
        }
    }
}

/// One new end.
pub struct Cut {
    /// Bank, record and whether its message had come, for a failure's words.
    pub place: String,
    /// The instruction was recorded and the process died before it left.
    pub never_came: bool,
    /// How the lines stand.
    pub states: Vec<LineState>,
}
