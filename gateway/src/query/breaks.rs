//! Reconciliation breaks, to those whom they concern.

mod words;

pub(crate) use words::of_message;

use crate::access::Sight;
use crate::api::answer::{BreakView, Breaks, ProposalView};
use crate::book::{Book, Proposal};
use crate::core::Core;
use crate::query::history::proposed_words;
use crate::query::personal::Seen;
use crate::query::{QueryError, moment};
use crate::reconcile::{self, Asked, Break, Place};
use crate::resolution::outcome_word;
use schemas::Lang;
use schemas::value::{BankCode, PaymentId, RegionCode};

/// A message younger than this is being read now; an older one was interrupted.
const READING_MS: i64 = 60_000;

/// A page of the breaks that the caller may see, in the caller's language: so many behind a
/// place; the counts are of all.
///
/// # Errors
/// When the words of a proposal can't be read.
pub fn breaks(
    core: &Core,
    sight: Sight,
    (after, limit): (Option<Place>, usize),
    lang: Lang,
) -> Result<(Breaks, u64), QueryError> {
    let now_ms = core.now_ms();
    let asked = Asked {
        concerns: &|bank, region| sees(sight, bank, region),
        after,
        limit,
        reading_ms: (
            now_ms.saturating_sub(READING_MS),
            now_ms.saturating_add(READING_MS),
        ),
    };
    let desk = core.desk();
    let page = reconcile::page(&desk, &asked);
    // Which operator proposed what is the operators' and the regulators' matter.
    let sees_proposals = match sight {
        Sight::Operator | Sight::Region(_) | Sight::Province => true,
        Sight::Employer(_) | Sight::Bank(_) | Sight::Nothing => false,
    };
    let shown = page.shown.iter();
    let proposals: Vec<Option<(Proposal, Seen)>> = shown
        .map(|found| waiting(&desk, sight, found.payment.filter(|_| sees_proposals)?))
        .collect();
    let sequence = desk.sequence();
    // Words are made for what is shown, when others may work again.
    drop(desk);
    let mut views = Vec::with_capacity(page.shown.len());
    for (found, proposal) in page.shown.iter().zip(&proposals) {
        let proposal = match proposal {
            Some((proposal, seen)) => {
                let words = proposed_words(core, proposal.sequence, seen)?;
                Some(proposal_view(proposal, words))
            }
            None => None,
        };
        views.push(break_view(found, (now_ms, lang), proposal));
    }
    let counts = page.counts.iter();
    let breaks = Breaks {
        breaks: views,
        counts: counts
            .map(|(kind, count)| (kind.as_str().to_owned(), *count))
            .collect(),
        next: page.next.map(|place| place.to_string()),
    };
    Ok((breaks, sequence))
}

/// The resolution of a line that waits for its second operator, and the line.
fn waiting(book: &Book, sight: Sight, payment: PaymentId) -> Option<(Proposal, Seen)> {
    let proposal = book.proposal(payment)?.clone();
    let (batch, line) = book.line(payment)?;
    Some((proposal, Seen::of(book, sight, batch, payment.row, line)))
}

fn sees(sight: Sight, bank: Option<BankCode>, region: Option<&RegionCode>) -> bool {
    match sight {
        Sight::Operator => true,
        Sight::Bank(own) => bank == Some(own),
        Sight::Region(_) | Sight::Province => sight.sees_region(region),
        Sight::Employer(_) | Sight::Nothing => false,
    }
}

fn proposal_view(proposal: &Proposal, words: Option<String>) -> ProposalView {
    ProposalView {
        outcome: outcome_word(proposal.outcome).to_owned(),
        reason: proposal.reason.map(|reason| reason.to_string()),
        words,
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
        file_no: found.file_no,
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
