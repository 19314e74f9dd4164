//! Alipay's batch. No preset of the book names it: here an invented one does.

use super::unionpay_df::pairs;
use crate::support::{ToyKeys, assert_bytes, golden_order, incoming, invented, query, sample};
use adapters::exchange::{Crypto as _, Next, Outcome, PaymentOrder, Reply};
use adapters::{BankAdapter, RequestKind};
use base64::Engine as _;
use schemas::FailureReason;
use std::collections::BTreeMap;

fn adapter() -> &'static BankAdapter {
    invented("CZCB", "alipay_batch")
}

fn order() -> PaymentOrder {
    let mut order = golden_order("CZCB", "2026年11月工资", "3300000000000000019");
    order.connection = adapter().example_connection();
    order
}

/// The sample's accounts are e-mail addresses, which no account of ours can be: the rest is equal.
#[test]
fn detail_data_is_that_of_the_sample() {
    let messages = adapter().encode_payment(&order(), &ToyKeys).unwrap();
    let pairs = pairs(&messages[0].bytes);
    assert_eq!(pairs["batch_no"], "202611230000000001");
    assert_eq!(
        (&*pairs["batch_num"], &*pairs["batch_fee"]),
        ("5", "25891.56")
    );
    let signed = pairs
        .iter()
        .filter(|(name, _)| !["sign", "sign_type"].contains(&&***name));
    let signed: Vec<String> = signed
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let signature = ToyKeys.sign("rsa_sha256", "signing", signed.join("&").as_bytes());
    let signature = base64::prelude::BASE64_STANDARD.encode(signature.unwrap());
    assert_eq!(pairs["sign"], signature);
    let Some(sample) = sample("alipay_batch_detail_data.txt") else {
        return;
    };
    let mut expected = String::from_utf8(sample).unwrap();
    let accounts = ["018", "026", "034", "042", "059"];
    for (account, row) in accounts.iter().zip(1..) {
        let theirs = format!("^sample{row}@example.com^");
        assert!(expected.contains(&theirs));
        expected = expected.replace(&theirs, &format!("^6200000000000000{account}^"));
    }
    assert_bytes(
        pairs["detail_data"].as_bytes(),
        expected.trim_end().as_bytes(),
    );
}

fn asked(answer: &str) -> adapters::exchange::ResultFile {
    let question = query(&order(), BTreeMap::new());
    let mut conversation = adapter().query(&question);
    let Next::Send(message) = conversation.next(&ToyKeys).unwrap() else {
        panic!("a question")
    };
    let side = adapter().bank_side();
    let request = side.read_request(&incoming(&message), &ToyKeys).unwrap();
    assert_eq!(
        (request.kind, request.file_no),
        (RequestKind::Query, Some(1))
    );
    let content = "{\"batch_no\":\"202611230000000001\",\"biz_code\":\"BATCH_TRANS_ACC\",\
                   \"biz_scene\":\"LOCAL\",\"sign_principal\":\"pay@example.com\"}";
    assert_eq!(pairs(&message.bytes)["biz_content"], content);
    conversation.feed(answer.as_bytes(), &ToyKeys).unwrap();
    let Next::Done(Reply::Result(result)) = conversation.next(&ToyKeys).unwrap() else {
        panic!("a result")
    };
    result
}

/// Signed is the text of the inner object, white space included.
fn answer(status: &str, rows: &str) -> String {
    let inner = format!(
        "{{\"code\":\"10000\", \"msg\":\"Success\",\
         \"batch_no\":\"202611230000000001\",\"batch_status\":\"{status}\",\
         \"acc_detail_list\":[{rows}]}}"
    );
    let signature = ToyKeys
        .sign("rsa_sha256", "bank", inner.as_bytes())
        .unwrap();
    let signature = base64::prelude::BASE64_STANDARD.encode(signature);
    format!("{{\"alipay_fund_batch_detail_query_response\": {inner},\"sign\":\"{signature}\"}}")
}

/// What is not signed is not read, wherever it stands.
#[test]
fn an_answer_is_believed_as_far_as_it_is_signed() {
    let row = "{\"detail_no\":\"PK202611230001\",\"trans_amount\":\"0.01\",\"status\":\"SUCCESS\"}";
    let whole = answer("FINISH", row);
    let decode = |text: &str| {
        let read = adapter().decode_result(text.as_bytes(), &ToyKeys);
        read.map_err(|wrong| wrong.what)
    };
    assert_eq!(decode(&whole).unwrap().lines[0].outcome, Outcome::Paid);
    let wrong = Err("the signature does not verify".to_owned());
    let failed = whole.replace("SUCCESS\"", "FAIL\"");
    assert_eq!(decode(&failed), wrong);
    assert_eq!(decode(&whole.replace("0.01", "0.02")), wrong);
    let (unsigned, _) = whole.split_once(",\"sign\"").unwrap();
    let missing = decode(&format!("{unsigned}}}")).unwrap_err();
    assert_eq!(missing, "the signature is missing");
    let twice = whole.replace(
        ",\"sign\"",
        ",\"alipay_fund_batch_detail_query_response\":{},\"sign\"",
    );
    assert!(decode(&twice).is_err());
    let error = "{\"error_response\":{\"code\":\"40002\"},\"sign\":\"eHh4eA==\"}";
    assert_eq!(decode(error).unwrap_err(), "the signed object is missing");
}

