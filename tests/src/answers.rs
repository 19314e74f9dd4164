//! Answers of a bank, without a desk.

use crate::bank::incoming;
use adapters::exchange::{Next, StatusQuery};
use adapters::{BankAdapter, BankReply};
use gateway::keys::BankKeys;

/// The last answer of a query's conversation in which the bank always says the same.
#[must_use]
pub fn result_bytes(
    adapter: &BankAdapter,
    query: &StatusQuery,
    reply: &BankReply,
    keys: &BankKeys,
) -> Vec<u8> {
    let mut conversation = adapter.query(query);
    let mut last = Vec::new();
    for _ in 0..20 {
        match conversation.next(keys).unwrap() {
            Next::Done(_) => return last,
            Next::Wait { .. } => {}
            Next::Send(out) => {
                let side = adapter.bank_side();
                let request = side.read_request(&incoming(&out), keys).unwrap();
                last = side.write_reply(&request, reply, keys).unwrap();
                conversation.feed(&last, keys).unwrap();
            }
        }
    }
    panic!("a query of {} does not end", adapter.code())
}
