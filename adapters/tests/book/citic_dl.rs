//! CITIC: wages by DLSALIMP and DLSALDET (FORMATS 6.7).

use crate::support::{ToyKeys, bank, golden_order, query, sample};
use adapters::exchange::{Next, Outcome};
use schemas::text::Charset;
use schemas::{BankCode, FailureReason, Fen, FindingCode};
use std::collections::BTreeMap;

/// An order carries neither gross pay nor tax: the pay slip of each row is empty with us.
fn without_pay_slips(sample: &[u8]) -> String {
    let text = Charset::Gbk.decode(sample).unwrap();
    let mut out = text.into_owned();
    for amount in ["6523.50", "7080.00", "5988.05", "6300.00", "0.01"] {
        let slip = format!("<wagDetl>应发|{amount},#个税|0.00</wagDetl>");
        assert_eq!(out.matches(&slip).count(), 1, "{slip}");
        out = out.replace(&slip, "<wagDetl></wagDetl>");
    }
    out
}

#[test]
fn the_import_is_the_sample_without_its_pay_slips() {
    let order = golden_order("CITIC", "", "3300000000000000019");
    let messages = bank("CITIC").encode_payment(&order, &ToyKeys).unwrap();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].instructs);
    let Some(sample) = sample("citic_dlsalimp_request.xml") else {
        return;
    };
    let expected = without_pay_slips(&sample);
    let own = Charset::Gbk.decode(&messages[0].bytes).unwrap();
    assert_eq!(own, expected);
}

#[test]
fn the_query_asks_for_a_page_of_twenty_from_the_first() {
    let order = golden_order("CITIC", "", "3300000000000000019");
    let asked = query(&order, BTreeMap::new());
    let next = bank("CITIC").query(&asked).next(&ToyKeys).unwrap();
    let Next::Send(message) = next else {
        panic!("a message")
    };
    let expected = "<?xml version=\"1.0\" encoding=\"GBK\"?><stream><action>DLSALDET</action>\
                    <userName>sample</userName><clientID>PK20261123000001</clientID>\
                    <pageNumber>20</pageNumber><startRecord>1</startRecord></stream>";
    assert_eq!(String::from_utf8(message.bytes).unwrap(), expected);
}

#[test]
fn the_reply_of_the_sample_tells_five_outcomes() {
    let Some(sample) = sample("citic_dlsaldet_reply.xml") else {
        return;
    };
    let result = bank("CITIC").decode_result(&sample, &ToyKeys).unwrap();
    let outcomes: Vec<Outcome> = result.lines.iter().map(|line| line.outcome).collect();
    let failed = Outcome::Failed(FailureReason::RefusedByBank);
    let (paid, open) = (Outcome::Paid, Outcome::Accepted);
    assert_eq!(outcomes, [paid, paid, open, Outcome::Unknown, failed]);
    assert_eq!(result.lines[2].detail.as_deref(), Some("processing"));
    assert_eq!(result.lines[4].row_no, Some(5));
    assert_eq!(result.lines[4].amount, Some(Fen(1)));
    assert_eq!(result.lines[4].bank_code.as_deref(), Some("ED02093"));
    assert_eq!(result.lines[4].bank_text.as_deref(), Some("交易处理失败"));
    assert_eq!(result.totals["count"], 5);
    assert!(!result.is_final && result.flaws.is_empty());
}

fn reply(outside: &str, inside: &str) -> Vec<u8> {
    format!(
        "<stream><status>{outside}</status><statusText/>\
         <payAccountNo>3300000000000000019</payAccountNo><totalRecords>1</totalRecords>\
         <returnRecords>1</returnRecords><list name=\"userDataList\"><row>\
         <employeeNo>00001</employeeNo><employeeName>A</employeeName>\
         <recAccountNo>6200000000000000018</recAccountNo><tranAmount>6523.50</tranAmount>\
         <wagDetl/><status>{inside}</status><statusText/></row></list></stream>"
    )
    .into_bytes()
}

fn outcome(outside: &str, inside: &str) -> Outcome {
    let read = bank("CITIC").decode_result(&reply(outside, inside), &ToyKeys);
    read.unwrap().lines[0].outcome
}

