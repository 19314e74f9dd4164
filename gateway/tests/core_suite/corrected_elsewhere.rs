//! A wage that failed at one bank is corrected through another: each bank sees its own payment,
//! and nothing of the other (M6); what is shown of the correction is durable first (M3).

use super::desk::{ACCOUNT, Desk, USCC, ZHANG, file};
use gateway::access::Sight;
use gateway::event::{Dispute, Event, Intent, Move, Origin};
use gateway::intake::Receipt;
use gateway::mandates::{Mandate, Mandates};
use gateway::query::batches::{self, Wanted};
use gateway::query::personal::Seen;
use gateway::query::{correction, history, payments};
use schemas::value::{AccountNo, BankCode, PaymentId, PersonName, RegionCode, Uscc};
use schemas::{FailureReason, Lang, LineEvent};
use std::sync::Arc;

/// An employer with an account at each of two banks.
fn desk() -> Desk {
    let mut mandates = Mandates::default();
    for bank in ["HXB", "ICBC"] {
        let key = (
            Uscc::parse(USCC).unwrap(),
            BankCode::parse(bank).unwrap(),
            AccountNo::parse(ACCOUNT).unwrap(),
        );
        let payer_name = PersonName::parse("杭州样例建设有限公司农民工工资专用账户").unwrap();
        let connection = adapters::ConnectionValues::default();
        let mandate = Mandate {
            payer_name,
            connection,
        };
        mandates.register(key, mandate);
    }
    Desk {
        mandates: Arc::new(mandates),
        ..Desk::new()
    }
}

fn payment(receipt: &Receipt) -> PaymentId {
    PaymentId {
        batch: receipt.batch,
        row: 1,
    }
}

/// Line 1 of a batch goes to its bank.
fn intend(desk: &Desk, receipt: &Receipt) -> u64 {
    let intent = Intent {
        dialect: None,
        file_no: desk.core.desk().next_file_no(),
        batch: receipt.batch,
        bank: receipt.head.paying_bank,
        lines: vec![1],
        total_fen: 652_350,
        bank_date: "2026-11-23".to_owned(),
        instructed_ms: 0,
    };
    let file_no = intent.file_no;
    let intended = Event::FileIntended(Box::new(intent));
    desk.core.record("t", intended.into()).unwrap();
    file_no
}

/// ZHANG's wage failed at Hua Xia Bank.
fn failed(desk: &Desk) -> Receipt {
    let receipt = desk.release(&file("GZ-1", &[ZHANG]));
    let failed = Move {
        index: 1,
        event: LineEvent::Fail,
        reason: Some(FailureReason::AccountClosed),
        detail: None,
        bank_code: None,
        reported_fen: None,
        of_line: 0,
    };
    let outcomes = Event::Outcomes {
        file_no: intend(desk, &receipt),
        origin: Origin::Result,
        message: None,
        why: None,
        is_final: false,
        moves: vec![failed],
        disputes: Vec::new(),
    };
    desk.core.record("t", outcomes.into()).unwrap();
    receipt
}

/// The wage of [`failed`] again, through a bank, for a project.
fn correction_file(bank: &str, project: &str, original: PaymentId) -> String {
    let text = file("GZ-2", &[ZHANG]).replace("付款银行,HXB", &format!("付款银行,{bank}"));
    let text = text.replace("付款账号", &format!("项目编码,{project}\n付款账号"));
    let text = text.replace("实发金额\n", "实发金额,原明细\n");
    let (_, _, account, amount) = ZHANG;
    let row = format!("{account},{amount}");
    text.replace(&row, &format!("{row},{original}"))
}

