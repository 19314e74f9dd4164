//! MYbank, FORMATS 6.18: the workbook cell by cell, the confirming message by hand, its signature
//! by xmlsec1, the result file by its digest.

mod xmlsec;

use crate::office_peers;
use crate::support::{ToyKeys, accept, bank, converse, golden_order, order, query, sample};
use adapters::exchange::{Certainty, Next, Outcome, Outgoing, Reply, Wire};
use adapters::{BankReply, Incoming, IncomingWire, RequestKind};
use base64::Engine as _;
use calamine::{Data, Reader as _, open_workbook_auto_from_rs};
use std::io::{Cursor, Write as _};
use std::process::{Command, Stdio};

/// Every cell of the first sheet as it is typed.
fn cells(bytes: &[u8]) -> Vec<Vec<Data>> {
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes.to_vec())).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

/// The messages of a submission, the bank accepting.
fn messages(order: &adapters::exchange::PaymentOrder) -> (Vec<Outgoing>, Vec<u64>) {
    let adapter = bank("MYBANK");
    let (mut sent, mut waits) = (Vec::new(), Vec::new());
    let mut conversation = adapter.submit(order);
    loop {
        match conversation.next(&ToyKeys).unwrap() {
            Next::Done(_) => return (sent, waits),
            Next::Wait { wait_ms } => waits.push(wait_ms),
            Next::Send(out) => {
                let side = adapter.bank_side();
                let request = side.read_request(&crate::support::incoming(&out), &ToyKeys);
                let request = request.unwrap();
                if request.has_reply {
                    let reply = accept(&request);
                    let bytes = side.write_reply(&request, &reply, &ToyKeys).unwrap();
                    conversation.feed(&bytes, &ToyKeys).unwrap();
                }
                sent.push(out);
            }
        }
    }
}

fn golden() -> adapters::exchange::PaymentOrder {
    let mut order = golden_order("MYBANK", "工资", "3300000000000000019");
    for line in &mut order.lines {
        line.cnaps_code = None;
    }
    order
}

#[test]
fn the_workbook_is_the_sample_cell_by_cell() {
    let Some(sample) = sample("mybank_h2h_batchPay.xls") else {
        return;
    };
    let (sent, _) = messages(&golden());
    let mut ours = cells(&sent[0].bytes);
    // The sample's invented bank.
    for row in ours.iter_mut().skip(1) {
        assert_eq!(row[2], Data::String("浙江网商银行".to_owned()));
        row[2] = Data::String("样例银行".to_owned());
    }
    assert_eq!(ours, cells(&sample));
    // What the bank's chair makes of the sample itself, an xls file.
    let adapter = bank("MYBANK");
    let incoming = Incoming {
        wire: IncomingWire::Drop {
            folder: "upload/H2H/batchPay/226610000000000000001/20261123".to_owned(),
            file_name: "h2h_batchPay_226610000000000000001_\
                        20261123000000000000000000000001.xls"
                .to_owned(),
        },
        bytes: sample,
    };
    let read = adapter
        .bank_side()
        .read_request(&incoming, &ToyKeys)
        .unwrap();
    assert_eq!((read.kind, read.file_no), (RequestKind::Step, Some(1)));
    let fen: Vec<i64> = read.lines.iter().map(|line| line.amount.0).collect();
    assert_eq!(fen, [652_350, 708_000, 598_805, 630_000, 1]);
    assert_eq!(fen.iter().sum::<i64>(), 2_589_156);
}

/// An office file of ours, read by a program that is not ours.
#[test]
fn xlrd_reads_every_cell_as_a_text() {
    let (sent, _) = messages(&golden());
    let compound_file = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    assert!(sent[0].bytes.starts_with(&compound_file));
    let lines = office_peers::lines(&sent[0].bytes);
    assert_eq!(lines.len(), 6);
    assert_eq!(
        lines[3],
        "s:6200000000000000034|s:欧阳样三|s:浙江网商银行|s:5988.05||||||s:工资|s:000003"
    );
}

