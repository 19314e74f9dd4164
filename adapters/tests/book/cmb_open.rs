//! CMB's open platform: the text of the sample, signed in its place and sealed in a form.

use crate::support::{ToyKeys, bank, golden_order, order, query, sample};
use adapters::exchange::{Crypto as _, Next, Outcome, Reply};
use base64::Engine as _;
use schemas::{FailureReason, Fen};
use std::collections::BTreeMap;

const BASE64: base64::engine::GeneralPurpose = base64::prelude::BASE64_STANDARD;

/// As CMB signs and seals an answer: over the text with its keys sorted.
fn sealed(plain: &str) -> String {
    let text = plain.replace("\"sigdat\":\"x\"", "\"sigdat\":\"__signature_sigdat__\"");
    let sorted = sorted(&serde_json::from_str(&text).unwrap());
    let signature = ToyKeys.sign("sm2_sm3", "bank", sorted.as_bytes()).unwrap();
    let text = text.replace("__signature_sigdat__", &BASE64.encode(signature));
    let sealed = ToyKeys.encrypt("sm4_cbc", "encryption", text.as_bytes());
    BASE64.encode(sealed.unwrap())
}

fn sorted(value: &serde_json::Value) -> String {
    use serde_json::Value::{Array, Object};
    match value {
        Object(members) => {
            let mut members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("\"{name}\":{}", sorted(value)))
                .collect();
            members.sort_unstable();
            format!("{{{}}}", members.join(","))
        }
        Array(items) => {
            let items: Vec<String> = items.iter().map(sorted).collect();
            format!("[{}]", items.join(","))
        }
        single => single.to_string(),
    }
}

/// The sample's payees are at CMB; those of the golden order are at the paying bank.
#[test]
fn the_signed_text_is_that_of_the_sample() {
    let order = golden_order("NBCB", "工资", "3300000000000000019");
    let messages = bank("NBCB").encode_payment(&order, &ToyKeys).unwrap();
    assert!(messages.len() == 1 && messages[0].instructs);
    let form = String::from_utf8(messages[0].bytes.clone()).unwrap();
    let data = form.strip_prefix("ALG=SM&DATA=").unwrap();
    let (data, rest) = data.split_once('&').unwrap();
    assert_eq!(rest, "FUNCODE=BB6BTHHL&UID=N000000001");
    let data = data
        .replace("%2B", "+")
        .replace("%2F", "/")
        .replace("%3D", "=");
    let plain = BASE64.decode(data).unwrap();
    let plain = ToyKeys.decrypt("sm4_cbc", "encryption", &plain).unwrap();
    let plain = String::from_utf8(plain).unwrap();
    let Some(sample) = sample("cmb_bb6bthhl_tobesigned.json") else {
        return;
    };
    // The sample's own text is what is signed.
    let signature = ToyKeys.sign("sm2_sm3", "signing", &sample).unwrap();
    let sample = String::from_utf8(sample).unwrap();
    assert_eq!(sample.matches("__signature_sigdat__").count(), 1);
    let expected = sample.replace("__signature_sigdat__", &BASE64.encode(signature));
    assert_eq!(plain, expected);
    let key = ("sm2_sm3".to_owned(), "signing".to_owned());
    assert_eq!(messages[0].signature, Some(key));
}

/// The user number, filled up with zeros or cut to 16 characters.
#[test]
fn the_key_signs_as_the_user() {
    let id = |uid: &str| {
        let fields = [("uid".to_owned(), uid.to_owned())].into_iter().collect();
        bank("NBCB").sm2_user_id(&fields)
    };
    assert_eq!(id("N000000001").as_deref(), Some("N000000001000000"));
    assert_eq!(id("N0000000012345678").as_deref(), Some("N000000001234567"));
    assert_eq!(bank("WZCB").sm2_user_id(&Default::default()), None);
}

fn answer(code: &str, batch: &str, rows: &str) -> String {
    format!(
        "{{\"response\":{{\"body\":{{\"bb6bpdqyz1\":{batch},\"bb6bpdqyz2\":{rows}}},\
         \"head\":{{\"bizcode\":\"\",\"funcode\":\"BB6BPDQY\",\"reqid\":\"1\",\
         \"resultcode\":\"{code}\",\"resultmsg\":\"\",\"rspid\":\"2\"}}}},\
         \"signature\":{{\"sigdat\":\"x\",\"sigtim\":\"20261123093500\"}}}}"
    )
}