/// What a line says of the payment that it corrects, and of its correction.
type Told = (Option<PaymentId>, Option<PaymentId>, Option<&'static str>);

fn told(desk: &Desk, sight: Sight, payment: PaymentId) -> Told {
    let book = desk.core.desk();
    let (found, _) = payments::one(&book, sight, payment).expect("the payment is its own");
    let (seen, ..): &(Seen, _, _) = &found.lines[0];
    let state = seen.corrected_state.map(|state| state.as_str());
    (seen.corrects, seen.corrected_by, state)
}

const NOTHING: Told = (None, None, None);

fn bank(code: &str) -> Sight {
    Sight::Bank(BankCode::parse(code).unwrap())
}

#[test]
fn m6_a_bank_is_told_of_no_correction_that_another_bank_has() {
    let desk = desk();
    let first = failed(&desk);
    let one = payment(&first);
    let project = "330110202611000001";
    let second = desk.release(&correction_file("ICBC", project, one));
    let other = payment(&second);
    let employer = Sight::Employer(Uscc::parse(USCC).unwrap());
    let released = (None, Some(other), Some("released"));
    assert_eq!(told(&desk, employer, one), released);
    assert_eq!(told(&desk, employer, other), (Some(one), None, None));
    assert_eq!(told(&desk, bank("HXB"), one), NOTHING);
    intend(&desk, &second);
    assert_eq!(told(&desk, bank("HXB"), one), NOTHING);
    assert_eq!(told(&desk, bank("ICBC"), other), NOTHING);
    let intended = (None, Some(other), Some("intended"));
    assert_eq!(told(&desk, employer, one), intended);
    assert_eq!(told(&desk, Sight::Province, one), intended);
}

/// Its own bank sees it as every line: from the intent on.
#[test]
fn m6_a_bank_is_told_of_its_own_correction_once_it_is_instructed() {
    let desk = desk();
    let first = failed(&desk);
    let one = payment(&first);
    let second = desk.release(&correction_file("HXB", "330110202611000001", one));
    assert_eq!(told(&desk, bank("HXB"), one), NOTHING);
    intend(&desk, &second);
    let intended = (None, Some(payment(&second)), Some("intended"));
    assert_eq!(told(&desk, bank("HXB"), one), intended);
    let other = told(&desk, bank("HXB"), payment(&second));
    assert_eq!(other, (Some(one), None, None));
}

#[test]
fn m6_a_regulator_is_told_of_no_correction_in_another_region() {
    let desk = desk();
    let first = failed(&desk);
    let one = payment(&first);
    // The first one names no project: it is of the employer's region.
    let second = desk.release(&correction_file("ICBC", "330203202611000001", one));
    let region = |code| Sight::Region(RegionCode::parse(code).unwrap());
    assert_eq!(told(&desk, region("330100"), one), NOTHING);
    assert_eq!(told(&desk, region("330200"), payment(&second)), NOTHING);
    let whole = told(&desk, Sight::Province, one);
    assert_eq!(whole, (None, Some(payment(&second)), Some("released")));
}

/// The correction's records are later than all of the batch's own.
#[test]
fn m3_what_is_shown_of_a_correction_is_durable_first() {
    let desk = desk();
    let first = failed(&desk);
    let uscc = Uscc::parse(USCC).unwrap();
    let employer = Sight::Employer(uscc);
    desk.release(&correction_file(
        "ICBC",
        "330110202611000001",
        payment(&first),
    ));
    let released = desk.core.desk().sequence();
    let lines = batches::lines(
        &desk.core,
        employer,
        first.batch,
        (0, 10),
        Wanted::default(),
        Lang::En,
    );
    let (page, waits) = lines.unwrap().unwrap();
    let state = page.lines[0].corrected_state.as_deref();
    assert_eq!((state, waits), (Some("released"), released));
    let told = history::payment(&desk.core, employer, payment(&first), Lang::En, true);
    let (told, waits) = told.unwrap().unwrap();
    let state = told.payment.line.corrected_state.as_deref();
    assert_eq!((state, waits), (Some("released"), released));
    let offered = correction::correction(&desk.core, uscc, first.batch);
    let (offered, waits) = offered.unwrap().unwrap();
    assert_eq!((offered.line_count(), waits), (0, released));
}

/// The bank changes its mind about the first payment: the correction waits, and nothing of its own
/// says so.
#[test]
fn m3_what_a_batch_waits_for_at_another_payment_is_durable_first() {
    let desk = desk();
    let first = failed(&desk);
    let text = correction_file("ICBC", "330110202611000001", payment(&first));
    let second = desk.release(&text);
    let paid = Move {
        index: 1,
        event: LineEvent::Pay,
        reason: None,
        detail: None,
        bank_code: None,
        reported_fen: None,
        of_line: 0,
    };
    let outcomes = Event::Outcomes {
        file_no: 1,
        origin: Origin::Result,
        message: None,
        why: None,
        is_final: false,
        moves: Vec::new(),
        disputes: vec![(1, Dispute::ResultContradiction, paid)],
    };
    let disputed = desk.core.record("t", outcomes.into()).unwrap();
    let employer = Sight::Employer(Uscc::parse(USCC).unwrap());
    let one = batches::one(&desk.core, employer, second.batch, Lang::En);
    let (view, waits) = one.unwrap().unwrap();
    let what = view.waits_for.map(|waits| waits.what);
    assert_eq!((what.as_deref(), waits), (Some("other_payment"), disputed));
}
