//! 模拟: the whole gateway in a world that one seed drives: clock, disk, network, banks, people
//! and crashes. The same seed gives the same world, event by event. What must hold whatever
//! happens are M1 to M14 of the design; whoever checks one takes what ought to be from outside the
//! code that he checks.

pub mod audit;
mod breach;
pub mod checker;
pub mod checkers;
pub mod faults;
pub mod outside;

pub use breach::Breach;
