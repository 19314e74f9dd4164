//! Which kind of party may call what. Deny by default; the file can take rights away from the
//! contract (INTERFACE section 5), never add to it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::error::{ConfigurationError, Problem};
use super::file::Source;

/// Kind of a caller, from its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// An employer's system or person.
    Employer,
    /// A bank.
    Bank,
    /// A regulator's system or person.
    Regulator,
    /// One who runs the gateway.
    Operator,
}

/// Routes that are allowed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteGroup {
    /// `POST /v1/batches`.
    BatchSubmit,
    /// `GET /v1/batches` and below.
    BatchRead,
    /// `…/approve`.
    BatchApprove,
    /// `…/withdraw`.
    BatchWithdraw,
    /// `…/correction`.
    BatchCorrection,
    /// `…/resolution` and its confirmation.
    Resolution,
    /// `GET /v1/breaks`.
    Breaks,
    /// `POST /v1/banks/{CODE}/messages`.
    BankMessages,
    /// `GET /v1/payments` and below, proofs included.
    PaymentRead,
    /// `GET /v1/summary`.
    Summary,
    /// `GET /v1/events`.
    Events,
    /// `GET /v1/checkpoint` and `GET /v1/consistency`.
    Checkpoint,
    /// Health, metrics, interface description.
    Operation,
}

impl RouteGroup {
    /// All groups.
    pub const ALL: [Self; 13] = [
        Self::BatchSubmit,
        Self::BatchRead,
        Self::BatchApprove,
        Self::BatchWithdraw,
        Self::BatchCorrection,
        Self::Resolution,
        Self::Breaks,
        Self::BankMessages,
        Self::PaymentRead,
        Self::Summary,
        Self::Events,
        Self::Checkpoint,
        Self::Operation,
    ];

    /// Whom the contract lets in at most; what each sees of it is decided by row.
    #[must_use]
    pub const fn contract(self) -> &'static [PartyKind] {
        use PartyKind::{Bank, Employer, Operator, Regulator};
        match self {
            Self::BatchSubmit
            | Self::BatchApprove
            | Self::BatchWithdraw
            | Self::BatchCorrection => &[Employer],
            Self::BatchRead => &[Employer, Regulator],
            Self::Resolution | Self::Operation => &[Operator],
            Self::Breaks => &[Operator, Regulator, Bank],
            Self::BankMessages => &[Bank],
            Self::PaymentRead => &[Employer, Bank, Regulator],
            Self::Summary => &[Regulator],
            Self::Events | Self::Checkpoint => &[Employer, Bank, Regulator, Operator],
        }
    }
}

/// Who may call what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roles(BTreeMap<RouteGroup, BTreeSet<PartyKind>>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RolesFile {
    allow: BTreeMap<RouteGroup, BTreeSet<PartyKind>>,
}

impl Roles {
    pub(super) fn read(source: &Source, errors: &mut Vec<ConfigurationError>) -> Self {
        match source.typed::<RolesFile>() {
            Err(error) => {
                errors.push(error);
                Self(BTreeMap::new())
            }
            Ok(file) => {
                for (group, parties) in &file.allow {
                    if parties
                        .iter()
                        .any(|party| !group.contract().contains(party))
                    {
                        errors.push(source.problem(&word(*group), Problem::BeyondContract));
                    }
                }
                Self(file.allow)
            }
        }
    }

    /// Whether a party of that kind may call the routes of that group. What is not listed is
    /// denied, and nothing beyond the contract is ever allowed.
    #[must_use]
    pub fn allows(&self, group: RouteGroup, party: PartyKind) -> bool {
        let listed = self.0.get(&group).is_some_and(|set| set.contains(&party));
        listed && group.contract().contains(&party)
    }
}

impl Default for Roles {
    /// The contract.
    fn default() -> Self {
        let allowed = |group: RouteGroup| (group, group.contract().iter().copied().collect());
        Self(RouteGroup::ALL.into_iter().map(allowed).collect())
    }
}

/// The group's word in the file.
fn word(group: RouteGroup) -> String {
    let mut word = String::new();
    for letter in format!("{group:?}").chars() {
        if letter.is_ascii_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.push(letter.to_ascii_lowercase());
    }
    word
}
