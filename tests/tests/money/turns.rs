//! M12: one conversation a bank, and everybody's turn comes: questions do not starve a new
//! batch, and no open file starves another.

use adapters::exchange::Outcome;
use gateway::dispatch::Decision;
use gateway::dispatch::decision::QUESTIONS_A_TURN;
use schemas::LineState;
use std::collections::BTreeMap;
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::Played;
use tests::desk::{Desk, file, one_bank_a_dialect, wages};

const FILES: u32 = 200;

/// Batches of one line each that the bank has taken on and says nothing final of.
fn open_files(desk: &Desk) -> Played {
    let played = Played::new(desk);
    played.tells(&[Outcome::Accepted]);
    for (number, wage) in (1..).zip(wages(7, FILES, desk.bank)) {
        desk.release(&file(desk.bank, &format!("GZ-{number}"), &[wage]));
    }
    let at_bank = || {
        let book = desk.core.desk();
        let all = |batch: &gateway::book::Batch| batch.sums.of(LineState::Accepted).count == 1;
        book.batches().filter(|batch| all(batch)).count()
    };
    for _ in 0..20 * FILES {
        played.step(desk).unwrap();
        if at_bank() == FILES as usize {
            return played;
        }
    }
    panic!("the bank did not take them on")
}

#[test]
fn a_new_batch_leaves_within_a_turn_of_a_bank_with_hundreds_of_open_files() {
    let adapter = one_bank_a_dialect()[0];
    let desk = Desk::new(adapter.code());
    let played = open_files(&desk);
    // Every file is due for a question at once, and the bank needs half a minute for each.
    desk.clock.advance(Duration::from_secs(1_800));
    let wage = &wages(8, 1, desk.bank)[0];
    let batch = desk.release(&file(desk.bank, "GZ-new", std::slice::from_ref(wage)));
    let mut questions = 0;
    loop {
        let (decision, _) = played.step(&desk).unwrap();
        desk.clock.advance(Duration::from_secs(30));
        match decision {
            Decision::Query { .. } => questions += 1,
            Decision::Plan { .. } => break,
            other => panic!("{other:?}"),
        }
        assert!(questions <= QUESTIONS_A_TURN, "the new batch is starved");
    }
    assert_eq!(desk.states(&batch), [LineState::Accepted]);
    assert_sound(&desk.core, adapter.dialect());
}

#[test]
fn every_open_file_is_asked_about_before_one_is_asked_about_twice() {
    let adapter = one_bank_a_dialect()[0];
    let desk = Desk::new(adapter.code());
    let played = open_files(&desk);
    // Asked about as they came, for a while: by now the first ones are due again.
    desk.clock.advance(Duration::from_secs(1_800));
    let mut asked: BTreeMap<u64, u32> = BTreeMap::new();
    for _ in 0..FILES {
        let (decision, _) = played.step(&desk).unwrap();
        if let Decision::Query { file_no } = decision {
            *asked.entry(file_no).or_default() += 1;
        }
        desk.clock.advance(Duration::from_secs(10));
    }
    assert_eq!(asked.len(), FILES as usize, "{asked:?}");
    assert!(asked.values().all(|times| *times == 1));
}
