//! A page of the list of breaks. Each source gives what it has in the order of the list, from the
//! cursor on; the page takes the lowest of them until it is full, and only what it takes is made
//! into a break. The counts are kept by the book.

use super::source::{Found, Source, sources};
use super::{Break, BreakKind, Place};
use crate::book::Book;
use schemas::value::{BankCode, RegionCode};
use std::collections::BTreeMap;

/// Which page.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// What of the list, by a break's bank and region, as far as it has them.
    pub concerns: &'a dyn Fn(Option<BankCode>, Option<&RegionCode>) -> bool,
    /// Behind this place.
    pub after: Option<Place>,
    /// At most so many.
    pub limit: usize,
    /// Messages that came after the first moment and not after the second, Unix milliseconds, are
    /// being read now: not listed. Later ones were stamped before the clock was set back.
    pub reading_ms: (i64, i64),
}

impl std::fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked")
            .field("after", &self.after)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// A page, and how many there are in all.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What it shows.
    pub shown: Vec<Break>,
    /// Place of the last one shown, where there are more.
    pub next: Option<Place>,
    /// All that was asked for, whatever the page, by kind; a kind without any is left out.
    pub counts: BTreeMap<BreakKind, u64>,
    /// What it cost: how many places of the list were looked at.
    pub visited: usize,
}

/// The page of the list that is asked for.
#[must_use]
pub fn page(book: &Book, asked: &Asked<'_>) -> Page {
    let (sources, counts) = sources(book, asked);
    let mut page = Page {
        counts,
        ..Page::default()
    };
    let mut heads: BTreeMap<Place, (Found<'_>, Source<'_>)> = BTreeMap::new();
    for source in sources {
        advance(source, asked.after, &mut heads, &mut page.visited);
    }
    while let Some((place, (found, source))) = heads.pop_first() {
        if page.shown.len() >= asked.limit {
            page.next = page.shown.last().map(Break::place);
            break;
        }
        page.shown.push(found.tell(place));
        advance(source, asked.after, &mut heads, &mut page.visited);
    }
    page
}

/// Puts the next of a source among the heads.
fn advance<'a>(
    mut source: Source<'a>,
    after: Option<Place>,
    heads: &mut BTreeMap<Place, (Found<'a>, Source<'a>)>,
    visited: &mut usize,
) {
    let next = source.find(|(place, _)| {
        *visited += 1;
        after.is_none_or(|after| *place > after)
    });
    if let Some((place, found)) = next {
        heads.insert(place, (found, source));
    }
}
