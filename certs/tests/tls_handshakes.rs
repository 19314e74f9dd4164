//! Real handshakes over memory: who gets in and who does not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use certs::development::{DevelopmentPki, IdentityPem, Validity};
use certs::identity::{Party, party_of_certificate};
use certs::tls::{
    ClientTls, HTTP, HTTP_1, Mode, ServerTls, client_config, crl_next_update, fixed_clock,
    server_config,
};
use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConfig, ClientConnection, ServerConfig, ServerConnection};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

/// A day that is certainly not the machine's: the given clock alone must decide.
const NOW: OffsetDateTime = datetime!(2031-05-06 07:08:09 UTC);

fn pki() -> DevelopmentPki {
    DevelopmentPki::create(NOW).unwrap()
}

fn bank() -> Party {
    Party::bank("ICBC").unwrap()
}

fn server_of(pki: &DevelopmentPki, crl: &str, now: OffsetDateTime) -> Arc<ServerConfig> {
    let own = pki.issue_server(&["gateway.test", "127.0.0.1"]).unwrap();
    server_config(&ServerTls {
        chain_pem: own.certificate_pem.as_bytes(),
        key_pem: own.key_pem.as_bytes(),
        client_ca_pem: pki.ca_pem().as_bytes(),
        crls: &[crl.as_bytes()],
        mode: Mode::Development,
        allow_tls12: false,
        clock: fixed_clock(now),
    })
    .unwrap()
}

fn client_of(pki: &DevelopmentPki, identity: Option<&IdentityPem>) -> Arc<ClientConfig> {
    client_that_speaks(&HTTP, pki, identity)
}

fn client_that_speaks(
    protocols: &[&[u8]],
    pki: &DevelopmentPki,
    identity: Option<&IdentityPem>,
) -> Arc<ClientConfig> {
    client_config(&ClientTls {
        identity: identity.map(|pem| (pem.certificate_pem.as_bytes(), pem.key_pem.as_bytes())),
        ca_pem: pki.ca_pem().as_bytes(),
        crls: &[],
        protocols,
        mode: Mode::Development,
        allow_tls12: false,
        clock: fixed_clock(NOW),
    })
    .unwrap()
}

/// The server's end of a finished handshake, or the server's reason to refuse.
fn shake(
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
) -> Result<ServerConnection, rustls::Error> {
    let mut server = ServerConnection::new(server).unwrap();
    let name = ServerName::try_from("gateway.test").unwrap();
    let mut client = ClientConnection::new(client, name).unwrap();
    let mut client_error = None;
    for _ in 0..10 {
        let mut wire = Vec::new();
        client.write_tls(&mut wire).unwrap();
        let mut reader = wire.as_slice();
        while !reader.is_empty() {
            server.read_tls(&mut reader).unwrap();
            server.process_new_packets()?;
        }
        let mut wire = Vec::new();
        server.write_tls(&mut wire).unwrap();
        let mut reader = wire.as_slice();
        while !reader.is_empty() && client_error.is_none() {
            client.read_tls(&mut reader).unwrap();
            client_error = client.process_new_packets().err();
        }
    }
    match client_error {
        Some(error) => Err(error),
        None if server.is_handshaking() => panic!("the handshake did not end"),
        None => Ok(server),
    }
}

fn refused(server: Arc<ServerConfig>, client: Arc<ClientConfig>) -> rustls::Error {
    match shake(server, client) {
        Ok(_) => panic!("accepted"),
        Err(error) => error,
    }
}

/// The certificate in DER of a PEM text.
fn der_of(pem: &str) -> Vec<u8> {
    use rustls::pki_types::pem::PemObject as _;
    rustls::pki_types::CertificateDer::from_pem_slice(pem.as_bytes())
        .unwrap()
        .to_vec()
}

fn serial_of(identity: &IdentityPem) -> String {
    party_of_certificate(&der_of(&identity.certificate_pem))
        .unwrap()
        .1
        .serial_hex
}

