//! What leaves.

use super::Verdict::{self, Pass, Skip};
use adapters::exchange::{Certainty, OrderLine, PaymentOrder, PlanLine, PushReceipt};
use schemas::employer_files::{Asked, LineRules as _};
use schemas::text::Charset;
use schemas::value::{AccountNo, Fen, PersonName, Purpose};
use schemas::{FindingCode, LineNo};
use tests::talk::Talk;

/// What the bank's line rules say of a line: the codes.
fn judged(talk: &Talk, line: &OrderLine) -> Vec<FindingCode> {
    let pay_line = Asked {
        line_no: LineNo(1),
        row: 1,
        name: Some(line.name.reveal(Purpose::Matching)),
        memo: line.memo.as_deref(),
        amount: Some(line.amount),
        account: Some(line.account),
        payee_bank: line.payee_bank,
    };
    let mut findings = Vec::new();
    talk.adapter.line_rules().judge(&pay_line, &mut findings);
    findings.iter().map(|finding| finding.code).collect()
}

/// The order with a changed first line.
fn changed(talk: &Talk, change: impl FnOnce(&mut OrderLine)) -> PaymentOrder {
    let mut order = talk.order.clone();
    change(&mut order.lines[0]);
    order
}

/// Line rules and encoder agree: refused by both before anything left, or read back unchanged.
fn agrees(talk: &Talk, order: &PaymentOrder) -> Option<Vec<FindingCode>> {
    let code = talk.adapter.code();
    let line = &order.lines[0];
    let codes = judged(talk, line);
    match talk.lines(order) {
        Ok(lines) => {
            assert!(
                codes.is_empty(),
                "{code}: {codes:?} and written all the same"
            );
            assert_eq!(lines.len(), order.lines.len(), "{code}");
            assert_eq!(lines[0].name, line.name, "{code}");
            assert_eq!(
                (lines[0].account, lines[0].amount),
                (line.account, line.amount)
            );
            if let (Some(read), Some(own)) = (&lines[0].memo, &line.memo) {
                assert_eq!(read, own, "{code}");
            }
            None
        }
        Err(error) => {
            assert!(!codes.is_empty(), "{code}: {error} and no finding");
            assert_eq!(error.certainty, Certainty::Refused, "{code}");
            assert_eq!(error.findings[0].row, Some(1), "{code}: the row is named");
            Some(codes)
        }
    }
}

fn named(talk: &Talk, name: &str) -> PaymentOrder {
    changed(talk, |line| line.name = PersonName::parse(name).unwrap())
}

/// An SM2 signature has a fresh number in it; the bytes and all else are the same.
pub fn encode_is_deterministic(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    // A seal is another one each time; from the same seed it is the same.
    let fresh = || Talk::with(talk.adapter);
    let write = || {
        let keys = fresh().keys;
        talk.adapter.encode_payment(&talk.order, &keys).unwrap()
    };
    let (once, again) = (write(), write());
    assert!(!once.is_empty());
    for (one, other) in once.iter().zip(&again) {
        assert_eq!(one.bytes, other.bytes, "{code} {}", one.step);
        assert_eq!(one.file_name, other.file_name, "{code}");
    }
    let sent = fresh().submit(&talk.order).unwrap();
    assert_eq!(
        sent[0].0.bytes, once[0].bytes,
        "{code}: convert shows what is sent"
    );
    Pass
}

pub fn encode_totals_are_those_of_the_lines(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    for count in 1..=talk.order.lines.len() {
        let mut order = talk.order.clone();
        order.lines.truncate(count);
        let sum: i64 = order.lines.iter().map(|line| line.amount.0).sum();
        let messages = talk.submit(&order).unwrap();
        for (_, request) in &messages {
            let stated = request.count.is_none_or(|n| n as usize == count);
            assert!(stated, "{code} {}", request.step);
            assert!(
                request.total.is_none_or(|total| total == Fen(sum)),
                "{code}"
            );
        }
    }
    Pass
}

/// Nothing is ever replaced by `?` or by a character reference.
pub fn encode_character_that_the_bank_has_not(talk: &Talk) -> Verdict {
    match talk.adapter.charset_out() {
        Charset::Utf8 | Charset::Gb18030 => Skip("its character set has every character"),
        Charset::Gbk | Charset::Gb2312 => {
            for name in ["张𠮷", "𪜶样一", "李😀"] {
                let codes = agrees(talk, &named(talk, name));
                assert_eq!(codes, Some(vec![FindingCode::NameNotEncodable]), "{name}");
            }
            Pass
        }
    }
}

/// Bytes of the bank's character set are counted, not characters.
pub fn encode_name_too_long_in_bytes(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let charset = talk.adapter.charset_out();
    let width = charset.byte_len("长").unwrap();
    let most = talk.adapter.limits().name_bytes_max;
    let fits = "长".repeat(most / width) + &"A".repeat(most % width);
    assert_eq!(
        agrees(talk, &named(talk, &fits)),
        None,
        "{code}: {most} bytes"
    );
    let long = format!("{fits}A");
    let codes = agrees(talk, &named(talk, &long));
    assert_eq!(codes, Some(vec![FindingCode::NameTooLong]), "{code}");
    Pass
}

pub fn encode_amounts_at_the_edges(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let most = talk.adapter.limits().amount_max;
    for fen in [1, 9, 10, 99, 100, 101, 1_000, 100_000_001, most.0] {
        let order = changed(talk, |line| line.amount = Fen(fen.min(most.0)));
        assert_eq!(agrees(talk, &order), None, "{code}: {fen}");
    }
    let over = changed(talk, |line| line.amount = Fen(most.0 + 1));
    assert_eq!(
        judged(talk, &over.lines[0]),
        [FindingCode::AmountOverLimit],
        "{code}"
    );
    Pass
}

