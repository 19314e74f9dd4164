//! `anxin banks`: the adapter book.

mod fields;
mod markdown;
mod plain;

pub use fields::words_of;
pub use markdown::pages;

use super::adapter::{adapter, book};
use super::arguments::Banks;
use super::terminal::{Align, Cell, Colour, Table, grouped, paper};
use super::words::{Ended, Exit, Failure, pick};
use adapters::{BankAdapter, Capability, Evidence, Explained};
use plain::{Part, plain};
use schemas::codes::Bank;
use schemas::{Lang, codes};
use serde_json::{Value, json};

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(arguments: &Banks, lang: Lang) -> Ended {
    if let Some(folder) = &arguments.markdown {
        let told = markdown::write(folder)?;
        let mut paper = paper();
        paper.line(told.in_lang(lang))?;
        paper.flush()?;
        return Ok(Exit::Done);
    }
    match &arguments.code {
        Some(code) => one(&code.to_ascii_uppercase(), arguments.json, lang),
        None => all(arguments.json, lang),
    }
}

fn all(as_json: bool, lang: Lang) -> Ended {
    let book = book()?;
    let known = || {
        codes::banks()
            .iter()
            .filter_map(|bank| Some((bank, book.adapter(bank.code)?)))
    };
    let mut paper = paper();
    if as_json {
        let rows: Vec<Value> = known().map(|(bank, adapter)| row(bank, adapter)).collect();
        paper.document(&Value::Array(rows))?;
        paper.flush()?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&[
        (pick(lang, "代码", "code"), Align::Left),
        (pick(lang, "银行", "bank"), Align::Left),
        (pick(lang, "方言", "dialect"), Align::Left),
        (pick(lang, "依据", "evidence"), Align::Left),
        (pick(lang, "渠道", "channel"), Align::Left),
        (pick(lang, "能力", "capabilities"), Align::Left),
        (pick(lang, "每文件笔数", "lines a file"), Align::Right),
        (pick(lang, "截止", "cut-off"), Align::Left),
    ]);
    let mut count = 0u64;
    for (bank, adapter) in known() {
        count += 1;
        table.push(vec![
            Cell::from(bank.code.as_str()).coloured(Colour::Bold),
            pick(lang, &bank.name_zh, &bank.name_en).into(),
            dialect_names(adapter).into(),
            evidence_cell_of(adapter),
            adapter.channel_name().into(),
            capability_words(adapter, lang).into(),
            grouped(u64::from(adapter.limits().rows_max)).into(),
            cut_off(adapter).into(),
        ]);
    }
    paper.table(&table)?;
    paper.line(&match lang {
        Lang::Zh => format!("共 {count} 家;依据:{}", evidence_legend(lang)),
        Lang::En => format!("{count} banks; evidence: {}", evidence_legend(lang)),
    })?;
    paper.line(star_legend(lang))?;
    paper.flush()?;
    Ok(Exit::Done)
}

fn one(code: &str, as_json: bool, lang: Lang) -> Ended {
    show(adapter(code)?, false, as_json, lang)
}

