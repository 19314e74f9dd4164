//! WeChat Pay's signatures in headers: of its answers, and of our requests.

use super::wechat_payroll::{BASE64, KEY, adapter, answer, answered, headed, order, submitted};
use crate::support::{TOY_NOW_S, ToyKeys, incoming, query};
use adapters::exchange::{
    AsOf, Crypto as _, LineOutcome, Method, Next, Outcome, Outgoing, Reply, Wire,
};
use adapters::{Incoming, IncomingWire, RequestKind};
use base64::Engine as _;
use schemas::FailureReason;
use std::collections::BTreeMap;

/// What a bank says of our file, by each way in; `None` where it is not read.
fn taken(message: &[u8]) -> [Option<Outcome>; 3] {
    let question = query(&order(), BTreeMap::new());
    let mut conversation = adapter().query(&question);
    conversation.next(&ToyKeys).unwrap();
    let line = |lines: &[LineOutcome]| lines.first().map(|line| line.outcome);
    let told = conversation.feed(message, &ToyKeys).ok().and_then(|()| {
        match conversation.next(&ToyKeys).unwrap() {
            Next::Done(Reply::Result(result)) => line(&result.lines),
            _ => panic!("a result"),
        }
    });
    let result = adapter().decode_result(message, &ToyKeys).ok();
    let push = adapter().decode_push(message, &ToyKeys).ok();
    [
        told,
        result.and_then(|result| line(&result.lines)),
        push.and_then(|push| line(&push.lines)),
    ]
}

fn failed_row(batch: &str) -> String {
    let row = "{\"out_detail_no\":\"PK202611230001\",\"detail_status\":\"FAIL\"}";
    answer("FINISHED", row).replace("PK2026112301", batch)
}

const REFUSED: Outcome = Outcome::Failed(FailureReason::RefusedByBank);

#[test]
fn a_flipped_bit_anywhere_is_not_read() {
    let whole = answered(&failed_row("PK2026112301"));
    assert_eq!(taken(&whole), [Some(REFUSED); 3]);
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut changed = whole.clone();
            changed[at] ^= 1 << bit;
            assert_eq!(taken(&changed), [None; 3], "bit {bit} of byte {at}");
        }
    }
    for end in 0..whole.len() {
        assert_eq!(taken(&whole[..end]), [None; 3], "cut at {end}");
    }
}

#[test]
fn a_header_that_is_missing_wrong_or_old_is_not_read() {
    let body = failed_row("PK2026112301");
    let wrong = |message: &[u8]| {
        assert_eq!(taken(message), [None; 3]);
        let wrong = adapter().decode_result(message, &ToyKeys);
        wrong.unwrap_err().what
    };
    let text = String::from_utf8(answered(&body)).unwrap();
    for line in text.lines().take(4) {
        let without = text.replace(&format!("{line}\n"), "");
        assert_eq!(wrong(without.as_bytes()), "a signed header is missing");
    }
    assert_eq!(wrong(body.as_bytes()), "a signed header is missing");
    let other = headed(TOY_NOW_S, "1", "TOY-KEY-other", &body);
    let key = "signed with another key than that of the bank";
    assert_eq!(wrong(&other), key);
    let far = "the moment of the signature is too far off";
    for (seconds, read) in [(300, true), (301, false), (-300, true), (-301, false)] {
        let message = headed(TOY_NOW_S + seconds, "1", KEY, &body);
        match read {
            true => assert_eq!(taken(&message), [Some(REFUSED); 3]),
            false => assert_eq!(wrong(&message), far),
        }
    }
    let unclear = text.replace("Wechatpay-Timestamp: 1", "Wechatpay-Timestamp: +1");
    assert_eq!(wrong(unclear.as_bytes()), "the signature does not verify");
}

/// An answer about another file is signed as well, and so is one that names none.
#[test]
fn an_answer_about_another_file_is_not_taken() {
    let question = query(&order(), BTreeMap::new());
    let order = order();
    for body in [failed_row("PK2026112302"), failed_row("PK2026112201")] {
        let mut conversation = adapter().query(&question);
        conversation.next(&ToyKeys).unwrap();
        assert!(conversation.feed(&answered(&body), &ToyKeys).is_err());
    }
    let receipt = |body: &str| {
        let mut conversation = adapter().submit(&order);
        conversation.next(&ToyKeys).unwrap();
        conversation.feed(&answered(body), &ToyKeys).ok()?;
        match conversation.next(&ToyKeys).unwrap() {
            Next::Done(Reply::Receipt(receipt)) => Some(receipt.outcome),
            _ => panic!("a receipt"),
        }
    };
    let said = |batch: &str| {
        receipt(&format!(
            "{{\"out_batch_no\":\"{batch}\",\"batch_id\":\"1030\",\"batch_status\":\"ACCEPTED\"}}"
        ))
    };
    assert_eq!(said("PK2026112301"), Some(Outcome::Accepted));
    assert_eq!(said("PK2026112302"), None);
    assert_eq!(receipt("{\"batch_status\":\"ACCEPTED\"}"), None);
}

/// What somebody kept is read without its headers; with them the signature is checked.
#[test]
fn a_kept_answer_may_be_old_and_bare() {
    let body = failed_row("PK2026112301");
    let read = |message: &[u8]| {
        let read = adapter().kept_result(message, &ToyKeys);
        read.map(|result| result.lines[0].outcome)
    };
    assert_eq!(read(body.as_bytes()), Ok(REFUSED));
    let old = headed(1, "1", "OLD", &body);
    assert_eq!(read(&old), Ok(REFUSED));
    let changed = String::from_utf8(old).unwrap().replace("FAIL", "SUCCESS");
    let wrong = read(changed.as_bytes()).unwrap_err();
    assert_eq!(wrong.what, "the signature does not verify");
}

