//! What a message states as a whole and its rows or its file do not bear out (M4, M11): the rows
//! count, and every difference is listed, once, to those whom it concerns.

use adapters::exchange::{LineOutcome, Outcome, Receipt};
use adapters::{BankAdapter, BankReply};
use gateway::event::Origin;
use gateway::outcome::{MessageKind, Said, apply, receive};
use gateway::reconcile::{Break, BreakKind, breaks};
use schemas::LineState;
use std::collections::BTreeMap;
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Played, at_bank, row, told};
use tests::desk::{Desk, banks_of_files, one_bank_a_dialect, one_bank_a_dialect_of_named_lines};

const HOUR: Duration = Duration::from_secs(3_600);
/// What the three wages of the played file make: 6,223.46 + 6,323.47 + 6,423.48 yuan.
const TOTAL_FEN: i64 = 622_346 + 632_347 + 642_348;

/// Wrong totals of a message of three paid rows: what is stated, and what must be listed of it.
const WRONG: [(&str, i64, &str); 6] = [
    ("count", 4, "count_not_of_rows: 4 stated, 3 counted"),
    ("amount_fen", TOTAL_FEN + 1, "amount_fen_not_of_rows"),
    (
        "paid_count",
        2,
        "paid_count_not_of_rows: 2 stated, 3 counted",
    ),
    ("paid_fen", TOTAL_FEN - 1, "paid_fen_not_of_rows"),
    (
        "failed_count",
        1,
        "failed_count_not_of_rows: 1 stated, 0 counted",
    ),
    ("failed_fen", 1, "failed_fen_not_of_rows"),
];

/// The reply of three paid rows that states one total wrong.
fn lying(lines: Vec<LineOutcome>, name: &str, stated: i64) -> BankReply {
    BankReply {
        batch: Some(Outcome::Paid),
        totals: BTreeMap::from([(name.to_owned(), stated)]),
        ..BankReply::result(lines)
    }
}

fn listed(desk: &Desk) -> Vec<Break> {
    breaks(&desk.core.desk())
}

/// The one break about one wrong total.
fn assert_listed(found: &[Break], name: &str, stated: i64, why: &str, place: &str) {
    let about: Vec<_> = found
        .iter()
        .filter(|found| found.kind == BreakKind::MessageMismatch)
        .collect();
    let one = about.iter().find(|found| found.why == why);
    let one = one.unwrap_or_else(|| panic!("{place}: {why} in {found:?}"));
    let in_fen = name.ends_with("_fen");
    assert_eq!(one.reported_fen, in_fen.then_some(stated), "{place}");
    let right = if name.starts_with("failed") {
        0
    } else {
        TOTAL_FEN
    };
    assert_eq!(one.amount_fen, in_fen.then_some(right), "{place}");
    assert_ne!(one.sequence, 0, "{place}");
    assert_eq!(about.len(), 1, "{place}: nothing else: {found:?}");
}

/// What is listed of a wrong total, where the message states it at all. Where rows carry no
/// amounts, a sum is held against the file.
fn listed_as<'w>(
    (totals, lines): (&BTreeMap<String, i64>, &[LineOutcome]),
    (name, why): (&str, &'w str),
) -> Option<&'w str> {
    let silent = lines.iter().any(|line| line.amount.is_none());
    totals.get(name).map(|_| match name {
        "amount_fen" if silent => "amount_fen_not_of_file",
        _ => why,
    })
}

