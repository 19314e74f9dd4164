//! The page of one dialect: for whoever builds or checks the bank's side of it.

use super::{bank_links, both, capabilities, code, evidence, paper, table};
use crate::command::banks::evidence_words;
use adapters::explain::{MessageText, StepText};
use adapters::{BankAdapter, Book, Explained};
use schemas::Lang;

/// Where the definitions' folder is, seen from a dialect's page.
const DEFINITIONS: &str = "../../../../adapters/";

pub fn page(dialect: &BankAdapter, book: &Book) -> String {
    let name = dialect.dialect();
    let readme = format!("dialects/{name}/README.md");
    let title = Book::paper(&readme).and_then(|readme| readme.lines().next());
    let title = title.unwrap_or_default().trim_start_matches('#').trim();
    let level = dialect.evidence();
    let mut text = format!("# {title}\n\n");
    text.push_str(&format!(
        "**{}**\n\n",
        both(|lang| evidence_words(level, lang).to_owned())
    ));
    let values = dialect.explain();
    facts(&mut text, dialect, &values, book);
    connection(&mut text, dialect);
    steps(&mut text, &dialect.steps());
    text.push_str("## 推送 · Push\n\n");
    dialect
        .pushed()
        .iter()
        .for_each(|message| messages(&mut text, message));
    let kept = dialect.kept();
    if !kept.is_empty() {
        text.push_str("## 只供查看 · Read for people only\n\n");
        text.push_str("`anxin decode` 另外能读的应答,网关自己不用。");
        text.push_str("Further answers that `anxin decode` reads; the gateway never does.\n\n");
    }
    kept.iter().for_each(|message| messages(&mut text, message));
    coded(&mut text, &values);
    samples(&mut text, dialect);
    text.push_str("## 依据 · What stands on what\n\n");
    text.push_str(&paper(&readme));
    text
}

/// What is said of the dialect as a whole, with a word in Chinese for each name.
const ITEMS: [(&str, &str); 28] = [
    ("source", "来源"),
    ("synthetic", "自拟部分"),
    ("charset_out", "我方报文字符集"),
    ("charset_in", "银行报文字符集"),
    ("limits.rows_max", "每文件笔数"),
    ("limits.bytes_max", "报文字节"),
    ("limits.amount_max", "单笔金额(元)"),
    ("limits.total_max", "文件金额(元)"),
    ("limits.name_bytes_max", "户名字节"),
    ("limits.memo_bytes_max", "附言字节"),
    ("limits.account_digits_max", "账号位数"),
    ("pace.first_ms", "首次查询前等待(毫秒)"),
    ("pace.interval_ms", "查询间隔(毫秒)"),
    ("pace.count_max", "最多查询次数"),
    ("pace.answer_limit_ms", "无结果转不明(毫秒)"),
    ("returns_pace.first_ms", "付款后首次查退汇(毫秒)"),
    ("returns_pace.interval_ms", "查退汇间隔(毫秒)"),
    ("returns_pace.count_max", "最多查退汇次数"),
    ("not_found_final_after_ms", "查无此批可作定论(毫秒)"),
    ("keys.signing", "签名密钥"),
    ("keys.verifying", "验签密钥"),
    ("keys.sealing", "加密密钥"),
    ("sm2_user_id", "SM2 用户标识"),
    ("quirks", "特例函数"),
    ("submit", "报送步骤"),
    ("query", "查询步骤"),
    ("returns", "退汇查询步骤"),
    ("evidence", "依据"),
];

fn facts(text: &mut String, dialect: &BankAdapter, values: &[Explained], book: &Book) {
    let name = dialect.dialect();
    let file = format!("dialects/{name}/dialect.toml");
    let mut rows = vec![
        vec![
            "银行 · banks".to_owned(),
            bank_links(name, book, "../banks/"),
        ],
        vec![
            "渠道 · channel".to_owned(),
            dialect.channel_name().to_owned(),
        ],
        vec!["能力 · capabilities".to_owned(), capabilities(dialect)],
        vec![
            "定义 · definition".to_owned(),
            format!("[{file}]({DEFINITIONS}{file})"),
        ],
    ];
    for (name, zh) in ITEMS {
        let value = values.iter().find(|value| value.name == name);
        rows.extend(value.map(|value| {
            let told = match name {
                "evidence" => evidence(dialect),
                "source" => value.value.replace('|', "\\|"),
                _ => code(&value.value),
            };
            vec![format!("{zh} · {}", code(name)), told]
        }));
    }
    table(text, &["项 · item", "值 · value"], rows);
    text.push_str(
        "限额、截止时间由各行自定的,见各行页面。A bank's own limits and cut-off stand on its page.\n\n",
    );
}

fn connection(text: &mut String, dialect: &BankAdapter) {
    let fields = dialect.connection_fields();
    if fields.is_empty() {
        return;
    }
    text.push_str(
        "## 连接参数 · Values of a deployment\n\n例值均为虚构。Examples are invented.\n\n",
    );
    let rows = fields.iter().map(|field| {
        let (zh, en) = (field.zh.clone(), field.en.clone());
        vec![code(&field.name), zh, en, code(&field.example)]
    });
    let heads = ["名称 · name", "含义", "meaning", "例 · example"];
    table(text, &heads, rows);
}

