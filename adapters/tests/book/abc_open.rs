//! ABC's open bank: the envelope by hand from the section and the public SDK. The bodies are ours.

use crate::support::{ToyKeys, bank, golden_order, incoming};
use adapters::exchange::{Crypto as _, Next, Outcome, Outgoing, PaymentOrder, Reply, Wire};
use base64::Engine as _;
use serde_json::{Value, json};

const BASE64: base64::engine::GeneralPurpose = base64::prelude::BASE64_STANDARD;

fn order() -> PaymentOrder {
    let mut order = golden_order("CZCB", "11月工资", "3300000000000000019");
    order.lines.truncate(1);
    order
}

fn submitted() -> Outgoing {
    let order = order();
    let mut messages = bank("CZCB").encode_payment(&order, &ToyKeys).unwrap();
    assert!(messages.len() == 1 && messages[0].instructs);
    messages.remove(0)
}

#[test]
fn the_envelope_by_hand() {
    let message = submitted();
    let Wire::Http { path, headers, .. } = &message.wire else {
        panic!("over HTTP")
    };
    assert_eq!(path, "/openabc/api/enterprisepayment/pushsingletransfer/v1");
    let header = |name: &str| {
        let mut named = headers.iter().filter(|(own, _)| own == name);
        named.next().map(|(_, value)| value.as_str())
    };
    assert_eq!(header("openabc-Extension-reqDate"), Some("20261123"));
    assert_eq!(header("openabc-Extension-reqTime"), Some("093000"));
    let body = json!({ "data": {
        "reqSerial": "PK202611230000000001",
        "accNo": "3300000000000000019",
        "accName": "浙江样例建设有限公司",
        "accCur": "156",
        "payeeList": [{
            "accNo": "6200000000000000018",
            "accName": "张样一",
            "bankNo": "304100040000",
            "amount": "6523.50",
            "remark": "11月工资",
        }],
    } });
    let sealed = ToyKeys.encrypt("aes192_cbc", "encryption", body.to_string().as_bytes());
    let sealed = BASE64.encode(sealed.unwrap());
    let nonce = "20261123093000123000000000100000";
    assert_eq!(nonce.len(), 32);
    // By the names: appid, encrypt_data, encrypt_type, nonce, sign_type, timestamp.
    let signed = format!("sample-app@{sealed}@AES@{nonce}@SHA256@2026-11-23 09:30:00");
    let signature = ToyKeys
        .sign("rsa_sha256", "signing", signed.as_bytes())
        .unwrap();
    let expected = json!({
        "appid": "sample-app",
        "sign_type": "SHA256",
        "encrypt_type": "AES",
        "encrypt_data": sealed,
        "biz_data": "",
        "nonce": nonce,
        "timestamp": "2026-11-23 09:30:00",
        "sign": BASE64.encode(signature),
    });
    assert_eq!(
        String::from_utf8(message.bytes).unwrap(),
        expected.to_string()
    );
}

/// An answer as the gateway of the bank would make it.
fn answer(code: &str, body: &Value, change: impl Fn(&mut Value)) -> Vec<u8> {
    let sealed = ToyKeys.encrypt("aes192_cbc", "encryption", body.to_string().as_bytes());
    let sealed = BASE64.encode(sealed.unwrap());
    let signed = format!("{sealed}@r1");
    let signature = ToyKeys
        .sign("rsa_sha256", "bank", signed.as_bytes())
        .unwrap();
    let mut answer = json!({
        "code": code, "msg": "text", "responseid": "r1", "biz_encrypt": sealed,
        "sign": BASE64.encode(signature),
    });
    change(&mut answer);
    answer.to_string().into_bytes()
}

fn receipt(answer: &[u8]) -> Result<Outcome, String> {
    let order = order();
    let mut conversation = bank("CZCB").submit(&order);
    let Next::Send(_) = conversation.next(&ToyKeys).unwrap() else {
        panic!("a message")
    };
    let fed = conversation.feed(answer, &ToyKeys);
    fed.map_err(|wrong| wrong.what.to_string())?;
    let Next::Done(Reply::Receipt(receipt)) = conversation.next(&ToyKeys).unwrap() else {
        panic!("a receipt")
    };
    Ok(receipt.outcome)
}

#[test]
fn only_0000_is_taken_and_only_what_is_signed_is_believed() {
    let body = json!({ "data": { "reqSerial": "PK202611230000000001" } });
    let told = |code: &str| receipt(&answer(code, &body, |_| {}));
    assert_eq!(told("0000"), Ok(Outcome::Accepted));
    assert_eq!(told("9999"), Ok(Outcome::Unknown));
    let changed = |change: fn(&mut Value)| receipt(&answer("0000", &body, change));
    assert!(changed(|answer| answer["responseid"] = "r2".into()).is_err());
    assert!(changed(|answer| answer["further"] = "x".into()).is_err());
    assert!(changed(|answer| drop(answer.as_object_mut().unwrap().remove("sign"))).is_err());
    let other = json!({ "data": { "reqSerial": "PK202611230000000002" } });
    assert!(receipt(&answer("0000", &other, |_| {})).is_err());
}

#[test]
fn the_bank_refuses_a_changed_request() {
    let message = submitted();
    let side = bank("CZCB").bank_side();
    let request = side.read_request(&incoming(&message), &ToyKeys).unwrap();
    assert_eq!((request.file_no, request.lines.len()), (Some(1), 1));
    let mut changed = message;
    let text = String::from_utf8(changed.bytes).unwrap();
    changed.bytes = text.replace("09:30:00", "09:30:01").into_bytes();
    assert!(side.read_request(&incoming(&changed), &ToyKeys).is_err());
}
