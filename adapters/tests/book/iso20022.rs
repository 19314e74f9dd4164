//! ISO 20022: our pain.001, and what pain.002 makes of its lines.

use crate::support::{BRANCH, ToyKeys, bank, golden_order};
use adapters::exchange::{Outcome, Receipt, ResultFile};
use schemas::{FailureReason, Fen};

const XSD: &str = "urn:iso:std:iso:20022:tech:xsd:";

fn failed(reason: FailureReason) -> Outcome {
    Outcome::Failed(reason)
}

/// Written by hand after the schema of pain.001.001.09.
#[test]
fn our_initiation_is_written_as_the_schema_has_it() {
    let mut order = golden_order("HKBEA", "11月工资", "3300000000000000019");
    order.lines.truncate(2);
    order.lines[1].cnaps_code = None;
    order.lines[1].memo = None;
    let messages = bank("HKBEA").encode_payment(&order, &ToyKeys).unwrap();
    assert!(messages.len() == 1 && messages[0].instructs);
    let expected = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Document xmlns=\"{XSD}pain.001.001.09\">\
         <CstmrCdtTrfInitn><GrpHdr><MsgId>PK202611230000000001</MsgId>\
         <CreDtTm>2026-11-23T09:30:00</CreDtTm><NbOfTxs>2</NbOfTxs><CtrlSum>13603.50</CtrlSum>\
         <InitgPty><Nm>浙江样例建设有限公司</Nm></InitgPty></GrpHdr><PmtInf>\
         <PmtInfId>PK202611230000000001</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>false</BtchBookg>\
         <NbOfTxs>2</NbOfTxs><CtrlSum>13603.50</CtrlSum><PmtTpInf><CtgyPurp><Cd>SALA</Cd>\
         </CtgyPurp></PmtTpInf><ReqdExctnDt><Dt>2026-11-23</Dt></ReqdExctnDt><Dbtr>\
         <Nm>浙江样例建设有限公司</Nm></Dbtr><DbtrAcct><Id><Othr><Id>3300000000000000019</Id>\
         </Othr></Id><Ccy>CNY</Ccy></DbtrAcct><DbtrAgt><FinInstnId><BICFI>BEASCNSH</BICFI>\
         </FinInstnId></DbtrAgt><ChrgBr>DEBT</ChrgBr><CdtTrfTxInf><PmtId>\
         <EndToEndId>PK0000000001000001</EndToEndId></PmtId><Amt>\
         <InstdAmt Ccy=\"CNY\">6523.50</InstdAmt></Amt><CdtrAgt><FinInstnId><ClrSysMmbId>\
         <MmbId>{BRANCH}</MmbId></ClrSysMmbId><Nm>东亚银行（中国）</Nm></FinInstnId></CdtrAgt>\
         <Cdtr><Nm>张样一</Nm></Cdtr><CdtrAcct><Id><Othr><Id>6200000000000000018</Id></Othr></Id>\
         </CdtrAcct><Purp><Cd>SALA</Cd></Purp><RmtInf><Ustrd>11月工资</Ustrd></RmtInf>\
         </CdtTrfTxInf><CdtTrfTxInf><PmtId><EndToEndId>PK0000000001000002</EndToEndId></PmtId>\
         <Amt><InstdAmt Ccy=\"CNY\">7080.00</InstdAmt></Amt><CdtrAgt><FinInstnId>\
         <Nm>东亚银行（中国）</Nm></FinInstnId></CdtrAgt><Cdtr><Nm>李样二</Nm></Cdtr><CdtrAcct>\
         <Id><Othr><Id>6200000000000000026</Id></Othr></Id></CdtrAcct><Purp><Cd>SALA</Cd></Purp>\
         </CdtTrfTxInf></PmtInf></CstmrCdtTrfInitn></Document>"
    );
    assert_eq!(String::from_utf8_lossy(&messages[0].bytes), expected);
}

