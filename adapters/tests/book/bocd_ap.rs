//! The front-end of the Bank of Chengdu, FORMATS 6.16, on a synthetic bank.

use crate::office_peers;
use crate::support::{
    ToyKeys, accept, bank, converse, golden_order, incoming, order, query, sample,
};
use adapters::exchange::{Next, Outcome, Outgoing, Reply, Wire};
use adapters::{BankReply, Evidence, RequestKind};
use schemas::FailureReason;

fn messages() -> Vec<Outgoing> {
    let order = golden_order("WZMSB", "工资", "3300000000000000019");
    bank("WZMSB").encode_payment(&order, &ToyKeys).unwrap()
}

#[test]
fn the_order_to_pay_is_the_sample_byte_by_byte() {
    let Some(sample) = sample("bocd_03020104B0214_request.bin") else {
        return;
    };
    let sent = messages();
    assert_eq!(sent.len(), 2);
    assert!(!sent[0].instructs && sent[1].instructs);
    assert_eq!(
        String::from_utf8_lossy(&sent[1].bytes),
        String::from_utf8_lossy(&sample)
    );
    assert_eq!(sent[1].bytes, sample);
}

/// The message names the workbook, and the bank's chair knows of which file a workbook is.
#[test]
fn the_workbook_lies_under_the_name_that_the_order_says() {
    let sent = messages();
    let folder = String::new();
    assert_eq!(sent[0].wire, Wire::Drop { folder });
    assert_eq!(sent[0].file_name, "PK2026112301.xlsx");
    // Read by a program that is not ours.
    let cells = office_peers::lines(&sent[0].bytes);
    assert_eq!(cells.len(), 6);
    assert!(
        cells[3].contains("s:欧阳样三") && cells[3].contains("s:5988.05"),
        "{}",
        cells[3]
    );
    let side = bank("WZMSB").bank_side();
    let request = side.read_request(&incoming(&sent[0]), &ToyKeys).unwrap();
    assert_eq!(
        (request.kind, request.file_no),
        (RequestKind::Step, Some(1))
    );
    let fen: Vec<i64> = request.lines.iter().map(|line| line.amount.0).collect();
    assert_eq!(fen, [652_350, 708_000, 598_805, 630_000, 1]);
    assert_eq!(bank("WZMSB").evidence(), Evidence::Synthetic);
}

#[test]
fn the_state_is_asked_by_the_orders_own_number_and_then_row_by_row() {
    let adapter = bank("WZMSB");
    let order = order("WZMSB");
    let asked = query(&order, [].into());
    let lines = crate::support::outcomes(
        &order,
        &[Outcome::Paid, Outcome::Failed(FailureReason::RefusedByBank)],
    );
    let mut conversation = adapter.query(&asked);
    let Next::Send(out) = conversation.next(&ToyKeys).unwrap() else {
        panic!("a message")
    };
    let text = String::from_utf8(out.bytes.clone()).unwrap();
    let body = "<body><reqDate>20261123</reqDate><reqSerialNo>20261123004711</reqSerialNo></body>";
    assert!(text.contains(body), "{text}");
    let mut conversation = adapter.query(&asked);
    let (reply, requests, replies) = converse(adapter, &mut conversation, |_| {
        BankReply::result(lines.clone())
    });
    let steps: Vec<&str> = requests
        .iter()
        .map(|request| request.step.as_str())
        .collect();
    assert_eq!(steps, ["verify", "details"]);
    let details = String::from_utf8(replies[1].clone()).unwrap();
    assert!(details.contains("<total>5</total><array><dto><seqNo>1</seqNo>"));
    let Reply::Result(result) = reply else {
        panic!()
    };
    assert!(result.is_final && result.flaws.is_empty());
    assert_eq!(result.lines[0].outcome, Outcome::Paid);
    assert_eq!(
        result.lines[1].outcome,
        Outcome::Failed(FailureReason::RefusedByBank)
    );
}

/// A state that the table does not have: asked again, never failed.
#[test]
fn a_state_that_is_not_listed_decides_nothing() {
    let adapter = bank("WZMSB");
    let order = order("WZMSB");
    let asked = query(&order, [].into());
    let mut conversation = adapter.query(&asked);
    conversation.next(&ToyKeys).unwrap();
    let body = "<ap><head><tr_code>03020104A0239</tr_code><req_no>V2026112300000047111</req_no>\
                <ret_code>0000</ret_code></head><body><busiStat>P</busiStat></body></ap>";
    let reply = format!("{:010}{body}", body.len());
    conversation.feed(reply.as_bytes(), &ToyKeys).unwrap();
    let Next::Done(Reply::Result(result)) = conversation.next(&ToyKeys).unwrap() else {
        panic!("a result")
    };
    assert_eq!(result.outcome, Outcome::Unknown);
    assert!(!result.is_final && result.lines.is_empty());
    // The same of a row: S and F are final, anything else is not.
    let side = adapter.bank_side();
    let mut conversation = adapter.query(&asked);
    for _ in 0..2 {
        let Next::Send(out) = conversation.next(&ToyKeys).unwrap() else {
            panic!("a message")
        };
        let request = side.read_request(&incoming(&out), &ToyKeys).unwrap();
        let lines = crate::support::outcomes(&order, &[Outcome::Unknown]);
        let mut reply = match request.step.as_str() {
            "verify" => accept(&request),
            _ => BankReply::result(lines),
        };
        reply.batch = Some(Outcome::Paid);
        let bytes = side.write_reply(&request, &reply, &ToyKeys).unwrap();
        conversation.feed(&bytes, &ToyKeys).unwrap();
    }
    let Next::Done(Reply::Result(result)) = conversation.next(&ToyKeys).unwrap() else {
        panic!("a result")
    };
    assert!(
        result
            .lines
            .iter()
            .all(|line| line.outcome == Outcome::Unknown)
    );
    assert!(!result.is_final);
}
