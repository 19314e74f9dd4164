//! A file that somebody kept, in the form that the bank sent it in.

use super::Lines;
use std::collections::BTreeSet;

/// The text with our line ends, and with our columns in our order where a line names them.
///
/// A program that shows a file may write other line ends. A bank that names its columns may have
/// more of them: the names say which is which.
pub(super) fn in_our_form(lines: &Lines, text: &str) -> Option<String> {
    let separator = lines.row_sep.as_str();
    if !["\r\n", "\n"].contains(&separator) {
        return None;
    }
    let unified = text.replace("\r\n", "\n");
    let mut pieces: Vec<String> = unified
        .trim_end_matches('\n')
        .split('\n')
        .map(str::to_owned)
        .collect();
    let before = usize::from(!lines.head.is_empty());
    let names = lines.names.as_ref().filter(|_| !lines.field_sep.is_empty());
    if let (Some(names), Some(theirs)) = (names, pieces.get(before).cloned()) {
        let columns = Columns::of(names, &theirs, &lines.field_sep)?;
        for row in pieces.iter_mut().skip(before + 1) {
            *row = columns.ours(row)?;
        }
        pieces.get_mut(before)?.clone_from(names);
    }
    // A last line end that is missing stays so: that is for the caller to mend and to say.
    let ended = unified.ends_with('\n') && lines.end.trim_ascii().is_empty();
    let end = if ended { lines.end.as_str() } else { "" };
    Some(pieces.join(separator) + end)
}

/// Where each of our columns stands among theirs.
struct Columns<'a> {
    separator: &'a str,
    places: Vec<Option<usize>>,
    count: usize,
}

impl<'a> Columns<'a> {
    /// Where no name stands twice: of two nobody can tell which is ours.
    fn of(names: &str, theirs: &str, separator: &'a str) -> Option<Self> {
        let found: Vec<&str> = theirs.split(separator).collect();
        let place = |name| found.iter().position(|found| *found == name);
        let named: BTreeSet<&str> = found.iter().copied().collect();
        (named.len() == found.len()).then(|| Self {
            separator,
            places: names.split(separator).map(place).collect(),
            count: found.len(),
        })
    }

    /// A row of theirs as one of ours; a column that they have not is empty.
    fn ours(&self, row: &str) -> Option<String> {
        let cells: Vec<&str> = row.split(self.separator).collect();
        let cell = |place: &Option<usize>| place.and_then(|at| cells.get(at)).copied();
        let ours = self
            .places
            .iter()
            .map(|place| cell(place).unwrap_or_default());
        let ours: Vec<&str> = ours.collect();
        (cells.len() == self.count).then(|| ours.join(self.separator))
    }
}

#[cfg(test)]
#[test]
fn columns_by_their_names() {
    assert!(Columns::of("a|b", "a|b|a", "|").is_none());
    let ours = |row: &str| Columns::of("a|b|c", "c|x|a", "|")?.ours(row);
    assert_eq!(ours("3|9|1").as_deref(), Some("1||3"));
    assert_eq!(ours("3|9"), None);
}
