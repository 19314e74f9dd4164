//! Where else a wage is: on its way or paid in another batch (M14, decision 012).
//!
//! The places of a wage are walked once a call, however many lines ask for it: what is kept of them
//! answers for every family.

use super::outside::Outside;
use super::wages::{Places, Scope, Scoped, Wage, carries_the_wage};
use super::{Batch, Book, LineState, TableRow};
use schemas::value::PaymentId;
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

/// A payment that carries a wage, and where it stands.
type Carrier = (PaymentId, LineState);

/// Who carries one wage of a scope.
#[derive(Clone, Copy, Debug, Default)]
struct Carriers {
    /// Unfinished ones, the first before the others.
    open: Outside<Carrier>,
    /// Finished ones, the last before the others.
    ended: Outside<Carrier>,
}

impl Carriers {
    /// Who carries the wage outside a family: the first unfinished one, else the last paid.
    fn outside(&self, family: Option<PaymentId>) -> Option<Carrier> {
        self.open.of(family).or_else(|| self.ended.of(family))
    }
}

/// Who carries one wage in all scopes near another.
#[derive(Clone, Copy, Debug, Default)]
struct Answer {
    /// In the scope of the same project, or of none where none is named.
    certain: Outside<Carrier>,
    /// In the others.
    suspected: Outside<Carrier>,
}

impl Answer {
    /// Adds a scope behind the others.
    fn add(&mut self, carriers: &Carriers, same_project: bool) {
        let place = match same_project {
            true => &mut self.certain,
            false => &mut self.suspected,
        };
        for (family, carrier) in carriers.open.iter().chain(carriers.ended.iter()) {
            place.add_last(family, carrier);
        }
    }

    /// Who carries the wage outside a family, and whether in the same project: what is certain
    /// stands before a suspicion.
    fn outside(&self, family: Option<PaymentId>) -> Option<(Carrier, bool)> {
        let certain = self.certain.of(family).map(|one| (one, true));
        certain.or_else(|| self.suspected.of(family).map(|one| (one, false)))
    }
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
        let mut look = Look::new(self, &|_| true);
        if let Some(own) = own {
            look.lines(own, asking);
        }
        look.originals(corrects.iter().copied());
        look.found.into_values().collect()
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
        let counts = |(other, state): Carrier| other.batch != id && state != LineState::Held;
        let mut look = Look::new(self, &counts);
        look.lines(&own, asking);
        look.originals(batch.corrects.iter().map(|(index, one)| (*index, *one)));
        look.found.into_values().collect()
    }
}

/// A scope and what is in it.
type Near<'b> = (&'b Scope, &'b Scoped);

/// What is known of the wages of payments that are corrected, by their own scope.
struct Originals<'b> {
    near: Vec<Near<'b>>,
    wages: HashMap<Wage, Answer>,
}

/// One call's look at the book, and what it has found.
struct Look<'b> {
    book: &'b Book,
    counts: &'b dyn Fn(Carrier) -> bool,
    originals: BTreeMap<Scope, Originals<'b>>,
    /// Live corrections by family.
    live: HashMap<PaymentId, Option<Carrier>>,
    found: BTreeMap<u32, InFlight>,
}

impl<'b> Look<'b> {
    fn new(book: &'b Book, counts: &'b dyn Fn(Carrier) -> bool) -> Self {
        Self {
            book,
            counts,
            originals: BTreeMap::new(),
            live: HashMap::new(),
            found: BTreeMap::new(),
        }
    }

    fn find(&mut self, index: u32, (earlier, state): Carrier, same_project: bool) {
        self.found.entry(index).or_insert(InFlight {
            index,
            earlier,
            state,
            same_project,
        });
    }

    /// Adds where the wages of lines are.
    fn lines(&mut self, own: &Scope, asking: impl Iterator<Item = Asking> + Clone) {
        let near: Vec<Near<'b>> = self.book.scopes_near(own).collect();
        if let [(scope, scoped)] = near.as_slice() {
            return self.lines_in(scoped, scope.is_project_of(own), asking);
        }
        if near.is_empty() {
            return;
        }
        let answers = self.answers(own, &near, asking.clone());
        for one in asking {
            let answer = answers.get(&one.wage);
            if let Some((carrier, certain)) = answer.and_then(|of| of.outside(one.family)) {
                self.find(one.index, carrier, certain);
            }
        }
    }

    /// The same in one scope: nothing is kept of a wage that is in one place.
    fn lines_in(
        &mut self,
        scoped: &Scoped,
        same_project: bool,
        asking: impl Iterator<Item = Asking> + Clone,
    ) {
        let made;
        let places = match &scoped.places {
            Some(places) => places,
            None => {
                made = self.placed(scoped, asking.clone());
                &made
            }
        };
        let mut known: HashMap<Wage, Carriers> = HashMap::new();
        for one in asking {
            let mut walk = || self.walk(scoped, places, one.wage);
            let carriers = match places.is_several(one.wage) {
                true => *known.entry(one.wage).or_insert_with(walk),
                false => walk(),
            };
            if let Some(carrier) = carriers.outside(one.family) {
                self.find(one.index, carrier, same_project);
            }
        }
    }

