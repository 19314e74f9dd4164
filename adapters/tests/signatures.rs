//! What a signature stands over, and what is read without one: nothing that comes over a channel.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use adapters::exchange::{Crypto as _, LineOutcome, Next};
use adapters::layout::field::Field;
use adapters::layout::values::Values;
use adapters::wire::layer::Around;
use adapters::wire::{Message, Reading};
use base64::Engine as _;
use schemas::text::Charset;
use support::{ToyKeys, Unchecked, bank, order, query};

const WRONG: &str = "the signature does not verify";

fn message(text: &str) -> Message {
    toml::from_str(text).unwrap_or_else(|error| panic!("{error}"))
}

fn around() -> Around<'static> {
    Around {
        crypto: &ToyKeys,
        charset: Charset::Utf8,
    }
}

fn read_as(message: &Message, reading: Reading, bytes: &[u8]) -> Result<Values, String> {
    let read = message.read(bytes, reading, around());
    read.map_err(|wrong| wrong.what)
}

/// The statuses of the rows of a signed document.
fn statuses(document: &str, signed: &str) -> Result<Vec<String>, String> {
    let message = message(
        r#"
        [[layers]]
        [layers.lead_sign]
        algorithm = "sm2_sm3"
        slot = "bank"
        before = "{S:"
        after = "}"
        shape = "hex"
        end = "|"
        elements = ["d/r/s"]
        [body.xml]
        namespace = ["urn:x"]
        head = [{ path = "d/n", spare = "" }]
        [body.xml.rows]
        path = "d/r"
        slots = [{ path = "s", field = "row.status", required = true }]"#,
    );
    let signature = ToyKeys.sign("sm2_sm3", "bank", signed.as_bytes()).unwrap();
    let digits = signature.iter().map(|byte| format!("{byte:02X}"));
    let text = format!("{{S:{}}}{document}", digits.collect::<String>());
    let values = read_as(&message, Reading::Whole, text.as_bytes())?;
    let statuses = values.rows.iter().map(|row| row.get(&Field::RowStatus));
    Ok(statuses.map(|status| status.unwrap().to_owned()).collect())
}

/// What is read is what is signed: no spelling of XML brings in a text that the signature does not
/// stand over.
#[test]
fn whatever_is_read_of_a_document_is_signed() {
    let paid = "<d xmlns=\"urn:x\"><r><s>PAID</s></r></d>";
    assert_eq!(statuses(paid, "PAID|"), Ok(vec!["PAID".to_owned()]));
    let prefixed = "<p:d xmlns:p=\"urn:x\"><p:r><p:s>PAID</p:s></p:r></p:d>";
    assert_eq!(statuses(prefixed, "PAID|"), Ok(vec!["PAID".to_owned()]));
    for forged in [
        // A further row under a prefix.
        "<d xmlns=\"urn:x\" xmlns:p=\"urn:x\"><r><s>PAID</s></r>\
         <p:r><p:s>FAILED</p:s></p:r></d>",
        "<p:d xmlns:p=\"urn:x\" xmlns=\"urn:y\"><r><s>PAID</s></r>\
         <p:r><p:s>FAILED</p:s></p:r></p:d>",
        // Another text behind an element inside the signed one.
        "<d xmlns=\"urn:x\"><r><s>PAID<y>x</y>FAILED</s></r></d>",
        "<d xmlns=\"urn:x\"><r><s>PAID<y/>FAILED</s></r></d>",
        "<d xmlns=\"urn:x\"><r><s>FAILED</s></r></d>",
    ] {
        assert!(statuses(forged, "PAID|").is_err(), "{forged}");
    }
}

