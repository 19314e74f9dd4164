//! How stories of the money suite begin.

use crate::bank::{Fault, Played};
use crate::desk::{Desk, file, wages};
use adapters::BankAdapter;

/// A story at a desk up to "the bank has it": the batch is accepted by the bank.
pub fn at_bank(desk: &Desk, count: u32) -> (gateway::intake::Receipt, Played) {
    went(desk, Played::new(desk), count)
}

/// The same at a bank that speaks as this adapter.
pub fn at_bank_speaking(
    desk: &Desk,
    adapter: &'static BankAdapter,
    count: u32,
) -> (gateway::intake::Receipt, Played) {
    went(desk, Played::speaking(desk, adapter), count)
}

fn went(desk: &Desk, played: Played, count: u32) -> (gateway::intake::Receipt, Played) {
    let batch = release(desk, count);
    played.work(desk);
    let accepted = vec![schemas::LineState::Accepted; batch.head.line_count as usize];
    assert_eq!(desk.states(&batch), accepted, "{}", desk.bank);
    (batch, played)
}

/// A story up to "certainly not sent": the bank could not be reached with the batch's file.
pub fn unsent(desk: &Desk, count: u32) -> (gateway::intake::Receipt, Played) {
    let batch = release(desk, count);
    let played = Played::new(desk);
    played.memory(|memory| memory.faults.insert(0, Fault::Unreachable));
    played.work(desk);
    (batch, played)
}

/// Releases a batch of `count` lines at the desk's bank.
pub fn release(desk: &Desk, count: u32) -> gateway::intake::Receipt {
    desk.release(&file(desk.bank, "GZ-1", &wages(1, count, desk.bank)))
}
