//! What keeps a line from being sent though it was released: its wage is elsewhere after all
//! (decision 012), or may have been sent since a copy was made (decision 023).

use super::outside::Outside;
use super::wages::{Scope, Wage, carries_the_wage};
use super::{Batch, Book, CorrectionConflict, Line};
use schemas::value::PaymentId;
use std::collections::{BTreeMap, HashMap};

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

    /// The first payment of a payment's family that is disputed.
    #[must_use]
    pub fn first_disputed(&self, member: PaymentId) -> Option<PaymentId> {
        let is_disputed = |one: &PaymentId| {
            let line = self.line(*one);
            line.is_some_and(|(_, line)| line.disputed.is_some())
        };
        self.family(self.root_of(member)).find(is_disputed)
    }
}

/// What bars one wage.
#[derive(Clone, Copy, Debug, Default)]
struct Barring {
    /// Disputed payments, the first of each family.
    disputed: Outside<PaymentId>,
    /// Payments that were revived since the approval, and at which record; the newest first.
    revived: Outside<(PaymentId, u64)>,
}

/// What bars each wage near a scope.
type ByWage = HashMap<Wage, Barring>;

/// What keeps the lines of one batch from being sent. The payments that may bar others, those of
/// families with a disputed or revived one, are few: they are looked up once, and the lines only
/// ask for their wages.
#[derive(Debug)]
pub struct Bars<'b> {
    book: &'b Book,
    batch: &'b Batch,
    scope: Scope,
    own: Option<ByWage>,
    originals: BTreeMap<Scope, ByWage>,
}

/// What keeps one line from being sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Why.
    pub why: CorrectionConflict,
    /// The payment that stands against it, where one does.
    pub by: Option<PaymentId>,
    /// Since when, Unix milliseconds: that payment is disputed or in its state, and the line
    /// released.
    pub since_ms: i64,
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
        if book.is_set_apart(batch.id()) {
            return Err(CorrectionConflict::Restored);
        }
        // Its own family is judged by the rules of corrections.
        if let Some(original) = batch.corrects.get(&row) {
            let batch = batch.id();
            book.correction_holds(*original, PaymentId { batch, row })?;
        }
        let (disputed, revived) = self.twins(row, line);
        if disputed.is_some() {
            return Err(CorrectionConflict::Disputed);
        }
        revived.map_or(Ok(()), |(one, _)| Err(CorrectionConflict::Elsewhere(one)))
    }

    /// What keeps a line from being sent, by which payment and since when; `None` where nothing
    /// does.
    pub fn bar(&mut self, row: u32) -> Option<Bar> {
        let why = self.of(row).err()?;
        let (book, batch) = (self.book, self.batch);
        let line = batch.line(row)?;
        let original = batch.corrects.get(&row).copied();
        let (by, is_disputed) = match why {
            CorrectionConflict::Live(one) | CorrectionConflict::Elsewhere(one) => {
                (Some(one), false)
            }
            CorrectionConflict::State(_) => (original, false),
            CorrectionConflict::Disputed => {
                let own = original.and_then(|one| book.first_disputed(one));
                (own.or_else(|| self.twins(row, line).0), true)
            }
            CorrectionConflict::Unknown | CorrectionConflict::Restored => (None, false),
        };
        let stands_since = |one: PaymentId| {
            let (of, line) = book.line(one)?;
            let disputed_ms = of.doubts.disputed_ms(one.row).filter(|_| is_disputed);
            Some(disputed_ms.unwrap_or(line.since_ms))
        };
        let released_ms = batch.released_ms.unwrap_or(line.since_ms);
        let stands_ms = by.and_then(stands_since).unwrap_or(released_ms);
        Some(Bar {
            why,
            by,
            since_ms: stands_ms.max(released_ms),
        })
    }

    /// A payment of the wage of a line, or of another one of its family, that is disputed
    /// elsewhere, and the one that was revived last.
    fn twins(&mut self, row: u32, line: &Line) -> (Option<PaymentId>, Option<(PaymentId, u64)>) {
        let (book, batch) = (self.book, self.batch);
        let original = batch.corrects.get(&row).copied();
        let family = original.map(|one| book.root_of(one));
        let mut found = Found {
            family,
            disputed: None,
            revived: None,
        };
        let own = self
            .own
            .get_or_insert_with(|| barring(book, batch, &self.scope));
        found.add(own, (line.person, line.amount_fen));
        // The wages of those that it stands for, submitted again without naming them.
        let others = family.into_iter().flat_map(|root| book.family(root));
        for one in others.filter(|one| one.batch != batch.id()) {
            if let Some((earlier, line)) = book.line(one) {
                let (scope, wage) = (Scope::of(&earlier.head), (line.person, line.amount_fen));
                let known = self.originals.entry(scope.clone());
                let known = known.or_insert_with(|| barring(book, batch, &scope));
                found.add(known, wage);
            }
        }
        (found.disputed, found.revived)
    }
}

