//! M14: the same wage is not paid again under another number while the first is on its way.

use super::{Batch, Book, LineState};
use crate::event::AcceptedHead;
use schemas::value::{BatchId, PayMonth, PaymentId, Uscc, folded};
use std::collections::{BTreeMap, HashMap};

/// Where two lines can be the same wage: employer, project and month.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    employer: Uscc,
    pub(super) month: PayMonth,
    pub(super) project: Project,
}

/// What a file says of its project. The unnamed one comes first: near scopes are a range.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Project {
    Unnamed,
    /// A code, folded: two spellings of one are one project.
    Named(String),
    /// Something that is no code. No batch has it, so it is nobody's own project, and may be any.
    Unread,
}

impl Project {
    /// Whether the two can be one project: leaving it out must not hide a wage.
    pub(super) fn is_near(&self, other: &Self) -> bool {
        let unsaid = |one: &Self| !matches!(one, Self::Named(_));
        unsaid(self) || unsaid(other) || self == other
    }
}

impl Scope {
    /// The scope of a batch.
    #[must_use]
    pub fn of(head: &AcceptedHead) -> Self {
        Self::new(head.employer, head.pay_month, head.project_code.as_deref())
    }

    /// The scope of a file that names a project, or none.
    #[must_use]
    pub fn new(employer: Uscc, month: PayMonth, project: Option<&str>) -> Self {
        Self {
            employer,
            month,
            project: project.map_or(Project::Unnamed, |code| Project::Named(folded(code))),
        }
    }

    /// The scope of a file whose project can't be read.
    #[must_use]
    pub fn of_unread_project(employer: Uscc, month: PayMonth) -> Self {
        Self {
            employer,
            month,
            project: Project::Unread,
        }
    }
}

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
    fn add(&mut self, place: u32, batch: &Batch, wanted: &dyn Fn(Wage) -> bool) {
        for (index, line) in (1u32..).zip(&batch.lines) {
            let wage = (line.person, line.amount_fen);
            if line.state == LineState::Refused || !wanted(wage) {
                continue;
            }
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

    /// Whether a wage is in more than one place.
    pub(super) fn is_several(&self, wage: Wage) -> bool {
        self.further.contains_key(&wage)
    }

    /// How many different wages there are.
    pub(super) fn wage_count(&self) -> usize {
        self.first.len()
    }

    /// The wages, in no order.
    pub(super) fn wages(&self) -> impl Iterator<Item = &Wage> {
        self.first.keys()
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

/// The batches of a scope. Most scopes have one and no list of places: [`Book::place_near`] makes
/// it with the second batch near it, so that a further one costs by its own lines, not by all
/// before it.
#[derive(Debug, Default)]
pub(super) struct Scoped {
    pub(super) batches: Vec<BatchId>,
    pub(super) places: Option<Places>,
    /// Payments of families that had a disputed or revived one, in the order of the batches: by
    /// the sequence of the closing record, and index.
    pub(super) may_bar: BTreeMap<(u64, u32), PaymentId>,
    /// Whether the month of one of its batches may have been assumed.
    pub(super) may_be_of_other_month: bool,
}

impl Scoped {
    /// Adds an accepted batch.
    pub(super) fn add(&mut self, batch: &Batch) {
        let place = u32::try_from(self.batches.len()).unwrap_or(u32::MAX);
        self.batches.push(batch.id());
        self.may_be_of_other_month |= batch.head.may_have_assumed_month();
        if let Some(places) = &mut self.places {
            places.add(place, batch, &|_| true);
        }
    }

    /// Places of the wages that are wanted.
    pub(super) fn placed(
        &self,
        known: &BTreeMap<BatchId, Batch>,
        wanted: &dyn Fn(Wage) -> bool,
    ) -> Places {
        let mut places = Places::default();
        for (place, id) in (0u32..).zip(&self.batches) {
            if let Some(batch) = known.get(id) {
                places.add(place, batch, wanted);
            }
        }
        places
    }

    /// The payments of a wage in the order of the batches; `places` are this scope's.
    pub(super) fn payments(&self, places: &Places, wage: Wage) -> impl Iterator<Item = PaymentId> {
        places.of(wage).filter_map(|(place, row)| {
            super::visits::count();
            let batch = *self.batches.get(usize::try_from(place).ok()?)?;
            Some(PaymentId { batch, row })
        })
    }
}

impl Book {
    /// The batch's own scope, and those of the month that differ only in that one side names no
    /// project: the code is optional, and leaving it out must not hide a wage.
    pub(super) fn scopes_near<'b>(
        &'b self,
        own: &Scope,
    ) -> impl Iterator<Item = (&'b Scope, &'b Scoped)> {
        let of_month = self.scopes.range(own.without_project()..);
        of_month
            .take_while(|(scope, _)| own.is_month_of(scope))
            .filter(|(scope, _)| own.is_near(scope))
    }

    /// Notes that a payment became disputed or revived: it and its family may bar others of their
    /// wages from now on.
    pub(super) fn note_may_bar(&mut self, payment: PaymentId) {
        let root = self.root_of(payment);
        if self.may_bar.insert(root) {
            let family: Vec<PaymentId> = self.family(root).collect();
            for member in family {
                self.list_may_bar(member);
            }
        }
    }

    /// Lists a payment of a family that may bar others.
    pub(super) fn list_may_bar(&mut self, payment: PaymentId) {
        let Some((batch, line)) = self.line(payment) else {
            return;
        };
        if line.state == LineState::Refused {
            return;
        }
        let place = (batch.accepted_at, payment.row);
        let scope = Scope::of(&batch.head);
        if let Some(scoped) = self.scopes.get_mut(&scope) {
            scoped.may_bar.insert(place, payment);
        }
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
                scoped.places = Some(scoped.placed(&self.batches, &|_| true));
            }
        }
    }
}

impl Scope {
    /// The same in the month before, and in the one after.
    pub(super) fn months_beside(&self) -> impl Iterator<Item = Self> + '_ {
        let (year, month) = (self.month.year(), self.month.month());
        let before = if month == 1 {
            (year.saturating_sub(1), 12)
        } else {
            (year, month.saturating_sub(1))
        };
        let after = if month == 12 {
            (year.saturating_add(1), 1)
        } else {
            (year, month.saturating_add(1))
        };
        let months = [before, after].into_iter();
        let months = months.filter_map(|(year, month)| PayMonth::new(year, month).ok());
        months.map(|month| Self {
            month,
            ..self.clone()
        })
    }

    fn without_project(&self) -> Self {
        Self {
            project: Project::Unnamed,
            ..self.clone()
        }
    }

    fn is_month_of(&self, other: &Self) -> bool {
        (self.employer, self.month) == (other.employer, other.month)
    }

    fn is_near(&self, other: &Self) -> bool {
        self.project.is_near(&other.project)
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
