//! China Construction Bank, one person a message; a synthetic bank speaks it.

use crate::support::{ToyKeys, assert_bytes, bank, golden_order, sample, with_ours};
use adapters::exchange::{Outcome, PaymentOrder, PlanLine, ResultFile};
use schemas::{FailureReason, Fen};

fn one() -> PaymentOrder {
    let mut order = golden_order("NDHB", "2026年11月工资", "3300000000000000019");
    order.lines.truncate(1);
    order.lines[0].cnaps_code = None;
    order
}

#[test]
fn it_writes_the_message_of_the_sample() {
    let messages = bank("NDHB").encode_payment(&one(), &ToyKeys).unwrap();
    let Some(sample) = sample("ccb_6w1303_request.xml") else {
        return;
    };
    // The number of the request is ours: it names the file.
    let theirs = "2026112309300001";
    let at = String::from_utf8_lossy(&sample).find(theirs).unwrap();
    let expected = with_ours(&sample, &[(at, theirs, "10000000001")]);
    assert_eq!(messages.len(), 1);
    assert_bytes(&messages[0].bytes, &expected);
}

fn answer(code: &str, inside: &str) -> ResultFile {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"GB2312\" standalone=\"yes\" ?><TX>\
         <REQUEST_SN>300000000010001</REQUEST_SN><CUST_ID>P330000001</CUST_ID>\
         <TX_CODE>6W1503</TX_CODE><RETURN_CODE>{code}</RETURN_CODE><RETURN_MSG></RETURN_MSG>\
         <LANGUAGE>CN</LANGUAGE><TX_INFO>{inside}</TX_INFO></TX>"
    );
    bank("NDHB")
        .decode_result(text.as_bytes(), &ToyKeys)
        .unwrap()
}

#[test]
fn its_result_is_that_of_the_one_row() {
    let refused = Outcome::Failed(FailureReason::RefusedByBank);
    for (status, outcome) in [
        ("4", Outcome::Paid),
        ("3", refused),
        ("2", Outcome::Unknown),
        ("", Outcome::Unknown),
    ] {
        let inside = format!("<CREDIT_NO>77</CREDIT_NO><DEAL_RESULT>{status}</DEAL_RESULT>");
        let result = answer("000000", &inside);
        let line = &result.lines[0];
        assert_eq!((line.row_no, line.outcome), (Some(1), outcome), "{status}");
        assert_eq!(line.bank_serial.as_deref(), Some("77"));
        // Another code of the request says nothing of the payment.
        let other = answer("0130Z000000", &inside);
        assert_eq!(other.lines[0].outcome, Outcome::Unknown, "{status}");
        assert!(!other.is_final);
    }
    let none = answer("0130Z110BB22", "");
    assert_eq!((none.outcome, none.is_final), (Outcome::NotFound, false));
    assert_eq!(bank("NDHB").not_found_is_final_after_ms(), None);
}

#[test]
fn a_batch_is_cut_into_messages_of_one_person() {
    let line = PlanLine {
        payee_bank: None,
        amount: Fen(100),
        name_bytes: 9,
        memo_bytes: 12,
    };
    assert_eq!(bank("NDHB").plan(&[line; 3]), [[0], [1], [2]]);
}
