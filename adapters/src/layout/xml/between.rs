//! What stands between the values of a row: always the same where no element may be left out, so
//! it is written once for a message.

use super::{Writer, split_path};
use crate::layout::atom::WriteContext;
use crate::layout::lines::RowFault;
use crate::layout::slot::Slot;
use crate::layout::tree::{Repeat, Tree};
use memchr::memchr3;

/// Stands for a value; no definition has it.
const VALUE: char = '\0';

/// A row without its values.
pub(super) struct Between<'t> {
    /// What stands before each value.
    values: Vec<(String, &'t Slot)>,
    /// What stands behind the last.
    end: String,
}

impl<'t> Between<'t> {
    /// `None` where a value decides what stands around it.
    pub(super) fn of(tree: &'t Tree, repeat: &'t Repeat) -> Option<Self> {
        let always = |slot: &Slot| {
            let own = &slot.element;
            !own.leave_out && own.across.is_empty() && !slot.path.contains('@')
        };
        if !tree.cdata.is_empty() || !repeat.slots.iter().all(always) {
            return None;
        }
        let (parent, name) = split_path(&repeat.path);
        let mut writer = Writer::of(tree);
        writer.open = parent.split('/').filter(|name| !name.is_empty()).collect();
        let outside = writer.open.len();
        writer.start(name);
        let value = VALUE.to_string();
        for slot in &repeat.slots {
            writer.elements(slot, &value, outside + 1).ok()?;
        }
        writer.close_to(outside);
        let mut pieces = writer.text.split(VALUE).map(str::to_owned);
        let values = repeat.slots.iter();
        let values = values.map(|slot| Some((pieces.next()?, slot)));
        let values: Option<Vec<_>> = values.collect();
        let end = pieces.next()?;
        pieces.next().is_none().then_some(Self {
            values: values?,
            end,
        })
    }
}

impl Writer<'_> {
    /// A row whole, its element as well.
    pub(super) fn row_between(
        &mut self,
        between: &Between<'_>,
        context: &WriteContext<'_>,
    ) -> Result<(), RowFault> {
        for (before, slot) in &between.values {
            self.text.push_str(before);
            let start = self.text.len();
            slot.write_to(context, &mut self.text)
                .map_err(|fault| (fault, context.row_no()))?;
            let value = self.text.get(start..).unwrap_or_default();
            if memchr3(b'<', b'>', b'&', value.as_bytes()).is_some() {
                let value = self.text.split_off(start);
                self.escaped(&value, false);
            }
        }
        self.text.push_str(&between.end);
        Ok(())
    }
}
