//! The list of breaks in pages, against a walk over everything that the book and the journal hold.

use super::desk::{Desk, USCC};
use super::doubts::{
    DAY, Dice, bank, instructed, outcomes, record, say_of_line, say_of_message, step,
};
use gateway::access::Sight;
use gateway::book::{Book, UnmatchedRecord};
use gateway::core::Core;
use gateway::event::{Dispute, Event};
use gateway::query::breaks::breaks;
use gateway::reconcile::{Asked, Place, page};
use schemas::value::{BankCode, BatchId, PaymentId, RegionCode, Uscc};
use schemas::{Lang, LineEvent, LineState};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const KINDS: [&str; 9] = [
    "conservation",
    "defect",
    "result_contradiction",
    "result_mismatch",
    "message_mismatch",
    "unmatched_record",
    "message_unreadable",
    "message_open",
    "unknown",
];

/// A break as the walk finds it: where it stands in the list, and whom it concerns.
type Walked = (
    (usize, i64, u64, u64, u32),
    Option<BankCode>,
    Option<RegionCode>,
);

fn kind(word: &str) -> usize {
    KINDS.iter().position(|kind| *kind == word).unwrap()
}

/// Since when each disputed line is disputed in its way, as the journal tells it.
fn disputes(core: &Core) -> BTreeMap<PaymentId, (Dispute, i64)> {
    let mut since = BTreeMap::new();
    for sequence in 1..=core.journal().head().0 {
        let Ok((entry, event)) = core.event(sequence) else {
            continue;
        };
        match event {
            Event::Outcomes {
                file_no, disputes, ..
            } => {
                let batch = core.desk().file(file_no).unwrap().intent.batch;
                for (row, dispute, _) in disputes {
                    let at = since
                        .entry(PaymentId { batch, row })
                        .or_insert((dispute, entry.time_ms));
                    if at.0 != dispute {
                        *at = (dispute, entry.time_ms);
                    }
                }
            }
            Event::ResolutionConfirmed { payment, .. } => {
                since.remove(&payment);
            }
            _ => {}
        }
    }
    since
}

/// Every line that must be explained; a dispute is as old as itself, not as the line's state.
fn walk_lines(book: &Book, disputes: &BTreeMap<PaymentId, (Dispute, i64)>) -> Vec<Walked> {
    let mut found: Vec<Walked> = Vec::new();
    for batch in book.batches() {
        let (bank, region) = (batch.head.paying_bank, batch.head.region);
        for (row, line) in (1..).zip(&batch.lines) {
            let word = match (line.disputed, line.state) {
                (Some(Dispute::ResultContradiction), _) => "result_contradiction",
                (Some(Dispute::ResultMismatch), _) => "result_mismatch",
                (None, LineState::Unknown) => "unknown",
                (None, _) => continue,
            };
            let payment = PaymentId {
                batch: batch.id(),
                row,
            };
            let since_ms = disputes.get(&payment).map_or(line.since_ms, |at| at.1);
            let place = (kind(word), since_ms, 0, batch.id().sequence(), row);
            found.push((place, Some(bank), region));
        }
    }
    found
}

/// Every record of a bank's that fits nothing.
fn walk_records(book: &Book) -> Vec<Walked> {
    let of = |record: &UnmatchedRecord| {
        let file = book.file(record.file_no.filter(|_| record.of_whole).unwrap_or(0));
        let file = file.filter(|file| file.intent.bank == record.bank);
        let batch = file.and_then(|file| book.batch(file.intent.batch));
        let word = match record.of_whole {
            true => "message_mismatch",
            false => "unmatched_record",
        };
        let number = batch.map_or(0, |batch| batch.id().sequence());
        let place = (kind(word), record.time_ms, record.sequence, number, 0);
        let region = batch.and_then(|batch| batch.head.region);
        (place, Some(record.bank), region)
    };
    book.unmatched().iter().map(of).collect()
}

