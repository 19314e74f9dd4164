//! 模拟: the whole gateway in a world that one seed drives: clock, disk, network, banks, people
//! and crashes. The same seed gives the same world, event by event.

pub mod checker;
pub mod checkers;
pub mod faults;
pub mod outside;
