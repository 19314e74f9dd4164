//! What of an adapter is ours and not the bank's.

use crate::adapter::BankAdapter;
use crate::definition::dialect::{Capability, Evidence};

impl BankAdapter {
    /// The messages that are ours, in whole or in a part that decides anything, though the dialect
    /// has a source: `push`, `returns`, steps (`upload`), or a step's request or reply alone
    /// (`query.reply`). Of two dialects, what either lists. With evidence `synthetic` everything
    /// is ours: then every step, `push` and `returns`.
    #[must_use]
    pub fn synthetic(&self) -> Vec<String> {
        let mut names = Vec::new();
        for own in self.by_dialect() {
            let further = match self.evidence() {
                Evidence::Synthetic => own.every_message(),
                Evidence::Observed | Evidence::Documented | Evidence::Certified => own.listed(),
            };
            for name in further {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// What its own dialect lists.
    pub(crate) fn listed(&self) -> Vec<String> {
        let listed = self.dialect.synthetic.iter();
        listed.map(|name| name.get_ref().clone()).collect()
    }

    fn every_message(&self) -> Vec<String> {
        let steps = self.dialect.steps().map(|step| step.name.clone());
        steps.chain(unasked(self.capability())).collect()
    }
}

/// What a bank tells of itself, by the names under which a dialect lists it.
pub(crate) fn unasked(capability: &Capability) -> impl Iterator<Item = String> {
    let told = [(capability.push, "push"), (capability.returns, "returns")];
    let told = told.into_iter().filter(|(has, _)| *has);
    told.map(|(_, name)| name.to_owned())
}
