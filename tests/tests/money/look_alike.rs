//! Decision 003: people are compared by 64 bits of a keyed hash. Two people whose hashes are
//! alike can't be found, so one is made here: a line in the journal whose table carries the hash
//! of somebody else.

use gateway::book::table::TableRow;
use gateway::core::Fact;
use gateway::event::{AcceptedHead, Event, Policy};
use gateway::intake::{Submitted, short};
use schemas::value::{BatchId, BatchNo, PayMonth, PaymentId, Uscc};
use schemas::{FindingCode, Severity};
use tests::audit::assert_sound;
use tests::desk::{CHECKER, Desk, MAKER, USCC, Wage, file, one_bank_a_dialect, wages};

/// SHA-256 of no bytes.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A batch of one line of an unnamed person whose hash is that of `alike`.
fn accept_look_alike(desk: &Desk, alike: &Wage) -> BatchId {
    let record = |fact: Fact| desk.core.record(MAKER, fact).unwrap();
    let opened = Event::BatchOpened {
        submitted_by: MAKER.to_owned(),
        day: 20_261_123,
    };
    let opened = record(opened.into());
    let vault = desk.core.vault();
    let row = TableRow {
        index: 1,
        row: 1,
        line_no: 1,
        refused: false,
        amount_fen: alike.fen,
        person: short(vault.blind("id_number", alike.id_number.as_bytes())),
        account: 4711,
    };
    let mut table = Vec::new();
    row.write(&mut table);
    let lines = Event::BatchLines {
        opened,
        first: 1,
        count: 1,
        corrects: Vec::new(),
    };
    record(Fact {
        table,
        ..lines.into()
    });
    let batch = BatchId::new(20_261_123, opened);
    let head = AcceptedHead {
        batch,
        batch_no: BatchNo::parse("GZ-other").unwrap(),
        employer: Uscc::parse(USCC).unwrap(),
        project_code: None,
        region: None,
        pay_month: PayMonth::parse("2026-11").unwrap(),
        month_assumed: Some(false),
        paying_bank: desk.bank,
        format: "csv".to_owned(),
        charset: "UTF-8".to_owned(),
        policy: Policy::AllOrNothing,
        submitted_by: MAKER.to_owned(),
        digest: EMPTY.to_owned(),
        line_count: 1,
        total_fen: alike.fen,
        refused_count: 0,
        refused_late: Vec::new(),
        must_acknowledge: Vec::new(),
        finding_counts: (0, 0, 0),
        late_records: 0,
        bytes: 0,
        next_bank_day: None,
    };
    record(Event::BatchAccepted(Box::new(head)).into());
    batch
}

/// The wage of the one is taken for the wage of the other: the line is refused in sight and
/// nobody is paid twice. Another amount, and an end of the first, set it free.
#[test]
fn of_two_people_with_one_hash_the_second_is_refused_in_sight() {
    let adapter = one_bank_a_dialect()[0];
    let desk = Desk::new(adapter.code());
    let mut wage = wages(1, 1, desk.bank);
    let other = accept_look_alike(&desk, &wage[0]);
    let earlier = PaymentId {
        batch: other,
        row: 1,
    };
    match desk.submit(&file(desk.bank, "GZ-1", &wage)) {
        Submitted::Refused { findings, .. } => {
            let found = &findings[0];
            assert_eq!(found.code, FindingCode::PayeeInFlight);
            assert_eq!((found.severity, found.line), (Severity::Error, Some(1)));
            // It names the payment, so that people see whose it is.
            assert_eq!(found.arguments.get("earlier"), Some(&earlier.to_string()));
        }
        answer => panic!("{answer:?}"),
    }
    wage[0].fen += 1;
    desk.accept(&file(desk.bank, "GZ-2", &wage));
    wage[0].fen -= 1;
    let withdrawn = Event::BatchWithdrawn {
        batch: other,
        person: CHECKER.to_owned(),
    };
    desk.core.record(CHECKER, withdrawn.into()).unwrap();
    desk.accept(&file(desk.bank, "GZ-3", &wage));
    assert_sound(&desk.core, adapter.dialect());
}
