//! Digital envelopes: what stands in the headers and in the body, from both chairs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use adapters::exchange::{Crypto as _, Enveloped};
use adapters::layout::field::Field;
use adapters::layout::values::Values;
use adapters::wire::layer::Around;
use adapters::wire::{Message, Reading};
use base64::Engine as _;
use schemas::text::Charset;
use support::ToyKeys;

const ENVELOPE: &str = r#"
[[layers]]
[layers.digital_envelope]
cipher = "sm4_ecb_rsa_pkcs1"
slot = "bank"
key = "encryptKey"

[layers.digital_envelope.sign]
algorithm = "rsa_sha256"
slot = "signing"
over = "sha256_hex"
shape = "base64"
header = "signature"

[body.json]
head = [{ path = "Name", field = "payer.name" }]
"#;

/// SHA-256 of the body below, by `printf '{"Name":"zhang"}' | sha256sum`.
const DIGEST: &str = "31e83702ddcf833d5576f1aa0aa23b8eb2635312825b8ac955963ae93d9ba895";

fn around() -> Around<'static> {
    Around {
        crypto: &ToyKeys,
        charset: Charset::Utf8,
    }
}

fn message() -> Message {
    toml::from_str(ENVELOPE).unwrap_or_else(|error| panic!("{error}"))
}

fn written() -> Vec<u8> {
    let mut values = Values::default();
    values.set(Field::PayerName, "zhang");
    message()
        .write(&values, around())
        .ok()
        .expect("it fits")
        .bytes
}

fn read(bytes: &[u8], reading: Reading) -> Result<Values, String> {
    let read = message().read(bytes, reading, around());
    read.map_err(|wrong| wrong.what)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

#[test]
fn the_key_and_the_signature_over_the_open_body_stand_in_headers() {
    let base64 = base64::prelude::BASE64_STANDARD;
    let body = br#"{"Name":"zhang"}"#;
    let Enveloped { key, body } = ToyKeys
        .seal_envelope("sm4_ecb_rsa_pkcs1", "bank", body)
        .unwrap();
    let signature = ToyKeys.sign("rsa_sha256", "signing", DIGEST.as_bytes());
    let expected = format!(
        "encryptKey: {}\nsignature: {}\n\n{}",
        base64.encode(key),
        base64.encode(signature.unwrap()),
        hex(&body)
    );
    assert_eq!(String::from_utf8(written()).unwrap(), expected);
    let values = read(&written(), Reading::Whole).unwrap();
    assert_eq!(values.text(Field::PayerName), Some("zhang"));
    let lower = expected.replace(&hex(&body), &hex(&body).to_lowercase());
    assert!(read(lower.as_bytes(), Reading::Whole).is_ok());
}

#[test]
fn whatever_does_not_open_is_told_in_the_same_words() {
    let text = String::from_utf8(written()).unwrap();
    let (head, body) = text.split_once("\n\n").unwrap();
    let (key, signature) = head.split_once('\n').unwrap();
    let other = base64::prelude::BASE64_STANDARD.encode([1, 2, 3, 4]);
    let wrong = [
        format!("encryptKey: {other}\n{signature}\n\n{body}"),
        format!("encryptKey: \n{signature}\n\n{body}"),
        format!("encryptKey: ***\n{signature}\n\n{body}"),
        format!("{key}\n{signature}\n\n{}", &body[2..]),
        format!("{key}\n{signature}\n\n{}", &body[1..]),
        format!("{key}\n{signature}\n\n"),
    ];
    for text in wrong {
        let what = read(text.as_bytes(), Reading::Whole).unwrap_err();
        assert_eq!(what, "the sealed body can't be opened", "{text}");
    }
    let forged = format!("{key}\nsignature: {other}\n\n{body}");
    let what = read(forged.as_bytes(), Reading::Whole).unwrap_err();
    assert_eq!(what, "the signature does not verify");
    let empty = format!("{key}\nsignature: \n\n{body}");
    let what = read(empty.as_bytes(), Reading::Whole).unwrap_err();
    assert_eq!(what, "the signature is missing");
}

/// A body without its headers, or open already, is never taken for what came over a channel; a
/// clerk's file that is open is read.
#[test]
fn without_its_headers_nothing_is_read() {
    let text = String::from_utf8(written()).unwrap();
    let (head, body) = text.split_once("\n\n").unwrap();
    let signature = head.lines().nth(1).unwrap();
    let open = r#"{"Name":"zhang"}"#;
    for bare in [
        body.to_owned(),
        format!("{signature}\n\n{body}"),
        open.to_owned(),
    ] {
        for reading in [Reading::Whole, Reading::AsFound] {
            let what = read(bare.as_bytes(), reading).unwrap_err();
            assert_eq!(what, "a header of the envelope is missing");
        }
    }
    assert!(read(open.as_bytes(), Reading::Kept).is_ok());
    assert!(read(body.as_bytes(), Reading::Kept).is_err());
}
