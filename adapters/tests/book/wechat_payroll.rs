//! WeChat Pay's payroll batch. No preset of the book names it: here an invented one does.

use crate::support::{TOY_NOW_S, ToyKeys, golden_order, incoming, invented, names, query, sample};
use adapters::BankAdapter;
use adapters::exchange::{Crypto as _, Next, Outcome, Outgoing, PaymentOrder, Reply, ResultFile};
use base64::Engine as _;
use schemas::FailureReason;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::OnceLock;

pub const BASE64: base64::engine::GeneralPurpose = base64::prelude::BASE64_STANDARD;

pub fn adapter() -> &'static BankAdapter {
    static MADE: OnceLock<&BankAdapter> = OnceLock::new();
    MADE.get_or_init(|| invented("CZCB", "wechat_payroll"))
}

pub fn order() -> PaymentOrder {
    let mut order = golden_order("CZCB", "工资", "3300000000000000019");
    order.connection = adapter().example_connection();
    order
}

pub fn submitted() -> Outgoing {
    let mut messages = adapter().encode_payment(&order(), &ToyKeys).unwrap();
    assert!(messages.len() == 1 && messages[0].instructs);
    messages.remove(0)
}

/// The members that the sample leaves out are taken away; the names are sealed, and an account
/// stands where the sample has an openid. White space says nothing in JSON: the rest is equal.
#[test]
fn the_batch_is_that_of_the_sample() {
    let message = submitted();
    let mut own: Value = serde_json::from_slice(&message.bytes).unwrap();
    let order = order();
    let read = adapter()
        .bank_side()
        .read_request(&incoming(&message), &ToyKeys)
        .unwrap();
    assert_eq!(
        names(&read.lines),
        ["张样一", "李样二", "欧阳样三", "阿样·木样", "王样五"]
    );
    assert_eq!((read.file_no, read.total), (Some(1), order.total()));
    for name in [
        "sub_mchid",
        "sub_appid",
        "authorization_type",
        "employment_type",
    ] {
        assert!(
            own.as_object_mut().unwrap().shift_remove(name).is_some(),
            "{name}"
        );
    }
    let Some(sample) = sample("wechat_payroll_transfer_batches.json") else {
        return;
    };
    let mut expected: Value = serde_json::from_slice(&sample).unwrap();
    let rows = expected["transfer_detail_list"].as_array_mut().unwrap();
    let workers = ["张样一", "李样二", "欧阳样三", "阿样·木样", "王样五"];
    let accounts = ["018", "026", "034", "042", "059"];
    for ((row, name), account) in rows.iter_mut().zip(workers).zip(accounts) {
        assert_eq!(row["user_name"], "<RSA-OAEP ciphertext, base64>");
        let sealed = ToyKeys.encrypt("rsa_oaep_sha1", "bank", name.as_bytes());
        row["user_name"] = BASE64.encode(sealed.unwrap()).into();
        assert!(
            row["openid"]
                .as_str()
                .unwrap()
                .starts_with("SAMPLE-OPENID-")
        );
        row["openid"] = format!("6200000000000000{account}").into();
    }
    assert_eq!(own.to_string(), expected.to_string());
}

#[test]
fn a_name_in_clear_or_a_member_twice_is_refused() {
    let message = submitted();
    let side = adapter().bank_side();
    let text = String::from_utf8(message.bytes.clone()).unwrap();
    let refused = |text: String| {
        let changed = Outgoing {
            bytes: text.into_bytes(),
            ..message.clone()
        };
        side.read_request(&incoming(&changed), &ToyKeys).is_err()
    };
    let sealed = ToyKeys.encrypt("rsa_oaep_sha1", "bank", "张样一".as_bytes());
    let sealed = BASE64.encode(sealed.unwrap());
    assert!(text.contains(&sealed));
    assert!(refused(text.replace(&sealed, "张样一")));
    assert!(refused(text.replacen(
        "\"total_num\":5",
        "\"total_num\":5,\"total_num\":5",
        1
    )));
    assert!(!refused(text));
}

/// A message in its headers as their page has them: lines of the moment, the nonce and the body.
pub fn headed(moment: i64, nonce: &str, key: &str, body: &str) -> Vec<u8> {
    let text = format!("{moment}\n{nonce}\n{body}\n");
    let signature = ToyKeys.sign("rsa_sha256", "bank", text.as_bytes()).unwrap();
    let signature = BASE64.encode(signature);
    format!(
        "Wechatpay-Timestamp: {moment}\nWechatpay-Nonce: {nonce}\n\
         Wechatpay-Signature: {signature}\nWechatpay-Serial: {key}\n\n{body}"
    )
    .into_bytes()
}

pub const KEY: &str = "TOY-KEY-bank";

pub fn answered(body: &str) -> Vec<u8> {
    headed(TOY_NOW_S - 3, "d824f2e086d3c1df967785d13fcd22ef", KEY, body)
}

fn asked(answer: &str) -> ResultFile {
    let question = query(&order(), BTreeMap::new());
    let mut conversation = adapter().query(&question);
    let Next::Send(_) = conversation.next(&ToyKeys).unwrap() else {
        panic!("a question")
    };
    conversation.feed(&answered(answer), &ToyKeys).unwrap();
    let Next::Done(Reply::Result(result)) = conversation.next(&ToyKeys).unwrap() else {
        panic!("a result")
    };
    result
}

pub fn answer(status: &str, rows: &str) -> String {
    format!(
        "{{\"out_batch_no\":\"PK2026112301\",\"batch_id\":\"1030\",\"batch_status\":\"{status}\",\
         \"transfer_detail_list\":[{rows}]}}"
    )
}

#[test]
fn the_states_of_batch_and_row() {
    let statuses = ["SUCCESS", "FAIL", "INIT", "PROCESSING", "WAIT_PAY", "NEW"];
    let row = |(status, row): (&&str, u32)| {
        format!(
            "{{\"detail_id\":\"1040\",\"out_detail_no\":\"PK20261123{row:04}\",\
             \"detail_status\":\"{status}\",\"fail_reason\":\"ACCOUNT_FROZEN\"}}"
        )
        .replace(
            if *status == "FAIL" {
                "-"
            } else {
                ",\"fail_reason\":\"ACCOUNT_FROZEN\""
            },
            "",
        )
    };
    let rows: Vec<String> = statuses.iter().zip(1..).map(row).collect();
    let result = asked(&answer("PROCESSING", &rows.join(",")));
    let told: Vec<Outcome> = result.lines.iter().map(|line| line.outcome).collect();
    let (open, unknown) = (Outcome::Accepted, Outcome::Unknown);
    let failed = Outcome::Failed(FailureReason::AccountFrozen);
    assert_eq!(told, [Outcome::Paid, failed, open, open, open, unknown]);
    let whole = |status| asked(&answer(status, "")).outcome;
    for status in ["ACCEPTED", "PROCESSING", "WAIT_PAY", "FINISHED"] {
        assert_eq!(whole(status), open, "{status}");
    }
    for status in ["CLOSED", "NEW"] {
        assert_eq!(whole(status), unknown, "{status}");
    }
}
