//! Why no TLS configuration was made, and which of its parts is at fault.

use std::fmt;

/// A part of a TLS configuration: each comes from files of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The own certificate and its intermediates.
    Chain,
    /// The own private key.
    Key,
    /// The authorities of the other side.
    Authority,
    /// Their revocation lists.
    RevocationLists,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chain => "certificate",
            Self::Key => "private key",
            Self::Authority => "certificate authority",
            Self::RevocationLists => "revocation list",
        })
    }
}

/// Why no TLS configuration was made.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file holds no readable certificate, key or list.
    #[error("no readable {0}")]
    Unreadable(Part),
    /// No revocation list was given; without one, revoked clients would be accepted.
    #[error("no revocation list: a server without one would accept revoked clients")]
    NoRevocationList,
    /// There are lists, and none is of one of the authorities: revocation is enforced, so that
    /// every certificate would be refused.
    #[error("no revocation list is of one of the authorities: everyone would be refused")]
    ForeignList,
    /// The development authority, or a certificate of it, stands where production was asked for.
    #[error("the development authority is not accepted in production")]
    DevelopmentAuthority(Part),
    /// The private key belongs to another certificate than the first of the chain.
    #[error("the private key is not that of the certificate")]
    OtherKey,
    /// rustls refused a part, for example a key of a kind that it does not know.
    #[error("the {0} can't be used for TLS")]
    Refused(Part, #[source] Box<dyn std::error::Error + Send + Sync>),
    /// rustls has no protocol version to offer: a defect of the build.
    #[error("TLS can't be set up")]
    NoVersion(#[source] rustls::Error),
}

impl TlsError {
    /// The part that is at fault; `None` where no file is.
    #[must_use]
    pub fn part(&self) -> Option<Part> {
        match self {
            Self::Unreadable(part) | Self::DevelopmentAuthority(part) | Self::Refused(part, _) => {
                Some(*part)
            }
            Self::NoRevocationList | Self::ForeignList => Some(Part::RevocationLists),
            Self::OtherKey => Some(Part::Key),
            Self::NoVersion(_) => None,
        }
    }
}
