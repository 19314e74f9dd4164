//! M14: the same wage is not paid again under another number while the first is on its way.

use super::{Book, LineState, TableRow};
use crate::event::AcceptedHead;
use schemas::value::{BatchId, PayMonth, PaymentId, Uscc};
use std::collections::HashMap;

/// Where two lines can be the same wage: employer, project and month.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Scope {
    employer: Uscc,
    project: Option<String>,
    month: PayMonth,
}

impl Scope {
    pub(super) fn of(head: &AcceptedHead) -> Self {
        Self {
            employer: head.employer,
            project: head.project_code.clone(),
            month: head.pay_month,
        }
    }
}

/// A line whose wage another batch carries already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InFlight {
    /// The line of the new batch.
    pub index: u32,
    /// The earlier payment.
    pub earlier: PaymentId,
    /// Where that one stands: final (paid) is a warning, anything else an error.
    pub state: LineState,
}

impl Book {
    /// The lines of `rows` whose wage is on its way or paid in an earlier batch. Costs nothing
    /// where the employer has no other batch of the project and month.
    ///
    /// People are compared by 64 bits of a keyed hash within one employer, project and month.
    #[must_use]
    pub fn in_flight(&self, head: &AcceptedHead, rows: &[TableRow]) -> Vec<InFlight> {
        let others: Vec<BatchId> = self
            .scopes
            .get(&Scope::of(head))
            .cloned()
            .unwrap_or_default();
        let mut wages: HashMap<(u64, i64), (PaymentId, LineState)> = HashMap::new();
        for batch in others.iter().filter_map(|id| self.batches.get(id)) {
            for (index, line) in (1u32..).zip(&batch.lines) {
                if carries_the_wage(line.state) || line.disputed.is_some() {
                    let earlier = PaymentId {
                        batch: batch.id(),
                        row: index,
                    };
                    let known = wages
                        .entry((line.person, line.amount_fen))
                        .or_insert((earlier, line.state));
                    // An unfinished payment says more than a paid one.
                    if known.1.is_final() {
                        *known = (earlier, line.state);
                    }
                }
            }
        }
        let earlier = |row: &&TableRow| wages.get(&(row.person, row.amount_fen)).copied();
        rows.iter()
            .filter(|row| !row.refused)
            .filter_map(|row| {
                let (earlier, state) = earlier(&row)?;
                Some(InFlight {
                    index: row.index,
                    earlier,
                    state,
                })
            })
            .collect()
    }
}

fn carries_the_wage(state: LineState) -> bool {
    match state {
        LineState::Held
        | LineState::Released
        | LineState::Intended
        | LineState::Accepted
        | LineState::Unknown
        | LineState::Paid => true,
        LineState::Failed | LineState::Returned | LineState::Cancelled | LineState::Refused => {
            false
        }
    }
}
