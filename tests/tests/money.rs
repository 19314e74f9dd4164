//! Money on every dialect (INVARIANTS M1 to M8, M11 to M14): a gateway's core on a disk in
//! memory, and the bank played from its own chair. After each story an auditor replays the
//! journal record by record.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// A test names the arms that it expects.
#![allow(clippy::wildcard_enum_match_arm)]

#[path = "money/beside.rs"]
mod beside;
#[path = "money/calendar.rs"]
mod calendar;
#[path = "money/contradicted.rs"]
mod contradicted;
#[path = "money/conversation.rs"]
mod conversation;
#[path = "money/correction.rs"]
mod correction;
#[path = "money/crash.rs"]
mod crash;
#[path = "money/crossing.rs"]
mod crossing;
#[path = "money/evidence.rs"]
mod evidence;
#[path = "money/families.rs"]
mod families;
#[path = "money/flood.rs"]
mod flood;
#[path = "money/flow.rs"]
mod flow;
#[path = "money/gate.rs"]
mod gate;
#[path = "money/headers.rs"]
mod headers;
#[path = "money/later.rs"]
mod later;
#[path = "money/listed.rs"]
mod listed;
#[path = "money/look_alike.rs"]
mod look_alike;
#[path = "money/mended.rs"]
mod mended;
#[path = "money/not_found.rs"]
mod not_found;
#[path = "money/on_the_way.rs"]
mod on_the_way;
#[path = "money/outcome.rs"]
mod outcome;
#[path = "money/overheard.rs"]
mod overheard;
#[path = "money/overstated.rs"]
mod overstated;
#[path = "money/push.rs"]
mod push;
#[path = "money/random.rs"]
mod random;
#[path = "money/refusal.rs"]
mod refusal;
#[path = "money/refused.rs"]
mod refused;
#[path = "money/reread.rs"]
mod reread;
#[path = "money/resolution.rs"]
mod resolution;
#[path = "money/restored.rs"]
mod restored;
#[path = "money/returned_late.rs"]
mod returned_late;
#[path = "money/returned_turns.rs"]
mod returned_turns;
#[path = "money/revealed.rs"]
mod revealed;
#[path = "money/routed.rs"]
mod routed;
#[path = "money/seal.rs"]
mod seal;
#[path = "money/seen.rs"]
mod seen;
#[path = "money/signed.rs"]
mod signed;
#[path = "money/single.rs"]
mod single;
#[path = "money/submission.rs"]
mod submission;
#[path = "money/totals.rs"]
mod totals;
#[path = "money/trouble.rs"]
mod trouble;
#[path = "money/turns.rs"]
mod turns;
#[path = "money/twins.rs"]
mod twins;
#[path = "money/vectors.rs"]
mod vectors;
#[path = "money/whole_file.rs"]
mod whole_file;
