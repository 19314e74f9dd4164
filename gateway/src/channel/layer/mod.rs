//! What every channel gets around it, written once: a stop for defects, a total time limit, a
//! pace, a limit of messages under way, metrics, a trace.
//!
//! The law of all layers, tested with an inner channel that fails in every way: no error becomes
//! a success, and what is perhaps sent never becomes certainly not sent.

mod guarded;
mod limited;
mod metered;
mod paced;
mod timed;
mod traced;

pub use guarded::Guarded;
pub use limited::Limited;
pub use metered::Metered;
pub use paced::Paced;
pub use timed::Timed;
pub use traced::Traced;
