//! 模拟: the whole gateway in a world that one seed drives: clock, disk, network, banks, people
//! and crashes. The same seed gives the same world, event by event.
//!
//! A run is many small worlds ([`run`]); a world ([`world`]) draws its scene (`scene`), polls its
//! actors in the order that the seed says (`actors`) and lets troubles strike (`trouble`). The
//! gateway in it is the real one (`gate`): opening and recovery, router, dispatchers, follower.
//! Banks (`bank`, `lies`, `teller`) and people (`office`, `operators`, `onlookers`, `court`) are
//! played. What they know ([`outside`]) is what checkers ([`checker`]) hold the gateway's record
//! against:
//! M1 to M14 of the design. Whoever checks one takes what ought to be from outside the code that he
//! checks.

mod actors;
pub mod audit;
mod bank;
mod breach;
mod calendar;
mod calls;
pub mod checker;
pub mod checkers;
mod court;
mod crossing;
mod dice;
pub mod faults;
mod gate;
mod keys;
mod lies;
mod line;
mod logs;
mod office;
mod onlookers;
mod operators;
pub mod outside;
mod restart;
pub mod run;
mod scene;
mod sheet;
mod stage;
mod stop;
mod teller;
mod trouble;
mod verifying;
pub mod world;

pub use breach::Breach;
pub use scene::SceneError;
