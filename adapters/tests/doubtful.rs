//! Rows whose status and code of an error do not go together, and returns that tell why, in the
//! banks' own bytes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use adapters::exchange::{LineOutcome, Outcome};
use schemas::FailureReason;
use schemas::text::Charset;
use support::ToyKeys;

fn pushed(bank: &str, bytes: &[u8]) -> LineOutcome {
    let adapter = support::bank(bank);
    let push = adapter.decode_push(bytes, &ToyKeys).unwrap();
    push.lines.into_iter().next().unwrap()
}

/// A push of Hua Xia's line form about one row.
fn hxb(status: &str, code: &str, text: &str) -> LineOutcome {
    let line = format!(
        "axp0001#AX0000004711#6523.50#1#1#1|6200000000000000018|张样一|6523.50|{status}|{code}|\
         {text}||||#@@@@\r\n"
    );
    pushed("HXB", &Charset::Gbk.encode(&line).unwrap())
}

/// A push of the synthetic JSON form about one row.
fn bob(status: &str, code: &str) -> LineOutcome {
    let message = serde_json::json!({
        "sign": "",
        "event": "PAYROLL_RESULT",
        "data": {
            "fileNo": "AN0000004711",
            "rows": "1",
            "items": [{
                "seqNo": "1",
                "payeeAccount": "6200000000000000018",
                "payeeName": "张样一",
                "amount": "6523.50",
                "status": status,
                "failCode": code,
            }],
        },
    });
    pushed("BOB", &support::signed_json(&message))
}

type Told<'a> = (
    Outcome,
    Option<FailureReason>,
    Option<&'a str>,
    Option<&'a str>,
);

fn told(line: &LineOutcome) -> Told<'_> {
    (
        line.outcome,
        line.return_reason,
        line.bank_code.as_deref(),
        line.detail.as_deref(),
    )
}

#[test]
fn a_return_shows_the_banks_reason() {
    // Hua Xia's reasons are not public: the code is shown, and no reason is made of it.
    let line = hxb("11", "R01", "户名不符");
    assert_eq!(told(&line), (Outcome::Returned, None, Some("R01"), None));
    assert_eq!(line.bank_text.as_deref(), Some("户名不符"));
    let line = hxb("11", "", "");
    assert_eq!(told(&line), (Outcome::Returned, None, Some("11"), None));
    let line = bob("RETURNED", "R01");
    let reason = Some(FailureReason::AccountNotFound);
    assert_eq!(told(&line), (Outcome::Returned, reason, Some("R01"), None));
    let line = bob("RETURNED", "R99");
    assert_eq!(told(&line), (Outcome::Returned, None, Some("R99"), None));
}

#[test]
fn success_with_the_code_of_a_failure_is_unknown() {
    let doubtful = Some("paid_with_failure_code");
    for line in [hxb("01", "R01", "户名不符"), bob("SUCCESS", "R01")] {
        assert_eq!(told(&line), (Outcome::Unknown, None, Some("R01"), doubtful));
    }
    // No code, or one of zeros, says that nothing failed.
    for line in [hxb("01", "", ""), hxb("01", "000000", "")] {
        assert_eq!(told(&line), (Outcome::Paid, None, Some("01"), None));
    }
    for line in [bob("SUCCESS", ""), bob("SUCCESS", "0000")] {
        assert_eq!(told(&line), (Outcome::Paid, None, Some("SUCCESS"), None));
    }
}
