//! A row of the template: its cells, borrowed.

use crate::value::trimmed;

/// Cells of a row that are looked at; a row with data beyond them is refused.
pub(in crate::employer_files) const CELLS_MAX: usize = 64;

/// Cells of a row that are kept in place; more than the template has columns.
const CELLS_USUAL: usize = 16;

/// One row: its cells, borrowed, and which of them their program destroyed.
pub(in crate::employer_files) struct Cells<'a> {
    /// The first cells; all of them, and nothing here, once there are more.
    few: [&'a str; CELLS_USUAL],
    count: usize,
    many: Vec<&'a str>,
    /// A bit for each damaged cell.
    pub(in crate::employer_files) damaged: u64,
    /// A bit for each cell that is typed as a date, `2026-11-01`.
    pub(in crate::employer_files) dates: u64,
    /// Data stands beyond the cells that are looked at.
    pub(in crate::employer_files) beyond: bool,
    /// The row breaks the structure; that is reported already.
    pub(in crate::employer_files) broken: bool,
    /// The sheet does not show the row.
    pub(in crate::employer_files) hidden: bool,
}

impl<'a> Cells<'a> {
    pub(in crate::employer_files) fn new() -> Self {
        Self {
            few: [""; CELLS_USUAL],
            count: 0,
            many: Vec::new(),
            damaged: 0,
            dates: 0,
            beyond: false,
            broken: false,
            hidden: false,
        }
    }

    #[inline]
    pub(in crate::employer_files) fn push(&mut self, text: &'a str) {
        match self.few.get_mut(self.count) {
            Some(cell) => {
                *cell = text;
                self.count += 1;
            }
            None => self.push_further(text),
        }
    }

    #[cold]
    fn push_further(&mut self, text: &'a str) {
        if self.many.len() >= CELLS_MAX {
            self.beyond |= !is_empty(text);
            return;
        }
        if self.many.is_empty() {
            self.many.extend(self.few);
        }
        self.many.push(text);
    }

    /// Forgets the cells, for the next row.
    pub(in crate::employer_files) fn clear(&mut self) {
        self.count = 0;
        self.many.clear();
        (self.damaged, self.dates) = (0, 0);
        (self.beyond, self.broken, self.hidden) = (false, false, false);
    }

    pub(in crate::employer_files) fn texts(&self) -> &[&'a str] {
        if self.many.is_empty() {
            self.few.get(..self.count).unwrap_or_default()
        } else {
            &self.many
        }
    }

    /// The first cell that holds something, and its place.
    pub(super) fn first(&self) -> Option<(usize, &'a str)> {
        self.filled().next()
    }

    /// The cells that hold something, with their places.
    pub(in crate::employer_files) fn filled(&self) -> impl Iterator<Item = (usize, &'a str)> + '_ {
        let cells = self.texts().iter().copied().enumerate();
        cells.filter(|(_, text)| !is_empty(text))
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.beyond && self.texts().iter().all(|cell| is_empty(cell))
    }

    pub(super) fn damaged(&self, at: usize) -> bool {
        self.damaged & 1u64.checked_shl(at as u32).unwrap_or(0) != 0
    }
}

/// Nothing but white space.
pub(super) fn is_empty(text: &str) -> bool {
    trimmed(text).is_empty()
}
