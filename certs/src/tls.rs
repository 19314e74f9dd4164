//! TLS configurations: mutual, TLS 1.3, revocation enforced, provider named.
//!
//! rustls accepts a revoked client when no list is configured, and a stale list unless told not
//! to. Both are closed here: there is no way to build a server without a list, and a list past
//! its `nextUpdate` refuses every client (THREATS rows 1 and 27).

mod error;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::{VerifierBuilderError, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, UnixTime};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::time_provider::{DefaultTimeProvider, TimeProvider};
use rustls::{ClientConfig, RootCertStore, ServerConfig, SupportedProtocolVersion};
use time::OffsetDateTime;
use x509_parser::error::X509Error;
use x509_parser::prelude::{CertificateRevocationList, FromDer as _, X509Certificate};

use crate::development::AUTHORITY_NAME;
pub use error::{Part, TlsError};

/// HTTP/1.1, as the handshake calls it (ALPN).
pub const HTTP_1: &[u8] = b"http/1.1";
/// What both ends of the gateway's own links speak, the better first.
pub const HTTP: [&[u8]; 2] = [b"h2", HTTP_1];

/// Whether certificates of the development authority are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// They are refused, as trust anchor and as own certificate.
    Production,
    /// They are accepted. Everything else is checked as in production.
    Development,
}

/// What a server's TLS configuration is made of. All texts are PEM, in the bytes of the file.
#[derive(Clone)]
pub struct ServerTls<'a> {
    /// The server's certificate followed by its intermediates.
    pub chain_pem: &'a [u8],
    /// The server's private key (PKCS#8, or SEC 1 for EC).
    pub key_pem: &'a [u8],
    /// The authorities whose client certificates are accepted.
    pub client_ca_pem: &'a [u8],
    /// Revocation lists, PEM or DER, for every authority of the chains. At least one,
    /// of one of `client_ca_pem`.
    pub crls: &'a [&'a [u8]],
    /// See [`Mode`].
    pub mode: Mode,
    /// TLS 1.2 with AEAD suites besides 1.3: only as a bank's exception.
    pub allow_tls12: bool,
    /// The time that certificates and lists are checked against.
    pub clock: Arc<dyn TimeProvider>,
}

impl fmt::Debug for ServerTls<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerTls")
            .field("mode", &self.mode)
            .field("allow_tls12", &self.allow_tls12)
            .finish_non_exhaustive()
    }
}

/// What a client's TLS configuration is made of. All texts are PEM, in the bytes of the file.
#[derive(Clone)]
pub struct ClientTls<'a> {
    /// The client's certificate chain and private key; `None` for a server that asks for none.
    pub identity: Option<(&'a [u8], &'a [u8])>,
    /// The authorities whose server certificates are accepted.
    pub ca_pem: &'a [u8],
    /// Revocation lists of the server's authorities, PEM or DER; enforced if there is one, and
    /// then one is of one of `ca_pem`.
    pub crls: &'a [&'a [u8]],
    /// What the client speaks inside, the better first, as ALPN names it. A server chooses among
    /// these, so nothing stands here that the client does not speak; empty where ALPN has no name
    /// for it: then nothing is offered.
    pub protocols: &'a [&'a [u8]],
    /// See [`Mode`].
    pub mode: Mode,
    /// TLS 1.2 with AEAD suites besides 1.3: only as a bank's exception.
    pub allow_tls12: bool,
    /// The time that certificates and lists are checked against.
    pub clock: Arc<dyn TimeProvider>,
}

impl fmt::Debug for ClientTls<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientTls")
            .field("identity", &self.identity.is_some())
            .field("mode", &self.mode)
            .field("allow_tls12", &self.allow_tls12)
            .finish_non_exhaustive()
    }
}

/// The machine's clock, for production.
#[must_use]
pub fn system_clock() -> Arc<dyn TimeProvider> {
    Arc::new(DefaultTimeProvider)
}

/// A clock that stands still, for tests and for a demonstration whose day is another one.
#[must_use]
pub fn fixed_clock(now: OffsetDateTime) -> Arc<dyn TimeProvider> {
    Arc::new(FixedClock(now))
}

#[derive(Debug)]
struct FixedClock(OffsetDateTime);

