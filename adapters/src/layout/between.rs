//! What stands between the values of a row: always the same, so it is written once for a message.

use super::atom::WriteContext;
use super::lines::RowFault;
use super::slot::Slot;

/// Stands for a value in a row that is taken apart; no definition has it.
pub(super) const VALUE: char = '\0';

/// A row without its values. The texts that are the same in each row are among what stands between
/// them.
pub(super) struct Between<'t> {
    /// What stands before each value.
    values: Vec<(String, &'t Slot)>,
    /// What stands behind the last.
    end: String,
}

impl<'t> Between<'t> {
    /// A row that is a line: a separator between its columns, and what stands behind the last.
    pub(super) fn of_columns(slots: &'t [Slot], (separator, behind): (&str, &str)) -> Self {
        let (mut values, mut between) = (Vec::new(), String::new());
        for (at, slot) in slots.iter().enumerate() {
            between.push_str(if at > 0 { separator } else { "" });
            match slot.fixed_text() {
                Some(text) => between.push_str(text),
                None => values.push((std::mem::take(&mut between), slot)),
            }
        }
        between.push_str(behind);
        Self {
            values,
            end: between,
        }
    }

    /// A row as it is written with [`VALUE`] in place of the value of each of these slots; `None`
    /// where it has not as many.
    pub(super) fn of_row(row: &str, slots: impl Iterator<Item = &'t Slot>) -> Option<Self> {
        let mut pieces = row.split(VALUE).map(str::to_owned);
        let values: Option<Vec<_>> = slots.map(|slot| Some((pieces.next()?, slot))).collect();
        let (values, end) = (values?, pieces.next()?);
        pieces.next().is_none().then_some(Self { values, end })
    }

    /// Writes every row behind what stands in `out`, a separator between them. Where a value may
    /// have marks of XML, `escape` is told where it begins.
    ///
    /// # Errors
    /// The first place that does not fit, with its row.
    pub(super) fn write_rows(
        &self,
        (context, separator): (&WriteContext<'_>, &str),
        out: &mut String,
        escape: impl Fn(&mut String, usize),
    ) -> Result<(), RowFault> {
        let start = out.len();
        for (at, row) in context.listed.iter().enumerate() {
            out.push_str(if at > 0 { separator } else { "" });
            self.write(&context.of_row(row), out, &escape)?;
            if at == 0 {
                // Most rows are about as long as the first.
                let one = out.len() - start + separator.len();
                out.reserve(context.listed.len().saturating_sub(1).saturating_mul(one));
            }
        }
        Ok(())
    }

    /// Writes the row in `context` behind what stands in `out`, as [`Self::write_rows`].
    ///
    /// # Errors
    /// The first place that does not fit, with the row.
    pub(super) fn write(
        &self,
        context: &WriteContext<'_>,
        out: &mut String,
        escape: impl Fn(&mut String, usize),
    ) -> Result<(), RowFault> {
        for (before, slot) in &self.values {
            out.push_str(before);
            let start = out.len();
            let seen = slot.write_to(context, out);
            let seen = seen.map_err(|fault| (fault, context.row_no()))?;
            if seen.may_have_marks() {
                escape(out, start);
            }
        }
        out.push_str(&self.end);
        Ok(())
    }
}
