//! Where else a wage is: on its way or paid in another batch (M14, decision 012).
//!
//! The places of a wage are walked once a call, however many lines ask for it: what is kept of them
//! answers for every family.

mod months;
mod originals;

use super::carriers::{Answer, Carrier, Found, is_open, weight};
use super::corrections::Corrects;
use super::wages::{Places, Project, Scope, Scoped, Wage, carries_the_wage};
use super::{Batch, Book, Line, LineState, TableRow};
use originals::Originals;
use schemas::value::{BatchId, PaymentId};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A line whose wage another batch carries already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InFlight {
    /// The line of the new batch.
    pub index: u32,
    /// The earlier payment.
    pub earlier: PaymentId,
    /// Where that one stands: final (paid) is a warning, anything else an error.
    pub state: LineState,
    /// Whether both are of the same project, or of none. Where only one names a project, a person
    /// must say whether it is the same wage. A correction that names none is of its original's.
    pub same_project: bool,
    /// Whether both are of the same month. Where one of the two months was assumed, what is not
    /// finished in the month before or after may be the same wage, and a person must say so.
    pub same_month: bool,
}

/// A line that asks where else its wage is.
#[derive(Clone, Copy, Debug)]
struct Asking<'b> {
    index: u32,
    wage: Wage,
    corrects: Option<Corrects<'b>>,
}

impl Asking<'_> {
    /// Who carries its wage outside its own family.
    fn of(&self, own: &Scope, answer: &Answer<'_>) -> Option<Found> {
        let project = self.corrects.and_then(|of| of.project);
        let project = if matches!(own.project, Project::Named(_)) {
            &own.project
        } else {
            project.unwrap_or(&own.project)
        };
        answer.outside(project, self.corrects.map(|of| of.family))
    }
}

impl Book {
    /// The lines of `rows` whose wage is on its way or paid in another batch; of a line in
    /// `corrects`, the wage of the payment that it corrects as well. Without a scope, because the
    /// month is not known, only the latter. Costs nothing where the employer has no other batch of
    /// the project and month, and a wage that many lines have is looked up once. `month_assumed`:
    /// whether the month of the scope is a guess, so that the months beside it count as well.
    ///
    /// People are compared by 64 bits of a keyed hash within one employer, project and month.
    #[must_use]
    pub fn in_flight(
        &self,
        own: Option<&Scope>,
        month_assumed: bool,
        rows: &[TableRow],
        corrects: &[(u32, PaymentId)],
    ) -> Vec<InFlight> {
        let corrections = corrects.iter().copied();
        let corrections: BTreeMap<u32, Corrects<'_>> = corrections
            .map(|(index, original)| (index, self.correcting(original)))
            .collect();
        let asking = rows.iter().filter(|row| !row.refused).map(|row| Asking {
            index: row.index,
            wage: (row.person, row.amount_fen),
            corrects: corrections.get(&row.index).copied(),
        });
        let mut look = Look::new(self, &|_| true);
        if let Some(own) = own {
            look.lines(own, asking.clone());
            look.months_beside(own, month_assumed, asking);
        }
        look.originals(corrects.iter().copied());
        look.told()
    }

    /// Other payments of the wages of a batch that stand as of now, for its approver: without those
    /// that nobody has approved, whose own approver will be asked.
    #[must_use]
    pub fn elsewhere_of(&self, batch: &Batch) -> Vec<InFlight> {
        let (id, own) = (batch.id(), Scope::of(&batch.head));
        // A correction that was refused at the intake may name whatever it likes.
        let asks = |line: &Line| matches!(line.state, LineState::Held | LineState::Released);
        let corrects = || {
            let corrects = batch.corrects.iter().map(|(index, one)| (*index, *one));
            corrects.filter(|(index, _)| batch.line(*index).is_some_and(asks))
        };
        let corrections: BTreeMap<u32, Corrects<'_>> = corrects()
            .map(|(index, original)| (index, self.correcting(original)))
            .collect();
        let lines = (1u32..).zip(&batch.lines);
        let asking = lines
            .filter(|(_, line)| asks(line))
            .map(|(index, line)| Asking {
                index,
                wage: (line.person, line.amount_fen),
                corrects: corrections.get(&index).copied(),
            });
        let counts = |(other, state): Carrier| other.batch != id && state != LineState::Held;
        let mut look = Look::new(self, &counts);
        look.lines(&own, asking.clone());
        look.months_beside(&own, batch.head.may_have_assumed_month(), asking);
        look.originals(corrects());
        look.told()
    }
}

