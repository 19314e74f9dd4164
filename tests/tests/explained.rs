//! M12: the gateway explains itself. Every record about a batch is told; every wait has a state, a
//! number, an alarm and an entry of the runbook, and each is tried out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "explained/advised.rs"]
mod advised;
#[path = "explained/alarms.rs"]
mod alarms;
#[path = "explained/away.rs"]
mod away;
#[path = "explained/causes.rs"]
mod causes;
#[path = "explained/counted.rs"]
mod counted;
#[path = "explained/hindered.rs"]
mod hindered;
#[path = "explained/serving.rs"]
mod serving;
#[path = "explained/since.rs"]
mod since;
#[path = "explained/stories.rs"]
mod stories;
#[path = "explained/tasks.rs"]
mod tasks;
#[path = "explained/told.rs"]
mod told;
#[path = "explained/waits.rs"]
mod waits;
#[path = "explained/watched.rs"]
mod watched;
