//! The development authority in a folder: modes, adding parties later, keeping revocations.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use certs::development::{AUTHORITY_NAME, DevelopmentPki, PkiError};
use certs::identity::{Party, party_of_certificate};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{CertificateRevocationList, FromDer as _, X509Certificate};

const NOW: OffsetDateTime = datetime!(2026-11-23 08:00:00 UTC);

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn revoked_in(pem: &str) -> (Vec<String>, u64) {
    let der = CertificateRevocationListDer::from_pem_slice(pem.as_bytes()).unwrap();
    let (_, list) = CertificateRevocationList::from_der(&der).unwrap();
    let serials = list
        .iter_revoked_certificates()
        .map(|entry| format!("{:x}", entry.serial()));
    (
        serials.collect(),
        list.crl_number().unwrap().try_into().unwrap(),
    )
}

#[test]
fn the_authority_is_marked_and_short_lived() {
    let pki = DevelopmentPki::create(NOW).unwrap();
    let der = CertificateDer::from_pem_slice(pki.ca_pem().as_bytes()).unwrap();
    let (_, certificate) = X509Certificate::from_der(&der).unwrap();
    let name = certificate.subject().iter_common_name().next().unwrap();
    assert_eq!(name.as_str().unwrap(), AUTHORITY_NAME);
    assert!(AUTHORITY_NAME.contains("not for production"));
    assert!(certificate.is_ca());
    let validity = certificate.validity();
    assert_eq!(validity.not_before.to_datetime(), NOW - Duration::DAY);
    assert_eq!(validity.not_after.to_datetime(), NOW + Duration::days(90));
}

#[test]
fn written_with_narrow_modes() {
    let folder = tempfile::tempdir().unwrap();
    let pki = DevelopmentPki::create(NOW).unwrap();
    let place = folder.path().join("a/certs");
    pki.write_to(&place).unwrap();
    let party = Party::bank("ICBC").unwrap();
    let identity = pki.issue_client(&party).unwrap();
    identity
        .write_to(&place.join("parties"), "bank-ICBC")
        .unwrap();
    for made in [&folder.path().join("a"), &place, &place.join("parties")] {
        assert_eq!(mode(made), 0o700);
    }
    for secret in ["ca.key", "parties/bank-ICBC.key"] {
        assert_eq!(mode(&place.join(secret)), 0o600);
    }
    let written = fs::read_to_string(place.join("parties/bank-ICBC.pem")).unwrap();
    assert_eq!(written, identity.certificate_pem);

    // A key file that somebody opened up is replaced, not filled.
    let key = place.join("ca.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    pki.write_to(&place).unwrap();
    assert_eq!(mode(&key), 0o600);
    let names = fs::read_dir(&place)
        .unwrap()
        .map(|entry| entry.unwrap().file_name());
    assert!(
        names
            .into_iter()
            .all(|name| !name.to_string_lossy().ends_with(".new"))
    );
}

#[test]
fn loaded_later_it_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut pki = DevelopmentPki::create(NOW).unwrap();
    pki.revoke("0f00ff").unwrap();
    pki.revoke("a1").unwrap();
    pki.write_to(folder.path()).unwrap();

    let later = NOW + Duration::days(30);
    let mut loaded = DevelopmentPki::load(folder.path(), later).unwrap();
    assert_eq!(loaded.ca_pem(), pki.ca_pem());
    assert_eq!(loaded.crl_pem(), pki.crl_pem());
    let party = Party::employer("913301006639233248", Some("p1")).unwrap();
    let identity = loaded.issue_client(&party).unwrap();
    let der = CertificateDer::from_pem_slice(identity.certificate_pem.as_bytes()).unwrap();
    let (found, facts) = party_of_certificate(&der).unwrap();
    assert_eq!(found, party);
    assert_eq!(
        facts.not_after,
        NOW + Duration::days(90),
        "not longer than its authority"
    );

    loaded.revoke(&facts.serial_hex).unwrap();
    let (serials, number) = revoked_in(loaded.revoke("a1").unwrap());
    assert_eq!(
        serials,
        ["f00ff".to_owned(), "a1".to_owned(), facts.serial_hex]
    );
    assert_eq!(number, 5);
    loaded.write_to(folder.path()).unwrap();
}

#[test]
fn refuses_to_overwrite_or_to_load_what_is_not_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let pki = DevelopmentPki::create(NOW).unwrap();
    pki.write_to(folder.path()).unwrap();
    let other = DevelopmentPki::create(NOW).unwrap();
    assert!(matches!(
        other.write_to(folder.path()),
        Err(PkiError::Exists)
    ));
    DevelopmentPki::load(folder.path(), NOW).unwrap();

    let elsewhere = tempfile::tempdir().unwrap();
    other.write_to(elsewhere.path()).unwrap();
    let missing = tempfile::tempdir().unwrap();
    assert!(matches!(
        DevelopmentPki::load(missing.path(), NOW),
        Err(PkiError::Disk { .. })
    ));
    let key = elsewhere.path().join("ca.key");
    fs::copy(folder.path().join("ca.key"), &key).unwrap();
    let mixed = DevelopmentPki::load(elsewhere.path(), NOW);
    assert!(matches!(mixed, Err(PkiError::Stored("ca.key"))));
    fs::write(folder.path().join("crl.pem"), "no list").unwrap();
    let damaged = DevelopmentPki::load(folder.path(), NOW);
    assert!(matches!(damaged, Err(PkiError::Stored("crl.pem"))));
}

#[test]
fn bad_requests() {
    let mut pki = DevelopmentPki::create(NOW).unwrap();
    for bad in ["", "xy", &"ab".repeat(21)] {
        assert!(matches!(pki.revoke(bad), Err(PkiError::Serial)));
    }
    let unchecked = Party::Bank {
        code: "ICBC:person:x".to_owned(),
    };
    assert!(matches!(
        pki.issue_client(&unchecked),
        Err(PkiError::Party(_))
    ));
    assert!(matches!(
        pki.issue_server(&["工资"]),
        Err(PkiError::ServerName(_))
    ));
}
