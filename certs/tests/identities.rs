//! Party URIs and the certificates that carry them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use certs::development::{DevelopmentPki, Validity};
use certs::digest::{DigestAlgorithm, digest, hex_lower};
use certs::identity::{IdentityError, Party, PartyError, party_of_certificate};
use proptest::prelude::*;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const NOW: OffsetDateTime = datetime!(2026-11-23 08:00:00 UTC);
const USCC: &str = "913301006639233248";

fn der(uris: &[&str]) -> Vec<u8> {
    let pki = DevelopmentPki::create(NOW).unwrap();
    let identity = pki
        .issue_client_with_uris(uris, Validity::around(NOW))
        .unwrap();
    CertificateDer::from_pem_slice(identity.certificate_pem.as_bytes())
        .unwrap()
        .to_vec()
}

#[test]
fn good_uris() {
    let person = Some("zhang.san-1_a");
    let cases = [
        (
            format!("urn:anxin:employer:{USCC}"),
            Party::employer(USCC, None),
        ),
        (
            format!("urn:anxin:employer:{USCC}:person:zhang.san-1_a"),
            Party::employer(USCC, person),
        ),
        ("urn:anxin:bank:ICBC".to_owned(), Party::bank("ICBC")),
        (
            "urn:anxin:regulator:330100".to_owned(),
            Party::regulator("330100", None),
        ),
        (
            "urn:anxin:regulator:330000:person:zhang.san-1_a".to_owned(),
            Party::regulator("330000", person),
        ),
        (
            "urn:anxin:operator:li-si".to_owned(),
            Party::operator("li-si", None),
        ),
        (
            "urn:anxin:operator:ops:person:zhang.san-1_a".to_owned(),
            Party::operator("ops", person),
        ),
    ];
    for (uri, party) in cases {
        let party = party.unwrap();
        assert_eq!(uri.parse::<Party>(), Ok(party.clone()));
        assert_eq!(party.to_string(), uri);
        assert_eq!(party_of_certificate(&der(&[&uri])).unwrap().0, party);
    }
}

#[test]
fn persons() {
    let employer = Party::employer(USCC, Some("p1")).unwrap();
    assert_eq!(
        (employer.role(), employer.person()),
        ("employer", Some("p1"))
    );
    assert_eq!(Party::employer(USCC, None).unwrap().person(), None);
    assert_eq!(Party::bank("ABC").unwrap().person(), None);
    assert_eq!(Party::operator("ops", None).unwrap().person(), None);
    assert_eq!(
        Party::operator("ops", Some("wu")).unwrap().person(),
        Some("wu")
    );
}

#[test]
fn bad_uris() {
    let long = format!("urn:anxin:operator:{}", "n".repeat(65));
    let cases = [
        ("", PartyError::Form),
        ("urn:anxin:", PartyError::Form),
        ("urn:anxin:bank", PartyError::Form),
        ("URN:anxin:bank:ICBC", PartyError::Form),
        ("urn:anxin:bank:ICBC ", PartyError::Bank),
        ("urn:anxin:bank:icbc", PartyError::Bank),
        ("urn:anxin:bank:I", PartyError::Bank),
        ("urn:anxin:bank:ABCDEFGHIJK", PartyError::Bank),
        ("urn:anxin:bank:ICBC:person:p", PartyError::Form),
        ("urn:anxin:bank:ICBC:", PartyError::Form),
        ("urn:anxin:worker:1", PartyError::Form),
        ("urn:anxin:employer:91330100663923324", PartyError::Uscc),
        ("urn:anxin:employer:91330100663923324I", PartyError::Uscc),
        ("urn:anxin:employer:91330100663923324a", PartyError::Uscc),
        (
            "urn:anxin:employer:913301006639233248:person",
            PartyError::Form,
        ),
        (
            "urn:anxin:employer:913301006639233248:person:",
            PartyError::Name,
        ),
        (
            "urn:anxin:employer:913301006639233248:person:a:b",
            PartyError::Form,
        ),
        (
            "urn:anxin:employer:913301006639233248:role:a",
            PartyError::Form,
        ),
        (
            "urn:anxin:employer:913301006639233248:person:张",
            PartyError::Name,
        ),
        ("urn:anxin:regulator:33010", PartyError::Region),
        ("urn:anxin:regulator:3301000", PartyError::Region),
        ("urn:anxin:regulator:33010X", PartyError::Region),
        ("urn:anxin:regulator:３３０１００", PartyError::Region),
        ("urn:anxin:operator:", PartyError::Name),
        ("urn:anxin:operator:a/b", PartyError::Name),
        (&long, PartyError::Name),
    ];
    for (uri, expected) in cases {
        assert_eq!(uri.parse::<Party>(), Err(expected), "{uri}");
    }
}