pub fn encode_cuts_at_the_line_limit(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let most = talk.adapter.limits().rows_max as usize;
    let line = PlanLine {
        payee_bank: Some(code),
        amount: Fen(100),
        name_bytes: 9,
        memo_bytes: 12,
    };
    let files = talk.adapter.plan(&vec![line; most + 1]);
    let all: Vec<usize> = files.iter().flatten().copied().collect();
    assert_eq!(
        all,
        (0..=most).collect::<Vec<_>>(),
        "{code}: every line once, in order"
    );
    assert!(files.iter().all(|file| file.len() <= most), "{code}");
    Pass
}

pub fn encode_separator_in_a_text(talk: &Talk) -> Verdict {
    for separator in [
        "|", "#", "^", ",", ";", ":", "::", "|::|", "<", ">", "&", "\"", "'", "\\",
    ] {
        for name in [format!("张{separator}样"), format!("张样{separator}")] {
            agrees(talk, &named(talk, &name));
        }
        let memo = format!("工{separator}资&#134071;");
        agrees(talk, &changed(talk, |line| line.memo = Some(memo)));
    }
    Pass
}

/// GBK 珅 瑋 韡 東 end in `|`; others end in `^`, `\` or have digits inside.
pub fn encode_trail_bytes_that_look_like_separators(talk: &Talk) -> Verdict {
    for name in ["珅瑋", "韡東", "陳東珅", "乗俓", "鈂僜", "張韡"] {
        let refused = agrees(talk, &named(talk, name));
        assert_eq!(refused, None, "{}: {name}", talk.adapter.code());
    }
    Pass
}

pub fn encode_control_character_in_a_text(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let carries = talk.lines(&talk.order).unwrap()[0].memo.is_some();
    for character in ["\n", "\r\n", "\t", "\u{0}", "\u{1b}"] {
        let order = changed(talk, |line| {
            line.memo = Some(format!("工资{character}#@@@@"))
        });
        let refused = agrees(talk, &order);
        assert_eq!(refused.is_some(), carries, "{code}: {character:?}");
    }
    match carries {
        true => Pass,
        false => Skip("its messages carry no memo"),
    }
}

pub fn encode_leading_zeros(talk: &Talk) -> Verdict {
    for account in [
        "00000001",
        "0012345678901234567",
        "00000000000000000000000000000001",
    ] {
        let most = talk.adapter.limits().account_digits_max;
        let account = &account[..account.len().min(most)];
        let order = changed(talk, |line| {
            line.account = AccountNo::parse(account).unwrap();
            line.memo = Some("0007".to_owned());
        });
        assert_eq!(
            agrees(talk, &order),
            None,
            "{}: {account}",
            talk.adapter.code()
        );
    }
    Pass
}

/// The longest account fits, and one digit more is refused where that still is an account.
pub fn encode_account_too_long(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let most = talk.adapter.limits().account_digits_max;
    let of = |digits: usize| {
        changed(talk, |line| {
            line.account = AccountNo::parse(&"6".repeat(digits)).unwrap();
        })
    };
    assert_eq!(agrees(talk, &of(most)), None, "{code}: {most}");
    if most >= 32 {
        return Skip("it takes every account");
    }
    let codes = agrees(talk, &of(most + 1));
    assert_eq!(codes, Some(vec![FindingCode::TextTooLong]), "{code}");
    Pass
}

/// A bank that pays its own accounts only: line rules and encoder refuse another one.
pub fn encode_payee_at_another_bank(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let elsewhere = if code.as_str() == "BOC" { "ABC" } else { "BOC" };
    let bank = schemas::BankCode::parse(elsewhere).ok();
    let mut order = changed(talk, |line| line.payee_bank = bank);
    if talk.adapter.capability().one_class_per_file {
        // Own and other accounts never stand in one file there.
        order.lines.truncate(1);
    }
    let codes = agrees(talk, &order);
    let refused = vec![FindingCode::PayeeBankNotPaid];
    let only = !talk.adapter.capability().other_banks;
    assert_eq!(codes, only.then_some(refused), "{code}");
    Pass
}

/// The bank tells files apart by what we send: no number of ours is cut.
pub fn encode_two_files_have_two_references(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    for file_no in [1, 100, 101, 1_000_001, 1_000_000_001, 9_999_999_999] {
        let mut order = talk.order.clone();
        order.file_no = file_no;
        for (_, request) in talk.submit(&order).unwrap() {
            assert_eq!(request.file_no, Some(file_no), "{code} {}", request.step);
        }
    }
    Pass
}

/// Our receipt for a push names the file where the push named one that the bank has; where it
/// did not, the place is empty and the receipt says as much as before.
pub fn encode_push_receipt_names_the_file(talk: &Talk) -> Verdict {
    let code = talk.adapter.code();
    let side = talk.adapter.bank_side();
    let pushed = talk.adapter.pushed();
    let receipt = pushed.last().expect("our receipt").fields.iter();
    let mut places = receipt.map(|field| field.to_string());
    if !places.any(|place| place.contains("file.no")) {
        return Skip("our receipt for its push has no place for a file");
    }
    for file_no in [None, Some(5), Some(1_000_001), Some(9_999_999_999)] {
        let bytes = talk.adapter.encode_push_receipt(&PushReceipt {
            file_no,
            accepted: true,
            position: 1_230,
            at: talk.order.instructed_at,
        });
        let named = side.push_receipt_file_no(&bytes, &talk.keys).unwrap();
        assert_eq!(named, file_no, "{code}");
        let taken = side.read_push_receipt(&bytes, &talk.keys);
        assert_eq!(taken, Ok(true), "{code}");
    }
    Pass
}
