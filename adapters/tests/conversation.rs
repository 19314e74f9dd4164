//! Conversations that go wrong: what has left, and what may be sent again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use adapters::BankReply;
use adapters::exchange::{Certainty, Flaw, Next, Outcome, Outgoing, Reply};
use schemas::FailureReason;
use std::collections::BTreeMap;
use support::{ToyKeys, accept, bank, converse, incoming, order, outcomes, query};

fn send(next: Next) -> Outgoing {
    match next {
        Next::Send(outgoing) => outgoing,
        Next::Wait { .. } | Next::Done(_) => panic!("a message is sent"),
    }
}

/// Ping An: upload, poll until the bank has the file, trigger.
#[test]
fn a_poll_waits_and_gives_up_before_anything_instructs() {
    let adapter = bank("PAB");
    let order = order("PAB");
    let mut conversation = adapter.submit(&order);
    let side = adapter.bank_side();
    let mut waits = 0;
    let error = loop {
        match conversation.next(&ToyKeys) {
            Ok(Next::Send(outgoing)) => {
                assert!(!outgoing.instructs);
                let request = side.read_request(&incoming(&outgoing), &ToyKeys).unwrap();
                let reply = BankReply {
                    batch: Some(Outcome::Unknown),
                    ..BankReply::of(Outcome::Accepted)
                };
                let bytes = side.write_reply(&request, &reply, &ToyKeys).unwrap();
                conversation.feed(&bytes, &ToyKeys).unwrap();
            }
            Ok(Next::Wait { wait_ms }) => {
                assert_eq!(wait_ms, 5_000);
                waits += 1;
            }
            Ok(Next::Done(_)) => panic!("it never ends well"),
            Err(error) => break error,
        }
    };
    assert_eq!((waits, error.certainty), (23, Certainty::NotSent));
    assert_eq!(error.step, "upload_state");
}

#[test]
fn a_batch_that_is_not_done_has_no_result_file_yet() {
    let adapter = bank("PAB");
    let order = order("PAB");
    let asked = query(&order, BTreeMap::new());
    for (said, outcome) in [
        (Outcome::Accepted, Outcome::Accepted),
        (
            Outcome::Failed(FailureReason::RefusedByBank),
            Outcome::Failed(FailureReason::RefusedByBank),
        ),
    ] {
        let mut conversation = adapter.query(&asked);
        let (reply, requests, _) = converse(adapter, &mut conversation, |_| BankReply {
            batch: Some(said),
            ..BankReply::of(Outcome::Accepted)
        });
        let Reply::Result(result) = reply else {
            panic!("a result")
        };
        assert_eq!((requests.len(), result.outcome), (1, outcome));
        assert_eq!(result.is_final, outcome != Outcome::Accepted);
    }
}

#[test]
fn a_missing_reply_is_maybe_sent_only_after_the_instruction() {
    let order = order("ICBC");
    let mut conversation = bank("ICBC").submit(&order);
    let first = send(conversation.next(&ToyKeys).unwrap());
    assert!(!first.instructs);
    let error = conversation.next(&ToyKeys).unwrap_err();
    assert_eq!(error.certainty, Certainty::NotSent);
    conversation
        .feed(b"<html><body><sign>UEtDUzc=</sign></body></html>", &ToyKeys)
        .unwrap();
    let second = send(conversation.next(&ToyKeys).unwrap());
    assert!(second.instructs);
    // What the sign port gave is what is sent.
    assert!(second.bytes.ends_with(b"&reqData=UEtDUzc%3D"));
    let error = conversation.next(&ToyKeys).unwrap_err();
    assert_eq!(error.certainty, Certainty::MaybeSent);
}

/// The signed form holds every name and account: it is no reference.
#[test]
fn a_receipt_keeps_only_what_a_query_needs() {
    for code in ["ICBC", "PAB"] {
        let adapter = bank(code);
        let order = order(code);
        let mut conversation = adapter.submit(&order);
        let (reply, ..) = converse(adapter, &mut conversation, |request| BankReply {
            bank_batch_no: Some("B77".to_owned()),
            ..accept(request)
        });
        let Reply::Receipt(receipt) = reply else {
            panic!("a receipt")
        };
        let kept: Vec<&str> = receipt.references.keys().map(String::as_str).collect();
        assert!(
            !kept.contains(&"sign") && !kept.contains(&"random_pwd"),
            "{kept:?}"
        );
    }
}

