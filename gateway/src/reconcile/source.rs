//! Where breaks lie in the book, each source in the order of the list.

use super::{Asked, Break, BreakKind, Place};
use crate::book::{Batch, Book, Doubt, UnmatchedRecord};
use schemas::value::{BankCode, BatchId, PaymentId};
use std::collections::BTreeMap;

/// Something to explain, as it lies in the book.
#[derive(Clone, Copy)]
pub(super) enum Found<'a> {
    /// A batch whose sums do not balance.
    Sums(&'a Batch),
    /// A line in doubt.
    Line(&'a Batch, u32),
    /// What a bank says that fits nothing.
    Record(&'a Book, &'a UnmatchedRecord),
    /// A message of a bank, by its kind.
    Message(BankCode, &'a str),
    /// What the book could not follow.
    Defect(&'a str),
}

/// What one source has, from about the cursor on.
pub(super) type Source<'a> = Box<dyn Iterator<Item = (Place, Found<'a>)> + 'a>;

/// Every source that has something for the caller, and how many of each kind there are.
pub(super) fn sources<'a>(
    book: &'a Book,
    asked: &Asked<'_>,
) -> (Vec<Source<'a>>, BTreeMap<BreakKind, u64>) {
    let (after, concerns) = (asked.after, asked.concerns);
    let mut all = Sources::default();
    for batch in book.batches_in_doubt() {
        let head = &batch.head;
        if concerns(Some(head.paying_bank), head.region.as_ref()) {
            all.of_batch(batch, after);
        }
    }
    for of_whole in [false, true] {
        let kind = kind_of_record(of_whole);
        for (concern, count, records) in book.unmatched_from(of_whole, from(after, kind)) {
            if concerns(Some(concern.bank), concern.region.as_ref()) {
                let found = move |record| (place_of(kind, record), Found::Record(book, record));
                all.add(kind, count, records.map(found));
            }
        }
    }
    let kind = BreakKind::MessageUnreadable;
    for (bank, messages) in book.unread() {
        if concerns(Some(bank), None) {
            let later = messages.range(from(after, kind)..);
            let found = later.map(move |(at, message)| {
                (
                    place(kind, *at, 0, 0),
                    Found::Message(bank, message.as_str()),
                )
            });
            all.add(kind, messages.len(), found);
        }
    }
    // A bank has few messages under way, and we few defects.
    let is_read = |at_ms: i64| asked.reading_ms.0 < at_ms && at_ms <= asked.reading_ms.1;
    let open = book
        .open_messages()
        .filter(|(_, bank, message)| !is_read(message.time_ms) && concerns(Some(*bank), None));
    let open = open.map(|(sequence, bank, message)| {
        let place = place(BreakKind::MessageOpen, (message.time_ms, sequence), 0, 0);
        (place, Found::Message(bank, message.message.as_str()))
    });
    all.add_sorted(BreakKind::MessageOpen, open.collect());
    let defects = book.defects().iter().filter(|_| concerns(None, None));
    let defects = defects.map(|(sequence, time_ms, what)| {
        let place = place(BreakKind::Defect, (*time_ms, *sequence), 0, 0);
        (place, Found::Defect(what.as_str()))
    });
    all.add_sorted(BreakKind::Defect, defects.collect());
    (all.sources, all.counts)
}

#[derive(Default)]
struct Sources<'a> {
    sources: Vec<Source<'a>>,
    counts: BTreeMap<BreakKind, u64>,
}