#[test]
fn exactly_one_uri() {
    let employer = format!("urn:anxin:employer:{USCC}");
    let cases: [(&[&str], IdentityError); 6] = [
        (&[], IdentityError::NoParty),
        (&["https://example.invalid/"], IdentityError::NoParty),
        (
            &["urn:anxin:bank:ICBC", "urn:anxin:bank:ABC"],
            IdentityError::SeveralParties,
        ),
        (
            &["urn:anxin:bank:ICBC", "urn:anxin:bank:ICBC"],
            IdentityError::SeveralParties,
        ),
        (
            &[&employer, "URN:Anxin:bank:ICBC"],
            IdentityError::SeveralParties,
        ),
        (
            &["URN:ANXIN:bank:ICBC"],
            IdentityError::Party(PartyError::Form),
        ),
    ];
    for (uris, expected) in cases {
        assert_eq!(party_of_certificate(&der(uris)), Err(expected), "{uris:?}");
    }
    let beside = der(&["spiffe://example.invalid/a", "urn:anxin:bank:ICBC"]);
    assert_eq!(
        party_of_certificate(&beside).unwrap().0,
        Party::bank("ICBC").unwrap()
    );
}

#[test]
fn facts() {
    let bytes = der(&["urn:anxin:bank:ICBC"]);
    let (_, facts) = party_of_certificate(&bytes).unwrap();
    let fingerprint = hex_lower(&digest(DigestAlgorithm::Sha256, &bytes));
    assert_eq!(facts.fingerprint_sha256, fingerprint);
    assert_eq!(facts.not_after, NOW + Duration::days(90));
    assert_eq!(facts.serial_hex.len(), 32);
    let other = party_of_certificate(&der(&["urn:anxin:bank:ICBC"]))
        .unwrap()
        .1;
    assert_ne!(other.fingerprint_sha256, facts.fingerprint_sha256);
}

#[test]
fn damaged_certificates() {
    let bytes = der(&["urn:anxin:bank:ICBC"]);
    for length in 0..bytes.len() {
        let refused = party_of_certificate(&bytes[..length]);
        assert_eq!(refused, Err(IdentityError::Unreadable));
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(
        party_of_certificate(&longer),
        Err(IdentityError::Unreadable)
    );
    let huge = vec![0x30; 65 * 1024];
    assert_eq!(party_of_certificate(&huge), Err(IdentityError::Unreadable));
    // No mutation may panic or turn into another party with the right form by accident.
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut mutated = bytes.clone();
            mutated[position] ^= 1 << bit;
            let _ = party_of_certificate(&mutated);
        }
    }
}

fn any_party() -> impl Strategy<Value = Party> {
    let person = || proptest::option::of("[A-Za-z0-9._-]{1,64}");
    prop_oneof![
        ("[0-9A-HJ-NPQRTUWXY]{18}", person())
            .prop_map(|(uscc, person)| Party::Employer { uscc, person }),
        "[A-Z0-9]{2,10}".prop_map(|code| Party::Bank { code }),
        ("[0-9]{6}", person()).prop_map(|(region, person)| Party::Regulator { region, person }),
        ("[A-Za-z0-9._-]{1,64}", person())
            .prop_map(|(name, person)| Party::Operator { name, person }),
    ]
}

proptest! {
    #[test]
    fn parties_round_trip(party in any_party()) {
        prop_assert_eq!(party.to_string().parse::<Party>(), Ok(party));
    }

    #[test]
    fn reading_never_panics_and_keeps_the_text(
        text in "(urn:anxin:)?(employer|bank|regulator|operator)?[:A-Za-z0-9\\PC]{0,30}"
    ) {
        if let Ok(party) = text.parse::<Party>() {
            prop_assert_eq!(party.to_string(), text);
        }
    }

    #[test]
    fn random_bytes_are_no_certificate(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(party_of_certificate(&bytes).is_err());
    }
}
