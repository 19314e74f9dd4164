//! The checkers, one file an invariant (`gateway/docs/INVARIANTS.md`) and one more for M1 and M10.
//! What ought to be comes from what the world knows outside the gateway, and from the words of the
//! interface.

mod cursor;
mod foreign;
mod m01_once;
mod m02_intent_first;
mod m03_acknowledged;
mod m04_sums;
mod m05_moves;
mod m06_own;
mod m07_same_again;
mod m08_bytes;
mod m09_nobody_in_clear;
mod m10_checkpoints;
mod m10_tampered;
mod m11_nothing_dropped;
mod m12_nothing_stuck;
mod m13_not_alone;
mod m14_same_wage;
mod paid_twice;
mod reading;
mod tested;

use super::checker::Checker;
use reading::Shared;

/// The checkers of a new world, in the order of the invariants.
#[must_use]
pub fn all() -> Vec<Box<dyn Checker>> {
    let reading = Shared::default();
    let shared = || Shared::clone(&reading);
    vec![
        Box::new(m01_once::Once::new(shared())),
        Box::new(m02_intent_first::IntentFirst::new(shared())),
        Box::new(m03_acknowledged::Kept::new(shared())),
        Box::new(m04_sums::Sums::new(shared())),
        Box::new(m05_moves::Moves::new(shared())),
        Box::new(m06_own::Own::new(shared())),
        Box::new(m07_same_again::SameAgain::new(shared())),
        Box::new(m08_bytes::Bytes::new(shared())),
        Box::new(m09_nobody_in_clear::NobodyInClear::new(shared())),
        Box::new(m10_tampered::Tampered::new(shared())),
        Box::new(m10_checkpoints::Checkpoints::new()),
        Box::new(m11_nothing_dropped::NothingDropped::new(shared())),
        Box::new(m12_nothing_stuck::NothingStuck::new(shared())),
        Box::new(m13_not_alone::NotAlone::new(shared())),
        Box::new(m14_same_wage::OneWage::new(shared())),
    ]
}
