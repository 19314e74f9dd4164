//! What comes back.

use super::Verdict::{self, Pass, Skip};
use adapters::BankReply;
use adapters::exchange::{Next, Outcome, ResultFile};
use schemas::FailureReason;
use tests::bank::{incoming, result_bytes};
use tests::orders::query;
use tests::talk::{Talk, spells_reasons};

const FAILED: Outcome = Outcome::Failed(FailureReason::AccountClosed);

const ONE_LINE: &str = "one line a file: there are no rows to be told apart";

fn read(talk: &Talk, bytes: &[u8]) -> ResultFile {
    let read = talk.adapter.decode_result(bytes, &talk.keys);
    read.unwrap_or_else(|error| panic!("{}: {error}", talk.adapter.code()))
}

fn outcomes(result: &ResultFile) -> Vec<Outcome> {
    result.lines.iter().map(|line| line.outcome).collect()
}

pub fn decode_round_trip(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let said = [Outcome::Paid, FAILED, Outcome::Accepted, Outcome::Unknown];
    let side = talk.adapter.bank_side();
    let lines = talk.order.lines.iter().zip(said);
    let named: Vec<_> = lines.filter(|(_, o)| side.names_line(*o)).collect();
    let expected = named.iter().map(|(_, o)| side.line_expressible(*o, false));
    let expected: Vec<Outcome> = expected.collect();
    let result = read(talk, &talk.result(Outcome::Paid, talk.told(&said)));
    assert_eq!(outcomes(&result), expected, "{code}");
    assert_eq!(result.flaws, [], "{code}");
    for ((own, _), told) in named.into_iter().zip(&result.lines) {
        assert_eq!(told.row_no, Some(own.row_no), "{code}");
        assert!(
            told.amount.is_none_or(|amount| amount == own.amount),
            "{code}"
        );
        assert!(
            told.account.is_none_or(|account| account == own.account),
            "{code}"
        );
        assert!(
            told.name.as_ref().is_none_or(|name| *name == own.name),
            "{code}"
        );
    }
    let lines = talk.order.lines.iter().zip(said);
    let expected: Vec<Outcome> = lines.map(|(_, o)| side.line_expressible(o, true)).collect();
    let bytes = talk.push(talk.told(&said));
    let push = talk.adapter.decode_push(&bytes, &talk.keys).unwrap();
    let pushed: Vec<Outcome> = push.lines.iter().map(|line| line.outcome).collect();
    assert_eq!(pushed, expected, "{code}");
    assert_eq!(push.flaws, [], "{code}");
    let own = Some(talk.order.file_no);
    assert_eq!(push.file_no, own, "{code}: a push names its file");
    Pass
}

pub fn decode_unlisted_code_is_unknown(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let result = read(
        talk,
        &talk.result(Outcome::Paid, talk.told(&[Outcome::Unknown])),
    );
    let named = talk.adapter.bank_side().names_line(Outcome::Unknown);
    let expected = talk.order.lines.iter().filter(|_| named);
    let expected: Vec<Outcome> = expected.map(|_| Outcome::Unknown).collect();
    assert_eq!(outcomes(&result), expected, "{code}");
    assert!(!result.is_final || !result.failures_only, "{code}");
    let bytes = talk.receipt(Outcome::Unknown);
    let receipt = talk.adapter.decode_receipt(&bytes, &talk.keys).unwrap();
    assert_eq!(receipt.outcome, Outcome::Unknown, "{code}");
    Pass
}

pub fn decode_failure_inside_a_success_answer(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let said = [FAILED, Outcome::Unknown, FAILED, Outcome::Accepted];
    let result = read(talk, &talk.result(Outcome::Paid, talk.told(&said)));
    assert!(!outcomes(&result).contains(&Outcome::Paid), "{code}");
    assert_ne!(result.outcome, Outcome::Paid, "{code}");
    // A receipt that takes the file pays nothing.
    let bytes = talk.receipt(Outcome::Accepted);
    let receipt = talk.adapter.decode_receipt(&bytes, &talk.keys).unwrap();
    assert_eq!(receipt.outcome, Outcome::Accepted, "{code}");
    Pass
}

