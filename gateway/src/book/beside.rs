//! One wage twice in one file: a line corrects its payment, and another pays it without naming it
//! (decision 012). In two files the second is found by [`Book::in_flight`].

use super::outside::Outside;
use super::wages::{Project, Scope, Wage};
use super::{Batch, Book, LineState};
use schemas::value::{BatchId, PayMonth, PaymentId};
use std::collections::{BTreeMap, HashMap};

/// A line that pays a wage which an earlier line of its file pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The line, by index.
    pub index: u32,
    /// The earlier one.
    pub earlier: u32,
    /// Whether both are of the same project, or of none. Where only one names a project, a person
    /// must say whether it is the same wage.
    pub same_project: bool,
}

/// A wage for which a correction stands: that of a payment of its family. Its own amount is none:
/// it may be less.
struct Stood<'b> {
    wage: (PayMonth, Wage),
    project: &'b Project,
    /// The batch of the payment.
    batch: BatchId,
}

/// Who of a file pays one wage so far. Two payments of one batch were two wages from the start, so
/// their corrections are no twins: those of one batch count as a family here.
#[derive(Default)]
struct Payers<'b> {
    plain: Option<u32>,
    by_project: BTreeMap<&'b Project, Outside<u32, BatchId>>,
    all: Outside<u32, BatchId>,
}

/// The earlier line, and whether it is of the same project.
type Found = (u32, bool);

impl<'b> Payers<'b> {
    fn add(&mut self, index: u32, stood: &Stood<'b>) {
        let of_project = self.by_project.entry(stood.project).or_default();
        of_project.add_last(stood.batch, index);
        self.all.add_last(stood.batch, index);
    }

    fn of(&self, project: &Project, batch: Option<BatchId>) -> Option<u32> {
        self.by_project.get(project).and_then(|of| of.of(batch))
    }

    /// A correction that stands for the wage of a project: of another batch's payment, where one is
    /// named.
    fn correction(&self, project: &Project, but: Option<BatchId>) -> Option<Found> {
        let certain = self.of(project, but).map(|one| (one, true));
        let suspected = || match project {
            Project::Unnamed | Project::Unread => self.all.of(but),
            Project::Named(_) => self.of(&Project::Unnamed, but),
        };
        certain.or_else(|| suspected().map(|one| (one, false)))
    }

    /// The line that pays what a correction stands for.
    fn beside_correction(&self, stood: &Stood<'b>, own: &Project) -> Option<Found> {
        let plain = self.plain.filter(|_| own.is_near(stood.project));
        let plain = plain.map(|one| (one, stood.project == own));
        weightier(plain, self.correction(stood.project, Some(stood.batch)))
    }
}

/// The same project before a suspicion, then the first line.
fn weightier(one: Option<Found>, other: Option<Found>) -> Option<Found> {
    let order = |(index, same): &Found| (!same, *index);
    one.into_iter().chain(other).min_by_key(order)
}

impl Book {
    /// Lines of a file that pay a wage which an earlier line of it pays, one of the two as a
    /// correction: of a payment of that wage, or of another one of its family. `lines` are those
    /// that nothing refuses, in order, with their wages; `corrects` names some of them. A line that
    /// is found to be of the same project pays nothing, so no further one is found beside it.
    /// `batch` is the number that the file has or would have.
    ///
    /// Costs nothing where no line corrects another.
    #[must_use]
    pub fn beside(
        &self,
        (batch, own): (BatchId, &Scope),
        lines: impl Iterator<Item = (u32, (u64, i64))>,
        corrects: &BTreeMap<u32, PaymentId>,
    ) -> Vec<Beside> {
        let mut found = Vec::new();
        if corrects.is_empty() {
            return found;
        }
        let mut payers: HashMap<(PayMonth, Wage), Payers<'_>> = HashMap::new();
        let stood: BTreeMap<u32, Vec<Stood<'_>>> = corrects
            .iter()
            .map(|(index, original)| (*index, self.stands_for(batch, *original)))
            .collect();
        for of in stood.values().flatten() {
            payers.entry(of.wage).or_default();
        }
        for (index, wage) in lines {
            let wage = (own.month, wage);
            let of_correction = stood.get(&index);
            let earlier = match of_correction {
                Some(of) => of.iter().fold(None, |known, one| {
                    let payers = payers.get(&one.wage);
                    let new = payers.and_then(|of| of.beside_correction(one, &own.project));
                    weightier(known, new)
                }),
                None => payers
                    .get(&wage)
                    .and_then(|of| of.correction(&own.project, None)),
            };
            if let Some((earlier, same_project)) = earlier {
                found.push(Beside {
                    index,
                    earlier,
                    same_project,
                });
                if same_project {
                    continue;
                }
            }
            match of_correction {
                Some(of) => {
                    for one in of {
                        payers.entry(one.wage).or_default().add(index, one);
                    }
                }
                None => {
                    if let Some(payers) = payers.get_mut(&wage) {
                        payers.plain.get_or_insert(index);
                    }
                }
            }
        }
        found
    }

    /// The wages of a payment and its family, of whatever month and project, outside the batch that
    /// corrects it.
    fn stands_for(&self, own: BatchId, original: PaymentId) -> Vec<Stood<'_>> {
        let mut stood = Vec::new();
        let family = self.family(self.root_of(original));
        for one in family.filter(|one| one.batch != own) {
            super::visits::count();
            let Some((batch, line)) = self.line(one) else {
                continue;
            };
            let scope = self.scopes.get_key_value(&Scope::of(&batch.head));
            let Some((scope, _)) = scope.filter(|_| line.state != LineState::Refused) else {
                continue;
            };
            stood.push(Stood {
                wage: (scope.month, (line.person, line.amount_fen)),
                project: self.project_of(scope, one),
                batch: one.batch,
            });
        }
        stood
    }

    /// Whether [`Book::beside`] finds any among the lines of a batch that may still leave.
    #[must_use]
    pub(super) fn has_beside(&self, batch: &Batch) -> bool {
        let may_leave = |state| matches!(state, LineState::Held | LineState::Released);
        let lines = (1u32..).zip(&batch.lines);
        let lines = lines.filter(|(_, line)| may_leave(line.state));
        let lines = lines.map(|(index, line)| (index, (line.person, line.amount_fen)));
        let corrects = batch.corrects.iter();
        let corrects = corrects.filter(|(index, _)| {
            let line = batch.line(**index);
            line.is_some_and(|line| may_leave(line.state))
        });
        let corrects = corrects.map(|(index, one)| (*index, *one)).collect();
        let own = Scope::of(&batch.head);
        !self.beside((batch.id(), &own), lines, &corrects).is_empty()
    }
}
