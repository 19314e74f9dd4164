//! A resolved adapter in plain words: what each value is called, and what it says.

use super::fields::words_of;
use crate::command::words::pick;
use adapters::Explained;
use schemas::codes::reason_text;
use schemas::{FailureReason, Lang};

/// The parts of an explanation, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Who it is and what stands behind it.
    Bank,
    /// What one file may hold.
    Limits,
    /// Which messages go to and fro, and what the connection must bring.
    Flow,
    /// What the bank's codes mean.
    Codes,
    /// How each message is built.
    Messages,
}

impl Part {
    /// All of them.
    pub(super) const ALL: [Self; 5] = [
        Self::Bank,
        Self::Limits,
        Self::Flow,
        Self::Codes,
        Self::Messages,
    ];

    /// Its title.
    pub(super) fn title(self, lang: Lang) -> &'static str {
        match self {
            Self::Bank => pick(
                lang,
                "一、银行与依据",
                "1. The bank and what stands behind it",
            ),
            Self::Limits => pick(lang, "二、一个文件的限制", "2. What one file may hold"),
            Self::Flow => pick(
                lang,
                "三、步骤与连接参数",
                "3. Steps, and what a connection brings",
            ),
            Self::Codes => pick(lang, "四、银行代码的含义", "4. What the bank's codes mean"),
            Self::Messages => pick(lang, "五、每份报文的写法", "5. How each message is built"),
        }
    }

    fn of(name: &str) -> Self {
        let first = name.split('.').next().unwrap_or_default();
        match first {
            "limits" => Self::Limits,
            "connection" => Self::Flow,
            "codes" | "reasons" => Self::Codes,
            "submit" | "query" | "returns" if name == first => Self::Flow,
            "submit" | "query" | "returns" | "push" => Self::Messages,
            _ => Self::Bank,
        }
    }
}

/// One value in plain words.
pub(super) struct Plain {
    pub(super) part: Part,
    pub(super) name: String,
    pub(super) value: String,
}

/// A value in plain words; `None` for a text that is meant for readers of another language.
pub(super) fn plain(each: &Explained, lang: Lang) -> Option<Plain> {
    if let Some(name) = each.name.strip_prefix("other.") {
        let of_others = Explained {
            name: name.to_owned(),
            ..each.clone()
        };
        let said = plain(&of_others, lang)?;
        let word = pick(lang, "跨行", "other banks");
        return Some(Plain {
            name: format!("{word}: {}", said.name),
            ..said
        });
    }
    let part = Part::of(&each.name);
    let rest = |start: &str| each.name.strip_prefix(start);
    let (name, value) = match part {
        Part::Codes => match (rest("codes."), rest("reasons.")) {
            (Some(code), _) => (code_name(code, lang), outcome(&each.value, lang)),
            (None, Some(reason)) => (reason_name(reason, lang), each.value.clone()),
            (None, None) => (each.name.clone(), each.value.clone()),
        },
        Part::Messages => (place(&each.name, lang), description(&each.value, lang)),
        Part::Flow if rest("connection.").is_some() => {
            let field = rest("connection.")?.strip_suffix(pick(lang, ".zh", ".en"))?;
            let word = pick(lang, "连接参数", "connection value");
            (format!("{word} {field}"), each.value.clone())
        }
        Part::Bank | Part::Limits | Part::Flow => (head(&each.name, lang), each.value.clone()),
    };
    Some(Plain { part, name, value })
}

fn head(name: &str, lang: Lang) -> String {
    let known = HEADS.iter().find(|(own, ..)| *own == name);
    known
        .map_or(name, |(_, zh, en)| pick(lang, zh, en))
        .to_owned()
}

/// `line.0000`: code 0000 of the table `line`.
fn code_name(name: &str, lang: Lang) -> String {
    let (table, code) = name.split_once('.').unwrap_or((name, ""));
    match lang {
        Lang::Zh => format!("代码 {code}({table} 表)"),
        Lang::En => format!("code {code} (table {table})"),
    }
}