/// A row that says "paid" and gives a failure's code contradicts itself: nobody knows.
pub fn decode_failure_code_beside_success(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    if talk.is_of_one_line() {
        return Skip(ONE_LINE);
    }
    let mut lines = talk.told(&[Outcome::Paid]);
    lines[1].return_reason = Some(FailureReason::AccountClosed);
    if !spells_reasons(talk.adapter) {
        return Skip("its rows carry no code of a reason that is known");
    }
    let result = read(talk, &talk.result(Outcome::Paid, lines.clone()));
    let push = talk.adapter.decode_push(&talk.push(lines), &talk.keys);
    let push = push.unwrap();
    for told in [result.lines, push.lines] {
        let outcomes: Vec<Outcome> = told.iter().map(|line| line.outcome).collect();
        let (paid, unknown) = (Outcome::Paid, Outcome::Unknown);
        assert_eq!(outcomes, [paid, unknown, paid, paid], "{code}");
        let detail = told[1].detail.as_deref();
        assert_eq!(detail, Some("paid_with_failure_code"), "{code}");
        assert!(told[1].bank_code.is_some(), "{code}: the code is shown");
    }
    Pass
}

/// A return tells why, where the bank's code does.
pub fn decode_reason_of_a_return(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    if talk.is_of_one_line() {
        return Skip(ONE_LINE);
    }
    if !spells_reasons(talk.adapter) {
        return Skip("its rows carry no code of a reason that is known");
    }
    let mut lines = talk.told(&[Outcome::Returned]);
    lines[1].return_reason = Some(FailureReason::AccountClosed);
    let push = talk.adapter.decode_push(&talk.push(lines), &talk.keys);
    let told = push.unwrap().lines;
    let returned = told.iter().all(|line| line.outcome == Outcome::Returned);
    assert!(returned, "{code}");
    let reasons = [None, Some(FailureReason::AccountClosed), None, None];
    for (line, reason) in told.iter().zip(reasons) {
        assert_eq!(line.return_reason, reason, "{code}");
    }
    assert_ne!(told[1].bank_code, told[0].bank_code, "{code}: its own code");
    Pass
}

/// The request was not answered: whatever stands in the rows says nothing.
pub fn decode_success_inside_a_refusal(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    if !talk.adapter.bank_side().refuses_in_result() {
        return Skip("its result says nothing of a request");
    }
    for outcome in [Outcome::Unknown, Outcome::NotFound, FAILED] {
        let reply = BankReply {
            batch: Some(Outcome::Paid),
            lines: talk.told(&[Outcome::Paid]),
            ..BankReply::of(outcome)
        };
        // Only the last step's answer carries rows; the steps before it are answered well.
        let (bytes, fine) = last_answer(talk, &reply);
        if bytes == fine {
            return Skip("a refusal ends its query before the answer that carries rows");
        }
        let Ok(result) = talk.adapter.decode_result(&bytes, &talk.keys) else {
            continue;
        };
        assert!(
            !outcomes(&result).contains(&Outcome::Paid),
            "{code} {outcome:?}"
        );
        assert!(!result.is_final, "{code} {outcome:?}");
    }
    Pass
}

/// The query's last answer, the ones before it being fine, and what it would be if it were fine.
fn last_answer(talk: &Talk, reply: &BankReply) -> (Vec<u8>, Vec<u8>) {
    let query = talk.query();
    let side = talk.adapter.bank_side();
    let mut conversation = talk.adapter.query(&query);
    let mut last = (Vec::new(), Vec::new());
    for _ in 0..20 {
        match conversation.next(&talk.keys).unwrap() {
            Next::Done(_) => return last,
            Next::Wait { .. } => {}
            Next::Send(out) => {
                let request = side.read_request(&incoming(&out), &talk.keys).unwrap();
                let said = side.write_reply(&request, reply, &talk.keys).unwrap();
                let fine = BankReply {
                    batch: Some(Outcome::Paid),
                    ..BankReply::result(talk.told(&[Outcome::Paid]))
                };
                let fine = side.write_reply(&request, &fine, &talk.keys).unwrap();
                conversation.feed(&fine, &talk.keys).unwrap();
                last = (said, fine);
            }
        }
    }
    panic!("the query of {} does not end", talk.adapter.code())
}

/// An outcome that a result names, paid where it can.
fn named(talk: &Talk) -> Outcome {
    match talk.adapter.bank_side().names_line(Outcome::Paid) {
        true => Outcome::Paid,
        false => FAILED,
    }
}

