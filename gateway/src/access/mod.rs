//! Who calls, and what that party may see. Everything that is not named here is refused.

pub mod rate;
mod scope;

pub use scope::Sight;

use certs::identity::Party;

/// The four roles of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// 用工单位.
    Employer,
    /// 银行.
    Bank,
    /// 监管部门.
    Regulator,
    /// 平台运营.
    Operator,
}

impl Role {
    /// Every role, in the order of the golden table.
    pub const ALL: [Self; 4] = [Self::Employer, Self::Bank, Self::Regulator, Self::Operator];

    /// The word of URIs, records and the golden table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Employer => "employer",
            Self::Bank => "bank",
            Self::Regulator => "regulator",
            Self::Operator => "operator",
        }
    }
}

/// A caller, as its client certificate says. Nothing in a message ever changes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The party.
    pub party: Party,
    /// The party's URI: the actor in records, the key of the limit of searches.
    pub uri: String,
    /// The URI of the whole to which it belongs, the same for all its persons: the key of what
    /// they share.
    pub organisation: String,
    /// What it may see.
    pub sight: Sight,
}

impl Caller {
    /// The caller of a party.
    #[must_use]
    pub fn new(party: Party) -> Self {
        let uri = party.to_string();
        let sight = Sight::of(&party);
        let organisation = match &party {
            Party::Employer { uscc, .. } => format!("urn:anxin:employer:{uscc}"),
            Party::Bank { .. } => uri.clone(),
            Party::Regulator { region, .. } => format!("urn:anxin:regulator:{region}"),
            // A gateway has one, whatever its certificates call it.
            Party::Operator { .. } => "urn:anxin:operator".to_owned(),
        };
        Self {
            party,
            uri,
            organisation,
            sight,
        }
    }

    /// Its role.
    #[must_use]
    pub fn role(&self) -> Role {
        match self.party {
            Party::Employer { .. } => Role::Employer,
            Party::Bank { .. } => Role::Bank,
            Party::Regulator { .. } => Role::Regulator,
            Party::Operator { .. } => Role::Operator,
        }
    }

    /// The URI where the certificate is a natural person's; `None` for a system's.
    #[must_use]
    pub fn person_uri(&self) -> Option<&str> {
        self.party.person().map(|_| self.uri.as_str())
    }
}

#[cfg(test)]
mod tests;