/// A status report: version, what the group and the payment information say, transactions.
fn pain_002(version: &str, group: &str, information: &str, rows: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <p:Document xmlns:p=\"{XSD}pain.002.001.{version}\">\n\
         <p:CstmrPmtStsRpt><p:GrpHdr><p:MsgId>S1</p:MsgId></p:GrpHdr>\n<p:OrgnlGrpInfAndSts>\
         <p:OrgnlMsgId>PK202611230000000001</p:OrgnlMsgId>\
         <p:OrgnlMsgNmId>pain.001</p:OrgnlMsgNmId>{group}</p:OrgnlGrpInfAndSts>\n\
         <p:OrgnlPmtInfAndSts>{information}{rows}</p:OrgnlPmtInfAndSts></p:CstmrPmtStsRpt>\
         </p:Document>"
    )
    .replace("<s:", "<p:")
    .replace("</s:", "</p:")
}

/// Reasons with `+` between them; `=X` is one of the bank's own (`Prtry`).
fn status(element: &str, code: &str, reasons: &str) -> String {
    let reason = |reason: &str| {
        let said = match reason.strip_prefix('=') {
            Some(own) => format!("<s:Prtry>{own}</s:Prtry>"),
            None => format!("<s:Cd>{reason}</s:Cd>"),
        };
        format!(
            "<s:StsRsnInf><s:Rsn>{said}</s:Rsn><s:AddtlInf>一</s:AddtlInf>\
             <s:AddtlInf>二</s:AddtlInf></s:StsRsnInf>"
        )
    };
    let reasons = reasons.split('+').filter(|said| !said.is_empty());
    let reasons: String = reasons.map(reason).collect();
    format!("<s:{element}>{code}</s:{element}>{reasons}")
}

fn transaction(row: u32, code: &str, reason: &str) -> String {
    format!(
        "<s:TxInfAndSts><s:OrgnlEndToEndId>PK0000000001{row:06}</s:OrgnlEndToEndId>{}\
         <s:OrgnlTxRef><s:Amt><s:InstdAmt Ccy=\"CNY\">1.00</s:InstdAmt></s:Amt></s:OrgnlTxRef>\
         </s:TxInfAndSts>",
        status("TxSts", code, reason)
    )
}

fn result(report: &str) -> ResultFile {
    bank("HKBEA")
        .decode_result(report.as_bytes(), &ToyKeys)
        .unwrap()
}

fn receipt(report: &str) -> Receipt {
    bank("HKBEA")
        .decode_receipt(report.as_bytes(), &ToyKeys)
        .unwrap()
}

