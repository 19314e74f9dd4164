//! Who carries one wage, put together so that it answers for every project and family.

use super::LineState;
use super::outside::Outside;
use super::wages::Project;
use schemas::value::PaymentId;
use std::collections::BTreeMap;

/// A payment that carries a wage, and where it stands.
pub(super) type Carrier = (PaymentId, LineState);

/// Who carries a wage, and whether in the same project.
pub(super) type Found = (Carrier, bool);

/// The one order of what is told of a line: the same project before a suspicion, and of each what
/// is not finished before what is paid.
pub(super) fn weight((carrier, same_project): Found) -> (bool, bool) {
    (same_project, is_open(carrier))
}

/// Whether it is not finished. What is disputed and not paid is not.
pub(super) fn is_open((_, state): Carrier) -> bool {
    state != LineState::Paid
}

/// Who carries one wage.
#[derive(Clone, Copy, Debug, Default)]
struct Carriers {
    /// Unfinished ones, the first before the others. What is disputed is not finished.
    open: Outside<Carrier>,
    /// Paid ones, the last before the others.
    paid: Outside<Carrier>,
}

impl Carriers {
    fn add(&mut self, family: PaymentId, carrier: Carrier) {
        if is_open(carrier) {
            self.open.add_last(family, carrier);
        } else {
            self.paid.add_first(family, carrier);
        }
    }

    /// Who carries the wage outside a family: the first unfinished one, else the last paid.
    fn outside(&self, family: Option<PaymentId>) -> Option<Carrier> {
        self.open.of(family).or_else(|| self.paid.of(family))
    }
}

/// Who carries one wage in all scopes near another.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer<'b> {
    by_project: BTreeMap<&'b Project, Carriers>,
    all: Carriers,
}

impl<'b> Answer<'b> {
    /// Adds one behind the others.
    pub fn add(&mut self, project: &'b Project, family: PaymentId, carrier: Carrier) {
        self.by_project
            .entry(project)
            .or_default()
            .add(family, carrier);
        self.all.add(family, carrier);
    }

    /// Whether nobody carries it.
    pub fn is_empty(&self) -> bool {
        self.by_project.is_empty()
    }

    /// Who carries the wage of a project outside a family, and whether in the same project: what is
    /// certain stands before a suspicion.
    pub fn outside(&self, project: &Project, family: Option<PaymentId>) -> Option<Found> {
        let certain = self.by_project.get(project);
        let certain = certain.and_then(|of| of.outside(family));
        let certain = certain.map(|one| (one, true));
        certain.or_else(|| self.all.outside(family).map(|one| (one, false)))
    }
}
