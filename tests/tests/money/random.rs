//! Stories by seed: faults, crashes, late pushes, a bank that decides once and tells in parts.
//! What the bank paid is never told as failed, and nothing is instructed twice.

use adapters::exchange::{Crypto, Outcome};
use adapters::{BankLine, BankReply};
use gateway::dispatch::recovery::recover;
use gateway::outcome::{MessageKind, finish_interrupted, receive};
use schemas::people::SplitMix64;
use schemas::value::Purpose;
use schemas::{BankCode, FailureReason, LineState};
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, row};
use tests::desk::{Desk, file, one_bank_a_dialect, wages};

/// The bank's own decision on a line: by seed and account, for ever.
fn decided(seed: u64, line: &BankLine) -> Outcome {
    let account = line.account.reveal(Purpose::Matching).bytes();
    let mixed = account.fold(seed, |sum, byte| {
        SplitMix64::new(sum ^ u64::from(byte)).draw()
    });
    match mixed % 5 {
        0 => Outcome::Failed(FailureReason::AccountClosed),
        1 => Outcome::Returned,
        _ => Outcome::Paid,
    }
}

/// What it tells at a turn: the decision, or that it works on it, or nothing of the line.
fn told_at(seed: u64, turn: u64, lines: &[BankLine]) -> BankReply {
    let mut random = SplitMix64::new(seed ^ (turn << 20));
    let ready = turn > 4;
    let rows = lines.iter().filter_map(|line| match random.below(3) {
        _ if ready => Some(row(line, told_of(decided(seed, line)))),
        0 => Some(row(line, told_of(decided(seed, line)))),
        1 => Some(row(line, Outcome::Accepted)),
        _ => None,
    });
    let rows: Vec<_> = rows.collect();
    BankReply {
        batch: Some(if ready {
            Outcome::Paid
        } else {
            Outcome::Accepted
        }),
        ..BankReply::result(rows)
    }
}

/// A query tells a return as paid: the return itself is pushed later.
fn told_of(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Returned => Outcome::Paid,
        other => other,
    }
}

fn faults(random: &mut SplitMix64, played: &Played) {
    played.memory(|memory| {
        for number in memory.sent..memory.sent + 12 {
            if random.below(3) == 0 {
                let fault = *random.pick(&Fault::ALL).unwrap();
                memory.faults.insert(number, fault);
            }
        }
    });
}

fn restart(desk: &Desk, played: &Played, seed: u64) -> (Desk, Played) {
    let last = desk.head();
    // Everything that left is durable; what was only written may be lost.
    let again = desk.crash();
    let bank = played.remembering(&again, last, true);
    bank.memory(|memory| memory.say = None);
    bank.says(move |lines| told_at(seed, 9, lines));
    let keys: &dyn Crypto = bank.keys();
    let bank_of = |code: BankCode| (code == desk.bank).then(|| (bank.adapter(), keys));
    finish_interrupted(&again.core, &bank_of).unwrap();
    recover(&again.core).unwrap();
    (again, bank)
}

fn story(adapter: &'static adapters::BankAdapter, seed: u64) {
    let place = format!("{} seed {seed}", adapter.dialect());
    let mut random = SplitMix64::new(seed);
    let mut desk = Desk::new(adapter.code());
    let count = 1 + random.below(5) as u32;
    let text = file(desk.bank, "GZ-1", &wages(seed, count, desk.bank));
    let batch = desk.release(&text);
    desk.core.wait_durable(desk.head()).unwrap();
    let mut played = Played::new(&desk);
    faults(&mut random, &played);
    for turn in 0..10 {
        played.says(move |lines| told_at(seed, turn, lines));
        let wait = played.work(&desk);
        desk.clock.advance(wait * (1 + random.below(4) as u32));
        if random.below(5) == 0 {
            (desk, played) = restart(&desk, &played, seed);
        }
    }
    // A return needs its line paid, or proves it.
    if let Some(lines) = played.memory(|memory| memory.instructed(1)) {
        for line in &lines {
            if decided(seed, line) == Outcome::Returned {
                let bytes = played.push_bytes(1, vec![row(line, Outcome::Returned)]);
                let (core, keys) = (&desk.core, played.keys());
                receive(core, adapter, keys, MessageKind::Push, &bytes).unwrap();
            }
        }
    }
    played.memory(|memory| memory.faults.clear());
    played.settle(&desk, 12);
    desk.clock.advance(Duration::from_secs(7_200));
    played.settle(&desk, 4);
    let times = played.memory(|memory| memory.instructions());
    assert!(
        times.values().all(|times| *times == 1),
        "{place}: {times:?}"
    );
    assert_sound(&desk.core, &place);
    let submitted = played
        .memory(|memory| memory.instructed(1))
        .unwrap_or_default();
    let states = desk.states(&batch);
    for line in &submitted {
        let at = line.row_no.unwrap() as usize - 1;
        let allowed: &[LineState] = match decided(seed, line) {
            Outcome::Failed(_) => &[LineState::Failed],
            Outcome::Returned => &[LineState::Returned],
            _ => &[LineState::Paid],
        };
        assert!(
            allowed.contains(&states[at]),
            "{place} row {at}: {states:?}"
        );
    }
    if submitted.is_empty() {
        let untold = [LineState::Unknown, LineState::Failed, LineState::Released];
        assert!(
            states.iter().all(|state| untold.contains(state)),
            "{place}: {states:?}"
        );
    }
}

#[test]
fn stories_by_seed_end_as_the_bank_decided() {
    for adapter in one_bank_a_dialect() {
        for seed in 1..=25 {
            story(adapter, seed);
        }
    }
}