/// The element order and names of FORMATS 6.18, written by hand.
#[test]
fn the_file_goes_where_the_bank_looks_and_is_confirmed_in_fen() {
    let (sent, waits) = messages(&golden());
    let [file, confirm] = sent.as_slice() else {
        panic!("{sent:?}")
    };
    assert!(!file.instructs && confirm.instructs);
    assert_eq!(waits, [180_000]);
    let name = "h2h_batchPay_226610000000000000001_20261123000000000000000000000001.xls";
    assert_eq!(file.file_name, name);
    let folder = "upload/H2H/batchPay/226610000000000000001/20261123".to_owned();
    assert_eq!(file.wire, Wire::Drop { folder });
    let text = String::from_utf8(confirm.bytes.clone()).unwrap();
    let unsigned = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
        <document><request id=\"request\"><head><version>1.0.0</version>\
        <appid>2026000000000001</appid>\
        <function>ant.ebank.transfer.batchpay.confirm</function>\
        <reqTime>20261123093000</reqTime><reqTimeZone>UTC+8</reqTimeZone>\
        <reqMsgId>20261123093000123000000000100000</reqMsgId><reserve></reserve>\
        <signType>RSA</signType><inputCharset>UTF-8</inputCharset></head><body>\
        <partner>226610000000000000001</partner>\
        <bizNo>20261123000000000000000000000001</bizNo><smsCode>888888</smsCode>\
        <fileName>h2h_batchPay_226610000000000000001_20261123000000000000000000000001.xls\
        </fileName><totalCount>5</totalCount><totalAmount>000000002589156</totalAmount>\
        <currencyCode>156</currencyCode><remark>代发工资0000000001</remark>\
        <companyCardNo>3300000000000000019</companyCardNo><sign></sign></body></request>";
    let rest = text
        .strip_prefix(unsigned)
        .unwrap_or_else(|| panic!("{text}"));
    assert!(rest.starts_with("<ds:Signature xmlns:ds="));
    assert!(rest.ends_with("</ds:Signature></document>"));
    let slot = ("rsa_sha256".to_owned(), "signing".to_owned());
    assert_eq!(confirm.signature.as_ref(), Some(&slot));
    let slots = bank("MYBANK").key_slots();
    assert_eq!(slots.signing, [slot].into());
    let theirs = ("rsa_sha256".to_owned(), "bank".to_owned());
    assert_eq!(slots.verifying, [theirs].into());
}

/// FORMATS 6.18: base64 of a list of one, sums in 15 digits, then the file by its MD5.
#[test]
fn a_finished_batch_is_read_from_its_file() {
    let adapter = bank("MYBANK");
    let order = order("MYBANK");
    let outcomes = [
        Outcome::Paid,
        Outcome::Failed(schemas::FailureReason::RefusedByBank),
    ];
    let lines = crate::support::outcomes(&order, &outcomes);
    let asked = query(&order, numbered());
    let mut conversation = adapter.query(&asked);
    let (reply, requests, replies) = converse(adapter, &mut conversation, |_| {
        BankReply::result(lines.clone())
    });
    let steps: Vec<&str> = requests
        .iter()
        .map(|request| request.step.as_str())
        .collect();
    assert_eq!(steps, ["query", "result"]);
    let Reply::Result(result) = reply else {
        panic!()
    };
    assert!(result.flaws.is_empty());
    let told: Vec<Outcome> = result.lines.iter().map(|line| line.outcome).collect();
    assert_eq!(told.len(), 5);
    assert!(
        told.iter()
            .zip(outcomes.iter().cycle())
            .all(|(a, b)| a == b)
    );
    // The list, by hand.
    let envelope = String::from_utf8(replies[0].clone()).unwrap();
    let list = envelope.split("<batchResultList>").nth(1).unwrap();
    let list = list.split("</batchResultList>").next().unwrap();
    let list = base64::prelude::BASE64_STANDARD.decode(list).unwrap();
    let list: serde_json::Value = serde_json::from_slice(&list).unwrap();
    let md5 = Command::new("md5sum")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut md5 = md5.expect("md5sum (apt-get install coreutils)");
    md5.stdin.take().unwrap().write_all(&replies[1]).unwrap();
    let md5 = String::from_utf8(md5.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(list[0]["resultMd5"].as_str(), md5.split(' ').next());
    assert_eq!(list[0]["totalAmt"], "000000002589156");
    // 652350 + 598805 + 1 of the five.
    assert_eq!(list[0]["successAmt"], "000000001251156");
    assert_eq!(list[0]["failCnt"], "2");
}

/// Another file than the one that was told says nothing.
#[test]
fn a_file_with_another_digest_is_not_read() {
    let adapter = bank("MYBANK");
    let order = order("MYBANK");
    let side = adapter.bank_side();
    let asked = query(&order, numbered());
    let mut conversation = adapter.query(&asked);
    let mut answer = |outcome: Outcome| {
        let out = sent(&mut conversation);
        let request = side
            .read_request(&crate::support::incoming(&out), &ToyKeys)
            .unwrap();
        let lines = crate::support::outcomes(&order, &[outcome]);
        let reply = BankReply::result(lines);
        let bytes = side.write_reply(&request, &reply, &ToyKeys).unwrap();
        (out, conversation.feed(&bytes, &ToyKeys))
    };
    answer(Outcome::Paid).1.unwrap();
    let (out, read) = answer(Outcome::Failed(schemas::FailureReason::RefusedByBank));
    assert_eq!(
        out.wire,
        Wire::Fetch {
            folder: "download/H2H/batchPayResult/226610000000000000001/20261123".to_owned()
        }
    );
    assert!(read.unwrap_err().to_string().contains("MD5"));
}

/// Without the bank's number, after a lost answer, the list is asked for and no file is guessed.
#[test]
fn without_the_banks_number_no_file_is_fetched() {
    let adapter = bank("MYBANK");
    let order = order("MYBANK");
    let asked = query(&order, [].into());
    let mut conversation = adapter.query(&asked);
    let out = sent(&mut conversation);
    let text = String::from_utf8(out.bytes.clone()).unwrap();
    assert!(text.contains("<batchTransNo></batchTransNo>"));
    assert!(text.contains("<queryStartDate>2026-11-23</queryStartDate>"));
    let list = r#"[{"batchState":"FINISH","resultMd5":"202cb962ac59075b964b07152d234b70",
        "remark":"代发工资0000004711"}]"#;
    conversation.feed(&signed_list(list), &ToyKeys).unwrap();
    let error = conversation.next(&ToyKeys).unwrap_err();
    assert_eq!(error.certainty, Certainty::NotSent);
    // Where the list tells a number, that one is tried.
    let told = list.replace("[{", r#"[{"batchApplyNbr":"2026112310610000002390","#);
    let mut conversation = adapter.query(&asked);
    conversation.next(&ToyKeys).unwrap();
    conversation.feed(&signed_list(&told), &ToyKeys).unwrap();
    let out = sent(&mut conversation);
    let name = "h2h_batchPayResult_2026112310610000002390_202cb962ac59075b964b07152d234b70.xls";
    assert_eq!(out.file_name, name);
    // The list of another batch of ours is not ours.
    let mut conversation = adapter.query(&asked);
    conversation.next(&ToyKeys).unwrap();
    let other = list.replace("4711", "4712");
    let refused = conversation
        .feed(&signed_list(&other), &ToyKeys)
        .unwrap_err();
    assert!(refused.of_another_file);
    // Of two nobody knows which is meant.
    let mut conversation = adapter.query(&asked);
    conversation.next(&ToyKeys).unwrap();
    let two = format!("[{0},{0}]", &list[1..list.len() - 1]);
    let refused = conversation.feed(&signed_list(&two), &ToyKeys);
    assert_eq!(refused.unwrap_err().what, "not a list of one");
    // Nothing found says nothing of the payment.
    let mut conversation = adapter.query(&asked);
    conversation.next(&ToyKeys).unwrap();
    conversation.feed(&signed_list("[]"), &ToyKeys).unwrap();
    let Next::Done(Reply::Result(result)) = conversation.next(&ToyKeys).unwrap() else {
        panic!("a result")
    };
    assert_eq!(result.outcome, Outcome::Unknown);
    assert!(!result.is_final && result.lines.is_empty());
}

