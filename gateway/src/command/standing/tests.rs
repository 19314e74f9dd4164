#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{batch_state, line_state, moment, write_batch, write_findings, write_lines};
use crate::command::terminal::Paper;
use schemas::{Lang, LineState};
use serde_json::{Value, json};

fn printed(write: impl FnOnce(&mut Paper<&mut Vec<u8>>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut Paper::plain(&mut out)).unwrap();
    String::from_utf8(out).unwrap()
}

fn batch() -> Value {
    json!({
        "batch_id": "B20261123-42", "batch_no": "GZ-1", "state": "released",
        "pay_month": "2026-11", "paying_bank": "ICBC", "payer_account": "1202***2345",
        "accepted_at": "2026-11-23T10:00:00.123+08:00", "submitted_by": "urn:anxin:employer:9",
        "approved": { "at": "2026-11-23T10:05:00+08:00", "person": "urn:p" },
        "withdrawn": null, "disputed_count": 0,
        "states": {
            "refused": { "count": 1, "fen": 0 },
            "released": { "count": 2, "fen": 1_360_350 },
        },
        "line_count": 2, "total_fen": 1_360_350, "next_bank_day": "2026-11-24",
        "waits_for": {
            "what": "dispatch", "text": "等待发往银行", "since": "2026-11-23T10:05:00+08:00",
        },
        "files": [],
    })
}

#[test]
fn every_state_has_words_in_both_languages() {
    for state in LineState::ALL {
        let (zh, _) = line_state(state.as_str(), Lang::Zh);
        assert!(!zh.is_ascii(), "{zh}");
        assert!(line_state(state.as_str(), Lang::En).0.is_ascii());
    }
    for state in [
        "held",
        "released",
        "in_progress",
        "settled",
        "withdrawn",
        "refused",
    ] {
        assert!(!batch_state(state, Lang::Zh).is_ascii(), "{state}");
    }
    assert_eq!(batch_state("new_word", Lang::Zh), "new_word");
    assert_eq!(
        moment("2026-11-23T10:00:00.123+08:00"),
        "2026-11-23 10:00:00 +08:00"
    );
}

#[test]
fn other_payments_of_the_same_wages_are_named_with_what_to_state() {
    let mut barred = batch();
    barred["other_payments"] = json!({
        "as_of": 4711, "line_count": 1, "payments": [
            { "payment_id": "B20261123-42.1", "other_payment_id": "B20261120-7.3" },
        ],
    });
    for (lang, words) in [(Lang::Zh, "同一工资已由"), (Lang::En, "is paid by")] {
        let text = printed(|paper| write_batch(paper, &barred, lang));
        for part in ["B20261123-42.1", words, "B20261120-7.3", "as_of 4711"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}

#[test]
fn a_batch_stands_in_chinese_with_what_it_waits_for_and_the_bank_day() {
    let text = printed(|paper| write_batch(paper, &batch(), Lang::Zh));
    for part in [
        "B20261123-42  GZ-1  已复核,待发送",
        "受理 2026-11-23 10:00:00 +08:00  urn:anxin:employer:9",
        "复核 2026-11-23 10:05:00 +08:00",
        "未受理     1     不计入",
        "待发送     2  13,603.50",
        "合计       2  13,603.50",
        "等待发往银行(自 2026-11-23 10:05:00 +08:00)",
        "受理时算得的最早可发往银行的银行日 2026-11-24",
    ] {
        assert!(text.contains(part), "{part:?} in\n{text}");
    }
    let english = ["released", "held", "state", "lines"];
    for word in english {
        assert!(!text.contains(word), "{word} in\n{text}");
    }
    assert!(!text.contains('\u{1b}'), "colours are for terminals");
    let text = printed(|paper| write_batch(paper, &batch(), Lang::En));
    let day = "earliest bank day, as seen when it was accepted: 2026-11-24";
    assert!(text.contains(day), "{text}");
}

#[test]
fn findings_have_place_field_reason_and_remedy() {
    let findings = json!([{
        "code": "amount_invalid", "severity": "error", "line": 3, "row": 15,
        "field": "amount", "value": "1.005", "message": "实发金额“1.005”不正确",
        "hint": "请写两位小数",
    }]);
    let text = printed(|paper| write_findings(paper, &findings, Lang::Zh));
    assert_eq!(
        text,
        "错误  序号 3(第 15 行)  实发金额  实发金额“1.005”不正确  [amount_invalid]\n    \
         处理办法:请写两位小数\n错误 1 条,警告 0 条,提示 0 条\n"
    );
}

#[test]
fn lines_that_need_somebody_say_why() {
    let lines = [
        json!({
            "line_no": 1, "row": 13, "name": "张**", "amount_fen": 652_350, "state": "failed",
            "reason_text": "账户已销户", "bank_code": "E17", "bank_text": "销户",
        }),
        json!({
            "line_no": 2, "row": 14, "name": null, "amount_fen": null, "state": "refused",
            "refused_by": [{ "message": "缺少姓名" }, { "message": "缺少金额" }],
        }),
        json!({
            "line_no": 3, "row": 15, "name": "李**", "amount_fen": 1, "state": "unknown",
            "why": "2026-11-23 发出的付款指令没有得到应答",
        }),
    ];
    let text = printed(|paper| write_lines(paper, &lines, Lang::Zh));
    for part in [
        "支付失败  账户已销户(银行:E17 销户)",
        "未受理    缺少姓名;缺少金额",
        "支付不明  2026-11-23 发出的付款指令没有得到应答",
    ] {
        assert!(text.contains(part), "{part:?} in\n{text}");
    }
}
