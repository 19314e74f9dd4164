//! What goes to a person's terminal: columns that line up with Chinese text, colours only where
//! someone looks, a progress bar on stderr for anything over a second.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
pub use schemas::value::grouped;
use std::borrow::Cow;
use std::io::{IsTerminal, Write};
use std::time::Duration;

/// Colours of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// None.
    #[default]
    Plain,
    /// Good.
    Green,
    /// Look at it.
    Yellow,
    /// Wrong.
    Red,
    /// Unimportant.
    Dim,
    /// A title.
    Bold,
}

impl Colour {
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Green => Some("32"),
            Self::Yellow => Some("33"),
            Self::Red => Some("31"),
            Self::Dim => Some("2"),
            Self::Bold => Some("1"),
        }
    }
}

/// Standard output with or without colours.
pub struct Paper<W: Write> {
    out: W,
    coloured: bool,
}

/// Standard output of this process: coloured on a terminal unless `NO_COLOR` is set.
#[must_use]
pub fn paper() -> Paper<std::io::BufWriter<std::io::Stdout>> {
    let out = std::io::stdout();
    let coloured = out.is_terminal() && colours_wanted();
    Paper {
        out: std::io::BufWriter::new(out),
        coloured,
    }
}

impl<W: Write> Paper<W> {
    /// A paper for tests.
    pub fn plain(out: W) -> Self {
        Self {
            out,
            coloured: false,
        }
    }

    /// The same, whatever it is printed on.
    #[must_use]
    pub fn boxed(self) -> Paper<Box<dyn Write>>
    where
        W: 'static,
    {
        Paper {
            out: Box::new(self.out),
            coloured: self.coloured,
        }
    }

    /// Writes a line; a text of several becomes one.
    ///
    /// # Errors
    /// When the output is closed.
    pub fn line(&mut self, text: &str) -> std::io::Result<()> {
        self.coloured_line(text, Colour::Plain)
    }

    /// Writes a line in a colour.
    ///
    /// # Errors
    /// When the output is closed.
    pub fn coloured_line(&mut self, text: &str, colour: Colour) -> std::io::Result<()> {
        self.piece(text, colour)?;
        self.out.write_all(b"\n")
    }

    /// Writes a JSON document.
    ///
    /// # Errors
    /// When the output is closed.
    pub fn document(&mut self, value: &serde_json::Value) -> std::io::Result<()> {
        serde_json::to_writer_pretty(&mut self.out, value)?;
        self.out.write_all(b"\n")
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// When the output is closed.
    pub fn raw(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.out.write_all(bytes)
    }

    /// Hands over everything.
    ///
    /// # Errors
    /// When the output is closed.
    pub fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }

    fn piece(&mut self, text: &str, colour: Colour) -> std::io::Result<()> {
        let text = &harmless(text);
        match colour.code().filter(|_| self.coloured) {
            Some(code) => write!(self.out, "\u{1b}[{code}m{text}\u{1b}[0m"),
            None => self.out.write_all(text.as_bytes()),
        }
    }

    /// Writes a table.
    ///
    /// # Errors
    /// When the output is closed.
    pub fn table(&mut self, table: &Table) -> std::io::Result<()> {
        let widths = table.widths();
        let titles: Vec<Cell> = table
            .columns
            .iter()
            .map(|(title, _)| Cell::from(title.as_str()).coloured(Colour::Bold))
            .collect();
        self.row(table, &widths, &titles)?;
        for row in &table.rows {
            self.row(table, &widths, row)?;
        }
        Ok(())
    }

    fn row(&mut self, table: &Table, widths: &[usize], cells: &[Cell]) -> std::io::Result<()> {
        let last = cells.len().saturating_sub(1);
        for (place, cell) in cells.iter().enumerate() {
            let width = widths.get(place).copied().unwrap_or_default();
            let gap = " ".repeat(width.saturating_sub(columns(&cell.text)));
            let right = matches!(table.columns.get(place), Some((_, Align::Right)));
            if right {
                self.out.write_all(gap.as_bytes())?;
            }
            self.piece(&cell.text, cell.colour)?;
            if place == last {
                break;
            }
            if !right {
                self.out.write_all(gap.as_bytes())?;
            }
            self.out.write_all(b"  ")?;
        }
        self.out.write_all(b"\n")
    }
}

/// A text fit for one line of a terminal: what would steer it, end the line or turn the direction
/// of writing becomes a space. A bank or an employer may have written it.
fn harmless(text: &str) -> Cow<'_, str> {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}')
            || matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    match text.contains(steers) {
        false => Cow::Borrowed(text),
        true => Cow::Owned(text.replace(steers, " ")),
    }
}

/// Where a column's text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// One cell.
#[derive(Clone, Debug)]
pub struct Cell {
    text: String,
    colour: Colour,
}

impl Cell {
    /// The same in a colour.
    #[must_use]
    pub fn coloured(mut self, colour: Colour) -> Self {
        self.colour = colour;
        self
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self {
            text,
            colour: Colour::Plain,
        }
    }
}

/// A table: titles with their alignment, rows of cells.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new(columns: &[(&str, Align)]) -> Self {
        Self {
            columns: columns
                .iter()
                .map(|(title, align)| ((*title).to_owned(), *align))
                .collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    fn widths(&self) -> Vec<usize> {
        let of_column = |place: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(place));
            cells
                .map(|cell| columns(&cell.text))
                .max()
                .unwrap_or_default()
        };
        self.columns
            .iter()
            .enumerate()
            .map(|(place, (title, _))| of_column(place).max(columns(title)))
            .collect()
    }
}

/// Terminal columns of a text: hanzi, full-width signs and kana take two.
#[must_use]
pub fn columns(text: &str) -> usize {
    text.chars()
        .map(|character| match u32::from(character) {
            0x1100..=0x115F
            | 0x2E80..=0xA4CF
            | 0xAC00..=0xD7A3
            | 0xF900..=0xFAFF
            | 0xFE30..=0xFE6F
            | 0xFF00..=0xFF60
            | 0xFFE0..=0xFFE6
            | 0x1F300..=0x1F64F
            | 0x20000..=0x3FFFD => 2,
            _ => 1,
        })
        .sum()
}

/// A bar on stderr, of `length` units. On no terminal it draws nothing.
#[must_use]
pub fn progress(length: u64, template: &str) -> ProgressBar {
    // Fewer than four pictures a second; the first one only after a tick, so that what is done
    // within a second shows none.
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr_with_hz(4));
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
    }
    bar
}

/// How long a command works before it shows a bar.
pub const QUIET: Duration = Duration::from_secs(1);

/// Yuan with thousands separated: `1,234,567.89`.
#[must_use]
pub fn yuan(fen: i64) -> String {
    schemas::Fen(fen).yuan_grouped()
}

/// Standard error with or without colours.
#[must_use]
pub fn errors() -> Paper<std::io::BufWriter<std::io::Stderr>> {
    let out = std::io::stderr();
    let coloured = out.is_terminal() && colours_wanted();
    Paper {
        out: std::io::BufWriter::new(out),
        coloured,
    }
}

/// The convention of no-color.org.
fn colours_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
