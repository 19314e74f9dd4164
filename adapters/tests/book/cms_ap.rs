//! The CMS family: the state query 200205.

use crate::support::{ToyKeys, bank, golden_order, query, sample};
use crate::talk::{asked, assert_bytes, gbk, sent};
use adapters::exchange::{FrameEnd, Outcome, Reply, StatusQuery};
use adapters::{BankReply, Evidence};
use schemas::{FailureReason, Fen};
use std::collections::BTreeMap;
use time::macros::datetime;

const ACCOUNT: &str = "3300000000000000019";

fn question() -> StatusQuery {
    let mut asked = query(&golden_order("JSBC", "", ACCOUNT), BTreeMap::new());
    asked.asked_at = datetime!(2026-11-23 09:35:00 +8);
    asked
}

/// The length counts the two flag bytes and not itself.
fn framed(text: &[u8]) -> Vec<u8> {
    let head = format!("{:<10}00", text.len() + 2);
    [head.as_bytes(), text].concat()
}

#[test]
fn it_asks_with_the_message_of_the_sample() {
    let question = question();
    let own = sent(&mut bank("JSBC").query(&question));
    let end = FrameEnd::Length {
        offset: 0,
        digits: 10,
        uncounted: 10,
    };
    let gbk = schemas::text::Charset::Gbk;
    assert_eq!(end.complete(&own, gbk), Some(own.len()));
    assert_eq!(bank("JSBC").request_frame(), end);
    if let Some(sample) = sample("cmsap_200205_request.bin") {
        assert_bytes(&own, &sample);
    }
}

/// A payroll that is done: the sample's answer, and then its rows are asked for.
#[test]
fn it_goes_on_from_the_answer_of_the_sample_to_the_rows() {
    let Some(sample) = sample("cmsap_200205_reply.xml") else {
        return;
    };
    let question = question();
    let mut conversation = bank("JSBC").query(&question);
    sent(&mut conversation);
    conversation.feed(&framed(&sample), &ToyKeys).unwrap();
    let next = String::from_utf8(sent(&mut conversation)).unwrap();
    assert!(next.contains("<tr_code>AX0302</tr_code>"), "{next}");
    // The answer about another file is none.
    let mut other = question.clone();
    other.file_no = 2;
    let mut conversation = bank("JSBC").query(&other);
    sent(&mut conversation);
    let foreign = conversation.feed(&framed(&sample), &ToyKeys);
    assert!(foreign.unwrap_err().of_another_file);
}

fn state(flag: &str, code: &str, stat: &str) -> Vec<u8> {
    framed(&gbk(&format!(
        "<ap><head><tr_code>200205</tr_code><cms_corp_no/><user_no/><org_code/><serial_no/>\
         <req_no>20261123000001</req_no><tr_acdt>20261123</tr_acdt><tr_time>093501</tr_time>\
         <succ_flag>{flag}</succ_flag><ret_code>{code}</ret_code><ret_info>信息</ret_info>\
         <ext_info/><file_flag>0</file_flag><reserved/></head><body><stat>{stat}</stat>\
         <error_info></error_info></body></ap>"
    )))
}

#[test]
fn it_reads_every_word_of_the_state() {
    let question = question();
    let said = |flag: &str, code: &str, stat: &str| {
        let answer = state(flag, code, stat);
        asked(bank("JSBC"), &question, &[&answer])
    };
    for (flag, code, stat, outcome) in [
        ("0", "0000", "8", Outcome::Unknown),
        ("0", "0000", "7", Outcome::Unknown),
        ("2", "2100", "", Outcome::NotFound),
        ("2", "2100", "9", Outcome::NotFound),
        // Flag and code must agree.
        ("0", "2100", "9", Outcome::Unknown),
        ("2", "0000", "9", Outcome::Unknown),
        ("2", "9999", "6", Outcome::Unknown),
        ("1", "0000", "9", Outcome::Unknown),
        ("8", "0000", "6", Outcome::Unknown),
    ] {
        let result = said(flag, code, stat);
        assert_eq!(result.outcome, outcome, "{flag} {code} {stat}");
        assert!(!result.is_final && result.lines.is_empty());
    }
    // It stays unknown: no time is public after which "no such transaction" is final.
    assert_eq!(bank("JSBC").not_found_is_final_after_ms(), None);
}