/// FORMATS 6.18: repeating bizNo is an error, and no resultCode is public: an F may say that the
/// first confirmation was taken, and paid.
#[test]
fn a_refused_confirmation_may_be_a_repeated_one() {
    let said = |status: &str, code: &str| {
        let document = format!(
            "<document><response id=\"response\"><head>\
             <function>ant.ebank.transfer.batchpay.confirm</function></head><body><resultInfo>\
             <resultStatus>{status}</resultStatus><resultCode>{code}</resultCode>\
             <resultMsg>业务编号重复</resultMsg></resultInfo></body></response></document>"
        );
        let bytes = signed(&document);
        bank("MYBANK").decode_receipt(&bytes, &ToyKeys).unwrap()
    };
    for code in ["", "BIZNO_REPEAT", "F0001"] {
        let read = said("F", code);
        assert_eq!(read.outcome, Outcome::Unknown, "{code}");
        assert_eq!(read.bank_text.as_deref(), Some("业务编号重复"));
    }
    assert_eq!(said("S", "").outcome, Outcome::Accepted);
    assert_eq!(said("U", "").outcome, Outcome::Unknown);
}

/// As a receipt gave it.
fn numbered() -> std::collections::BTreeMap<String, String> {
    let number = "2026112310610000002390";
    [("bank_batch_no".to_owned(), number.to_owned())].into()
}

fn sent(conversation: &mut adapters::Conversation<'_>) -> Outgoing {
    let Next::Send(out) = conversation.next(&ToyKeys).unwrap() else {
        panic!("a message")
    };
    out
}

/// The bank's list in its envelope.
fn signed_list(list: &str) -> Vec<u8> {
    let list = base64::prelude::BASE64_STANDARD.encode(list);
    let document = format!(
        "<document><response id=\"response\"><head>\
         <function>ant.ebank.transfer.batchpay.query</function></head><body><resultInfo>\
         <resultStatus>S</resultStatus></resultInfo>\
         <batchResultList>{list}</batchResultList></body></response></document>"
    );
    signed(&document)
}

/// Signed with the toy key.
fn signed(document: &str) -> Vec<u8> {
    let rule = adapters::wire::xml_signature::XmlSignature {
        algorithm: adapters::wire::xml_signature::XmlAlgorithm::RsaSha256,
        digest: adapters::wire::xml_signature::XmlDigest::Sha1,
        slot: "bank".to_owned(),
    };
    rule.sign(document, &ToyKeys).unwrap().into_bytes()
}
