//! What clerks vary in a title without meaning anything by it.

/// A title without its letter case, spaces, invisible characters, underscores, hyphens, the
/// colon at its end, the star of required columns, and the remarks of [`remark`] before or after
/// it.
pub(in crate::employer_files) fn normal(title: &str) -> String {
    let plain: String = title
        .chars()
        .filter(|c| !c.is_whitespace() && !crate::value::invisible(*c))
        .filter(|c| !matches!(c, '_' | '-' | '*' | '＊' | ':' | '：'))
        .flat_map(char::to_lowercase)
        .collect();
    let mut rest = plain.as_str();
    while let Some(shorter) = without_remark(rest) {
        rest = shorter;
    }
    rest.to_owned()
}

/// The title without one remark in brackets, or without `/元` at its end.
fn without_remark(title: &str) -> Option<&str> {
    const BRACKETS: [(char, char); 5] = [
        ('(', ')'),
        ('（', '）'),
        ('[', ']'),
        ('【', '】'),
        ('〔', '〕'),
    ];
    let bracketed = BRACKETS.into_iter().find_map(|(open, close)| {
        let after = title
            .strip_suffix(close)
            .and_then(|title| title.rsplit_once(open));
        let before = title
            .strip_prefix(open)
            .and_then(|title| title.split_once(close))
            .map(|(inside, rest)| (rest, inside));
        let found = [after, before].into_iter().flatten();
        let mut remarks = found.filter(|(rest, inside)| !rest.is_empty() && remark(inside));
        remarks.next().map(|(rest, _)| rest)
    });
    bracketed.or_else(|| title.strip_suffix("/元").filter(|rest| !rest.is_empty()))
}

/// Remarks that leave the meaning of a title as it is: the unit that amounts have anyway, and
/// whether or how the field is filled in. 万元, 分 or another currency is none of them.
fn remark(inside: &str) -> bool {
    matches!(
        inside,
        "元" | "人民币"
            | "人民币元"
            | "单位元"
            | "cny"
            | "rmb"
            | "yuan"
            | "必填"
            | "必填项"
            | "选填"
            | "非必填"
            | "可选"
            | "required"
            | "optional"
            | "文本"
            | "文本格式"
            | "text"
    )
}
