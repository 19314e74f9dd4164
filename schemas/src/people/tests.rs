#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! The invented people pass every check and stay the same.

use super::*;
use crate::text::Charset;
use crate::value::Purpose;
use std::collections::BTreeSet;

#[test]
fn the_generator_is_the_published_one() {
    let mut random = SplitMix64::new(1_234_567);
    let known: [u64; 5] = [
        6_457_827_717_110_365_317,
        3_203_168_211_198_807_973,
        9_817_491_932_198_370_423,
        4_593_380_528_125_082_431,
        16_408_922_859_458_223_821,
    ];
    assert_eq!(known.map(|_| random.draw()), known);
    assert_eq!(random.below(0), 0);
    assert!((0..1_000).all(|_| random.below(7) < 7));
    assert_eq!(random.pick::<u8>(&[]), None);
}

#[test]
fn every_bank_gets_accounts_with_its_own_prefix() {
    for bank in codes::banks() {
        for index in 0..50 {
            let account = person(7, index, Some(bank.code)).account;
            assert_eq!(codes::bin_group(&account), bank.bin_group.as_deref());
            assert!(!account.luhn_suspicious(), "{}", bank.code);
        }
    }
    let unknown = BankCode::parse("NOBANK").unwrap();
    assert_eq!(person(7, 0, Some(unknown)).account.digits(), 17);
}

#[test]
fn people_are_visibly_invented_different_and_writable_at_every_bank() {
    let mut numbers = BTreeSet::new();
    let mut accounts = BTreeSet::new();
    for index in 0..5_000 {
        let person = person(1, index, None);
        let name = person.name.reveal(Purpose::Matching);
        assert!(name.contains('样'), "{name}");
        assert!(Charset::Gb2312.holds(name), "{name}");
        assert!(numbers.insert(person.id_number), "identity {index}");
        assert!(accounts.insert(person.account), "account {index}");
        assert!(!person.account.luhn_suspicious());
    }
}

#[test]
fn the_same_seed_and_index_give_the_same_person() {
    let bank = BankCode::parse("HZCB").unwrap();
    assert_eq!(person(42, 3, Some(bank)), person(42, 3, Some(bank)));
    assert_ne!(person(42, 3, Some(bank)), person(42, 4, Some(bank)));
    assert_ne!(person(42, 3, Some(bank)), person(43, 3, Some(bank)));
    let debug = format!("{:?}", person(42, 3, Some(bank)));
    let number = person(42, 3, Some(bank)).id_number;
    assert!(!debug.contains(number.reveal(Purpose::Matching)));
}

/// Reckoned by another program after the published definitions: SplitMix64, GB 11643, GB 11714 and
/// GB 32100. A bank without card prefixes gives accounts that no list decides.
#[test]
fn a_seed_and_an_index_are_this_person_and_this_employer_for_ever() {
    let bank = BankCode::parse("NOBANK").ok();
    let known = [
        ((7, 3), "余样九", "330106198909235562", "80000003892374508"),
        (
            (2026, 11),
            "郑样六春",
            "510104199602191871",
            "80000005438902128",
        ),
        (
            (42, 42),
            "崔样甲",
            "420102197205020397",
            "80000004755275707",
        ),
        (
            (u64::MAX, u32::MAX),
            "钟样辛",
            "360426198308291638",
            "80000002033215001",
        ),
    ];
    for ((seed, index), name, id_number, account) in known {
        let person = person(seed, index, bank);
        let clear = (
            person.name.reveal(Purpose::Matching),
            person.id_number.reveal(Purpose::Matching),
            person.account.reveal(Purpose::Matching),
        );
        assert_eq!(clear, (name, id_number, account), "{seed} {index}");
    }
    for (seed, index, code) in [
        (7, 3, "91330110923745086M"),
        (2026, 11, "9133011038902128X7"),
        (1, 0, "91330110008224658U"),
    ] {
        assert_eq!(uscc(seed, index, "330110").as_str(), code);
    }
}

#[test]
fn employers_are_of_their_region_and_hold_both_checks() {
    let codes: BTreeSet<_> = (0..2_000).map(|index| uscc(9, index, "330110")).collect();
    assert_eq!(codes.len(), 2_000);
    assert!(codes.iter().all(|code| code.region() == "330110"));
    for code in codes {
        let text = code.as_str().as_bytes();
        assert_eq!(organisation_check(&text[8..16]), text[16]);
    }
    assert_eq!(uscc(9, 0, "杭州").region(), "330100");
    // 77084242 of the published code 91330109770842423D.
    assert_eq!(organisation_check(b"77084242"), b'3');
    assert_eq!(organisation_check(b"74292934"), b'5');
}

#[test]
fn places_do_not_meet() {
    let places: BTreeSet<_> = (0..100_000)
        .map(|index| permuted(5, index, 100_000))
        .collect();
    assert_eq!(places.len(), 100_000);
}