pub fn decode_doubled_line(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    if talk.is_of_one_line() {
        return Skip(ONE_LINE);
    }
    let mut lines = talk.told(&[named(talk)]);
    let mut second = lines[1].clone();
    second.outcome = FAILED;
    second.bank_text = Some("twice".to_owned());
    lines.push(second);
    let result = read(talk, &talk.result(Outcome::Paid, lines));
    let about: Vec<Outcome> = result
        .lines
        .iter()
        .filter(|line| line.row_no == Some(2))
        .map(|line| line.outcome)
        .collect();
    assert_eq!(
        about,
        [Outcome::Unknown; 2],
        "{code}: nobody knows which is true"
    );
    assert!(!result.flaws.is_empty(), "{code}");
    Pass
}

pub fn decode_missing_line(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    if talk.is_of_one_line() {
        return Skip(ONE_LINE);
    }
    let mut lines = talk.told(&[named(talk)]);
    lines.remove(2);
    let result = read(talk, &talk.result(Outcome::Paid, lines));
    let rows: Vec<Option<u32>> = result.lines.iter().map(|line| line.row_no).collect();
    assert_eq!(rows, [Some(1), Some(2), Some(4)], "{code}");
    // Never a word for the file that would pay what is left out.
    assert!(
        result.failures_only || result.outcome != Outcome::Paid,
        "{code}"
    );
    Pass
}

pub fn decode_extra_line(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    if talk.is_of_one_line() {
        return Skip(ONE_LINE);
    }
    let mut lines = talk.told(&[named(talk)]);
    let mut stranger = lines[0].clone();
    stranger.row_no = Some(8_888);
    lines.push(stranger);
    let result = read(talk, &talk.result(Outcome::Paid, lines));
    assert_eq!(result.lines.len(), 5, "{code}: it is told, not dropped");
    assert_eq!(result.lines[4].row_no, Some(8_888), "{code}");
    Pass
}

/// The answer about another file, fed to this file's question.
pub fn decode_another_files_answer(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let mut other = talk.order.clone();
    other.file_no += 1;
    let asked = query(&other, talk.adapter.bank_side().references(other.file_no));
    let reply = BankReply {
        batch: Some(Outcome::Paid),
        ..BankReply::result(talk.told(&[Outcome::Paid]))
    };
    let foreign = result_bytes(talk.adapter, &asked, &reply, &talk.keys);
    let named = read(talk, &foreign).references.get("file_no").cloned();
    let own = talk.query();
    let side = talk.adapter.bank_side();
    let mut conversation = talk.adapter.query(&own);
    for _ in 0..20 {
        match conversation.next(&talk.keys).unwrap() {
            Next::Done(_) => break,
            Next::Wait { .. } => {}
            Next::Send(out) => {
                if conversation.feed(&foreign, &talk.keys).is_err() {
                    return Pass;
                }
                assert_eq!(named, None, "{code}: {} takes a foreign answer", out.step);
                let request = side.read_request(&incoming(&out), &talk.keys).unwrap();
                assert_eq!(request.file_no, Some(talk.order.file_no));
            }
        }
    }
    Skip("its answers name no file; a conversation is a connection of its own")
}

/// A front machine that changes line ends or puts a mark before the text must not change an
/// outcome: the same, unknown, or unreadable.
pub fn decode_line_ends_and_byte_order_mark(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let said = [Outcome::Paid, FAILED];
    let bytes = talk.result(Outcome::Paid, talk.told(&said));
    let expected = outcomes(&read(talk, &bytes));
    let text = |from: &[u8], to: &[u8]| -> Vec<u8> {
        let mut changed = Vec::new();
        let mut rest = &bytes[..];
        while let Some(first) = rest.first() {
            if rest.starts_with(from) {
                changed.extend_from_slice(to);
                rest = &rest[from.len()..];
            } else {
                changed.push(*first);
                rest = &rest[1..];
            }
        }
        changed
    };
    let mark = [&[0xEF, 0xBB, 0xBF], &bytes[..]].concat();
    let newline = [&bytes[..], b"\r\n"].concat();
    for changed in [text(b"\r\n", b"\n"), text(b"\n", b"\r\n"), mark, newline] {
        if let Ok(result) = talk.adapter.decode_result(&changed, &talk.keys) {
            let told = outcomes(&result);
            assert_eq!(told.len(), expected.len(), "{code}");
            for (told, expected) in told.iter().zip(&expected) {
                let honest = told == expected || *told == Outcome::Unknown;
                assert!(honest, "{code}: {told:?} for {expected:?}");
            }
        }
    }
    Pass
}