/// iso/CODES.md sections 1 and 2, by hand.
const TABLE: [(&str, &str, Outcome); 46] = [
    ("ACCC", "", Outcome::Paid),
    ("ACSC", "", Outcome::Paid),
    ("RCVD", "", Outcome::Accepted),
    ("ACTC", "", Outcome::Accepted),
    ("PATC", "", Outcome::Accepted),
    ("ACCP", "", Outcome::Accepted),
    ("ACCP", "DT06", Outcome::Accepted),
    ("ACFW", "", Outcome::Accepted),
    ("ACFC", "", Outcome::Accepted),
    ("ACSP", "", Outcome::Accepted),
    ("ACPD", "", Outcome::Accepted),
    ("ACWC", "", Outcome::Accepted),
    ("ACWP", "", Outcome::Accepted),
    ("PDNG", "", Outcome::Accepted),
    ("CPUC", "", Outcome::Unknown),
    ("CANC", "", Outcome::Failed(FailureReason::CancelledAtBank)),
    ("BLCK", "", Outcome::Unknown),
    ("RVNM", "", Outcome::Unknown),
    ("XXXX", "", Outcome::Unknown),
    ("ACCC", "AC04", Outcome::Unknown),
    ("RJCT", "", Outcome::Failed(FailureReason::RefusedByBank)),
    (
        "RJCT",
        "AC01",
        Outcome::Failed(FailureReason::AccountNotFound),
    ),
    (
        "RJCT",
        "AC03",
        Outcome::Failed(FailureReason::AccountNotFound),
    ),
    (
        "RJCT",
        "AC04",
        Outcome::Failed(FailureReason::AccountClosed),
    ),
    (
        "RJCT",
        "AC06",
        Outcome::Failed(FailureReason::AccountFrozen),
    ),
    ("RJCT", "BE01", Outcome::Failed(FailureReason::NameMismatch)),
    ("RJCT", "BE17", Outcome::Failed(FailureReason::IdMismatch)),
    (
        "RJCT",
        "AM02",
        Outcome::Failed(FailureReason::AmountOverLimit),
    ),
    (
        "RJCT",
        "AM04",
        Outcome::Failed(FailureReason::InsufficientFunds),
    ),
    (
        "RJCT",
        "CNOR",
        Outcome::Failed(FailureReason::BankUnavailable),
    ),
    ("RJCT", "FF01", Outcome::Failed(FailureReason::MessageError)),
    (
        "RJCT",
        "CUST",
        Outcome::Failed(FailureReason::CancelledAtBank),
    ),
    (
        "RJCT",
        "RC01",
        Outcome::Failed(FailureReason::RefusedByBank),
    ),
    (
        "RJCT",
        "ZZ99",
        Outcome::Failed(FailureReason::RefusedByBank),
    ),
    ("RJCT", "AM05", Outcome::Unknown),
    ("RJCT", "DUPL", Outcome::Unknown),
    ("RJCT", "DU04", Outcome::Unknown),
    // A reference that is not unique.
    ("RJCT", "RF01", Outcome::Unknown),
    // The reason is a text: it may say that it is a duplicate.
    ("RJCT", "NARR", Outcome::Unknown),
    ("RJCT", "FOCR", Outcome::Unknown),
    ("RJCT", "AB05", Outcome::Unknown),
    ("RJCT", "TS01", Outcome::Unknown),
    // The bank's own word for why: it may say that it is a duplicate.
    ("RJCT", "=DUPLICATE", Outcome::Unknown),
    ("RJCT", "AC04+=X", Outcome::Unknown),
    ("ACSP", "=X", Outcome::Accepted),
    (
        "CANC",
        "=X",
        Outcome::Failed(FailureReason::CancelledAtBank),
    ),
];

#[test]
fn every_status_of_a_transaction_is_read_by_the_table() {
    for version in ["03", "07", "10", "15"] {
        let rows = TABLE.iter().zip(1..);
        let rows = rows.map(|((code, reason, _), row)| transaction(row, code, reason));
        let rows: String = rows.collect();
        let read = result(&pain_002(version, &status("GrpSts", "PART", ""), "", &rows));
        assert_eq!(read.references["file_no"], "1");
        assert_eq!(read.lines.len(), TABLE.len());
        for (line, (code, reason, outcome)) in read.lines.iter().zip(TABLE) {
            assert_eq!(line.outcome, outcome, "{version} {code} {reason}");
        }
        assert_eq!(read.lines[22].row_no, Some(23));
        assert_eq!(read.lines[22].amount, Some(Fen(100)));
        assert_eq!(read.lines[22].bank_text.as_deref(), Some("一"));
        assert_eq!(read.lines[22].bank_code.as_deref(), Some("AC03"));
    }
}

const GROUP_REFUSED: Outcome = Outcome::Failed(FailureReason::RefusedByBank);

/// Status and reasons.
type Said = (&'static str, &'static str);

