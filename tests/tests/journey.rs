//! The journey: the real program, started as an operator starts it, with everybody who takes
//! part: an employer's system, maker and checker, banks, regulators, operators. Certificates come
//! from `anxin certs init`, files go in by `anxin submit`, the banks' side is the sandbox on
//! loopback. Every wait has a limit; no assertion rests on the time that something takes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "journey_suite/clerk.rs"]
mod clerk;
#[path = "journey_suite/intake.rs"]
mod intake;
#[path = "journey_suite/keys.rs"]
mod keys;
#[path = "journey_suite/killed.rs"]
mod killed;
#[path = "journey_suite/outcomes.rs"]
mod outcomes;
#[path = "journey_suite/party.rs"]
mod party;
#[path = "journey_suite/program.rs"]
mod program;
#[path = "journey_suite/reading.rs"]
mod reading;
#[path = "journey_suite/stage.rs"]
mod stage;
#[path = "journey_suite/stopping.rs"]
mod stopping;
#[path = "journey_suite/wages.rs"]
mod wages;

use stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wage_day_from_certificates_to_a_clean_stop() {
    let mut stage = Stage::set().await;
    stage.start("10:00:00");
    intake::without_a_certificate_nobody_is_heard(&stage).await;
    intake::refusals_take_no_number(&stage).await;
    clerk::a_refusal_says_what_to_do(&stage);
    let day = intake::batches_are_submitted_and_approved(&stage).await;
    intake::a_batch_is_taken_back(&stage).await;
    outcomes::banks_answer(&stage, &day).await;
    outcomes::a_bank_returns_a_payment(&stage, &day).await;
    clerk::a_batch_stands_in_words(&stage, &day);
    outcomes::two_operators_resolve(&stage, &day).await;
    outcomes::a_bank_contradicts_itself(&stage, &day).await;
    outcomes::a_correction_is_paid(&stage, &day).await;
    reading::regulators_see_their_region(&stage, &day).await;
    reading::a_payment_tells_its_history(&stage, &day).await;
    reading::the_feed_has_no_gap(&stage, &day).await;
    reading::a_report_says_where_a_batch_stands(&stage, &day).await;
    reading::the_operators_network_answers(&stage).await;
    stopping::a_stop_is_clean_and_a_start_goes_on(&mut stage, &day).await;
    stage.nothing_was_instructed_twice();
    stage.no_person_in_clear();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_of_an_instruction_nothing_is_lost_or_paid_twice() {
    let mut stage = Stage::set().await;
    stage.start("10:00:00");
    killed::an_instruction_hangs_and_the_program_dies(&mut stage).await;
    killed::submissions_run_into_the_kill(&mut stage).await;
    stage.nothing_was_instructed_twice();
    stage.no_person_in_clear();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_in_the_middle_of_an_instruction_it_asks_afterwards() {
    let mut stage = Stage::set().await;
    stage.start("10:00:00");
    killed::a_stop_leaves_an_instruction_to_be_asked_about(&mut stage).await;
    stage.nothing_was_instructed_twice();
    stage.no_person_in_clear();
}
