//! What is said of a refused definition: the words of the book and of the TOML reader in the
//! reader's language, none of them a programmer's. The words of the definitions themselves stay as
//! they are written.

mod book;
mod declared;
mod reader;

use schemas::Lang;

/// The reason in a language.
pub(super) fn reason(what: &str, lang: Lang) -> String {
    match lang {
        Lang::En => reader::in_english(what).unwrap_or_else(|| what.to_owned()),
        Lang::Zh => in_chinese(what),
    }
}

fn in_chinese(what: &str) -> String {
    let of_book = || {
        book::WORDS
            .iter()
            .chain(&declared::WHOLE)
            .find_map(|rule| said(*rule, what))
    };
    of_book()
        .or_else(|| reader::in_chinese(what))
        .unwrap_or_else(|| what.to_owned())
}

/// What a pattern says of a text of its form; `{}` stands for any text, in the same order on both
/// sides.
fn said((en, zh): (&str, &str), what: &str) -> Option<String> {
    let mut texts = captured(en, what)?.into_iter();
    let mut parts = zh.split("{}");
    let mut said = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        said.push_str(texts.next().unwrap_or_default());
        said.push_str(part);
    }
    Some(said)
}

/// The texts at the places of a pattern; `None` where the text is of another form.
fn captured<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let (first, rest) = match pattern.split_once("{}") {
        Some((first, rest)) => (first, rest),
        None => return (pattern == text).then(Vec::new),
    };
    let mut left = text.strip_prefix(first)?;
    let mut texts = Vec::new();
    let mut parts = rest.split("{}").peekable();
    while let Some(part) = parts.next() {
        let at = match parts.peek() {
            Some(_) => left.find(part)?,
            None => left.len().checked_sub(part.len())?,
        };
        let (own, behind) = left.split_at_checked(at)?;
        texts.push(own);
        left = behind.strip_prefix(part)?;
    }
    Some(texts)
}

#[cfg(test)]
mod tests;