#[test]
fn wrong_totals_of_an_answer_are_listed_and_its_rows_count() {
    let mut seen = 0;
    for adapter in banks_of_files().filter(|a| !a.capability().failures_only) {
        for (name, stated, why) in WRONG {
            let place = format!("{} {name}", adapter.code());
            let desk = Desk::new(adapter.code());
            let (batch, played) = at_bank(&desk, 3);
            let lines = played.memory(|memory| memory.instructed(1)).unwrap();
            let right = played.result_bytes(&desk, 1, &told(&lines, &[Outcome::Paid]));
            let right = adapter.decode_result(&right, played.keys()).unwrap();
            let Some(why) = listed_as((&right.totals, &right.lines), (name, why)) else {
                continue;
            };
            seen += 1;
            played.says(move |lines| lying(told(lines, &[Outcome::Paid]).lines, name, stated));
            desk.clock.advance(HOUR);
            played.work(&desk);
            assert_eq!(desk.states(&batch), [LineState::Paid; 3], "{place}");
            let found = listed(&desk);
            assert_listed(&found, name, stated, why, &place);
            assert_eq!(found[0].batch, Some(batch.batch), "{place}");
            assert_sound(&desk.core, &place);
            desk.core.wait_durable(desk.head()).unwrap();
            assert_eq!(listed(&desk.crash()), found, "{place}: it is durable");
        }
    }
    // A few state none or one; most banks count and sum at least.
    assert!(seen >= 57, "{seen}");
}

/// The same answer again is no news.
#[test]
fn wrong_totals_that_are_said_again_are_listed_once() {
    for adapter in one_bank_a_dialect_of_named_lines() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 3);
        let said = [Outcome::Paid, Outcome::Paid, Outcome::Accepted];
        played.says(move |lines| lying(told(lines, &said).lines, "amount_fen", TOTAL_FEN + 1));
        desk.clock.advance(HOUR);
        played.work(&desk);
        let found = listed(&desk);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let bytes = played.result_bytes(&desk, 1, &told(&lines, &said));
        let read = adapter.decode_result(&bytes, played.keys()).unwrap();
        // CMB states them in the answer before that of the rows; CIB's may be less than the rows,
        // and these are more.
        let states =
            ["cmb_fbsdk", "cib_fox"].contains(&place) || read.totals.contains_key("amount_fen");
        assert_eq!(found.is_empty(), !states, "{place}");
        assert_eq!(desk.states(&batch)[..2], [LineState::Paid; 2], "{place}");
        for _ in 0..3 {
            desk.clock.advance(HOUR);
            played.work(&desk);
        }
        assert_eq!(listed(&desk), found, "{place}");
        assert_sound(&desk.core, place);
    }
}

fn push_of(played: &Played, reply: &BankReply) -> Vec<u8> {
    let reply = BankReply {
        bank_date: played.day_of(1),
        ..reply.clone()
    };
    let side = played.adapter().bank_side();
    side.write_push_of(1, &reply, played.keys()).unwrap()
}

/// As [`wrong_totals_of_an_answer_are_listed_and_its_rows_count`], told by the bank itself: as
/// records and as a result file. Its receipt takes the message, and a replay lists nothing more.
#[test]
fn wrong_totals_of_what_a_bank_pushes_are_listed_and_its_rows_count() {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for adapter in banks_of_files().filter(|a| !a.capability().failures_only) {
        for kind in [MessageKind::Push, MessageKind::Result] {
            for (name, stated, why) in WRONG {
                let wrong = (name, stated, why);
                if pushed(adapter, kind, wrong) {
                    *seen.entry(kind.as_str()).or_default() += 1;
                }
            }
        }
    }
    // Hua Xia's push states totals (count and sum); a result as above.
    assert!(seen["push"] >= 2, "{seen:?}");
    assert!(seen["result"] >= 57, "{seen:?}");
}