/// One bank: each value with its file, by its name in the language of definitions, or in plain
/// words.
///
/// # Errors
/// See [`Failure`].
pub(super) fn show(adapter: &BankAdapter, in_words: bool, as_json: bool, lang: Lang) -> Ended {
    let nobody = || Failure::no_such_bank(adapter.code().as_str());
    let bank = adapter.bank().ok_or_else(nobody)?;
    let values = adapter.explain();
    let mut paper = paper();
    if as_json {
        let mut document = row(bank, adapter);
        let values: Vec<Value> = values.iter().map(|each| value(each, in_words)).collect();
        if let Some(object) = document.as_object_mut() {
            object.insert("values".to_owned(), Value::Array(values));
        }
        paper.document(&document)?;
        paper.flush()?;
        return Ok(Exit::Done);
    }
    let name = pick(lang, &bank.name_zh, &bank.name_en);
    paper.coloured_line(&format!("{} {name}", bank.code), Colour::Bold)?;
    paper.line(evidence_words(adapter.evidence(), lang))?;
    paper.line(&capability_words(adapter, lang))?;
    let ours = ours(adapter);
    if !ours.is_empty() {
        let ours = ours.join(" ");
        paper.line(&format!("{STAR} {}{ours}", pick(lang, "自拟:", "ours: ")))?;
    }
    if in_words {
        let plain: Vec<_> = values
            .iter()
            .map(|each| (each, plain(each, lang)))
            .collect();
        for part in Part::ALL {
            paper.line("")?;
            paper.coloured_line(part.title(lang), Colour::Bold)?;
            let own = plain
                .iter()
                .filter_map(|(each, plain)| Some((each, plain.as_ref()?)));
            let own = own.filter(|(_, plain)| plain.part == part);
            let rows = own.map(|(each, plain)| [&plain.name, &plain.value, &each.file]);
            paper.table(&sheet(rows, lang))?;
        }
    } else {
        paper.line("")?;
        let rows = values
            .iter()
            .map(|each| [&each.name, &each.value, &each.file]);
        paper.table(&sheet(rows, lang))?;
    }
    paper.flush()?;
    Ok(Exit::Done)
}

fn sheet<'a>(rows: impl Iterator<Item = [&'a String; 3]>, lang: Lang) -> Table {
    let mut table = Table::new(&[
        (pick(lang, "项", "name"), Align::Left),
        (pick(lang, "值", "value"), Align::Left),
        (pick(lang, "出处", "file"), Align::Left),
    ]);
    for [name, value, file] in rows {
        table.push(vec![
            name.as_str().into(),
            value.as_str().into(),
            Cell::from(file.as_str()).coloured(Colour::Dim),
        ]);
    }
    table
}

fn value(each: &Explained, in_words: bool) -> Value {
    let mut value = json!({"name": each.name, "value": each.value, "file": each.file});
    if in_words {
        for (key, lang) in [("zh", Lang::Zh), ("en", Lang::En)] {
            let plain = plain(each, lang);
            value[key] = plain
                .map(|plain| json!({"name": plain.name, "value": plain.value}))
                .into();
        }
    }
    value
}

fn row(bank: &Bank, adapter: &BankAdapter) -> Value {
    let limits = adapter.limits();
    json!({
        "code": bank.code.as_str(),
        "name_zh": bank.name_zh,
        "name_en": bank.name_en,
        "dialect": adapter.dialect(),
        "other_dialect": adapter.other_dialect(),
        "evidence": adapter.evidence().as_str(),
        "synthetic": adapter.synthetic(),
        "cnaps_code": bank.cnaps_code.as_ref().map(|code| code.as_str()),
        "bic": bank.bic,
        "capability": capability(adapter.capability()),
        "limits": {
            "rows_max": limits.rows_max,
            "bytes_max": limits.bytes_max,
            "amount_max_fen": limits.amount_max.0,
            "total_max_fen": limits.total_max.0,
            "name_bytes_max": limits.name_bytes_max,
            "memo_bytes_max": limits.memo_bytes_max,
        },
        "cut_off": cut_off(adapter),
        "channel": adapter.channel_name(),
    })
}

fn capability(capability: &Capability) -> Value {
    json!({
        "own_bank": capability.own_bank,
        "other_banks": capability.other_banks,
        "one_class_per_file": capability.one_class_per_file,
        "query": capability.query,
        "push": capability.push,
        "failures_only": capability.failures_only,
        "returns": capability.returns,
    })
}

