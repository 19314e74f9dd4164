//! The page of one bank: what differs from its dialect, and what it stands on.

use super::{both, capabilities, code, dialect_links, evidence, explained, paper, table};
use crate::command::banks::{evidence_words, ours};
use adapters::{BankAdapter, Book, Explained};
use schemas::codes::Bank;

/// Where the definitions' folder is, seen from a bank's page.
const DEFINITIONS: &str = "../../../../adapters/";

pub fn page(bank: &Bank, adapter: &BankAdapter, book: &Book) -> String {
    let mut text = format!("# {} {} · {}\n\n", bank.code, bank.name_zh, bank.name_en);
    let level = adapter.evidence();
    text.push_str(&format!(
        "**{}**\n\n",
        both(|lang| evidence_words(level, lang).to_owned())
    ));
    let number = bank.cnaps_code.as_ref().map(ToString::to_string);
    let facts = [
        ("方言 · dialect", dialect_links(adapter, "../dialects/")),
        ("依据 · evidence", evidence(adapter)),
        ("自拟部分 · ours", code(&ours(adapter).join(" "))),
        ("渠道 · channel", adapter.channel_name().to_owned()),
        ("能力 · capabilities", capabilities(adapter)),
        ("联行号 · bank number", number.unwrap_or_default()),
        ("BIC", bank.bic.clone().unwrap_or_default()),
        ("定义 · definition", definition(&adapter.code().to_string())),
    ];
    let facts = facts.into_iter().filter(|(_, value)| !value.is_empty());
    table(
        &mut text,
        &["项 · item", "值 · value"],
        facts.map(|(name, value)| vec![name.to_owned(), value]),
    );
    text.push_str("## 该行自己的值 · What the bank says itself\n\n");
    text.push_str("其余以方言为准。All else is the dialect's.\n\n");
    let heads = ["项 · item", "方言 · dialect", "该行 · bank"];
    table(&mut text, &heads, own_values(adapter, book));
    text.push_str("## 依据说明 · What it stands on\n\n");
    text.push_str(&paper(&format!("banks/{}/NOTES.md", bank.code)));
    text
}

fn definition(code: &str) -> String {
    format!("[banks/{code}/bank.toml]({DEFINITIONS}banks/{code}/bank.toml)")
}

/// What the preset says: limits, cut-off, further codes; beside it what the dialect says.
fn own_values(adapter: &BankAdapter, book: &Book) -> Vec<Vec<String>> {
    let of = |name: Option<&str>| name.and_then(|name| book.dialect(name)).map(explained);
    let base = of(Some(adapter.dialect())).unwrap_or_default();
    let of_others = of(adapter.other_dialect()).unwrap_or_default();
    let is_own = |value: &Explained| {
        // The second dialect's preset is the same: it is told once, but for what it changes there.
        let told = [
            "dialect",
            "other.dialect",
            "other.evidence",
            "other.cut_off",
        ];
        value.file.starts_with("banks/") && !told.contains(&value.name.as_str())
    };
    let own = adapter.explain().into_iter().filter(is_own);
    let rows = own.map(|value| {
        let (base, name) = match value.name.strip_prefix("other.") {
            Some(name) => (&of_others, name),
            None => (&base, value.name.as_str()),
        };
        let other = base.get(name).filter(|_| name != "cut_off");
        let other = other.map(|other| other.value.as_str()).unwrap_or_default();
        vec![code(&value.name), code(other), code(&value.value)]
    });
    rows.collect()
}