fn reason_name(word: &str, lang: Lang) -> String {
    let reason = FailureReason::parse(word);
    let text = reason.map_or(word, |reason| reason_text(reason, lang));
    match lang {
        Lang::Zh => format!("失败原因“{text}”的代码"),
        Lang::En => format!("code of the reason: {text}"),
    }
}

/// The words of the contract for what a code says, with their meaning.
fn outcome(value: &str, lang: Lang) -> String {
    let (word, finer) = value.split_once(": ").unwrap_or((value, ""));
    let text = match word {
        "paid" => pick(lang, "已付", "paid"),
        "failed" => pick(lang, "失败", "failed"),
        "accepted" => pick(lang, "已受理", "accepted"),
        "unknown" => pick(
            lang,
            "支付不明,须人工核实",
            "unknown: somebody has to find out",
        ),
        "returned" => pick(lang, "退汇", "returned"),
        _ => word,
    };
    let finer = match FailureReason::parse(finer) {
        Some(reason) => reason_text(reason, lang),
        None if finer == "not_found" => pick(lang, "银行查无此笔", "not found at the bank"),
        None => finer,
    };
    match finer {
        "" => text.to_owned(),
        _ => format!("{text}{}{finer}", pick(lang, ":", ": ")),
    }
}

/// `submit.file.request.row.3`: the third column of each row in the request of step `file`.
fn place(name: &str, lang: Lang) -> String {
    let mut words = Vec::new();
    let mut parts = name.split('.').peekable();
    let flow = parts.next().unwrap_or_default();
    words.push(word(flow, lang).to_owned());
    while let Some(part) = parts.next() {
        let number = parts.peek().and_then(|next| next.parse::<u32>().ok());
        match (part, number) {
            ("head" | "row" | "envelope" | "also", Some(number)) => {
                parts.next();
                let word = word(part, lang);
                words.push(match lang {
                    Lang::Zh => format!("{word}第 {number} 项"),
                    Lang::En => format!("{word} {number}"),
                });
            }
            _ => words.push(word(part, lang).to_owned()),
        }
    }
    words.join(" ")
}

fn word(part: &str, lang: Lang) -> &str {
    let known = PLACES.iter().find(|(own, ..)| *own == part);
    known.map_or(part, |(_, zh, en)| pick(lang, zh, en))
}

/// A field's description with what a clerk calls it beside its name.
fn description(value: &str, lang: Lang) -> String {
    let mut words: Vec<String> = Vec::new();
    for token in value.split(' ') {
        let name = token.trim_end_matches(',');
        let tail = token.get(name.len()..).unwrap_or_default();
        words.push(match words_of(name, lang) {
            Some(called) => format!("{called}[{name}]{tail}"),
            None => token.to_owned(),
        });
    }
    let mut text = words.join(" ");
    if lang == Lang::Zh {
        for (en, zh) in PHRASES {
            text = text.replace(en, zh);
        }
    }
    text
}

/// Parts of a description; longer ones before those that they hold.
const PHRASES: [(&str, &str); 23] = [
    (" as text", ""),
    (" as number", ""),
    (" as fen", ",以分为单位"),
    (" as yuan2", ",以元为单位、两位小数"),
    (" as yuan3", ",以元为单位、三位小数"),
    (" as decimal", ",以元为单位的小数"),
    (" as date8", ",写成 20261123"),
    (" as date10", ",写成 2026-11-23"),
    (" as month6", ",写成 202611"),
    (" as monthzh", ",写成 2026年11月"),
    (" as time6", ",写成 093000"),
    (" as time9", ",写成 093000123"),
    (" as stamp14", ",写成 20261123093000"),
    (" as stamp17", ",写成 20261123093000123"),
    (" as stamp19t", ",写成 2026-11-23T09:30:00"),
    (" as stamp19", ",写成 2026-11-23 09:30:00"),
    (", required", ",必填"),
    (", at most ", ",最多字节数 "),
    (", width ", ",栏宽 "),
    (" bytes", ""),
    ("length of the payload", "内层报文的长度"),
    ("code of the step", "交易代码"),
    ("(anything is read)", "(银行写什么都接受)"),
];

