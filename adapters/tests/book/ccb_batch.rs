//! China Construction Bank, batch.

use crate::support::{
    ToyKeys, accept, assert_bytes, bank, converse, golden_order, outcomes, query, sample, with_ours,
};
use adapters::BankReply;
use adapters::exchange::{FrameEnd, Next, Outcome, Reply, ResultFile};
use schemas::text::Charset;
use schemas::{FailureReason, Fen};
use std::collections::BTreeMap;

const REFUSED: Outcome = Outcome::Failed(FailureReason::RefusedByBank);

/// The public answer with our number in the place of theirs: the one of the question.
fn public_answer() -> Option<Vec<u8>> {
    let sample = sample("ccb_6w2104_reply.xml")?;
    let theirs = "2026112311300002";
    let at = String::from_utf8_lossy(&sample).find(theirs).unwrap();
    Some(with_ours(&sample, &[(at, theirs, "300000000010001")]))
}

fn read(bytes: &[u8]) -> ResultFile {
    bank("CCB").decode_result(bytes, &ToyKeys).unwrap()
}

/// The answer lists what failed; four rows are paid by its silence, as its sums say.
#[test]
fn it_reads_the_answer_of_the_sample() {
    let Some(answer) = public_answer() else {
        return;
    };
    let result = read(&answer);
    assert!(result.failures_only && result.is_final);
    assert_eq!(result.outcome, Outcome::Paid);
    assert_eq!(result.bank_code.as_deref(), Some("1"));
    assert_eq!(result.references["file_no"], "1");
    let totals = [
        ("failed_count", 1),
        ("failed_fen", 598_805),
        ("paid_count", 4),
        ("paid_fen", 1_990_351),
    ];
    let totals = totals.map(|(name, value)| (name.to_owned(), value));
    assert_eq!(result.totals, BTreeMap::from(totals));
    assert_eq!((result.lines.len(), &result.flaws[..]), (1, &[][..]));
    let line = &result.lines[0];
    assert_eq!((line.row_no, line.amount), (Some(3), Some(Fen(598_805))));
    assert_eq!((line.outcome, line.bank_code.as_deref()), (REFUSED, None));
    assert_eq!(line.bank_text.as_deref(), Some("户名不符"));
}

/// From the bank's chair the same result is the sample.
#[test]
fn the_bank_writes_the_answer_of_the_sample() {
    let adapter = bank("CCB");
    let order = golden_order("CCB", "", "3300000000000000019");
    let question = query(&order, BTreeMap::new());
    let paid = Outcome::Paid;
    let mut lines = outcomes(&order, &[paid, paid, REFUSED, paid, paid]);
    lines[2].bank_text = Some("户名不符".to_owned());
    let mut conversation = adapter.query(&question);
    let (_, _, replies) = converse(adapter, &mut conversation, |_| {
        BankReply::result(lines.clone())
    });
    if let Some(answer) = public_answer() {
        assert_bytes(&replies[0], &answer);
    }
}

#[test]
fn a_batch_is_worked_on_failed_or_unknown() {
    let answer = |status: &str, list: &str| {
        let text = format!(
            "<TX><REQUEST_SN>300000000010001</REQUEST_SN><TX_CODE>6W2104</TX_CODE>\
             <RETURN_CODE>000000</RETURN_CODE><TX_INFO><F_STATUS>{status}</F_STATUS>{list}\
             </TX_INFO></TX>"
        );
        let result = read(text.as_bytes());
        (result.outcome, result.is_final, result.lines.len())
    };
    let list = "<FAIL_LIST><OID>1</OID></FAIL_LIST><FAIL_LIST><OID>2</OID></FAIL_LIST>";
    assert_eq!(answer("0", list), (REFUSED, true, 2));
    assert_eq!(answer("1", list), (Outcome::Paid, true, 2));
    assert_eq!(answer("2", ""), (Outcome::Accepted, false, 0));
    assert_eq!(answer("3", list), (Outcome::Accepted, false, 2));
    assert_eq!(answer("4", list), (Outcome::Unknown, false, 2));
    assert_eq!(answer("", ""), (Outcome::Unknown, false, 0));
}

/// Failed as a whole, and two rows of it paid: nobody knows of any.
#[test]
fn a_failed_batch_with_paid_rows_is_flawed() {
    let flaws = |paid: u32, list: &str| {
        let text = format!(
            "<TX><REQUEST_SN>300000000010001</REQUEST_SN><TX_CODE>6W2104</TX_CODE>\
             <RETURN_CODE>000000</RETURN_CODE><TX_INFO><F_STATUS>0</F_STATUS>\
             <SUCCESS_AMOUNT>{paid}.00</SUCCESS_AMOUNT><SUCCESS_NUM>{paid}</SUCCESS_NUM>\
             <FAIL_NUM>1</FAIL_NUM>{list}</TX_INFO></TX>"
        );
        let result = read(text.as_bytes());
        assert_eq!(result.outcome, REFUSED);
        result.flaws
    };
    assert_eq!(flaws(2, ""), crate::paid_beside_a_refusal(2, 200));
    assert_eq!(flaws(0, ""), []);
    // Where it lists what failed, the rest may be paid.
    let list = "<FAIL_LIST><OID>1</OID></FAIL_LIST>";
    assert_eq!(flaws(2, list), []);
}

