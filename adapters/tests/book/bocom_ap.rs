//! Bank of Communications: 330002 and 310204.

use crate::support::{ToyKeys, bank, golden_order, order, query, sample};
use crate::talk::{asked, assert_bytes, gbk, sent};
use adapters::exchange::{Certainty, Outcome, PaymentOrder, Wire};
use schemas::{AccountNo, BankCode, FailureReason, Fen};
use std::collections::BTreeMap;

const REFUSED: Outcome = Outcome::Failed(FailureReason::RefusedByBank);

fn golden() -> PaymentOrder {
    golden_order("BOCOM", "", "3300000000000000019")
}

#[test]
fn it_writes_the_message_of_the_sample() {
    let messages = bank("BOCOM").encode_payment(&golden(), &ToyKeys).unwrap();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].instructs);
    let Wire::Http { path, .. } = &messages[0].wire else {
        panic!("over HTTP")
    };
    assert_eq!(path, "/");
    if let Some(sample) = sample("bocom_330002_request.xml") {
        assert_bytes(&messages[0].bytes, &sample);
    }
}

#[test]
fn it_reads_the_reply_of_the_sample() {
    let Some(sample) = sample("bocom_330002_reply.xml") else {
        return;
    };
    let adapter = bank("BOCOM");
    let receipt = adapter.decode_receipt(&sample, &ToyKeys).unwrap();
    assert_eq!(receipt.outcome, Outcome::Accepted);
    assert_eq!(receipt.bank_code.as_deref(), Some("0000"));
    assert_eq!(receipt.bank_text.as_deref(), Some("交易成功"));
    assert_eq!(receipt.references["file_no"], "1");
    assert_eq!(receipt.references["file_date"], "20261123");
    assert_eq!(receipt.references["bank_batch_no"], "EB0000000001");
    assert!(receipt.lines.is_empty() && receipt.flaws.is_empty());
    // Either code alone says nothing.
    let text = String::from_utf8_lossy(&gbk("交易成功")).into_owned();
    let said = String::from_utf8_lossy(&sample).replace(&text, "");
    for (good, other) in [("<ans_code>0", "<ans_code>1"), (">0000<", ">9999<")] {
        assert!(said.contains(good));
        let changed = said.replace(good, other);
        let receipt = adapter.decode_receipt(changed.as_bytes(), &ToyKeys);
        assert_eq!(receipt.unwrap().outcome, Outcome::Unknown, "{other}");
    }
}

/// Either code may be empty in a refusal (integrators show the other's text): it is read, decides
/// nothing, and its text is shown. The bank's own date may have any form.
#[test]
fn the_front_ends_text_is_shown() {
    let said = |ans: &str, particular: &str| {
        let text = format!(
            "<ap><head><tr_code>330002</tr_code><req_no>20261123000001</req_no>\
             <tr_acdt>2026-11-23</tr_acdt><tr_time>9:30</tr_time><ans_code>{ans}</ans_code>\
             <ans_info>用户未签到</ans_info>\
             <particular_code>{particular}</particular_code></head></ap>"
        );
        bank("BOCOM").decode_receipt(&gbk(&text), &ToyKeys).unwrap()
    };
    for (ans, particular) in [("1", ""), ("", "E1"), ("1", "E1"), ("0", ""), ("", "0000")] {
        let receipt = said(ans, particular);
        assert_eq!(receipt.outcome, Outcome::Unknown, "{ans} {particular}");
        assert_eq!(receipt.bank_text.as_deref(), Some("用户未签到"));
    }
}

/// By hand from section 6.5: the head of 330002, query_flag and the serial of the instruction.
#[test]
fn it_asks_by_the_serial_of_the_instruction() {
    let asked = query(&golden(), BTreeMap::new());
    let own = sent(&mut bank("BOCOM").query(&asked));
    let expected = "<ap><head><tr_code>310204</tr_code><corp_no>3300000001</corp_no>\
        <user_no>00001</user_no><req_no>Q00000000010001</req_no><tr_acdt>20261123</tr_acdt>\
        <tr_time>093501</tr_time><atom_tr_count>1</atom_tr_count><channel>0</channel>\
        <reserved></reserved></head><body><query_flag>3</query_flag>\
        <ogl_serial_no>20261123000001</ogl_serial_no></body></ap>";
    assert_bytes(&own, expected.as_bytes());
}