impl TimeProvider for FixedClock {
    /// `None`, which refuses the handshake, before 1970.
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.unix_timestamp()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

/// Builds a server that demands a valid, unrevoked client certificate.
///
/// Sessions are never resumed: a resumed session would skip the revocation check. Load a new
/// list by building a new configuration, before [`crl_next_update`].
///
/// # Errors
/// [`TlsError`]; a missing list is refused in every mode.
pub fn server_config(tls: &ServerTls<'_>) -> Result<Arc<ServerConfig>, TlsError> {
    let authorities = certificates(tls.client_ca_pem, Part::Authority)?;
    let roots = roots(&authorities, tls.mode)?;
    let chain = certificates(tls.chain_pem, Part::Chain)?;
    refuse_development(&chain, Part::Chain, tls.mode)?;
    let lists = revocation_lists(tls.crls)?;
    if lists.is_empty() {
        return Err(TlsError::NoRevocationList);
    }
    one_has_its_list(&authorities, &lists)?;
    let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider())
        .with_crls(lists)
        .enforce_revocation_expiration()
        .build()
        .map_err(unverifying)?;
    let mut config = ServerConfig::builder_with_details(provider(), Arc::clone(&tls.clock))
        .with_protocol_versions(versions(tls.allow_tls12))
        .map_err(TlsError::NoVersion)?
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, private_key(tls.key_pem)?)
        .map_err(not_own)?;
    config.alpn_protocols = HTTP.map(<[u8]>::to_vec).to_vec();
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

/// Builds a client that checks the server against the given authorities only.
///
/// # Errors
/// [`TlsError`].
pub fn client_config(tls: &ClientTls<'_>) -> Result<Arc<ClientConfig>, TlsError> {
    let authorities = certificates(tls.ca_pem, Part::Authority)?;
    let roots = roots(&authorities, tls.mode)?;
    let lists = revocation_lists(tls.crls)?;
    let mut verifier = WebPkiServerVerifier::builder_with_provider(roots, provider());
    if !lists.is_empty() {
        one_has_its_list(&authorities, &lists)?;
        verifier = verifier.with_crls(lists).enforce_revocation_expiration();
    }
    let verifier = verifier.build().map_err(unverifying)?;
    let builder = ClientConfig::builder_with_details(provider(), Arc::clone(&tls.clock))
        .with_protocol_versions(versions(tls.allow_tls12))
        .map_err(TlsError::NoVersion)?
        .with_webpki_verifier(verifier);
    let mut config = match tls.identity {
        None => builder.with_no_client_auth(),
        Some((chain_pem, key_pem)) => {
            let chain = certificates(chain_pem, Part::Chain)?;
            refuse_development(&chain, Part::Chain, tls.mode)?;
            builder
                .with_client_auth_cert(chain, private_key(key_pem)?)
                .map_err(not_own)?
        }
    };
    config.alpn_protocols = tls.protocols.iter().map(|name| name.to_vec()).collect();
    config.resumption = rustls::client::Resumption::disabled();
    Ok(Arc::new(config))
}

/// The time by which the issuer of a revocation list (PEM or DER; of several the earliest) has
/// promised the next one. From then on every client is refused, so alarm before. `None` if no
/// list states a time.
///
/// # Errors
/// [`TlsError::Unreadable`].
pub fn crl_next_update(crl: &[u8]) -> Result<Option<OffsetDateTime>, TlsError> {
    let mut earliest: Option<OffsetDateTime> = None;
    for der in revocation_lists(&[crl])? {
        let (_, list) = CertificateRevocationList::from_der(&der)
            .map_err(|_| TlsError::Unreadable(Part::RevocationLists))?;
        if let Some(time) = list.next_update() {
            let time = time.to_datetime();
            earliest = Some(earliest.map_or(time, |known| known.min(time)));
        }
    }
    Ok(earliest)
}

/// The earliest end of validity in a PEM chain; alarm before.
///
/// # Errors
/// [`TlsError::Unreadable`].
pub fn chain_not_after(chain_pem: &[u8]) -> Result<OffsetDateTime, TlsError> {
    let unreadable = TlsError::Unreadable(Part::Chain);
    let mut earliest: Option<OffsetDateTime> = None;
    for der in certificates(chain_pem, Part::Chain)? {
        let Ok((_, certificate)) = X509Certificate::from_der(&der) else {
            return Err(unreadable);
        };
        let time = certificate.validity().not_after.to_datetime();
        earliest = Some(earliest.map_or(time, |known| known.min(time)));
    }
    earliest.ok_or(unreadable)
}