/// Every message that is open or unreadable, and every defect, as the journal tells them.
fn walk_journal(core: &Core, now_ms: i64) -> Vec<Walked> {
    let mut found: Vec<Walked> = Vec::new();
    let mut open = BTreeMap::new();
    let mut read = BTreeMap::new();
    for sequence in 1..=core.journal().head().0 {
        // A segment's own records are no facts.
        let Ok((entry, event)) = core.event(sequence) else {
            continue;
        };
        let at_ms = entry.time_ms;
        match event {
            Event::Refused { .. } => {
                found.push(((kind("defect"), at_ms, sequence, 0, 0), None, None));
            }
            Event::BankMessage {
                bank,
                digest,
                reading,
                ..
            } => {
                open.insert(sequence, (at_ms, bank, digest, reading));
            }
            Event::BankMessageClosed { message } => {
                let (at_ms, bank, digest, reading) = open.remove(&message).unwrap();
                read.insert((bank, digest), (at_ms, message, reading));
            }
            _ => {}
        }
    }
    for (sequence, (at_ms, bank, ..)) in open {
        if now_ms - at_ms >= 60_000 {
            let place = (kind("message_open"), at_ms, sequence, 0, 0);
            found.push((place, Some(bank), None));
        }
    }
    for ((bank, _), (at_ms, sequence, reading)) in read {
        if reading == "unreadable" {
            let place = (kind("message_unreadable"), at_ms, sequence, 0, 0);
            found.push((place, Some(bank), None));
        }
    }
    found
}

/// Everything that must be explained, line by line and record by record.
fn walk(core: &Core) -> Vec<Walked> {
    let disputes = disputes(core);
    let mut found = {
        let book = core.desk();
        [walk_lines(&book, &disputes), walk_records(&book)].concat()
    };
    found.extend(walk_journal(core, core.now_ms()));
    found.sort_by_key(|(place, ..)| *place);
    found
}

fn sees(sight: Sight, (_, bank, region): &Walked) -> bool {
    let below = |prefix: &str| region.is_some_and(|region| region.as_str().starts_with(prefix));
    match sight {
        Sight::Operator | Sight::Province => true,
        Sight::Bank(own) => *bank == Some(own),
        Sight::Region(region) => below(region.as_str().trim_end_matches("00")),
        Sight::Employer(_) | Sight::Nothing => false,
    }
}

/// Kind, batch, row and record of each break that the pages show, in order.
type Shown = Vec<(String, Option<String>, Option<String>, Option<u64>)>;

fn expected(walked: &[Walked]) -> Shown {
    let of = |((kind, _, sequence, batch, row), ..): &Walked| {
        let batch = (*batch > 0).then(|| BatchId::new(DAY, *batch));
        let payment = batch.filter(|_| *row > 0);
        let payment = payment.map(|batch| PaymentId { batch, row: *row }.to_string());
        let sequence = (*sequence > 0).then_some(*sequence);
        let batch = batch.map(|batch| batch.to_string());
        (KINDS[*kind].to_owned(), batch, payment, sequence)
    };
    walked.iter().map(of).collect()
}

/// Pages through everything; each page has the counts of the whole.
fn paged(core: &Core, sight: Sight, limit: usize, counts: &BTreeMap<String, u64>) -> Shown {
    let mut shown = Shown::new();
    let mut after: Option<Place> = None;
    loop {
        let (page, _) = breaks(core, sight, (after, limit), Lang::En).unwrap();
        assert_eq!(page.counts, *counts, "{sight:?}");
        let full = page.breaks.len() == limit;
        assert!(page.breaks.len() <= limit);
        shown.extend(
            page.breaks
                .into_iter()
                .map(|found| (found.kind, found.batch_id, found.payment_id, found.sequence)),
        );
        match page.next {
            Some(next) => {
                assert!(full, "a page before the last is full");
                after = Some(Place::parse(&next).unwrap());
            }
            None => return shown,
        }
    }
}

