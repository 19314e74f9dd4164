//! The fast answers are those of the rules, over small books of every kind.

use super::*;
use crate::book::Scope;
use crate::event::Dispute;
use schemas::LineState;
use std::collections::BTreeMap;

/// A small generator of known sequence (splitmix64).
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }

    fn is_one_in(&mut self, number: u64) -> bool {
        self.below(number) == 0
    }
}

/// A file of a few people and amounts, some of whose lines correct earlier payments.
fn sheet(draw: &mut Draw, book: &Book) -> Sheet {
    let wages = (0..=draw.below(5))
        .map(|_| (draw.below(2), 1))
        .collect::<Vec<_>>();
    let mut sheet = Sheet::of(&wages);
    sheet.project = draw.one_of(&[None, Some("A"), Some("a"), Some("B")]);
    sheet.month = draw.one_of(&[10, 11, 11, 11]);
    sheet.assumed = draw.one_of(&[None, Some(false), Some(true)]);
    let known: Vec<PaymentId> = book
        .batches()
        .flat_map(|batch| {
            (1..)
                .zip(&batch.lines)
                .map(|(row, _)| payment(batch.id(), row))
        })
        .collect();
    for index in 1..=u32::try_from(wages.len()).unwrap() {
        if !known.is_empty() && draw.is_one_in(2) {
            sheet.corrects.push((index, draw.one_of(&known)));
        }
    }
    sheet
}

/// Puts lines into any state, whatever led there.
fn stir(draw: &mut Draw, book: &mut Book) {
    let ids: Vec<BatchId> = book.batches().map(Batch::id).collect();
    for id in ids {
        let sequence = book.sequence() + 1;
        let of = book.batches.get_mut(&id).unwrap();
        of.approved_at = draw.below(sequence) * 1_000;
        let mut may_bar = Vec::new();
        for row in 1..=u32::try_from(of.lines.len()).unwrap() {
            // What was refused when the file came stays so.
            of.line_mut(row).unwrap().state = draw.one_of(&LineState::ALL[..9]);
            let disputed = draw.is_one_in(6).then_some(Dispute::ResultMismatch);
            of.dispute(row, disputed, (0, 0)).unwrap();
            let revived = draw.is_one_in(6);
            if revived {
                // No record revives two.
                let further = u64::try_from(book.revived.len()).unwrap();
                let mut at = draw.below(sequence) * 1_000 + 1 + further;
                while book.revived.values().any(|known| *known == at) {
                    at += 1;
                }
                book.revived.insert(payment(id, row), at);
            }
            if revived || disputed.is_some() {
                may_bar.push(payment(id, row));
            }
        }
        for one in may_bar {
            book.note_may_bar(one);
        }
    }
}

#[test]
fn fast_answers_are_those_of_the_rules() {
    let refused = LineState::ALL
        .iter()
        .position(|state| *state == LineState::Refused);
    assert_eq!(refused, Some(9), "the others are drawn");
    let (mut found, mut of_other_months, mut barred) = (0, 0, 0);
    for seed in 0..2_000 {
        let mut draw = Draw(seed);
        let mut book = Book::default();
        for _ in 0..2 + draw.below(5) {
            let sheet = sheet(&mut draw, &book);
            accepted(&mut book, &sheet);
            stir(&mut draw, &mut book);
        }
        let new = sheet(&mut draw, &book);
        let scope = Scope::of(&new.head(BatchId::new(20_261_123, book.sequence() + 1)));
        let lines: Vec<_> = (1..).zip(new.lines.iter().copied()).collect();
        let corrects: BTreeMap<_, _> = new.corrects.iter().copied().collect();
        let assumed = new.assumed == Some(true);
        let fast = book.in_flight(Some(&scope), assumed, &new.rows(), &new.corrects);
        let own = naive::Own {
            scope: &scope,
            project: new.project,
            assumed,
        };
        let slow = naive::elsewhere(&book, &own, &lines, &corrects, &|_, _| true);
        assert_eq!(fast, slow, "seed {seed}, at intake");
        found += fast.len();
        of_other_months += fast.iter().filter(|one| !one.same_month).count();
        for of in book.batches() {
            assert_eq!(
                book.elsewhere_of(of),
                at_approval(&book, of),
                "seed {seed}, at approval"
            );
            let mut bars = book.bars(of);
            for row in 1..=u32::try_from(of.lines.len()).unwrap() {
                let fast = bars.of(row);
                assert_eq!(
                    fast,
                    naive::bar(&book, of, row),
                    "seed {seed}, before leaving"
                );
                barred += usize::from(fast.is_err());
            }
        }
    }
    assert!(
        found > 1_000 && of_other_months > 100 && barred > 1_000,
        "{found} found, {of_other_months} of other months, {barred} barred: too few to tell"
    );
}

fn at_approval(book: &Book, of: &Batch) -> Vec<super::super::InFlight> {
    let lines: Vec<_> = (1..)
        .zip(&of.lines)
        .filter(|(_, line)| matches!(line.state, LineState::Held | LineState::Released))
        .map(|(index, line)| (index, (line.person, line.amount_fen)))
        .collect();
    let asks = |index: &u32| lines.iter().any(|(own, _)| own == index);
    let corrects = of.corrects.iter().map(|(index, one)| (*index, *one));
    let corrects = corrects.filter(|(index, _)| asks(index)).collect();
    let counts = |one: PaymentId, state| one.batch != of.id() && state != LineState::Held;
    let own = naive::Own {
        scope: &Scope::of(&of.head),
        project: of.head.project_code.as_deref(),
        assumed: of.head.month_assumed == Some(true),
    };
    naive::elsewhere(book, &own, &lines, &corrects, &counts)
}
