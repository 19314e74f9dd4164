//! Batches, lines in doubt and messages that fit nothing, straight into the journal.

use super::desk::{CHECKER, SYSTEM, USCC};
use gateway::book::table::TableRow;
use gateway::core::{Core, Fact};
use gateway::event::{AcceptedHead, Dispute, Event, Intent, Move, Origin, Policy};
use schemas::LineEvent;
use schemas::line_state::{Applied, apply};
use schemas::value::{BankCode, BatchId, BatchNo, PayMonth, PaymentId, RegionCode, Uscc};

/// The day of every batch.
pub const DAY: u32 = 20_261_123;
const BANKS: [&str; 3] = ["HXB", "ICBC", "CZBANK"];
const REGIONS: [Option<&str>; 4] = [Some("330102"), Some("330106"), Some("330212"), None];

/// An even generator: the same numbers on every machine.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
    }
}

pub fn record(core: &Core, event: Event) -> u64 {
    core.record("urn:anxin:operator:test", event.into())
        .unwrap()
}

pub fn bank(code: &str) -> BankCode {
    BankCode::parse(code).unwrap()
}

fn head(batch: BatchId, file_no: u64, lines: u32) -> AcceptedHead {
    let place = usize::try_from(file_no).unwrap();
    let region = REGIONS[place / 3 % 4];
    AcceptedHead {
        batch,
        batch_no: BatchNo::parse(&format!("GZ-{file_no}")).unwrap(),
        employer: Uscc::parse(USCC).unwrap(),
        project_code: None,
        region: region.map(|region| RegionCode::parse(region).unwrap()),
        month_assumed: Some(false),
        pay_month: PayMonth::parse("2026-11").unwrap(),
        paying_bank: bank(BANKS[place % 3]),
        format: "csv".to_owned(),
        charset: "UTF-8".to_owned(),
        policy: Policy::AllOrNothing,
        submitted_by: SYSTEM.to_owned(),
        digest: format!("{file_no:064x}"),
        line_count: lines,
        total_fen: i64::from(lines) * 100,
        refused_count: 0,
        refused_late: Vec::new(),
        must_acknowledge: Vec::new(),
        finding_counts: (0, 0, 0),
        late_records: 0,
        bytes: 0,
        next_bank_day: None,
    }
}

/// A batch of so many lines, all of them intended in the bank file of its number.
pub fn instructed(core: &Core, file_no: u64, lines: u32) -> BatchId {
    let opened = record(
        core,
        Event::BatchOpened {
            submitted_by: SYSTEM.to_owned(),
            day: DAY,
        },
    );
    let mut table = Vec::new();
    for index in 1..=lines {
        let row = TableRow {
            index,
            row: index,
            line_no: index,
            refused: false,
            amount_fen: 100,
            person: file_no * 100_000 + u64::from(index),
            account: 1,
        };
        row.write(&mut table);
    }
    let kept = Event::BatchLines {
        opened,
        first: 1,
        count: lines,
        corrects: Vec::new(),
    };
    let fact = Fact {
        table,
        ..Fact::from(kept)
    };
    core.record("urn:anxin:operator:test", fact).unwrap();
    let batch = BatchId::new(DAY, opened);
    let head = head(batch, file_no, lines);
    let bank = head.paying_bank;
    record(core, Event::BatchAccepted(Box::new(head)));
    let approved = Event::BatchApproved {
        batch,
        person: CHECKER.to_owned(),
        acknowledged: Vec::new(),
        as_of: None,
    };
    record(core, approved);
    let intent = Intent {
        dialect: None,
        file_no,
        batch,
        bank,
        lines: (1..=lines).collect(),
        total_fen: i64::from(lines) * 100,
        bank_date: "2026-11-23".to_owned(),
        instructed_ms: 0,
    };
    record(core, Event::FileIntended(Box::new(intent)));
    batch
}

pub fn step(index: u32, event: LineEvent) -> Move {
    Move {
        index,
        event,
        reason: None,
        detail: None,
        bank_code: None,
        reported_fen: None,
        of_line: 0,
    }
}

