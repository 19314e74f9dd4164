//! Where signatures in headers, requests by GET and sealed members may stand.

use adapters::Book;

const OWN: &str = include_str!("../../dialects/wechat_payroll/dialect.toml");
const FILE: &str = "dialects/wechat_payroll/dialect.toml";

const ANSWER: &str = r#"lines = ["moment", "nonce", "body"]"#;
const REQUEST: &str = r#"lines = ["method", "path", "moment", "nonce", "body"]"#;
const MOMENT: &str = r#"moment = "Wechatpay-Timestamp""#;
const GET: &str = r#"method = "get""#;
const EMPTY: &str = "[query.request.body.empty]";
const SEAL: &str = r#"slot = "bank", members"#;

/// What stands there, what stands there instead, and words of the refusal.
const WRONG: [(&str, &str, &str); 15] = [
    (
        ANSWER,
        r#"lines = ["moment", "body"]"#,
        "moment, nonce and body",
    ),
    (ANSWER, REQUEST, "moment, nonce and body"),
    (REQUEST, ANSWER, "over method, path, moment"),
    (
        MOMENT,
        r#"moment = "Wechatpay Timestamp""#,
        "letters, digits",
    ),
    (MOMENT, r#"moment = "wechatpay-nonce""#, "stands twice"),
    (
        r#""key_serial" }, within_s"#,
        r#""key_seriel" }, within_s"#,
        "`key_seriel`",
    ),
    (r#"" }, within_s = 300"#, r#"" }, within_s = 0"#, "within_s"),
    (
        r#"connection = "mchid""#,
        r#"connection = "mchit""#,
        "`mchit`",
    ),
    (
        r#"value = "nonce""#,
        r#"value = "moment""#,
        "its header says",
    ),
    ("300, parameters", "0, parameters", "within_s"),
    (EMPTY, "[query.request.body.json]\nhead = []", "empty body"),
    (
        GET,
        "method = \"get\"\ncontent_type = \"a/b\"",
        "no `content_type`",
    ),
    (GET, r#"method = "post""#, "`content_type`"),
    (SEAL, r#"slot = "fields", members"#, "no answer is signed"),
    ("[push.receipt.body.json]", "", "of a reply"),
];

#[test]
fn what_comes_in_headers_is_signed_and_stands_where_it_can() {
    let layer = OWN.lines().find(|line| line.contains("header_sign"));
    let in_receipt = format!(
        "[push.receipt]\n{}\n[push.receipt.body.json]",
        layer.unwrap()
    );
    for (old, new, words) in WRONG {
        assert!(OWN.contains(old), "{old}");
        let new = if new.is_empty() { &in_receipt } else { new };
        let text = OWN.replacen(old, new, 1);
        let refused = Book::from_files([(FILE, text.as_str())]).err();
        let refused = refused.unwrap_or_else(|| panic!("taken: {new}"));
        let what = &refused[0].what;
        assert!(what.contains(words), "{words} not in: {what}");
    }
    assert!(Book::from_files([(FILE, OWN)]).is_ok());
}
