//! Bytes from outside: cut, mutated, doubled, of another character set. Nothing of it pays.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use adapters::exchange::{DisbursementRecord, FrameEnd, Next, Outcome, Reply, Wire};
use adapters::fuzzing::{Door, decode_any};
use adapters::{BankAdapter, BankReply, Book};
use proptest::prelude::*;
use schemas::text::Charset;
use schemas::{FindingCode, PersonName};
use support::{
    ToyKeys, accept, bank, converse, one_of_each_dialect, order, order_for, outcomes, query,
};

fn result_bytes(adapter: &BankAdapter, said: &[Outcome]) -> Vec<u8> {
    let order = order_for(adapter);
    let mut submission = adapter.submit(&order);
    let (reply, ..) = converse(adapter, &mut submission, accept);
    let Reply::Receipt(receipt) = reply else {
        panic!("a receipt")
    };
    let asked = query(&order, receipt.references);
    let mut conversation = adapter.query(&asked);
    let (_, _, replies) = converse(adapter, &mut conversation, |_| BankReply {
        batch: Some(Outcome::Paid),
        ..BankReply::result(outcomes(&order, said))
    });
    replies.last().unwrap().clone()
}

#[test]
fn a_message_cut_at_any_byte_never_pays() {
    for adapter in one_of_each_dialect() {
        let code = adapter.code();
        let whole = result_bytes(adapter, &[Outcome::Paid]);
        for end in 0..whole.len() {
            let cut = &whole[..end];
            for door in Door::all() {
                let read = decode_any(adapter.code(), &door, cut, &ToyKeys);
                let paid = read.is_ok_and(|read| read.pays());
                assert!(!paid, "{code} cut at {end} of {}", whole.len());
            }
        }
    }
}

#[test]
fn a_push_cut_at_any_byte_never_pays() {
    for adapter in one_of_each_dialect() {
        let code = adapter.code();
        let lines = outcomes(&order_for(adapter), &[Outcome::Paid]).into_iter();
        let records: Vec<_> = lines
            .map(|line| DisbursementRecord {
                file_no: Some(4_711),
                line,
            })
            .collect();
        let whole = adapter.bank_side().write_push(&records, &ToyKeys).unwrap();
        for end in 0..whole.len() {
            let read = decode_any(adapter.code(), &Door::Push, &whole[..end], &ToyKeys);
            assert!(!read.is_ok_and(|read| read.pays()), "{code} at {end}");
        }
    }
}

#[test]
fn the_frame_ends_where_the_message_ends() {
    for adapter in Book::built_in().unwrap().by_dialect() {
        if adapter.channel_name() != "tcp" {
            continue;
        }
        let order = order_for(adapter);
        let messages = adapter.encode_payment(&order, &ToyKeys).unwrap();
        let mut messages = messages.into_iter();
        let first = messages
            .find(|m| matches!(m.wire, Wire::Tcp { .. }))
            .unwrap();
        let frame = adapter.request_frame();
        assert_ne!(frame, FrameEnd::EndOfStream);
        let whole = first.bytes.len();
        let charset = adapter.charset_out();
        for end in 0..whole {
            assert_eq!(
                frame.complete(&first.bytes[..end], charset),
                None,
                "{}",
                adapter.code()
            );
        }
        let more = [first.bytes.as_slice(), b"xhj"].concat();
        assert_eq!(frame.complete(&more, charset), Some(whole));
    }
    let broken = FrameEnd::Length {
        offset: 0,
        digits: 4,
        uncounted: 4,
    };
    assert_eq!(broken.complete(b"12x4abc", Charset::Gbk), Some(7));
}

/// 珅 is AB 7C in GBK: its second byte is the delimiter.
#[test]
fn a_trail_byte_that_is_the_delimiter_stays_in_its_name() {
    for name in ["珅", "瑋", "韡", "東"] {
        let mut order = order("HXB");
        let full = format!("张{name}");
        order.lines[1].name = PersonName::parse(&full).unwrap();
        let encoded = bank("HXB").encode_payment(&order, &ToyKeys).unwrap();
        assert!(Charset::Gbk.encode(name).unwrap().ends_with(b"|"));
        assert!(
            encoded[0]
                .bytes
                .windows(2)
                .any(|pair| pair[1] == b'|' && pair[0] > 0x80)
        );
        let mut conversation = bank("HXB").submit(&order);
        let (_, requests, _) = converse(bank("HXB"), &mut conversation, accept);
        assert_eq!(support::names(&requests[0].lines)[1], full);
    }
}

/// Half a character (D5) before the delimiter would swallow it; the message is refused.
#[test]
fn half_a_character_is_refused() {
    let adapter = bank("HXB");
    let whole = result_bytes(adapter, &[Outcome::Paid]);
    let name = Charset::Gbk.encode("张样一").unwrap().into_owned();
    let at = whole.windows(name.len()).position(|w| w == name).unwrap();
    for cut in 1..name.len() {
        let mut broken = whole.clone();
        broken.drain(at + cut..at + name.len());
        let read = adapter.decode_result(&broken, &ToyKeys);
        if cut % 2 == 1 {
            assert!(read.is_err(), "{cut}");
        }
    }
}

