//! Reconciliation breaks, to those whom they concern.

use crate::access::Sight;
use crate::api::answer::{BreakView, Breaks, ProposalView};
use crate::book::Proposal;
use crate::core::Core;
use crate::query::moment;
use crate::reconcile::{self, Break, BreakKind, Place};
use schemas::LineEvent;
use std::collections::BTreeMap;

/// A message younger than this is being read now; an older one was interrupted.
const READING_MS: i64 = 60_000;

/// A page of the breaks that the caller may see, behind the place `after`; the counts are of all.
#[must_use]
pub fn breaks(core: &Core, sight: Sight, after: Option<Place>, limit: usize) -> (Breaks, u64) {
    let now_ms = core.now_ms();
    let desk = core.desk();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut views = Vec::new();
    let (mut last, mut next) = (after, None);
    for found in reconcile::breaks(&desk)
        .into_iter()
        .filter(|found| sees(sight, found) && !is_being_read(found, now_ms))
    {
        *counts.entry(found.kind.as_str().to_owned()).or_default() += 1;
        if after.is_some_and(|after| found.place() <= after) {
            continue;
        }
        if views.len() >= limit {
            next = last;
            continue;
        }
        last = Some(found.place());
        // Which operator proposed what is the operators' and the regulators' matter.
        let proposal = match sight {
            Sight::Operator | Sight::Region(_) | Sight::Province => found
                .payment
                .and_then(|payment| desk.proposal(payment))
                .map(proposal_view),
            Sight::Employer(_) | Sight::Bank(_) | Sight::Nothing => None,
        };
        views.push(break_view(&found, now_ms, proposal));
    }
    (
        Breaks {
            breaks: views,
            counts,
            next: next.map(|place| place.to_string()),
        },
        desk.sequence(),
    )
}

fn is_being_read(found: &Break, now_ms: i64) -> bool {
    found.kind == BreakKind::MessageOpen && now_ms.saturating_sub(found.since_ms) < READING_MS
}

fn sees(sight: Sight, found: &Break) -> bool {
    match sight {
        Sight::Operator => true,
        Sight::Bank(bank) => Some(bank) == found.bank,
        Sight::Region(_) | Sight::Province => sight.sees_region(found.region.as_ref()),
        Sight::Employer(_) | Sight::Nothing => false,
    }
}

fn proposal_view(proposal: &Proposal) -> ProposalView {
    let outcome = match proposal.outcome {
        LineEvent::ResolvePaid => "paid",
        LineEvent::ResolveFailed
        | LineEvent::Release
        | LineEvent::Cancel
        | LineEvent::Intend
        | LineEvent::NotSent
        | LineEvent::Accept
        | LineEvent::Pay
        | LineEvent::Fail
        | LineEvent::LoseTrack
        | LineEvent::Return => "failed",
    };
    ProposalView {
        outcome: outcome.to_owned(),
        reason: proposal.reason.map(|reason| reason.to_string()),
        evidence_digest: proposal.evidence_digest.clone(),
        operator: proposal.operator.clone(),
        at: moment(proposal.time_ms),
    }
}

fn break_view(found: &Break, now_ms: i64, proposal: Option<ProposalView>) -> BreakView {
    BreakView {
        kind: found.kind.as_str().to_owned(),
        bank: found.bank.map(|bank| bank.to_string()),
        employer_uscc: found.employer.map(|employer| employer.to_string()),
        batch_id: found.batch.map(|batch| batch.to_string()),
        payment_id: found.payment.map(|payment| payment.to_string()),
        amount_fen: found.amount_fen,
        reported_fen: found.reported_fen,
        since: moment(found.since_ms),
        age_seconds: now_ms.saturating_sub(found.since_ms).max(0) / 1000,
        why: found.why.clone(),
        sequence: (found.sequence != 0).then_some(found.sequence),
        proposal,
    }
}
