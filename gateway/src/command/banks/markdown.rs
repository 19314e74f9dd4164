//! The adapter book as Markdown: an index, a page a dialect and a page a bank, all from what the
//! program itself has read. `gateway/docs/adapter-book` is kept fresh by a test.

mod bank_page;
mod dialect_page;
mod glossary;

use super::{STAR, capability_words, cut_off, evidence_mark, evidence_words};
use crate::command::adapter::book;
use crate::command::terminal::{self, grouped};
use crate::command::words::{Failure, Words};
use adapters::{BankAdapter, Book, Evidence};
use schemas::codes::Bank;
use schemas::{Fen, Lang, codes};
use std::collections::BTreeMap;
use std::path::Path;

/// A page: its path below the folder, and its text.
pub type Page = (String, String);

/// Writes every page below `folder`; pages of before that are no longer of the book are left.
///
/// # Errors
/// A folder or file that can't be written; a book that is not in order.
pub fn write(folder: &Path) -> Result<Words, Failure> {
    let pages = pages(book()?);
    for (path, text) in &pages {
        let path = folder.join(path);
        let unwritable = |error| Failure::unwritable(&path, &error);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(unwritable)?;
        }
        std::fs::write(&path, text).map_err(unwritable)?;
    }
    let (count, folder) = (pages.len(), folder.display());
    Ok(Words::new(
        format!("已写入 {count} 页:{folder}"),
        format!("{count} pages written to {folder}"),
    ))
}

/// The pages of a book: those of its dialects, and of its banks that the program knows.
#[must_use]
pub fn pages(book: &Book) -> Vec<Page> {
    let mut pages = vec![
        ("README.md".to_owned(), index(book)),
        ("words.md".to_owned(), glossary::page()),
    ];
    let dialects = book.dialects().iter();
    pages.extend(dialects.map(|dialect| {
        let path = format!("dialects/{}.md", dialect.dialect());
        (path, dialect_page::page(dialect, book))
    }));
    pages.extend(known(book).map(|(bank, adapter)| {
        let path = format!("banks/{}.md", bank.code);
        (path, bank_page::page(bank, adapter, book))
    }));
    pages
}

/// The banks in the order of the list.
fn known(book: &Book) -> impl Iterator<Item = (&'static Bank, &BankAdapter)> {
    let banks = codes::banks().iter();
    banks.filter_map(|bank| Some((bank, book.adapter(bank.code)?)))
}

const INTRODUCTION: &str = "\
# 银行适配器手册 · The adapter book

每家银行、每种方言的报文、字段、代码、限额与步骤,由程序实际使用的定义生成,请勿手改。
Every bank and dialect with its messages, fields, codes, limits and steps, made of the definitions \
that the program runs on: not to be edited.

```
anxin banks --markdown DIR                               # 写出这些页 · writes these pages
ANXIN_BLESS=1 cargo test -p gateway --test adapter_book  # 写到此处 · writes them here
```

此处是名单(`schemas/codes/banks.toml`)里的银行;自行添加的银行由前一条命令写出。Here are the banks of \
the list; the first command writes the page of a bank that somebody adds as well.

各页用词 · The words of the pages: [words.md](words.md). 怎样加一家银行 · How a bank is added: \
[adapters/ADDING-A-BANK.md](../../../adapters/ADDING-A-BANK.md).

FORMATS:本项目对公开银行报文格式的调查(2026-11-23),不在代码库中;`iso/` 开头的是其中关于 ISO 20022 \
与二代支付的部分。出处另写仓库名或网址,章节号留给手头有这份调查的人。
FORMATS is the project's survey of public bank formats (2026-11-23), which is not part of the \
repository; `iso/…` is its part on ISO 20022 and CNAPS2. Sources name repositories and addresses \
beside it; section numbers are kept for those who have it.

";

const STARS: &str = "\
`*` 其中有自拟的报文,或对结果有影响的部分,各页「自拟部分」列出;推送、退汇带 `*` 的,公开资料里没有或不全。\
synthetic 全部是自拟的。
`*` marks what is ours though the rest has a source: a message, or a part of one that decides \
anything. Each page lists them. Of `push*` and `returns*` nothing, or not enough, is public. With \
synthetic everything is ours.

";

/// The index: what the evidence words mean, the banks, the dialects.
fn index(book: &Book) -> String {
    let mut text = INTRODUCTION.to_owned();
    text.push_str("## 依据 · Evidence\n\n");
    let levels = [
        Evidence::Synthetic,
        Evidence::Observed,
        Evidence::Documented,
        Evidence::Certified,
    ];
    let counted = |level| {
        known(book)
            .filter(move |(_, a)| a.evidence() == level)
            .count()
    };
    let rows = levels.map(|level| {
        let words = [Lang::Zh, Lang::En].map(|lang| evidence_words(level, lang));
        let said = words.map(|words| words.split_once(':').map_or(words, |(_, said)| said.trim()));
        let [zh, en] = said;
        vec![
            strong(level),
            counted(level).to_string(),
            zh.to_owned(),
            en.to_owned(),
        ]
    });
    table(
        &mut text,
        &["依据 · evidence", "家 · banks", "含义", "meaning"],
        rows,
    );
    text.push_str(STARS);
    text.push_str("## 银行 · Banks\n\n");
    let heads = [
        "代码 · code",
        "银行 · bank",
        "方言 · dialect",
        "依据 · evidence",
        "渠道 · channel",
        "截止 · cut-off",
        "笔/文件 · lines a file",
        "元/笔 · yuan a line",
        "元/文件 · yuan a file",
        "户名/附言字节 · name/memo bytes",
        "能力 · capabilities",
    ];
    table(
        &mut text,
        &heads,
        known(book).map(|(bank, adapter)| bank_row(bank, adapter)),
    );
    text.push_str("## 方言 · Dialects\n\n");
    let heads = [
        "方言 · dialect",
        "依据 · evidence",
        "渠道 · channel",
        "字符集 发/收 · out/in",
        "步骤 · steps",
        "银行 · banks",
    ];
    let dialects = book.dialects().iter();
    table(
        &mut text,
        &heads,
        dialects.map(|dialect| dialect_row(dialect, book)),
    );
    text.trim_end().to_owned() + "\n"
}

