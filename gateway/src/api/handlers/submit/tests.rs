#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{place, refused};
use http_body_util::BodyExt as _;
use schemas::Lang;
use schemas::employer_files::{Format, Summary};
use schemas::value::Fen;

fn summary(errors: u64) -> Summary {
    Summary {
        format: Some(Format::Csv),
        encoding: Some("UTF-8".to_owned()),
        head: None,
        draft: None,
        line_count: 5,
        total: Some(Fen(0)),
        lines_ok: 0,
        total_ok: Some(Fen(0)),
        errors,
        warnings: 2,
        notes: 1,
        digest: [0; 32],
    }
}

async fn document(errors: u64, shown: u64, lang: Lang) -> serde_json::Value {
    let response = refused(shown, &summary(errors)).into_response(lang, "/v1/batches");
    let body = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn findings_that_an_answer_can_t_carry_are_told_in_words() {
    let all = document(2, 5, Lang::Zh).await;
    assert_eq!(all["findings_total"], 5);
    assert!(all.get("findings_left_out").is_none());
    let cut = document(7, 3, Lang::Zh).await;
    assert_eq!(
        (&cut["findings_total"], &cut["findings_left_out"]),
        (&10.into(), &7.into())
    );
    let zh = "问题共 10 条（错误 7、警告 2、提示 1），此处只列出前 3 条";
    assert!(cut["detail"].as_str().unwrap().contains(zh), "{cut}");
    let en = "Of 10 findings (7 errors, 2 warnings, 1 notes) the first 3 are here";
    let cut = document(7, 3, Lang::En).await;
    assert!(cut["detail"].as_str().unwrap().contains(en), "{cut}");
}

#[test]
fn a_conflict_s_field_is_named_as_the_clerk_knows_it() {
    let zh = [
        ("lines[3].name", "第 3 笔明细的姓名（lines[3].name）"),
        ("lines[3]", "第 3 笔明细（lines[3]）"),
        ("total_amount", "总金额（total_amount）"),
        (
            "content",
            "仅文件写法或读不出的内容，读得出的各字段均相同（content）",
        ),
    ];
    for (field, words) in zh {
        assert_eq!(place(field, Lang::Zh), words);
    }
    assert_eq!(
        place("lines[3].memo", Lang::En),
        "memo of line 3 (lines[3].memo)"
    );
}
