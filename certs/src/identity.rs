//! Who a caller is: the one `urn:anxin` URI in the certificate that it proved to hold.

mod party;

pub use party::{Party, PartyError};

use time::OffsetDateTime;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::digest::{DigestAlgorithm, digest, hex_lower};

/// Longest certificate that is read, in bytes.
const CERTIFICATE_BYTES_MAX: usize = 64 * 1024;

/// What of a certificate goes into records: enough to find it and to revoke it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    /// The serial number as lower-case hex without leading zeros, the form that a revocation takes.
    pub serial_hex: String,
    /// SHA-256 of the certificate's DER, lower-case hex. Tells two certificates of one person
    /// apart, which the URI does not.
    pub fingerprint_sha256: String,
    /// The end of validity.
    pub not_after: OffsetDateTime,
}

/// Why a certificate names no party.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// Not one X.509 certificate in DER, or longer than 64 KiB.
    #[error("not a readable certificate")]
    Unreadable,
    /// No URI of the subject alternative names begins with `urn:anxin:`.
    #[error("the certificate names no party (no urn:anxin URI)")]
    NoParty,
    /// Two or more do; whichever one was taken, the other would be a second face.
    #[error("the certificate names more than one party")]
    SeveralParties,
    /// The URI is not one of the known forms.
    #[error("the certificate's urn:anxin URI is not valid")]
    Party(#[source] PartyError),
}

/// Reads the party and the facts from a certificate in DER.
///
/// This reads only; that the certificate is valid, unrevoked and the caller's is what the TLS
/// handshake checks before ([`crate::tls`]).
///
/// # Errors
/// [`IdentityError`] unless there is exactly one `urn:anxin` URI and it is valid.
pub fn party_of_certificate(der: &[u8]) -> Result<(Party, CertificateFacts), IdentityError> {
    if der.len() > CERTIFICATE_BYTES_MAX {
        return Err(IdentityError::Unreadable);
    }
    let (rest, certificate) =
        X509Certificate::from_der(der).map_err(|_| IdentityError::Unreadable)?;
    if !rest.is_empty() {
        return Err(IdentityError::Unreadable);
    }
    let party = only_party(&certificate)?;
    let facts = CertificateFacts {
        serial_hex: serial_hex(certificate.tbs_certificate.raw_serial()),
        fingerprint_sha256: hex_lower(&digest(DigestAlgorithm::Sha256, der)),
        not_after: certificate.validity().not_after.to_datetime(),
    };
    Ok((party, facts))
}

fn only_party(certificate: &X509Certificate<'_>) -> Result<Party, IdentityError> {
    // A doubled extension is an error of the parser, so two lists can't hide two parties.
    let names = certificate
        .subject_alternative_name()
        .map_err(|_| IdentityError::Unreadable)?
        .ok_or(IdentityError::NoParty)?;
    let mut uris = Vec::new();
    for name in &names.value.general_names {
        if let GeneralName::URI(uri) = name
            && is_ours(uri)
        {
            uris.push(*uri);
        }
    }
    match uris.as_slice() {
        [] => Err(IdentityError::NoParty),
        [uri] => uri.parse().map_err(IdentityError::Party),
        _ => Err(IdentityError::SeveralParties),
    }
}

/// Counts other spellings too (`URN:ANXIN:`): they are then refused, not passed over.
fn is_ours(uri: &str) -> bool {
    uri.trim_start()
        .get(..10)
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case("urn:anxin:"))
}

/// A serial number in the one form that all records use.
pub(crate) fn serial_hex(raw: &[u8]) -> String {
    let significant = raw.iter().position(|byte| *byte != 0).unwrap_or(raw.len());
    hex_lower(raw.get(significant..).unwrap_or_default())
}
