//! The auditor of the journal ([`gateway::simulation::audit`]), as the suites call him.

pub use gateway::simulation::audit::audit;

use gateway::core::Core;

/// Fails with all breaches of a journal.
///
/// # Panics
/// When there is one.
pub fn assert_sound(core: &Core, place: &str) {
    let breaches: Vec<String> = audit(core).iter().map(ToString::to_string).collect();
    assert!(breaches.is_empty(), "{place}:\n  {}", breaches.join("\n  "));
}