fn rows(list: &[(u32, &str)]) -> Vec<u8> {
    let row = |(no, stat): &(u32, &str)| {
        format!("<rcd><seq_no>{no}</seq_no><amt>1.00</amt><stat>{stat}</stat></rcd>")
    };
    let rows: String = list.iter().map(row).collect();
    framed(&gbk(&format!(
        "<ap><head><tr_code>AX0302</tr_code><req_no>20261123000001</req_no>\
         <succ_flag>0</succ_flag><ret_code>0000</ret_code></head><body><sum>5</sum>\
         <rows>{}</rows><tran>{rows}</tran></body></ap>",
        list.len()
    )))
}

/// 6 of a payroll may be a part: the rows decide, and without any nothing failed.
#[test]
fn a_failed_state_fails_the_rows_that_say_so() {
    let question = question();
    let told = [(1, "9"), (2, "6"), (3, "3"), (4, "8"), (5, "5")];
    let state = state("0", "0000", "6");
    let result = asked(bank("JSBC"), &question, &[&state, &rows(&told)]);
    let refused = Outcome::Failed(FailureReason::RefusedByBank);
    let (accepted, unknown) = (Outcome::Accepted, Outcome::Unknown);
    let outcomes: Vec<_> = result.lines.iter().map(|line| line.outcome).collect();
    assert_eq!(
        outcomes,
        [Outcome::Paid, refused, accepted, unknown, unknown]
    );
    assert_eq!(result.lines[1].amount, Some(Fen(100)));
    for stat in ["9", "6", "3"] {
        let state = self::state("0", "0000", stat);
        let result = asked(bank("JSBC"), &question, &[&state, &rows(&[])]);
        assert_eq!(result.outcome, accepted, "{stat}");
        assert!(!result.is_final);
    }
}

/// The bank's chair answers the public query as the sample does, but for its own
/// serial, date and time.
#[test]
fn the_banks_chair_writes_the_answer_of_the_sample() {
    let Some(sample) = sample("cmsap_200205_reply.xml") else {
        return;
    };
    let question = question();
    let adapter = bank("JSBC");
    let mut conversation = adapter.query(&question);
    let adapters::exchange::Next::Send(out) = conversation.next(&ToyKeys).unwrap() else {
        panic!("a message leaves")
    };
    let side = adapter.bank_side();
    let request = side.read_request(&crate::support::incoming(&out), &ToyKeys);
    let reply = BankReply {
        text: Some("交易成功".to_owned()),
        batch: Some(Outcome::Paid),
        ..BankReply::of(Outcome::Accepted)
    };
    let own = side
        .write_reply(&request.unwrap(), &reply, &ToyKeys)
        .unwrap();
    let mut expected = sample;
    for own in ["SJ00000001", "20261123</tr_acdt>", "093501"] {
        let clock = own.split_once('<').map_or(own, |(value, _)| value);
        let at = expected
            .windows(own.len())
            .position(|w| w == own.as_bytes());
        let at = at.unwrap();
        expected.drain(at..at + clock.len());
    }
    assert_bytes(&own, &framed(&expected));
}

#[test]
fn only_the_bank_with_public_material_is_observed() {
    assert_eq!(bank("JSBC").evidence(), Evidence::Observed);
    for code in ["HZCCB", "JHBANK", "SXCB", "TZCB"] {
        assert_eq!(bank(code).dialect(), "cms_ap");
        assert_eq!(bank(code).evidence(), Evidence::Synthetic);
    }
}

/// A payroll of ours is taken, whatever the family's own message is.
#[test]
fn a_payroll_is_read_from_the_banks_chair() {
    let order = golden_order("JSBC", "11月工资", ACCOUNT);
    let mut submission = bank("JSBC").submit(&order);
    let (reply, requests, _) =
        crate::support::converse(bank("JSBC"), &mut submission, crate::support::accept);
    let Reply::Receipt(receipt) = reply else {
        panic!("a receipt")
    };
    assert_eq!(receipt.outcome, Outcome::Accepted);
    assert_eq!(requests[0].total, Some(Fen(2_589_156)));
}
