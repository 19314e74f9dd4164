//! M13: nobody alone moves money.

use super::desk::{CHECKER, Desk, LI, MAKER, SYSTEM, ZHANG, file};
use gateway::approval::{Seen, approve, withdraw};
use gateway::failure::CommandError;
use gateway::intake::Receipt;
use schemas::LineState;
use schemas::value::Uscc;

fn seen(receipt: &Receipt) -> Seen {
    Seen {
        digest: receipt.head.digest.clone(),
        line_count: receipt.head.line_count,
        total_fen: receipt.head.total_fen,
        acknowledged: Vec::new(),
        as_of: None,
    }
}

fn own() -> Uscc {
    Uscc::parse(super::desk::USCC).unwrap()
}

#[test]
fn maker_and_approver_are_different_persons() {
    let desk = Desk::new();
    let receipt = desk.accept(&file("GZ-1", &[ZHANG, LI]));
    let (core, id) = (&desk.core, receipt.batch);
    let by = |person| approve(core, own(), person, id, &seen(&receipt));
    assert!(matches!(
        by(MAKER),
        Err(CommandError::Forbidden { why: "same_person" })
    ));
    assert!(matches!(
        by(SYSTEM),
        Err(CommandError::Forbidden {
            why: "person_required"
        })
    ));
    by(CHECKER).unwrap();
    assert!(matches!(
        by(CHECKER),
        Err(CommandError::Conflict { field: "state", .. })
    ));
    let released = desk
        .core
        .desk()
        .batch(id)
        .unwrap()
        .sums
        .of(LineState::Released);
    assert_eq!(released.count, 2);
}

#[test]
fn an_approval_is_over_what_was_seen() {
    let desk = Desk::new();
    let receipt = desk.accept(&file("GZ-1", &[ZHANG, LI]));
    let right = seen(&receipt);
    let wrong = [
        (
            "digest",
            Seen {
                digest: "0".repeat(64),
                ..right.clone()
            },
        ),
        (
            "line_count",
            Seen {
                line_count: 3,
                ..right.clone()
            },
        ),
        (
            "total_fen",
            Seen {
                total_fen: right.total_fen + 1,
                ..right.clone()
            },
        ),
    ];
    for (field, seen) in wrong {
        match approve(&desk.core, own(), CHECKER, receipt.batch, &seen) {
            Err(CommandError::Conflict { field: named, .. }) => assert_eq!(named, field),
            other => panic!("{field}: {other:?}"),
        }
    }
}

#[test]
fn another_employer_sees_nothing_to_approve() {
    let desk = Desk::new();
    let receipt = desk.accept(&file("GZ-1", &[ZHANG]));
    let other = Uscc::parse("91330103MA2B0NBY10").unwrap();
    let person = "urn:anxin:employer:91330103MA2B0NBY10:person:checker";
    let approved = approve(&desk.core, other, person, receipt.batch, &seen(&receipt));
    assert!(matches!(approved, Err(CommandError::NotFound)));
}

#[test]
fn a_batch_is_withdrawn_until_a_line_is_intended() {
    let desk = Desk::new();
    let receipt = desk.accept(&file("GZ-1", &[ZHANG]));
    withdraw(&desk.core, own(), MAKER, receipt.batch).unwrap();
    let again = withdraw(&desk.core, own(), MAKER, receipt.batch);
    assert!(matches!(
        again,
        Err(CommandError::Conflict { field: "state", .. })
    ));
    // The wage is free for another number, the old number is not.
    desk.accept(&file("GZ-2", &[ZHANG]));
}
