//! The pages of a query's answer, put together.

use super::{Conversation, State};
use crate::exchange::{Outcome, Unreadable};
use crate::layout::fault::unreadable;
use crate::layout::field::Field;
use crate::layout::values::Values;
use crate::pages::Pages;

impl Conversation<'_> {
    /// The answer with the rows of every page; `None` while a page is missing.
    ///
    /// # Errors
    /// A key that does not end: see [`Self::next_key`].
    pub(super) fn with_pages(&mut self, mut said: Values) -> Result<Option<Values>, Unreadable> {
        let Some(step) = self.steps.get(self.at) else {
            return Ok(None);
        };
        let answered = self.adapter.request_outcome(&step.codes, &said) == Outcome::Accepted;
        let Some(pages) = step.pages.as_ref().filter(|_| answered) else {
            return Ok(Some(said));
        };
        let page = said.rows.len();
        self.rows.append(&std::mem::take(&mut said.rows));
        let more = match pages.key.is_empty() {
            true => self.next_row(pages, &said, page),
            false => self.next_key(pages, &said, page)?,
        };
        if more {
            self.state = State::Ready;
            return Ok(None);
        }
        pages.forget(&mut said);
        said.rows = std::mem::take(&mut self.rows);
        Ok(Some(said))
    }

    fn told(&self) -> i64 {
        i64::try_from(self.rows.len()).unwrap_or(i64::MAX)
    }

    fn own_count(&self) -> i64 {
        let own = self.values.as_ref();
        own.and_then(|values| values.number(Field::FileCount))
            .unwrap_or_default()
    }

    /// Whether to ask from the next row. A bank that repeats itself is asked at most once for
    /// each line of the file.
    fn next_row(&self, pages: &Pages, said: &Values, page: usize) -> bool {
        let told = self.told();
        let more = match said.number(Field::FileCount) {
            Some(stated) => told < stated,
            None => page == pages.rows,
        };
        more && page > 0 && told < self.own_count()
    }

    /// Whether the answer gave a key to go on with. The key of the answer takes the place of the
    /// one before it whole.
    ///
    /// # Errors
    /// A key without a row beside it, behind more rows than the file has, or given before: such
    /// a bank would be asked for ever, and what it told of the rows is not the whole.
    fn next_key(&mut self, pages: &Pages, said: &Values, page: usize) -> Result<bool, Unreadable> {
        if let Some(values) = &mut self.values {
            pages.forget(values);
        }
        let Some(key) = pages.key_in(said) else {
            return Ok(false);
        };
        if page == 0 || self.told() > self.own_count() {
            return Err(unreadable("the answer goes on behind its last row"));
        }
        if !self.keys.insert(key.clone()) {
            return Err(unreadable("the answer goes on where it went on before"));
        }
        if let Some(values) = &mut self.values {
            let given = pages.key.iter().cloned().zip(key);
            let given = given.filter(|(_, value)| !value.is_empty());
            values.captured.extend(given);
        }
        Ok(true)
    }
}