#[test]
fn a_name_that_does_not_fit_is_a_finding_of_its_line() {
    let adapter = bank("HXB");
    let judge = |name: &str, code: FindingCode| {
        let mut order = order("HXB");
        order.lines[2].name = PersonName::parse(name).unwrap();
        let findings = adapter.encode_payment(&order, &ToyKeys).unwrap_err();
        assert_eq!(
            (findings[0].code, findings[0].line),
            (code, Some(3)),
            "{name}"
        );
        let mut conversation = adapter.submit(&order);
        let error = conversation.next(&ToyKeys).unwrap_err();
        assert_eq!(error.certainty, adapters::exchange::Certainty::Refused);
    };
    judge(&"长".repeat(31), FindingCode::NameTooLong);
    judge("张𠮷", FindingCode::NameNotEncodable);
    judge("张|三", FindingCode::NameNotEncodable);
    judge("张#三", FindingCode::NameNotEncodable);
}

#[test]
fn an_unlisted_code_is_unknown() {
    let adapter = bank("HXB");
    let bytes = result_bytes(adapter, &[Outcome::Paid]);
    let text = Charset::Gbk
        .decode(&bytes)
        .unwrap()
        .replacen("|01|", "|07|", 1);
    let changed = Charset::Gbk.encode(&text).unwrap().into_owned();
    let result = adapter.decode_result(&changed, &ToyKeys).unwrap();
    assert_eq!(result.lines[0].outcome, Outcome::Unknown);
    assert_eq!(result.lines[0].bank_code.as_deref(), Some("07"));
    assert_eq!(result.lines[1].outcome, Outcome::Paid);
    assert!(!result.is_final);
}

#[test]
fn failure_inside_a_success_answer_and_success_inside_a_refusal() {
    let adapter = bank("HXB");
    let bytes = result_bytes(adapter, &[Outcome::Paid]);
    let text = Charset::Gbk
        .decode(&bytes)
        .unwrap()
        .replacen("000000#", "EL9999#", 1);
    let changed = Charset::Gbk.encode(&text).unwrap().into_owned();
    let result = adapter.decode_result(&changed, &ToyKeys).unwrap();
    assert!(
        result
            .lines
            .iter()
            .all(|line| line.outcome == Outcome::Unknown)
    );
    assert_eq!(result.outcome, Outcome::Unknown);
}

#[test]
fn wrong_totals_and_doubled_rows_are_findings() {
    let adapter = bank("HXB");
    let bytes = result_bytes(adapter, &[Outcome::Paid]);
    let text = Charset::Gbk.decode(&bytes).unwrap().into_owned();
    let read = |text: &str| {
        let bytes = Charset::Gbk.encode(text).unwrap().into_owned();
        adapter.decode_result(&bytes, &ToyKeys)
    };
    let codes = |text: &str| -> Vec<FindingCode> {
        let result = read(text).unwrap();
        result
            .flaws
            .iter()
            .map(|flaw| flaw.finding().code)
            .collect()
    };
    let sum = text.replacen("25891.56", "25891.57", 1);
    assert_eq!(codes(&sum), [FindingCode::ControlSumMismatch]);
    // 6523.50 + 7080.00 + 5988.05 + 6300.00 + 0.01, and a fen more as stated.
    let finding = read(&sum).unwrap().flaws[0].finding();
    let said = "总金额不符：填写 25891.57 元，各行合计 25891.56 元";
    assert_eq!(finding.message(schemas::Lang::Zh), said);
    let doubled = text.replacen("#2|", "#1|", 1);
    // Two rows that nobody knows are not among the paid ones that the head counts.
    let expected = [
        FindingCode::LineNoDuplicate,
        FindingCode::ControlCountMismatch,
        FindingCode::ControlSumMismatch,
    ];
    assert_eq!(codes(&doubled), expected);
    let outcomes = read(&doubled).unwrap().lines;
    assert_eq!(outcomes[0].outcome, Outcome::Unknown);
    assert_eq!(outcomes[1].outcome, Outcome::Unknown);
    assert_eq!(outcomes[2].outcome, Outcome::Paid);
    // A row less than the message says is not the message.
    let start = text.find("#3|").unwrap();
    let end = text.find("#4|").unwrap();
    assert!(read(&format!("{}{}", &text[..start], &text[end..])).is_err());
}

#[test]
fn another_files_answer_is_refused() {
    for code in ["ICBC", "WZCB", "ZJNX", "HZCB", "CZBANK", "PSBC"] {
        let adapter = bank(code);
        let answer = result_bytes(adapter, &[Outcome::Paid]);
        let mut other = order(code);
        other.file_no = 4_712;
        let asked = query(&other, adapter.bank_side().references(other.file_no));
        let mut conversation = adapter.query(&asked);
        assert!(matches!(conversation.next(&ToyKeys), Ok(Next::Send(_))));
        assert!(conversation.feed(&answer, &ToyKeys).is_err(), "{code}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn mutated_messages_never_panic(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let banks = one_of_each_dialect();
        let adapter = *which.get(&banks);
        let mut bytes = result_bytes(adapter, &[Outcome::Accepted]);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        for door in Door::all() {
            let _ = decode_any(adapter.code(), &door, &bytes, &ToyKeys);
        }
    }

    #[test]
    fn any_bytes_never_panic(which: prop::sample::Index, bytes: Vec<u8>) {
        let code = which.get(&one_of_each_dialect()).code();
        for door in Door::all() {
            let _ = decode_any(code, &door, &bytes, &ToyKeys);
        }
    }
}
