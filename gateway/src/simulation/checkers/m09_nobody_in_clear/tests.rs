#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! Each value of a person is found in each form, and nothing is found where none is.

use super::*;
use schemas::value::BankCode;

fn payee() -> Payee {
    Payee {
        name: "张样".to_owned(),
        id_number: "11010519491231002X".to_owned(),
        account: "6222021202000000019".to_owned(),
        bank: BankCode::parse("ICBC").unwrap(),
    }
}

fn found(text: &[u8], is_clear: bool) -> Option<String> {
    let needles = Needles::of(&[payee()]);
    needles.find(text, is_clear).map(str::to_owned)
}

#[test]
fn a_person_is_found_in_every_form() {
    let gb: &[u8] = b"\xd5\xc5\xd1\xf9";
    assert_eq!(
        found("向张样付款".as_bytes(), false),
        Some("name of person 1".into())
    );
    assert_eq!(
        found(&[b"x|", gb, b"|y"].concat(), true),
        Some("name of person 1".into())
    );
    for id in ["11010519491231002X", "11010519491231002x"] {
        assert_eq!(
            found(id.as_bytes(), false),
            Some("id_number of person 1".into())
        );
    }
    let account = b"{\"account\":\"6222021202000000019\"}";
    assert_eq!(found(account, false), Some("account of person 1".into()));
}

/// Four bytes are there by chance among sealed ones.
#[test]
fn what_is_masked_or_sealed_is_not_found() {
    assert_eq!(found(b"\x00\xd5\xc5\xd1\xf9\x00", false), None);
    assert_eq!(
        found("张*, 1101**********002X, 6222*******0019".as_bytes(), true),
        None
    );
    assert_eq!(found(b"", true), None);
}