#[test]
fn the_banks_number_of_the_batch_goes_into_the_query() {
    let adapter = bank("HZCB");
    let order = order("HZCB");
    let mut conversation = adapter.submit(&order);
    let (reply, ..) = converse(adapter, &mut conversation, |request| BankReply {
        bank_batch_no: Some("B77".to_owned()),
        ..accept(request)
    });
    let Reply::Receipt(receipt) = reply else {
        panic!("a receipt")
    };
    assert_eq!(receipt.references["bank_batch_no"], "B77");
    let json = bank("CZBANK");
    let asked = query(&order, receipt.references);
    let asked = adapters::exchange::StatusQuery {
        connection: [("client_id".to_owned(), "c".to_owned())]
            .into_iter()
            .collect(),
        ..asked
    };
    let message = send(json.query(&asked).next(&ToyKeys).unwrap());
    assert!(
        String::from_utf8(message.bytes)
            .unwrap()
            .contains("\"bankBatchNo\":\"B77\"")
    );
}

#[test]
fn a_refusal_of_the_instruction_is_a_receipt_with_its_reason() {
    let adapter = bank("HZCB");
    let order = order("HZCB");
    let mut conversation = adapter.submit(&order);
    let refusal = Outcome::Failed(FailureReason::InsufficientFunds);
    let (reply, ..) = converse(adapter, &mut conversation, |_| BankReply::of(refusal));
    let Reply::Receipt(receipt) = reply else {
        panic!("a receipt")
    };
    assert_eq!(receipt.outcome, refusal);
    assert_eq!(receipt.bank_code.as_deref(), Some("E002"));
}

#[test]
fn a_failed_batch_with_a_line_that_did_not_fail_contradicts_itself() {
    let adapter = bank("HZCB");
    let order = order("HZCB");
    let asked = query(&order, BTreeMap::new());
    let failed = Outcome::Failed(FailureReason::RefusedByBank);
    let ask = |said: &[Outcome]| {
        let mut conversation = adapter.query(&asked);
        let (reply, ..) = converse(adapter, &mut conversation, |_| BankReply {
            batch: Some(failed),
            ..BankReply::result(outcomes(&order, said))
        });
        match reply {
            Reply::Result(result) => result,
            Reply::Receipt(_) => panic!("a result"),
        }
    };
    assert_eq!(ask(&[failed]).outcome, failed);
    for other in [Outcome::Accepted, Outcome::Paid, Outcome::Returned] {
        let mixed = ask(&[failed, other]);
        assert_eq!((mixed.outcome, mixed.is_final), (Outcome::Unknown, false));
        assert_eq!(mixed.lines[1].outcome, Outcome::Unknown);
        assert!(mixed.flaws.contains(&Flaw::RowAgainstBatch { row: 2 }));
    }
}

#[test]
fn a_missing_connection_value_is_ours_and_nothing_left() {
    let mut order = order("HXB");
    order.connection = adapters::ConnectionValues::default();
    let error = bank("HXB").submit(&order).next(&ToyKeys).unwrap_err();
    assert_eq!(error.certainty, Certainty::NotSent);
    assert!(error.what.contains("connection.operator"), "{}", error.what);
}

#[test]
fn a_wrong_header_signature_is_refused_by_the_bank() {
    let adapter = bank("WZCB");
    let order = order("WZCB");
    let message = send(adapter.submit(&order).next(&ToyKeys).unwrap());
    let mut request = incoming(&message);
    assert!(adapter.bank_side().read_request(&request, &ToyKeys).is_ok());
    let adapters::IncomingWire::Http { headers, .. } = &mut request.wire else {
        panic!("over HTTP")
    };
    headers[0].1.push('x');
    assert!(
        adapter
            .bank_side()
            .read_request(&request, &ToyKeys)
            .is_err()
    );
}

#[test]
fn a_bank_says_which_keys_it_needs() {
    let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    let wzcb = bank("WZCB").key_slots();
    assert!(wzcb.signing.iter().eq([&pair("sm2_sm3", "signing")]));
    assert!(wzcb.sealing.iter().eq([&pair("sm4_cbc", "encryption")]));
    assert!(
        bank("CZBANK")
            .key_slots()
            .signing
            .contains(&pair("rsa_sha256", "signing"))
    );
    assert_eq!(bank("HXB").key_slots(), adapters::KeySlots::default());
}

#[test]
fn nothing_personal_is_printed() {
    let order = order("HZCB");
    let message = send(bank("HZCB").submit(&order).next(&ToyKeys).unwrap());
    let request = incoming(&message);
    let read = bank("HZCB")
        .bank_side()
        .read_request(&request, &ToyKeys)
        .unwrap();
    let printed = format!("{message:?} {request:?} {read:?} {:?}", read.lines);
    for secret in [
        "张样一",
        "6200000000000000018",
        "330000199001010014",
        "[60, 97",
    ] {
        assert!(!printed.contains(secret), "{secret}");
    }
}