/// A scope and what is in it.
type Near<'b> = (&'b Scope, &'b Scoped);

/// One call's look at the book, and what it has found.
struct Look<'b, 'c> {
    book: &'b Book,
    counts: &'c dyn Fn(Carrier) -> bool,
    originals: BTreeMap<Scope, Originals<'b>>,
    /// Who carries the wage of a family with corrections.
    families: HashMap<PaymentId, Option<Carrier>>,
    /// Who carries a wage of such a family outside it.
    wages_of: HashMap<PaymentId, Option<Found>>,
    /// Whether only payments count whose month may have been assumed.
    of_assumed_months: bool,
    found: BTreeMap<u32, Told>,
}

/// What is told of a line.
#[derive(Clone, Copy, Debug)]
struct Told {
    found: Found,
    same_month: bool,
}

impl<'b, 'c> Look<'b, 'c> {
    fn new(book: &'b Book, counts: &'c dyn Fn(Carrier) -> bool) -> Self {
        Self {
            book,
            counts,
            originals: BTreeMap::new(),
            families: HashMap::new(),
            wages_of: HashMap::new(),
            of_assumed_months: false,
            found: BTreeMap::new(),
        }
    }

    /// Of all that is found for a line the weightiest is told, of two alike the first.
    fn find(&mut self, index: u32, new: Told) {
        let told = self.found.entry(index).or_insert(new);
        if weight(new.found) > weight(told.found) {
            *told = new;
        }
    }

    fn find_in_month(&mut self, index: u32, found: Found) {
        let same_month = true;
        self.find(index, Told { found, same_month });
    }

    fn told(self) -> Vec<InFlight> {
        let told = |(index, told): (u32, Told)| {
            let ((earlier, state), same_project) = told.found;
            InFlight {
                index,
                earlier,
                state,
                same_project,
                same_month: told.same_month,
            }
        };
        self.found.into_iter().map(told).collect()
    }

    /// Adds where the wages of lines are.
    fn lines(&mut self, own: &Scope, asking: impl Iterator<Item = Asking<'b>> + Clone) {
        let near: Vec<Near<'b>> = self.book.scopes_near(own).collect();
        if let [near] = near.as_slice() {
            return self.lines_in(own, *near, asking);
        }
        if near.is_empty() {
            return;
        }
        let answers = self.answers(&near, asking.clone());
        for one in asking {
            if let Some(answer) = answers.get(&one.wage) {
                self.tell(own, one, answer);
            }
        }
    }

    fn tell(&mut self, own: &Scope, one: Asking<'b>, answer: &Answer<'b>) {
        if let Some(found) = one.of(own, answer) {
            self.find_in_month(one.index, found);
        }
    }

    /// The same in one scope: nothing is kept of a wage that is in one place.
    fn lines_in(
        &mut self,
        own: &Scope,
        near: Near<'b>,
        asking: impl Iterator<Item = Asking<'b>> + Clone,
    ) {
        let made;
        let places = match &near.1.places {
            Some(places) => places,
            None => {
                made = self.placed(near.1, asking.clone());
                &made
            }
        };
        let mut known: HashMap<Wage, Answer<'b>> = HashMap::new();
        for one in asking {
            let mut walk = || {
                let mut answer = Answer::default();
                self.walk(near, places, one.wage, &mut answer);
                answer
            };
            if places.is_several(one.wage) {
                let answer = known.entry(one.wage).or_insert_with(walk);
                self.tell(own, one, answer);
            } else {
                let answer = walk();
                self.tell(own, one, &answer);
            }
        }
    }