fn answer(code: &str, stat: &str, rows: &[(u32, &str)]) -> Vec<u8> {
    let row = |(no, status): &(u32, &str)| {
        format!(
            "<rcd><card_no>6200000000000000018</card_no><acname>张样一</acname><amt>1.00</amt>\
             <busino>{no:04}</busino><sucFlg>{status}</sucFlg><flw>EB{no}</flw></rcd>"
        )
    };
    let rows: String = rows.iter().map(row).collect();
    gbk(&format!(
        "<ap><head><tr_code>310204</tr_code><corp_no>3300000001</corp_no><req_no>7</req_no>\
         <serial_no>8</serial_no><ans_no>1</ans_no><next_no></next_no>\
         <tr_acdt>20261123</tr_acdt><tr_time>093502</tr_time><ans_code>0</ans_code><ans_info/>\
         <particular_code>{code}</particular_code><particular_info>交易成功</particular_info>\
         <atom_tr_count>1</atom_tr_count><reserved/></head><body>\
         <ogl_serial_no>20261123000001</ogl_serial_no><stat>{stat}</stat><err_msg>无</err_msg>\
         <tran>{rows}</tran></body></ap>\n"
    ))
}

#[test]
fn it_reads_the_state_of_every_word() {
    let question = query(&golden(), BTreeMap::new());
    let said = |code: &str, stat: &str, rows: &[(u32, &str)]| {
        asked(bank("BOCOM"), &question, &[&answer(code, stat, rows)])
    };
    // Without rows no word pays or fails a wage.
    for (stat, outcome) in [
        ("0", Outcome::Accepted),
        ("1", Outcome::Accepted),
        ("2", Outcome::Unknown),
        ("3", Outcome::Unknown),
        ("4", Outcome::NotFound),
        ("5", Outcome::Unknown),
    ] {
        let result = said("0000", stat, &[]);
        assert_eq!(result.outcome, outcome, "stat {stat}");
        assert_eq!(result.bank_code.as_deref(), Some(stat));
        let references = &result.references;
        assert_eq!(references.get("file_no").map(String::as_str), Some("1"));
    }
    assert_eq!(said("9999", "1", &[]).outcome, Outcome::Unknown);
    assert_eq!(bank("BOCOM").not_found_is_final_after_ms(), None);
    let rows = [(1, "F"), (2, "E"), (3, "3"), (4, "0"), (5, "X")];
    let result = said("0000", "1", &rows);
    let outcomes: Vec<_> = result.lines.iter().map(|line| line.outcome).collect();
    let (accepted, unknown) = (Outcome::Accepted, Outcome::Unknown);
    assert_eq!(
        outcomes,
        [Outcome::Paid, REFUSED, unknown, accepted, unknown]
    );
    assert_eq!(result.lines[0].bank_serial.as_deref(), Some("EB1"));
    assert_eq!(result.lines[0].amount, Some(Fen(100)));
    assert_eq!(result.lines[4].row_no, Some(5));
}

/// 330002 pays at the bank itself: a row to another bank can never be sent, and is named.
#[test]
fn a_row_to_another_bank_does_not_fit() {
    let adapter = bank("BOCOM");
    let mut order = order("BOCOM");
    order.lines[2].payee_bank = BankCode::parse("ICBC").ok();
    let refused = adapter.submit(&order).next(&ToyKeys).unwrap_err();
    assert_eq!(refused.certainty, Certainty::Refused);
    let rows: Vec<_> = refused.findings.iter().map(|finding| finding.row).collect();
    assert_eq!(rows, [Some(3)]);
    assert_eq!(refused.findings[0].field, Some("bank"));
    order.lines[2].payee_bank = None;
    order.lines[2].account = AccountNo::parse(&"6".repeat(21)).unwrap();
    assert!(adapter.submit(&order).next(&ToyKeys).is_ok());
    // card_no has 21 characters.
    order.lines[2].account = AccountNo::parse(&"6".repeat(22)).unwrap();
    let refused = adapter.submit(&order).next(&ToyKeys).unwrap_err();
    assert_eq!(refused.certainty, Certainty::Refused);
    assert_eq!(adapter.limits().account_digits_max, 21);
}
