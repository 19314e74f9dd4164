//! Shanghai Pudong Development Bank.

use crate::support::{BRANCH, ToyKeys, assert_bytes, bank, golden_order, incoming, query, sample};
use adapters::BankReply;
use adapters::exchange::{Next, Outcome, Reply};
use base64::Engine as _;
use schemas::text::Charset;
use schemas::{BankCode, FailureReason, Fen, IdType};
use std::collections::BTreeMap;

const REFUSED: Outcome = Outcome::Failed(FailureReason::RefusedByBank);

/// Each row is paid to a bank elsewhere: its number and name are no real ones in the sample. An
/// order carries no telephone number.
#[test]
fn it_signs_and_sends_the_body_of_the_sample() {
    let mut order = golden_order("SPDB", "", "3300000000000000019");
    for line in &mut order.lines {
        line.payee_bank = Some(BankCode::parse("ICBC").unwrap());
        line.id_type = IdType::RESIDENT;
    }
    let messages = bank("SPDB").encode_payment(&order, &ToyKeys).unwrap();
    assert_eq!(messages.len(), 2);
    assert!(!messages[0].instructs && messages[1].instructs);
    let Some(sample) = sample("spdb_aq52_body.xml") else {
        return;
    };
    let text = Charset::Gbk.decode(&sample).unwrap();
    let mut expected = text.replace("102999000019|样例银行", &format!("{BRANCH}|工商银行"));
    for phone in 19_900_000_001_u64..=19_900_000_005 {
        expected = expected.replace(&format!("|{phone}|"), "||");
    }
    let expected = Charset::Gbk.encode(&expected).unwrap();
    assert_bytes(&messages[0].bytes, &expected);
    let signed = base64::prelude::BASE64_STANDARD.encode(&expected);
    let packet = format!(
        "<?xml version='1.0' encoding='gb2312'?><packet><head><transCode>AQ52</transCode>\
         <signFlag>1</signFlag><packetID>PK0000000001</packetID>\
         <timeStamp>2026-11-23 09:30:00</timeStamp><masterID>3300000001</masterID></head>\
         <body><signature>{signed}</signature></body></packet>"
    );
    let packet = format!("{:06}{packet}", packet.len() + 6);
    assert_bytes(&messages[1].bytes, packet.as_bytes());
}

/// An answer as the bank frames it: the length on the left.
fn framed(code: &str, signature: &str) -> Vec<u8> {
    let packet = format!(
        "<?xml version='1.0' encoding='gb2312'?><packet><head><transCode>AQ52</transCode>\
         <signFlag>1</signFlag><packetID>1</packetID><timeStamp>20261123</timeStamp>\
         <returnCode>{code}</returnCode><returnMsg></returnMsg></head>\
         <body><signature>{signature}</signature></body></packet>"
    );
    format!("{:<6}{packet}", packet.len() + 6).into_bytes()
}

fn opened(content: &str) -> Vec<u8> {
    let html = format!("<html><head><result>0</result></head><body><sic>{content}</sic></body>");
    Charset::Gbk.encode(&html).unwrap().into_owned()
}

const SIGNED: &[u8] = b"<html><body><sign>UEtDUzc=</sign></body></html>";

#[test]
fn an_answer_is_opened_at_the_port() {
    let order = golden_order("SPDB", "", "3300000000000000019");
    let mut submission = bank("SPDB").submit(&order);
    let taken = "<body><projectNumber>0000001</projectNumber><costItemCode>0001</costItemCode>\
                 <transTypeCode>2</transTypeCode><elecChequeNo>PK20261123000001</elecChequeNo>\
                 <handleSeqNo>H77</handleSeqNo><handleDate>20261123</handleDate></body>";
    let replies = [
        SIGNED.to_vec(),
        framed("AAAAAAA", "QkFOSw=="),
        opened(taken),
    ];
    let mut sent = Vec::new();
    for reply in replies {
        let Next::Send(outgoing) = submission.next(&ToyKeys).unwrap() else {
            panic!("a message is sent")
        };
        sent.push(outgoing.bytes);
        submission.feed(&reply, &ToyKeys).unwrap();
    }
    // What the sign port gave is in the packet, what the bank signed goes back to the port.
    assert!(String::from_utf8_lossy(&sent[1]).contains("<signature>UEtDUzc=</signature>"));
    assert_eq!(sent[2], b"QkFOSw==");
    let Next::Done(Reply::Receipt(receipt)) = submission.next(&ToyKeys).unwrap() else {
        panic!("a receipt")
    };
    assert_eq!(receipt.outcome, Outcome::Accepted);
    assert_eq!(receipt.references["bank_batch_no"], "H77");
    assert!(!receipt.references.contains_key("sign"));
}

