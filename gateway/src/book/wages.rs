//! M14: the same wage is not paid again under another number while the first is on its way.

mod scope;

pub use scope::Scope;

use super::{Batch, Book, LineState, TableRow};
use schemas::value::{BatchId, PaymentId};
use std::collections::{BTreeMap, HashMap};

/// A person, by 64 bits of a keyed hash, and an amount in fen.
pub(super) type Wage = (u64, i64);

/// A line: place of its batch in the scope, index in the batch.
pub(super) type Place = (u32, u32);

/// The lines of a scope by their wage. Places are for ever: what a line's state is, the book
/// says when it is asked.
#[derive(Debug, Default)]
pub(super) struct Places {
    first: HashMap<Wage, Place>,
    // A wage is seldom in two batches: a correction, or a try that was withdrawn.
    further: BTreeMap<Wage, Vec<Place>>,
}

impl Places {
    fn add(&mut self, place: u32, batch: &Batch) {
        for (index, line) in (1u32..).zip(&batch.lines) {
            if line.state == LineState::Refused {
                continue;
            }
            let wage = (line.person, line.amount_fen);
            match self.first.entry(wage) {
                std::collections::hash_map::Entry::Vacant(free) => {
                    free.insert((place, index));
                }
                std::collections::hash_map::Entry::Occupied(_) => {
                    self.further.entry(wage).or_default().push((place, index));
                }
            }
        }
    }

    fn is_several(&self, wage: Wage) -> bool {
        self.further.contains_key(&wage)
    }

    /// In the order of the batches.
    pub(super) fn of(&self, wage: Wage) -> impl Iterator<Item = Place> + '_ {
        let first = self.first.get(&wage).copied();
        let further = first.and_then(|_| self.further.get(&wage));
        first
            .into_iter()
            .chain(further.into_iter().flatten().copied())
    }
}

/// The batches of a scope. Most scopes have one and no list of places: [`Book::place_near`] makes
/// it with the second batch near it, so that a further one costs by its own lines, not by all
/// before it.
#[derive(Debug, Default)]
pub(super) struct Scoped {
    pub(super) batches: Vec<BatchId>,
    pub(super) places: Option<Places>,
}

impl Scoped {
    /// Adds an accepted batch.
    pub(super) fn add(&mut self, batch: &Batch) {
        let place = u32::try_from(self.batches.len()).unwrap_or(u32::MAX);
        self.batches.push(batch.id());
        if let Some(places) = &mut self.places {
            places.add(place, batch);
        }
    }

    fn placed(&self, known: &BTreeMap<BatchId, Batch>) -> Places {
        let mut places = Places::default();
        for (place, id) in (0u32..).zip(&self.batches) {
            if let Some(batch) = known.get(id) {
                places.add(place, batch);
            }
        }
        places
    }
}

/// A line whose wage another batch carries already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InFlight {
    /// The line of the new batch.
    pub index: u32,
    /// The earlier payment.
    pub earlier: PaymentId,
    /// Where that one stands: final (paid) is a warning, anything else an error.
    pub state: LineState,
    /// Whether both batches name the same project, or none. Where only one names a project, a
    /// person must say whether it is the same wage.
    pub same_project: bool,
}

/// A line that asks where else its wage is.
#[derive(Clone, Copy, Debug)]
struct Asking {
    index: u32,
    wage: Wage,
    /// The family of the payment that it corrects: that one is judged by the rules of corrections.
    family: Option<PaymentId>,
}

impl Book {
    /// The lines of `rows` whose wage is on its way or paid in another batch; of a line in
    /// `corrects`, the wage of the payment that it corrects as well. Without a scope, because the
    /// month is not known, only the latter. Costs nothing where the employer has no other batch of
    /// the project and month, and a wage that many lines have is looked up once.
    ///
    /// People are compared by 64 bits of a keyed hash within one employer, project and month.
    #[must_use]
    pub fn in_flight(
        &self,
        own: Option<&Scope>,
        rows: &[TableRow],
        corrects: &[(u32, PaymentId)],
    ) -> Vec<InFlight> {
        let families: BTreeMap<u32, PaymentId> = corrects
            .iter()
            .map(|(index, original)| (*index, self.root_of(*original)))
            .collect();
        let asking = rows.iter().filter(|row| !row.refused).map(|row| Asking {
            index: row.index,
            wage: (row.person, row.amount_fen),
            family: families.get(&row.index).copied(),
        });
        let here = |own| self.elsewhere(own, asking, &|_, _| true);
        let mut found = own.map(here).unwrap_or_default();
        self.add_originals(corrects.iter().copied(), &|_, _| true, &mut found);
        found.into_values().collect()
    }

    /// Other payments of the wages of a batch that stand as of now, for its approver: without those
    /// that nobody has approved, whose own approver will be asked.
    #[must_use]
    pub fn elsewhere_of(&self, batch: &Batch) -> Vec<InFlight> {
        let (id, own) = (batch.id(), Scope::of(&batch.head));
        let lines = (1u32..).zip(&batch.lines);
        let asking = lines
            .filter(|(_, line)| matches!(line.state, LineState::Held | LineState::Released))
            .map(|(index, line)| Asking {
                index,
                wage: (line.person, line.amount_fen),
                family: batch.corrects.get(&index).map(|one| self.root_of(*one)),
            });
        let counts = |other: PaymentId, state| other.batch != id && state != LineState::Held;
        let mut found = self.elsewhere(&own, asking, &counts);
        let corrects = batch.corrects.iter().map(|(index, one)| (*index, *one));
        self.add_originals(corrects, &counts, &mut found);
        found.into_values().collect()
    }

