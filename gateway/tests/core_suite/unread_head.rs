//! Section 2 of the contract: every finding of a file in one pass, also where its head can't be
//! read. What the book is asked then is what the rest of the head allows.

use super::desk::{ACCOUNT, Desk, LI, MAKER, USCC, ZHANG, file};
use gateway::event::{Event, Policy};
use gateway::intake::Submitted;
use schemas::{FindingCode as C, Severity};

/// Code, line and severity of each finding of a refused file, and its good lines.
fn refused(desk: &Desk, text: &str) -> (Vec<(C, Option<u32>, Severity)>, u32) {
    match desk.submit_as(MAKER, Policy::AllOrNothing, text) {
        Submitted::Refused { findings, summary } => {
            let found = findings.iter().map(|f| (f.code, f.line, f.severity));
            (found.collect(), summary.lines_ok)
        }
        other => panic!("not refused: {other:?}"),
    }
}

const FLYING: [(C, Option<u32>, Severity); 2] = [
    (C::PayeeInFlight, Some(1), Severity::Error),
    (C::PayeeInFlight, Some(2), Severity::Error),
];

fn of_file(code: C) -> (C, Option<u32>, Severity) {
    (code, None, Severity::Error)
}

#[test]
fn wages_in_flight_are_found_whatever_is_wrong_with_the_head() {
    let desk = Desk::new();
    desk.accept(&file("GZ-1", &[ZHANG, LI]));
    let again = file("GZ-2", &[ZHANG, LI]);
    let cases = [
        ("批次号,GZ-2", "批次号,", C::MissingField),
        (
            "批次号,GZ-2",
            "批次号,11010519491231002X",
            C::BatchNoInvalid,
        ),
        (USCC, "913301006639233240", C::UsccInvalid),
        (USCC, "", C::MissingField),
        ("付款银行,HXB", "付款银行,河马银行", C::PayingBankUnknown),
        (ACCOUNT, "1202", C::PayerAccountInvalid),
        ("总笔数,2", "总笔数,两", C::ControlTotalInvalid),
        (
            "总金额,13603.50",
            "总金额,13603.505",
            C::ControlTotalInvalid,
        ),
    ];
    for (from, to, code) in cases {
        let text = again.replacen(from, to, 1);
        assert_ne!(text, again, "{from}");
        let (found, lines_ok) = refused(&desk, &text);
        let expected = [FLYING.as_slice(), &[of_file(code)]].concat();
        assert_eq!(found, expected, "{to}");
        assert_eq!(lines_ok, 0, "{to}");
    }
    assert_eq!(desk.core.desk().batches().count(), 1);
}

/// The month says which wage is meant: without it no wage is known elsewhere. Without the project
/// it may be the same one.
#[test]
fn an_unread_month_asks_nothing_and_an_unread_project_suspects() {
    let desk = Desk::new();
    let named = |number: &str, code: &str| {
        let line = format!("工资月份,2026-11\n项目编码,{code}\n");
        file(number, &[ZHANG, LI]).replace("工资月份,2026-11\n", &line)
    };
    desk.accept(&named("GZ-1", "330110202611000001"));
    let no_month = named("GZ-2", "330110202611000001").replace("2026-11\n", "2026-13\n");
    assert_eq!(
        refused(&desk, &no_month),
        (vec![of_file(C::PayMonthInvalid)], 2)
    );
    let suspected = [
        (C::PayeeInFlight, Some(1), Severity::Warning),
        (C::PayeeInFlight, Some(2), Severity::Warning),
    ];
    let unread = refused(&desk, &named("GZ-2", "11010519491231002X"));
    let expected = [&suspected[..], &[of_file(C::ProjectCodeInvalid)]].concat();
    assert_eq!(unread, (expected, 2));
    // A batch that names no project may be the same one as well, and is no certainty either.
    let desk = Desk::new();
    desk.accept(&file("GZ-1", &[ZHANG, LI]));
    let (found, _) = refused(&desk, &named("GZ-2", "11010519491231002X"));
    assert_eq!(found[..2], suspected);
}

#[test]
fn the_register_is_asked_about_what_could_be_read() {
    let desk = Desk::new();
    let text = file("GZ-1", &[ZHANG, LI]).replace("总笔数,2", "总笔数,两");
    let account = text.replace(ACCOUNT, "1202020009900012346");
    let expected = [C::ControlTotalInvalid, C::PayerAccountNotMandated].map(of_file);
    assert_eq!(refused(&desk, &account), (expected.to_vec(), 2));
    // Another employer's file: nothing of this one's book is told.
    desk.accept(&file("GZ-1", &[ZHANG, LI]));
    let other = text.replace(USCC, "91330103MA2B0NBY10");
    let expected = [C::ControlTotalInvalid, C::UsccNotYours].map(of_file);
    assert_eq!(refused(&desk, &other), (expected.to_vec(), 2));
}

#[test]
fn a_correction_of_nothing_is_found_without_a_month() {
    let desk = Desk::new();
    let text = file("GZ-1", &[ZHANG])
        .replace("实发金额\n", "实发金额,原明细\n")
        .replace("6523.50\n", "6523.50,B20261123-4711.3\n")
        .replace("总金额,6523.50,B20261123-4711.3", "总金额,6523.50")
        .replace("2026-11\n", "2026-13\n");
    let expected = vec![
        (C::CorrectionConflict, Some(1), Severity::Error),
        of_file(C::PayMonthInvalid),
    ];
    assert_eq!(refused(&desk, &text), (expected, 0));
}

/// A number in use stays in use: a head with errors is another body under it.
#[test]
fn a_number_in_use_is_a_conflict_also_with_an_unread_head() {
    let desk = Desk::new();
    desk.accept(&file("GZ-1", &[ZHANG, LI]));
    let cases = [
        ("2026-11\n", "2026-13\n", "pay_month"),
        ("总笔数,2", "总笔数,两", "line_count"),
        (ACCOUNT, "1202", "payer_account"),
        ("13603.50", "13603.505", "content"),
        ("付款银行,HXB", "付款银行,河马银行", "paying_bank"),
    ];
    for (from, to, field) in cases {
        let text = file("GZ-1", &[ZHANG, LI]).replacen(from, to, 1);
        match desk.submit_as(MAKER, Policy::AllOrNothing, &text) {
            Submitted::Conflict(conflict) => assert_eq!(conflict.field, field, "{to}"),
            other => panic!("{to}: {other:?}"),
        }
    }
    // Whose batch it is can't be read: the number is nobody's, and the findings are told.
    let text = file("GZ-1", &[ZHANG, LI]).replace(USCC, "913301006639233240");
    let (found, _) = refused(&desk, &text);
    assert_eq!(found, [&FLYING[..], &[of_file(C::UsccInvalid)]].concat());
}

/// Lines that no batch can be compared with are not kept: the bytes of the file are.
#[test]
fn lines_without_a_number_stay_out_of_the_journal() {
    let desk = Desk::new();
    let text = file("GZ-1", &[ZHANG, LI]).replace("批次号,GZ-1", "批次号,");
    refused(&desk, &text);
    let records = desk.core.journal().scan(1).map(Result::unwrap);
    let kept = records
        .filter(|(_, record)| !record.kind.is_reserved())
        .filter(|(_, record)| {
            let (_, event) = desk.core.event(record.sequence).unwrap();
            matches!(event, Event::BatchLines { .. })
        });
    assert_eq!(kept.count(), 0);
}