/// An error is not signed, and its code says nothing of the payment.
#[test]
fn an_unsigned_error_ends_the_submission_as_unknown() {
    let order = golden_order("SPDB", "", "3300000000000000019");
    let mut submission = bank("SPDB").submit(&order);
    for reply in [SIGNED.to_vec(), framed("EGG0001", "")] {
        submission.next(&ToyKeys).unwrap();
        submission.feed(&reply, &ToyKeys).unwrap();
    }
    let Next::Done(Reply::Receipt(receipt)) = submission.next(&ToyKeys).unwrap() else {
        panic!("a receipt")
    };
    assert_eq!(receipt.outcome, Outcome::Unknown);
    assert_eq!(receipt.bank_code.as_deref(), Some("EGG0001"));
}

fn row(number: u32, account: &str, name: &str, yuan: &str, status: &str, text: &str) -> String {
    format!(
        "<list><detailedContent>{number}|1|1|1|{account}|{name}|1||102999000019|样例银行||01|\
         {yuan}||PK00000{number}|||工资|||||{status}|{text}</detailedContent></list>"
    )
}

/// Statuses of the section by hand: 0 paid, 1 failed, 2 working, Y cancelled, 3 and 8 unknown: 8 is
/// a word of 8804 for single payments.
#[test]
fn the_rows_of_aq54_are_read() {
    let rows = [
        row(1, "6200000000000000018", "张样一", "6523.50", "0", ""),
        row(
            2,
            "6200000000000000026",
            "李样二",
            "7080.00",
            "1",
            "户名不符",
        ),
        row(3, "6200000000000000034", "欧阳样三", "5988.05", "2", ""),
        row(4, "6200000000000000042", "阿样·木样", "6300.00", "Y", ""),
        row(5, "6200000000000000059", "王样五", "0.01", "3", ""),
        row(6, "6200000000000000067", "赵样六", "0.01", "8", ""),
    ];
    let content = format!(
        "<body><projectNumber>0000001</projectNumber>\
         <electronNumber>PK20261123000001</electronNumber><totalNumber>6</totalNumber>\
         <totalAmount>25891.57</totalAmount><successNum>1</successNum>\
         <successAmount>6523.50</successAmount><failureNum>1</failureNum>\
         <failureAmount>7080.00</failureAmount><lists>{}</lists></body>",
        rows.concat()
    );
    let result = bank("SPDB").decode_result(&opened(&content), &ToyKeys);
    let result = result.unwrap();
    let outcomes: Vec<Outcome> = result.lines.iter().map(|line| line.outcome).collect();
    let unknown = Outcome::Unknown;
    let cancelled = Outcome::Failed(FailureReason::CancelledAtBank);
    let expected = [
        Outcome::Paid,
        REFUSED,
        Outcome::Accepted,
        cancelled,
        unknown,
        unknown,
    ];
    assert_eq!(outcomes, expected);
    assert_eq!(result.lines[1].bank_text.as_deref(), Some("户名不符"));
    assert_eq!(result.lines[1].amount, Some(Fen(708_000)));
    assert_eq!(result.references["file_no"], "1");
    assert_eq!(result.flaws, []);
    let foreign = content.replace("102999000019|", "102999000019");
    assert!(
        bank("SPDB")
            .decode_result(&opened(&foreign), &ToyKeys)
            .is_err()
    );
}

