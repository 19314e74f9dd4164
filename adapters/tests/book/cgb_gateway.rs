//! CGB's newer gateway: BEDC messages in signed and sealed JSON (FORMATS 6.12).

use crate::support::{ToyKeys, bank, golden_order, incoming, query};
use adapters::exchange::{Crypto as _, Enveloped, Next, Outcome, Outgoing, Wire};
use adapters::{BankReply, Book, IncomingWire};
use base64::Engine as _;
use schemas::text::Charset;
use std::collections::BTreeMap;

const BANK: &str = "ZJTLCB";
const CIPHER: &str = "sm4_ecb_rsa_pkcs1";

fn submission() -> Outgoing {
    let order = golden_order(BANK, "工资", "3300000000000000019");
    let mut messages = bank(BANK).encode_payment(&order, &ToyKeys).unwrap();
    assert_eq!(messages.len(), 1);
    messages.remove(0)
}

fn headers(message: &Outgoing) -> &[(String, String)] {
    match &message.wire {
        Wire::Http { headers, .. } => headers,
        other => panic!("over HTTP, not {other:?}"),
    }
}

fn unhex(text: &[u8]) -> Vec<u8> {
    assert!(text.iter().all(|b| b"0123456789ABCDEF".contains(b)));
    let pair = |at: usize| std::str::from_utf8(&text[at..at + 2]).unwrap();
    let byte = |at| u8::from_str_radix(pair(at), 16).unwrap();
    (0..text.len()).step_by(2).map(byte).collect()
}

/// What is in the envelope.
fn opened(message: &Outgoing) -> String {
    let [_, (_, key), _] = headers(message) else {
        panic!("three headers")
    };
    let sealed = Enveloped {
        key: base64::prelude::BASE64_STANDARD.decode(key).unwrap(),
        body: unhex(&message.bytes),
    };
    let open = ToyKeys.open_envelope(CIPHER, "bank", &sealed).unwrap();
    String::from_utf8(open).unwrap()
}

#[test]
fn the_key_and_the_signature_stand_in_headers_and_the_body_is_hexadecimal() {
    let message = submission();
    assert!(message.instructs);
    let names: Vec<&str> = headers(&message).iter().map(|(n, _)| n.as_str()).collect();
    assert_eq!(names, ["appId", "encryptKey", "signature"]);
    let Wire::Http {
        path,
        content_type,
        reply_headers,
        ..
    } = &message.wire
    else {
        panic!("over HTTP")
    };
    assert_eq!(path, "/deib/1ADEIB/E102/SimpleTrade/1.0.0");
    let text = Some("text/plain; charset=UTF-8");
    assert_eq!(content_type.as_deref(), text);
    assert_eq!(reply_headers, &["encryptKey", "signature"]);
    let own = message.signature.clone().unwrap();
    assert_eq!(own, ("rsa_sha256".to_owned(), "signing".to_owned()));
}

/// The whole message of `cgb_bedc`, in GBK, inside.
#[test]
fn the_object_carries_the_message_of_the_front_end_machine() {
    let text = opened(&submission());
    let root: serde_json::Value = serde_json::from_str(&text).unwrap();
    let head = serde_json::json!({
        "appId": "sample0000app", "entCstNo": "60000000001", "entUserId": "100001",
        "macAddr": "00-00-00-00-00-00", "password": "SAMPLE", "resdFlag": "Y",
        "seqNo": "PK20261123000001", "tradeCode": "SimpleTrade",
        "tranDate": "20261123", "tranTime": "093000",
    });
    assert_eq!(root["Header"], head);
    assert_eq!(root["Body"]["transFlag"], "OFF_PRE");
    let carried = root["Body"]["transData"].as_str().unwrap();
    let carried = base64::prelude::BASE64_STANDARD.decode(carried).unwrap();
    let xml = Charset::Gbk.decode(&carried).unwrap();
    let begin = "<?xml version=\"1.0\" encoding=\"GBK\"?><BEDC><Message><commHead>\
                 <tranCode>0033</tranCode><cifMaster>3300000001</cifMaster>";
    assert!(xml.starts_with(begin), "{xml}");
    assert!(xml.contains("<inaccname>欧阳样三</inaccname>"), "{xml}");
}

#[test]
fn the_bank_refuses_what_was_changed() {
    let side = bank(BANK).bank_side();
    let whole = incoming(&submission());
    assert!(side.read_request(&whole, &ToyKeys).is_ok());
    let mut changed = whole.clone();
    changed.bytes[0] ^= 1;
    assert!(side.read_request(&changed, &ToyKeys).is_err());
    for at in 0..3 {
        let mut changed = whole.clone();
        let IncomingWire::Http { headers, .. } = &mut changed.wire else {
            panic!("over HTTP")
        };
        let gone = headers.remove(at);
        assert!(side.read_request(&changed, &ToyKeys).is_err(), "{}", gone.0);
    }
}