#[test]
fn the_states_of_batch_and_row() {
    let statuses = [
        "SUCCESS", "FAIL", "INIT", "APPLIED", "DEALED", "DISUSE", "UNKNOWN", "REFUND",
    ];
    let row = |(status, row): (&&str, u32)| {
        format!(
            "{{\"detail_no\":\"PK20261123{row:04}\",\"trans_amount\":\"0.01\",\
             \"status\":\"{status}\",\"error_code\":null}}"
        )
    };
    let rows: Vec<String> = statuses.iter().zip(1..).map(row).collect();
    let result = asked(&answer("DEALING", &rows.join(",")));
    let told: Vec<Outcome> = result.lines.iter().map(|line| line.outcome).collect();
    let (open, unknown) = (Outcome::Accepted, Outcome::Unknown);
    let failed = Outcome::Failed(FailureReason::RefusedByBank);
    assert_eq!(
        told,
        [
            Outcome::Paid,
            failed,
            open,
            open,
            open,
            unknown,
            unknown,
            unknown
        ]
    );
    assert!(!result.is_final);
    let whole = |status| asked(&answer(status, "")).outcome;
    for status in ["INIT", "WAIT_APPLY", "DEALING", "FINISH"] {
        assert_eq!(whole(status), open, "{status}");
    }
    assert_eq!(whole("FAIL"), failed);
    for status in ["UNKNOWN", "DISUSE", "INVALID", "new"] {
        assert_eq!(whole(status), unknown, "{status}");
    }
}

/// T is taken; F may be said of a number that was used before, and a page says nothing.
#[test]
fn only_a_clear_yes_is_a_receipt() {
    let order = order();
    let told = |answer: &str| {
        let mut conversation = adapter().submit(&order);
        conversation.next(&ToyKeys).unwrap();
        conversation.feed(answer.as_bytes(), &ToyKeys).ok()?;
        match conversation.next(&ToyKeys).unwrap() {
            Next::Done(Reply::Receipt(receipt)) => Some(receipt.outcome),
            _ => panic!("a receipt"),
        }
    };
    let said = |word: &str| format!("<alipay><is_success>{word}</is_success></alipay>");
    assert_eq!(told(&said("T")), Some(Outcome::Accepted));
    assert_eq!(told(&said("F")), Some(Outcome::Unknown));
    assert_eq!(told("<html><body>cashier</body></html>"), None);
}

/// A notice by hand, in the form that integrators read.
#[test]
fn a_notice_tells_of_its_payments_or_failures() {
    let notice = |pairs: &[(&str, &str)]| {
        let mut sorted: Vec<String> = pairs.iter().map(|(n, v)| format!("{n}={v}")).collect();
        sorted.sort();
        let signature = ToyKeys.sign("rsa_sha256", "bank", sorted.join("&").as_bytes());
        let signature = base64::prelude::BASE64_STANDARD.encode(signature.unwrap());
        let escaped = |text: &str| {
            let bytes = text.bytes().map(|byte| format!("%{byte:02X}"));
            bytes.collect::<String>()
        };
        let mut form: Vec<String> = pairs
            .iter()
            .map(|(n, v)| format!("{n}={}", escaped(v)))
            .collect();
        form.push("sign_type=RSA2".to_owned());
        form.push(format!("sign={}", escaped(&signature)));
        form.join("&").into_bytes()
    };
    let head = [
        ("notify_type", "batch_trans_notify"),
        ("batch_no", "202611230000000001"),
    ];
    let paid = "PK202611230001^62000000000001^A^6523.50^S^null^201805048427067^20261123100000|";
    let failed = "PK202611230002^62000000000002^B^0.01^F^ACCOUN_NAME_NOT_MATCH^1^20261123100000|";
    let read = |further: &[(&str, &str)]| {
        let pairs: Vec<(&str, &str)> = head.iter().chain(further).copied().collect();
        let push = adapter().decode_push(&notice(&pairs), &ToyKeys).unwrap();
        assert_eq!(push.file_no, Some(1));
        let rows = push.lines.iter().map(|line| (line.row_no, line.outcome));
        rows.collect::<Vec<_>>()
    };
    let (yes, no) = (("success_details", paid), ("fail_details", failed));
    let mismatch = Outcome::Failed(FailureReason::NameMismatch);
    assert_eq!(read(&[yes]), [(Some(1), Outcome::Paid)]);
    assert_eq!(read(&[no]), [(Some(2), mismatch)]);
    assert_eq!(read(&[yes, no]), [(Some(1), Outcome::Paid)]);
    let mut changed = notice(&[head[0], head[1], yes]);
    let at = changed.windows(3).position(|w| w == b"%36").unwrap();
    changed[at + 2] = b'9';
    assert!(adapter().decode_push(&changed, &ToyKeys).is_err());
}
