//! A certificate authority for the demonstration, for development and for tests. It is made at
//! run time, marked in its name, and refused by [`crate::tls`] in production.

mod store;

use std::fmt;
use std::net::IpAddr;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    RevocationReason, RevokedCertParams, SanType, SerialNumber,
};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use crate::digest::bytes_of_hex;
use crate::identity::{Party, PartyError};
use crate::random::Random as _;

/// The common name of the authority, by which production refuses it.
pub const AUTHORITY_NAME: &str = "Anxin Gateway DEVELOPMENT CA - not for production";

/// How long the authority, its certificates and its lists are valid, in days.
pub const VALIDITY_DAYS: i64 = 90;

/// A certificate with its private key.
#[derive(Clone)]
pub struct IdentityPem {
    /// The certificate.
    pub certificate_pem: String,
    /// The private key, PKCS#8. Wiped when dropped.
    pub key_pem: Zeroizing<String>,
}

impl fmt::Debug for IdentityPem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityPem")
            .field("certificate_pem", &self.certificate_pem)
            .field("key_pem", &"hidden")
            .finish()
    }
}

/// The time in which a certificate or a list is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The first instant.
    pub not_before: OffsetDateTime,
    /// The last instant.
    pub not_after: OffsetDateTime,
}

impl Validity {
    /// From one day before `now`, so that a clock that is a little behind works, to
    /// [`VALIDITY_DAYS`] after it.
    #[must_use]
    pub fn around(now: OffsetDateTime) -> Self {
        Self {
            not_before: now.saturating_sub(Duration::DAY),
            not_after: now.saturating_add(Duration::days(VALIDITY_DAYS)),
        }
    }
}

