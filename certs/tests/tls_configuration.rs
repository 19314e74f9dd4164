//! What no TLS configuration can be made of.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use certs::development::{DevelopmentPki, IdentityPem};
use certs::identity::Party;
use certs::tls::{
    ClientTls, Mode, Part, ServerTls, TlsError, chain_not_after, client_config, fixed_clock,
    server_config,
};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const NOW: OffsetDateTime = datetime!(2031-05-06 07:08:09 UTC);

fn pki() -> DevelopmentPki {
    DevelopmentPki::create(NOW).unwrap()
}

fn bank() -> Party {
    Party::bank("ICBC").unwrap()
}

#[test]
fn no_server_without_a_list() {
    let pki = pki();
    let own = pki.issue_server(&["gateway.test"]).unwrap();
    let tls = ServerTls {
        chain_pem: own.certificate_pem.as_bytes(),
        key_pem: own.key_pem.as_bytes(),
        client_ca_pem: pki.ca_pem().as_bytes(),
        crls: &[],
        mode: Mode::Development,
        allow_tls12: false,
        clock: fixed_clock(NOW),
    };
    assert!(matches!(
        server_config(&tls),
        Err(TlsError::NoRevocationList)
    ));
    for damaged in [b"".as_slice(), b"no list", b"\x30\x80"] {
        let files = [damaged];
        let with_damaged = ServerTls {
            crls: &files,
            ..tls.clone()
        };
        let error = server_config(&with_damaged).unwrap_err();
        assert!(
            matches!(error, TlsError::Unreadable(Part::RevocationLists)),
            "{error:?}"
        );
    }
}

/// An authority that is not the development one, made here with its empty list.
fn authority_of_production() -> (String, String, IdentityPem) {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let certificate = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let list = rcgen::CertificateRevocationListParams {
        this_update: NOW - Duration::DAY,
        next_update: NOW + Duration::DAY,
        crl_number: rcgen::SerialNumber::from_slice(&[1]),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: rcgen::KeyIdMethod::Sha256,
    };
    let list = list.signed_by(&issuer).unwrap().pem().unwrap();
    let own_key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(vec!["gateway.test".to_owned()]).unwrap();
    let own = own.signed_by(&own_key, &issuer).unwrap();
    let identity = IdentityPem {
        certificate_pem: own.pem(),
        key_pem: own_key.serialize_pem().into(),
    };
    (certificate.pem(), list, identity)
}

#[test]
fn production_needs_a_list_and_refuses_the_development_authority() {
    let (ca, list, own) = authority_of_production();
    let development = pki();
    let files = [list.as_bytes()];
    let good = ServerTls {
        chain_pem: own.certificate_pem.as_bytes(),
        key_pem: own.key_pem.as_bytes(),
        client_ca_pem: ca.as_bytes(),
        crls: &files,
        mode: Mode::Production,
        allow_tls12: false,
        clock: fixed_clock(NOW),
    };
    server_config(&good).unwrap();

    let without = ServerTls {
        crls: &[],
        ..good.clone()
    };
    assert!(matches!(
        server_config(&without),
        Err(TlsError::NoRevocationList)
    ));

    let anchored = ServerTls {
        client_ca_pem: development.ca_pem().as_bytes(),
        ..good.clone()
    };
    assert!(matches!(
        server_config(&anchored),
        Err(TlsError::DevelopmentAuthority(Part::Authority))
    ));

    let issued = development.issue_server(&["gateway.test"]).unwrap();
    let served = ServerTls {
        chain_pem: issued.certificate_pem.as_bytes(),
        key_pem: issued.key_pem.as_bytes(),
        ..good.clone()
    };
    assert!(matches!(
        server_config(&served),
        Err(TlsError::DevelopmentAuthority(Part::Chain))
    ));

    let another_key = ServerTls {
        key_pem: issued.key_pem.as_bytes(),
        ..good
    };
    assert!(matches!(
        server_config(&another_key),
        Err(TlsError::OtherKey)
    ));
}

