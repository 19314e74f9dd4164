//! M3, M7, M14 and the refusals at submission.

use super::desk::{Desk, LI, MAKER, SYSTEM, ZHANG, file};
use gateway::book::BatchState;
use gateway::event::Policy;
use gateway::intake::{Receipt, Submitted};
use schemas::{FindingCode, LineState, Severity};

fn codes(submitted: &Submitted) -> Vec<(FindingCode, Option<u32>)> {
    match submitted {
        Submitted::Refused { findings, .. } => findings
            .iter()
            .map(|finding| (finding.code, finding.line))
            .collect(),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_good_file_is_held_with_its_sums() {
    let desk = Desk::new();
    let Receipt { batch, head, .. } = desk.accept(&file("GZ-1", &[ZHANG, LI]));
    assert_eq!((head.line_count, head.total_fen), (2, 1_360_350));
    let book = desk.core.desk();
    let held = book.batch(batch).unwrap().sums.of(LineState::Held);
    assert_eq!((held.count, held.fen), (2, 1_360_350));
}

/// M3: the answer to a repetition tells the state, and is given when that state is durable.
#[test]
fn a_repetition_waits_for_what_it_tells() {
    let desk = Desk::new();
    let text = file("GZ-1", &[ZHANG, LI]);
    let first = desk.release(&text);
    let approved_at = desk.core.desk().sequence();
    assert!(approved_at > first.sequence);
    match desk.submit_as(MAKER, Policy::AllOrNothing, &text) {
        Submitted::Replayed(again) => {
            assert_eq!(again.state, BatchState::Released);
            assert!(again.sequence >= approved_at, "{}", again.sequence);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_same_bytes_again_are_the_same_batch() {
    let desk = Desk::new();
    let text = file("GZ-1", &[ZHANG, LI]);
    let first = desk.accept(&text);
    match desk.submit_as(MAKER, Policy::AllOrNothing, &text) {
        Submitted::Replayed(again) => assert_eq!(again.batch, first.batch),
        other => panic!("{other:?}"),
    }
    assert_eq!(desk.core.desk().batches().count(), 1);
}

#[test]
fn another_body_under_the_number_is_a_conflict_that_names_the_field() {
    let desk = Desk::new();
    desk.accept(&file("GZ-1", &[ZHANG, LI]));
    let other_amount = (LI.0, LI.1, LI.2, "7080.01");
    let cases = [
        (file("GZ-1", &[ZHANG, other_amount]), "lines[2].amount"),
        (
            file("GZ-1", &[ZHANG, ("李样三", LI.1, LI.2, LI.3)]),
            "lines[2].name",
        ),
        (file("GZ-1", &[ZHANG]), "line_count"),
        (
            file("GZ-1", &[ZHANG, LI]).replace("2026-11\n", "2026-10\n"),
            "pay_month",
        ),
        (
            file("GZ-1", &[ZHANG, LI]).replace("批次号,GZ-1", "批次号, GZ-1"),
            "content",
        ),
    ];
    for (text, field) in cases {
        match desk.submit_as(MAKER, Policy::AllOrNothing, &text) {
            Submitted::Conflict(conflict) => assert_eq!(conflict.field, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    match desk.submit_as(MAKER, Policy::GoodLines, &file("GZ-1", &[ZHANG, LI])) {
        Submitted::Conflict(conflict) => assert_eq!(conflict.field, "policy"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_refused_file_uses_up_no_number() {
    let desk = Desk::new();
    let wrong = file("GZ-1", &[ZHANG, LI]).replace("13603.50", "13603.51");
    let refused = desk.submit_as(MAKER, Policy::AllOrNothing, &wrong);
    assert_eq!(codes(&refused), [(FindingCode::ControlSumMismatch, None)]);
    desk.accept(&file("GZ-1", &[ZHANG, LI]));
}

#[test]
fn the_employer_and_the_account_must_be_the_callers() {
    let desk = Desk::new();
    let other = file("GZ-1", &[ZHANG]).replace(super::desk::USCC, "91330103MA2B0NBY10");
    let refused = desk.submit_as(MAKER, Policy::AllOrNothing, &other);
    assert_eq!(codes(&refused), [(FindingCode::UsccNotYours, None)]);
    let other = file("GZ-1", &[ZHANG]).replace(super::desk::ACCOUNT, "1202020009900012346");
    let refused = desk.submit_as(MAKER, Policy::AllOrNothing, &other);
    assert_eq!(
        codes(&refused),
        [(FindingCode::PayerAccountNotMandated, None)]
    );
}

/// The project code is optional: leaving it out must not hide a wage that is on its way. Whether
/// it is the same one, a person says; another project's is another wage.
#[test]
fn a_wage_without_a_project_is_suspected_and_must_be_acknowledged() {
    let desk = Desk::new();
    let with_project = |number, project: &str| {
        let line = format!("工资月份,2026-11\n项目编码,{project}\n");
        file(number, &[ZHANG]).replace("工资月份,2026-11\n", &line)
    };
    desk.accept(&with_project("GZ-1", "330110202611000001"));
    let other = desk.accept(&with_project("GZ-2", "330110202611000002"));
    assert_eq!(other.findings, [], "another project");
    let Submitted::Accepted(receipt) =
        desk.submit_as(MAKER, Policy::AllOrNothing, &file("GZ-3", &[ZHANG]))
    else {
        panic!("a suspicion refuses nothing");
    };
    let found: Vec<_> = receipt
        .findings
        .iter()
        .map(|f| (f.code, f.severity))
        .collect();
    assert_eq!(found, [(FindingCode::PayeeInFlight, Severity::Warning)]);
    assert_eq!(receipt.head.must_acknowledge, ["payee_in_flight"]);
}

#[test]
fn the_same_wage_is_not_taken_twice_while_it_is_on_its_way() {
    let desk = Desk::new();
    desk.accept(&file("GZ-1", &[ZHANG, LI]));
    let refused = desk.submit_as(MAKER, Policy::AllOrNothing, &file("GZ-2", &[LI]));
    assert_eq!(codes(&refused), [(FindingCode::PayeeInFlight, Some(1))]);
    // Another month is another wage.
    let october = file("GZ-3", &[LI]).replace("工资月份,2026-11", "工资月份,2026-10");
    desk.accept(&october);
    // With good_lines only that line is refused, and it is outside the sums.
    let wang = ("王样五", "36042619910101007", LI.2, "0.01");
    let wang = (wang.0, "360426199101010071", wang.2, wang.3);
    match desk.submit_as(MAKER, Policy::GoodLines, &file("GZ-4", &[LI, wang])) {
        Submitted::Accepted(receipt) => {
            assert_eq!((receipt.head.line_count, receipt.head.total_fen), (1, 1));
            assert_eq!(receipt.head.refused_late, [1]);
            let errors = receipt
                .findings
                .iter()
                .filter(|f| f.severity == Severity::Error)
                .count();
            assert_eq!(errors, 1);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn good_lines_are_taken_and_bad_ones_stay_visible() {
    let desk = Desk::new();
    let bad = ("李样二", "340524198001010011", LI.2, "7080.00");
    let text = file("GZ-1", &[ZHANG, bad]);
    let refused = desk.submit_as(SYSTEM, Policy::AllOrNothing, &text);
    assert_eq!(codes(&refused), [(FindingCode::IdNumberInvalid, Some(2))]);
    match desk.submit_as(SYSTEM, Policy::GoodLines, &text) {
        Submitted::Accepted(receipt) => {
            let book = desk.core.desk();
            let batch = book.batch(receipt.batch).unwrap();
            assert_eq!(batch.line(2).unwrap().state, LineState::Refused);
            assert_eq!(batch.sums.instructed().fen, 652_350);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_acknowledged_survives_a_power_cut_and_nothing_else_is_visible() {
    let desk = Desk::new();
    let kept = desk.accept(&file("GZ-1", &[ZHANG]));
    desk.core.wait_durable(kept.sequence).unwrap();
    // The second file arrives, and power goes before its closing record is durable.
    desk.accept(&file("GZ-2", &[LI]));
    let desk = desk.crash();
    let numbers: Vec<String> = desk
        .core
        .desk()
        .batches()
        .map(|batch| batch.head.batch_no.to_string())
        .collect();
    assert_eq!(numbers, ["GZ-1"]);
    // And its number is free.
    desk.accept(&file("GZ-2", &[LI]));
}

#[test]
fn the_batch_that_carries_a_wage_now_is_named_among_many() {
    let desk = Desk::new();
    let own = schemas::value::Uscc::parse(super::desk::USCC).unwrap();
    // Each of the first three took ZHANG's wage and was withdrawn; the fourth carries it.
    for number in 1..=3 {
        let gone = desk.accept(&file(&format!("GZ-{number}"), &[ZHANG, LI]));
        gateway::approval::withdraw(&desk.core, own, MAKER, gone.batch).unwrap();
    }
    let carries = desk.accept(&file("GZ-4", &[LI, ZHANG]));
    let refused = desk.submit_as(MAKER, Policy::AllOrNothing, &file("GZ-5", &[ZHANG]));
    assert_eq!(codes(&refused), [(FindingCode::PayeeInFlight, Some(1))]);
    let Submitted::Refused { findings, .. } = refused else {
        panic!("refused")
    };
    let earlier = format!("{}.2", carries.batch);
    assert_eq!(findings[0].arguments.get("earlier"), Some(&earlier));
    assert_eq!(findings[0].value.as_deref(), Some("GZ-4 / 2"));
    // The same after a restart, which reads them all again.
    desk.core.journal().commit().unwrap();
    let desk = desk.crash();
    let refused = desk.submit_as(MAKER, Policy::AllOrNothing, &file("GZ-6", &[LI]));
    assert_eq!(codes(&refused), [(FindingCode::PayeeInFlight, Some(1))]);
}

/// Found by an attack: with more findings than an answer carries, the decisive ones were lost.
#[test]
fn no_number_of_warnings_hides_an_error_of_the_file() {
    let desk = Desk::new();
    // Two warnings a line: a prefix of no bank, and a wrong check digit.
    let rows: Vec<String> = (1..=56_000)
        .map(|n| format!("{n},张样一,11010519491231002X,9999990000000{n:06},0.01\n"))
        .collect();
    let head = file("GZ-1", &[]).replace("总笔数,0", "总笔数,56000");
    let text = format!(
        "{}{}",
        head.replace("总金额,0.00", "总金额,560.00"),
        rows.concat()
    );
    let foreign = text.replace(super::desk::ACCOUNT, "6222020000000000000");
    let refused = desk.submit_as(MAKER, Policy::GoodLines, &foreign);
    match refused {
        Submitted::Refused { findings, summary } => {
            let decisive = FindingCode::PayerAccountNotMandated;
            assert!(findings.iter().any(|finding| finding.code == decisive));
            assert_eq!(summary.errors, 1);
            assert!(summary.warnings > 100_000, "{}", summary.warnings);
        }
        other => panic!("{other:?}"),
    }
}

/// Found by an attack: errors of the file without end were all listed. Beyond the list the head is
/// judged as ever: a project that can't be read makes a suspicion of what would be a certainty.
#[test]
fn errors_of_the_file_are_listed_to_an_end_and_counted_all() {
    let desk = Desk::new();
    desk.accept(&file("GZ-1", &[ZHANG, LI]));
    let again = "批次号,x\n".repeat(102_000);
    let bad_project = format!("项目编码,11010519491231002X\n{again}付款银行,HXB\n");
    let text = file("GZ-2", &[ZHANG, LI]).replace("付款银行,HXB\n", &bad_project);
    match desk.submit_as(MAKER, Policy::AllOrNothing, &text) {
        Submitted::Refused { findings, summary } => {
            assert_eq!(findings.len(), 101_000);
            assert_eq!(findings[0].code, FindingCode::SchemaViolation);
            assert_eq!((summary.errors, summary.warnings), (102_001, 2));
            assert_eq!(summary.lines_ok, 2);
        }
        other => panic!("{other:?}"),
    }
}