fn bank_row(bank: &Bank, adapter: &BankAdapter) -> Vec<String> {
    let limits = adapter.limits();
    let code = &bank.code;
    vec![
        format!("[{code}](banks/{code}.md)"),
        format!("{}<br>{}", bank.name_zh, bank.name_en),
        dialect_links(adapter, "dialects/"),
        evidence(adapter),
        adapter.channel_name().to_owned(),
        cut_off(adapter),
        grouped(u64::from(limits.rows_max)),
        yuan(limits.amount_max),
        yuan(limits.total_max),
        format!("{}/{}", limits.name_bytes_max, limits.memo_bytes_max),
        capabilities(adapter).replace(" · ", "<br>"),
    ]
}

fn dialect_row(dialect: &BankAdapter, book: &Book) -> Vec<String> {
    let steps = dialect.steps();
    let names = |flow: &str| -> String {
        let own = steps.iter().filter(|step| step.flow == flow);
        let names: Vec<&str> = own.map(|step| step.name.as_str()).collect();
        names.join(" → ")
    };
    let (out, read) = (dialect.charset_out().name(), dialect.charset_in().name());
    vec![
        dialect_links(dialect, "dialects/"),
        evidence(dialect),
        dialect.channel_name().to_owned(),
        format!("{out}/{read}"),
        format!("{}<br>{}", names("submit"), names("query")),
        bank_links(dialect.dialect(), book, "banks/"),
    ]
}

/// What a bank speaks.
fn dialect_links(adapter: &BankAdapter, folder: &str) -> String {
    let names = adapter.by_dialect().map(BankAdapter::dialect);
    let links: Vec<String> = names
        .map(|name| format!("[{name}]({folder}{name}.md)"))
        .collect();
    links.join(" + ")
}

/// Who speaks a dialect.
fn bank_links(dialect: &str, book: &Book, folder: &str) -> String {
    let speaks = |adapter: &BankAdapter| adapter.by_dialect().any(|own| own.dialect() == dialect);
    let banks = known(book).filter(|(_, adapter)| speaks(adapter));
    let links: Vec<String> = banks
        .map(|(bank, _)| format!("[{0}]({folder}{0}.md)", bank.code))
        .collect();
    match links.is_empty() {
        true => "没有 · none".to_owned(),
        false => links.join(" "),
    }
}

/// What we made up ourselves stands out; a star where it is a part only.
fn evidence(adapter: &BankAdapter) -> String {
    match adapter.evidence() {
        level @ Evidence::Synthetic => strong(level),
        Evidence::Observed | Evidence::Documented | Evidence::Certified => {
            starred(&evidence_mark(adapter))
        }
    }
}

fn strong(level: Evidence) -> String {
    match level {
        Evidence::Synthetic => format!("**{}**", level.as_str()),
        Evidence::Observed | Evidence::Documented | Evidence::Certified => {
            level.as_str().to_owned()
        }
    }
}

/// Both languages, Chinese first.
fn both(words: impl Fn(Lang) -> String) -> String {
    format!("{} · {}", words(Lang::Zh), words(Lang::En))
}

fn capabilities(adapter: &BankAdapter) -> String {
    starred(&both(|lang| capability_words(adapter, lang)))
}

/// Stars as they stand: Markdown would take them for emphasis.
fn starred(text: &str) -> String {
    text.replace(STAR, "\\*")
}

fn yuan(amount: Fen) -> String {
    let text = terminal::yuan(amount.0);
    text.strip_suffix(".00").unwrap_or(&text).to_owned()
}

/// A value as it is written in the definition: in backquotes, its bars escaped for a table.
fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let fence = if text.contains('`') { "``" } else { "`" };
    format!("{fence}{}{fence}", text.replace('|', "\\|"))
}

/// A table, and an empty line behind it.
fn table(text: &mut String, heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
    let mut line = |cells: &mut dyn Iterator<Item = &str>| {
        text.push('|');
        for cell in cells {
            text.push(' ');
            text.push_str(cell);
            text.push_str(" |");
        }
        text.push('\n');
    };
    line(&mut heads.iter().copied());
    line(&mut heads.iter().map(|_| "---"));
    for row in rows {
        line(&mut row.iter().map(String::as_str));
    }
    text.push('\n');
}

/// A paper of the definitions' folder, without its own title, its headings one level down.
fn paper(path: &str) -> String {
    let lines = Book::paper(path).unwrap_or_default().lines();
    let lines = lines.filter(|line| !line.starts_with("# "));
    let lines = lines.map(|line| match line.starts_with('#') {
        true => format!("#{line}"),
        false => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned() + "\n"
}

/// The values that `anxin banks CODE` prints, by name.
fn explained(adapter: &BankAdapter) -> BTreeMap<String, adapters::Explained> {
    let values = adapter.explain().into_iter();
    values.map(|value| (value.name.clone(), value)).collect()
}
