//! Bytes against the public samples: what we write is what integrators write.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use adapters::exchange::Outcome;
use schemas::text::Charset;
use schemas::{FailureReason, Fen};
use support::{BRANCH, ToyKeys, bank, golden_order, sample};

/// Puts `new` for each `old`; both of the same length.
fn swap(bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let mut out = bytes.to_vec();
    for at in 0..=bytes.len() - old.len() {
        if bytes[at..].starts_with(old.as_bytes()) {
            out[at..at + old.len()].copy_from_slice(new.as_bytes());
        }
    }
    out
}

#[test]
fn hxb_writes_the_line_of_the_sample() {
    let order = golden_order("HXB", "2026年11月", "00000000000000019");
    assert!(order.lines[0].cnaps_code.is_some());
    let messages = bank("HXB").encode_payment(&order, &ToyKeys).unwrap();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].instructs);
    let Some(sample) = sample("hxb_xhj2001_request.txt") else {
        return;
    };
    let expected = swap(&sample, "304999000019", BRANCH);
    assert_eq!(messages[0].bytes, expected);
}

#[test]
fn icbc_signs_and_sends_the_xml_of_the_sample() {
    let mut order = golden_order("ICBC", "2026年11月工资", "3300000000000000019");
    for line in &mut order.lines {
        line.cnaps_code = None;
    }
    let messages = bank("ICBC").encode_payment(&order, &ToyKeys).unwrap();
    assert_eq!(messages.len(), 2);
    if let Some(sample) = sample("icbc_payper_request.xml") {
        assert_eq!(messages[0].bytes, sample);
    }
    assert!(!messages[0].instructs && messages[1].instructs);
    let form = String::from_utf8(messages[1].bytes.clone()).unwrap();
    assert!(form.starts_with("Version=0.0.1.0&TransCode=PAYPER&BankCode=102&GroupCIS="));
    assert!(
        form.contains("&PackageID=PK20261123000001&Cert=&reqData=PD94bWwg"),
        "{form}"
    );
}

#[test]
fn icbc_reads_the_reply_of_the_sample() {
    let Some(sample) = sample("icbc_qpayper_reply.xml") else {
        return;
    };
    let result = bank("ICBC").decode_result(&sample, &ToyKeys).unwrap();
    let outcomes: Vec<Outcome> = result.lines.iter().map(|line| line.outcome).collect();
    let refused = Outcome::Failed(FailureReason::RefusedByBank);
    let paid = Outcome::Paid;
    assert_eq!(outcomes, [paid, paid, Outcome::Accepted, refused, paid]);
    let fourth = &result.lines[3];
    assert_eq!(fourth.row_no, Some(4));
    assert_eq!(fourth.amount, Some(Fen(630_000)));
    assert_eq!(fourth.bank_code.as_deref(), Some("B0115"));
    assert_eq!(fourth.bank_text.as_deref(), Some("收款账号户名不符"));
    assert_eq!(fourth.booked_at.as_deref(), Some("20261123100501"));
    assert_eq!(result.lines[2].detail.as_deref(), Some("processing"));
    assert_eq!(result.references["file_no"], "1");
    assert_eq!(result.references["bank_batch_no"], "HQH000000000001");
    assert!(!result.is_final && result.findings.is_empty());
}

/// An order carries no telephone number, so that column is empty with us.
#[test]
fn pab_writes_the_file_and_the_packet_of_the_samples() {
    let mut order = golden_order("PAB", "", "3300000000000000019");
    for line in &mut order.lines {
        line.cnaps_code = None;
    }
    let messages = bank("PAB").encode_payment(&order, &ToyKeys).unwrap();
    let [upload, _, trigger] = messages.as_slice() else {
        panic!("three messages")
    };
    assert!(trigger.instructs && !upload.instructs);
    let (Some(file), Some(packet)) = (
        sample("pab_batch_upload.txt"),
        sample("pab_khkf01_packet.bin"),
    ) else {
        return;
    };
    let mut expected = Charset::Gbk.decode(&file).unwrap().into_owned();
    for worker in 1..=5 {
        expected = expected.replace(&format!("1990000000{worker}"), "");
    }
    let file = upload.bytes.split_at(222).1;
    assert_eq!(Charset::Gbk.decode(file).unwrap(), expected);
    assert_eq!(trigger.bytes, packet);
}

#[test]
fn wzcb_seals_the_json_of_the_sample() {
    let mut order = golden_order("WZCB", "工资", "3300000000000000019");
    for line in &mut order.lines {
        line.cnaps_code = None;
    }
    let messages = bank("WZCB").encode_payment(&order, &ToyKeys).unwrap();
    let envelope = String::from_utf8(messages[0].bytes.clone()).unwrap();
    let sealed = envelope
        .strip_prefix("{\"bizContent\":\"")
        .and_then(|rest| rest.strip_suffix("\"}"))
        .unwrap();
    let digits = |at: usize| u8::from_str_radix(&sealed[at..at + 2], 16).unwrap();
    let sealed: Vec<u8> = (0..sealed.len()).step_by(2).map(digits).collect();
    let plain = adapters::exchange::Crypto::decrypt(&ToyKeys, "sm4_cbc", "", &sealed).unwrap();
    // The sample's own message number has 18 digits after the time, as ours.
    if let Some(sample) = sample("wzbank_batchtrans_bizcontent.json") {
        assert_eq!(plain, sample);
    }
    assert_eq!(
        messages[0].signature,
        Some(("sm2_sm3".into(), "signing".into()))
    );
}