/// A story of 900 words about 60 batches.
fn told(desk: &Desk) {
    let core = &desk.core;
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let batches: Vec<BatchId> = (1..=60).map(|no| instructed(core, no, 5)).collect();
    for number in 0..900 {
        // Often nothing passes between two records: they share their moment.
        let pause = [0, 0, 1, 7_000][dice.below(4)];
        desk.clock.advance(Duration::from_millis(pause));
        let at = dice.below(batches.len());
        let row = u32::try_from(dice.below(5) + 1).unwrap();
        if dice.below(5) == 0 {
            say_of_message(core, &mut dice, number, 60);
        } else {
            let (batch, file_no) = (batches[at], u64::try_from(at + 1).unwrap());
            say_of_line(core, &mut dice, PaymentId { batch, row }, file_no);
        }
        if number % 300 == 7 {
            let refused = Event::Refused {
                kind: 1,
                what: "no such batch".to_owned(),
                digest: String::new(),
            };
            record(core, refused);
        }
    }
}

#[test]
fn pages_show_each_break_once_and_count_them_all_whoever_asks() {
    let desk = Desk::new();
    told(&desk);
    let core = desk.core.clone();
    core.wait_durable(core.desk().sequence()).unwrap();
    let walked = walk(&core);
    let kinds: BTreeSet<usize> = walked.iter().map(|((kind, ..), ..)| *kind).collect();
    assert_eq!(kinds.len(), 8, "all but what never happens: {kinds:?}");
    let region = |code: &str| Sight::Region(RegionCode::parse(code).unwrap());
    let again = desk.crash();
    for sight in [
        Sight::Operator,
        Sight::Province,
        Sight::Bank(bank("HXB")),
        Sight::Bank(bank("CZBANK")),
        region("330100"),
        region("330212"),
        Sight::Employer(Uscc::parse(USCC).unwrap()),
    ] {
        let own: Vec<Walked> = walked.iter().filter(|w| sees(sight, w)).copied().collect();
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for ((kind, ..), ..) in &own {
            *counts.entry(KINDS[*kind].to_owned()).or_default() += 1;
        }
        for limit in [1, 2, 3, 7, 1_000] {
            let shown = paged(&core, sight, limit, &counts);
            assert_eq!(shown, expected(&own), "{sight:?} {limit}");
        }
        // What a replay makes of the journal is the same list.
        let replayed = paged(&again.core, sight, 50, &counts);
        assert_eq!(replayed, expected(&own), "{sight:?}");
    }
}

/// No page walks the lines or the records: it looks at what it shows, at one more, and at the head
/// of each source.
#[test]
fn a_page_looks_at_what_it_shows_however_long_the_list_is() {
    let desk = Desk::new();
    let core = &desk.core;
    for file_no in 1..=4 {
        instructed(core, file_no, 2_000);
        let lost = (1..=2_000).map(|row| step(row, LineEvent::LoseTrack));
        outcomes(core, file_no, lost.collect(), Vec::new());
        desk.clock.advance(Duration::from_secs(1));
    }
    for number in 0..3_000 {
        record(
            core,
            Event::Unmatched {
                bank: bank("HXB"),
                message: 0,
                place: 0,
                file_no: None,
                why: "no_such_row".to_owned(),
                reported_fen: None,
                of_whole: false,
                expected_fen: None,
                said: number,
            },
        );
    }
    let book = core.desk();
    let mut after = None;
    let mut seen = 0;
    loop {
        let asked = Asked {
            concerns: &|_, _| true,
            after,
            limit: 100,
            reading_ms: (i64::MAX, i64::MAX),
        };
        let page = page(&book, &asked);
        let counts: Vec<u64> = page.counts.values().copied().collect();
        assert_eq!(counts, [3_000, 8_000]);
        // Four batches and one bank; the first of each may be behind the cursor.
        assert!(page.visited <= 100 + 2 * 5, "{}", page.visited);
        seen += page.shown.len();
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, 11_000);
}

#[test]
fn a_break_is_told_in_the_language_of_the_call() {
    let desk = Desk::new();
    let core = &desk.core;
    instructed(core, 1, 1);
    outcomes(core, 1, vec![step(1, LineEvent::LoseTrack)], Vec::new());
    let told = |lang| {
        let (page, _) = breaks(core, Sight::Operator, (None, 10), lang).unwrap();
        let found = page.breaks.into_iter().next().unwrap();
        assert_eq!(found.why, "bank_evidence_or_resolution");
        found.message
    };
    assert!(told(Lang::Zh).starts_with("不知道银行是否已付"));
    assert!(told(Lang::En).starts_with("nobody knows whether the bank paid"));
}