    fn elsewhere(
        &self,
        own: &Scope,
        asking: impl Iterator<Item = Asking> + Clone,
        counts: &dyn Fn(PaymentId, LineState) -> bool,
    ) -> BTreeMap<u32, InFlight> {
        let mut found = BTreeMap::new();
        for (scope, scoped) in self.scopes_near(own) {
            let same_project = own.is_project_of(scope);
            let made;
            let places = match &scoped.places {
                Some(places) => places,
                None => {
                    made = scoped.placed(&self.batches);
                    &made
                }
            };
            let mut known: HashMap<(Wage, Option<PaymentId>), _> = HashMap::new();
            for Asking {
                index,
                wage,
                family,
            } in asking.clone()
            {
                let look = || self.carrier(scoped, places.of(wage), family, counts);
                let carrier = match places.is_several(wage) {
                    true => *known.entry((wage, family)).or_insert_with(look),
                    false => look(),
                };
                let Some((earlier, state)) = carrier else {
                    continue;
                };
                let one = InFlight {
                    index,
                    earlier,
                    state,
                    same_project,
                };
                // What is certain stands before a suspicion.
                let place = found.entry(index).or_insert(one);
                if same_project {
                    *place = one;
                }
            }
        }
        found
    }

    /// Who carries the wage of a payment that is to be corrected, or of one that it corrects in
    /// turn, outside their family: it was submitted again without naming them.
    fn original_elsewhere(
        &self,
        original: PaymentId,
        counts: &dyn Fn(PaymentId, LineState) -> bool,
    ) -> Option<(PaymentId, LineState, bool)> {
        let family = Some(self.root_of(original));
        let mut suspected = None;
        for one in self.line_of_corrections(original) {
            let (batch, line) = self.line(one)?;
            let own = Scope::of(&batch.head);
            for (scope, scoped) in self.scopes_near(&own) {
                let same_project = own.is_project_of(scope);
                let Some(places) = &scoped.places else {
                    // One batch, that of the payment: it is in no second one.
                    continue;
                };
                let wage = (line.person, line.amount_fen);
                match self.carrier(scoped, places.of(wage), family, counts) {
                    Some((payment, state)) if same_project => return Some((payment, state, true)),
                    Some((payment, state)) => suspected = Some((payment, state, false)),
                    None => {}
                }
            }
        }
        suspected
    }

    /// Adds for lines that correct others who else carries the wage that they stand for.
    fn add_originals(
        &self,
        corrects: impl Iterator<Item = (u32, PaymentId)>,
        counts: &dyn Fn(PaymentId, LineState) -> bool,
        found: &mut BTreeMap<u32, InFlight>,
    ) {
        for (index, original) in corrects {
            if let Some((earlier, state, same_project)) = self.original_elsewhere(original, counts)
            {
                found.entry(index).or_insert(InFlight {
                    index,
                    earlier,
                    state,
                    same_project,
                });
            }
        }
    }

    /// The batch's own scope, and those of the month that differ only in that one side names no
    /// project: the code is optional, and leaving it out must not hide a wage.
    pub(super) fn scopes_near<'b>(
        &'b self,
        own: &'b Scope,
    ) -> impl Iterator<Item = (&'b Scope, &'b Scoped)> {
        let of_month = self.scopes.range(own.without_project()..);
        of_month
            .take_while(|(scope, _)| own.is_month_of(scope))
            .filter(|(scope, _)| own.is_near(scope))
    }

    /// Makes the lists of places of the scopes near a new batch, where it is not the only one.
    pub(super) fn place_near(&mut self, own: &Scope) {
        let batches = self.scopes_near(own).map(|(_, one)| one.batches.len());
        if batches.sum::<usize>() < 2 {
            return;
        }
        for (scope, scoped) in self.scopes.range_mut(own.without_project()..) {
            if !own.is_month_of(scope) {
                break;
            }
            if own.is_near(scope) && scoped.places.is_none() {
                scoped.places = Some(scoped.placed(&self.batches));
            }
        }
    }

    /// The payment that carries the wage now: the first unfinished one, else the last paid. One
    /// that failed or came back and has a live correction is carried by that.
    fn carrier(
        &self,
        scoped: &Scoped,
        places: impl Iterator<Item = Place>,
        family: Option<PaymentId>,
        counts: &dyn Fn(PaymentId, LineState) -> bool,
    ) -> Option<(PaymentId, LineState)> {
        let mut known = None;
        for (place, row) in places {
            let batch = *scoped.batches.get(usize::try_from(place).ok()?)?;
            let earlier = PaymentId { batch, row };
            if family.is_some_and(|root| self.root_of(earlier) == root) {
                continue;
            }
            let Some((carrier, state)) = self.carried_by(earlier) else {
                continue;
            };
            if !counts(carrier, state) {
                continue;
            }
            if !state.is_final() {
                return Some((carrier, state));
            }
            known = Some((carrier, state));
        }
        known
    }

    /// Who carries the wage of a payment: itself, its live correction, or nobody.
    fn carried_by(&self, payment: PaymentId) -> Option<(PaymentId, LineState)> {
        let (_, line) = self.line(payment)?;
        if carries_the_wage(line.state) || line.disputed.is_some() {
            return Some((payment, line.state));
        }
        if line.state == LineState::Refused {
            return None;
        }
        let correction = self.live_correction(payment)?;
        let (_, line) = self.line(correction)?;
        Some((correction, line.state))
    }
}

/// Whether a payment of the wage is on its way or made.
pub(super) fn carries_the_wage(state: LineState) -> bool {
    match state {
        LineState::Held
        | LineState::Released
        | LineState::Intended
        | LineState::Accepted
        | LineState::Unknown
        | LineState::Paid => true,
        LineState::Failed | LineState::Returned | LineState::Cancelled | LineState::Refused => {
            false
        }
    }
}