    /// Who carries the wages asked for in scopes of which there may be many: each costs by the
    /// fewer of its wages and those asked for.
    fn answers(
        &mut self,
        near: &[Near<'b>],
        asking: impl Iterator<Item = Asking<'b>> + Clone,
    ) -> HashMap<Wage, Answer<'b>> {
        let asked: HashSet<Wage> = asking.clone().map(|one| one.wage).collect();
        let mut answers: HashMap<Wage, Answer<'b>> = HashMap::new();
        for (scope, scoped) in near {
            let made;
            let places = match &scoped.places {
                Some(places) => places,
                None => {
                    made = scoped.placed(&self.book.batches, &|wage| asked.contains(&wage));
                    &made
                }
            };
            let mut look = |wage: &Wage| {
                let mut answer = answers.remove(wage).unwrap_or_default();
                self.walk((scope, scoped), places, *wage, &mut answer);
                if !answer.is_empty() {
                    answers.insert(*wage, answer);
                }
            };
            if places.wage_count() < asked.len() {
                places
                    .wages()
                    .filter(|wage| asked.contains(wage))
                    .for_each(&mut look);
            } else {
                asked.iter().for_each(&mut look);
            }
        }
        answers
    }

    /// The places of a scope that has no list of them: all, or where lines are fewer, theirs.
    fn placed(&self, scoped: &Scoped, asking: impl Iterator<Item = Asking<'b>> + Clone) -> Places {
        let batches = &self.book.batches;
        let known = scoped.batches.iter().filter_map(|id| batches.get(id));
        if known.map(|batch| batch.lines.len()).sum::<usize>() <= asking.clone().count() {
            return scoped.placed(batches, &|_| true);
        }
        let asked: HashSet<Wage> = asking.map(|one| one.wage).collect();
        scoped.placed(batches, &|wage| asked.contains(&wage))
    }

    fn walk(
        &mut self,
        (scope, scoped): Near<'b>,
        places: &Places,
        wage: Wage,
        to: &mut Answer<'b>,
    ) {
        let counts = |batch: &BatchId| {
            let batch = self.book.batch(*batch);
            batch.is_some_and(|batch| batch.head.may_have_assumed_month())
        };
        for earlier in scoped.payments(places, wage) {
            if self.of_assumed_months && !counts(&earlier.batch) {
                continue;
            }
            let family = self.book.root_of(earlier);
            if let Some(carrier) = self.carried_by(earlier, family) {
                to.add(self.book.project_of(scope, earlier), family, carrier);
            }
        }
    }

    /// Who carries the wage of a payment: itself, another one of its family, or nobody. What is on
    /// its way or disputed stands before what is paid.
    fn carried_by(&mut self, payment: PaymentId, family: PaymentId) -> Option<Carrier> {
        let book = self.book;
        let (_, line) = book.line(payment)?;
        let own = self.carries(payment);
        if line.state == LineState::Refused || own.is_some_and(is_open) {
            return own;
        }
        let Some(corrections) = book.corrections.get(&family) else {
            return own;
        };
        let of_family = match self.families.get(&family) {
            Some(known) => *known,
            None => {
                let members = corrections.iter().rev().copied().chain([family]);
                let carriers = members.filter_map(|one| self.carries(one));
                let newest = carriers.clone().find(|one| is_open(*one));
                let newest = newest.or_else(|| carriers.clone().next());
                self.families.insert(family, newest);
                newest
            }
        };
        of_family.filter(|one| is_open(*one)).or(own).or(of_family)
    }

    /// A payment that counts here, where its wage may be paid by itself.
    fn carries(&self, payment: PaymentId) -> Option<Carrier> {
        super::visits::count();
        let (_, line) = self.book.line(payment)?;
        let may_be_paid = carries_the_wage(line.state) || line.disputed.is_some();
        let carrier = (payment, line.state);
        (may_be_paid && (self.counts)(carrier)).then_some(carrier)
    }
}
