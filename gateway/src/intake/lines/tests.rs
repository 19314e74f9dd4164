#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::write;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use schemas::value::{
    AccountNo, BankCode, BatchId, CnapsCode, Fen, IdNumber, IdType, LineNo, PaymentId, Purpose,
};
use schemas::{PayLine, Payee};

/// What the writer by hand must equal.
fn by_serde(line: &PayLine<'_>) -> String {
    let payee = &line.payee;
    serde_json::to_string(&(
        line.index,
        line.row,
        line.line_no.0,
        line.reference,
        payee.name,
        payee.id_type.number(),
        payee.id_number.reveal(Purpose::Sealing),
        payee.account.reveal(Purpose::Sealing),
        line.payee_bank,
        line.cnaps_code,
        line.amount.0,
        line.gross_amount.map(|amount| amount.0),
        line.memo,
        line.corrects,
    ))
    .unwrap()
        + "\n"
}

fn line<'a>(texts: (&'a str, Option<&'a str>, Option<&'a str>)) -> PayLine<'a> {
    let id_type = IdType::parse("01").unwrap();
    PayLine {
        index: 1,
        row: 12,
        line_no: LineNo(7),
        reference: texts.1,
        payee: Payee {
            name: texts.0,
            id_type,
            id_number: IdNumber::parse(id_type, "11010519491231002X").unwrap(),
            account: AccountNo::parse("6222021202000000019").unwrap(),
        },
        payee_bank: None,
        cnaps_code: None,
        amount: Fen(652_350),
        gross_amount: None,
        memo: texts.2,
        corrects: None,
    }
}

fn written(line: &PayLine<'_>) -> String {
    let mut text = Vec::new();
    write(line, &mut text);
    String::from_utf8(text).unwrap()
}

#[test]
fn a_kept_line_as_an_auditor_sees_it() {
    let mut line = line(("张样一", None, Some("2026年11月\t\"工资\"\u{1f}")));
    line.payee_bank = Some(BankCode::parse("ICBC").unwrap());
    line.corrects = Some(PaymentId {
        batch: BatchId::new(20_261_101, 4711),
        row: 3,
    });
    assert_eq!(
        written(&line),
        "[1,12,7,null,\"张样一\",1,\"11010519491231002X\",\"6222021202000000019\",\"ICBC\",null,\
         652350,null,\"2026年11月\\t\\\"工资\\\"\\u001f\",\"B20261101-4711.3\"]\n"
    );
}

/// Every ASCII character by itself: all that is ever escaped is among them.
#[test]
fn every_character_that_may_be_escaped() {
    for character in '\0'..='\u{a0}' {
        let text = format!("a{character}b");
        let line = line((&text, Some(&text), Some(&text)));
        assert_eq!(written(&line), by_serde(&line), "{character:?}");
    }
}

/// The rounded quotients hold for every half, and numbers of every length are whole.
#[test]
fn the_digits_of_numbers() {
    let written = |number: u64| {
        let mut part = super::part::Part::default();
        part.number(number);
        let mut out = Vec::new();
        part.end(&mut out);
        String::from_utf8(out).unwrap()
    };
    for half in 0..10_000 {
        for number in [half, half * 10_000, half * 10_000 + 9_999 - half] {
            assert_eq!(written(number), format!("{number},"));
        }
    }
    for power in 0..20 {
        for number in [10_u64.pow(power) - 1, 10_u64.pow(power)] {
            assert_eq!(written(number), format!("{number},"));
        }
    }
    assert_eq!(written(u64::MAX), format!("{},", u64::MAX));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_writer_by_hand_and_serde_give_the_same_bytes(
        places in any::<(u32, u32, u32)>(),
        amounts in any::<(i64, Option<i64>)>(),
        name in any::<String>(),
        reference in of(any::<String>()),
        memo in of(vec(any::<char>(), 0..40)),
        codes in any::<(bool, bool)>(),
        corrects in of((any::<u32>(), any::<u64>(), any::<u32>())),
    ) {
        let memo: Option<String> = memo.map(|memo| memo.into_iter().collect());
        let line = PayLine {
            index: places.0,
            row: places.1,
            line_no: LineNo(places.2),
            payee_bank: codes.0.then(|| BankCode::parse("HXB").unwrap()),
            cnaps_code: codes.1.then(|| CnapsCode::parse("102100099996").unwrap()),
            amount: Fen(amounts.0),
            gross_amount: amounts.1.map(Fen),
            corrects: corrects.map(|(day, opened, row)| PaymentId {
                batch: BatchId::new(day, opened),
                row,
            }),
            ..line((&name, reference.as_deref(), memo.as_deref()))
        };
        prop_assert_eq!(written(&line), by_serde(&line));
    }
}