/// Revocation is enforced: with lists of other authorities only, nobody would come through.
#[test]
fn lists_of_other_authorities_alone_are_refused() {
    let (ca, list, own) = authority_of_production();
    let (other_ca, other_list, _) = authority_of_production();
    let both = format!("{ca}{other_ca}");
    let made = |authorities: &str, lists: &[&[u8]]| {
        server_config(&ServerTls {
            chain_pem: own.certificate_pem.as_bytes(),
            key_pem: own.key_pem.as_bytes(),
            client_ca_pem: authorities.as_bytes(),
            crls: lists,
            mode: Mode::Production,
            allow_tls12: false,
            clock: fixed_clock(NOW),
        })
    };
    let (list, other_list) = (list.as_bytes(), other_list.as_bytes());
    made(&ca, &[list]).unwrap();
    made(&ca, &[other_list, list]).unwrap();
    // A root beside the authority that issues.
    made(&both, &[list]).unwrap();
    // Both have the same name: the signature tells them apart.
    let error = made(&ca, &[other_list]).unwrap_err();
    assert!(matches!(error, TlsError::ForeignList), "{error:?}");
    let bank = |lists: &[&[u8]]| {
        client_config(&ClientTls {
            identity: None,
            ca_pem: ca.as_bytes(),
            crls: lists,
            protocols: &[],
            mode: Mode::Production,
            allow_tls12: false,
            clock: fixed_clock(NOW),
        })
    };
    bank(&[]).unwrap();
    bank(&[list]).unwrap();
    assert!(matches!(bank(&[other_list]), Err(TlsError::ForeignList)));
}

/// What the operator is told to mend is what is wrong, and not the file beside it.
#[test]
fn the_part_at_fault_is_named() {
    let pki = pki();
    let own = pki.issue_server(&["gateway.test"]).unwrap();
    let other = pki.issue_server(&["gateway.test"]).unwrap();
    let good = ServerTls {
        chain_pem: own.certificate_pem.as_bytes(),
        key_pem: own.key_pem.as_bytes(),
        client_ca_pem: pki.ca_pem().as_bytes(),
        crls: &[pki.crl_pem().as_bytes()],
        mode: Mode::Development,
        allow_tls12: false,
        clock: fixed_clock(NOW),
    };
    // PEM that is whole, and nothing of what its label says inside.
    let no_certificate = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let no_key = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    let no_list = b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n";
    let locked =
        b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let lists: [&[u8]; 1] = [no_list];
    let chain = |chain_pem| ServerTls {
        chain_pem,
        ..good.clone()
    };
    let key = |key_pem| ServerTls {
        key_pem,
        ..good.clone()
    };
    let authority = |client_ca_pem| ServerTls {
        client_ca_pem,
        ..good.clone()
    };
    let list = |crls| ServerTls {
        crls,
        ..good.clone()
    };
    for (part, tls) in [
        (Part::Chain, chain(b"".as_slice())),
        (Part::Chain, chain(no_certificate)),
        (Part::Chain, chain(good.key_pem)),
        (Part::Key, key(b"".as_slice())),
        (Part::Key, key(no_key)),
        (Part::Key, key(locked)),
        (Part::Key, key(good.chain_pem)),
        (Part::Key, key(other.key_pem.as_bytes())),
        (Part::Authority, authority(b"".as_slice())),
        (Part::Authority, authority(no_certificate)),
        (Part::RevocationLists, list([].as_slice())),
        (Part::RevocationLists, list(&lists)),
    ] {
        let error = server_config(&tls).unwrap_err();
        assert_eq!(error.part(), Some(part), "{error:?}");
    }
}

#[test]
fn a_configuration_prints_no_key() {
    let pki = pki();
    let identity = pki.issue_client(&bank()).unwrap();
    let secret = identity.key_pem.lines().nth(1).unwrap();
    assert!(!format!("{identity:?} {pki:?}").contains(secret));
}

#[test]
fn the_end_of_a_chain_is_its_earliest_end() {
    let pki = pki();
    let own = pki.issue_server(&["gateway.test"]).unwrap();
    let end = NOW + Duration::days(90);
    let chain = format!("{}{}", own.certificate_pem, pki.ca_pem());
    assert_eq!(chain_not_after(chain.as_bytes()).unwrap(), end);
    assert!(chain_not_after(b"").is_err());
}
