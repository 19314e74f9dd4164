//! A query whose answer comes in pages: by the number of the next row, or by a key of the bank's.

use crate::layout::field::Field;
use crate::layout::values::Values;
use schemars::JsonSchema;
use serde::Deserialize;

/// A query whose answer comes in pages. Without `key` it is asked again from the next row until
/// every row of the file is told or a page is empty. With `key` it is asked again with what the
/// last answer gave, until an answer gives none.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pages {
    /// Most rows of a page; with a key it is what the sandbox gives, and any number is read.
    pub rows: usize,
    /// Captured values which together say where the next page begins: the answer gives them, the
    /// next question sends them back (with a `default`, which the first question sends).
    #[serde(default)]
    pub key: Vec<String>,
}

impl Pages {
    /// The key in captured values, absent ones as empty texts; `None` where all are.
    pub(crate) fn key_in(&self, values: &Values) -> Option<Vec<String>> {
        let value = |name| values.captured.get(name).cloned().unwrap_or_default();
        let key: Vec<String> = self.key.iter().map(value).collect();
        key.iter().any(|value| !value.is_empty()).then_some(key)
    }

    /// Forgets the key: it belongs to one question only.
    pub(crate) fn forget(&self, values: &mut Values) {
        values
            .captured
            .retain(|name, _| !self.key.iter().any(|own| own == name));
    }

    /// The bank's chair: leaves the page that was asked for, and the key of the next one. Each
    /// value of the sandbox's key is the number of the next page's first row.
    pub(crate) fn cut(&self, values: &mut Values) {
        let asked = match self.key_in(values) {
            Some(key) => key.first().and_then(|first| first.parse().ok()),
            None => values.number(Field::PageFirst),
        };
        self.forget(values);
        let before = usize::try_from(asked.unwrap_or(1) - 1).unwrap_or_default();
        let next = before.saturating_add(self.rows);
        if next < values.rows.len() {
            let key = self.key.iter().cloned();
            let next = (next + 1).to_string();
            values.captured.extend(key.map(|name| (name, next.clone())));
        }
        values.rows = values.rows.part(before, self.rows);
        values.set(Field::RowCount, values.rows.len().to_string());
    }
}
