//! A rule that was broken.

/// One breach of an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The invariant, `M1` to `M14`.
    pub invariant: &'static str,
    /// What is not as it must be, with its place. No name, document number or account.
    pub what: String,
}

impl Breach {
    /// A breach.
    #[must_use]
    pub fn new(invariant: &'static str, what: impl Into<String>) -> Self {
        Self {
            invariant,
            what: what.into(),
        }
    }
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.invariant, self.what)
    }
}