/// A question at CMB, whose batch has this state; then the rows are asked for.
fn rows_are_asked_for<'a>(
    asked: &'a adapters::exchange::StatusQuery,
    batch: Outcome,
) -> adapters::Conversation<'a> {
    let adapter = bank("CMB");
    let mut question = adapter.query(asked);
    let state = send(question.next(&ToyKeys).unwrap());
    assert!(question.known().is_none());
    let side = adapter.bank_side();
    let request = side.read_request(&incoming(&state), &ToyKeys).unwrap();
    let reply = BankReply {
        batch: Some(batch),
        ..BankReply::of(Outcome::Accepted)
    };
    let bytes = side.write_reply(&request, &reply, &ToyKeys).unwrap();
    question.feed(&bytes, &ToyKeys).unwrap();
    assert_eq!(send(question.next(&ToyKeys).unwrap()).step, "rows");
    question
}

const NO_ROWS_YET: &[u8] = b"<?xml version=\"1.0\" encoding=\"GBK\"?><CMBSDKPGK><INFO>\
    <FUNNAM>NTAGDINF</FUNNAM><DATTYP>2</DATTYP><RETCOD>-1</RETCOD><ERRMSG></ERRMSG></INFO>\
    </CMBSDKPGK>";

/// BNK: the bank works on the batch, whatever it answers, or does not, to the question for rows.
#[test]
fn what_an_answer_on_the_way_said_of_the_file_stays() {
    let asked = query(&order("CMB"), BTreeMap::new());
    let mut question = rows_are_asked_for(&asked, Outcome::Accepted);
    // Nothing came, or what nobody can read.
    for garbage in [None, Some(b"\x81\x30 what?".as_slice())] {
        if let Some(garbage) = garbage {
            question.feed(garbage, &ToyKeys).unwrap_err();
        }
        let known = question.known().unwrap();
        let said = (known.outcome, known.knows_file, known.bank_code.as_deref());
        assert_eq!(said, (Outcome::Unknown, true, Some("BNK")));
        assert!(known.lines.is_empty() && !known.is_final);
        assert_eq!(known.references["reqnbr"], "0000004711");
    }
    question.feed(NO_ROWS_YET, &ToyKeys).unwrap();
    let Next::Done(Reply::Result(result)) = question.next(&ToyKeys).unwrap() else {
        panic!("a result")
    };
    assert_eq!((result.outcome, result.answered), (Outcome::Unknown, false));
    assert!(result.knows_file);
    assert_eq!(result.bank_code.as_deref(), Some("BNK"));
}

/// The batch at Chengdu is worked on (L); of its rows the bank says that it has none (AXE404).
#[test]
fn rows_that_are_not_found_do_not_take_the_file_back() {
    let adapter = bank("WZMSB");
    let asked = query(&order("WZMSB"), BTreeMap::new());
    let mut steps = 0;
    let mut question = adapter.query(&asked);
    let (reply, ..) = converse(adapter, &mut question, |_| {
        steps += 1;
        match steps {
            1 => BankReply {
                batch: Some(Outcome::Accepted),
                ..BankReply::of(Outcome::Accepted)
            },
            _ => BankReply::of(Outcome::NotFound),
        }
    });
    let Reply::Result(result) = reply else {
        panic!("a result")
    };
    assert_eq!(steps, 2);
    assert_eq!(
        (result.outcome, result.knows_file),
        (Outcome::Unknown, true)
    );
    assert_eq!(result.bank_code.as_deref(), Some("L"));
}

/// A sign-in says nothing of any file.
#[test]
fn a_sign_in_is_no_word_about_the_file() {
    let adapter = bank("BOC");
    let asked = query(&order("BOC"), BTreeMap::new());
    let mut question = adapter.query(&asked);
    let sign_in = send(question.next(&ToyKeys).unwrap());
    let side = adapter.bank_side();
    let request = side.read_request(&incoming(&sign_in), &ToyKeys).unwrap();
    let reply = BankReply::of(Outcome::Accepted);
    let bytes = side.write_reply(&request, &reply, &ToyKeys).unwrap();
    question.feed(&bytes, &ToyKeys).unwrap();
    assert_eq!(send(question.next(&ToyKeys).unwrap()).step, "query");
    assert!(question.known().is_none());
}