/// Words of the place of a message: its flow, its direction, its part.
const PLACES: [(&str, &str, &str); 16] = [
    ("submit", "送盘", "submission,"),
    ("query", "查询", "query,"),
    ("returns", "退汇查询", "question for returns,"),
    ("push", "推送", "push,"),
    ("request", "请求", "request"),
    ("reply", "应答", "reply"),
    ("message", "报文", "message"),
    ("receipt", "我方回执", "our receipt"),
    ("also", "其他推送", "further push"),
    ("wire", "渠道", "channel"),
    ("pages", "每页笔数", "rows of a page"),
    ("layout", "格式(由里到外)", "layout, from the inside"),
    (
        "forbidden",
        "不可出现的字符",
        "characters that it can't have",
    ),
    ("envelope", "外层", "envelope, field"),
    ("head", "文件头", "head, field"),
    ("row", "每笔", "each row, field"),
];

const HEADS: [(&str, &str, &str); 29] = [
    ("identity.name_zh", "中文全称", "legal name in Chinese"),
    ("identity.name_en", "英文全称", "legal name in English"),
    ("identity.kind", "银行种类", "kind of bank"),
    (
        "identity.cnaps_class",
        "联行号前三位",
        "first digits of its bank numbers",
    ),
    (
        "dialect",
        "方言(报文的样子)",
        "dialect: how its messages look",
    ),
    ("evidence", "依据等级", "evidence"),
    ("source", "依据来源", "where the dialect comes from"),
    (
        "synthetic",
        "其中自拟的报文",
        "messages of it that are ours",
    ),
    ("channel", "渠道", "channel"),
    (
        "charset_out",
        "我方报文字符集",
        "characters of what we send",
    ),
    (
        "charset_in",
        "银行报文字符集",
        "characters of what it sends",
    ),
    ("cut_off", "当日截止时间", "last time of a bank day"),
    (
        "pace.first_ms",
        "首次查询前等待(毫秒)",
        "wait before the first question, ms",
    ),
    (
        "pace.interval_ms",
        "查询间隔(毫秒)",
        "between questions, ms",
    ),
    ("pace.count_max", "最多查询次数", "questions at most"),
    (
        "pace.answer_limit_ms",
        "结果最迟到达(毫秒)",
        "latest answer, ms",
    ),
    (
        "returns_pace.first_ms",
        "付款后首次查退汇(毫秒)",
        "from payment to the first question for returns, ms",
    ),
    (
        "returns_pace.interval_ms",
        "查退汇间隔(毫秒)",
        "between questions for returns, ms",
    ),
    (
        "returns_pace.count_max",
        "最多查退汇次数",
        "questions for returns at most",
    ),
    ("limits.rows_max", "最多笔数", "lines at most"),
    ("limits.bytes_max", "最多字节数", "bytes at most"),
    (
        "limits.amount_max",
        "单笔最高金额(元)",
        "a line at most, yuan",
    ),
    (
        "limits.total_max",
        "总金额上限(元)",
        "the sum at most, yuan",
    ),
    (
        "limits.name_bytes_max",
        "户名最多字节数",
        "bytes of a name at most",
    ),
    (
        "limits.memo_bytes_max",
        "备注最多字节数",
        "bytes of a memo at most",
    ),
    (
        "limits.account_digits_max",
        "账号最多位数",
        "digits of an account at most",
    ),
    ("submit", "送盘步骤", "steps of a submission"),
    ("query", "查询步骤", "steps of a query"),
    ("returns", "退汇查询步骤", "steps of a question for returns"),
];
