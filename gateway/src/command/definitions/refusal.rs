//! What is said of a refused preset in Chinese: the words that a clerk can meet. What a writer of a
//! dialect meets besides stands as the book says it.

use schemas::Lang;

/// The book's reason in a language.
pub(super) fn reason(what: &str, lang: Lang) -> String {
    if lang == Lang::En {
        return what.to_owned();
    }
    if let Some((_, zh)) = WHOLE.iter().find(|(en, _)| *en == what) {
        return (*zh).to_owned();
    }
    for (start, zh) in BEGINNINGS {
        if let Some(rest) = what.strip_prefix(start) {
            return format!("{zh}{}", rest_in_chinese(rest));
        }
    }
    what.to_owned()
}

/// `\`x\`, expected one of a, b`: the words of the definition stay as they are written.
fn rest_in_chinese(rest: &str) -> String {
    let rest = rest.replace(", expected one of ", ",可用:");
    let rest = rest.replace(", expected ", ",应为:");
    let rest = rest.replace(
        "; a bank may add codes, another meaning needs a new dialect",
        ";银行只能增加代码,含义不同须另写方言",
    );
    rest.replace(" has a meaning in dialect ", " 在方言中已有含义:")
}

const BEGINNINGS: [(&str, &str); 13] = [
    ("unknown dialect ", "没有这个方言 "),
    ("unknown field ", "没有这一项 "),
    ("unknown code table ", "没有这张代码表 "),
    ("unknown variant ", "没有这个词 "),
    ("unknown reason ", "没有这个失败原因 "),
    ("missing field ", "缺少 "),
    ("duplicate key", "同一项写了两次"),
    ("invalid type: ", "值的类型不对:"),
    (
        "the code is not that of the folder, ",
        "代码与目录名不同,目录名是 ",
    ),
    (
        "the list of banks does not have ",
        "银行名单里没有,须用 [identity] 写明行名等:",
    ),
    (
        "the list of banks says otherwise of ",
        "银行名单里已有且内容不同,请删去 [identity]:",
    ),
    (
        "failed needs a reason, one of ",
        "失败的代码须写原因 reason,可用:",
    ),
    ("code ", "代码 "),
];

const WHOLE: [(&str, &str); 9] = [
    (
        "the file is missing in its folder",
        "缺少这个文件;请补上,或移走它所在的目录",
    ),
    (
        "not UTF-8; perhaps it was saved as GBK: save it as UTF-8",
        "这一行不是 UTF-8 文字,可能存成了 GBK;请另存为 UTF-8",
    ),
    ("a cut-off is a time HH:MM", "截止时间要写成 16:00 的样子"),
    (
        "a bank's texts are not longer than its dialect's fields",
        "户名和备注的字节数不能超过方言的栏宽",
    ),
    (
        "the limits let nothing through",
        "这样的限制任何文件都通不过",
    ),
    ("only failed has a reason", "只有失败的代码才写原因 reason"),
    ("only accepted has a detail", "只有已受理的代码才写 detail"),
    ("an empty code means nothing", "代码不能为空"),
    (
        "no code: exact, prefix or suffix lists one at least",
        "没有代码:exact、prefix、suffix 至少写一个",
    ),
];
