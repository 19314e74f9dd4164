//! What keeps a line from being sent though it was released: its wage is elsewhere after all
//! (decision 012).

use super::outside::Outside;
use super::wages::{Scope, Wage, carries_the_wage};
use super::{Batch, Book, CorrectionConflict, Line, LineState};
use schemas::value::PaymentId;
use std::collections::{BTreeMap, BTreeSet, HashMap};

impl Book {
    /// What keeps lines of a batch from being sent.
    #[must_use]
    pub fn bars<'b>(&'b self, batch: &'b Batch) -> Bars<'b> {
        Bars {
            book: self,
            scope: Scope::of(&batch.head),
            batch,
            own: None,
            originals: BTreeMap::new(),
        }
    }
}

/// What bars each wage, first things first.
type Barring = HashMap<Wage, Outside<CorrectionConflict>>;

/// What keeps the lines of one batch from being sent. The payments that may bar others, disputed
/// or revived, are few: they are looked up once, and the lines only ask for their wages.
#[derive(Debug)]
pub struct Bars<'b> {
    book: &'b Book,
    batch: &'b Batch,
    scope: Scope,
    own: Option<Barring>,
    originals: BTreeMap<Scope, Barring>,
}

impl Bars<'_> {
    /// Whether a line may be sent: asked again before it is, because since it was approved another
    /// payment of the same wage may have become disputed or turned out to be paid.
    ///
    /// # Errors
    /// Why not.
    pub fn of(&mut self, row: u32) -> Result<(), CorrectionConflict> {
        let (book, batch) = (self.book, self.batch);
        let Some(line) = batch.line(row) else {
            return Err(CorrectionConflict::Unknown);
        };
        let wage = (line.person, line.amount_fen);
        let own = self
            .own
            .get_or_insert_with(|| barring(book, batch, &self.scope));
        outside(own, wage, None)?;
        let Some(original) = batch.corrects.get(&row) else {
            return Ok(());
        };
        let payment = PaymentId {
            batch: batch.id(),
            row,
        };
        book.correction_holds(*original, payment)?;
        // The wages of those that it stands for, submitted again without naming them.
        let family = Some(book.root_of(*original));
        for one in book.line_of_corrections(*original) {
            if let Some((earlier, line)) = book.line(one) {
                let (scope, wage) = (Scope::of(&earlier.head), (line.person, line.amount_fen));
                let known = self.originals.entry(scope.clone());
                let known = known.or_insert_with(|| barring(book, batch, &scope));
                outside(known, wage, family)?;
            }
        }
        Ok(())
    }
}

fn outside(
    barring: &Barring,
    wage: Wage,
    family: Option<PaymentId>,
) -> Result<(), CorrectionConflict> {
    let why = barring.get(&wage).and_then(|of| of.of(family));
    why.map_or(Ok(()), Err)
}

/// What of other batches near a scope bars wages: the first payment of the first batch first.
fn barring(book: &Book, own: &Batch, scope: &Scope) -> Barring {
    let mut barring = Barring::new();
    for (_, scoped) in book.scopes_near(scope) {
        if scoped.places.is_none() {
            // One batch: its wages are in no second one.
            continue;
        }
        let batches = scoped.may_bar.values().filter(|id| **id != own.id());
        for batch in batches.filter_map(|id| book.batch(*id)) {
            for row in may_bar(book, batch) {
                super::visits::count();
                let payment = PaymentId {
                    batch: batch.id(),
                    row,
                };
                let Some(line) = batch.line(row) else {
                    continue;
                };
                if let Some(why) = barred_by(book, own, (payment, line)) {
                    let of_wage = barring.entry((line.person, line.amount_fen));
                    let of_wage = of_wage.or_default();
                    of_wage.add_last(book.root_of(payment), why);
                }
            }
        }
    }
    barring
}

/// Lines of a batch that may bar others, in their order.
fn may_bar(book: &Book, batch: &Batch) -> BTreeSet<u32> {
    let id = batch.id();
    let first = PaymentId { batch: id, row: 0 };
    let last = PaymentId {
        batch: id,
        row: u32::MAX,
    };
    let revived = book.revived.range(first..=last).map(|(one, _)| one.row);
    let rows = revived.chain(batch.disputed_lines());
    let taken = |row: &u32| {
        batch
            .line(*row)
            .is_some_and(|line| line.state != LineState::Refused)
    };
    rows.filter(taken).collect()
}

fn barred_by(
    book: &Book,
    own: &Batch,
    (other, line): (PaymentId, &Line),
) -> Option<CorrectionConflict> {
    if line.disputed.is_some() {
        return Some(CorrectionConflict::Disputed);
    }
    // Two people said that it is paid after all, and nobody has approved this one since.
    let revived = book.revived.get(&other)?;
    let unseen = *revived > own.approved_at && carries_the_wage(line.state);
    unseen.then_some(CorrectionConflict::Elsewhere(other))
}
