//! What a payroll clerk reads on the terminal, in Chinese.

use super::intake::Day;
use super::stage::{Stage, Wanted, own, person};

/// Words of the program that no clerk should meet.
const ENGLISH: [&str; 6] = ["held", "in_progress", "settled", "unknown", "error", "yuan"];

fn no_english(text: &str) {
    for word in ENGLISH {
        assert!(!text.contains(word), "{word} in\n{text}");
    }
}

/// Each finding with its place, what is wrong and what to do.
pub fn a_refusal_says_what_to_do(stage: &Stage) {
    let mut wages = stage.wages("GZ-BAD", "HXB", &[Wanted::Paid, Wanted::Paid]);
    wages.rows[1].account = "12".to_owned();
    let bytes = wages.csv();
    let maker = person(own(), "maker");
    let refused = stage
        .submit_page(&maker, "page.csv", bytes.as_bytes())
        .expect(1);
    assert!(refused.stdout.contains("错误  序号 2(第 "), "{refused:?}");
    assert!(refused.stdout.contains("处理办法:"), "{refused:?}");
    assert!(refused.stdout.contains("错误 1 条"), "{refused:?}");
    assert!(
        refused.stderr.contains("文件未受理,批次号没有被占用"),
        "{refused:?}"
    );
    no_english(&refused.stdout);
}

/// Counts and sums by state, the lines that need somebody with the reason, and what is waited
/// for.
pub fn a_batch_stands_in_words(stage: &Stage, day: &Day) {
    let maker = person(own(), "maker");
    let page = stage.page(&maker, &["status", &day.hxb.id]).expect(0);
    for part in [
        "处理中",
        "工资月份",
        "付款账号",
        "已支付",
        "支付失败",
        "支付不明",
        "合计",
        "银行文件",
        "原因",
        "等待银行证据或两名运营人员裁定(自 ",
    ] {
        assert!(page.stdout.contains(part), "{part}: {}", page.stdout);
    }
    no_english(&page.stdout);
    let page = stage.page(&maker, &["status", &day.wzcb.id]).expect(0);
    for part in ["已办结", "已退汇", "已付后退汇"] {
        assert!(page.stdout.contains(part), "{part}: {}", page.stdout);
    }
    for row in day.hxb.wages.rows.iter().chain(&day.wzcb.wages.rows) {
        assert!(!page.stdout.contains(&row.account), "people are masked");
    }
    assert!(!page.stdout.contains('\u{1b}'), "colours are for terminals");
}