/// The lines of a request as the page of WeChat Pay has them: method, path with query, moment,
/// nonce and body, each with a line feed behind it; of a GET the last one is empty.
fn authorization(method: &str, path: &str, body: &[u8]) -> String {
    let nonce = "A5".repeat(16);
    let head = format!("{method}\n{path}\n{TOY_NOW_S}\n{nonce}\n");
    let text = [head.as_bytes(), body, b"\n"].concat();
    let signature = BASE64.encode(ToyKeys.sign("rsa_sha256", "signing", &text).unwrap());
    let serial = "0".repeat(40);
    format!(
        "WECHATPAY2-SHA256-RSA2048 mchid=\"1900000000\",nonce_str=\"{nonce}\",\
         signature=\"{signature}\",timestamp=\"{TOY_NOW_S}\",serial_no=\"{serial}\""
    )
}

fn asking() -> Outgoing {
    let question = query(&order(), BTreeMap::new());
    match adapter().query(&question).next(&ToyKeys).unwrap() {
        Next::Send(message) => message,
        _ => panic!("a question"),
    }
}

const PATH: &str = "/v3/partner-transfer/batches/out-batch-no/PK2026112301\
                    ?need_query_detail=true&offset=0&limit=100&detail_status=ALL";

#[test]
fn a_request_is_signed_in_its_header_and_a_question_has_no_body() {
    let headers_of = |message: &Outgoing, expected: (Method, &str, Option<&str>)| {
        let Wire::Http {
            method,
            path,
            content_type,
            headers,
            ..
        } = &message.wire
        else {
            panic!("over HTTP")
        };
        let found = (*method, path.as_str(), content_type.as_deref());
        assert_eq!(found, expected);
        headers.clone()
    };
    let heads = |method: &str, path: &str, body: &[u8]| {
        [
            ("Accept", "application/json".to_owned()),
            ("User-Agent", "anxin-gateway".to_owned()),
            ("Wechatpay-Serial", format!("PUB_KEY_ID_{}", "0".repeat(28))),
            ("Authorization", authorization(method, path, body)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
    };
    let batch = submitted();
    let path = "/v3/payroll-card/transfer-batches";
    let found = headers_of(&batch, (Method::Post, path, Some("application/json")));
    assert_eq!(found, heads("POST", path, &batch.bytes));
    let question = asking();
    assert!(question.bytes.is_empty());
    let found = headers_of(&question, (Method::Get, PATH, None));
    assert_eq!(found, heads("GET", PATH, b""));
    for message in [batch, question] {
        let signature = message.signature;
        assert_eq!(signature, Some(("rsa_sha256".into(), "signing".into())));
    }
}

/// The bank's chair: what was signed is what came.
#[test]
fn a_request_that_was_changed_or_is_old_is_refused() {
    let side = adapter().bank_side();
    let read = |message: &Incoming| side.read_request(message, &ToyKeys);
    let asked = read(&incoming(&asking())).unwrap();
    assert_eq!((asked.kind, asked.file_no), (RequestKind::Query, Some(1)));
    for message in [asking(), submitted()] {
        let whole = incoming(&message);
        let IncomingWire::Http { path, headers, .. } = &whole.wire else {
            panic!("over HTTP")
        };
        let with = |change: &dyn Fn(&mut Method, &mut String, &mut Vec<(String, String)>)| {
            let mut changed = whole.clone();
            let IncomingWire::Http {
                method,
                path,
                headers,
            } = &mut changed.wire
            else {
                panic!("over HTTP")
            };
            change(method, path, headers);
            read(&changed).err().map(|wrong| wrong.what)
        };
        assert_eq!(with(&|_, _, _| {}), None);
        let other = |method: Method| match method {
            Method::Get => Method::Post,
            Method::Post => Method::Get,
        };
        assert!(with(&|method, _, _| *method = other(*method)).is_some());
        let further = format!("{path}&x=1");
        assert!(with(&|_, path, _| path.clone_from(&further)).is_some());
        assert!(with(&|_, _, headers| headers.truncate(3)).is_some());
        let value = &headers[3].1;
        for at in 0..value.len() {
            let mut bytes = value.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else {
                continue;
            };
            // Who says that he signs is no part of what he signs.
            let names = ["1900000000", &"0".repeat(40)].map(|own| {
                let start = value.find(own).unwrap();
                start..start + own.len()
            });
            let named = names.iter().any(|place| place.contains(&at));
            let wrong = with(&|_, _, headers| headers[3].1.clone_from(&changed));
            assert_eq!(wrong.is_none(), named, "{at}");
        }
        let late = AsOf::new(&ToyKeys, TOY_NOW_S + 301);
        let wrong = side.read_request(&whole, &late).unwrap_err();
        assert_eq!(wrong.what, "the moment of the signature is too far off");
    }
}

/// A number of the deployment that would end its place in the header is not written.
#[test]
fn a_value_can_not_break_out_of_the_header() {
    let mut order = order();
    for value in ["19\",x=\"", "19\r\nX: y", "", "商户"] {
        order
            .connection
            .extend([("mchid".to_owned(), value.to_owned())]);
        assert!(adapter().encode_payment(&order, &ToyKeys).is_err());
    }
}
