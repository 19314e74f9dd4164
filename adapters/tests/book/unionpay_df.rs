//! UnionPay DF: the file of the sample in the form that its sample project sends.

use crate::support::{ToyKeys, bank, dialect_alone, golden_order, order, query, sample};
use adapters::exchange::{Crypto as _, Next, Outcome, Outgoing, ResultFile};
use base64::Engine as _;
use schemas::FailureReason;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

const BASE64: base64::engine::GeneralPurpose = base64::prelude::BASE64_STANDARD;

/// The pairs of a form in clear.
pub fn pairs(form: &[u8]) -> BTreeMap<String, String> {
    let form = std::str::from_utf8(form).unwrap();
    let plain = |value: &str| {
        let mut parts = value.split('%');
        let mut bytes = parts.next().unwrap().as_bytes().to_vec();
        for part in parts {
            bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
            bytes.extend(part[2..].bytes());
        }
        String::from_utf8(bytes).unwrap()
    };
    let split = form.split('&').map(|pair| pair.split_once('=').unwrap());
    split
        .map(|(name, value)| (name.to_owned(), plain(value)))
        .collect()
}

pub fn unpacked(content: &str) -> Vec<u8> {
    let packed = BASE64.decode(content).unwrap();
    let mut plain = Vec::new();
    let mut decoder = flate2::read::ZlibDecoder::new(&*packed);
    decoder.read_to_end(&mut plain).unwrap();
    plain
}

fn packed(file: &str) -> String {
    let level = flate2::Compression::best();
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
    encoder.write_all(file.as_bytes()).unwrap();
    BASE64.encode(encoder.finish().unwrap())
}

fn submitted() -> Outgoing {
    let order = golden_order("CBHB", "2026年11月工资", "3300000000000000019");
    let mut messages = bank("CBHB").encode_payment(&order, &ToyKeys).unwrap();
    assert!(messages.len() == 1 && messages[0].instructs);
    messages.remove(0)
}

/// The order's references are ours: unique for ever, where the sample's begin anew with every
/// file. Its ID numbers have no valid check digit, so that the golden order calls them another
/// kind of document, for which no code is public; it has no telephone number.
#[test]
fn the_file_is_that_of_the_sample() {
    let file = unpacked(&pairs(&submitted().bytes)["fileContent"]);
    let Some(sample) = sample("unionpay_DF00000000000000000000001202611230001I.txt") else {
        return;
    };
    let sample = String::from_utf8(sample).unwrap();
    let mut lines: Vec<String> = sample.split('\n').map(str::to_owned).collect();
    assert_eq!(lines.len(), 7);
    for (line, row) in lines.iter_mut().skip(2).zip(1..) {
        let mut columns: Vec<&str> = line.split('|').collect();
        let (theirs, ours) = (
            format!("PK20261123{row:06}"),
            format!("PK0000000001{row:06}"),
        );
        let phone = format!("1990000000{row}");
        for (at, old, new) in [(0, &*theirs, &*ours), (7, "01", ""), (9, &*phone, "")] {
            assert_eq!(columns[at], old);
            columns[at] = new;
        }
        *line = columns.join("|");
    }
    assert_eq!(String::from_utf8(file).unwrap(), lines.join("\n"));
}

#[test]
fn the_form_has_the_pairs_of_the_sample_project_and_is_signed() {
    let message = submitted();
    assert_eq!(
        message.file_name,
        "DF00000000000000000000001202611230001I.form"
    );
    let mut said = pairs(&message.bytes);
    let content = said["fileContent"].clone();
    let signature = said.remove("signature").unwrap();
    let expected = format!(
        "accessType=0&batchNo=0001&bizType=000401&certId=00000000000000000001&channelType=07\
         &encoding=UTF-8&fileContent={content}&merId=000000000000001&reqReserved=0000000001\
         &signMethod=01&totalAmt=2589156&totalQty=5&txnSubType=03&txnTime=20261123093000\
         &txnType=21&version=5.1.0"
    );
    let sorted: Vec<String> = said
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(sorted.join("&"), expected);
    let own = ToyKeys.sign("rsa_sha256", "signing", digest(&expected).as_bytes());
    assert_eq!(BASE64.decode(signature).unwrap(), own.unwrap());
    let key = ("rsa_sha256".to_owned(), "signing".to_owned());
    assert_eq!(message.signature, Some(key));
}

/// A batch is found by the time of its submission, not by that of the question.
#[test]
fn the_question_has_the_original_time() {
    let mut asked = query(&order("CBHB"), BTreeMap::new());
    asked.query_no = 3;
    let message = bank("CBHB").query(&asked).next(&ToyKeys).unwrap();
    let Next::Send(message) = message else {
        panic!("a message")
    };
    let mut said = pairs(&message.bytes);
    said.remove("signature").unwrap();
    let sorted: Vec<String> = said
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(
        sorted.join("&"),
        "accessType=0&batchNo=4711&bizType=000401&certId=00000000000000000001&channelType=07\
         &encoding=UTF-8&merId=000000000000001&reqReserved=0000004711&signMethod=01\
         &txnSubType=03&txnTime=20261123093000&txnType=22&version=5.1.0"
    );
}