/// ring, named at every place: whatever another library installs as the process's default has
/// no effect here.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn versions(allow_tls12: bool) -> &'static [&'static SupportedProtocolVersion] {
    static TLS13_ONLY: [&SupportedProtocolVersion; 1] = [&rustls::version::TLS13];
    static FROM_TLS12: [&SupportedProtocolVersion; 2] =
        [&rustls::version::TLS13, &rustls::version::TLS12];
    if allow_tls12 {
        &FROM_TLS12
    } else {
        &TLS13_ONLY
    }
}

/// Why a verifier was not built: over the lists, or over the authorities.
fn unverifying(error: VerifierBuilderError) -> TlsError {
    let of_lists = matches!(error, VerifierBuilderError::InvalidCrl(_));
    let part = match of_lists {
        true => Part::RevocationLists,
        false => Part::Authority,
    };
    TlsError::Refused(part, Box::new(error))
}

/// Why a chain and its key were not taken: rustls reads the key first, then holds it against the
/// first certificate.
#[allow(clippy::wildcard_enum_match_arm)] // what is neither of the two is of the key
fn not_own(error: rustls::Error) -> TlsError {
    match error {
        rustls::Error::InconsistentKeys(_) => TlsError::OtherKey,
        rustls::Error::InvalidCertificate(_) => TlsError::Unreadable(Part::Chain),
        other => TlsError::Refused(Part::Key, Box::new(other)),
    }
}

fn certificates(pem: &[u8], what: Part) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(list) if !list.is_empty() => Ok(list),
        _ => Err(TlsError::Unreadable(what)),
    }
}

fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|_| TlsError::Unreadable(Part::Key))
}

fn roots(
    authorities: &[CertificateDer<'static>],
    mode: Mode,
) -> Result<Arc<RootCertStore>, TlsError> {
    refuse_development(authorities, Part::Authority, mode)?;
    let mut store = RootCertStore::empty();
    for authority in authorities {
        let added = store.add(authority.clone());
        added.map_err(|_| TlsError::Unreadable(Part::Authority))?;
    }
    Ok(Arc::new(store))
}

/// A certificate directly below an authority is looked up in a list of that authority: where none
/// has one, nobody comes through. One that is trusted for another's sake may be without.
fn one_has_its_list(
    authorities: &[CertificateDer<'_>],
    lists: &[CertificateRevocationListDer<'_>],
) -> Result<(), TlsError> {
    for der in authorities {
        let (_, authority) =
            X509Certificate::from_der(der).map_err(|_| TlsError::Unreadable(Part::Authority))?;
        for list in lists {
            let (_, list) = CertificateRevocationList::from_der(list)
                .map_err(|_| TlsError::Unreadable(Part::RevocationLists))?;
            if is_of(&list, &authority) {
                return Ok(());
            }
        }
    }
    Err(TlsError::ForeignList)
}

/// Whether an authority signed a list. A signature of a kind that is not known here counts: the
/// handshake decides about it.
fn is_of(list: &CertificateRevocationList<'_>, authority: &X509Certificate<'_>) -> bool {
    list.issuer().as_raw() == authority.subject().as_raw()
        && !matches!(
            list.verify_signature(authority.public_key()),
            Err(X509Error::SignatureVerificationError)
        )
}

/// PEM files may hold several lists; a file without a PEM block is one list in DER.
fn revocation_lists(
    files: &[&[u8]],
) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsError> {
    let unreadable = || TlsError::Unreadable(Part::RevocationLists);
    let mut lists = Vec::new();
    for file in files {
        let blocks: Result<Vec<_>, _> =
            CertificateRevocationListDer::pem_slice_iter(file).collect();
        let blocks = blocks.map_err(|_| unreadable())?;
        if blocks.is_empty() {
            CertificateRevocationList::from_der(file).map_err(|_| unreadable())?;
            lists.push(CertificateRevocationListDer::from(file.to_vec()));
        }
        lists.extend(blocks);
    }
    Ok(lists)
}

/// Refuses, in production, a certificate of the development authority or issued by it.
fn refuse_development(
    chain: &[CertificateDer<'_>],
    part: Part,
    mode: Mode,
) -> Result<(), TlsError> {
    if mode == Mode::Development {
        return Ok(());
    }
    for der in chain {
        let (_, certificate) =
            X509Certificate::from_der(der).map_err(|_| TlsError::Unreadable(part))?;
        for name in [certificate.subject(), certificate.issuer()] {
            let mut names = name.iter_common_name();
            if names.any(|name| name.as_str() == Ok(AUTHORITY_NAME)) {
                return Err(TlsError::DevelopmentAuthority(part));
            }
        }
    }
    Ok(())
}
