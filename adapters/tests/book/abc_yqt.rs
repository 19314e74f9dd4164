//! Agricultural Bank of China: the wage file and CFRT03.

use crate::support::{ToyKeys, accept, bank, converse, golden_order, order, query, sample};
use crate::talk::{asked, assert_bytes, gbk, sent};
use adapters::exchange::{Certainty, FrameEnd, Outcome, PaymentOrder, Receipt, Wire};
use schemas::text::Charset;
use schemas::{AccountNo, BankCode, FailureReason, Fen};
use std::collections::BTreeMap;

const FILE: &str = "0001.330000000001_0001.20261123";

fn golden() -> PaymentOrder {
    golden_order("ABC", "2026年11月工资", "000000000000019")
}

/// A flag, and the length in six columns: neither counts itself.
fn framed(text: &str) -> Vec<u8> {
    let bytes = gbk(text);
    [format!("0{:<6}", bytes.len()).as_bytes(), &bytes].concat()
}

/// By hand from section 6.3: columns of 60, 30, 18 and 30 bytes, three decimals, a line feed after
/// every row.
#[test]
fn it_drops_the_wage_file_of_the_section_and_the_sample() {
    let messages = bank("ABC").encode_payment(&golden(), &ToyKeys).unwrap();
    let [file, _] = messages.as_slice() else {
        panic!("a file and a trigger")
    };
    assert!(!file.instructs);
    assert_eq!(file.file_name, FILE);
    assert!(matches!(&file.wire, Wire::Drop { folder } if folder == "wage"));
    let column = |text: &str, bytes: usize| {
        let mut column = gbk(text);
        column.resize(bytes, b' ');
        column
    };
    let mut expected = Vec::new();
    for (name, account, amount) in [
        ("张样一", "6200000000000000018", "6523.500"),
        ("李样二", "6200000000000000026", "7080.000"),
        ("欧阳样三", "6200000000000000034", "5988.050"),
        ("阿样·木样", "6200000000000000042", "6300.000"),
        ("王样五", "6200000000000000059", "0.010"),
    ] {
        expected.extend(column(name, 60));
        expected.extend(column(account, 30));
        expected.extend(column(amount, 18));
        expected.extend(column("2026年11月工资", 30));
        expected.push(b'\n');
    }
    assert_eq!(expected.len(), 5 * 139);
    assert_bytes(&file.bytes, &expected);
    if let Some(sample) = sample(&format!("abc_wage_{FILE}.txt")) {
        assert_bytes(&file.bytes, &sample);
    }
}

#[test]
fn it_triggers_with_the_message_of_the_sample() {
    let messages = bank("ABC").encode_payment(&golden(), &ToyKeys).unwrap();
    let trigger = &messages[1];
    assert!(trigger.instructs);
    let end = FrameEnd::Length {
        offset: 1,
        digits: 6,
        uncounted: 7,
    };
    let bytes = &trigger.bytes;
    assert_eq!(end.complete(bytes, Charset::Gbk), Some(bytes.len()));
    assert_eq!(trigger.wire, Wire::Tcp { reply: end });
    if let Some(sample) = sample("abc_cfrt03_request.bin") {
        assert_bytes(bytes, &sample);
    }
}

/// By hand from section 6.3: the reply's elements and the last four characters of RespPrvData.
fn receipt(code: &str, private: &str) -> Receipt {
    let reply = framed(&format!(
        "<ap><CCTransCode>CFRT03</CCTransCode><ReqSeqNo>20261123000001</ReqSeqNo>\
         <RespSource>ICC</RespSource><RespSeqNo>ABC0000001</RespSeqNo>\
         <RespDate>20261123</RespDate><RespTime>093001</RespTime><RespCode>{code}</RespCode>\
         <RespInfo>交易成功</RespInfo><RxtInfo></RxtInfo><FileFlag>0</FileFlag>\
         <Cmp>{private}</Cmp></ap>"
    ));
    bank("ABC").decode_receipt(&reply, &ToyKeys).unwrap()
}

#[test]
fn the_last_four_characters_say_whether_it_is_taken() {
    let private = |text: &str| format!("<RespPrvData>{text}</RespPrvData>");
    for text in ["0000", "CFRT03处理0000", "99990000"] {
        let said = receipt("0000", &private(text));
        assert_eq!(said.outcome, Outcome::Accepted, "{text}");
        assert_eq!(said.references["file_no"], "1");
        assert_eq!(said.references["bank_batch_no"], "ABC0000001");
        assert_eq!(said.bank_text.as_deref(), Some("交易成功"));
    }
    // Both must say so: what another code means of an instruction is not public.
    for (code, text) in [
        ("0000", private("00009999")),
        ("0000", private("000")),
        ("0000", String::new()),
        ("9999", private("0000")),
        ("", private("0000")),
    ] {
        let text = text.as_str();
        let reply = std::panic::catch_unwind(|| receipt(code, text).outcome);
        assert!(
            reply.is_err() || reply.unwrap() == Outcome::Unknown,
            "{code} {text}"
        );
    }
}

