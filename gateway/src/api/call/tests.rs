#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;

fn headers(name: &'static str, value: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("gateway.example:8443"));
    headers.insert(name, HeaderValue::from_str(value).unwrap());
    headers
}

#[test]
fn the_language_is_chinese_unless_english_is_wanted_more() {
    let cases = [
        ("", Lang::Zh),
        ("en", Lang::En),
        ("en-GB,en;q=0.9", Lang::En),
        ("zh-CN,zh;q=0.9,en;q=0.8", Lang::Zh),
        ("en;q=0.3, zh;q=0.31", Lang::Zh),
        ("fr, en;q=0.5", Lang::En),
        ("en;q=0", Lang::Zh),
        ("en;q=2", Lang::Zh),
        ("*", Lang::Zh),
    ];
    for (text, lang) in cases {
        assert_eq!(language(&headers("accept-language", text)), lang, "{text}");
    }
    assert_eq!(language(&HeaderMap::new()), Lang::Zh);
}

#[test]
fn what_another_site_started_is_refused() {
    let asked = |name, value| same_site(&headers(name, value), &Uri::from_static("/v1/batches"));
    assert!(asked("origin", "https://gateway.example:8443").is_ok());
    for origin in ["https://gateway.example", "https://evil.example", "null"] {
        assert!(asked("origin", origin).is_err(), "{origin}");
    }
    assert!(asked("sec-fetch-site", "cross-site").is_err());
    assert!(asked("sec-fetch-site", "same-origin").is_ok());
}

#[test]
fn the_kind_that_is_wanted_most_is_given() {
    let kinds = ["application/json", "text/csv"];
    let cases = [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/csv", "text/csv"),
        ("TEXT/CSV; charset=utf-8", "text/csv"),
        ("text/*", "text/csv"),
        ("text/csv;q=0.5, application/json", "application/json"),
        ("text/csv;q=0.5, application/json;q=0.4", "text/csv"),
        ("text/csv, application/json", "application/json"),
        ("text/csv;q=0.5, */*;q=0.6", "application/json"),
        ("*/*, application/json;q=0", "text/csv"),
        ("text/csv;q=0", "application/json"),
        ("image/png", "application/json"),
    ];
    for (text, kind) in cases {
        let preferred = preferred(&headers("accept", text), &kinds);
        assert_eq!(preferred, Some(kind), "{text}");
    }
}