#[test]
fn good_client() {
    let pki = pki();
    let identity = pki.issue_client(&bank()).unwrap();
    let server = server_of(&pki, pki.crl_pem(), NOW);
    let connection = shake(server, client_of(&pki, Some(&identity))).unwrap();
    assert_eq!(
        connection.protocol_version(),
        Some(rustls::ProtocolVersion::TLSv1_3)
    );
    assert_eq!(connection.alpn_protocol(), Some(b"h2".as_slice()));
    let peer = &connection.peer_certificates().unwrap()[0];
    let (party, facts) = party_of_certificate(peer).unwrap();
    assert_eq!(party, bank());
    assert_eq!(facts.not_after, NOW + Duration::days(90));
}

/// A server takes the first of its own that it finds among the client's: what a client does not
/// speak must not be offered.
#[test]
fn a_client_offers_what_it_is_said_to_speak_and_nothing_else() {
    let pki = pki();
    let identity = pki.issue_client(&bank()).unwrap();
    let agreed = |protocols: &[&[u8]]| {
        let client = client_that_speaks(protocols, &pki, Some(&identity));
        let connection = shake(server_of(&pki, pki.crl_pem(), NOW), client).unwrap();
        connection.alpn_protocol().map(<[u8]>::to_vec)
    };
    assert_eq!(agreed(&[HTTP_1]), Some(b"http/1.1".to_vec()));
    assert_eq!(agreed(&[]), None);
}

#[test]
fn no_certificate() {
    let pki = pki();
    let server = server_of(&pki, pki.crl_pem(), NOW);
    let error = refused(server, client_of(&pki, None));
    assert_eq!(error, rustls::Error::NoCertificatesPresented);
}

#[test]
fn revoked_client() {
    let mut pki = pki();
    let identity = pki.issue_client(&bank()).unwrap();
    let spared = pki.issue_client(&bank()).unwrap();
    pki.revoke(&serial_of(&identity)).unwrap();
    let server = server_of(&pki, pki.crl_pem(), NOW);
    let error = refused(Arc::clone(&server), client_of(&pki, Some(&identity)));
    assert_eq!(error, CertificateError::Revoked.into());
    shake(server, client_of(&pki, Some(&spared))).unwrap();
}

#[test]
fn expired_client() {
    let pki = pki();
    let past = Validity {
        not_before: NOW - Duration::days(30),
        not_after: NOW - Duration::seconds(1),
    };
    let identity = pki.issue_client_for(&bank(), past).unwrap();
    let server = server_of(&pki, pki.crl_pem(), NOW);
    let error = refused(server, client_of(&pki, Some(&identity)));
    assert!(
        matches!(
            error,
            rustls::Error::InvalidCertificate(CertificateError::ExpiredContext { .. })
        ),
        "{error:?}"
    );
}

#[test]
fn client_of_another_authority() {
    let (pki, other) = (pki(), pki());
    let identity = other.issue_client(&bank()).unwrap();
    let server = server_of(&pki, pki.crl_pem(), NOW);
    let error = refused(server, client_of(&pki, Some(&identity)));
    // Both authorities have one name, so the signature is what tells them apart.
    let expected = [
        CertificateError::UnknownIssuer,
        CertificateError::BadSignature,
    ];
    assert!(
        expected.into_iter().any(|reason| error == reason.into()),
        "{error:?}"
    );
}

#[test]
fn server_certificate_used_as_client() {
    let pki = pki();
    let identity = pki.issue_server(&["gateway.test"]).unwrap();
    let server = server_of(&pki, pki.crl_pem(), NOW);
    let error = refused(server, client_of(&pki, Some(&identity)));
    assert!(
        matches!(
            error,
            rustls::Error::InvalidCertificate(
                CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. }
            )
        ),
        "{error:?}"
    );
}