#[test]
fn a_result_tells_the_batch_and_its_rows() {
    let refused = Outcome::Failed(FailureReason::RefusedByBank);
    let rows = "[{\"trxseq\":\"00000001\",\"accnbr\":\"6200000000000000018\",\"accnam\":\"张样一\",\
         \"trsamt\":\"6523.50\",\"stscod\":\"S\",\"trsdat\":\"20261123\",\"errcod\":\"\"},\
         {\"trxseq\":\"00000002\",\"trsamt\":\"7080.00\",\"stscod\":\"E\",\"errcod\":\"AB12345\",\
         \"errtxt\":\"户名不符\"},{\"trxseq\":\"00000003\",\"trsamt\":\"0.01\",\"stscod\":\"C\"}]";
    let batch = "[{\"reqnbr\":\"A1\",\"reqsta\":\"FIN\",\"rtnflg\":\"S\",\"trsnum\":\"3\",\
         \"totamt\":\"13603.51\",\"yurref\":\"PK20261123004711\"}]";
    let read = bank("NBCB");
    let read = read.decode_result(sealed(&answer("SUC0000", batch, rows)).as_bytes(), &ToyKeys);
    let read = read.unwrap();
    let outcomes: Vec<Outcome> = read.lines.iter().map(|line| line.outcome).collect();
    let cancelled = Outcome::Failed(FailureReason::CancelledAtBank);
    assert_eq!(outcomes, [Outcome::Paid, refused, cancelled]);
    assert_eq!(read.lines[1].bank_code.as_deref(), Some("AB12345"));
    assert_eq!(read.lines[2].amount, Some(Fen(1)));
    assert_eq!(read.references["file_no"], "4711");
    assert_eq!(read.references["reqnbr"], "A1");
    assert_eq!(read.bank_code.as_deref(), Some("FIN/S"));
    assert!(read.flaws.is_empty());
}

#[test]
fn every_state_of_a_batch_is_read_by_the_table() {
    let refused = Outcome::Failed(FailureReason::RefusedByBank);
    for (state, result, outcome) in [
        ("AUT", "", Outcome::Accepted),
        ("NTE", "", Outcome::Accepted),
        ("WCF", "", Outcome::Accepted),
        ("BNK", "", Outcome::Accepted),
        ("FIN", "R", refused),
        ("FIN", "F", Outcome::Unknown),
        ("FIN", "C", Outcome::Failed(FailureReason::CancelledAtBank)),
        ("FIN", "D", Outcome::Failed(FailureReason::ExpiredAtBank)),
        ("FIN", "U", Outcome::Unknown),
        ("OPR", "", Outcome::Unknown),
        ("XYZ", "", Outcome::Unknown),
    ] {
        // One item may come without its list.
        let batch = format!("{{\"reqsta\":\"{state}\",\"rtnflg\":\"{result}\"}}");
        let said = sealed(&answer("SUC0000", &batch, "[]"));
        let read = bank("NBCB")
            .decode_result(said.as_bytes(), &ToyKeys)
            .unwrap();
        assert_eq!(read.outcome, outcome, "{state}/{result}");
    }
    let said = sealed(&answer("CSA0001", "[]", "[]"));
    let read = bank("NBCB")
        .decode_result(said.as_bytes(), &ToyKeys)
        .unwrap();
    assert_eq!(read.outcome, Outcome::Unknown);
}

/// A batch that is cancelled as a whole and has paid two of its three rows contradicts itself.
#[test]
fn a_refusal_that_states_what_is_paid_is_flawed() {
    let paid = [("sucnum", "2"), ("sucamt", "13603.50")];
    let none = [("sucnum", "000000"), ("sucamt", "0.00")];
    let flaws = crate::paid_beside_a_refusal(2, 1_360_350);
    for (result, reason) in [
        ("R", FailureReason::RefusedByBank),
        ("C", FailureReason::CancelledAtBank),
        ("D", FailureReason::ExpiredAtBank),
    ] {
        for (stated, flaws) in [(paid, &flaws[..]), (none, &[])] {
            let stated = stated.map(|(name, value)| format!(",\"{name}\":\"{value}\""));
            let batch = format!(
                "[{{\"reqnbr\":\"A1\",\"reqsta\":\"FIN\",\"rtnflg\":\"{result}\",\
                 \"trsnum\":\"3\",\"totamt\":\"13603.51\"{}}}]",
                stated.concat()
            );
            let said = sealed(&answer("SUC0000", &batch, "[]"));
            let read = bank("NBCB")
                .decode_result(said.as_bytes(), &ToyKeys)
                .unwrap();
            assert_eq!(read.outcome, Outcome::Failed(reason), "{result}");
            assert_eq!(read.flaws, flaws, "{result} {stated:?}");
        }
    }
}

/// An error comes in clear: it can't be opened, so nobody knows what became of the file.
#[test]
fn an_error_in_clear_says_nothing_of_the_payment() {
    let order = order("NBCB");
    let mut submission = bank("NBCB").submit(&order);
    assert!(matches!(submission.next(&ToyKeys), Ok(Next::Send(_))));
    let clear = b"CDCServer:ErrMsg:UID is not right";
    assert!(submission.feed(clear, &ToyKeys).is_err());
    let asked = query(&order, BTreeMap::new());
    let mut question = bank("NBCB").query(&asked);
    assert!(matches!(question.next(&ToyKeys), Ok(Next::Send(_))));
    assert!(question.feed(clear, &ToyKeys).is_err());
    let said = "{\"response\":{\"body\":{\"bb6cdcbhz1\":[{\"reqnbr\":\"A1\"}]},\"head\":\
         {\"funcode\":\"BB6BTHHL\",\"resultcode\":\"SUC0000\"}},\"signature\":{\"sigdat\":\"x\"}}";
    let mut submission = bank("NBCB").submit(&order);
    assert!(matches!(submission.next(&ToyKeys), Ok(Next::Send(_))));
    submission.feed(sealed(said).as_bytes(), &ToyKeys).unwrap();
    let Next::Done(Reply::Receipt(receipt)) = submission.next(&ToyKeys).unwrap() else {
        panic!("a receipt")
    };
    assert_eq!(receipt.outcome, Outcome::Accepted);
}
