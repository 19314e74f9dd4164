//! CMB, FBSDK: the first part of the sample, the second by hand, and what breaks off between them.

use crate::support::{
    ToyKeys, accept, bank, converse, golden_order, order, outcomes, query, sample,
};
use adapters::exchange::{Certainty, Next, Outcome, Outgoing, PaymentOrder, Reply};
use adapters::{BankAdapter, BankReply, Book, Conversation, RequestKind};
use schemas::text::Charset;
use schemas::{FailureReason, PersonName};
use std::collections::BTreeMap;

const DIALECT: &str = include_str!("../../dialects/cmb_fbsdk/dialect.toml");
const BANK: &str = include_str!("../../banks/CMB/bank.toml");

/// The bank with parts of three rows, as the sample has them.
fn by_threes() -> Book {
    let text = DIALECT.replacen("rows = 500,", "rows = 3,", 1);
    assert_ne!(text, DIALECT);
    let files = [
        ("dialects/cmb_fbsdk/dialect.toml", text.as_str()),
        ("banks/CMB/bank.toml", BANK),
    ];
    Book::from_files(files).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn golden() -> PaymentOrder {
    let mut order = golden_order("CMB", "工资", "3300000000000000019");
    for line in &mut order.lines {
        line.cnaps_code = None;
    }
    order
}

#[test]
fn the_first_part_is_the_sample_and_the_second_goes_on_with_it() {
    let book = by_threes();
    let messages = book.adapters()[0].encode_payment(&golden(), &ToyKeys);
    let messages = messages.unwrap();
    let [first, second] = messages.as_slice() else {
        panic!("two parts")
    };
    // A batch whose last part never came may have been paid for all that is public.
    assert!(first.instructs && !second.instructs);
    assert_eq!(first.file_name, "NTAGCSAL_1_1.xml");
    let Some(sample) = sample("cmb_ntagcsal_part1.xml") else {
        return;
    };
    assert_eq!(first.bytes, sample);
    let sample = Charset::Gbk.decode(&sample).unwrap().into_owned();
    let at = sample.find("<NTAGCDTLY1>").unwrap();
    let mut expected = sample[..at].to_owned();
    for (theirs, ours) in [
        ("<BEGTAG>Y</BEGTAG>", "<BEGTAG>N</BEGTAG>"),
        ("<ENDTAG>N</ENDTAG>", "<ENDTAG>Y</ENDTAG>"),
        ("<REQNBR></REQNBR>", "<REQNBR>0000000001</REQNBR>"),
        ("<CURAMT>19591.55</CURAMT>", "<CURAMT>6300.01</CURAMT>"),
        ("<CURCNT>3</CURCNT>", "<CURCNT>2</CURCNT>"),
    ] {
        assert_eq!(expected.matches(theirs).count(), 1, "{theirs}");
        expected = expected.replace(theirs, ours);
    }
    for (number, account, name, amount) in [
        ("00000004", "6200000000000000042", "阿样·木样", "6300.00"),
        ("00000005", "6200000000000000059", "王样五", "0.01"),
    ] {
        expected.push_str(&format!(
            "<NTAGCDTLY1><TRXSEQ>{number}</TRXSEQ><ACCNBR>{account}</ACCNBR>\
             <ACCNAM>{name}</ACCNAM><TRSAMT>{amount}</TRSAMT><TRSDSP>工资</TRSDSP>\
             <BNKFLG>Y</BNKFLG><EACBNK></EACBNK><EACCTY></EACCTY><FSTFLG>N</FSTFLG>\
             <RCVBNK></RCVBNK><CPRACT></CPRACT><CPRREF></CPRREF></NTAGCDTLY1>"
        ));
    }
    expected.push_str("</CMBSDKPGK>");
    assert_eq!(Charset::Gbk.decode(&second.bytes).unwrap(), expected);
}

#[test]
fn both_chairs_agree_on_a_file_in_parts() {
    let book = by_threes();
    let adapter = &book.adapters()[0];
    let order = order("CMB");
    let mut submission = adapter.submit(&order);
    let (reply, requests, _) = converse(adapter, &mut submission, accept);
    let Reply::Receipt(receipt) = reply else {
        panic!("a receipt")
    };
    assert_eq!(receipt.outcome, Outcome::Accepted);
    assert_eq!(receipt.references["reqnbr"], "0000004711");
    let kinds: Vec<_> = requests.iter().map(|r| (r.kind, r.continues)).collect();
    let expected = [(RequestKind::Step, false), (RequestKind::Submit, true)];
    assert_eq!(kinds, expected);
    let rows: Vec<_> = requests
        .iter()
        .flat_map(|r| r.lines.iter().map(|line| line.row_no.unwrap()))
        .collect();
    assert_eq!(rows, [1, 2, 3, 4, 5]);
    assert_eq!(requests[1].fields["captured.reqnbr"], "0000004711");
    assert!(!requests[0].fields.contains_key("captured.reqnbr"));
    // The receipt may be lost: the state gives the number that the rows are asked for by.
    let asked = query(&order, BTreeMap::new());
    let (reply, requests, _) = converse(adapter, &mut adapter.query(&asked), |_| {
        BankReply::result(outcomes(&order, &[Outcome::Paid]))
    });
    let Reply::Result(result) = reply else {
        panic!("a result")
    };
    assert_eq!(requests[1].fields["captured.reqnbr"], "0000004711");
    assert!(
        result
            .lines
            .iter()
            .all(|line| line.outcome == Outcome::Paid)
    );
}

fn sent(conversation: &mut Conversation<'_>) -> Outgoing {
    match conversation.next(&ToyKeys).unwrap() {
        Next::Send(outgoing) => outgoing,
        Next::Wait { .. } | Next::Done(_) => panic!("a message is sent"),
    }
}

fn answer(code: &str, number: &str) -> Vec<u8> {
    format!(
        "<CMBSDKPGK><INFO><FUNNAM>NTAGCSAL</FUNNAM><DATTYP>2</DATTYP><RETCOD>{code}</RETCOD>\
         <ERRMSG></ERRMSG></INFO><NTAGCAGCZ1><REQNBR>{number}</REQNBR><REQSTA>OPR</REQSTA>\
         </NTAGCAGCZ1></CMBSDKPGK>"
    )
    .into_bytes()
}

/// After the first part nothing is certain any more.
#[test]
fn what_breaks_off_between_the_parts_may_be_paid() {
    let book = by_threes();
    let adapter: &BankAdapter = &book.adapters()[0];
    let order = order("CMB");
    for (first, second) in [
        (answer("0", ""), None),
        (answer("0", "A1"), Some(answer("-3", "A1"))),
        (answer("0", "A1"), Some(answer("-2", "A1"))),
    ] {
        let mut conversation = adapter.submit(&order);
        assert!(sent(&mut conversation).instructs);
        conversation.feed(&first, &ToyKeys).unwrap();
        if let Some(second) = second {
            assert!(!sent(&mut conversation).instructs);
            conversation.feed(&second, &ToyKeys).unwrap();
        }
        let error = conversation.next(&ToyKeys).unwrap_err();
        assert_eq!(error.certainty, Certainty::MaybeSent, "{error:?}");
    }
    // Another process number is another batch's answer.
    let mut conversation = adapter.submit(&order);
    sent(&mut conversation);
    conversation.feed(&answer("0", "A1"), &ToyKeys).unwrap();
    sent(&mut conversation);
    let foreign = conversation.feed(&answer("0", "A2"), &ToyKeys).unwrap_err();
    assert!(foreign.of_another_file);
    // A refusal of the first part is one of the file: nothing else has left.
    let mut conversation = adapter.submit(&order);
    sent(&mut conversation);
    conversation.feed(&answer("-3", ""), &ToyKeys).unwrap();
    let Next::Done(Reply::Receipt(receipt)) = conversation.next(&ToyKeys).unwrap() else {
        panic!("a receipt")
    };
    let refused = Outcome::Failed(FailureReason::MessageError);
    assert_eq!(receipt.outcome, refused);
}

/// A name that GBK lacks in the second part stops the file before the first leaves.
#[test]
fn every_part_fits_before_the_first_one_leaves() {
    let book = by_threes();
    let mut order = order("CMB");
    order.lines[4].name = PersonName::parse("张𠮷").unwrap();
    let error = book.adapters()[0]
        .submit(&order)
        .next(&ToyKeys)
        .unwrap_err();
    assert_eq!(error.certainty, Certainty::Refused);
    assert_eq!(error.findings[0].row, Some(5));
}

/// REQSTA and RTNFLG of a batch; where it is done or worked on, its rows are asked for.
#[test]
fn every_state_of_a_batch_is_read_by_the_table() {
    let refused = Outcome::Failed(FailureReason::RefusedByBank);
    let ends = [
        ("AUT", "", Outcome::Accepted),
        ("NTE", "", Outcome::Accepted),
        ("WCF", "", Outcome::Accepted),
        ("OPR", "", Outcome::Unknown),
        ("ACK", "", Outcome::Unknown),
        ("APD", "", Outcome::Unknown),
        ("FIN", "R", refused),
        ("FIN", "C", Outcome::Failed(FailureReason::CancelledAtBank)),
        ("FIN", "D", Outcome::Failed(FailureReason::ExpiredAtBank)),
        ("FIN", "", Outcome::Unknown),
        ("XYZ", "", Outcome::Unknown),
    ];
    let asked = query(&order("CMB"), BTreeMap::new());
    let said = |state: &str, result: &str| {
        format!(
            "<CMBSDKPGK><INFO><FUNNAM>NTAGCINY</FUNNAM><RETCOD>0</RETCOD></INFO><NTAGCINQZ>\
             <REQNBR>A1</REQNBR><REQSTA>{state}</REQSTA><RTNFLG>{result}</RTNFLG>\
             <YURREF>PK20261123004711</YURREF></NTAGCINQZ></CMBSDKPGK>"
        )
    };
    for (state, result, outcome) in ends {
        let mut conversation = bank("CMB").query(&asked);
        sent(&mut conversation);
        let text = said(state, result);
        conversation.feed(text.as_bytes(), &ToyKeys).unwrap();
        let Next::Done(Reply::Result(read)) = conversation.next(&ToyKeys).unwrap() else {
            panic!("{state}/{result} ends")
        };
        assert_eq!(read.outcome, outcome, "{state}/{result}");
        let over = ["R", "C", "D"].contains(&result);
        assert_eq!(read.is_final, over, "{state}/{result}");
    }
    let goes_on = [
        ("BNK", ""),
        ("FIN", "S"),
        ("FIN", "F"),
        ("FIN", "B"),
        ("FIN", "T"),
        ("FIN", "U"),
    ];
    for (state, result) in goes_on {
        let mut conversation = bank("CMB").query(&asked);
        sent(&mut conversation);
        let text = said(state, result);
        conversation.feed(text.as_bytes(), &ToyKeys).unwrap();
        let rows = Charset::Gbk
            .decode(&sent(&mut conversation).bytes)
            .unwrap()
            .into_owned();
        assert!(rows.contains("<NTAGDINFY1><REQNBR>A1</REQNBR>"), "{rows}");
    }
}

/// SUCNUM and SUCAMT (guide 4.3.1 and document 5.37, 4.3: N(6) and M) of a batch that ends without
/// a question for its rows: what is paid was not refused.
#[test]
fn a_batch_that_is_over_and_states_what_is_paid_is_flawed() {
    let asked = query(&order("CMB"), BTreeMap::new());
    let flaws = crate::paid_beside_a_refusal(2, 1_360_350);
    let ends = [
        ("R", Outcome::Failed(FailureReason::RefusedByBank)),
        ("C", Outcome::Failed(FailureReason::CancelledAtBank)),
        ("D", Outcome::Failed(FailureReason::ExpiredAtBank)),
    ];
    let stated = [
        (
            "<SUCNUM>000002</SUCNUM><SUCAMT>13603.50</SUCAMT>",
            &flaws[..],
        ),
        ("<SUCNUM>000000</SUCNUM><SUCAMT>0.00</SUCAMT>", &[]),
        ("<SUCNUM></SUCNUM><SUCAMT></SUCAMT>", &[]),
        ("", &[]),
    ];
    for (result, outcome) in ends {
        for (stated, flaws) in stated {
            let text = format!(
                "<CMBSDKPGK><INFO><FUNNAM>NTAGCINY</FUNNAM><RETCOD>0</RETCOD></INFO><NTAGCINQZ>\
                 <REQNBR>A1</REQNBR><REQSTA>FIN</REQSTA><RTNFLG>{result}</RTNFLG>\
                 <TRSNUM>000003</TRSNUM><TOTAMT>13603.51</TOTAMT><TRSTYP>BYSA</TRSTYP>{stated}\
                 <YURREF>PK20261123004711</YURREF></NTAGCINQZ></CMBSDKPGK>"
            );
            let mut conversation = bank("CMB").query(&asked);
            sent(&mut conversation);
            conversation.feed(text.as_bytes(), &ToyKeys).unwrap();
            let Next::Done(Reply::Result(read)) = conversation.next(&ToyKeys).unwrap() else {
                panic!("{result} ends")
            };
            assert_eq!(read.outcome, outcome, "{result}");
            assert_eq!(read.flaws, flaws, "{result} {stated}");
        }
    }
}

#[test]
fn every_status_of_a_row_is_read_by_the_table() {
    let refused = Outcome::Failed(FailureReason::RefusedByBank);
    for (status, outcome) in [
        ("S", Outcome::Paid),
        ("E", refused),
        ("F", refused),
        ("A", Outcome::Accepted),
        ("I", Outcome::Accepted),
        ("B", Outcome::Returned),
        ("T", Outcome::Returned),
        ("C", Outcome::Failed(FailureReason::CancelledAtBank)),
        ("U", Outcome::Unknown),
        ("Z", Outcome::Unknown),
    ] {
        let said = format!(
            "<CMBSDKPGK><INFO><FUNNAM>NTAGDINF</FUNNAM><RETCOD>0</RETCOD></INFO><NTAGCDTLY1>\
             <TRXSEQ>00000002</TRXSEQ><ACCNBR>6200000000000000026</ACCNBR><TRSAMT>7080.00</TRSAMT>\
             <STSCOD>{status}</STSCOD><ERRDSP>x</ERRDSP></NTAGCDTLY1></CMBSDKPGK>"
        );
        let read = bank("CMB")
            .decode_result(said.as_bytes(), &ToyKeys)
            .unwrap();
        assert_eq!(read.lines[0].outcome, outcome, "{status}");
        assert_eq!(read.lines[0].row_no, Some(2));
    }
    for code in ["-1", "-2", "-3", "-4", "-5", "-6", "-7", "-9", "7"] {
        let said = format!(
            "<CMBSDKPGK><INFO><FUNNAM>NTAGDINF</FUNNAM><RETCOD>{code}</RETCOD></INFO></CMBSDKPGK>"
        );
        let read = bank("CMB")
            .decode_result(said.as_bytes(), &ToyKeys)
            .unwrap();
        assert_eq!(read.outcome, Outcome::Unknown, "{code}");
    }
}

/// What a definition of parts must have is checked when the book is loaded.
#[test]
fn parts_are_of_a_submission_and_repeat_a_captured_number() {
    let refused = |old: &str, new: &str| {
        let text = DIALECT.replacen(old, new, 1);
        assert_ne!(text, DIALECT);
        let files = [
            ("dialects/cmb_fbsdk/dialect.toml", text.as_str()),
            ("banks/CMB/bank.toml", BANK),
        ];
        let errors = Book::from_files(files).expect_err("refused");
        errors.into_iter().next().unwrap().what
    };
    let parts = "parts = { rows = 500, number = \"reqnbr\" }";
    let unknown = refused(parts, "parts = { rows = 500, number = \"reqno\" }");
    assert!(
        unknown.contains("reqno") && unknown.contains("reqnbr"),
        "{unknown}"
    );
    let none = refused(parts, "parts = { rows = 0, number = \"reqnbr\" }");
    assert!(none.contains("rows"), "{none}");
    let go_on = "go_on = [\"BNK\"";
    let asked = refused(go_on, &format!("{parts}\n{go_on}"));
    assert_eq!(asked, "a query has no parts");
}