#[test]
fn client_of_tls12_only() {
    let pki = pki();
    let identity = pki.issue_client(&bank()).unwrap();
    let server = server_of(&pki, pki.crl_pem(), NOW);
    let mut roots = rustls::RootCertStore::empty();
    roots.add(der_of(pki.ca_pem()).into()).unwrap();
    let client = || {
        use rustls::pki_types::pem::PemObject as _;
        let key = rustls::pki_types::PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_details(provider, fixed_clock(NOW))
            .with_protocol_versions(&[&rustls::version::TLS12])
            .unwrap()
            .with_root_certificates(roots.clone())
            .with_client_auth_cert(vec![der_of(&identity.certificate_pem).into()], key.unwrap());
        Arc::new(config.unwrap())
    };
    let error = refused(server, client());
    assert!(
        matches!(error, rustls::Error::PeerIncompatible(_)),
        "{error:?}"
    );

    let own = pki.issue_server(&["gateway.test"]).unwrap();
    let exception = server_config(&ServerTls {
        chain_pem: own.certificate_pem.as_bytes(),
        key_pem: own.key_pem.as_bytes(),
        client_ca_pem: pki.ca_pem().as_bytes(),
        crls: &[pki.crl_pem().as_bytes()],
        mode: Mode::Development,
        allow_tls12: true,
        clock: fixed_clock(NOW),
    });
    let connection = shake(exception.unwrap(), client()).unwrap();
    assert_eq!(
        connection.protocol_version(),
        Some(rustls::ProtocolVersion::TLSv1_2)
    );
}

#[test]
fn stale_list_refuses_everyone() {
    let pki = pki();
    let identity = pki.issue_client(&bank()).unwrap();
    let stale = Validity {
        not_before: NOW - Duration::days(20),
        not_after: NOW - Duration::minutes(1),
    };
    let list = pki.crl_pem_for(stale).unwrap();
    let next_update = crl_next_update(list.as_bytes()).unwrap();
    assert_eq!(next_update, Some(stale.not_after));
    let error = refused(
        server_of(&pki, &list, NOW),
        client_of(&pki, Some(&identity)),
    );
    assert!(
        matches!(
            error,
            rustls::Error::InvalidCertificate(
                CertificateError::ExpiredRevocationList
                    | CertificateError::ExpiredRevocationListContext { .. }
            )
        ),
        "{error:?}"
    );
}

#[test]
fn client_refuses_a_server_of_another_authority_or_name() {
    let (pki, other) = (pki(), pki());
    let identity = pki.issue_client(&bank()).unwrap();
    refused(
        server_of(&other, other.crl_pem(), NOW),
        client_of(&pki, Some(&identity)),
    );
    let own = pki.issue_server(&["elsewhere.test"]).unwrap();
    let elsewhere = server_config(&ServerTls {
        chain_pem: own.certificate_pem.as_bytes(),
        key_pem: own.key_pem.as_bytes(),
        client_ca_pem: pki.ca_pem().as_bytes(),
        crls: &[pki.crl_pem().as_bytes()],
        mode: Mode::Development,
        allow_tls12: false,
        clock: fixed_clock(NOW),
    });
    refused(elsewhere.unwrap(), client_of(&pki, Some(&identity)));
}

/// A resumed session would skip the check of the client's certificate, so each connection is a
/// full handshake, also for a client that would like to resume.
#[test]
fn sessions_are_never_resumed() {
    let pki = pki();
    let identity = pki.issue_client(&bank()).unwrap();
    let server = server_of(&pki, pki.crl_pem(), NOW);
    let mut client = ClientConfig::clone(&client_of(&pki, Some(&identity)));
    client.resumption = rustls::client::Resumption::in_memory_sessions(8);
    let client = Arc::new(client);
    for _ in 0..3 {
        let connection = shake(Arc::clone(&server), Arc::clone(&client)).unwrap();
        let kind = connection.handshake_kind();
        assert_eq!(kind, Some(rustls::HandshakeKind::Full));
    }
}