/// The answer comes in UTF-8 around GBK, and both codes must say that the question was taken.
#[test]
fn an_answer_is_read_where_both_codes_say_so() {
    let adapter = bank(BANK);
    let order = golden_order(BANK, "工资", "3300000000000000019");
    let asked = query(&order, BTreeMap::new());
    let told = |change: &dyn Fn(&mut serde_json::Value)| -> Result<Outcome, String> {
        let mut question = adapter.query(&asked);
        let Ok(Next::Send(message)) = question.next(&ToyKeys) else {
            panic!("a message")
        };
        assert!(opened(&message).contains("\"seqNo\":\"QK"));
        let side = adapter.bank_side();
        let request = side.read_request(&incoming(&message), &ToyKeys).unwrap();
        let lines = request.lines.clone();
        assert!(lines.is_empty());
        let reply = BankReply::of(Outcome::Accepted);
        let reply = side.write_reply(&request, &reply, &ToyKeys).unwrap();
        let (_, body) = side.parted_reply(&request.step, reply);
        let open = ToyKeys.decrypt(CIPHER, "signing", &unhex(&body)).unwrap();
        let mut root: serde_json::Value = serde_json::from_slice(&open).unwrap();
        change(&mut root);
        let fed = question.feed(&sealed(root.to_string().as_bytes()), &ToyKeys);
        fed.map_err(|wrong| wrong.what)?;
        match question.next(&ToyKeys) {
            Ok(Next::Done(adapters::exchange::Reply::Result(result))) => Ok(result.outcome),
            other => panic!("a result, not {other:?}"),
        }
    };
    let plain = told(&|_| {});
    assert!(plain.is_ok(), "{plain:?}");
    let words = told(&|root| root["Header"]["retMsg"] = "交易成功".into());
    assert_eq!(words, plain);
    let other = told(&|root| root["Header"]["retCode"] = "E9999".into());
    assert_eq!(other, Ok(Outcome::Unknown));
    let bare = told(&|root| root["Body"] = serde_json::json!({}));
    assert!(bare.is_err(), "{bare:?}");
}

/// An answer as the bank signs and seals it.
fn sealed(open: &[u8]) -> Vec<u8> {
    use std::fmt::Write as _;
    let base64 = base64::prelude::BASE64_STANDARD;
    let sealed = ToyKeys.seal_envelope(CIPHER, "signing", open).unwrap();
    let hex = |bytes: &[u8]| {
        bytes.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
    };
    let digest = ring::digest::digest(&ring::digest::SHA256, open);
    let digest = hex(digest.as_ref());
    let signature = ToyKeys.sign("rsa_sha256", "bank", digest.as_bytes());
    let (key, signature) = (base64.encode(sealed.key), base64.encode(signature.unwrap()));
    let body = hex(&sealed.body).to_uppercase();
    format!("encryptKey: {key}\nsignature: {signature}\n\n{body}").into_bytes()
}

/// A bank whose answers our key must open stays synthetic; an envelope stands outermost, to a key
/// that signs.
#[test]
fn an_envelope_stands_where_it_can() {
    let file = "dialects/cgb_gateway/dialect.toml";
    let own = Book::built_in_files().find(|(path, _)| *path == file);
    let own = own.unwrap().1;
    let observed = "code = \"CGB\"\ndialect = \"cgb_gateway\"\nevidence = \"observed\"\n\
                    cut_off = \"17:00\"\n";
    let front = "dialects/cgb_bedc/dialect.toml";
    let bedc = Book::built_in_files().find(|(path, _)| *path == front);
    let bedc = bedc.unwrap().1;
    let book = |text: &str, preset: &str| {
        let files = [(file, text), (front, bedc), ("banks/CGB/bank.toml", preset)];
        let refused = Book::from_files(files).err();
        refused.map(|errors| errors[0].what.clone())
    };
    let synthetic = observed.replace("observed", "synthetic");
    assert_eq!(book(own, &synthetic), None);
    let refused = book(own, observed).unwrap();
    assert!(refused.contains("`synthetic` banks only"), "{refused}");
    let wrong = [
        (
            r#"slot = "bank", key"#,
            r#"slot = "body", key"#,
            "the other side signs nothing",
        ),
        (
            r#"slot = "signing", key"#,
            r#"slot = "body", key"#,
            "the other side signs nothing",
        ),
        (r#""encryptKey""#, r#""encrypt Key""#, "letters, digits"),
        (r#""encryptKey""#, r#""Signature""#, "stands twice"),
        (
            "{ base64 = { outside = \"utf8\" } },",
            "{ base64 = { outside = \"utf8\" } },\n    { base64 = { outside = \"gbk\" } },",
            "one character set",
        ),
    ];
    for (old, new, words) in wrong {
        assert!(own.contains(old), "{old}");
        let refused = book(&own.replacen(old, new, 1), &synthetic);
        let refused = refused.unwrap_or_else(|| panic!("taken: {new}"));
        assert!(refused.contains(words), "{words} not in: {refused}");
    }
}