fn digest(text: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    let digits = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
    digits.collect()
}

/// An answer with UnionPay's signature: over every other pair, sorted by name.
fn signed(answer: &str) -> Vec<u8> {
    let mut sorted: Vec<&str> = answer.split('&').collect();
    sorted.sort_unstable();
    let digest = digest(&sorted.join("&"));
    let signature = ToyKeys.sign("rsa_sha256", "bank", digest.as_bytes());
    let signature = BASE64.encode(signature.unwrap());
    format!("{answer}&signature={signature}").into_bytes()
}

fn result(answer: &str) -> ResultFile {
    let read = bank("CBHB").decode_result(&signed(answer), &ToyKeys);
    read.unwrap()
}

#[test]
fn an_open_batch_has_no_file() {
    for code in ["03", "04", "05"] {
        let read = result(&format!(
            "accessType=0&txnType=22&respCode={code}&respMsg=处理中"
        ));
        assert_eq!(read.outcome, Outcome::Accepted, "{code}");
        assert!(!read.is_final && read.lines.is_empty());
    }
    // Open or never heard of: nobody knows, and the batch is asked about again.
    for code in ["01", "12", "34", "60", "99"] {
        let read = result(&format!("txnType=22&respCode={code}"));
        assert_eq!(read.outcome, Outcome::Unknown, "{code}");
        assert!(!read.is_final);
    }
}

#[test]
fn every_code_of_a_row_is_read_by_the_table() {
    let names = "orderId|currencyCode|txnAmt|accType|accNo|customerNm|bizType|certifTp|certifId\
                 |phoneNo|postscript|respCode|respMsg|queryId|settleTime";
    let refused = Outcome::Failed(FailureReason::RefusedByBank);
    let table = [
        ("00", Outcome::Paid),
        ("03", Outcome::Accepted),
        ("04", Outcome::Accepted),
        ("05", Outcome::Accepted),
        ("01", Outcome::Unknown),
        ("12", Outcome::Unknown),
        ("34", Outcome::Unknown),
        ("60", Outcome::Unknown),
        ("AX", refused),
        ("51", Outcome::Unknown),
    ];
    let mut file = format!("5.0.0|1000|{}||\n{names}", table.len());
    for ((code, _), row) in table.iter().zip(1..) {
        let row = format!("PK0000004711{row:06}|156|100|01|6200000000000000018|张样一|000401||||");
        file.push_str(&format!("\n{row}|{code}|文本|Q1|20261123101500"));
    }
    let head = "txnType=22&reqReserved=0000004711&totalQty=10&totalAmt=1000&respCode=00";
    let said = format!("{head}&fileContent={}", packed(&file));
    let read = result(&said);
    let outcomes: Vec<Outcome> = read.lines.iter().map(|line| line.outcome).collect();
    let expected: Vec<Outcome> = table.iter().map(|(_, outcome)| *outcome).collect();
    assert_eq!(outcomes, expected);
    assert_eq!(read.lines[9].row_no, Some(10));
    assert_eq!(read.lines[0].bank_serial.as_deref(), Some("Q1"));
    assert_eq!(read.references["file_no"], "4711");
    assert!(read.flaws.is_empty() && !read.is_final);
    // The rows name their file: an answer of another one is refused.
    let other = said.replace("reqReserved=0000004711", "reqReserved=0000004712");
    assert!(
        bank("CBHB")
            .decode_result(&signed(&other), &ToyKeys)
            .is_err()
    );
}

#[test]
fn an_answer_to_the_submission_is_taken_or_unknown() {
    let receipt = |code: &str| {
        let said = format!("txnType=21&respCode={code}&respMsg=x&batchNo=4711");
        let read = bank("CBHB").decode_receipt(&signed(&said), &ToyKeys);
        read.unwrap().outcome
    };
    for code in ["00", "03", "04", "05"] {
        assert_eq!(receipt(code), Outcome::Accepted, "{code}");
    }
    for code in ["01", "12", "34", "60", "11", "77"] {
        assert_eq!(receipt(code), Outcome::Unknown, "{code}");
    }
}

/// An hour before each of at most five questions.
#[test]
fn the_pace_is_the_public_one() {
    let pace = bank("CBHB").query_pace();
    assert_eq!(
        (pace.first_ms, pace.interval_ms, pace.count_max),
        (3_600_000, 3_600_000, 5)
    );
    let dialect = dialect_alone("unionpay_df");
    assert_eq!(dialect.limits().rows_max, 5_000);
}
