//! M14: a pain.001 has no place for the month for which is paid. Where the call names none either,
//! it is assumed from the day of execution and of today: the same wages again are of another month
//! when they come after its end.

use super::bank::{Act, Played};
use super::desk::{ACCOUNT, CHECKER, Desk, MAKER, USCC, file};
use gateway::approval::{Seen, approve};
use gateway::event::Policy;
use gateway::failure::CommandError;
use gateway::intake::{Receipt, Submitted};
use schemas::value::Uscc;
use schemas::{Finding, FindingCode, LineState, Severity};
use std::time::Duration;
use time::macros::datetime;

const DAY: Duration = Duration::from_secs(86_400);

/// ZHANG's wage of 6,523.50 yuan, to be executed on 2 November 2026.
fn message(batch_no: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>{batch_no}</MsgId><CreDtTm>2026-10-30T10:00:00</CreDtTm><NbOfTxs>1</NbOfTxs>
<CtrlSum>6523.50</CtrlSum><InitgPty><Nm>样例</Nm></InitgPty></GrpHdr>
<PmtInf><PmtInfId>P1</PmtInfId><PmtMtd>TRF</PmtMtd>
<ReqdExctnDt><Dt>2026-11-02</Dt></ReqdExctnDt>
<Dbtr><Nm>杭州样例建设有限公司</Nm><Id><OrgId><Othr><Id>{USCC}</Id></Othr></OrgId></Id></Dbtr>
<DbtrAcct><Id><Othr><Id>{ACCOUNT}</Id></Othr></Id><Ccy>CNY</Ccy></DbtrAcct>
<DbtrAgt><FinInstnId><BICFI>HXBKCNBJ</BICFI></FinInstnId></DbtrAgt>
<CdtTrfTxInf><PmtId><EndToEndId>1</EndToEndId></PmtId><Amt>
<InstdAmt Ccy="CNY">6523.50</InstdAmt></Amt>
<Cdtr><Nm>张样一</Nm><Id><PrvtId><Othr><Id>11010519491231002X</Id></Othr></PrvtId></Id></Cdtr>
<CdtrAcct><Id><Othr><Id>6222021202000000019</Id></Othr></Id></CdtrAcct></CdtTrfTxInf>
</PmtInf></CstmrCdtTrfInitn></Document>
"#
    )
}

/// A Friday: the wages of October.
fn in_october() -> Desk {
    let desk = Desk::new();
    desk.clock
        .step(datetime!(2026-10-30 10:00 +8) - datetime!(2026-11-23 10:00 +8));
    desk
}

fn month(receipt: &Receipt) -> String {
    receipt.head.pay_month.to_string()
}

/// The wage came on 30 October; the bank says nothing of it, whatever it is asked.
fn unknown_in_october() -> (Desk, Receipt) {
    let desk = in_october();
    let first = desk.release(&message("W-1"));
    assert_eq!(month(&first), "2026-10");
    let played = Played::new(&desk, &[Act::Silent]);
    played.work(&desk);
    assert_eq!(desk.states(&first), [LineState::Unknown]);
    (desk, first)
}

fn of_wages(findings: &[Finding]) -> Vec<&Finding> {
    let mut found: Vec<&Finding> = findings.iter().collect();
    found.retain(|finding| finding.code == FindingCode::PayeeInFlight);
    found
}

fn approves(desk: &Desk, receipt: &Receipt, acknowledged: &[&str]) -> Result<u64, CommandError> {
    let seen = Seen {
        digest: receipt.head.digest.clone(),
        line_count: receipt.head.line_count,
        total_fen: receipt.head.total_fen,
        acknowledged: acknowledged.iter().map(|code| (*code).to_owned()).collect(),
        as_of: None,
    };
    let own = Uscc::parse(USCC).unwrap();
    approve(&desk.core, own, CHECKER, receipt.batch, &seen)
}

fn assert_must_acknowledge(desk: &Desk, receipt: &Receipt) {
    match approves(desk, receipt, &[]) {
        Err(CommandError::Conflict { field, why }) => {
            assert_eq!((field, why.as_str()), ("acknowledged", "payee_in_flight"));
        }
        other => panic!("{other:?}"),
    }
    approves(desk, receipt, &["payee_in_flight"]).unwrap();
}