pub fn outcomes(core: &Core, file_no: u64, moves: Vec<Move>, disputes: Vec<(u32, Dispute, Move)>) {
    let event = Event::Outcomes {
        file_no,
        origin: Origin::Push,
        message: None,
        why: None,
        is_final: false,
        moves,
        disputes,
    };
    record(core, event);
}

/// Something that a bank or two people say of a line, where the machine lets them.
pub fn say_of_line(core: &Core, dice: &mut Dice, payment: PaymentId, file_no: u64) {
    let (state, disputed) = {
        let book = core.desk();
        let (_, line) = book.line(payment).unwrap();
        (line.state, line.disputed.is_some())
    };
    let dispute = [Dispute::ResultContradiction, Dispute::ResultMismatch];
    let said = [
        LineEvent::LoseTrack,
        LineEvent::LoseTrack,
        LineEvent::Accept,
        LineEvent::Pay,
        LineEvent::Fail,
        LineEvent::Return,
        LineEvent::ResolvePaid,
        LineEvent::ResolveFailed,
    ];
    let row = payment.row;
    match dice.below(10) {
        0 | 1 => {
            let kind = dispute[dice.below(2)];
            let step = step(row, LineEvent::Pay);
            outcomes(core, file_no, Vec::new(), vec![(row, kind, step)]);
        }
        roll => {
            let event = said[roll - 2];
            if !matches!(apply(state, disputed, event), Applied::Moved(_)) {
                return;
            }
            if !matches!(event, LineEvent::ResolvePaid | LineEvent::ResolveFailed) {
                outcomes(core, file_no, vec![step(row, event)], Vec::new());
                return;
            }
            resolve(core, payment, event);
        }
    }
}

/// Two people decide.
pub fn resolve(core: &Core, payment: PaymentId, outcome: LineEvent) {
    let operator = "urn:anxin:operator:a".to_owned();
    let evidence_digest = "ab".repeat(32);
    let proposed = Event::ResolutionProposed {
        payment,
        outcome,
        reason: None,
        evidence_digest: evidence_digest.clone(),
        operator: operator.clone(),
    };
    record(core, proposed);
    let proposal = core
        .desk()
        .proposal(payment)
        .map(|proposal| proposal.sequence);
    let confirmed = Event::ResolutionConfirmed {
        payment,
        proposal,
        outcome: proposal.map(|_| outcome),
        evidence_digest,
        operator,
    };
    record(core, confirmed);
}

/// A message of a bank: read, unreadable or left open, with what fits nothing; or such an answer.
pub fn say_of_message(core: &Core, dice: &mut Dice, number: u64, files: u64) {
    let bank = bank(BANKS[dice.below(3)]);
    let unmatched = |message: u64, place: u32, dice: &mut Dice| {
        let file_no = u64::try_from(dice.below(usize::try_from(files).unwrap() * 2)).unwrap();
        record(
            core,
            Event::Unmatched {
                bank,
                message,
                place,
                file_no: Some(file_no),
                why: "no_such_row".to_owned(),
                reported_fen: Some(7),
                of_whole: dice.below(2) == 0,
                expected_fen: None,
                said: number * 10 + u64::from(place),
            },
        );
    };
    if dice.below(4) == 0 {
        unmatched(0, 0, dice);
        return;
    }
    let reading = ["applied", "unreadable"][dice.below(2)];
    let message = record(
        core,
        Event::BankMessage {
            bank,
            message: "push".to_owned(),
            // Some come again, and can be read then.
            digest: format!("push:{}", dice.below(12)),
            reading: reading.to_owned(),
            file_no: None,
            again: None,
            seen_at: None,
            written_at: None,
        },
    );
    for place in 0..u32::try_from(dice.below(4)).unwrap() {
        unmatched(message, place, dice);
    }
    if dice.below(6) != 0 {
        record(core, Event::BankMessageClosed { message });
    }
}
