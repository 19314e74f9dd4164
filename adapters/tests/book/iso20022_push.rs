//! ISO 20022: what camt.054, camt.053 and pacs.004 make of our lines.

use crate::support::{ToyKeys, bank};
use adapters::exchange::{Outcome, Push};
use schemas::{FailureReason, Fen};

const XSD: &str = "urn:iso:std:iso:20022:tech:xsd:";

fn entry(head: &str, transactions: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"CNY\">9.00</Amt>{head}<BookgDt><Dt>2026-11-23</Dt></BookgDt>\
         <NtryDtls>{transactions}</NtryDtls></Ntry>"
    )
}

fn details(id: &str, more: &str) -> String {
    format!(
        "<TxDtls><Refs><AcctSvcrRef>B7</AcctSvcrRef><EndToEndId>{id}</EndToEndId></Refs>\
         <Amt Ccy=\"CNY\">1.00</Amt>{more}</TxDtls>"
    )
}

fn pushed(name: &str, version: &str, entries: &str) -> Push {
    let (root, item) = match name {
        "camt.054" => ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
        _ => ("BkToCstmrStmt", "Stmt"),
    };
    let message = format!(
        "<Document xmlns=\"{XSD}{name}.001.{version}\"><{root}><GrpHdr><MsgId>N1</MsgId></GrpHdr>\
         <{item}><Id>1</Id>{entries}</{item}><{item}><Id>2</Id></{item}></{root}></Document>"
    );
    bank("HKBEA")
        .decode_push(message.as_bytes(), &ToyKeys)
        .unwrap()
}

/// Booked is paid; money that comes back is returned, with its reason; what is booked in part of
/// the ways only, or twisted, is unknown. What is not ours is passed over.
#[test]
fn entries_of_an_account_drive_lines() {
    let ours = |row: u32| format!("PK0000000001{row:06}");
    let booked = "<CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>";
    let returned = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>销户</AddtlInf></RtrInf>";
    let entries = [
        entry(booked, &(details(&ours(1), "") + &details(&ours(2), ""))),
        entry(
            "<CdtDbtInd>CRDT</CdtDbtInd><RvslInd>false</RvslInd><Sts>\n<Cd>BOOK</Cd>\n</Sts>",
            &details(&ours(3), &format!("<CdtDbtInd>CRDT</CdtDbtInd>{returned}")),
        ),
        entry(
            "<CdtDbtInd>CRDT</CdtDbtInd><RvslInd>true</RvslInd><Sts><Cd>BOOK</Cd></Sts>",
            &details(&ours(4), ""),
        ),
        entry(
            "<CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts>",
            &details(&ours(5), ""),
        ),
        entry(
            "<CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>INFO</Cd></Sts>",
            &details(&ours(6), ""),
        ),
        entry(booked, &details(&ours(7), returned)),
        entry(booked, &details(&ours(8), "<CdtDbtInd>CRDT</CdtDbtInd>")),
        entry(booked, &details("INVOICE-7", "")),
        entry(booked, "<Btch><NbOfTxs>3</NbOfTxs></Btch>"),
    ];
    for (name, version) in [("camt.054", "08"), ("camt.053", "10")] {
        let push = pushed(name, version, &entries.concat());
        assert_eq!(push.file_no, Some(1));
        let outcomes: Vec<Outcome> = push.lines.iter().map(|line| line.outcome).collect();
        let expected = [
            Outcome::Paid,
            Outcome::Paid,
            Outcome::Returned,
            Outcome::Returned,
            Outcome::Accepted,
            Outcome::Unknown,
            Outcome::Unknown,
            Outcome::Unknown,
        ];
        assert_eq!(outcomes, expected, "{name}");
        assert_eq!(
            push.lines[2].return_reason,
            Some(FailureReason::AccountClosed)
        );
        assert_eq!(push.lines[2].bank_text.as_deref(), Some("销户"));
        assert_eq!(push.lines[1].amount, Some(Fen(100)));
        assert_eq!(push.lines[0].booked_at.as_deref(), Some("2026-11-23"));
    }
    // Before version 07 the status is a word.
    let old = entries.concat().replace("<Cd>BOOK</Cd>", "BOOK");
    let push = pushed("camt.054", "02", &old);
    assert_eq!(push.lines[0].outcome, Outcome::Paid);
    assert_eq!(push.lines[3].outcome, Outcome::Returned);
}

#[test]
fn a_return_message_returns_its_transactions() {
    let message = format!(
        "<Document xmlns=\"{XSD}pacs.004.001.09\"><PmtRtr><GrpHdr><MsgId>R1</MsgId></GrpHdr><TxInf>\
         <RtrId>R1-1</RtrId><OrgnlGrpInf><OrgnlMsgId>PK202611230000000001</OrgnlMsgId>\
         </OrgnlGrpInf>\
         <OrgnlEndToEndId>PK0000000001000002</OrgnlEndToEndId>\
         <RtrdIntrBkSttlmAmt Ccy=\"CNY\">7080.00</RtrdIntrBkSttlmAmt>\
         <RtrRsnInf><Rsn><Cd>AC06</Cd></Rsn></RtrRsnInf></TxInf><TxInf><RtrId>R1-2</RtrId>\
         <OrgnlEndToEndId>OTHER</OrgnlEndToEndId>\
         <RtrdIntrBkSttlmAmt Ccy=\"EUR\">7.00</RtrdIntrBkSttlmAmt></TxInf></PmtRtr></Document>"
    );
    let push = bank("HKBEA").decode_push(message.as_bytes(), &ToyKeys);
    let push = push.unwrap();
    assert_eq!((push.file_no, push.lines.len()), (Some(1), 1));
    let line = &push.lines[0];
    assert_eq!(line.outcome, Outcome::Returned);
    assert_eq!(line.return_reason, Some(FailureReason::AccountFrozen));
    assert_eq!((line.row_no, line.amount), (Some(2), Some(Fen(708_000))));
    assert_eq!(line.bank_serial.as_deref(), Some("R1-1"));
}

/// Two of our files in one notification: it can't be told whose receipt it would be.
#[test]
fn a_notification_about_two_files_is_refused() {
    let booked = "<CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>";
    let two = details("PK0000000001000001", "") + &details("PK0000000002000001", "");
    let message = format!(
        "<Document xmlns=\"{XSD}camt.054.001.08\"><BkToCstmrDbtCdtNtfctn><Ntfctn>{}</Ntfctn>\
         </BkToCstmrDbtCdtNtfctn></Document>",
        entry(booked, &two)
    );
    let read = bank("HKBEA").decode_push(message.as_bytes(), &ToyKeys);
    assert_eq!(
        read.unwrap_err().what,
        "row 2: file.no stands twice and differs"
    );
}