/// Why the development authority could not do something.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// A certificate or list could not be made.
    #[error("making the certificate or list failed")]
    Making(#[source] rcgen::Error),
    /// A server name is neither a DNS name nor an IP address.
    #[error("not a server name: {0:?}")]
    ServerName(String),
    /// The party's texts can't stand in a URI.
    #[error("the party can't be named in a certificate")]
    Party(#[source] PartyError),
    /// The serial number to revoke is not hexadecimal of 1 to 20 bytes.
    #[error("not a serial number in hex")]
    Serial,
    /// A file of the authority is missing, damaged, or of another authority.
    #[error("the file {0} is not one of a development authority")]
    Stored(&'static str),
    /// The folder already holds an authority, which would be lost.
    #[error("the folder already holds an authority")]
    Exists,
    /// Reading or writing failed.
    #[error("reading or writing {path} failed")]
    Disk {
        /// The file or folder.
        path: String,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
}

/// A certificate authority with one key (ECDSA P-256) that issues parties, servers and
/// revocation lists.
pub struct DevelopmentPki {
    authority_pem: String,
    authority_key_pem: Zeroizing<String>,
    issuer: Issuer<'static, KeyPair>,
    /// The authority's own end; nothing that it issues outlives it.
    authority_not_after: OffsetDateTime,
    now: OffsetDateTime,
    /// Serial number and time of revocation, oldest first.
    revoked: Vec<(Vec<u8>, OffsetDateTime)>,
    crl_number: u64,
    crl_pem: String,
}

impl fmt::Debug for DevelopmentPki {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevelopmentPki")
            .field("now", &self.now)
            .field("revoked", &self.revoked.len())
            .field("crl_number", &self.crl_number)
            .finish_non_exhaustive()
    }
}

impl DevelopmentPki {
    /// Makes an authority and its first, empty, revocation list. The key comes from the
    /// operating system.
    ///
    /// # Errors
    /// [`PkiError::Making`].
    pub fn create(now: OffsetDateTime) -> Result<Self, PkiError> {
        let validity = Validity::around(now);
        let key = KeyPair::generate().map_err(PkiError::Making)?;
        let mut params = params_for(AUTHORITY_NAME, validity);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority = params.self_signed(&key).map_err(PkiError::Making)?;
        let mut pki = Self {
            authority_pem: authority.pem(),
            authority_key_pem: Zeroizing::new(key.serialize_pem()),
            issuer: Issuer::new(params, key),
            authority_not_after: validity.not_after,
            now,
            revoked: Vec::new(),
            crl_number: 0,
            crl_pem: String::new(),
        };
        pki.renew_list()?;
        Ok(pki)
    }

    /// The authority's certificate, to be trusted by both ends.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.authority_pem
    }

    /// The current revocation list.
    #[must_use]
    pub fn crl_pem(&self) -> &str {
        &self.crl_pem
    }

    /// Issues a server certificate for DNS names and IP addresses.
    ///
    /// # Errors
    /// [`PkiError::ServerName`] for a text that is neither, [`PkiError::Making`].
    pub fn issue_server(&self, names: &[&str]) -> Result<IdentityPem, PkiError> {
        let mut alternative_names = Vec::new();
        for name in names {
            alternative_names.push(match name.parse::<IpAddr>() {
                Ok(address) => SanType::IpAddress(address),
                Err(_) => SanType::DnsName(
                    rcgen::string::Ia5String::try_from(*name)
                        .map_err(|_| PkiError::ServerName((*name).to_owned()))?,
                ),
            });
        }
        let purpose = ExtendedKeyUsagePurpose::ServerAuth;
        let common_name = names.first().copied().unwrap_or("server");
        let validity = Validity::around(self.now);
        self.issue(common_name, alternative_names, purpose, validity)
    }

    /// Issues a client certificate that names the party.
    ///
    /// # Errors
    /// [`PkiError::Party`] for texts that a URI can't carry, [`PkiError::Making`].
    pub fn issue_client(&self, party: &Party) -> Result<IdentityPem, PkiError> {
        self.issue_client_for(party, Validity::around(self.now))
    }

    /// Issues a client certificate with a validity of its own, for example a past one.
    ///
    /// # Errors
    /// As [`DevelopmentPki::issue_client`].
    pub fn issue_client_for(
        &self,
        party: &Party,
        validity: Validity,
    ) -> Result<IdentityPem, PkiError> {
        // The fields are public, so a party made by hand is checked like one from outside.
        let uri = party.to_string();
        uri.parse::<Party>().map_err(PkiError::Party)?;
        self.issue_client_with_uris(&[&uri], validity)
    }

    /// Issues a client certificate with any URIs, also wrong ones, so that tests can see them
    /// refused.
    ///
    /// # Errors
    /// [`PkiError::Making`]; [`PkiError::ServerName`] for a URI that is not ASCII.
    pub fn issue_client_with_uris(
        &self,
        uris: &[&str],
        validity: Validity,
    ) -> Result<IdentityPem, PkiError> {
        let mut names = Vec::new();
        for uri in uris {
            let text = rcgen::string::Ia5String::try_from(*uri)
                .map_err(|_| PkiError::ServerName((*uri).to_owned()))?;
            names.push(SanType::URI(text));
        }
        let purpose = ExtendedKeyUsagePurpose::ClientAuth;
        let common_name = uris.first().copied().unwrap_or("client");
        self.issue(common_name, names, purpose, validity)
    }

    /// Adds a serial number (hex, as [`crate::identity::CertificateFacts`] has it) to the
    /// revoked ones and returns the new list. Revoking twice changes nothing but the list's
    /// number.
    ///
    /// # Errors
    /// [`PkiError::Serial`], [`PkiError::Making`].
    pub fn revoke(&mut self, serial_hex: &str) -> Result<&str, PkiError> {
        let padded = match serial_hex.len() % 2 {
            0 => serial_hex.to_owned(),
            _ => format!("0{serial_hex}"),
        };
        let serial = bytes_of_hex(&padded).ok_or(PkiError::Serial)?;
        if !(1..=20).contains(&serial.len()) {
            return Err(PkiError::Serial);
        }
        if !self.revoked.iter().any(|(known, _)| *known == serial) {
            self.revoked.push((serial, self.now));
        }
        self.renew_list()?;
        Ok(&self.crl_pem)
    }

    /// A list of the revoked serial numbers with a validity of its own, for example a past one;
    /// the current list stays.
    ///
    /// # Errors
    /// [`PkiError::Making`].
    pub fn crl_pem_for(&self, validity: Validity) -> Result<String, PkiError> {
        let revoked_certs = self.revoked.iter().map(|(serial, at)| RevokedCertParams {
            serial_number: SerialNumber::from_slice(serial),
            revocation_time: *at,
            reason_code: Some(RevocationReason::Unspecified),
            invalidity_date: None,
        });
        let params = CertificateRevocationListParams {
            this_update: validity.not_before,
            next_update: validity.not_after,
            crl_number: SerialNumber::from_slice(&self.crl_number.to_be_bytes()),
            issuing_distribution_point: None,
            revoked_certs: revoked_certs.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params
            .signed_by(&self.issuer)
            .and_then(|list| list.pem())
            .map_err(PkiError::Making)
    }

    /// Issues the list anew, valid around the authority's `now`.
    ///
    /// # Errors
    /// [`PkiError::Making`].
    pub fn renew_list(&mut self) -> Result<(), PkiError> {
        self.crl_number = self.crl_number.saturating_add(1);
        self.crl_pem = self.crl_pem_for(Validity::around(self.now))?;
        Ok(())
    }

    fn issue(
        &self,
        common_name: &str,
        names: Vec<SanType>,
        purpose: ExtendedKeyUsagePurpose,
        mut validity: Validity,
    ) -> Result<IdentityPem, PkiError> {
        validity.not_after = validity.not_after.min(self.authority_not_after);
        let key = KeyPair::generate().map_err(PkiError::Making)?;
        let mut params = params_for(common_name, validity);
        params.subject_alt_names = names;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![purpose];
        params.use_authority_key_identifier_extension = true;
        let certificate = params
            .signed_by(&key, &self.issuer)
            .map_err(PkiError::Making)?;
        Ok(IdentityPem {
            certificate_pem: certificate.pem(),
            key_pem: Zeroizing::new(key.serialize_pem()),
        })
    }
}

fn params_for(common_name: &str, validity: Validity) -> CertificateParams {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "Anxin Gateway development");
    // X.520 allows 64 characters; the whole name stands in the alternative names.
    let short: String = common_name.chars().take(64).collect();
    name.push(DnType::CommonName, short);
    let mut serial = [0; 16];
    crate::random::SystemRandom::new().fill(&mut serial);
    // RFC 5280 wants a positive number; the leading 1 also keeps it from being short.
    if let Some(first) = serial.first_mut() {
        *first = *first >> 1 | 0x40;
    }
    let mut params = CertificateParams::default();
    params.distinguished_name = name;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.not_before = validity.not_before;
    params.not_after = validity.not_after;
    params
}
