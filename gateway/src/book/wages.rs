//! M14: the same wage is not paid again under another number while the first is on its way.

use super::{Batch, Book, Line, LineState, TableRow};
use crate::event::AcceptedHead;
use schemas::value::{BatchId, PayMonth, PaymentId, Uscc};
use std::collections::{BTreeMap, HashMap};

/// Where two lines can be the same wage: employer, project and month.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    employer: Uscc,
    month: PayMonth,
    project: Option<String>,
}

impl Scope {
    /// The scope of a batch.
    #[must_use]
    pub fn of(head: &AcceptedHead) -> Self {
        Self {
            employer: head.employer,
            project: head.project_code.clone(),
            month: head.pay_month,
        }
    }

    /// Who pays.
    #[must_use]
    pub fn employer(&self) -> Uscc {
        self.employer
    }
}

/// A person, by 64 bits of a keyed hash, and an amount in fen.
type Wage = (u64, i64);

/// A line: place of its batch in the scope, index in the batch.
type Place = (u32, u32);

/// The lines of a scope by their wage. Places are for ever: what a line's state is, the book
/// says when it is asked.
#[derive(Debug, Default)]
struct Places {
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

    /// In the order of the batches.
    fn of(&self, wage: Wage) -> impl Iterator<Item = Place> + '_ {
        let first = self.first.get(&wage).copied();
        let further = first.and_then(|_| self.further.get(&wage));
        first
            .into_iter()
            .chain(further.into_iter().flatten().copied())
    }
}

/// The batches of a scope. Most scopes have one and no list of places: it is made with the
/// second batch, so that a further one costs by its own lines, not by all before it.
#[derive(Debug, Default)]
pub(super) struct Scoped {
    batches: Vec<BatchId>,
    places: Option<Places>,
}

impl Scoped {
    /// Adds an accepted batch that is not in `known` yet.
    pub(super) fn add(&mut self, batch: &Batch, known: &BTreeMap<BatchId, Batch>) {
        if self.places.is_none() && !self.batches.is_empty() {
            self.places = Some(self.placed(known));
        }
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

impl Book {
    /// The lines of `rows` whose wage is on its way or paid in an earlier batch. Costs nothing
    /// where the employer has no other batch of the project and month.
    ///
    /// People are compared by 64 bits of a keyed hash within one employer, project and month.
    #[must_use]
    pub fn in_flight(&self, own: &Scope, rows: &[TableRow]) -> Vec<InFlight> {
        let mut found = BTreeMap::new();
        for (scope, scoped) in self.scopes_near(own) {
            let same_project = scope.project == own.project;
            let made;
            let places = match &scoped.places {
                Some(places) => places,
                None => {
                    made = scoped.placed(&self.batches);
                    &made
                }
            };
            for row in rows.iter().filter(|row| !row.refused) {
                let wage = (row.person, row.amount_fen);
                let Some((earlier, state)) = self.carrier(scoped, places.of(wage)) else {
                    continue;
                };
                let known = InFlight {
                    index: row.index,
                    earlier,
                    state,
                    same_project,
                };
                // What is certain stands before a suspicion.
                let place = found.entry(row.index).or_insert(known);
                if same_project {
                    *place = known;
                }
            }
        }
        found.into_values().collect()
    }

    /// The batch's own scope, and those of the month that differ only in that one side names no
    /// project: the code is optional, and leaving it out must not hide a wage.
    fn scopes_near<'b>(&'b self, own: &'b Scope) -> impl Iterator<Item = (&'b Scope, &'b Scoped)> {
        let first = Scope {
            project: None,
            ..own.clone()
        };
        let of_month = self.scopes.range(first..);
        of_month
            .take_while({
                let (employer, month) = (own.employer, own.month);
                move |(scope, _)| (scope.employer, scope.month) == (employer, month)
            })
            .filter(move |(scope, _)| {
                let unsaid = scope.project.is_none() || own.project.is_none();
                unsaid || scope.project == own.project
            })
    }

    /// Another payment of the same wage whose outcome is disputed: until two people have decided
    /// what became of it, this one is not sent.
    pub(super) fn disputed_twin(
        &self,
        batch: &Batch,
        payment: PaymentId,
        line: &Line,
    ) -> Option<PaymentId> {
        let scoped = self.scopes.get(&Scope::of(&batch.head))?;
        let places = scoped.places.as_ref()?;
        places
            .of((line.person, line.amount_fen))
            .filter_map(|(place, row)| {
                let batch = *scoped.batches.get(usize::try_from(place).ok()?)?;
                Some(PaymentId { batch, row })
            })
            .filter(|other| other.batch != payment.batch)
            .find(|other| {
                self.line(*other)
                    .is_some_and(|(_, line)| line.disputed.is_some())
            })
    }

    /// The payment that carries the wage now: the first unfinished one, else the last paid.
    fn carrier(
        &self,
        scoped: &Scoped,
        places: impl Iterator<Item = Place>,
    ) -> Option<(PaymentId, LineState)> {
        let mut known = None;
        for (place, row) in places {
            let batch = *scoped.batches.get(usize::try_from(place).ok()?)?;
            let earlier = PaymentId { batch, row };
            let Some((_, line)) = self.line(earlier) else {
                continue;
            };
            if !carries_the_wage(line.state) && line.disputed.is_none() {
                continue;
            }
            if !line.state.is_final() {
                return Some((earlier, line.state));
            }
            known = Some((earlier, line.state));
        }
        known
    }
}

fn carries_the_wage(state: LineState) -> bool {
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
