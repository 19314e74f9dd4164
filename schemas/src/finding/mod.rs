//! Findings: what a sender must know about a file, with place, reason and remedy.

mod code;
mod table;

#[cfg(test)]
mod tests;

pub use code::FindingCode;
pub use table::{TableError, check_table, field_name, field_title, hint, message};

use crate::value::PaymentId;
use std::collections::BTreeMap;

/// How much a finding stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Refuses the line, or the file where it is about the file.
    Error,
    /// A person must look; acknowledged at approval where it is about money in flight.
    Warning,
    /// For information.
    Note,
}

/// The language of a text for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lang {
    /// 中文.
    #[default]
    Zh,
    /// English.
    En,
}

/// One finding. The texts come from the table (`codes/findings.toml`) by code and language;
/// `arguments` fill its `{name}` places. No argument holds a personal value in clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub code: FindingCode,
    /// How much it stops.
    pub severity: Severity,
    /// 序号 of the line as written (its place where it has none); `None` for the whole file.
    pub line: Option<u32>,
    /// Position in the file: row of a csv or sheet, place of the line in JSON or pain.001.
    pub row: Option<u32>,
    /// The English key of the field in the template, if it is about one.
    pub field: Option<&'static str>,
    /// The value, masked where personal.
    pub value: Option<String>,
    /// Fills the places of the texts.
    pub arguments: BTreeMap<&'static str, String>,
    /// Earlier payments that it tells of: which they are, or where they stand. Only what is found
    /// with the book has any. Not in [`Finding::to_json`]: it says who may read the texts.
    pub payments: Vec<PaymentId>,
}

impl Finding {
    /// A finding about the whole file, with the code's own severity.
    #[must_use]
    pub fn of_file(code: FindingCode) -> Self {
        Self {
            code,
            severity: code.severity(),
            line: None,
            row: None,
            field: None,
            value: None,
            arguments: BTreeMap::new(),
            payments: Vec::new(),
        }
    }

    /// A finding about one line.
    #[must_use]
    pub fn of_line(code: FindingCode, line: u32, row: u32) -> Self {
        Self {
            line: Some(line),
            row: Some(row),
            ..Self::of_file(code)
        }
    }

    /// Names the field.
    #[must_use]
    pub fn field(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// Shows the value; the caller has masked it if it is personal.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Fills a place of the texts.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.arguments.insert(name, value.to_string());
        self
    }

    /// Says that it tells of an earlier payment.
    #[must_use]
    pub fn about(mut self, payment: PaymentId) -> Self {
        self.payments.push(payment);
        self
    }

    /// What is wrong, in words.
    #[must_use]
    pub fn message(&self, lang: Lang) -> String {
        message(self, lang)
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self, lang: Lang) -> String {
        hint(self, lang)
    }

    /// The JSON of the public contract (INTERFACE section 3).
    #[must_use]
    pub fn to_json(&self, lang: Lang) -> serde_json::Value {
        // An unknown column has no key in the template: its own title is the field.
        let own_title = self.value.as_deref();
        let own_title = own_title.filter(|_| self.code == FindingCode::FieldIgnored);
        serde_json::json!({
            "code": self.code.as_str(),
            "severity": self.severity,
            "line": self.line,
            "row": self.row,
            "field": self.field.or(own_title),
            "value": self.value,
            "message": self.message(lang),
            "hint": self.hint(lang),
        })
    }
}