#[test]
fn an_unknown_wage_of_an_assumed_month_is_in_flight_in_the_next_one() {
    let (desk, first) = unknown_in_october();
    desk.clock.advance(DAY * 3);
    let second = desk.accept(&message("W-1b"));
    assert_eq!(month(&second), "2026-11");
    let found = of_wages(&second.findings);
    let [found] = found.as_slice() else {
        panic!("{:?}", second.findings)
    };
    assert_eq!((found.severity, found.line), (Severity::Warning, Some(1)));
    let earlier = schemas::PaymentId {
        batch: first.batch,
        row: 1,
    };
    let said = |name: &str| found.arguments.get(name).map(String::as_str);
    assert_eq!(said("other_batch"), Some("W-1"));
    assert_eq!(said("state"), Some("unknown"));
    assert_eq!(said("earlier"), Some(earlier.to_string().as_str()));
    assert_must_acknowledge(&desk, &second);
}

/// One of the two months is stated: the other may be the same all the same.
#[test]
fn it_is_in_flight_for_a_file_that_states_its_month() {
    let (desk, _) = unknown_in_october();
    desk.clock.advance(DAY * 3);
    let stated = desk.accept(&file("W-1b", &[super::desk::ZHANG]));
    assert_eq!(month(&stated), "2026-11");
    assert_must_acknowledge(&desk, &stated);
}

/// The second file was there before anybody knew.
#[test]
fn what_becomes_unknown_only_later_must_be_acknowledged_at_the_approval() {
    let desk = in_october();
    let first = desk.release(&message("W-1"));
    let failed = adapters::exchange::Outcome::Failed(schemas::FailureReason::NameMismatch);
    let played = Played::new(&desk, &[Act::Accept, Act::Tell(vec![failed])]);
    played.work(&desk);
    desk.clock.advance(Duration::from_secs(600));
    played.work(&desk);
    assert_eq!(desk.states(&first), [LineState::Failed]);
    desk.clock.advance(DAY * 3);
    let second = desk.accept(&message("W-1b"));
    assert!(second.head.must_acknowledge.is_empty());
    // The bank takes back its word: the failed line is disputed.
    super::bank::pushes_paid(&desk, 1);
    assert_must_acknowledge(&desk, &second);
}

/// A fixed salary is the same every month: what is paid says nothing of the next one.
#[test]
fn a_paid_wage_of_another_month_is_none_of_this_one() {
    let desk = in_october();
    let first = desk.release(&message("W-1"));
    let paid = adapters::exchange::Outcome::Paid;
    let played = Played::new(&desk, &[Act::Accept, Act::Tell(vec![paid])]);
    played.work(&desk);
    desk.clock.advance(Duration::from_secs(600));
    played.work(&desk);
    assert_eq!(desk.states(&first), [LineState::Paid]);
    desk.clock.advance(DAY * 3);
    let second = desk.accept(&message("W-2"));
    assert_eq!(of_wages(&second.findings), Vec::<&Finding>::new());
    approves(&desk, &second, &[]).unwrap();
}

/// Who states both months has said that they are two wages.
#[test]
fn two_stated_months_are_two_wages() {
    let desk = in_october();
    let october = file("W-1", &[super::desk::ZHANG]).replace("2026-11", "2026-10");
    let first = desk.release(&october);
    let played = Played::new(&desk, &[Act::Silent]);
    played.work(&desk);
    assert_eq!(desk.states(&first), [LineState::Unknown]);
    desk.clock.advance(DAY * 3);
    let second = desk.submit_as(
        MAKER,
        Policy::AllOrNothing,
        &file("W-2", &[super::desk::ZHANG]),
    );
    let Submitted::Accepted(second) = second else {
        panic!("{second:?}")
    };
    assert_eq!(of_wages(&second.findings), Vec::<&Finding>::new());
    approves(&desk, &second, &[]).unwrap();
}

/// The approver has said that it is a wage of its own. What is open in October stops it no more:
/// people would wait for November's wage until two operators know of October's.
#[test]
fn an_acknowledged_wage_of_the_next_month_leaves() {
    let (desk, _) = unknown_in_october();
    desk.clock.advance(DAY * 3);
    let second = desk.accept(&message("W-1b"));
    approves(&desk, &second, &["payee_in_flight"]).unwrap();
    let book = desk.core.desk();
    assert!(book.has_free_line(book.batch(second.batch).unwrap()));
}
