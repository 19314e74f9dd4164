//! M13: nobody alone. Who approves is another person than who submitted, over the digest, count
//! and total of the file; who confirms a resolution is another operator than who proposed it, over
//! the same evidence. Nothing is intended that nobody approved.

use super::Found;
use crate::book::Book;
use crate::event::Event;
use schemas::value::{BatchId, PaymentId};
use std::collections::{BTreeMap, BTreeSet};

/// Whether two certificates may be one human's: two spellings of a name are, and a certificate that
/// names nobody may be anybody's.
pub(in crate::simulation) fn may_be_one(one: &str, other: &str) -> bool {
    match (person(one), person(other)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one == other,
        (Some(_), None) | (None, Some(_)) => true,
    }
}

/// The person of a certificate, by one spelling.
pub(in crate::simulation) fn person(uri: &str) -> Option<String> {
    let (_, name) = uri.split_once(":person:")?;
    Some(name.to_lowercase())
}

/// Who did what.
#[derive(Debug, Default)]
pub(super) struct People {
    makers: BTreeMap<BatchId, String>,
    approved: BTreeSet<BatchId>,
    /// Operator and evidence.
    proposed: BTreeMap<PaymentId, (String, String)>,
}

impl People {
    pub(super) fn before(
        &mut self,
        book: &Book,
        actor: &str,
        event: &Event,
        found: &mut Found<'_>,
    ) {
        if let Event::BatchAccepted(head) = event {
            self.makers.insert(head.batch, head.submitted_by.clone());
        } else if let Event::BatchApproved { batch, person, .. } = event {
            let approver = self::person(person);
            let made = |maker: &String| self::person(maker) == approver;
            if self.makers.get(batch).is_none_or(made) || person != actor {
                found.add("M13", format!("{batch}: the maker approves"));
            }
            if approver.is_none() {
                found.add("M13", format!("{batch}: nobody in person approves"));
            }
            self.approved.insert(*batch);
        } else if let Event::FileIntended(intent) = event {
            if !self.approved.contains(&intent.batch) {
                found.add("M13", format!("{} is intended unapproved", intent.batch));
            }
        } else if let Event::ResolutionProposed {
            payment,
            operator,
            evidence_digest,
            ..
        } = event
        {
            let said = (operator.clone(), evidence_digest.clone());
            self.proposed.insert(*payment, said);
        } else if let Event::Outcomes {
            file_no,
            moves,
            disputes,
            ..
        } = event
        {
            // What was proposed was about the line as it stood.
            let rows = moves.iter().map(|step| step.index);
            let rows = rows.chain(disputes.iter().map(|(row, ..)| *row));
            if let Some(batch) = book.file(*file_no).map(|file| file.intent.batch) {
                for row in rows {
                    self.proposed.remove(&PaymentId { batch, row });
                }
            }
        } else if let Event::ResolutionConfirmed {
            payment,
            operator,
            evidence_digest,
            ..
        } = event
        {
            let proposal = self.proposed.remove(payment);
            let alone = proposal
                .as_ref()
                .is_none_or(|(by, _)| may_be_one(by, operator));
            if alone || operator != actor {
                found.add("M13", format!("{payment}: one operator resolves alone"));
            }
            let other = proposal.is_some_and(|(_, digest)| digest != *evidence_digest);
            if other || book.line(*payment).is_none() {
                found.add("M13", format!("{payment}: resolved over other evidence"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::may_be_one;

    #[test]
    fn one_person_is_one_by_whatever_spelling() {
        let one = "urn:anxin:operator:duty:person:one";
        let two = "urn:anxin:operator:duty:person:two";
        assert!(may_be_one(one, "urn:anxin:operator:duty:person:ONE"));
        assert!(may_be_one(one, "urn:anxin:operator:night:person:One"));
        assert!(
            may_be_one(one, "urn:anxin:operator:duty"),
            "who is behind it?"
        );
        assert!(!may_be_one(one, two));
        assert!(!may_be_one(
            "urn:anxin:operator:duty",
            "urn:anxin:operator:night"
        ));
    }
}
