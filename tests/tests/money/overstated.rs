//! Regression: a result that states a line and a fen more than its rows was receipted and applied
//! without a trace.

use adapters::BankReply;
use adapters::exchange::Outcome;
use gateway::access::Sight;
use gateway::outcome::{MessageKind, receive};
use gateway::query::breaks::breaks;
use schemas::value::{BankCode, RegionCode};
use schemas::{Lang, LineState};
use std::collections::BTreeMap;
use tests::bank::{at_bank, told};
use tests::desk::Desk;

#[test]
fn a_result_that_states_a_line_and_a_fen_too_many_is_listed_to_those_whom_it_concerns() {
    let bank = BankCode::parse("AJRCB").unwrap();
    let desk = Desk::new(bank);
    let (batch, played) = at_bank(&desk, 4);
    let lines = played.memory(|memory| memory.instructed(1)).unwrap();
    // 6,223.46 + 6,323.47 + 6,423.48 + 6,523.49 yuan.
    let total = 622_346 + 632_347 + 642_348 + 652_349;
    let stated = [("count", 5), ("amount_fen", total + 1)];
    let reply = BankReply {
        totals: BTreeMap::from(stated.map(|(name, value)| (name.to_owned(), value))),
        ..told(&lines, &[Outcome::Paid])
    };
    let bytes = played.result_bytes(&desk, 1, &reply);
    let (core, adapter, keys) = (&desk.core, played.adapter(), played.keys());
    let taken = receive(core, adapter, keys, MessageKind::Result, &bytes).unwrap();
    let receipt = adapter.bank_side().read_push_receipt(&taken.receipt, keys);
    assert_eq!(receipt, Ok(true));
    assert_eq!(desk.states(&batch), [LineState::Paid; 4]);
    let region = |code: &str| Sight::Region(RegionCode::parse(code).unwrap());
    let other = Sight::Bank(BankCode::parse("HXB").unwrap());
    for (sight, sees) in [
        (Sight::Operator, true),
        (Sight::Bank(bank), true),
        (region("330100"), true),
        (Sight::Province, true),
        (region("330200"), false),
        (other, false),
    ] {
        let (listed, _) = breaks(core, sight, (None, 100), Lang::En).unwrap();
        // Rows and file agree: each total is told once.
        let expected = BTreeMap::from([("message_mismatch".to_owned(), 2)]);
        let expected = if sees { expected } else { BTreeMap::new() };
        assert_eq!(listed.counts, expected, "{sight:?}");
        for found in listed.breaks {
            assert_eq!(found.batch_id, Some(batch.batch.to_string()));
            let in_fen = found.why.starts_with("amount_fen_not_of_rows");
            let values = in_fen.then_some((total, total + 1));
            assert_eq!(found.amount_fen.zip(found.reported_fen), values);
        }
    }
}
