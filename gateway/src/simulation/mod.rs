//! The gateway's world under one seed: what happens in it, and what must hold whatever happens
//! (`anxin simulate`). The rules are M1 to M14 of the design; whoever checks one takes what ought
//! to be from outside the code that he checks.

pub mod audit;
mod breach;

pub use breach::Breach;