fn flow(flow: &str, lang: Lang) -> &str {
    match (flow, lang) {
        ("submit", Lang::Zh) => "报送",
        ("query", Lang::Zh) => "查询",
        ("returns", Lang::Zh) => "退汇查询",
        (other, Lang::En | Lang::Zh) => other,
    }
}

fn steps(text: &mut String, steps: &[StepText]) {
    text.push_str("## 步骤 · Steps\n\n用词见 · Words: [words.md](../words.md).\n\n");
    for step in steps {
        let flow = both(|lang| flow(step.flow, lang).to_owned());
        text.push_str(&format!("### {flow}: {}\n\n", step.name));
        let instructs = step.details.iter().any(|(key, _)| key == "instructs");
        if instructs {
            text.push_str(
                "**自此银行可能付款,只发一次。From here on the bank may pay; it is sent \
                 once.**\n\n",
            );
        }
        let details = step.details.iter().filter(|(key, _)| key != "instructs");
        list(text, details);
        messages(text, &step.request);
        if let Some(reply) = &step.reply {
            messages(text, reply);
        }
    }
}

fn list<'a>(text: &mut String, details: impl Iterator<Item = &'a (String, String)>) {
    for (key, value) in details {
        text.push_str(&format!("- {key}: {}\n", plain_code(value)));
    }
    text.push('\n');
}

/// Outside a table a bar is a bar.
fn plain_code(text: &str) -> String {
    code(text).replace("\\|", "|")
}

/// `request`, `reply`, `push.message` in both languages.
fn title(name: &str) -> String {
    let last = match name.strip_prefix("push.") {
        Some(kind) => kind,
        None => name.rsplit('.').next().unwrap_or(name),
    };
    let zh = match last {
        "request" => "请求",
        "reply" => "应答",
        "message" => "银行推送",
        "receipt" => "我方回执",
        _ => "另一推送",
    };
    format!("{zh} · {last}")
}

fn messages(text: &mut String, message: &MessageText) {
    text.push_str(&format!("#### {}\n\n", title(&message.name)));
    list(text, message.details.iter());
    if message.fields.is_empty() {
        return;
    }
    let rows = message.fields.iter().map(|field| {
        let rules: Vec<String> = field
            .rules
            .iter()
            .map(|rule| rule.replace('|', "\\|"))
            .collect();
        vec![
            format!("{} {}", field.part, field.no),
            code(&field.place),
            code(&field.value),
            rules.join("; "),
        ]
    });
    let heads = [
        "位置 · place",
        "名称 · name",
        "内容 · content",
        "规则 · rules",
    ];
    table(text, &heads, rows);
}

/// Code tables, then the finer reasons.
fn coded(text: &mut String, values: &[Explained]) {
    text.push_str(
        "## 代码 · Codes\n\n未列出的代码一律为不明,只查询、不重发。A code that is not listed is \
         `unknown`: asked about, never sent again.\n\n",
    );
    let mut tables: Vec<(&str, Vec<Vec<String>>)> = Vec::new();
    let listed = values.iter().filter_map(|value| {
        let (table, codes) = value.name.strip_prefix("codes.")?.split_once('.')?;
        Some((table, vec![code(codes), value.value.clone()]))
    });
    for (table, row) in listed {
        match tables.last_mut() {
            Some((last, rows)) if *last == table => rows.push(row),
            Some(_) | None => tables.push((table, vec![row])),
        }
    }
    for (name, rows) in tables {
        text.push_str(&format!("### {name}\n\n"));
        table(text, &["代码 · code", "我方结果 · to us"], rows);
    }
    let reasons = values.iter().filter_map(|value| {
        let reason = value.name.strip_prefix("reasons.")?;
        Some(vec![code(&value.value), code(reason)])
    });
    let reasons: Vec<_> = reasons.collect();
    if !reasons.is_empty() {
        text.push_str("### 失败原因 · Reasons of a failure\n\n");
        table(text, &["代码 · code", "原因 · reason"], reasons);
    }
}

/// Most bytes of a message that is shown whole.
const SHOWN_BYTES_MAX: usize = 8_192;

/// Our golden messages: made by the engine, held byte by byte. What is text stands there whole.
fn samples(text: &mut String, dialect: &BankAdapter) {
    let name = dialect.dialect();
    let samples = Book::samples(name);
    if samples.is_empty() {
        return;
    }
    text.push_str(
        "## 样例 · Samples\n\n本程序写出的报文,内容虚构;签名为占位。Messages as we write them, of \
         invented people; signatures are placeholders.\n\n",
    );
    for (file, bytes) in samples {
        let path = format!("{DEFINITIONS}dialects/{name}/samples/{file}");
        text.push_str(&format!("- [{file}]({path})\n"));
        let charset = match file.ends_with(".request.bin") {
            true => dialect.charset_out(),
            false => dialect.charset_in(),
        };
        let shown = charset.decode(bytes).ok().filter(|shown| {
            let plain = |c: char| !c.is_control() || matches!(c, '\r' | '\n' | '\t');
            // What is packed or sealed says nothing to a reader: names are not ASCII.
            let told = shown.chars().all(plain) && !shown.is_ascii();
            told && shown.len() <= SHOWN_BYTES_MAX
        });
        if let Some(shown) = shown {
            let shown = shown.replace('\r', "");
            text.push_str(&format!("\n````text\n{}\n````\n\n", shown.trim_end()));
        }
    }
    text.push('\n');
}
