//! What a bank says came back (decision 019), when it is asked.

use super::{DispatchError, Dispatcher, order};
use crate::book::BankFile;
use crate::event::Origin;
use crate::outcome::{self, Said, Useless};
use adapters::BankAdapter;
use adapters::exchange::{Outcome, Reply, ResultFile};

impl Dispatcher {
    /// Asks the bank what came back of a file. The rows of the answer count as pushed ones do; a
    /// refusal, silence or an answer without rows changes nothing.
    pub(super) async fn ask_returns(&self, file_no: u64) -> Result<(), DispatchError> {
        let Some(file) = self.core.desk().file(file_no).cloned() else {
            return Ok(());
        };
        let Some(adapter) = self.adapter_of(&file.intent) else {
            return Ok(());
        };
        let (answer, asked_at) =
            match order::query_of(&self.core, &self.bank, &self.mandates, &file) {
                Ok(query) => {
                    let mut question = adapter.ask_returns(&query);
                    self.answer_to(file_no, &mut question).await
                }
                Err(error) => (Err(error.into()), None),
            };
        let answer = match answer {
            // Nothing is to be found out about this file today; others are.
            Err(error @ (DispatchError::Order(_) | DispatchError::Message(_))) => {
                let (bank, error) = (self.code(), crate::chain(&error));
                tracing::warn!(%bank, file_no, error, "returns can't be asked for");
                return Ok(());
            }
            answer => answer?,
        };
        let Some(Reply::Result(result)) = answer else {
            return Ok(());
        };
        if result.outcome == Outcome::Unknown && result.lines.is_empty() {
            let bank = self.code();
            tracing::warn!(%bank, file_no, "the bank did not answer the question for returns");
        }
        if let Some(why) = unfit(adapter, &file, &result) {
            outcome::useless_answer(&self.core, self.code(), file_no, why)?;
            return Ok(());
        }
        let source = outcome::Source {
            origin: Origin::Result,
            message: None,
            asked_at,
            came: None,
        };
        let said = Said::Records {
            lines: &result.lines,
            flaws: &result.flaws,
        };
        outcome::apply_from(&self.core, file_no, source, said)?;
        Ok(())
    }
}

/// Why no row of an answer is taken. The answer to a query says what came back among rows that name
/// no file of ours: it is as long as ours, and such a row names account and amount.
fn unfit(adapter: &BankAdapter, file: &BankFile, result: &ResultFile) -> Option<Useless> {
    adapter.returns_pace().filter(|pace| pace.repeats_query)?;
    let stated = result.totals.get("count").copied();
    let own = i64::try_from(file.intent.lines.len()).ok();
    if stated.is_some() && stated != own {
        return Some(Useless::OfAnotherFile);
    }
    let mut lines = result.lines.iter();
    let bare = lines.any(|line| {
        let named = line.account.is_some() && line.amount.is_some();
        line.outcome == Outcome::Returned && !named
    });
    bare.then_some(Useless::ReturnsUnreadable)
}
