//! CGB: batch payment 0033 and its query 0034 (FORMATS 6.12).

use crate::support::{ToyKeys, bank, golden_order, query, sample};
use adapters::exchange::{Next, Outcome, Wire};
use schemas::FailureReason;
use std::collections::BTreeMap;

/// The value of a form's one field, decoded.
fn form_value(form: &[u8], name: &str) -> Vec<u8> {
    let text = std::str::from_utf8(form).unwrap();
    let value = text.strip_prefix(&format!("{name}=")).unwrap();
    let mut plain = Vec::new();
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                let digits = std::str::from_utf8(&digits).unwrap();
                plain.push(u8::from_str_radix(digits, 16).unwrap());
            }
            other => plain.push(other),
        }
    }
    plain
}

#[test]
fn the_form_carries_the_xml_of_the_sample() {
    let mut order = golden_order("CGB", "工资", "3300000000000000019");
    for line in &mut order.lines {
        line.cnaps_code = None;
    }
    let messages = bank("CGB").encode_payment(&order, &ToyKeys).unwrap();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].instructs);
    let Wire::Http {
        path, content_type, ..
    } = &messages[0].wire
    else {
        panic!("over HTTP")
    };
    assert_eq!(path, "/CGBClient/BankAction");
    assert_eq!(
        content_type.as_deref(),
        Some("application/x-www-form-urlencoded")
    );
    let xml = form_value(&messages[0].bytes, "cgb_data");
    if let Some(sample) = sample("cgb_0033_request.xml") {
        assert_eq!(xml, sample);
    }
}

#[test]
fn a_payee_elsewhere_has_type_1_and_the_name_of_its_bank() {
    let mut order = golden_order("CGB", "工资", "3300000000000000019");
    order.lines.truncate(2);
    order.lines[0].payee_bank = Some(schemas::BankCode::parse("NBCB").unwrap());
    order.lines[1].payee_bank = None;
    let messages = bank("CGB").encode_payment(&order, &ToyKeys).unwrap();
    let xml = form_value(&messages[0].bytes, "cgb_data");
    let xml = schemas::text::Charset::Gbk.decode(&xml).unwrap();
    let other = "<transType>1</transType><inaccname>张样一</inaccname>\
                 <inacc>6200000000000000018</inacc><inaccbank>宁波银行</inaccbank>\
                 <inaccadd></inaccadd><bankCode>304100040000</bankCode>";
    assert!(xml.contains(other), "{xml}");
    let unstated = "<inacc>6200000000000000026</inacc><inaccbank></inaccbank>";
    assert!(xml.contains(unstated), "{xml}");
}

/// 0034: the head of 0033, the batch, and an empty row number.
#[test]
fn the_query_asks_for_every_row() {
    let order = golden_order("CGB", "工资", "3300000000000000019");
    let asked = query(&order, BTreeMap::new());
    let next = bank("CGB").query(&asked).next(&ToyKeys).unwrap();
    let Next::Send(message) = next else {
        panic!("a message")
    };
    let expected = "<?xml version=\"1.0\" encoding=\"GBK\"?><BEDC><Message><commHead>\
         <tranCode>0034</tranCode><cifMaster>3300000001</cifMaster>\
         <entSeqNo>QK00000000010001</entSeqNo><tranDate>20261123</tranDate>\
         <tranTime>093501</tranTime><retCode></retCode><entUserId>100001</entUserId>\
         <password><![CDATA[SAMPLE]]></password></commHead><Body>\
         <customerBatchNo>PK20261123000001</customerBatchNo>\
         <customerSalarySeq></customerSalarySeq></Body></Message></BEDC>";
    let xml = form_value(&message.bytes, "cgb_data");
    assert_eq!(String::from_utf8(xml).unwrap(), expected);
}

fn reply(count: u32, paid: u32, failed: u32, open: u32, rows: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"GBK\"?><BEDC><Message><commHead>\
         <tranCode>0034</tranCode><cifMaster>3300000001</cifMaster>\
         <entSeqNo>QK00000000010001</entSeqNo><tranDate>20261123</tranDate>\
         <tranTime>093501</tranTime><retCode>000</retCode><entUserId>100001</entUserId>\
         <password>00</password></commHead><Body>\
         <customerBatchNo>PK20261123000001</customerBatchNo>\
         <accountNo>3300000000000000019</accountNo><allCount>{count}</allCount>\
         <allSalary>25891.56</allSalary><allHandlefee>0.00</allHandlefee><count>{paid}</count>\
         <errCount>{failed}</errCount><unknowCount>{open}</unknowCount><records>{rows}</records>\
         </Body></Message></BEDC>"
    )
}

fn row(number: u32, status: &str, serial: &str, reason: &str) -> String {
    let empty = |name: &str, text: &str| match text {
        "" => format!("<{name}/>"),
        text => format!("<{name}>{text}</{name}>"),
    };
    format!(
        "<record><customerSalarySeq>PK20261123{number:06}</customerSalarySeq><fee>0.00</fee>\
         <bankstatus>{status}</bankstatus>{}<ewpCheckcode/>{}</record>",
        empty("ewpSequence", serial),
        empty("errorreason", reason)
    )
}

/// Every status of the public table, two of "still working", and one that nobody lists.
#[test]
fn a_reply_tells_of_each_row() {
    let statuses = ["6", "B", "7", "C", "9", "8", "A", "1"];
    let rows: String = statuses
        .iter()
        .zip(1..)
        .map(|(status, number)| row(number, status, "S1", "account closed"))
        .collect();
    let bytes = reply(8, 2, 3, 3, &rows).into_bytes();
    let result = bank("CGB").decode_result(&bytes, &ToyKeys).unwrap();
    let outcomes: Vec<Outcome> = result.lines.iter().map(|line| line.outcome).collect();
    let (paid, open) = (Outcome::Paid, Outcome::Accepted);
    let failed = Outcome::Failed(FailureReason::RefusedByBank);
    let expected = [
        paid,
        paid,
        failed,
        failed,
        failed,
        open,
        open,
        Outcome::Unknown,
    ];
    assert_eq!(outcomes, expected);
    assert_eq!(result.flaws, []);
    assert!(!result.is_final);
    assert_eq!(result.references["file_no"], "1");
    assert_eq!(result.lines[2].bank_text.as_deref(), Some("account closed"));
    assert_eq!(result.lines[0].bank_serial.as_deref(), Some("S1"));
}

#[test]
fn one_row_alone_is_a_result_and_final() {
    let bytes = reply(1, 1, 0, 0, &row(1, "6", "2026112300001", ""));
    let result = bank("CGB").decode_result(bytes.as_bytes(), &ToyKeys);
    let result = result.unwrap();
    assert_eq!(result.lines.len(), 1);
    assert_eq!(result.lines[0].row_no, Some(1));
    assert!(result.is_final);
    assert_eq!(result.flaws, []);
}

/// A request that was not answered says nothing, and its code is not the row's.
#[test]
fn another_return_code_is_unknown() {
    let answered = reply(1, 1, 0, 0, &row(1, "6", "", ""));
    let refused = answered.replace("<retCode>000<", "<retCode>205<");
    let result = bank("CGB").decode_result(refused.as_bytes(), &ToyKeys);
    let result = result.unwrap();
    assert_eq!(result.outcome, Outcome::Unknown);
    assert_eq!(result.lines[0].outcome, Outcome::Unknown);
    assert_eq!(result.bank_code.as_deref(), Some("205"));
}
