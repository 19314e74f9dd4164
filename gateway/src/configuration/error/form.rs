//! What the parser of TOML says, in Chinese.

use std::io::ErrorKind;

/// The parser's words in Chinese; what is not known here stands as it is behind "the form".
pub(super) fn zh(detail: &str) -> String {
    let listed = |rest: &str| rest.replace(", ", "、").replace(" or ", "、");
    let with_list = |rest: &str, what: &str| match rest.split_once(", expected ") {
        Some((word, known)) => {
            let known = known.trim_start_matches("one of ");
            format!("{what} {word}，可用：{}", listed(known))
        }
        None => {
            let word = rest.split(", ").next().unwrap_or(rest);
            format!("{what} {word}，此处没有任何可用的字段")
        }
    };
    for (begin, what) in [
        ("unknown field ", "不认识的字段"),
        ("unknown variant ", "不能使用的取值"),
    ] {
        if let Some(rest) = detail.strip_prefix(begin) {
            return with_list(rest, what);
        }
    }
    for (begin, what) in [
        ("missing field ", "缺少字段"),
        ("duplicate field ", "字段重复："),
        ("duplicate key", "键重复"),
    ] {
        if let Some(rest) = detail.strip_prefix(begin) {
            return format!("{what} {}", rest.trim()).trim_end().to_owned();
        }
    }
    for (begin, what) in [
        ("invalid type: ", "类型不对"),
        ("invalid value: ", "取值不对"),
        ("invalid length ", "长度不对"),
    ] {
        let rest = detail.strip_prefix(begin);
        if let Some((found, wanted)) = rest.and_then(|rest| rest.split_once(", expected ")) {
            return format!("{what}：是 {found}，应为 {wanted}");
        }
    }
    format!("写法有误（{detail}）")
}

/// Why a file can't be read, in Chinese.
pub(super) fn kind_zh(kind: ErrorKind) -> String {
    let known = [
        (ErrorKind::NotFound, "找不到该文件"),
        (ErrorKind::PermissionDenied, "没有读取权限"),
        (ErrorKind::IsADirectory, "是目录，不是文件"),
        (ErrorKind::NotADirectory, "路径中有一段不是目录"),
        (ErrorKind::InvalidData, "不是 UTF-8 文本"),
        (ErrorKind::InvalidInput, "不是普通文件"),
    ];
    let found = known.into_iter().find(|(own, _)| *own == kind);
    found.map_or_else(|| format!("系统返回 {kind}"), |(_, zh)| zh.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use crate::configuration::{ConfigurationError, Problem, Settings};
    use schemas::Lang;
    use std::path::Path;

    fn told(text: &str) -> String {
        let error = toml::from_str::<Settings>(text).unwrap_err();
        let error = ConfigurationError {
            file: Path::new("gateway.toml").to_owned(),
            line: Some(1),
            problem: Problem::Form(error.message().to_owned()),
        };
        error.message(Lang::Zh)
    }

    /// What an operator mistypes most.
    #[test]
    fn the_parsers_words_have_their_chinese() {
        let unknown = told("profil = \"production\"\n");
        assert!(
            unknown.starts_with("不认识的字段 `profil`，可用："),
            "{unknown}"
        );
        assert!(unknown.contains("`profile`"), "{unknown}");
        let variant = told("profile = \"test\"\n");
        assert!(
            variant.starts_with("不能使用的取值 `test`，可用："),
            "{variant}"
        );
        let kind = told("profile = 7\n");
        assert!(!kind.starts_with("invalid"), "{kind}");
        let missing = Problem::Unreadable(std::io::ErrorKind::NotFound);
        let error = ConfigurationError {
            file: Path::new("gateway.toml").to_owned(),
            line: None,
            problem: missing,
        };
        assert_eq!(error.message(Lang::Zh), "文件无法读取（找不到该文件）");
    }
}
