//! CIB: wages by RPAYOFFTRNRQ (FORMATS 6.8).

use crate::support::{ToyKeys, bank, golden_order, incoming, of_dialect, query, sample};
use adapters::RequestKind;
use adapters::exchange::{Next, Outcome, PaymentOrder, ResultFile, Wire};
use schemas::{AccountNo, FailureReason, Fen, FindingCode, PersonName};
use std::collections::BTreeMap;

/// The golden batch; the sample has numbers of its own, as short as the bank takes them.
fn order() -> PaymentOrder {
    let mut order = golden_order("CIB", "", "330000000000000019");
    for line in &mut order.lines {
        let account = format!("62000000000000000{}", line.row_no);
        line.account = AccountNo::parse(&account).unwrap();
    }
    order
}

#[test]
fn the_instruction_is_the_sample() {
    let messages = of_dialect("CIB", "cib_fox")
        .encode_payment(&order(), &ToyKeys)
        .unwrap();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].instructs);
    let Wire::Http { content_type, .. } = &messages[0].wire else {
        panic!("over HTTP")
    };
    assert_eq!(content_type.as_deref(), Some("application/x-fox"));
    if let Some(sample) = sample("cib_rpayoff_request.xml") {
        assert_eq!(messages[0].bytes, sample);
    }
}

/// The same number and no instruction: the bank, too, takes it for a question.
#[test]
fn a_question_carries_no_instruction() {
    let adapter = of_dialect("CIB", "cib_fox");
    let asked = query(&order(), BTreeMap::new());
    let Next::Send(message) = adapter.query(&asked).next(&ToyKeys).unwrap() else {
        panic!("a message")
    };
    let expected = "<FOX><SIGNONMSGSRQV1><SONRQ><DTCLIENT>2026-11-23 09:35:01</DTCLIENT>\
         <CID>3300000001</CID><USERID>sample01</USERID><USERPASS>******</USERPASS>\
         <GENUSERKEY>N</GENUSERKEY><APPID>SAMPLE</APPID><APPVER>1000</APPVER></SONRQ>\
         </SIGNONMSGSRQV1><SECURITIES_MSGSRQV1><RPAYOFFTRNRQ>\
         <TRNUID>20261123PK000001</TRNUID></RPAYOFFTRNRQ></SECURITIES_MSGSRQV1></FOX>";
    let text = std::str::from_utf8(&message.bytes).unwrap();
    assert_eq!(text, expected);
    let side = adapter.bank_side();
    let request = side.read_request(&incoming(&message), &ToyKeys).unwrap();
    assert_eq!(request.kind, RequestKind::Query);
    assert_eq!((request.file_no, request.lines.len()), (Some(1), 0));
}

#[test]
fn the_reply_of_the_sample_has_three_levels() {
    let Some(sample) = sample("cib_rpayoff_reply.xml") else {
        return;
    };
    let result = of_dialect("CIB", "cib_fox")
        .decode_result(&sample, &ToyKeys)
        .unwrap();
    let outcomes: Vec<Outcome> = result.lines.iter().map(|line| line.outcome).collect();
    let name = Outcome::Failed(FailureReason::NameMismatch);
    let paid = Outcome::Paid;
    assert_eq!(outcomes, [paid, paid, name, Outcome::Accepted, paid]);
    assert_eq!(result.lines[3].detail.as_deref(), Some("processing"));
    assert_eq!(result.lines[2].bank_text.as_deref(), Some("户名不符"));
    assert_eq!(result.lines[4].amount, Some(Fen(1)));
    assert_eq!(result.bank_code.as_deref(), Some("PART_PAYOUT"));
    assert_eq!(result.references["file_no"], "1");
    assert_eq!(result.references["bank_batch_no"], "330000000001");
    assert!(!result.is_final && result.flaws.is_empty());
    // As the answer of the submission: nothing is paid by it, and whom it refuses is refused.
    let receipt = of_dialect("CIB", "cib_fox")
        .decode_receipt(&sample, &ToyKeys)
        .unwrap();
    assert_eq!(receipt.outcome, Outcome::Accepted);
    let told: Vec<_> = receipt
        .lines
        .iter()
        .map(|l| (l.row_no, l.outcome))
        .collect();
    assert_eq!(told, [(Some(3), name)]);
}

