//! Reconciliation breaks, to those whom they concern.

mod words;

use crate::access::Sight;
use crate::api::answer::{BreakView, Breaks, ProposalView};
use crate::book::Proposal;
use crate::core::Core;
use crate::query::moment;
use crate::reconcile::{self, Asked, Break, Place};
use schemas::value::{BankCode, RegionCode};
use schemas::{Lang, LineEvent};

/// A message younger than this is being read now; an older one was interrupted.
const READING_MS: i64 = 60_000;

/// A page of the breaks that the caller may see, in the caller's language: so many behind a
/// place; the counts are of all.
#[must_use]
pub fn breaks(
    core: &Core,
    sight: Sight,
    (after, limit): (Option<Place>, usize),
    lang: Lang,
) -> (Breaks, u64) {
    let now_ms = core.now_ms();
    let asked = Asked {
        concerns: &|bank, region| sees(sight, bank, region),
        after,
        limit,
        open_until_ms: now_ms.saturating_sub(READING_MS),
    };
    let desk = core.desk();
    let page = reconcile::page(&desk, &asked);
    let proposals: Vec<Option<Proposal>> = page
        .shown
        .iter()
        .map(|found| desk.proposal(found.payment?).cloned())
        .collect();
    let sequence = desk.sequence();
    // Words are made for what is shown, when others may work again.
    drop(desk);
    // Which operator proposed what is the operators' and the regulators' matter.
    let sees_proposals = match sight {
        Sight::Operator | Sight::Region(_) | Sight::Province => true,
        Sight::Employer(_) | Sight::Bank(_) | Sight::Nothing => false,
    };
    let shown = page.shown.iter().zip(&proposals);
    let views = shown.map(|(found, proposal)| {
        let proposal = proposal.as_ref().filter(|_| sees_proposals);
        break_view(found, (now_ms, lang), proposal.map(proposal_view))
    });
    let counts = page.counts.iter();
    let breaks = Breaks {
        breaks: views.collect(),
        counts: counts
            .map(|(kind, count)| (kind.as_str().to_owned(), *count))
            .collect(),
        next: page.next.map(|place| place.to_string()),
    };
    (breaks, sequence)
}

fn sees(sight: Sight, bank: Option<BankCode>, region: Option<&RegionCode>) -> bool {
    match sight {
        Sight::Operator => true,
        Sight::Bank(own) => bank == Some(own),
        Sight::Region(_) | Sight::Province => sight.sees_region(region),
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

fn break_view(
    found: &Break,
    (now_ms, lang): (i64, Lang),
    proposal: Option<ProposalView>,
) -> BreakView {
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
        message: words::message(found.kind, &found.why, lang),
        sequence: (found.sequence != 0).then_some(found.sequence),
        proposal,
    }
}
