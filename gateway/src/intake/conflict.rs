//! M7: the same number with other content. The answer names the first field that differs.

use super::Submission;
use super::sink::{Collected, PayerPart};
use crate::book::Batch;
use crate::core::{Core, CoreError};
use schemas::BatchHead;
use schemas::value::{BatchId, Purpose};

/// A number in use for something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The batch that has the number.
    pub batch: BatchId,
    /// The first different field, in the order of the template: `policy`, a field of the head,
    /// `lines[N]` by the line's place, or `content` where only the spelling differs.
    pub field: String,
}

impl Conflict {
    /// Compares a readable file with the batch that has its number.
    ///
    /// # Errors
    /// When the batch's own record can't be read.
    pub(super) fn between(
        core: &Core,
        batch: &Batch,
        head: &BatchHead,
        submission: &Submission<'_>,
        collected: &Collected,
    ) -> Result<Self, CoreError> {
        let (record, _) = core.event(batch.accepted_at)?;
        let payer: PayerPart = serde_json::from_slice(&core.personal(&record)?)?;
        let known = &batch.head;
        let account = head.payer_account.reveal(Purpose::Matching);
        let name = head
            .payer_name
            .as_ref()
            .map(|name| name.reveal(Purpose::Matching));
        let stated_lines = batch.lines.len() == collected.rows.len();
        let differs = [
            ("policy", known.policy != submission.policy),
            ("employer_name", payer.employer_name != head.employer_name),
            ("project_code", known.project_code != head.project_code),
            ("pay_month", known.pay_month != head.pay_month),
            ("paying_bank", known.paying_bank != head.paying_bank),
            ("payer_account", payer.payer_account != account),
            ("payer_name", payer.payer_name.as_deref() != name),
            ("line_count", !stated_lines),
        ];
        let field = match differs.iter().find(|(_, differs)| *differs) {
            Some((field, _)) => (*field).to_owned(),
            None => first_line(batch, collected).unwrap_or_else(|| "content".to_owned()),
        };
        Ok(Self {
            batch: batch.id(),
            field,
        })
    }

    /// For a file that could not be read to its end.
    pub(super) fn by_digest(batch: &Batch, submission: &Submission<'_>) -> Self {
        let policy = batch.head.policy != submission.policy;
        let field = if policy { "policy" } else { "content" };
        Self {
            batch: batch.id(),
            field: field.to_owned(),
        }
    }
}

/// The first line that differs, and what of it: `lines[2].amount`.
fn first_line(batch: &Batch, collected: &Collected) -> Option<String> {
    batch
        .lines
        .iter()
        .zip(&collected.rows)
        .find_map(|(line, row)| {
            let differs = [
                ("line_no", line.line_no != row.line_no),
                ("id_number", line.person != row.person),
                ("account", line.account != row.account),
                ("amount", line.amount_fen != row.amount_fen),
            ];
            let (field, _) = differs.iter().find(|(_, differs)| *differs)?;
            Some(format!("lines[{}].{field}", row.index))
        })
}
