//! M3, M11, M12: a bank sends many records that name no line of ours. All of them are listed, at
//! once, and others get at the book meanwhile.

use adapters::exchange::{DisbursementRecord, Outcome};
use gateway::event::{Event, Origin};
use gateway::outcome::{MessageKind, Received, Said, apply, receive};
use gateway::reconcile::breaks;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use tests::audit::assert_sound;
use tests::bank::{Played, at_bank, row};
use tests::desk::{Desk, one_bank_a_dialect};

const RECORDS: usize = 20_000;

/// A message of so many records about a file that nobody instructed; `None` where the dialect
/// has no place for so many.
fn flood(played: &Played, records: usize) -> Option<Vec<u8>> {
    let lines = played.memory(|memory| memory.instructed(1)).unwrap();
    let mut stranger = row(&lines[0], Outcome::Paid);
    stranger.amount = Some(schemas::Fen(1));
    let numbered = (1u32..).map(|row_no| {
        stranger.row_no = Some(row_no);
        stranger.clone()
    });
    let of_nobody = |line| DisbursementRecord {
        file_no: Some(9_999),
        line,
    };
    let records: Vec<_> = numbered.take(records).map(of_nobody).collect();
    let side = played.adapter().bank_side();
    side.write_push(&records, played.keys()).ok()
}

fn push(desk: &Desk, played: &Played, bytes: &[u8]) -> Received {
    let (core, adapter) = (&desk.core, played.adapter());
    receive(core, adapter, played.keys(), MessageKind::Push, bytes).unwrap()
}

#[test]
fn others_work_while_a_large_message_is_recorded_and_see_all_of_it_or_nothing() {
    let ready = one_bank_a_dialect().into_iter().find_map(|adapter| {
        let desk = Desk::new(adapter.code());
        let (_, played) = at_bank(&desk, 1);
        let bytes = flood(&played, RECORDS)?;
        Some((desk, played, bytes))
    });
    let (desk, played, bytes) = ready.expect("a dialect for large messages");
    let done = AtomicBool::new(false);
    let (taken, seen) = std::thread::scope(|scope| {
        let looker = scope.spawn(|| {
            let mut seen = BTreeSet::new();
            while !done.load(Ordering::Acquire) {
                let book = desk.core.desk();
                seen.insert((book.sequence(), book.unmatched().len()));
            }
            seen
        });
        let taken = push(&desk, &played, &bytes);
        done.store(true, Ordering::Release);
        (taken, looker.join().unwrap())
    });
    let within = |at: &&(u64, usize)| (taken.sequence..taken.last_sequence).contains(&at.0);
    let between: Vec<_> = seen.iter().filter(within).collect();
    // How many is the machine's affair: on a busy one it was seven.
    assert!(!between.is_empty(), "nobody else had a turn");
    assert!(
        between.iter().all(|(_, listed)| *listed == 0),
        "{between:?}"
    );
    assert_eq!(breaks(&desk.core.desk()).len(), RECORDS);
}

/// Power goes anywhere within a message: nothing of it is listed, and after the next start all
/// of it, each record once.
#[test]
fn a_crash_within_a_large_message_shows_no_part_of_it() {
    let adapter = one_bank_a_dialect()[0];
    let desk = Desk::new(adapter.code());
    let (_, played) = at_bank(&desk, 1);
    let taken = push(&desk, &played, &flood(&played, 200).unwrap());
    desk.core.wait_durable(taken.last_sequence).unwrap();
    assert_eq!(taken.last_sequence - taken.sequence, 201);
    for last in [0, 1, 63, 64, 65, 128, 199, 200] {
        let again = desk.crash_after(taken.sequence + last);
        assert!(again.core.desk().unmatched().is_empty(), "{last}");
        let keys: &dyn adapters::exchange::Crypto = played.keys();
        let connected = |_| Some((adapter, keys));
        gateway::outcome::finish_interrupted(&again.core, &connected).unwrap();
        let found = breaks(&again.core.desk());
        assert_eq!(found.len(), 200, "{last}");
        let rows: BTreeSet<u32> = {
            let book = again.core.desk();
            book.unmatched().iter().map(|record| record.place).collect()
        };
        assert_eq!(rows.len(), 200, "{last}");
        assert_sound(&again.core, "flood");
    }
}

/// Two files that nobody instructed in one message: the places of the one are not taken for those
/// of the other. No dialect of the book says this in one push, so that it is told by hand.
#[test]
fn records_about_two_unknown_files_are_all_listed() {
    let adapter = one_bank_a_dialect()[0];
    let desk = Desk::new(adapter.code());
    let by = gateway::outcome::actor(desk.bank);
    let record = |event: Event| desk.core.record(&by, event.into()).unwrap();
    let message = record(Event::BankMessage {
        bank: desk.bank,
        message: "push".to_owned(),
        digest: "push:".to_owned(),
        reading: "applied".to_owned(),
        file_no: None,
        again: None,
        seen_at: None,
        written_at: None,
    });
    let unmatched = |file_no, place| Event::Unmatched {
        bank: desk.bank,
        message,
        place,
        file_no: Some(file_no),
        why: "no_such_file".to_owned(),
        reported_fen: Some(1),
        of_whole: false,
        expected_fen: None,
        said: 0,
    };
    // The second time is the reading after a crash.
    for _ in 0..2 {
        for (file_no, place) in [(8_888, 0), (8_888, 1), (9_999, 0)] {
            record(unmatched(file_no, place));
            assert!(desk.core.desk().unmatched().is_empty());
        }
    }
    record(Event::BankMessageClosed { message });
    assert_eq!(breaks(&desk.core.desk()).len(), 3);
}

/// M11: what an answer holds is told apart by what it says. The same stray in the next answer is
/// no news, wherever it stands there; another stray in its place is.
#[test]
fn strays_of_answers_are_told_apart_by_what_they_say() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (_, played) = at_bank(&desk, 1);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let stray = |row_no, serial: &str| {
            let mut stray = row(&lines[0], Outcome::Paid);
            stray.row_no = Some(row_no);
            stray.reference = None;
            stray.amount = None;
            stray.bank_serial = Some(serial.to_owned());
            stray
        };
        let answered = |rows: &[_]| {
            let (core, origin) = (&desk.core, Origin::Result);
            let said = Said::Records {
                lines: rows,
                flaws: &[],
            };
            apply(core, 1, origin, None, said).unwrap();
            (desk.core.desk().unmatched().len(), desk.head())
        };
        let (listed, _) = answered(&[stray(98, "A")]);
        assert_eq!(listed, 1, "{place}");
        let (listed, _) = answered(&[stray(97, "B")]);
        assert_eq!(listed, 2, "{place}: another one in the same place");
        let (listed, before) = answered(&[stray(97, "B"), stray(98, "A")]);
        assert_eq!(listed, 2, "{place}: both are known");
        let (_, after) = answered(&[stray(98, "A"), stray(97, "B")]);
        assert_eq!(after, before, "{place}: nothing new is written");
        desk.core.wait_durable(after).unwrap();
        assert_eq!(desk.crash().core.desk().unmatched().len(), 2, "{place}");
    }
}
