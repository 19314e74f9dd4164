//! CNAPS2: the batch payment of the sample, and its answers.

use crate::support::{BRANCH, ToyKeys, assert_bytes, bank, golden_order, sample};
use adapters::exchange::{Crypto as _, Outcome, PushReceipt};
use base64::Engine as _;
use schemas::{FailureReason, Fen};

const REFUSED: Outcome = Outcome::Failed(FailureReason::RefusedByBank);

/// The sample's branch number and signature are placeholders.
#[test]
fn the_message_is_that_of_the_sample_and_signed() {
    let order = golden_order("BOS", "2026年11月工资", "3300000000000000019");
    let messages = bank("BOS").encode_payment(&order, &ToyKeys).unwrap();
    assert!(messages.len() == 1 && messages[0].instructs);
    let own = String::from_utf8(messages[0].bytes.clone()).unwrap();
    let (head, rest) = own.split_once("{S:").unwrap();
    let (signature, document) = rest.split_once("}\r\n").unwrap();
    assert_eq!(head.len(), 132);
    let grp = "2026112300000001|2026-11-23T09:30:00|313999000019|313999000019|102999000019|\
               102999000019|BEPS|00000001|2026-11-23|2026-11-23|3|00|PK20261123000001|CF00|\
               浙江样例建设有限公司|3300000000000000019|313999000019|313999000019|102999000019|\
               CNY25891.56|05101|5|";
    let mut signed = grp.to_owned();
    for (row, (name, account, amount)) in (1..).zip([
        ("张样一", "6200000000000000018", "6523.50"),
        ("李样二", "6200000000000000026", "7080.00"),
        ("欧阳样三", "6200000000000000034", "5988.05"),
        ("阿样·木样", "6200000000000000042", "6300.00"),
        ("王样五", "6200000000000000059", "0.01"),
    ]) {
        signed.push_str(&format!(
            "05101|{row:016}|{BRANCH}|{name}|{account}|CNY{amount}|2026年11月工资|"
        ));
    }
    let expected = ToyKeys.sign("sm2_sm3", "signing", signed.as_bytes());
    let expected = base64::prelude::BASE64_STANDARD.encode(expected.unwrap());
    assert_eq!(signature, expected);
    let Some(sample) = sample("cnaps_beps382.txt") else {
        return;
    };
    let sample = String::from_utf8(sample).unwrap();
    let branch = "<BrnchId><Id>102999000019</Id></BrnchId><Cdtr>";
    assert_eq!(sample.matches(branch).count(), 5);
    let ours = format!("<BrnchId><Id>{BRANCH}</Id></BrnchId><Cdtr>");
    let sample = sample.replace(branch, &ours);
    let unsigned = format!("{head}{{S:SAMPLE-SIGNATURE-PLACEHOLDER}}\r\n{document}");
    assert_bytes(unsigned.as_bytes(), sample.as_bytes());
}

/// An answer as it comes: head, block of a signature over two lines, document. `signed`: the texts
/// over which the bank signs.
fn answered(kind: &str, document: &str, signed: &str) -> Vec<u8> {
    let head = format!(
        "{{H:02102999000019  BEPS313999000019  BEPS20261124101500XML{kind:<20}\
         2026112400000077    2026112300000001    3DXN       }}\r\n"
    );
    assert_eq!(head.len(), 132);
    let declared = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>";
    let signature = ToyKeys.sign("sm2_sm3", "bank", signed.as_bytes()).unwrap();
    let signature = base64::prelude::BASE64_STANDARD.encode(signature);
    let (first, second) = signature.split_at(4);
    format!("{head}{{S:{first}\r\n{second}}}\r\n{declared}{document}").into_bytes()
}

fn confirmed(status: &str, number: &str) -> Vec<u8> {
    answered(
        "ccms.900.001.02",
        &format!(
            "<Document xmlns=\"urn:cnaps:std:ccms:2010:tech:xsd:ccms.900.001.02\"><CmonConf>\
             <GrpHdr><MsgId>2026112400000077</MsgId></GrpHdr><OrgnlGrpHdr>\
             <OrgnlMsgId>20261123{number}</OrgnlMsgId>\
             <OrgnlInstgPty>313999000019</OrgnlInstgPty><OrgnlMT>beps.382.001.01</OrgnlMT>\
             </OrgnlGrpHdr><CmonConfInf><PrcSts>{status}</PrcSts><PrcCd>NEZI0000</PrcCd>\
             <RjctInf>文本</RjctInf></CmonConfInf></CmonConf></Document>"
        ),
        // Public: not RjctInf.
        &format!(
            "2026112400000077|20261123{number}|313999000019|beps.382.001.01|{status}|NEZI0000|"
        ),
    )
}

