//! What a reader of XML or JSON found at the places of a tree, all in one piece of memory.

use super::keyed::{between, end_of};
use super::places::{Places, Text};

/// Behind each text, so that no two begin at the same place, be they empty.
const END: char = '\n';

/// Start and end of a text that was found.
type Span = (u32, u32);

/// Where nothing was found: behind the end of everything.
const NOTHING: Span = (u32::MAX, u32::MAX);

/// The texts of a message by their numbers: those of the head, and those of each row.
#[derive(Default)]
pub struct Found {
    text: String,
    head: Vec<Span>,
    rows: Vec<Span>,
    rows_count: usize,
    row_texts: usize,
    xml: bool,
}

/// The texts of the head or of one row, to look at.
#[derive(Clone, Copy)]
pub struct Cells<'f> {
    text: &'f str,
    spans: &'f [Span],
    /// They stood in elements of XML, where a writer may put blanks around a value.
    pub xml: bool,
}

impl<'f> Cells<'f> {
    /// The text of a number; `None` where nothing stands there.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<&'f str> {
        let (start, end) = *self.spans.get(number)?;
        between(self.text, start, end)
    }
}

/// So much was found, to go back to.
#[derive(Clone, Copy)]
pub struct Mark {
    texts: usize,
    rows: usize,
}

impl Found {
    /// Nothing yet, with room for all texts of a message of so many bytes.
    #[must_use]
    pub fn nothing(places: &Places<'_>, bytes: usize) -> Self {
        let (head, row_texts) = places.texts();
        Self {
            text: String::with_capacity(bytes),
            head: vec![NOTHING; head],
            row_texts,
            ..Self::default()
        }
    }

    /// Nothing yet of elements of XML, with the same room.
    #[must_use]
    pub fn nothing_of_xml(places: &Places<'_>, bytes: usize) -> Self {
        Self {
            xml: true,
            ..Self::nothing(places, bytes)
        }
    }

    /// Those of the head.
    #[must_use]
    pub fn head(&self) -> Cells<'_> {
        Cells {
            text: &self.text,
            spans: &self.head,
            xml: self.xml,
        }
    }

    /// Bytes of all texts.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// How many rows.
    #[must_use]
    pub fn rows_count(&self) -> usize {
        self.rows_count
    }

    /// Those of each row.
    pub fn rows(&self) -> impl Iterator<Item = Cells<'_>> {
        let cells = |at: usize| {
            let start = at * self.row_texts;
            Cells {
                text: &self.text,
                spans: self
                    .rows
                    .get(start..start + self.row_texts)
                    .unwrap_or_default(),
                xml: self.xml,
            }
        };
        (0..self.rows_count).map(cells)
    }

    /// Begins a row.
    pub fn begin_row(&mut self) {
        self.rows_count += 1;
        self.rows.resize(self.rows_count * self.row_texts, NOTHING);
    }

    /// Keeps a text of the head or of the last row; false where one stands there already.
    pub fn keep(&mut self, place: Text, text: &str) -> bool {
        let span = match place.of_row {
            false => self.head.get_mut(place.number),
            true => {
                let last = self.rows.len().saturating_sub(self.row_texts);
                self.rows.get_mut(last + place.number)
            }
        };
        match span {
            // No row has begun: nothing of it is kept.
            None => true,
            Some(span) if *span != NOTHING => false,
            Some(span) => {
                *span = add(&mut self.text, text);
                true
            }
        }
    }

    /// Keeps a text of every row behind the first so many.
    pub fn keep_in_all(&mut self, before: usize, number: usize, text: &str) {
        let span = add(&mut self.text, text);
        let own = self.row_texts.max(1);
        for row in self.rows.chunks_mut(own).skip(before) {
            if let Some(cell) = row.get_mut(number) {
                *cell = span;
            }
        }
    }

    /// How much there is.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark {
            texts: self.text.len(),
            rows: self.rows_count,
        }
    }

    /// Forgets what was found since.
    pub fn go_back(&mut self, mark: Mark) {
        self.rows_count = mark.rows;
        self.rows.truncate(mark.rows * self.row_texts);
        self.text.truncate(mark.texts);
        for span in self.head.iter_mut().chain(&mut self.rows) {
            if span.0 >= end_of(&self.text) {
                *span = NOTHING;
            }
        }
    }
}

fn add(all: &mut String, text: &str) -> Span {
    let start = end_of(all);
    all.push_str(text);
    let end = end_of(all);
    all.push(END);
    (start, end)
}
