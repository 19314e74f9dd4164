//! Answers that are of another file, or of none.

use super::{Conversation, FlowKind};
use crate::exchange::{Outcome, Unreadable};
use crate::layout::fault::unreadable;
use crate::layout::field::Field;
use crate::layout::values::Values;
use crate::reply::batch_code;
use crate::wire::Message;

impl Conversation<'_> {
    /// A reply that names another file of ours is not the answer to this one.
    pub(super) fn refuse_foreign(&self, said: &Values) -> Result<(), Unreadable> {
        let known = self.values.as_ref().map(|values| &values.captured);
        let mut named = self
            .adapter
            .dialect
            .capture
            .iter()
            .filter(|c| c.names_batch);
        let other = named.any(|capture| {
            let ours = known.and_then(|known| known.get(&capture.name));
            let theirs = said.captured.get(&capture.name);
            ours.zip(theirs)
                .is_some_and(|(ours, theirs)| ours != theirs)
        });
        if other {
            let mut foreign = unreadable("the answer names another batch of the bank");
            foreign.of_another_file = true;
            return Err(foreign);
        }
        let differs = |field| {
            let ours = self.values.as_ref().and_then(|v| v.text(field));
            said.text(field)
                .zip(ours)
                .is_some_and(|(theirs, ours)| theirs != ours)
        };
        // A query's other day is listed with what it says; a return is believed by its rows alone.
        let of_other_day = self.kind == FlowKind::Returns && differs(Field::FileDate);
        if differs(Field::FileNo) || of_other_day {
            let mut foreign = unreadable("the answer names another file");
            foreign.of_another_file = true;
            return Err(foreign);
        }
        Ok(())
    }

    /// A signature says who speaks, not of what: an answer of yesterday is signed as well. What is
    /// signed and decides anything names our file, where the message has a place for it.
    pub(super) fn refuse_nameless(
        &self,
        message: &Message,
        said: &Values,
    ) -> Result<(), Unreadable> {
        if message.signature().is_none() || !message.names_file() {
            return Ok(());
        }
        let codes = self.steps.get(self.at).map(|step| &step.codes);
        let request = codes.map(|codes| self.adapter.request_outcome(codes, said));
        let refused = matches!(request, Some(Outcome::Failed(_) | Outcome::NotFound));
        let decides = refused || !said.rows.is_empty() || batch_code(said).is_some();
        match said.text(Field::FileNo) {
            None if decides => Err(unreadable("the answer names no file")),
            None | Some(_) => Ok(()),
        }
    }
}