/// How the batch stands, and whether the rows are asked for then.
#[test]
fn a_batch_that_is_not_done_is_not_asked_for_its_rows() {
    let order = golden_order("SPDB", "", "3300000000000000019");
    let asked = query(&order, BTreeMap::new());
    let state = |status: &str| {
        let content = format!(
            "<body><recordNumber>1</recordNumber><lists><list>\
             <elecChequeNo>PK20261123000001</elecChequeNo>\
             <batchHandleStatus>{status}</batchHandleStatus></list></lists></body>"
        );
        let mut conversation = bank("SPDB").query(&asked);
        for reply in [
            SIGNED.to_vec(),
            framed("AAAAAAA", "QkFOSw=="),
            opened(&content),
        ] {
            conversation.next(&ToyKeys).unwrap();
            conversation.feed(&reply, &ToyKeys).unwrap();
        }
        match conversation.next(&ToyKeys).unwrap() {
            Next::Done(Reply::Result(result)) => Some((result.outcome, result.is_final)),
            Next::Send(_) => None,
            Next::Wait { .. } | Next::Done(_) => panic!("a result or the next step"),
        }
    };
    assert_eq!(state("0"), None);
    assert_eq!(state("1"), None);
    assert_eq!(state("2"), Some((Outcome::Accepted, false)));
    assert_eq!(state("3"), Some((Outcome::Unknown, false)));
    assert_eq!(state(""), Some((Outcome::Unknown, false)));
}

/// The sandbox's port opens what the sandbox's bank signed, and knows which file it is about.
#[test]
fn the_sandbox_opens_its_own_signature() {
    let adapter = bank("SPDB");
    let (order, side) = (
        golden_order("SPDB", "", "3300000000000000019"),
        adapter.bank_side(),
    );
    let mut submission = adapter.submit(&order);
    let mut steps = Vec::new();
    loop {
        match submission.next(&ToyKeys).unwrap() {
            Next::Send(outgoing) => {
                let request = side.read_request(&incoming(&outgoing), &ToyKeys).unwrap();
                assert_eq!(request.file_no, Some(1), "{}", request.step);
                let reply = BankReply {
                    bank_batch_no: Some("B77".to_owned()),
                    ..BankReply::of(Outcome::Accepted)
                };
                let reply = side.write_reply(&request, &reply, &ToyKeys).unwrap();
                submission.feed(&reply, &ToyKeys).unwrap();
                steps.push(request.step);
            }
            Next::Done(Reply::Receipt(receipt)) => {
                assert_eq!(receipt.references["bank_batch_no"], "B77");
                break;
            }
            Next::Wait { .. } | Next::Done(_) => panic!("a receipt"),
        }
    }
    assert_eq!(steps, ["sign", "submit", "open"]);
}

/// The rows of a question stand in the signed answer that the port opens; at a bank without one in
/// the last answer alone.
#[test]
fn the_answers_that_tell_of_lines_are_known() {
    let telling = |code: &str, steps: &[&'static str]| {
        let adapter = bank(code);
        let tells = |step: &&str| adapter.bank_side().tells_lines(step);
        let telling = steps.iter().copied().filter(tells);
        telling.collect::<Vec<_>>()
    };
    let asked = [
        "sign_state",
        "state",
        "open_state",
        "sign_rows",
        "rows",
        "open_rows",
    ];
    assert_eq!(telling("SPDB", &asked), ["rows", "open_rows"]);
    assert_eq!(telling("SPDB", &["sign", "submit", "open"]), [""; 0]);
    let adapter = bank("SPDB");
    let seals = |step: &&&str| adapter.bank_side().seals_lines(step);
    assert_eq!(asked.iter().filter(seals).collect::<Vec<_>>(), [&"rows"]);
    let asked = ["batch_state", "rows", "returned_rows"];
    assert_eq!(telling("CMB", &asked), ["rows", "returned_rows"]);
}