/// Over a channel outer layers may be gone, but never the signature; a file that a clerk kept may
/// have lost it.
#[test]
fn a_signature_is_never_taken_for_a_layer_that_is_gone() {
    let message = message(
        r#"
        [[layers]]
        [layers.member_sign]
        algorithm = "sm2_sm3"
        slot = "bank"
        member = "sign"
        separator = "&"
        shape = "hex"
        [[layers]]
        [layers.json]
        head = [{ path = "data", payload = {} }]
        [body.json]
        head = [{ path = "code", field = "reply.code", required = true }]"#,
    );
    let body = "{\"code\":\"0000\"}";
    let signature = ToyKeys.sign("sm2_sm3", "bank", b"0000").unwrap();
    let digits = signature.iter().map(|byte| format!("{byte:02X}"));
    let signature = digits.collect::<String>();
    let signed = format!("{{\"code\":\"0000\",\"sign\":\"{signature}\"}}");
    let tampered = signed.replace("0000", "9999");
    let enveloped = serde_json::json!({ "data": signed }).to_string();
    let code = |reading, text: &str| {
        let values = read_as(&message, reading, text.as_bytes())?;
        Ok::<_, String>(values.text(Field::ReplyCode).unwrap().to_owned())
    };
    for reading in [Reading::Whole, Reading::AsFound, Reading::Kept] {
        assert_eq!(code(reading, &enveloped).as_deref(), Ok("0000"));
    }
    assert_eq!(code(Reading::AsFound, &signed).as_deref(), Ok("0000"));
    assert!(code(Reading::AsFound, body).is_err());
    assert_eq!(code(Reading::Kept, body).as_deref(), Ok("0000"));
    // One that is wrong is not one that is gone.
    for reading in [Reading::AsFound, Reading::Kept] {
        assert_eq!(code(reading, &tampered), Err(WRONG.to_owned()));
    }
}

/// By hand: the names of every object sorted, no white space, the placeholder in its place.
#[test]
fn json_is_signed_with_its_names_sorted() {
    let message = message(
        r#"
        [[layers]]
        [layers.sign]
        algorithm = "sm2_sm3"
        slot = "bank"
        before = '"sig":"'
        placeholder = "PLACE"
        after = '"'
        shape = "base64"
        sorted = true
        [body.json]
        head = [
            { path = "z/code", field = "reply.code", required = true },
            { path = "a/sig", spare = "PLACE" },
        ]"#,
    );
    let sorted = r#"{"a":{"sig":"PLACE"},"z":{"c":[{"d":1,"e":2}],"code":"0000"}}"#;
    let signature = ToyKeys.sign("sm2_sm3", "bank", sorted.as_bytes()).unwrap();
    let signature = base64::prelude::BASE64_STANDARD.encode(signature);
    let came = |code: &str| {
        format!(
            "{{ \"z\": {{\"code\": \"{code}\", \"c\": [{{\"e\":2,\"d\":1}}] }},\n\
             \"a\": {{\"sig\":\"{signature}\"}} }}"
        )
    };
    let read = read_as(&message, Reading::Whole, came("0000").as_bytes());
    assert_eq!(read.unwrap().text(Field::ReplyCode), Some("0000"));
    let forged = read_as(&message, Reading::Whole, came("9999").as_bytes());
    assert_eq!(forged.unwrap_err(), WRONG);
    // A place that is empty, or still holds the placeholder, is no signature.
    for nothing in ["", "PLACE"] {
        let text = came("0000").replace(&signature, nothing);
        let read = read_as(&message, Reading::Whole, text.as_bytes());
        assert_eq!(read.unwrap_err(), "the signature is missing");
        assert!(read_as(&message, Reading::Kept, text.as_bytes()).is_ok());
    }
}

/// UnionPay's own programs verify pairs without a value as well: `name=`.
#[test]
fn pairs_without_a_value_are_signed_where_the_bank_signs_them() {
    for (blank, signed) in [(true, "a=0000&b="), (false, "a=0000")] {
        let message = message(&format!(
            r#"
            [[layers]]
            [layers.form]
            raw = true
            slots = [{{ path = "a", field = "reply.code", required = true }}]
            [layers.form.sign]
            algorithm = "rsa_sha256"
            slot = "bank"
            pair = "s"
            shape = "hex"
            blank = {blank}
            [body.delimited]"#
        ));
        let signature = ToyKeys.sign("rsa_sha256", "bank", signed.as_bytes());
        let digits = signature.unwrap();
        let digits = digits.iter().map(|byte| format!("{byte:02X}"));
        let digits = digits.collect::<String>();
        let read = |text: &str| read_as(&message, Reading::Whole, text.as_bytes());
        assert!(read(&format!("b=&a=0000&s={digits}")).is_ok(), "{blank}");
        assert_eq!(
            read(&format!("b=x&a=0000&s={digits}")).unwrap_err(),
            WRONG,
            "{blank}"
        );
        let missing = read("a=0000").unwrap_err();
        assert_eq!(missing, "the signature is missing");
    }
}