/// What the group and the payment information say, and what it comes to.
const GROUPS: &[(Said, Said, Outcome)] = &[
    (("ACCP", ""), ("", ""), Outcome::Accepted),
    (("PART", ""), ("", ""), Outcome::Accepted),
    (("PART", ""), ("PART", ""), Outcome::Accepted),
    (("ACSC", ""), ("", ""), Outcome::Accepted),
    (("", ""), ("ACSP", ""), Outcome::Accepted),
    (("", ""), ("", ""), Outcome::Unknown),
    (("RJCT", ""), ("", ""), GROUP_REFUSED),
    (("RJCT", "NARR"), ("RJCT", ""), Outcome::Unknown),
    (("", ""), ("RJCT", "NARR"), Outcome::Unknown),
    (("PART", ""), ("RJCT", "NARR"), Outcome::Unknown),
    (("RJCT", ""), ("RJCT", ""), GROUP_REFUSED),
    (("RJCT", ""), ("RJCT", "AC02"), GROUP_REFUSED),
    // A reason of the group does not hide a doubtful one below it.
    (("RJCT", "MS03"), ("RJCT", "DUPL"), Outcome::Unknown),
    (("RJCT", "AC02"), ("RJCT", "AM05"), Outcome::Unknown),
    (("RJCT", "FF01"), ("RJCT", "DU01"), Outcome::Unknown),
    (("RJCT", "MS03"), ("", ""), GROUP_REFUSED),
    (("RJCT", "AC02"), ("", ""), GROUP_REFUSED),
    (("RJCT", "ZZ99"), ("", ""), Outcome::Unknown),
    (("RJCT", ""), ("RJCT", "DU02"), Outcome::Unknown),
    (("", ""), ("RJCT", ""), GROUP_REFUSED),
    // Some transactions of the group are accepted.
    (("PART", ""), ("RJCT", ""), Outcome::Unknown),
    (("PART", ""), ("RJCT", "AC02"), Outcome::Unknown),
    (
        ("RJCT", "AM04"),
        ("", ""),
        Outcome::Failed(FailureReason::InsufficientFunds),
    ),
    (
        ("RJCT", "FF01"),
        ("", ""),
        Outcome::Failed(FailureReason::MessageError),
    ),
    (("RJCT", "DUPL"), ("", ""), Outcome::Unknown),
    (("RJCT", "DU01"), ("", ""), Outcome::Unknown),
    (("RJCT", "AM05"), ("RJCT", ""), Outcome::Unknown),
    (("", ""), ("RJCT", "DU02"), Outcome::Unknown),
    (("PART", ""), ("RJCT", "DU02"), Outcome::Unknown),
    (("ACCP", ""), ("RJCT", ""), Outcome::Unknown),
    (("RJCT", ""), ("ACSP", ""), Outcome::Unknown),
    (("RJCT", ""), ("ACCC", ""), Outcome::Unknown),
    (("RJCT", ""), ("PART", ""), Outcome::Unknown),
    (("RJCT", "AC02"), ("ACSP", ""), Outcome::Unknown),
    (("XXXX", ""), ("", ""), Outcome::Unknown),
    // A reason of the bank's own, at either level, alone or beside a code.
    (("RJCT", "=X"), ("", ""), Outcome::Unknown),
    (("RJCT", "MS03+=X"), ("", ""), Outcome::Unknown),
    (("RJCT", "=X"), ("RJCT", ""), Outcome::Unknown),
    (("RJCT", "=X"), ("RJCT", "AC02"), Outcome::Unknown),
    (("RJCT", ""), ("RJCT", "=X"), Outcome::Unknown),
    (("RJCT", ""), ("RJCT", "AC02+=X"), Outcome::Unknown),
    (("", ""), ("RJCT", "=X"), Outcome::Unknown),
    (("", ""), ("RJCT", "AM04+=X"), Outcome::Unknown),
    (("", ""), ("RJCT", "FF01+=X"), Outcome::Unknown),
    (("PART", ""), ("RJCT", "=X"), Outcome::Unknown),
    (("ACCP", "=X"), ("RJCT", ""), Outcome::Unknown),
];

/// What the group says holds for lines that are not named; one level that refuses what the other
/// accepts says nothing.
#[test]
fn a_group_is_accepted_refused_or_says_nothing() {
    for &(group, information, outcome) in GROUPS {
        let said = |element: &str, (code, reason): (&str, &str)| match code {
            "" => String::new(),
            code => status(element, code, reason),
        };
        let report = pain_002(
            "10",
            &said("GrpSts", group),
            &said("PmtInfSts", information),
            "",
        );
        assert_eq!(
            receipt(&report).outcome,
            outcome,
            "{group:?} {information:?}"
        );
    }
}

