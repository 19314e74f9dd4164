//! The checkers, one file an invariant (INVARIANTS.md).

use super::checker::Checker;

/// The checkers of a new world, in the order of the invariants.
#[must_use]
pub fn all() -> Vec<Box<dyn Checker>> {
    Vec::new()
}