fn result(request: &str, instruction: &str, row: &str) -> ResultFile {
    let reply = format!(
        "<FOX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0</CODE></STATUS></SONRS></SIGNONMSGSRSV1>\
         <SECURITIES_MSGSRSV1><RPAYOFFTRNRS><TRNUID>20261123PK000001</TRNUID><STATUS>\
         <CODE>{request}</CODE></STATUS><RPAYOFFRS><RPAYOFFINFO><TOTALCOUNT>1</TOTALCOUNT>\
         <RPAYOFFLIST><RPAYOFF><INDX>1</INDX><ACCTNAME>A</ACCTNAME>\
         <ACCTID>620000000000000001</ACCTID><TRNAMT>4.1</TRNAMT><STATUS>{row}</STATUS>\
         <ERRMSG/></RPAYOFF></RPAYOFFLIST></RPAYOFFINFO><XFERPRCSTS>\
         <XFERPRCCODE>{instruction}</XFERPRCCODE></XFERPRCSTS></RPAYOFFRS></RPAYOFFTRNRS>\
         </SECURITIES_MSGSRSV1></FOX>"
    );
    of_dialect("CIB", "cib_fox")
        .decode_result(reply.as_bytes(), &ToyKeys)
        .unwrap()
}

/// FORMATS 6.8 and section 5, whole.
#[test]
fn every_status_of_a_row() {
    use FailureReason as R;
    let failed: [(&[&str], FailureReason); 9] = [
        (&["41", "42"], R::AccountNotFound),
        (&["43", "44"], R::AccountClosed),
        (&["45"], R::AccountFrozen),
        (&["46"], R::InsufficientFunds),
        (&["49", "54"], R::NameMismatch),
        (&["50", "51"], R::IdMismatch),
        (&["53"], R::MessageError),
        (&["40", "47", "48", "52"], R::RefusedByBank),
        (&["59"], R::Other),
    ];
    let outcome = |row: &str| result("0", "PROCESSING", row).lines[0].outcome;
    for (codes, reason) in failed {
        for code in codes {
            assert_eq!(outcome(code), Outcome::Failed(reason), "{code}");
        }
    }
    assert_eq!(outcome("23"), Outcome::Paid);
    for code in ["-1", "60", "90"] {
        assert_eq!(outcome(code), Outcome::Accepted, "{code}");
    }
    for code in ["3885", "55", "58", "0", "1", "24"] {
        assert_eq!(outcome(code), Outcome::Unknown, "{code}");
    }
    // 4.1 comes back as 4.10, and is the same.
    assert_eq!(result("0", "PAYOUT", "23").lines[0].amount, Some(Fen(410)));
}

#[test]
fn every_state_of_an_instruction() {
    let failed = Outcome::Failed(FailureReason::RefusedByBank);
    let cancelled = Outcome::Failed(FailureReason::CancelledAtBank);
    let expired = Outcome::Failed(FailureReason::ExpiredAtBank);
    let table = [
        ("SUBMIT_SUCC", Outcome::Accepted),
        ("PROCESSING", Outcome::Accepted),
        ("PART_PAYOUT", Outcome::Accepted),
        ("PAYOUT", Outcome::Accepted),
        ("AUDITING", Outcome::Accepted),
        ("WAIT_FOR_AUDIT", Outcome::Accepted),
        ("SEND_BACK", Outcome::Accepted),
        ("AUDITED", Outcome::Accepted),
        ("CANCEL", cancelled),
        ("EXPIRED", expired),
        ("PENDING", Outcome::Unknown),
        ("ANYTHING", Outcome::Unknown),
        ("FAIL", failed),
    ];
    for (state, expected) in table {
        let own = result("0", state, "59");
        assert_eq!(own.outcome, expected, "{state}");
        let done = ["PAYOUT", "FAIL", "CANCEL", "EXPIRED"].contains(&state);
        assert_eq!(own.is_final, done, "{state}");
    }
    // An instruction that failed and a row that did not: nobody knows.
    for state in ["FAIL", "CANCEL", "EXPIRED"] {
        for row in ["90", "23"] {
            let own = result("0", state, row);
            assert_eq!(own.outcome, Outcome::Unknown, "{state} {row}");
            assert_eq!(own.lines[0].outcome, Outcome::Unknown, "{state} {row}");
            assert!(!own.is_final && !own.flaws.is_empty(), "{state} {row}");
        }
    }
    let unanswered = result("15500", "PAYOUT", "23");
    assert_eq!(unanswered.outcome, Outcome::Unknown);
    assert_eq!(unanswered.lines[0].outcome, Outcome::Unknown);
}

/// What the bank takes in no value is refused and not escaped.
#[test]
fn marks_of_xml_are_refused() {
    for (name, character) in [("A<B", "<"), ("A>B", ">"), ("A&B", "&")] {
        let mut order = order();
        order.lines[2].name = PersonName::parse(name).unwrap();
        let findings = of_dialect("CIB", "cib_fox")
            .encode_payment(&order, &ToyKeys)
            .unwrap_err();
        assert_eq!(findings[0].code, FindingCode::NameNotEncodable);
        assert_eq!(findings[0].arguments["character"], character);
        assert_eq!(findings[0].row, Some(3));
    }
    // The characters are the dialect's: CGB escapes them.
    let mut order = golden_order("CGB", "", "3300000000000000019");
    order.lines[2].name = PersonName::parse("A&B").unwrap();
    assert!(bank("CGB").encode_payment(&order, &ToyKeys).is_ok());
}