/// What bars one line, outside its family.
struct Found {
    family: Option<PaymentId>,
    disputed: Option<PaymentId>,
    revived: Option<(PaymentId, u64)>,
}

impl Found {
    fn add(&mut self, of: &ByWage, wage: Wage) {
        let Some(barring) = of.get(&wage) else {
            return;
        };
        self.disputed = self.disputed.or_else(|| barring.disputed.of(self.family));
        let newer = |one: &(PaymentId, u64)| self.revived.is_none_or(|(_, known)| one.1 > known);
        self.revived = barring
            .revived
            .of(self.family)
            .filter(newer)
            .or(self.revived);
    }
}

/// What of other batches near a scope bars wages.
fn barring(book: &Book, own: &Batch, scope: &Scope) -> ByWage {
    let mut barring = ByWage::new();
    let mut revived = Vec::new();
    let mut families = HashMap::new();
    for (_, scoped) in book.scopes_near(scope) {
        if scoped.places.is_none() {
            // One batch: its wages are in no second one.
            continue;
        }
        let payments = scoped.may_bar.values();
        for payment in payments.filter(|one| one.batch != own.id()) {
            super::visits::count();
            let Some((_, line)) = book.line(*payment) else {
                continue;
            };
            let root = book.root_of(*payment);
            let of_family = families.entry(root);
            let (disputed, newest) = *of_family.or_insert_with(|| family_bars(book, own, root));
            let wage = (line.person, line.amount_fen);
            if let Some(one) = disputed {
                let of_wage = barring.entry(wage).or_default();
                of_wage.disputed.add_last(root, one);
            }
            revived.extend(newest.map(|newest| (newest, root, wage)));
        }
    }
    revived.sort_by_key(|((_, at), ..)| std::cmp::Reverse(*at));
    for (newest, root, wage) in revived {
        let of_wage = barring.entry(wage).or_default();
        of_wage.revived.add_last(root, newest);
    }
    barring
}

/// What of a family bars others.
type FamilyBars = (Option<PaymentId>, Option<(PaymentId, u64)>);

/// The first payment of a family that is disputed, and the one that two people said last to be
/// paid after all, where nobody has approved the batch since.
fn family_bars(book: &Book, own: &Batch, root: PaymentId) -> FamilyBars {
    let (mut disputed, mut newest) = (None, None);
    for one in book.family(root) {
        super::visits::count();
        let Some((_, line)) = book.line(one) else {
            continue;
        };
        if line.disputed.is_some() {
            disputed = disputed.or(Some(one));
        }
        let revived = book.revived.get(&one).copied();
        let unseen = |at: &u64| *at > own.approved_at && carries_the_wage(line.state);
        if let Some(at) = revived.filter(unseen) {
            newest = newest.filter(|(_, known)| *known > at).or(Some((one, at)));
        }
    }
    (disputed, newest)
}
