//! CIB's asynchronous batch (FORMATS 6.8). The book has it for other
//! banks beside cib_fox; here it is alone, and pays its own accounts too.

use crate::support::{
    ToyKeys, accept, converse, golden_order, incoming, is_query, names, outcomes, query,
};
use adapters::exchange::{Next, Outcome, PaymentOrder, Reply};
use adapters::{BankAdapter, BankReply, Book, RequestKind};
use schemas::text::Charset;
use schemas::{BankCode, FailureReason, Fen};
use std::collections::BTreeMap;

const DIALECT: &str = include_str!("../../dialects/cib_batch/dialect.toml");
const PRESET: &str = include_str!("../../banks/CIB/bank.toml");

fn book() -> Book {
    let routed = "dialect = \"cib_fox\"\nother_dialect = ";
    let preset = PRESET.replace(routed, "dialect = ");
    let files = [
        ("dialects/cib_batch/dialect.toml", DIALECT),
        ("banks/CIB/bank.toml", preset.as_str()),
    ];
    Book::from_files(files).unwrap_or_else(|errors| panic!("{}", errors[0]))
}

fn adapter(book: &Book) -> &BankAdapter {
    book.adapter(BankCode::parse("CIB").unwrap()).unwrap()
}

/// Two own accounts and one at another bank.
fn order() -> PaymentOrder {
    let mut order = golden_order("CIB", "11月工资", "330000000000000019");
    order.lines.truncate(3);
    order.lines[0].cnaps_code = None;
    order.lines[1].cnaps_code = None;
    order.lines[2].payee_bank = Some(BankCode::parse("CCB").unwrap());
    order
}

const SIGN_ON: &str = "<SIGNONMSGSRQV1><SONRQ><DTCLIENT>2026-11-23 09:30:00</DTCLIENT>\
    <CID>3300000001</CID><USERID>sample01</USERID><USERPASS>******</USERPASS>\
    <GENUSERKEY>N</GENUSERKEY><APPID>SAMPLE</APPID><APPVER>1000</APPVER></SONRQ>\
    </SIGNONMSGSRQV1>";

/// By hand from the section and the public columns.
#[test]
fn the_rows_stand_as_text_in_a_section() {
    let book = book();
    let messages = adapter(&book).encode_payment(&order(), &ToyKeys).unwrap();
    let expected = format!(
        "<FOX>{SIGN_ON}<SECURITIES_MSGSRQV1><ASYNBATCHTRSFRTRNRQ>\
         <TRNUID>20261123PK000001</TRNUID><RQBODY><TITLE>2026年11月工资</TITLE><ACCTFROM>\
         <ACCTID>330000000000000019</ACCTID><NAME>浙江样例建设有限公司</NAME>\
         <BANKDESC>兴业银行</BANKDESC><CITY>杭州</CITY></ACCTFROM><BIZTYPE>0</BIZTYPE>\
         <TOTALCOUNT>3</TOTALCOUNT><TOTALAMOUNT>19591.55</TOTALAMOUNT><CURSYM>RMB</CURSYM>\
         <PURPOSE>工资</PURPOSE><MEMO></MEMO><XFERINFOTEXT size=\"3\"><![CDATA[\
         1|620000000000000001|张样一|Y|N||兴业银行||6523.50|11月工资||\n\
         2|620000000000000002|李样二|Y|N||兴业银行||7080.00|11月工资||\n\
         3|620000000000000003|欧阳样三|N|N|304100040000|中国建设银行||5988.05|11月工资||\
         ]]></XFERINFOTEXT></RQBODY></ASYNBATCHTRSFRTRNRQ></SECURITIES_MSGSRQV1></FOX>"
    );
    // The cut of a card for cib_fox is not this dialect's: it takes 32 digits.
    let own = Charset::Gbk.decode(&messages[0].bytes).unwrap();
    assert_eq!(own, expected);
    assert!(messages[0].instructs);
    assert_eq!(adapter(&book).limits().account_digits_max, 32);
}

