//! Findings on paper: each as it comes, then what they come to by code.

use super::terminal::{Align, Cell, Colour, Paper, Table, grouped};
use super::words::pick;
use schemas::{Finding, FindingCode, Lang, Severity};
use std::collections::BTreeMap;
use std::io::Write;

/// Findings by severity and code.
#[derive(Debug, Default)]
pub struct Tally(BTreeMap<(Severity, &'static str), Group>);

#[derive(Debug)]
struct Group {
    count: u64,
    example: Finding,
    places: Vec<u32>,
}

/// So many places of one code stand in the summary.
const PLACES_MAX: usize = 8;

impl Tally {
    /// Counts a finding.
    pub fn add(&mut self, finding: &Finding) {
        let group = self
            .0
            .entry((finding.severity, finding.code.as_str()))
            .or_insert_with(|| Group {
                count: 0,
                example: finding.clone(),
                places: Vec::new(),
            });
        group.count += 1;
        if let Some(line) = finding.line.filter(|_| group.places.len() < PLACES_MAX) {
            group.places.push(line);
        }
    }

    /// How many of one severity.
    #[must_use]
    pub fn of(&self, severity: Severity) -> u64 {
        self.0
            .iter()
            .filter(|((of, _), _)| *of == severity)
            .map(|(_, group)| group.count)
            .sum()
    }

    /// Whether a code was found.
    #[must_use]
    pub fn has(&self, code: FindingCode) -> bool {
        self.0.keys().any(|(_, word)| *word == code.as_str())
    }

    /// The groups as a table: severity, code, how often, where, what to do.
    #[must_use]
    pub fn table(&self, lang: Lang) -> Table {
        let mut table = Table::new(&[
            (pick(lang, "级别", "severity"), Align::Left),
            (pick(lang, "代码", "code"), Align::Left),
            (pick(lang, "次数", "count"), Align::Right),
            (pick(lang, "序号", "lines"), Align::Left),
            (pick(lang, "处理办法", "what to do"), Align::Left),
        ]);
        for ((severity, code), group) in &self.0 {
            let (word, colour) = severity_word(*severity, lang);
            let mut places: Vec<String> = group.places.iter().map(u32::to_string).collect();
            if u64::try_from(places.len()).is_ok_and(|shown| shown < group.count)
                && !places.is_empty()
            {
                places.push("…".to_owned());
            }
            table.push(vec![
                Cell::from(word).coloured(colour),
                Cell::from(*code),
                grouped(group.count).into(),
                places.join(" ").into(),
                group.example.hint(lang).into(),
            ]);
        }
        table
    }
}

/// The severity in words, with its colour.
#[must_use]
pub fn severity_word(severity: Severity, lang: Lang) -> (&'static str, Colour) {
    match severity {
        Severity::Error => (pick(lang, "错误", "error"), Colour::Red),
        Severity::Warning => (pick(lang, "警告", "warning"), Colour::Yellow),
        Severity::Note => (pick(lang, "提示", "note"), Colour::Dim),
    }
}

/// Writes one finding as one line.
///
/// # Errors
/// When the output is closed.
pub fn write_finding<W: Write>(
    paper: &mut Paper<W>,
    finding: &Finding,
    lang: Lang,
) -> std::io::Result<()> {
    let (word, colour) = severity_word(finding.severity, lang);
    let place = match (finding.line, finding.row) {
        (Some(line), Some(row)) => match lang {
            Lang::Zh => format!("序号 {line}(第 {row} 行)"),
            Lang::En => format!("line {line} (row {row})"),
        },
        (Some(line), None) => format!("{} {line}", pick(lang, "序号", "line")),
        (None, Some(row)) => format!("{} {row}", pick(lang, "行", "row")),
        (None, None) => pick(lang, "整个文件", "whole file").to_owned(),
    };
    let mut text = format!("{word}  {place}  {}", finding.code);
    for part in [finding.field, finding.value.as_deref()]
        .into_iter()
        .flatten()
    {
        text.push_str("  ");
        text.push_str(part);
    }
    let separator = pick(lang, ":", ": ");
    text.push_str(separator);
    text.push_str(&finding.message(lang));
    paper.coloured_line(&text, colour)
}
