//! The rows of a message, all in one piece of memory.

use super::field::Field;
use super::keyed::{Keyed, Place, Texts, add, keep, keep_first};

/// One row, to look at.
pub type Row<'a> = Texts<'a, Field>;

/// Rows of named values. Values are put into the last of them.
#[derive(Clone, Default)]
pub struct Rows {
    text: String,
    places: Vec<Place<Field>>,
    /// Where the places of each row begin.
    starts: Vec<usize>,
    /// The fields that have a value in the last row: one that has none is kept without a look
    /// along the others.
    last: Fields,
}

/// A set of fields, a bit for each.
#[derive(Clone, Copy, Default)]
struct Fields(u64);

const _: () = assert!(Field::ALL.len() <= 64, "a bit for each field");

impl Fields {
    fn has(self, field: Field) -> bool {
        self.0 >> (field as u32) & 1 == 1
    }

    fn put(&mut self, field: Field) {
        self.0 |= 1 << (field as u32);
    }
}

impl Rows {
    /// Makes room for so many rows of so many values, and for so many bytes in all.
    pub fn reserve(&mut self, rows: usize, values: usize, bytes: usize) {
        self.text.reserve(bytes);
        self.places.reserve(rows.saturating_mul(values));
        self.starts.reserve(rows);
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// A row, counted from 0.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<Row<'_>> {
        let start = *self.starts.get(at)?;
        let next = self.starts.get(at + 1).copied();
        let places = self.places.get(start..next.unwrap_or(self.places.len()))?;
        Some(Texts::new(&self.text, places))
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// The row into which values are put.
    #[must_use]
    pub fn last(&self) -> Option<Row<'_>> {
        self.get(self.len().checked_sub(1)?)
    }

    /// Begins a row.
    pub fn begin(&mut self) {
        self.starts.push(self.places.len());
        self.last = Fields::default();
    }

    /// Puts a value into the last row, in place of the one that its field had.
    pub fn insert(&mut self, field: Field, text: &str) {
        let first = self.starts.last().copied().unwrap_or_default();
        keep((&mut self.text, &mut self.places), first, field, text);
        self.last.put(field);
    }

    /// Puts a value into the last row where its field has none; the one that it has is told.
    pub fn insert_first(&mut self, field: Field, text: &str) -> Option<&str> {
        if !self.last.has(field) {
            self.last.put(field);
            add((&mut self.text, &mut self.places), field, text);
            return None;
        }
        let first = self.starts.last().copied().unwrap_or_default();
        keep_first((&mut self.text, &mut self.places), first, field, text)
    }

    /// Leaves so many values in the last row.
    pub fn truncate_last(&mut self, values: usize) {
        if let Some(start) = self.starts.last() {
            self.places.truncate(start.saturating_add(values));
        }
        self.last = Fields::default();
        let last = self.last().into_iter().flat_map(|row| row.iter());
        let last: Vec<Field> = last.map(|(field, _)| *field).collect();
        last.into_iter().for_each(|field| self.last.put(field));
    }

    /// Appends a row.
    pub fn push(&mut self, row: Row<'_>) {
        self.begin();
        for (field, text) in row.iter() {
            self.insert(*field, text);
        }
    }

    /// Appends rows.
    pub fn append(&mut self, rows: &Self) {
        rows.iter().for_each(|row| self.push(row));
    }

    /// So many rows behind the first so many.
    #[must_use]
    pub fn part(&self, before: usize, rows: usize) -> Self {
        let mut part = Self::default();
        let own = self.iter().skip(before).take(rows);
        own.for_each(|row| part.push(row));
        part
    }
}

impl PartialEq for Rows {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Rows {}

/// The fields of each row, never the values.
impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl FromIterator<Keyed<Field>> for Rows {
    fn from_iter<I: IntoIterator<Item = Keyed<Field>>>(records: I) -> Self {
        let mut rows = Self::default();
        for record in records {
            rows.push(record.texts());
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::{Field, Keyed, Rows};

    fn rows(count: u32) -> Rows {
        let row = |no: u32| Keyed::from([(Field::RowNo, no.to_string())]);
        (1..=count).map(row).collect()
    }

    #[test]
    fn a_value_belongs_to_the_last_row() {
        let mut rows = rows(2);
        rows.insert(Field::RowMemo, "工资");
        rows.insert(Field::RowNo, "7");
        let said = |at, field| rows.get(at).and_then(|row| row.get(&field));
        assert_eq!(said(0, Field::RowNo), Some("1"));
        assert_eq!(said(0, Field::RowMemo), None);
        assert_eq!(
            (said(1, Field::RowNo), said(1, Field::RowMemo)),
            (Some("7"), Some("工资"))
        );
        assert_eq!((said(2, Field::RowNo), rows.len()), (None, 2));
        rows.truncate_last(1);
        assert_eq!(rows.last().map(|row| row.len()), Some(1));
        // What was left is there, and what was not can be put again.
        assert_eq!(rows.insert_first(Field::RowNo, "9"), Some("7"));
        assert_eq!(rows.insert_first(Field::RowMemo, "x"), None);
        assert_eq!(rows.insert_first(Field::RowMemo, "y"), Some("x"));
        rows.begin();
        assert_eq!(rows.insert_first(Field::RowMemo, "z"), None);
    }

    #[test]
    fn parts_make_the_whole() {
        let whole = rows(5);
        let mut parts = whole.part(0, 2);
        assert!(parts != whole && parts == rows(2));
        parts.append(&whole.part(2, 9));
        assert!(parts == whole && whole.part(5, 1).is_empty());
    }
}