/// An answer of yesterday is signed as well: what decides names the file that was asked about.
#[test]
fn a_signed_answer_that_names_no_file_decides_nothing() {
    let adapter = bank("BOB");
    let told = |message: &serde_json::Value| {
        let order = order("BOB");
        let asked = query(&order, Default::default());
        let mut question = adapter.query(&asked);
        assert!(matches!(question.next(&ToyKeys), Ok(Next::Send(_))));
        let fed = question.feed(&support::signed_json(message), &ToyKeys);
        fed.map_err(|wrong| wrong.what)
    };
    let nameless = "the answer names no file";
    let row = serde_json::json!([{ "seqNo": "1", "amount": "1.00", "status": "FAILED" }]);
    let rows = serde_json::json!({ "sign": "", "code": "0000", "data": { "items": row } });
    assert_eq!(told(&rows), Err(nameless.to_owned()));
    let batch = serde_json::json!({ "sign": "", "code": "0000", "data": { "batchStatus": "F" } });
    assert_eq!(told(&batch), Err(nameless.to_owned()));
    let never = serde_json::json!({ "sign": "", "code": "E404" });
    assert_eq!(told(&never), Err(nameless.to_owned()));
    // What decides nothing may leave it out.
    let unlisted = serde_json::json!({ "sign": "", "code": "E777" });
    assert_eq!(told(&unlisted), Ok(()));
}

/// Who signs what he sends is answered by signatures: in every dialect, and what is not signed is
/// here with its reason.
#[test]
fn a_dialect_that_signs_checks_what_it_is_told() {
    use adapters::exchange::Answer::{Push, Receipt, Result};
    let unsigned = [
        // Taken or unknown, never failed.
        ("alipay_batch", Receipt),
        // The file of results, by the digest that a signed answer tells.
        ("mybank_h2h", Result),
        ("mybank_h2h", Push),
    ];
    let mut signing = 0;
    for dialect in adapters::Book::built_in().unwrap().dialects() {
        let (name, slots) = (dialect.dialect(), dialect.key_slots());
        if slots.signing.is_empty() {
            assert!(slots.verifying.is_empty(), "{name}");
            continue;
        }
        signing += 1;
        assert!(
            slots.verifying.iter().all(|(_, slot)| slot == "bank"),
            "{name}"
        );
        for kind in [Receipt, Result, Push] {
            let expected = !unsigned.contains(&(name, kind));
            assert_eq!(dialect.is_signed(kind), expected, "{name} {kind:?}");
        }
    }
    assert_eq!(signing, 11);
}

/// Lines without the text of their numbers, which a kept answer shows as well.
fn numbered(lines: Vec<LineOutcome>) -> Vec<LineOutcome> {
    let numbered = |line: LineOutcome| LineOutcome {
        reference: line.reference.filter(|_| line.row_no.is_none()),
        ..line
    };
    lines.into_iter().map(numbered).collect()
}

/// `anxin decode` without a key of the bank reads an answer as it is, and with the signature struck
/// out; over a channel that one is not read.
#[test]
fn a_kept_answer_is_read_without_the_banks_key() {
    for (name, before, after) in [
        ("gzelink", "<SIGNED_MSG>", "</SIGNED_MSG>"),
        ("synthetic_json", "\"sign\":\"", "\""),
        ("cnaps2", "{S:", "}"),
        ("unionpay_df", "&signature=", ""),
        ("wzcb_aob", ",\"signature\":\"", "\"}"),
        ("cmb_open", "", ""),
    ] {
        let folder = env!("CARGO_MANIFEST_DIR");
        let file = format!("{folder}/dialects/{name}/samples/result.bin");
        let whole = std::fs::read(file).unwrap();
        let adapter = support::dialect_alone(name);
        let checked = adapter.decode_result(&whole, &ToyKeys).unwrap();
        assert!(!checked.lines.is_empty(), "{name}");
        let kept = adapter.kept_result(&whole, &Unchecked).unwrap();
        assert_eq!(numbered(kept.lines), checked.lines, "{name}");
        if before.is_empty() {
            continue;
        }
        let at = find(&whole, before).unwrap() + before.len();
        let (head, rest) = whole.split_at(at);
        let end = match after {
            "" => rest.len(),
            after => find(rest, after).unwrap(),
        };
        for instead in ["", "***"] {
            let struck = [head, instead.as_bytes(), &rest[end..]].concat();
            let kept = adapter.kept_result(&struck, &Unchecked).unwrap();
            assert_eq!(numbered(kept.lines), checked.lines, "{name}");
            let wrong = adapter.decode_result(&struck, &ToyKeys).unwrap_err();
            let missing = [
                "the signature is missing",
                "the signature is not of its form",
            ];
            assert!(missing.contains(&wrong.what.as_str()), "{name}: {wrong}");
        }
    }
}

fn find(bytes: &[u8], text: &str) -> Option<usize> {
    let mut places = bytes.windows(text.len());
    places.position(|place| place == text.as_bytes())
}