/// What the bank can do; a star behind what the bank is not known to do, its message being ours.
fn capability_words(adapter: &BankAdapter, lang: Lang) -> String {
    let capability = adapter.capability();
    let ours = ours(adapter);
    let starred = |name: &str, word: &str| match ours.iter().any(|own| own == name) {
        true => format!("{word}{STAR}"),
        false => word.to_owned(),
    };
    let (push, returns) = (pick(lang, "推送", "push"), pick(lang, "退汇", "returns"));
    let (push, returns) = (starred("push", push), starred("returns", returns));
    let words = [
        (capability.own_bank, pick(lang, "本行", "own")),
        (capability.other_banks, pick(lang, "跨行", "other")),
        (capability.one_class_per_file, pick(lang, "分开", "apart")),
        (capability.query, pick(lang, "查询", "query")),
        (capability.push, push.as_str()),
        (
            capability.failures_only,
            pick(lang, "只报失败", "failures-only"),
        ),
        (capability.returns, returns.as_str()),
    ];
    let present: Vec<&str> = words
        .into_iter()
        .filter_map(|(has, word)| has.then_some(word))
        .collect();
    present.join(pick(lang, "、", " "))
}

/// Marks what is ours where the rest has a source.
const STAR: char = '*';

/// What of a dialect with a source is ours; none where the evidence says it of everything.
fn ours(adapter: &BankAdapter) -> Vec<String> {
    match adapter.evidence() {
        Evidence::Synthetic => Vec::new(),
        Evidence::Observed | Evidence::Documented | Evidence::Certified => adapter.synthetic(),
    }
}

/// The evidence, with a star where a message that the gateway can't do without is ours: one of a
/// submission or a query.
fn evidence_mark(adapter: &BankAdapter) -> String {
    let level = adapter.evidence().as_str();
    let ours = ours(adapter);
    match ours.iter().any(|name| name != "push" && name != "returns") {
        true => format!("{level}{STAR}"),
        false => level.to_owned(),
    }
}

fn star_legend(lang: Lang) -> &'static str {
    pick(
        lang,
        "* 其中有自拟的报文或部分,见 anxin banks CODE 的 synthetic 一项",
        "* some messages or parts are ours: `synthetic` of anxin banks CODE",
    )
}

/// The dialect; where other banks are paid by a second one, both.
pub(super) fn dialect_names(adapter: &BankAdapter) -> String {
    let names: Vec<&str> = adapter.by_dialect().map(BankAdapter::dialect).collect();
    names.join(" + ")
}

/// `HH:MM`.
fn cut_off(adapter: &BankAdapter) -> String {
    let time = adapter.cut_off();
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// The evidence as a cell: what we made up ourselves stands out.
#[must_use]
pub fn evidence_cell(evidence: Evidence) -> Cell {
    Cell::from(evidence.as_str()).coloured(evidence_colour(evidence))
}

fn evidence_cell_of(adapter: &BankAdapter) -> Cell {
    Cell::from(evidence_mark(adapter)).coloured(evidence_colour(adapter.evidence()))
}

fn evidence_colour(evidence: Evidence) -> Colour {
    match evidence {
        Evidence::Synthetic => Colour::Yellow,
        Evidence::Observed | Evidence::Documented => Colour::Plain,
        Evidence::Certified => Colour::Green,
    }
}

/// What stands behind a bank's layout.
#[must_use]
pub fn evidence_words(evidence: Evidence, lang: Lang) -> &'static str {
    match evidence {
        Evidence::Synthetic => pick(
            lang,
            "synthetic:格式由我们自行设计,并非该行的真实接口",
            "synthetic: a format of our own design, not the bank's interface",
        ),
        Evidence::Observed => pick(
            lang,
            "observed:依据公开的集成方代码或样例整理,未经银行确认",
            "observed: restated from public code or samples of integrators, not confirmed",
        ),
        Evidence::Documented => pick(
            lang,
            "documented:依据该行手册",
            "documented: from the bank's manual",
        ),
        Evidence::Certified => pick(
            lang,
            "certified:与该行联调并签字",
            "certified: jointly tested and signed",
        ),
    }
}

fn evidence_legend(lang: Lang) -> &'static str {
    pick(
        lang,
        "synthetic 自行设计 < observed 公开资料 < documented 银行手册 < certified 联调确认",
        "synthetic (ours) < observed (public material) < documented (manual) < certified",
    )
}
