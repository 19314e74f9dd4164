//! The core without network: intake, approval, outcomes and recovery over a journal in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "core_suite/accepted_files.rs"]
mod accepted_files;
#[path = "core_suite/approval.rs"]
mod approval;
#[path = "core_suite/bank.rs"]
mod bank;
#[path = "core_suite/break_times.rs"]
mod break_times;
#[path = "core_suite/breaks.rs"]
mod breaks;
#[path = "core_suite/corrected_elsewhere.rs"]
mod corrected_elsewhere;
#[path = "core_suite/desk.rs"]
mod desk;
#[path = "core_suite/doubts.rs"]
mod doubts;
#[path = "core_suite/file_numbers.rs"]
mod file_numbers;
#[path = "core_suite/hindered.rs"]
mod hindered;
#[path = "core_suite/intake.rs"]
mod intake;
#[path = "core_suite/interrupted.rs"]
mod interrupted;
#[path = "core_suite/late.rs"]
mod late;
#[path = "core_suite/left_bytes.rs"]
mod left_bytes;
#[path = "core_suite/money.rs"]
mod money;
#[path = "core_suite/next_month.rs"]
mod next_month;
#[path = "core_suite/numbers.rs"]
mod numbers;
#[path = "core_suite/outlook.rs"]
mod outlook;
#[path = "core_suite/paced.rs"]
mod paced;
#[path = "core_suite/refused_by_bank.rs"]
mod refused_by_bank;
#[path = "core_suite/refused_files.rs"]
mod refused_files;
#[path = "core_suite/supervised.rs"]
mod supervised;
#[path = "core_suite/unread_head.rs"]
mod unread_head;
#[path = "core_suite/waits.rs"]
mod waits;
