//! A bank whose own accounts and other banks are paid by different dialects.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use adapters::exchange::PlanLine;
use adapters::{BankAdapter, Book, DefinitionError};
use schemas::employer_files::{Asked, LineRules as _};
use schemas::{BankCode, Fen, FindingCode, LineNo};
use support::{ToyKeys, accept, bank, converse, names, order_for, outcomes, payee_bank, query};

const REIMB: &str = include_str!("../dialects/cmbc_reimb/dialect.toml");
const XFER: &str = include_str!("../dialects/cmbc_xfer/dialect.toml");
const FOX: &str = include_str!("../dialects/cib_fox/dialect.toml");
const TCP: &str = include_str!("../dialects/hxb_xhj/dialect.toml");

fn code(text: &str) -> BankCode {
    BankCode::parse(text).unwrap()
}

/// CMBC's preset with another line in place of `other_dialect`.
fn read(other: &str, added: &str) -> Result<Book, DefinitionError> {
    let preset = format!(
        "code = \"CMBC\"\ndialect = \"cmbc_reimb\"\n{other}\nevidence = \"observed\"\n\
         cut_off = \"16:00\"\n{added}"
    );
    let files = [
        ("dialects/cmbc_reimb/dialect.toml", REIMB),
        ("dialects/cmbc_xfer/dialect.toml", XFER),
        ("dialects/cib_fox/dialect.toml", FOX),
        ("dialects/hxb_xhj/dialect.toml", TCP),
        ("banks/CMBC/bank.toml", preset.as_str()),
    ];
    Book::from_files(files).map_err(|errors| errors.into_iter().next().unwrap())
}

fn refused(other: &str) -> DefinitionError {
    read(other, "").expect_err("refused")
}

#[test]
fn a_second_dialect_is_one_of_the_book_and_another_one() {
    let misspelt = refused("other_dialect = \"cmbc_xfr\"");
    assert!(misspelt.what.contains("unknown dialect `cmbc_xfr`"));
    assert!(misspelt.what.contains("cmbc_xfer"), "{misspelt}");
    assert_eq!(
        (misspelt.file.as_str(), misspelt.line),
        ("banks/CMBC/bank.toml", 3)
    );
    let word = refused("others_dialect = \"cmbc_xfer\"");
    assert!(word.what.contains("other_dialect"), "{word}");
    let same = refused("other_dialect = \"cmbc_reimb\"");
    assert!(same.what.contains("leave it out"), "{same}");
    assert_eq!(same.line, 3);
    let pays_none = refused("other_dialect = \"cib_fox\"");
    assert!(
        pays_none.what.contains("pays no other banks"),
        "{pays_none}"
    );
    let elsewhere = refused("other_dialect = \"hxb_xhj\"");
    assert!(elsewhere.what.contains("channel"), "{elsewhere}");
}

#[test]
fn a_file_goes_by_the_dialect_that_its_intent_recorded() {
    let cmbc = bank("CMBC");
    assert_eq!(
        (cmbc.dialect(), cmbc.other_dialect()),
        ("cmbc_reimb", Some("cmbc_xfer"))
    );
    let by = |payee: Option<&str>| cmbc.for_payee(payee.map(code)).dialect();
    assert_eq!(by(None), "cmbc_reimb");
    assert_eq!(by(Some("CMBC")), "cmbc_reimb");
    assert_eq!(by(Some("CCB")), "cmbc_xfer");
    let of = |adapter: &BankAdapter, name| adapter.of_file(name).map(|a| a.dialect().to_owned());
    assert_eq!(of(cmbc, Some("cmbc_xfer")).as_deref(), Some("cmbc_xfer"));
    assert_eq!(of(cmbc, Some("cib_fox")), None);
    assert_eq!(of(cmbc, None), None, "one of two: nobody knows which");
    let hxb = bank("HXB");
    assert_eq!(of(hxb, None).as_deref(), Some("hxb_xhj"));
    assert_eq!(of(hxb, Some("hxb_xhj")).as_deref(), Some("hxb_xhj"));
    assert_eq!(of(hxb, Some("cmbc_xfer")), None);
    assert_eq!((hxb.other_dialect(), hxb.by_dialect().count()), (None, 1));
}

