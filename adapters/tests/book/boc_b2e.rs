//! Bank of China.

use crate::support::{ToyKeys, assert_bytes, bank, golden_order, query, sample};
use adapters::exchange::{Next, Outcome, Reply, ResultFile};
use schemas::BankCode;
use std::collections::BTreeMap;

#[test]
fn it_writes_the_message_of_the_sample() {
    let order = golden_order("BOC", "", "3300000000000000019");
    let messages = bank("BOC").encode_payment(&order, &ToyKeys).unwrap();
    let [sign_in, submit] = messages.as_slice() else {
        panic!("two messages")
    };
    assert!(!sign_in.instructs && submit.instructs);
    let expected = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
        <bocb2e version=\"100\" security=\"true\" lang=\"chs\"><head><termid>E330000000001</termid>\
        <trnid>S20261123000001</trnid><custid>330000001</custid><cusopr>330000002</cusopr>\
        <trncod>b2e0001</trncod></head><trans><trn-b2e0001-rq><b2e0001-rq>\
        <custdt>20261123093000</custdt><oprpwd>******</oprpwd>\
        </b2e0001-rq></trn-b2e0001-rq></trans></bocb2e>";
    assert_bytes(&sign_in.bytes, expected.as_bytes());
    if let Some(sample) = sample("boc_b2e0078_request.xml") {
        assert_bytes(&submit.bytes, &sample);
    }
}

#[test]
fn payees_of_other_banks_have_another_card_type() {
    let mut order = golden_order("BOC", "", "3300000000000000019");
    for line in &mut order.lines {
        line.payee_bank = Some(BankCode::parse("ICBC").unwrap());
    }
    let text = |order: &_| {
        let messages = bank("BOC").encode_payment(order, &ToyKeys);
        messages.map(|messages| String::from_utf8(messages[1].bytes.clone()).unwrap())
    };
    let other = text(&order).unwrap();
    assert!(other.contains("<crdtyp>5</crdtyp>"));
    assert!(other.contains("<toibkn></toibkn><tobank>中国工商银行</tobank>"));
    // Both classes in one file have no card type: nothing is written.
    order.lines[0].payee_bank = None;
    assert!(text(&order).is_err());
}

fn answer(transaction: &str, inner: &str) -> Vec<u8> {
    let text = format!(
        "<?xml version='1.0' encoding='UTF-8'?><bocb2e version='120' locale='zh_CN'> \
         <head> <termid>E330000000001</termid> <trncod>b2e</trncod> <token>T9</token> </head> \
         <trans>{transaction}{inner}</trans> </bocb2e>"
    );
    text.into_bytes()
}

fn signed_in(token: &str) -> Vec<u8> {
    let inner = format!(
        "<trn-b2e0001-rs><status><rspcod>B001</rspcod><rspmsg>ok</rspmsg></status>\
         <serverdt>20261123093001</serverdt><token>{token}</token></trn-b2e0001-rs>"
    );
    answer("", &inner)
}

fn said(trncod: &str, outer: &str, inner: Option<&str>) -> Vec<u8> {
    let inner = inner.map_or_else(String::new, |code| {
        format!(
            "<{trncod}-rs><status><rspcod>{code}</rspcod><rspmsg>x</rspmsg></status>\
             <insid>PK20261123000001</insid><obssid>95961</obssid></{trncod}-rs>"
        )
    });
    let outer = format!(
        "<trn-{trncod}-rs><status><rspcod>{outer}</rspcod><rspmsg>ok</rspmsg></status>{inner}\
         </trn-{trncod}-rs>"
    );
    answer(&outer, "")
}

/// Both levels must be good; an unlisted code is unknown, whatever integrators make of it.
#[test]
fn an_answer_has_two_levels() {
    let order = golden_order("BOC", "", "3300000000000000019");
    let receipt = |outer: &str, inner: Option<&str>| {
        let mut submission = bank("BOC").submit(&order);
        for reply in [signed_in("T1"), said("b2e0078", outer, inner)] {
            let Next::Send(sent) = submission.next(&ToyKeys).unwrap() else {
                panic!("a message is sent")
            };
            let token = b"<token>T1</token>".as_slice();
            let carried = sent.bytes.windows(token.len()).any(|part| part == token);
            assert_eq!(carried, sent.instructs);
            submission.feed(&reply, &ToyKeys).unwrap();
        }
        match submission.next(&ToyKeys).unwrap() {
            Next::Done(Reply::Receipt(receipt)) => receipt,
            Next::Send(_) | Next::Wait { .. } | Next::Done(_) => panic!("a receipt"),
        }
    };
    for (outer, inner, outcome) in [
        ("B001", Some("B001"), Outcome::Accepted),
        ("B001", Some("B054"), Outcome::Accepted),
        ("B001", Some("B108"), Outcome::Unknown),
        ("B001", None, Outcome::Unknown),
        ("B107", None, Outcome::Unknown),
        ("1033", Some("B001"), Outcome::Unknown),
    ] {
        assert_eq!(receipt(outer, inner).outcome, outcome, "{outer} {inner:?}");
    }
    let taken = receipt("B001", Some("B001"));
    assert_eq!(taken.references["bank_batch_no"], "95961");
    // A query signs in for itself: the token of a session is nowhere kept.
    assert!(!taken.references.contains_key("token"));
}

/// What a query does with these answers: the steps that it sent, and the end.
fn asked(replies: &[Vec<u8>]) -> (Vec<String>, Option<ResultFile>) {
    let order = golden_order("BOC", "", "3300000000000000019");
    let question = query(&order, BTreeMap::new());
    let mut conversation = bank("BOC").query(&question);
    let mut steps = Vec::new();
    for reply in replies {
        match conversation.next(&ToyKeys).unwrap() {
            Next::Send(sent) => steps.push(sent.step),
            Next::Wait { .. } | Next::Done(_) => panic!("a message is sent"),
        }
        conversation.feed(reply, &ToyKeys).unwrap();
    }
    match conversation.next(&ToyKeys) {
        Ok(Next::Done(Reply::Result(result))) => (steps, Some(result)),
        Ok(_) | Err(_) => (steps, None),
    }
}

#[test]
fn a_query_signs_in_again_once() {
    let over = |code: &str| said("b2e0007", code, None);
    let done = said("b2e0007", "B001", Some("B059"));
    for code in ["1033", "B107"] {
        let replies = [signed_in("T1"), over(code), signed_in("T2"), done.clone()];
        let (steps, result) = asked(&replies);
        assert_eq!(steps, ["query_sign_in", "query", "query_sign_in", "query"]);
        assert_eq!(result.unwrap().outcome, Outcome::Accepted, "{code}");
    }
    let twice = [signed_in("T1"), over("B107"), signed_in("T2"), over("B107")];
    let (_, result) = asked(&twice);
    let result = result.unwrap();
    assert_eq!((result.outcome, result.is_final), (Outcome::Unknown, false));
    assert_eq!(result.bank_code.as_deref(), Some("B107"));
}

/// No rows of an answer are public: B001 alone leaves the lines as they are.
#[test]
fn done_without_rows_pays_nothing_by_its_silence() {
    for (code, outcome) in [
        ("B001", Outcome::Accepted),
        ("B266", Outcome::Accepted),
        ("B777", Outcome::Unknown),
    ] {
        let (_, result) = asked(&[signed_in("T1"), said("b2e0007", "B001", Some(code))]);
        let result = result.unwrap();
        assert_eq!((result.outcome, result.lines.len()), (outcome, 0), "{code}");
    }
}
