//! What an installation demands of itself. The two profiles are part of the program: a file of
//! the installation can't soften production.

use serde::Deserialize;

/// Name of a profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProfileName {
    /// For development, demonstration and tests.
    #[default]
    Development,
    /// For real money.
    Production,
}

/// How well a bank's format is known (DESIGN section 4.4), weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceLevel {
    /// We designed it.
    Synthetic,
    /// Restated from public code or samples.
    Observed,
    /// The bank's manual.
    Documented,
    /// A joint test was signed.
    Certified,
}

impl EvidenceLevel {
    /// The word of the adapter book.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Synthetic => "synthetic",
            Self::Observed => "observed",
            Self::Documented => "documented",
            Self::Certified => "certified",
        }
    }

    /// The level of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Synthetic,
            Self::Observed,
            Self::Documented,
            Self::Certified,
        ]
        .into_iter()
        .find(|level| level.as_str() == word)
    }
}

/// `config/profiles/<name>.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name.
    pub name: ProfileName,
    /// TLS files must be given; otherwise a development authority is made at the start.
    pub tls_required: bool,
    /// Revocation lists must be given wherever certificates are checked.
    pub crl_required: bool,
    /// The key that signs checkpoints must be named, and lie outside the data folder; otherwise
    /// the first start makes one in it.
    pub checkpoint_key_required: bool,
    /// A development authority is accepted.
    pub development_authority_allowed: bool,
    /// Connections without TLS may go to public addresses.
    pub plain_public_allowed: bool,
    /// A bank below this level starts only by an exception.
    pub evidence_min: EvidenceLevel,
}

pub(super) const DEVELOPMENT: &str = include_str!("../../../config/profiles/development.toml");
pub(super) const PRODUCTION: &str = include_str!("../../../config/profiles/production.toml");