/// FORMATS section 5, whole.
#[test]
fn every_code_of_a_row() {
    let failed = Outcome::Failed(FailureReason::RefusedByBank);
    let cancelled = Outcome::Failed(FailureReason::CancelledAtBank);
    let table: [(&[&str], Outcome); 5] = [
        (&["AAAAAAA"], Outcome::Paid),
        (&["ED02090", "ED02094"], cancelled),
        (&["ED02086", "ED02093", "ED02100"], failed),
        (
            &[
                "CCCCCCC", "AAAAAAE", "AAAAAAF", "ED02088", "ED02095", "AAAAAAB", "ED02087",
                "AAAAAAC",
            ],
            Outcome::Accepted,
        ),
        (
            &[
                "UNKNOWN", "EEEEEEE", "ED02096", "ET00001", "ETX", "CF09001", "CF14", "CF15002",
                "CF18", "CF22009", "CM12001", "ED10001", "ED11", "ED12999", "ED02099", "AAAAAAX",
            ],
            Outcome::Unknown,
        ),
    ];
    for (codes, expected) in table {
        for code in codes {
            assert_eq!(outcome("AAAAAAA", code), expected, "{code}");
        }
    }
}

/// AAAAAAA outside the list pays nothing, and a question that failed says nothing of its rows.
#[test]
fn a_code_means_another_thing_outside_the_list() {
    let receipt = b"<stream><status>AAAAAAA</status><statusText>ok</statusText>\
                    <batchNo>001</batchNo></stream>";
    let receipt = bank("CITIC").decode_receipt(receipt, &ToyKeys).unwrap();
    assert_eq!(receipt.outcome, Outcome::Accepted);
    assert_eq!(receipt.references["bank_batch_no"], "001");
    for code in [
        "ET00001", "CF09", "UNKNOWN", "ED02093", "ED02086", "ED99999",
    ] {
        assert_eq!(outcome(code, "AAAAAAA"), Outcome::Unknown, "{code}");
        let refused = format!("<stream><status>{code}</status></stream>");
        let receipt = bank("CITIC").decode_receipt(refused.as_bytes(), &ToyKeys);
        assert_eq!(receipt.unwrap().outcome, Outcome::Unknown, "{code}");
    }
}

/// Wages go to the bank's own accounts, of 19 digits at most: refused before anything leaves, and
/// told to the employer when the file comes.
#[test]
fn another_bank_or_a_longer_account_is_refused() {
    use schemas::LineNo;
    use schemas::employer_files::{Asked, LineRules as _};
    let mut order = golden_order("CITIC", "", "3300000000000000019");
    order.lines[1].payee_bank = Some(BankCode::parse("ICBC").unwrap());
    let findings = bank("CITIC").encode_payment(&order, &ToyKeys).unwrap_err();
    assert_eq!(findings[0].code, FindingCode::PayeeBankNotPaid);
    assert_eq!(
        (findings[0].row, findings[0].field),
        (Some(2), Some("bank"))
    );
    order.lines[1].payee_bank = None;
    order.lines[1].account = schemas::AccountNo::parse("62000000000000000260").unwrap();
    let findings = bank("CITIC").encode_payment(&order, &ToyKeys).unwrap_err();
    assert_eq!(findings[0].code, FindingCode::TextTooLong);
    let asked = Asked {
        line_no: LineNo(2),
        row: 2,
        name: None,
        memo: None,
        amount: None,
        account: Some(order.lines[1].account),
        payee_bank: Some(BankCode::parse("ICBC").unwrap()),
    };
    let mut judged = Vec::new();
    bank("CITIC").line_rules().judge(&asked, &mut judged);
    let codes: Vec<FindingCode> = judged.iter().map(|finding| finding.code).collect();
    assert_eq!(
        codes,
        [FindingCode::TextTooLong, FindingCode::PayeeBankNotPaid]
    );
    let zh = judged[0].message(schemas::Lang::Zh);
    assert_eq!(zh, "“银行账号”过长：20 字节，付款银行上限 19 字节");
    let hint = judged[0].hint(schemas::Lang::Zh);
    let expected = "请核对账号；若无误，付款银行不收这么长的账号，请改由其他付款银行发放";
    assert_eq!(hint, expected);
}