impl<'a> Sources<'a> {
    fn add(
        &mut self,
        kind: BreakKind,
        count: usize,
        found: impl Iterator<Item = (Place, Found<'a>)> + 'a,
    ) {
        if count > 0 {
            *self.counts.entry(kind).or_default() += u64::try_from(count).unwrap_or(u64::MAX);
            self.sources.push(Box::new(found));
        }
    }

    fn add_sorted(&mut self, kind: BreakKind, mut found: Vec<(Place, Found<'a>)>) {
        found.sort_by_key(|(place, _)| *place);
        self.add(kind, found.len(), found.into_iter());
    }

    fn of_batch(&mut self, batch: &'a Batch, after: Option<Place>) {
        let number = batch.id().sequence();
        if !batch.balances() {
            let place = place(BreakKind::Conservation, (batch.changed_ms, 0), number, 0);
            let found = std::iter::once((place, Found::Sums(batch)));
            self.add(BreakKind::Conservation, 1, found);
        }
        for doubt in Doubt::ALL {
            let kind = kind_of(doubt);
            let lines = batch.doubts.from(doubt, from_line(after, kind, number));
            let found = lines.map(move |(since_ms, row)| {
                (
                    place(kind, (since_ms, 0), number, row),
                    Found::Line(batch, row),
                )
            });
            let count = usize::try_from(batch.doubts.count(doubt));
            self.add(kind, count.unwrap_or(usize::MAX), found);
        }
    }
}

fn kind_of(doubt: Doubt) -> BreakKind {
    match doubt {
        Doubt::Contradiction => BreakKind::ResultContradiction,
        Doubt::Mismatch => BreakKind::ResultMismatch,
        Doubt::Unknown => BreakKind::Unknown,
    }
}

fn kind_of_record(of_whole: bool) -> BreakKind {
    match of_whole {
        true => BreakKind::MessageMismatch,
        false => BreakKind::UnmatchedRecord,
    }
}

fn place(kind: BreakKind, (since_ms, sequence): (i64, u64), batch: u64, row: u32) -> Place {
    Place {
        kind,
        since_ms,
        sequence,
        batch,
        row,
    }
}

fn place_of(kind: BreakKind, record: &UnmatchedRecord) -> Place {
    let batch = record.batch.map_or(0, BatchId::sequence);
    place(kind, (record.time_ms, record.sequence), batch, 0)
}

/// Where a source of one kind begins, by time and journal sequence: nothing behind the cursor is
/// before it.
fn from(after: Option<Place>, kind: BreakKind) -> (i64, u64) {
    match after {
        Some(after) if after.kind == kind => (after.since_ms, after.sequence),
        Some(after) if after.kind > kind => (i64::MAX, u64::MAX),
        Some(_) | None => (i64::MIN, 0),
    }
}

/// The same for the lines of a batch, by time and index.
fn from_line(after: Option<Place>, kind: BreakKind, batch: u64) -> (i64, u32) {
    let (since_ms, sequence) = from(after, kind);
    let row = match after.map(|after| (0, batch).cmp(&(sequence, after.batch))) {
        Some(std::cmp::Ordering::Less) => return (since_ms.saturating_add(1), 0),
        Some(std::cmp::Ordering::Equal) => after.map_or(0, |after| after.row),
        Some(std::cmp::Ordering::Greater) | None => 0,
    };
    (since_ms, row)
}

impl Found<'_> {
    /// The break that it is, at its place.
    pub(super) fn tell(self, place: Place) -> Break {
        let none = Break {
            kind: place.kind,
            bank: None,
            employer: None,
            batch: None,
            payment: None,
            file_no: None,
            amount_fen: None,
            reported_fen: None,
            since_ms: place.since_ms,
            why: String::new(),
            sequence: place.sequence,
        };
        match self {
            Self::Sums(batch) => Break {
                amount_fen: Some(batch.head.total_fen),
                reported_fen: Some(batch.sums.instructed().fen),
                bank: Some(batch.head.paying_bank),
                ..in_batch(batch, none)
            },
            Self::Line(batch, row) => of_line(batch, row, none),
            Self::Record(book, record) => {
                let batch = record.batch.and_then(|batch| book.batch(batch));
                let whole = match batch {
                    Some(batch) => in_batch(batch, none),
                    None => none,
                };
                Break {
                    bank: Some(record.bank),
                    amount_fen: record.expected_fen,
                    reported_fen: record.reported_fen,
                    why: record.why.clone(),
                    ..whole
                }
            }
            Self::Message(bank, message) => Break {
                bank: Some(bank),
                why: message.to_owned(),
                ..none
            },
            Self::Defect(what) => Break {
                why: what.to_owned(),
                ..none
            },
        }
    }
}

fn of_line(batch: &Batch, row: u32, none: Break) -> Break {
    let line = batch.line(row);
    let why = match (none.kind, line) {
        (BreakKind::Unknown, _) => "bank_evidence_or_resolution",
        (_, Some(line)) => line.state.as_str(),
        (_, None) => "",
    };
    Break {
        payment: Some(PaymentId {
            batch: batch.id(),
            row,
        }),
        file_no: line.map(|line| line.file_no).filter(|no| *no != 0),
        amount_fen: line.map(|line| line.amount_fen),
        reported_fen: line.and_then(|line| line.reported_fen),
        bank: Some(batch.head.paying_bank),
        why: why.to_owned(),
        ..in_batch(batch, none)
    }
}

fn in_batch(batch: &Batch, found: Break) -> Break {
    Break {
        employer: Some(batch.head.employer),
        batch: Some(batch.id()),
        ..found
    }
}