#[test]
fn both_chairs_agree() {
    let book = book();
    let adapter = adapter(&book);
    let order = order();
    let (receipt, requests, _) = converse(adapter, &mut adapter.submit(&order), accept);
    assert_eq!(requests[0].kind, RequestKind::Submit);
    let read = names(&requests[0].lines);
    assert_eq!(read, ["张样一", "李样二", "欧阳样三"]);
    assert_eq!(requests[0].total, order.total());
    let Reply::Receipt(receipt) = receipt else {
        panic!("a receipt")
    };
    assert_eq!(receipt.outcome, Outcome::Accepted);
    let failed = Outcome::Failed(FailureReason::RefusedByBank);
    for said in [Outcome::Paid, failed, Outcome::Accepted, Outcome::Unknown] {
        let asked = query(&order, BTreeMap::new());
        let (reply, ..) = converse(adapter, &mut adapter.query(&asked), |request| {
            assert!(is_query(request));
            BankReply::result(outcomes(&order, &[said]))
        });
        let Reply::Result(result) = reply else {
            panic!("a result")
        };
        assert!(result.lines.iter().all(|line| line.outcome == said));
        assert_eq!((result.lines.len(), result.flaws.len()), (3, 0));
    }
    let reply = BankReply::result(outcomes(&order, &[Outcome::Returned]));
    let push = adapter.bank_side().write_push_of(1, &reply, &ToyKeys);
    let push = adapter.decode_push(&push.unwrap(), &ToyKeys).unwrap();
    assert_eq!(push.file_no, Some(1));
    let returned = push.lines.iter().map(|line| line.outcome);
    assert!(returned.eq([Outcome::Returned; 3]));
}

#[test]
fn a_question_carries_no_instruction() {
    let book = book();
    let adapter = adapter(&book);
    let asked = query(&order(), BTreeMap::new());
    let Next::Send(message) = adapter.query(&asked).next(&ToyKeys).unwrap() else {
        panic!("a message")
    };
    let text = std::str::from_utf8(&message.bytes).unwrap();
    let body = "<SECURITIES_MSGSRQV1><ASYNBATCHTRSFRTRNRQ><TRNUID>20261123PK000001</TRNUID>\
                </ASYNBATCHTRSFRTRNRQ></SECURITIES_MSGSRQV1></FOX>";
    assert!(text.ends_with(body), "{text}");
    let request = adapter
        .bank_side()
        .read_request(&incoming(&message), &ToyKeys);
    assert_eq!(request.unwrap().kind, RequestKind::Query);
}

fn reply(rows: &str, state: &str) -> Vec<u8> {
    format!(
        "<FOX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0</CODE></STATUS></SONRS></SIGNONMSGSRSV1>\
         <SECURITIES_MSGSRSV1><ASYNBATCHTRSFRTRNRS><TRNUID>20261123PK000001</TRNUID><STATUS>\
         <CODE>0</CODE></STATUS><RSBODY>{rows}<XFERPRCSTS><XFERPRCCODE>{state}</XFERPRCCODE>\
         </XFERPRCSTS></RSBODY></ASYNBATCHTRSFRTRNRS></SECURITIES_MSGSRSV1></FOX>"
    )
    .into_bytes()
}

/// Each status of a row; white space around the rows is nothing.
#[test]
fn a_reply_tells_of_each_row() {
    let statuses = [
        "PAYOUT",
        "FAIL",
        "SUBMIT_SUCC",
        "PENDING",
        "EXPIRED",
        "PART_PAYOUT",
        "X",
    ];
    let rows: String = statuses
        .iter()
        .zip(1..)
        .map(|(status, number)| {
            format!("\r\n  {number}|62000000000000000{number}|A|Y|N||||4.1|p|m|{status}|text|")
        })
        .collect();
    let rows = format!("<XFERINFOTEXT size='7'><![CDATA[{rows}\r\n]]></XFERINFOTEXT>");
    let book = book();
    let result = adapter(&book).decode_result(&reply(&rows, "PART_PAYOUT"), &ToyKeys);
    let result = result.unwrap();
    let told: Vec<Outcome> = result.lines.iter().map(|line| line.outcome).collect();
    let failed = Outcome::Failed(FailureReason::RefusedByBank);
    let unknown = Outcome::Unknown;
    let expected = [
        Outcome::Paid,
        failed,
        Outcome::Accepted,
        unknown,
        Outcome::Failed(FailureReason::ExpiredAtBank),
        unknown,
        unknown,
    ];
    assert_eq!(told, expected);
    assert_eq!(result.lines[0].amount, Some(Fen(410)));
    assert_eq!(result.lines[6].row_no, Some(7));
    let short = rows.replace("size='7'", "size='8'");
    let short = adapter(&book).decode_result(&reply(&short, "PAYOUT"), &ToyKeys);
    assert!(short.is_err(), "a row is missing");
}

/// A number that the bank does not know has no rows, and says nothing.
#[test]
fn an_answer_without_rows_is_read() {
    let book = book();
    let bytes = reply("", "PENDING");
    let result = adapter(&book).decode_result(&bytes, &ToyKeys).unwrap();
    assert_eq!((result.outcome, result.lines.len()), (Outcome::Unknown, 0));
}