/// The statuses of section 5 of iso/CNAPS2.md by hand.
#[test]
fn a_confirmation_accepts_or_says_nothing() {
    let receipt = |bytes: &[u8]| bank("BOS").decode_receipt(bytes, &ToyKeys).unwrap();
    for status in ["PR00", "PR03", "PR04", "PR05", "PR11", "PR12"] {
        let read = receipt(&confirmed(status, "00000001"));
        assert_eq!(read.outcome, Outcome::Accepted, "{status}");
        assert_eq!(read.references["file_no"], "1");
    }
    // Why it is refused only PrcCd says, of which no list is public: a MsgId may be repeated.
    let refused = receipt(&confirmed("PR09", "00000001"));
    assert_eq!(refused.bank_text.as_deref(), Some("文本"));
    for status in ["PR09", "PR08", "PR21", "PR22", "PR32", "PR99", "RJ01"] {
        let read = receipt(&confirmed(status, "00000001"));
        assert_eq!(read.outcome, Outcome::Unknown, "{status}");
    }
    // ccms.911 has another layout: it is not taken for a confirmation.
    let other = String::from_utf8(confirmed("PR09", "00000001")).unwrap();
    let other = other.replace("ccms.900", "ccms.911");
    let read = bank("BOS").decode_receipt(other.as_bytes(), &ToyKeys);
    assert!(read.is_err());
}

fn row(number: u32, status: &str, code: &str, yuan: &str) -> String {
    let code = match code {
        "" => String::new(),
        code => format!("<RjctCd>{code}</RjctCd><RjctInf>账号户名不符</RjctInf>"),
    };
    format!(
        "<SndgDtls><RspnInf><Sts>{status}</Sts>{code}<PrcPty>102999000019</PrcPty></RspnInf>\
         <TxId>{number:016}</TxId><Cdtr><Nm>张样一</Nm></Cdtr><CdtrAcct><Id><Othr>\
         <Id>6200000000000000018</Id></Othr></Id></CdtrAcct><BrnchId>102999000019</BrnchId>\
         <Amt Ccy=\"CNY\">{yuan}</Amt></SndgDtls>"
    )
}

fn receipt_383(rows: &str) -> String {
    format!(
        "<Document xmlns=\"urn:cnaps:std:beps:2010:tech:xsd:beps.383.001.01\">\
         <BtchPmtByAgcyRspn><GrpHdr><MsgId>2026112400000077</MsgId></GrpHdr><OrgnlMsgInf>\
         <OrgnlMsgId>2026112300000001</OrgnlMsgId><OrgnlInstgPty>313999000019</OrgnlInstgPty>\
         <OrgnlBtchNb>00000001</OrgnlBtchNb><OrgnlTtlAmt Ccy=\"CNY\">5.00</OrgnlTtlAmt>\
         <OrgnlTtlNb>5</OrgnlTtlNb></OrgnlMsgInf><NPCPrcInf><PrcSts>PR03</PrcSts>\
         <PrcCd>NEZI0000</PrcCd></NPCPrcInf><BtchPmtByAgcyRspnInf>\
         <SndgTtlAmt Ccy=\"CNY\">1.00</SndgTtlAmt><SndgTtlNb>1</SndgTtlNb>{rows}\
         </BtchPmtByAgcyRspnInf></BtchPmtByAgcyRspn></Document>"
    )
}

/// What the bank signs of it (ours): every text that is read, currencies before amounts.
fn texts_383(rows: &[[&str; 4]], currency: &str) -> String {
    let head = "2026112400000077|2026112300000001|313999000019|00000001|CNY5.00|5|CNY1.00|1|";
    let texts = rows.iter().map(|[number, status, code, yuan]| {
        let code = match *code {
            "" => String::new(),
            code => format!("{code}|账号户名不符|"),
        };
        format!("{status}|{code}{number:0>16}|张样一|6200000000000000018|{currency}{yuan}|")
    });
    head.to_owned() + &texts.collect::<String>()
}