/// Whether the message states that total; then what becomes of it is checked.
fn pushed(
    adapter: &'static BankAdapter,
    kind: MessageKind,
    (name, stated, why): (&str, i64, &str),
) -> bool {
    let place = format!("{} {kind:?} {name}", adapter.code());
    let desk = Desk::new(adapter.code());
    let (batch, played) = at_bank(&desk, 3);
    let lines = played.memory(|memory| memory.instructed(1)).unwrap();
    let reply = lying(told(&lines, &[Outcome::Paid]).lines, name, stated);
    let (bytes, read) = match kind {
        MessageKind::Push => {
            let bytes = push_of(&played, &reply);
            let read = adapter.decode_push(&bytes, played.keys()).unwrap();
            (bytes, (read.file_no.is_some(), read.totals, read.lines))
        }
        _ => {
            let bytes = played.result_bytes(&desk, 1, &reply);
            let read = adapter.decode_result(&bytes, played.keys()).unwrap();
            let named = read.references.contains_key("file_no");
            (bytes, (named, read.totals, read.lines))
        }
    };
    let (names_file, totals, rows) = read;
    let Some(why) = listed_as((&totals, &rows), (name, why)) else {
        return false;
    };
    let (core, keys) = (&desk.core, played.keys());
    let taken = receive(core, adapter, keys, kind, &bytes).unwrap();
    let side = adapter.bank_side();
    let receipt = side.read_push_receipt(&taken.receipt, keys);
    assert_eq!(receipt, Ok(true), "{place}");
    let found = listed(&desk);
    assert_listed(&found, name, stated, why, &place);
    if names_file {
        assert_eq!(desk.states(&batch), [LineState::Paid; 3], "{place}");
        assert_eq!(found[0].batch, Some(batch.batch), "{place}");
    } else {
        // It can't be told whose rows they are: the rows are listed as well.
        assert_eq!(desk.states(&batch), [LineState::Accepted; 3], "{place}");
    }
    let again = receive(core, adapter, keys, kind, &bytes).unwrap();
    assert!(again.replayed, "{place}");
    assert_eq!(listed(&desk), found, "{place}: a replay is no second entry");
    assert_sound(&desk.core, &place);
    true
}

/// A crash between the message and its reading: listed once all the same.
#[test]
fn a_crash_within_a_message_with_wrong_totals_lists_them_once() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (_, played) = at_bank(&desk, 3);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let mut rows = told(&lines, &[Outcome::Paid]).lines;
        rows.push(row(&lines[0], Outcome::Paid));
        let reply = lying(rows, "amount_fen", TOTAL_FEN);
        let bytes = push_of(&played, &reply);
        let (core, keys) = (&desk.core, played.keys());
        let taken = receive(core, adapter, keys, MessageKind::Push, &bytes).unwrap();
        core.wait_durable(taken.last_sequence).unwrap();
        let whys = |desk: &Desk| -> Vec<String> {
            listed(desk).into_iter().map(|found| found.why).collect()
        };
        let expected = whys(&desk);
        assert!(expected.contains(&"row_twice: row 1".to_owned()), "{place}");
        for last in taken.sequence..taken.last_sequence {
            let again = desk.crash_after(last);
            gateway::outcome::finish_interrupted(&again.core, &|_| Some((adapter, keys))).unwrap();
            assert_eq!(whys(&again), expected, "{place} after {last}");
            assert_sound(&again.core, place);
        }
    }
}

/// Totals that are those of the rows and not of the file: a row is missing, or one too many. CMB
/// states them in the answer before that of the rows.
#[test]
fn totals_that_are_not_those_of_the_file_are_listed() {
    for adapter in one_bank_a_dialect_of_named_lines() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 3);
        played.says(|lines| told(&lines[..2], &[Outcome::Paid]));
        desk.clock.advance(HOUR);
        played.work(&desk);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let bytes = played.result_bytes(&desk, 1, &told(&lines[..2], &[Outcome::Paid]));
        let read = adapter.decode_result(&bytes, played.keys()).unwrap();
        let found = listed(&desk);
        let has = |why: &str| found.iter().any(|found| found.why == why);
        let count = has("count_not_of_file: 2 stated, 3 counted");
        let sum = has("amount_fen_not_of_file");
        let stated = |name| place == "cmb_fbsdk" || read.totals.contains_key(name);
        assert_eq!([count, sum], ["count", "amount_fen"].map(stated), "{place}");
        assert_eq!(desk.states(&batch)[..2], [LineState::Paid; 2], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// An answer that names another file of ours says nothing of the one that was asked about, and
/// it is listed, however often it comes.
#[test]
fn an_answer_of_another_file_is_listed_once() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        played.memory(|memory| memory.names_file = Some(9_999));
        for _ in 0..3 {
            desk.clock.advance(HOUR);
            played.work(&desk);
        }
        let found = listed(&desk);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let own = played.result_bytes(&desk, 1, &told(&lines, &[Outcome::Paid]));
        let own = adapter.decode_result(&own, played.keys()).unwrap();
        if found.is_empty() && !own.references.contains_key("file_no") {
            // Its answers name no file; a conversation is a connection of its own.
            continue;
        }
        assert_eq!(desk.states(&batch), [LineState::Accepted; 2], "{place}");
        assert_eq!(found.len(), 1, "{place}: {found:?}");
        let expected = (BreakKind::MessageMismatch, "answer_of_another_file");
        assert_eq!((found[0].kind, found[0].why.as_str()), expected, "{place}");
        assert_eq!(found[0].batch, Some(batch.batch), "{place}");
        assert_sound(&desk.core, place);
    }
}