    /// Who carries the wages asked for in scopes of which there may be many: each costs by the
    /// fewer of its wages and those asked for.
    fn answers(
        &mut self,
        own: &Scope,
        near: &[Near<'b>],
        asking: impl Iterator<Item = Asking> + Clone,
    ) -> HashMap<Wage, Answer> {
        let asked: HashSet<Wage> = asking.clone().map(|one| one.wage).collect();
        let mut answers: HashMap<Wage, Answer> = HashMap::new();
        for (scope, scoped) in near {
            let made;
            let places = match &scoped.places {
                Some(places) => places,
                None => {
                    made = scoped.placed(&self.book.batches, &|wage| asked.contains(&wage));
                    &made
                }
            };
            let same_project = scope.is_project_of(own);
            let mut look = |wage: &Wage| {
                let carriers = self.walk(scoped, places, *wage);
                if carriers.outside(None).is_some() {
                    answers
                        .entry(*wage)
                        .or_default()
                        .add(&carriers, same_project);
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
    fn placed(&self, scoped: &Scoped, asking: impl Iterator<Item = Asking> + Clone) -> Places {
        let batches = &self.book.batches;
        let known = scoped.batches.iter().filter_map(|id| batches.get(id));
        if known.map(|batch| batch.lines.len()).sum::<usize>() <= asking.clone().count() {
            return scoped.placed(batches, &|_| true);
        }
        let asked: HashSet<Wage> = asking.map(|one| one.wage).collect();
        scoped.placed(batches, &|wage| asked.contains(&wage))
    }

    /// Adds for lines that correct others who else carries the wage that they stand for.
    fn originals(&mut self, corrects: impl Iterator<Item = (u32, PaymentId)>) {
        for (index, original) in corrects {
            if let Some((carrier, same_project)) = self.original(original) {
                self.find(index, carrier, same_project);
            }
        }
    }

    /// Who carries the wage of a payment that is to be corrected, or of one that it corrects in
    /// turn, outside their family: it was submitted again without naming them.
    fn original(&mut self, original: PaymentId) -> Option<(Carrier, bool)> {
        let book = self.book;
        let family = Some(book.root_of(original));
        let mut suspected = None;
        for one in book.line_of_corrections(original) {
            let (batch, line) = book.line(one)?;
            let (own, wage) = (Scope::of(&batch.head), (line.person, line.amount_fen));
            match self.of_original(own, wage).outside(family) {
                Some((carrier, true)) => return Some((carrier, true)),
                Some((carrier, false)) => suspected = Some((carrier, false)),
                None => {}
            }
        }
        suspected
    }

    fn of_original(&mut self, own: Scope, wage: Wage) -> Answer {
        let book = self.book;
        let of_scope = self.originals.entry(own.clone());
        let of_scope = of_scope.or_insert_with(|| Originals {
            near: book.scopes_near(&own).collect(),
            wages: HashMap::new(),
        });
        if let Some(known) = of_scope.wages.get(&wage) {
            return *known;
        }
        let mut answer = Answer::default();
        // Of several suspicions the last one is told.
        for (scope, scoped) in of_scope.near.clone().into_iter().rev() {
            // Without a list there is one batch, that of the payment: it is in no second one.
            if let Some(places) = &scoped.places {
                answer.add(&self.walk(scoped, places, wage), scope.is_project_of(&own));
            }
        }
        if let Some(of_scope) = self.originals.get_mut(&own) {
            of_scope.wages.insert(wage, answer);
        }
        answer
    }

    fn walk(&mut self, scoped: &Scoped, places: &Places, wage: Wage) -> Carriers {
        let mut carriers = Carriers::default();
        for earlier in scoped.payments(places, wage) {
            let family = self.book.root_of(earlier);
            let Some(carrier) = self.carried_by(earlier, family) else {
                continue;
            };
            if !(self.counts)(carrier) {
                continue;
            }
            if carrier.1.is_final() {
                carriers.ended.add_first(family, carrier);
            } else {
                carriers.open.add_last(family, carrier);
            }
            if carriers.open.is_full() {
                break;
            }
        }
        carriers
    }

    /// Who carries the wage of a payment: itself, the live correction of its family, or nobody.
    fn carried_by(&mut self, payment: PaymentId, family: PaymentId) -> Option<Carrier> {
        let book = self.book;
        let (_, line) = book.line(payment)?;
        if carries_the_wage(line.state) || line.disputed.is_some() {
            return Some((payment, line.state));
        }
        if line.state == LineState::Refused || !book.corrections.contains_key(&family) {
            return None;
        }
        *self.live.entry(family).or_insert_with(|| {
            let correction = book.live_correction(family)?;
            let (_, line) = book.line(correction)?;
            Some((correction, line.state))
        })
    }
}
