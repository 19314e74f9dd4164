//! M1 to M3, M12: the disk fails or power goes at every operation of it. Nothing panics,
//! nothing leaves that is not durable, and a start on what is left pays once.

use adapters::exchange::Crypto;
use gateway::book::BatchState;
use gateway::dispatch::recovery::recover;
use gateway::outcome::finish_interrupted;
use journal::disk::{Faults, MemoryDisk};
use schemas::{BankCode, LineState};
use tests::audit::assert_sound;
use tests::bank::{Played, release};
use tests::desk::{Desk, one_bank_a_dialect};

const TURNS: u32 = 12;

/// A batch released and durable.
fn ready(bank: BankCode) -> (Desk, Played, gateway::intake::Receipt) {
    let desk = Desk::new(bank);
    let batch = release(&desk, 2);
    desk.core.wait_durable(desk.head()).unwrap();
    let played = Played::new(&desk);
    (desk, played, batch)
}

/// Works until the disk fails or everything is paid. Whether it failed.
fn work_until_trouble(desk: &Desk, played: &Played) -> bool {
    for _ in 0..TURNS * played.looks_a_turn() {
        match played.try_work(desk) {
            Ok(wait) => desk.clock.advance(wait),
            Err(_) => return true,
        }
    }
    false
}

/// How often the disk is changed, synced and appended to in a whole story.
fn operations(bank: BankCode, count: fn(&MemoryDisk) -> u64) -> u64 {
    let (desk, played, _) = ready(bank);
    desk.disk.set_faults(Faults::default());
    assert!(!work_until_trouble(&desk, &played));
    count(&desk.disk)
}

fn start_again(desk: &Desk, played: &Played, place: &str, batch: &gateway::intake::Receipt) {
    let again = desk.crash();
    let bank = played.remembering(&again, u64::MAX, true);
    let keys: &dyn Crypto = bank.keys();
    let bank_of = |code: BankCode| (code == desk.bank).then(|| (bank.adapter(), keys));
    finish_interrupted(&again.core, &bank_of).unwrap();
    recover(&again.core).unwrap();
    // M3: the released batch was acknowledged, so it is there.
    let state = again
        .core
        .desk()
        .batch(batch.batch)
        .map(|batch| batch.state());
    assert!(
        state.is_some_and(|state| state != BatchState::Held),
        "{place}"
    );
    bank.settle(&again, 30);
    let times = bank.memory(|memory| memory.instructions());
    assert!(
        times.values().all(|times| *times == 1),
        "{place}: {times:?}"
    );
    let states = again.states(batch);
    let came = !times.is_empty();
    let honest = if came {
        states == [LineState::Paid; 2]
    } else {
        // Recorded as leaving, and power went before it left.
        states == [LineState::Unknown; 2]
    };
    assert!(honest, "{place}: {states:?} {times:?}");
    assert_sound(&again.core, place);
}

fn at_every(name: &str, count: fn(&MemoryDisk) -> u64, fault: fn(u64) -> Faults) {
    for adapter in one_bank_a_dialect() {
        let all = operations(adapter.code(), count);
        assert!(all >= 2, "{}: {all}", adapter.dialect());
        for number in 1..=all {
            let place = format!("{} {name} {number} of {all}", adapter.dialect());
            let (desk, played, batch) = ready(adapter.code());
            desk.disk.set_faults(fault(number));
            let failed = work_until_trouble(&desk, &played);
            assert!(failed || number == all, "{place}: no trouble");
            // After the trouble nothing more leaves, however often it is tried.
            let sent = played.memory(|memory| memory.submissions());
            for _ in 0..3 {
                desk.clock.advance(std::time::Duration::from_secs(600));
                let _ = played.try_work(&desk);
            }
            assert_eq!(
                played.memory(|memory| memory.submissions()),
                sent,
                "{place}"
            );
            start_again(&desk, &played, &place, &batch);
        }
    }
}

#[test]
fn power_goes_at_every_operation_of_the_disk() {
    let fault = |number| Faults {
        power: Some(number - 1),
        ..Faults::default()
    };
    at_every("power", MemoryDisk::operations, fault);
}

#[test]
fn a_sync_fails() {
    let fault = |number| Faults {
        sync: Some(number),
        ..Faults::default()
    };
    at_every("sync", MemoryDisk::syncs, fault);
}

#[test]
fn an_append_stops_in_the_middle() {
    let fault = |number| Faults {
        append: Some((number, 7)),
        ..Faults::default()
    };
    at_every("append", MemoryDisk::appends, fault);
}