#[test]
fn the_receipt_of_a_batch_tells_of_every_payee() {
    let rows = [
        row(1, "PR05", "", "1.00"),
        row(2, "PR09", "RJ11", "1.00"),
        row(3, "PR11", "", "1.00"),
        row(4, "PR22", "", "1.00"),
        row(5, "PR05", "RJ11", "1.00"),
    ];
    let document = receipt_383(&rows.concat());
    let said = [
        ["1", "PR05", "", "1.00"],
        ["2", "PR09", "RJ11", "1.00"],
        ["3", "PR11", "", "1.00"],
        ["4", "PR22", "", "1.00"],
        ["5", "PR05", "RJ11", "1.00"],
    ];
    let texts = texts_383(&said, "CNY");
    let answered = |document: &str| answered("beps.383.001.01", document, &texts);
    let bytes = answered(&document);
    let push = bank("BOS").decode_push(&bytes, &ToyKeys).unwrap();
    assert_eq!(push.file_no, Some(1));
    assert_eq!(push.flaws, []);
    let outcomes: Vec<Outcome> = push.lines.iter().map(|line| line.outcome).collect();
    let unknown = Outcome::Unknown;
    let expected = [Outcome::Paid, REFUSED, Outcome::Accepted, unknown, unknown];
    assert_eq!(outcomes, expected);
    assert_eq!(push.lines[1].bank_code.as_deref(), Some("RJ11"));
    assert_eq!(push.lines[1].bank_text.as_deref(), Some("账号户名不符"));
    assert_eq!(push.lines[0].amount, Some(Fen(100)));
    // Stopped; overdue, or sent back as overdue: the code does not say that nothing was paid.
    for status in ["PR21", "PR32"] {
        let texts = texts.replace("PR22", status);
        let other = document.replace("PR22", status);
        let bytes = super::cnaps2::answered("beps.383.001.01", &other, &texts);
        let push = bank("BOS").decode_push(&bytes, &ToyKeys).unwrap();
        assert_eq!(push.lines[3].outcome, unknown, "{status}");
    }
    // Another currency, or none, is not read as yuan.
    for (strange, currency) in [("<Amt Ccy=\"USD\">", "USD"), ("<Amt>", "")] {
        let strange = document.replace("<Amt Ccy=\"CNY\">", strange);
        let texts = texts_383(&said, currency);
        let bytes = super::cnaps2::answered("beps.383.001.01", &strange, &texts);
        let read = bank("BOS").decode_push(&bytes, &ToyKeys).unwrap_err();
        assert_ne!(read.what, "the signature does not verify");
    }
    // A prefix is another spelling of the same names; another namespace is another message.
    let prefixed = document
        .replace("</", "</c:")
        .replace('<', "<c:")
        .replace("<c:/c:", "</c:")
        .replace(" xmlns=", " xmlns:c=");
    let bytes = answered(&prefixed);
    let same = bank("BOS").decode_push(&bytes, &ToyKeys).unwrap();
    assert_eq!(same.lines, push.lines);
    let other = document.replace("beps.383.001.01", "beps.381.001.01");
    let bytes = answered(&other);
    assert!(bank("BOS").decode_push(&bytes, &ToyKeys).is_err());
}

/// BtchNb has eight digits, our numbers have more in the end: the whole number stands in MsgId.
#[test]
fn a_number_of_nine_digits_is_read_as_it_was_written() {
    let mut order = golden_order("BOS", "", "3300000000000000019");
    order.file_no = 100_000_123;
    let messages = bank("BOS").encode_payment(&order, &ToyKeys).unwrap();
    let own = String::from_utf8(messages[0].bytes.clone()).unwrap();
    assert!(own.contains("<MsgId>20261123100000123</MsgId>"));
    assert!(own.contains("<BtchNb>00000123</BtchNb>"));
    let said = [["1", "PR05", "", "1.00"]];
    let rows = row(1, "PR05", "", "1.00");
    let ours = |text: String| {
        let text = text.replace("2026112300000001", "20261123100000123");
        text.replace("Nb>00000001<", "Nb>00000123<")
            .replace("|00000001|", "|00000123|")
    };
    let answer = |document: &str, texts: &str| {
        let bytes = answered("beps.383.001.01", document, texts);
        bank("BOS").decode_push(&bytes, &ToyKeys)
    };
    let (document, texts) = (ours(receipt_383(&rows)), ours(texts_383(&said, "CNY")));
    assert!(document.contains("<OrgnlBtchNb>00000123</OrgnlBtchNb>"));
    let read = answer(&document, &texts).unwrap();
    assert_eq!(read.file_no, Some(100_000_123));
    // Without MsgId eight digits are too few to tell the file.
    let message = "<OrgnlMsgId>20261123100000123</OrgnlMsgId>";
    let nameless = document.replace(message, "");
    let texts = texts.replace("20261123100000123|", "");
    let error = answer(&nameless, &texts).unwrap_err();
    assert_ne!(error.what, "the signature does not verify");
    // Our receipt tells the batch as the answer did.
    let pushed = bank("BOS").encode_push_receipt(&PushReceipt {
        file_no: Some(100_000_123),
        accepted: true,
        position: 7,
        at: time::macros::datetime!(2026-11-24 10:15 +8),
    });
    let pushed = String::from_utf8(pushed).unwrap();
    assert!(pushed.contains("<OrgnlBtchNb>00000123</OrgnlBtchNb>"));
}

/// Below 50 000 yuan a payee: above, large-value payments go another way.
#[test]
fn a_payee_is_paid_less_than_fifty_thousand() {
    let limits = bank("BOS").limits();
    assert_eq!(limits.amount_max, Fen(4_999_999));
}
