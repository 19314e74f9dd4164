//! Counts and sums for regulators.

use crate::access::Sight;
use crate::api::answer::{Group, SumOf, Summary};
use crate::book::Batch;
use crate::core::Core;
use crate::query::batches::states;
use std::collections::BTreeMap;

/// By what is grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// Paying bank.
    Bank,
    /// Employer.
    Employer,
    /// Project.
    Project,
    /// Region.
    Region,
    /// Month for which is paid.
    PayMonth,
    /// Line state.
    State,
}

impl GroupBy {
    /// Every way to group.
    pub const ALL: [Self; 6] = [
        Self::Bank,
        Self::Employer,
        Self::Project,
        Self::Region,
        Self::PayMonth,
        Self::State,
    ];

    /// The word of the public contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::Employer => "employer",
            Self::Project => "project",
            Self::Region => "region",
            Self::PayMonth => "pay_month",
            Self::State => "state",
        }
    }

    /// Reads the word of the public contract.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == word)
    }

    fn key(self, batch: &Batch) -> Option<String> {
        let head = &batch.head;
        match self {
            Self::Bank => Some(head.paying_bank.to_string()),
            Self::Employer => Some(head.employer.to_string()),
            Self::Project => head.project_code.clone(),
            Self::Region => head.region.map(|region| region.to_string()),
            Self::PayMonth => Some(head.pay_month.to_string()),
            Self::State => None,
        }
    }
}

/// Groups of what the caller sees. Lines refused at intake are outside the totals; by state they
/// are a group of their own, with its own total.
#[must_use]
pub fn summary(core: &Core, sight: Sight, by: GroupBy) -> (Summary, u64) {
    let desk = core.desk();
    let mut groups: BTreeMap<Option<String>, Group> = BTreeMap::new();
    let mut total = SumOf::default();
    for batch in desk.batches().filter(|batch| sight.sees_batch(&batch.head)) {
        let instructed = batch.sums.instructed();
        add(&mut total, instructed.count.into(), instructed.fen);
        let of_batch = states(&batch.sums);
        if by == GroupBy::State {
            for (state, sum) in of_batch {
                let group = group_of(&mut groups, Some(state.clone()));
                group.batches += 1;
                add(&mut group.total, sum.count, sum.fen);
                add(group.states.entry(state).or_default(), sum.count, sum.fen);
            }
            continue;
        }
        let group = group_of(&mut groups, by.key(batch));
        group.batches += 1;
        add(&mut group.total, instructed.count.into(), instructed.fen);
        for (state, sum) in of_batch {
            add(group.states.entry(state).or_default(), sum.count, sum.fen);
        }
    }
    let summary = Summary {
        group_by: by.as_str().to_owned(),
        groups: groups.into_values().collect(),
        total,
    };
    (summary, desk.sequence())
}

fn group_of(groups: &mut BTreeMap<Option<String>, Group>, key: Option<String>) -> &mut Group {
    groups.entry(key.clone()).or_insert_with(|| Group {
        key,
        batches: 0,
        total: SumOf::default(),
        states: BTreeMap::new(),
    })
}

fn add(sum: &mut SumOf, count: u64, fen: i64) {
    sum.count = sum.count.saturating_add(count);
    sum.fen = sum.fen.saturating_add(fen);
}
