#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! What a batch prints and whose it is.

use super::*;
use crate::people::person;
use crate::value::{BatchId, Purpose};

fn head(project_code: Option<&str>) -> BatchHead {
    let payer = PersonName::parse("样例建筑劳务部").unwrap();
    BatchHead {
        batch_no: BatchNo::parse("GZ-2026-11-001").unwrap(),
        employer_uscc: Uscc::parse("913301006639233248").unwrap(),
        employer_name: Some("杭州样例建设有限公司".to_owned()),
        project_code: project_code.map(str::to_owned),
        pay_month: PayMonth::new(2026, 11).unwrap(),
        paying_bank: BankCode::parse("ICBC").unwrap(),
        payer_account: AccountNo::parse("1202020009900012345").unwrap(),
        payer_name: Some(payer),
        line_count: 1,
        total: Fen(652_350),
    }
}

#[test]
fn a_batch_is_of_its_projects_region_or_its_employers() {
    let region = |code| head(code).region().unwrap().to_string();
    assert_eq!(region(Some("330110202611000001")), "330110");
    assert_eq!(region(Some("330110")), "330110");
    for other in [
        None,
        Some(""),
        Some("33011"),
        Some("XM-330110"),
        Some("项目三三〇一一〇"),
    ] {
        assert_eq!(region(other), "330100", "{other:?}");
    }
}

#[test]
fn nothing_personal_is_printed_with_a_line_or_a_head() {
    let person = person(3, 1, None);
    let name = person.name.reveal(Purpose::Matching);
    let memo = format!("{name}11月工资");
    let batch = BatchId::new(20_261_123, 7);
    let line = PayLine {
        index: 1,
        row: 14,
        line_no: LineNo(1),
        reference: Some("E2E-1"),
        payee: Payee {
            name,
            id_type: IdType::RESIDENT,
            id_number: person.id_number,
            account: person.account,
        },
        payee_bank: None,
        cnaps_code: None,
        amount: Fen(652_350),
        gross_amount: None,
        memo: Some(&memo),
        corrects: Some(PaymentId { batch, row: 2 }),
    };
    let printed = format!("{line:?} {line:#?} {:?}", head(None));
    let clear = [
        name,
        person.id_number.reveal(Purpose::Matching),
        person.account.reveal(Purpose::Matching),
        "1202020009900012345",
        "样例建筑劳务部",
    ];
    for text in clear {
        assert!(!printed.contains(text), "{printed}");
    }
    // The memo has five characters after the name.
    let memo_length = format!("memo: Some(<{} characters>)", name.chars().count() + 5);
    for text in ["B20261123-7.2", "652350", "E2E-1", "row: 14", &memo_length] {
        assert!(printed.contains(text), "{text}: {printed}");
    }
}

#[test]
fn a_payee_prints_masked() {
    let payee = Payee {
        name: "张样一",
        id_type: IdType::RESIDENT,
        id_number: IdNumber::parse(IdType::RESIDENT, "11010519491231002X").unwrap(),
        account: AccountNo::parse("6222021202000000019").unwrap(),
    };
    assert_eq!(
        format!("{payee:?}"),
        "Payee { name: \"张**\", id_type: IdType(1), id_number: 110105********002X, \
         account: 622202*********0019 }"
    );
}
