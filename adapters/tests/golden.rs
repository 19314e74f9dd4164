//! Bytes against the public samples: what we write is what integrators write.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use adapters::exchange::{Outcome, Wire};
use base64::Engine as _;
use schemas::{FailureReason, Fen};
use support::{BRANCH, ToyKeys, assert_bytes, bank, golden_order, sample, with_ours};

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
    // The branch of each of the five rows: that of the sample has no valid check digit, and an
    // order can't carry it.
    let branch = |offset| (offset, "304999000019", BRANCH);
    let places = [72, 150, 228, 308, 390].map(branch);
    let expected = with_ours(&sample, &places);
    assert_bytes(&messages[0].bytes, &expected);
}

#[test]
fn icbc_signs_and_sends_the_xml_of_the_sample() {
    let mut order = golden_order("ICBC", "2026年11月工资", "3300000000000000019");
    for line in &mut order.lines {
        line.cnaps_code = None;
    }
    let messages = bank("ICBC").encode_payment(&order, &ToyKeys).unwrap();
    assert_eq!(messages.len(), 2);
    let Some(sample) = sample("icbc_payper_request.xml") else {
        return;
    };
    assert_eq!(messages[0].bytes, sample);
    assert!(!messages[0].instructs && messages[1].instructs);
    // The form is made of the sample's own bytes. What the NetSafe port makes of them is not
    // public: until it has signed, the signed value is the XML itself.
    let signed = base64::prelude::BASE64_STANDARD.encode(sample);
    let signed = signed
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    let expected = format!(
        "Version=0.0.1.0&TransCode=PAYPER&BankCode=102&GroupCIS=330000000000001\
         &ID=sample.y.1102&PackageID=PK20261123000001&Cert=&reqData={signed}"
    );
    assert_bytes(&messages[1].bytes, expected.as_bytes());
    let Wire::Http { path, .. } = &messages[1].wire else {
        panic!("over HTTP")
    };
    let expected = "/servlet/ICBCCMPAPIReqServlet?userID=sample.y.1102\
                    &PackageID=PK20261123000001&SendTime=20261123093000123";
    assert_eq!(path, expected);
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
    assert!(!result.is_final && result.flaws.is_empty());
}

/// An order carries no telephone number: the last 11 bytes of each row, which are empty with us.
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
    let phones = ["1", "2", "3", "4", "5"].map(|last| format!("1990000000{last}"));
    let offsets = [140, 255, 372, 491, 603];
    let places: Vec<_> = offsets
        .iter()
        .zip(&phones)
        .map(|(offset, phone)| (*offset, phone.as_str(), ""))
        .collect();
    let rows = with_ours(&file, &places);
    assert_eq!(rows.len(), 616 - 5 * 11);
    // The head of the file's packet is that of the trigger's but for its length, its code and the
    // letters of its serial number, which are our choice.
    let head = packet[..222].to_vec();
    let places = [
        (30, "0000000358", "0000000561"),
        (40, "KHKF01", "FILE01"),
        (67, "PK", "FU"),
    ];
    let expected = [with_ours(&head, &places), rows].concat();
    assert_bytes(&upload.bytes, &expected);
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