/// The file has no number of ours in it: its name has.
#[test]
fn the_bank_knows_the_dropped_file_by_its_name() {
    let order = order("ABC");
    let mut submission = bank("ABC").submit(&order);
    let (_, requests, _) = converse(bank("ABC"), &mut submission, accept);
    let [file, trigger] = requests.as_slice() else {
        panic!("a file and a trigger")
    };
    assert_eq!(file.step, "file");
    assert_eq!((file.file_no, trigger.file_no), (Some(4_711), Some(4_711)));
    assert_eq!(file.bank_date, Some(order.bank_date));
    assert_eq!(file.lines.len(), 5);
    assert!(trigger.lines.is_empty());
    let mut out = bank("ABC").encode_payment(&order, &ToyKeys).unwrap();
    out[0].file_name = "wages.txt".to_owned();
    let side = bank("ABC").bank_side();
    let read = side.read_request(&crate::support::incoming(&out[0]), &ToyKeys);
    assert!(read.is_err(), "another file");
}

fn result(code: &str, private: &str, rows: &[(u32, &str)]) -> Vec<u8> {
    let row = |(no, status): &(u32, &str)| {
        format!("<Detail><SeqNo>{no}</SeqNo><Amt>1.00</Amt><Sts>{status}</Sts></Detail>")
    };
    let count = rows.len();
    let rows: String = rows.iter().map(row).collect();
    framed(&format!(
        "<ap><CCTransCode>CQLT19</CCTransCode><ReqSeqNo>7</ReqSeqNo><RespCode>{code}</RespCode>\
         <Cmp><RespPrvData>{private}</RespPrvData><BatchFileName>{FILE}</BatchFileName></Cmp>\
         <Cme><RecordNum>{count}</RecordNum></Cme><Tulip>{rows}</Tulip></ap>"
    ))
}

/// Body and answer of the query are ours; what is not listed is unknown all the same.
#[test]
fn it_reads_the_rows_of_a_result() {
    let question = query(&golden(), BTreeMap::new());
    let own = sent(&mut bank("ABC").query(&question));
    let text = String::from_utf8(own).unwrap();
    assert!(text.contains("<CCTransCode>CQLT19</CCTransCode>"), "{text}");
    assert!(text.contains(&format!("<BatchFileName>{FILE}</BatchFileName>")));
    let rows = [(1, "0"), (2, "1"), (3, "2"), (4, "3")];
    let said = |code: &str, private: &str| {
        let answer = result(code, private, &rows);
        asked(bank("ABC"), &question, &[&answer])
    };
    let told = said("0000", "0000");
    let outcomes: Vec<_> = told.lines.iter().map(|line| line.outcome).collect();
    let refused = Outcome::Failed(FailureReason::RefusedByBank);
    let (paid, accepted, unknown) = (Outcome::Paid, Outcome::Accepted, Outcome::Unknown);
    assert_eq!(outcomes, [paid, refused, accepted, unknown]);
    assert_eq!(told.lines[0].amount, Some(Fen(100)));
    assert_eq!(told.references["file_no"], "1");
    for (code, private) in [("0000", "0001"), ("1234", "0000")] {
        let told = said(code, private);
        assert!(
            told.lines.iter().all(|line| line.outcome == unknown),
            "{code} {private}"
        );
    }
}

/// Thirty columns for an account, and none for a bank.
#[test]
fn what_the_file_has_no_place_for_does_not_leave() {
    let refused = |order: &PaymentOrder| {
        let error = bank("ABC").submit(order).next(&ToyKeys).unwrap_err();
        assert_eq!(error.certainty, Certainty::Refused);
        error.findings[0].row
    };
    let mut long = order("ABC");
    long.lines[1].account = AccountNo::parse(&"1".repeat(31)).unwrap();
    assert_eq!(refused(&long), Some(2));
    long.lines[1].account = AccountNo::parse(&"1".repeat(30)).unwrap();
    assert!(bank("ABC").submit(&long).next(&ToyKeys).is_ok());
    let mut elsewhere = order("ABC");
    elsewhere.lines[3].payee_bank = BankCode::parse("ICBC").ok();
    assert_eq!(refused(&elsewhere), Some(4));
}