/// 3 own, 2 others, own ones first; each class within the limits of its own dialect.
#[test]
fn a_batch_is_cut_by_class_and_by_the_limits_of_each_dialect() {
    let line = |payee: Option<&str>| PlanLine {
        payee_bank: payee.map(code),
        amount: Fen(100),
        name_bytes: 6,
        memo_bytes: 0,
    };
    let mixed = [Some("CIB"), Some("CCB"), None, Some("ABC"), Some("CIB")].map(line);
    let cib = bank("CIB");
    assert_eq!(cib.plan(&mixed), [vec![0, 2, 4], vec![1, 3]]);
    // 300 rows by RPAYOFF, 100 by ASYNBATCH.
    let many: Vec<_> = [line(None), line(Some("CCB"))].repeat(301);
    let sizes: Vec<usize> = cib.plan(&many).iter().map(Vec::len).collect();
    assert_eq!(sizes, [300, 1, 100, 100, 100, 1]);
    assert_eq!(cib.limits().rows_max, 100, "what either takes");
    assert_eq!(cib.limits().name_bytes_max, 20);
    assert!(cib.capability().own_bank && cib.capability().other_banks);
}

/// 20 bytes of a name by RPAYOFF, 60 by ASYNBATCH; 18 digits of an account, and 32.
#[test]
fn a_line_is_judged_by_the_dialect_that_takes_it() {
    let rules = bank("CIB").line_rules();
    let judged = |payee: Option<&str>| {
        let line = Asked {
            line_no: LineNo(1),
            row: 1,
            name: Some("欧阳样欧阳样欧阳样欧阳样"),
            memo: None,
            amount: Some(Fen(100)),
            account: None,
            payee_bank: payee.map(code),
        };
        let mut findings = Vec::new();
        rules.judge(&line, &mut findings);
        findings.iter().map(|found| found.code).collect::<Vec<_>>()
    };
    assert_eq!(judged(Some("CIB")), [FindingCode::NameTooLong]);
    assert_eq!(judged(None), [FindingCode::NameTooLong]);
    assert_eq!(judged(Some("CCB")), []);
}

/// Both dialects push in one form (it is ours): only the file in it tells whose it is.
#[test]
fn both_chairs_agree_on_each_dialect() {
    for code in ["CMBC", "CIB"] {
        for adapter in bank(code).by_dialect() {
            let order = order_for(adapter);
            assert_eq!(order.lines[0].payee_bank, Some(payee_bank(adapter)));
            let (_, requests, _) = converse(adapter, &mut adapter.submit(&order), accept);
            assert_eq!(names(&requests[0].lines).len(), order.lines.len());
            let asked = query(&order, adapter.bank_side().references(order.file_no));
            let (_, _, replies) = converse(adapter, &mut adapter.query(&asked), |_| {
                adapters::BankReply::result(outcomes(&order, &[adapters::exchange::Outcome::Paid]))
            });
            let readers = bank(code).by_dialect();
            let reads = |a: &&BankAdapter| a.decode_result(&replies[0], &ToyKeys).is_ok();
            let by: Vec<_> = readers.filter(reads).map(BankAdapter::dialect).collect();
            assert_eq!(by, [adapter.dialect()], "a result is of one of them");
        }
    }
}

#[test]
fn the_limits_of_a_preset_hold_for_both() {
    let book = read("other_dialect = \"cmbc_xfer\"", "[limits]\nrows_max = 7\n").unwrap();
    let cmbc = book.adapter(code("CMBC")).unwrap();
    let rows: Vec<u32> = cmbc.by_dialect().map(|own| own.limits().rows_max).collect();
    assert_eq!(rows, [7, 7]);
    let explained = cmbc.explain();
    let said = |name: &str| {
        let found = explained.iter().find(|value| value.name == name);
        found.map(|value| (value.value.as_str(), value.file.as_str()))
    };
    let preset = "banks/CMBC/bank.toml";
    assert_eq!(said("dialect"), Some(("cmbc_reimb", preset)));
    assert_eq!(said("other.dialect"), Some(("cmbc_xfer", preset)));
    assert_eq!(said("other.limits.rows_max"), Some(("7", preset)));
}