/// The group is a duplicate: a row that is refused without a reason of its own is one as well.
#[test]
fn a_row_without_a_reason_is_refused_for_that_of_its_group() {
    let refused = failed(FailureReason::RefusedByBank);
    let closed = failed(FailureReason::AccountClosed);
    let rows = transaction(1, "RJCT", "") + &transaction(2, "RJCT", "AC04");
    for (group, information, first) in [
        (("RJCT", "AM05"), ("", ""), Outcome::Unknown),
        (("RJCT", ""), ("RJCT", "DUPL"), Outcome::Unknown),
        (("RJCT", "MS03"), ("RJCT", "DUPL"), Outcome::Unknown),
        (("PART", ""), ("RJCT", "DU02"), Outcome::Unknown),
        (("RJCT", "=X"), ("", ""), Outcome::Unknown),
        (("RJCT", "AC02"), ("RJCT", "=X"), Outcome::Unknown),
        (("PART", "=X"), ("", ""), Outcome::Unknown),
        (("PART", ""), ("RJCT", "=X"), Outcome::Unknown),
        (("", ""), ("RJCT", "=X"), Outcome::Unknown),
        (("RJCT", ""), ("", ""), refused),
        (("RJCT", "AC02"), ("", ""), refused),
        (("PART", ""), ("", ""), refused),
        (("PART", ""), ("RJCT", ""), refused),
    ] {
        let said = |element: &str, (code, reason): (&str, &str)| match code {
            "" => String::new(),
            code => status(element, code, reason),
        };
        let (group, information) = (said("GrpSts", group), said("PmtInfSts", information));
        let report = pain_002("10", &group, &information, &rows);
        let asked = result(&report);
        for (lines, place) in [(asked.lines, "result"), (receipt(&report).lines, "receipt")] {
            let outcomes: Vec<Outcome> = lines.iter().map(|line| line.outcome).collect();
            assert_eq!(outcomes, [first, closed], "{place} {group} {information}");
        }
    }
}

/// PART: "some transactions accepted, others not (yet)" (iso/CODES.md section 1). What is refused
/// below it is refused where it is named.
#[test]
fn a_group_that_is_accepted_in_part_fails_no_line_that_is_not_named() {
    for reason in ["", "AC02", "AM04", "ZZ99"] {
        let information = status("PmtInfSts", "RJCT", reason);
        let rows = transaction(2, "RJCT", "AC04") + &transaction(3, "RJCT", "");
        let report = pain_002("10", &status("GrpSts", "PART", ""), &information, &rows);
        let (receipt, asked) = (receipt(&report), result(&report));
        assert_eq!(receipt.outcome, Outcome::Unknown, "{reason}");
        assert_eq!(asked.outcome, Outcome::Unknown, "{reason}");
        for lines in [receipt.lines, asked.lines] {
            let said = lines.iter().map(|line| (line.row_no, line.outcome));
            let closed = failed(FailureReason::AccountClosed);
            let refused = failed(FailureReason::RefusedByBank);
            let expected = [(Some(2), closed), (Some(3), refused)];
            assert!(said.eq(expected), "{reason}");
        }
    }
}

#[test]
fn a_report_about_another_message_is_refused() {
    let report = pain_002("10", &status("GrpSts", "RJCT", ""), "", "");
    for (own, other) in [
        ("PK202611230000000001", "MSG-1"),
        ("pain.002.001.10", "pain.002.001.99"),
        ("pain.002.001.10", "camt.029.001.09"),
    ] {
        let other = report.replace(own, other);
        let read = bank("HKBEA").decode_receipt(other.as_bytes(), &ToyKeys);
        assert!(read.is_err(), "{other}");
    }
    // A transaction of another file, or in another currency.
    let rows = transaction(1, "ACCC", "");
    let report = pain_002("10", "", "", &rows);
    assert_eq!(result(&report).lines.len(), 1);
    for (own, other) in [
        ("PK0000000001000001", "PK0000000002000001"),
        ("PK0000000001000001", "NOTPROVIDED"),
        ("Ccy=\"CNY\"", "Ccy=\"HKD\""),
    ] {
        let other = report.replace(own, other);
        let read = bank("HKBEA").decode_result(other.as_bytes(), &ToyKeys);
        assert!(read.is_err(), "{other}");
    }
}