/// Rows inside one FAIL_LIST can't be told apart: the answer is refused, and nobody is paid by it.
#[test]
fn a_list_of_another_shape_is_refused() {
    let text = "<TX><REQUEST_SN>300000000010001</REQUEST_SN><TX_CODE>6W2104</TX_CODE>\
                <RETURN_CODE>000000</RETURN_CODE><TX_INFO><F_STATUS>1</F_STATUS><FAIL_LIST>\
                <OID>1</OID><OID>2</OID></FAIL_LIST></TX_INFO></TX>";
    let read = bank("CCB").decode_result(text.as_bytes(), &ToyKeys);
    assert!(read.unwrap_err().what.contains("twice"));
}

#[test]
fn it_drops_uploads_and_instructs() {
    let adapter = bank("CCB");
    let mut order = golden_order("CCB", "", "3300000000000000019");
    order.lines.truncate(2);
    let mut submission = adapter.submit(&order);
    let mut sent = Vec::new();
    for reply in ["", "2", "1"] {
        let Next::Send(outgoing) = submission.next(&ToyKeys).unwrap() else {
            panic!("a message is sent")
        };
        let code = if reply == "2" { "6W2102" } else { "6W2100" };
        if !reply.is_empty() {
            let answer = format!(
                "<TX><REQUEST_SN>{reply}0000000001</REQUEST_SN><TX_CODE>{code}</TX_CODE>\
                 <RETURN_CODE>000000</RETURN_CODE><TX_INFO><SEND_FILE>S77</SEND_FILE></TX_INFO>\
                 </TX>"
            );
            submission.feed(answer.as_bytes(), &ToyKeys).unwrap();
        }
        sent.push(outgoing);
    }
    assert!(matches!(
        submission.next(&ToyKeys).unwrap(),
        Next::Done(Reply::Receipt(receipt)) if receipt.outcome == Outcome::Accepted
    ));
    let text = |at: usize| Charset::Gbk.decode(&sent[at].bytes).unwrap().into_owned();
    let file = "PK20261123000001|2|13603.50\r\n1|6200000000000000018|张样一|6523.50|304100040000|\
                \r\n2|6200000000000000026|李样二|7080.00|304100040000|\r\n";
    assert_eq!(text(0), file);
    assert_eq!(sent[0].file_name, "PK202611230000000001.txt");
    assert!(text(1).ends_with("<TX_INFO>/ccb/wage/PK202611230000000001.txt</TX_INFO></TX>"));
    assert!(text(2).contains("<COUNT>2</COUNT><SEND_FILE>S77</SEND_FILE>"));
    let instructs: Vec<bool> = sent.iter().map(|out| out.instructs).collect();
    assert_eq!(instructs, [false, false, true]);
    let terminator = b"</TX>".to_vec();
    assert_eq!(adapter.request_frame(), FrameEnd::Line { terminator });
}

/// Only a line that failed is named, and what came back was paid.
#[test]
fn the_bank_names_failures_only() {
    let adapter = bank("CCB");
    let order = golden_order("CCB", "", "3300000000000000019");
    let mut submission = adapter.submit(&order);
    let (_, requests, _) = converse(adapter, &mut submission, accept);
    assert!(requests.iter().all(|request| request.file_no == Some(1)));
    let side = adapter.bank_side();
    for outcome in [
        Outcome::Paid,
        Outcome::Accepted,
        Outcome::Unknown,
        Outcome::Returned,
    ] {
        assert!(!side.names_line(outcome), "{outcome:?}");
    }
    assert!(side.names_line(REFUSED));
    let question = query(&order, BTreeMap::new());
    let mut conversation = adapter.query(&question);
    let lines = outcomes(&order, &[Outcome::Paid, Outcome::Returned]);
    let (reply, ..) = converse(adapter, &mut conversation, |_| {
        BankReply::result(lines.clone())
    });
    let Reply::Result(result) = reply else {
        panic!("a result")
    };
    assert_eq!((result.outcome, result.lines.len()), (Outcome::Paid, 0));
    assert_eq!(
        (result.totals["paid_count"], result.totals["paid_fen"]),
        (5, 2_589_156)
    );
}
