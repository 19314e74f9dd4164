//! CEB: one transfer a message, b2e004001, and its query b2e004003 (FORMATS 6.11).

use crate::support::{ToyKeys, bank, golden_order, query};
use adapters::exchange::{Next, Outcome, PaymentOrder, PlanLine, Wire};
use schemas::Fen;
use schemas::text::Charset;
use std::collections::BTreeMap;

fn order() -> PaymentOrder {
    let mut order = golden_order("CEB", "11月工资", "3300000000000000019");
    order.lines.truncate(1);
    order.lines[0].cnaps_code = None;
    order
}

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"GBK\"?><Transaction><SystemHead>\
    <Language>zh_CN</Language><Encodeing></Encodeing><Version></Version>\
    <ServiceName></ServiceName><CifNo>3300000001</CifNo><UserID>002</UserID>\
    <SyMacFlag></SyMacFlag><MAC></MAC><SyPinFlag></SyPinFlag><PinSeed></PinSeed>\
    <LicenseId></LicenseId><Flag></Flag><Note></Note></SystemHead>";

/// By hand from the section and the public elements: there is no sample.
#[test]
fn a_transfer_is_one_message() {
    let messages = bank("CEB").encode_payment(&order(), &ToyKeys).unwrap();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].instructs);
    let expected = format!(
        "{HEAD}<TransHead><TransCode>b2e004001</TransCode>\
         <BatchID>PK202611230000000001</BatchID><JnlDate>20261123</JnlDate>\
         <JnlTime>093000</JnlTime></TransHead><TransContent><ReqData>\
         <ClientPatchID>PK2026112300000000010001</ClientPatchID>\
         <transferType>2122</transferType><accountNo>3300000000000000019</accountNo>\
         <toAccountName>张样一</toAccountName><toAccountNo>6200000000000000018</toAccountNo>\
         <toBank>中国光大银行</toBank><amount>6523.50</amount><toLocation></toLocation>\
         <clientSignature></clientSignature><checkNo></checkNo>\
         <checkPassword></checkPassword><note>劳务收入</note><noteOther>11月工资</noteOther>\
         <bankNo></bankNo><isUrgent>0</isUrgent><cellphone></cellphone>\
         <perOrEnt>1</perOrEnt><IsAudit>0</IsAudit><matchRule>1</matchRule></ReqData>\
         </TransContent></Transaction>"
    );
    let own = Charset::Gbk.decode(&messages[0].bytes).unwrap();
    assert_eq!(own, expected);
    let Wire::Http { path, .. } = &messages[0].wire else {
        panic!("over HTTP")
    };
    let expected = "/ent/b2e004001.do?usrID=3300000001&userPassword=SAMPLE&Sigdata=1";
    assert_eq!(path, expected);
    let line = PlanLine {
        payee_bank: None,
        amount: Fen(1),
        name_bytes: 6,
        memo_bytes: 0,
    };
    assert_eq!(bank("CEB").plan(&[line; 3]), [[0], [1], [2]]);
}

#[test]
fn the_query_names_the_transfer() {
    let asked = query(&order(), BTreeMap::new());
    let next = bank("CEB").query(&asked).next(&ToyKeys).unwrap();
    let Next::Send(message) = next else {
        panic!("a message")
    };
    let expected = format!(
        "{HEAD}<TransHead><TransCode>b2e004003</TransCode>\
         <BatchID>QB0000000001000001</BatchID><JnlDate>20261123</JnlDate>\
         <JnlTime>093501</JnlTime></TransHead><TransContent><ReqData>\
         <ClientPatchID>QK00000000010000010001</ClientPatchID>\
         <ClientBchID>PK202611230000000001</ClientBchID>\
         <ClientPchID>PK2026112300000000010001</ClientPchID></ReqData></TransContent>\
         </Transaction>"
    );
    assert_eq!(String::from_utf8(message.bytes).unwrap(), expected);
}

fn reply(code: &str, now: &str, transfer: &str) -> String {
    format!(
        "<Transaction><SystemHead><Language>zh_CN</Language></SystemHead><TransHead>\
         <TransCode>b2e004003</TransCode><BatchID>QB0000000001000001</BatchID></TransHead>\
         <TransContent><ReturnCode>{code}</ReturnCode><ReturnMsg>m</ReturnMsg><RespData>\
         <ClientPatchID>QK00000000010000010001</ClientPatchID><NowFlag>{now}</NowFlag>\
         <TransferFlag>{transfer}</TransferFlag><toAccountNo>6200000000000000018</toAccountNo>\
         <amount>6523.50</amount></RespData></TransContent></Transaction>"
    )
}

/// Paid is both flags 00, of a question that was answered.
#[test]
fn both_flags_pay_and_nothing_else() {
    let outcome = |code, now, transfer| {
        let bytes = reply(code, now, transfer);
        let result = bank("CEB").decode_result(bytes.as_bytes(), &ToyKeys);
        let result = result.unwrap();
        assert_eq!(result.lines[0].row_no, Some(1));
        assert_eq!(result.references["file_no"], "1");
        result.lines[0].outcome
    };
    assert_eq!(outcome("0000", "00", "00"), Outcome::Paid);
    for (code, now, transfer) in [
        ("0000", "01", "00"),
        ("0000", "00", "02"),
        ("0000", "02", "02"),
        ("0000", "00", "0"),
        ("B2E000010", "00", "00"),
        ("9999", "00", "00"),
    ] {
        let place = format!("{code} {now} {transfer}");
        assert_eq!(outcome(code, now, transfer), Outcome::Unknown, "{place}");
    }
    // A flag that is missing is none.
    for gone in ["<NowFlag>00</NowFlag>", "<TransferFlag>00</TransferFlag>"] {
        let bytes = reply("0000", "00", "00").replace(gone, "");
        let read = bank("CEB").decode_result(bytes.as_bytes(), &ToyKeys);
        assert!(read.is_err(), "{gone}");
    }
}

#[test]
fn a_return_code_takes_the_transfer_or_says_nothing() {
    let receipt = |code: &str| {
        let reply = format!(
            "<Transaction><TransHead><TransCode>b2e004001</TransCode></TransHead>\
             <TransContent><ReturnCode>{code}</ReturnCode></TransContent></Transaction>"
        );
        let read = bank("CEB").decode_receipt(reply.as_bytes(), &ToyKeys);
        read.unwrap().outcome
    };
    assert_eq!(receipt("0000"), Outcome::Accepted);
    for code in ["B2E000010", "9999", "0001"] {
        assert_eq!(receipt(code), Outcome::Unknown, "{code}");
    }
}