/// A result that the bank puts into a folder with our file's number and the bank's number of
/// another batch: listed, and we go on asking by the number that the bank gave first.
#[test]
fn a_result_with_the_banks_number_of_another_batch_is_listed() {
    let mut seen = 0;
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = at_bank(&desk, 2);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let numbered = |number: &str| {
            let mut reply = told(&lines, &[Outcome::Paid, Outcome::Accepted]);
            reply.bank_batch_no = Some(number.to_owned());
            played.result_bytes(&desk, 1, &reply)
        };
        let read = adapter
            .decode_result(&numbered("B1"), played.keys())
            .unwrap();
        if !["file_no", "bank_batch_no"]
            .iter()
            .all(|name| read.references.contains_key(*name))
        {
            continue;
        }
        seen += 1;
        let (core, keys) = (&desk.core, played.keys());
        let file = desk.core.desk().file(1).unwrap().clone();
        let given = gateway::outcome::references(core, &file).unwrap();
        let own = given.get("bank_batch_no").map_or("B1", String::as_str);
        for number in [own, "B2", own] {
            receive(core, adapter, keys, MessageKind::Result, &numbered(number)).unwrap();
        }
        let states = [LineState::Paid, LineState::Accepted];
        assert_eq!(desk.states(&batch), states, "{place}");
        let found = listed(&desk);
        assert_eq!(found.len(), 1, "{place}: {found:?}");
        assert_eq!(found[0].why, "other_bank_batch_no", "{place}");
        let file = desk.core.desk().file(1).unwrap().clone();
        let kept = gateway::outcome::references(core, &file).unwrap();
        assert_eq!(kept["bank_batch_no"], own, "{place}");
        assert_sound(&desk.core, place);
    }
    assert!(seen > 0);
}

/// A late receipt of our file's number with another bank day and another number of the bank's.
#[test]
fn a_receipt_with_other_references_is_listed() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _) = at_bank(&desk, 1);
        let receipt = |number: &str, date: &str| Receipt {
            outcome: Outcome::Accepted,
            bank_code: None,
            bank_text: None,
            references: BTreeMap::from([
                ("file_date".to_owned(), date.to_owned()),
                ("bank_batch_no".to_owned(), number.to_owned()),
            ]),
            lines: Vec::new(),
            flaws: Vec::new(),
        };
        let hear = |receipt: &Receipt| {
            let said = Said::Receipt(receipt);
            apply(&desk.core, 1, Origin::Push, Some(1), said).unwrap();
        };
        let known =
            gateway::outcome::references(&desk.core, &desk.core.desk().file(1).unwrap().clone())
                .unwrap();
        let number = known.get("bank_batch_no").map_or("B1", String::as_str);
        hear(&receipt(number, "20261123"));
        assert_eq!(listed(&desk), [], "{place}");
        hear(&receipt("B2", "20261124"));
        let whys: Vec<_> = listed(&desk).into_iter().map(|found| found.why).collect();
        assert_eq!(whys, ["other_file_date", "other_bank_batch_no"], "{place}");
        assert_eq!(desk.states(&batch), [LineState::Accepted], "{place}");
    }
}
