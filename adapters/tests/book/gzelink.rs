//! GZELINK: the request of the sample, signed where its signature stands.

use crate::support::{ToyKeys, bank, golden_order, sample};
use adapters::exchange::{Crypto as _, Outcome};
use schemas::text::Charset;
use schemas::{BankCode, FailureReason};

const EMPTY: &str = "<SIGNED_MSG></SIGNED_MSG>";

/// The sample's payees are at ICBC. The golden order calls its ID numbers, which have no valid
/// check digit, another kind of document, for which no code is public; it has no telephone number.
#[test]
fn the_request_is_that_of_the_sample_and_signed() {
    let mut order = golden_order("HFB", "工资", "3300000000000000019");
    for line in &mut order.lines {
        line.payee_bank = Some(BankCode::parse("ICBC").unwrap());
    }
    let messages = bank("HFB").encode_payment(&order, &ToyKeys).unwrap();
    assert!(messages.len() == 1 && messages[0].instructs);
    let own = Charset::Gbk
        .decode(&messages[0].bytes)
        .unwrap()
        .into_owned();
    let (head, rest) = own.split_once("<SIGNED_MSG>").unwrap();
    let (signature, tail) = rest.split_once("</SIGNED_MSG>").unwrap();
    let unsigned = format!("{head}{EMPTY}{tail}");
    let signed = Charset::Gbk.encode(&unsigned).unwrap().into_owned();
    let expected = ToyKeys.sign("rsa_sha256", "signing", &signed).unwrap();
    let expected: String = expected.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(signature, expected);
    let Some(sample) = sample("gzelink_batch_request.xml") else {
        return;
    };
    let mut sample = Charset::Gbk.decode(&sample).unwrap().into_owned();
    assert_eq!(sample.matches("<ID_TYPE>0</ID_TYPE>").count(), 5);
    sample = sample.replace("<ID_TYPE>0</ID_TYPE>", "<ID_TYPE></ID_TYPE>");
    for row in 1..=5 {
        let phone = format!("<TEL>1990000000{row}</TEL>");
        assert_eq!(sample.matches(&phone).count(), 1);
        sample = sample.replace(&phone, "<TEL></TEL>");
    }
    assert_eq!(signed, Charset::Gbk.encode(&sample).unwrap().as_ref());
}

/// As the bank would sign an answer; ASCII only, so that GBK has the same bytes.
fn signed(answer: &str) -> Vec<u8> {
    let (before, after) = ("<SIGNED_MSG>", "</SIGNED_MSG>");
    crate::support::signed(answer.as_bytes(), before, after)
}

/// Nothing of an answer is public: what no table lists is unknown.
#[test]
fn an_unlisted_code_of_an_answer_is_unknown() {
    let result = |code: &str, row: &str| {
        let said = format!(
            "<?xml version=\"1.0\" encoding=\"GBK\"?><GZELINK><INFO><TRX_CODE>200001</TRX_CODE>\
             <RET_CODE>{code}</RET_CODE>{EMPTY}</INFO><BODY><RET_DETAILS><RET_DETAIL><SN>0001</SN>\
             <AMOUNT>100</AMOUNT><RET_CODE>{row}</RET_CODE></RET_DETAIL></RET_DETAILS></BODY>\
             </GZELINK>"
        );
        bank("HFB").decode_result(&signed(&said), &ToyKeys).unwrap()
    };
    let refused = Outcome::Failed(FailureReason::RefusedByBank);
    for (row, outcome) in [
        ("0000", Outcome::Paid),
        ("AX01", Outcome::Accepted),
        ("AX99", refused),
        ("2000", Outcome::Unknown),
        ("3008", Outcome::Unknown),
    ] {
        assert_eq!(result("0000", row).lines[0].outcome, outcome, "{row}");
    }
    let unsaid = result("1000", "0000");
    assert_eq!(unsaid.outcome, Outcome::Unknown);
    assert_eq!(unsaid.lines[0].outcome, Outcome::Unknown);
}
