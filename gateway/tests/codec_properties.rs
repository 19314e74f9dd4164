//! What is kept reads back as it was: lines, table rows, every event.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use gateway::book::table::{ROW_BYTES, TableRow};
use gateway::event::{AcceptedHead, Dispute, Event, FileWord, Intent, Move, Origin, Policy};
use gateway::intake::lines::{KeptLine, read_all, write};
use proptest::{collection::vec, option::of, prelude::*, sample::select};
use schemas::value::{
    AccountNo, BankCode, BatchId, BatchNo, CnapsCode, Fen, IdNumber, IdType, LineNo, PayMonth,
    PaymentId, PersonName, RegionCode, Uscc,
};
use schemas::{FailureReason, LineEvent};

/// Any text, with what breaks careless writers: quotes, line ends, separators, rare characters.
fn text() -> impl Strategy<Value = String> {
    let hard = select(vec![
        "\"", "\\", "\n", "\r\n", "\u{0}", "\u{2028}", "珅", "𬱖", "|", ",", "\u{FEFF}", "é",
    ]);
    let part = prop_oneof![hard.prop_map(str::to_owned), "[ -~一-龥]{0,4}"];
    vec(part, 0..8).prop_map(|parts| parts.concat())
}

fn payment() -> impl Strategy<Value = PaymentId> {
    (batch(), 1..u32::MAX).prop_map(|(batch, row)| PaymentId { batch, row })
}

fn batch() -> impl Strategy<Value = BatchId> {
    (20_000_101..21_991_231_u32, any::<u64>()).prop_map(|(day, opened)| BatchId::new(day, opened))
}

fn bank() -> impl Strategy<Value = BankCode> {
    select(vec!["ICBC", "HXB", "ABC", "WZCB"]).prop_map(|code| BankCode::parse(code).unwrap())
}

fn uscc() -> impl Strategy<Value = Uscc> {
    select(vec!["913301006639233248", "91330103MA2B0NBY10"])
        .prop_map(|code| Uscc::parse(code).unwrap())
}

fn line_event() -> impl Strategy<Value = LineEvent> {
    select(LineEvent::ALL.to_vec())
}

fn reason() -> impl Strategy<Value = Option<FailureReason>> {
    of(select(FailureReason::ALL.to_vec()))
}

fn a_move() -> impl Strategy<Value = Move> {
    let said = (of(text()), of(text()), of(any::<i64>()), any::<u32>());
    (1..u32::MAX, line_event(), reason(), said).prop_map(|(index, event, reason, said)| Move {
        index,
        event,
        reason,
        detail: said.0,
        bank_code: said.1,
        reported_fen: said.2,
        of_line: said.3,
    })
}

fn head() -> impl Strategy<Value = AcceptedHead> {
    let place = (
        batch(),
        "[A-Za-z0-9_./-]{1,35}",
        uscc(),
        bank(),
        any::<bool>(),
    );
    let words = (of(text()), of(text()), text(), text(), of(text()));
    let (count, fen) = (any::<u32>, any::<i64>);
    let numbers = (count(), fen(), count(), vec(count(), 0..4));
    let counts = (any::<u64>(), any::<u64>(), any::<u64>());
    let month = (2000..2200_u16, 1..=12_u8);
    (place, words, numbers, counts, month, vec(text(), 0..3)).prop_map(
        |(place, words, numbers, finding_counts, (year, month), must_acknowledge)| AcceptedHead {
            batch: place.0,
            batch_no: BatchNo::parse(&place.1).unwrap(),
            employer: place.2,
            project_code: words.1.or(words.0),
            region: place.4.then(|| RegionCode::parse("330110").unwrap()),
            pay_month: PayMonth::new(year, month).unwrap(),
            month_assumed: [None, Some(false), Some(true)][usize::from(month % 3)],
            paying_bank: place.3,
            format: "csv".to_owned(),
            charset: "UTF-8".to_owned(),
            policy: policy(place.4),
            submitted_by: words.2,
            digest: words.3,
            line_count: numbers.0,
            total_fen: numbers.1,
            refused_count: numbers.2,
            refused_late: numbers.3,
            must_acknowledge,
            finding_counts,
            late_records: numbers.2,
            bytes: finding_counts.0,
            next_bank_day: words.4,
        },
    )
}

fn policy(good_lines: bool) -> Policy {
    [Policy::AllOrNothing, Policy::GoodLines][usize::from(good_lines)]
}

fn intent() -> impl Strategy<Value = Intent> {
    let numbers = (any::<u64>(), any::<i64>(), any::<i64>());
    let texts = (of(text()), text());
    (numbers, batch(), bank(), vec(any::<u32>(), 0..5), texts).prop_map(
        |(numbers, batch, bank, lines, (dialect, bank_date))| Intent {
            dialect,
            file_no: numbers.0,
            batch,
            bank,
            lines,
            total_fen: numbers.1,
            bank_date,
            instructed_ms: numbers.2,
        },
    )
}

fn started((version, first_file_no): (String, Option<u64>)) -> Event {
    Event::Started {
        version,
        first_file_no,
    }
}

fn of_intake() -> impl Strategy<Value = Event> {
    let n = any::<u64>;
    let c = any::<u32>;
    prop_oneof![
        (text(), of(n())).prop_map(started),
        (n(), text(), n()).prop_map(|(record, hash, first_file_no)| Event::Restored {
            record,
            hash,
            first_file_no,
        }),
        (text(), c()).prop_map(|(submitted_by, day)| Event::BatchOpened { submitted_by, day }),
        (n(), c()).prop_map(|(opened, part)| Event::BatchBytes { opened, part }),
        (n(), c(), c(), vec((c(), payment()), 0..3)).prop_map(
            |(opened, first, count, corrects)| Event::BatchLines {
                opened,
                first,
                count,
                corrects,
            }
        ),
        (n(), c()).prop_map(|(opened, count)| Event::BatchFindings { opened, count }),
        head().prop_map(|head| Event::BatchAccepted(Box::new(head))),
        (n(), text(), n()).prop_map(|(opened, why, bytes)| Event::BatchAbandoned {
            opened,
            why,
            bytes
        }),
        (batch(), text(), vec(text(), 0..3), of(n())).prop_map(
            |(batch, person, acknowledged, as_of)| Event::BatchApproved {
                batch,
                person,
                acknowledged,
                as_of,
            }
        ),
        (batch(), text()).prop_map(|(batch, person)| Event::BatchWithdrawn { batch, person }),
    ]
}

fn of_files() -> impl Strategy<Value = Event> {
    let (n, flags) = (any::<u64>, any::<(bool, bool)>);
    prop_oneof![
        intent().prop_map(|intent| Event::FileIntended(Box::new(intent))),
        (n(), text(), text(), of((text(), text())), flags()).prop_map(
            |(file_no, step, digest, signature, (instructs, continues))| Event::MessageLeaving {
                file_no,
                step,
                instructs,
                digest,
                signature,
                continues,
                returns: !instructs && continues,
            }
        ),
        (n(), text(), text()).prop_map(|(file_no, step, digest)| Event::MessageAnswered {
            file_no,
            step,
            digest,
        }),
        file_receipt(),
        (n(), text()).prop_map(|(file_no, why)| Event::FileAbandoned { file_no, why }),
        outcomes(),
    ]
}

fn file_receipt() -> impl Strategy<Value = Event> {
    let words = vec![FileWord::Nothing, FileWord::Known, FileWord::NotFound];
    let place = (any::<u64>(), of(text()), any::<u32>());
    let rest = (select(words), vec(a_move(), 0..3), of(any::<u64>()));
    (place, rest).prop_map(|(place, rest)| Event::FileReceipt {
        file_no: place.0,
        bank_code: place.1,
        reference_count: place.2,
        said: rest.0,
        noted: rest.1,
        message: rest.2,
    })
}

fn outcomes() -> impl Strategy<Value = Event> {
    let origins = vec![
        Origin::Receipt,
        Origin::Result,
        Origin::Push,
        Origin::Channel,
        Origin::AnswerLimit,
        Origin::Recovery,
    ];
    let disputes = select(vec![Dispute::ResultContradiction, Dispute::ResultMismatch]);
    let disputed = vec((any::<u32>(), disputes, a_move()), 0..3);
    let place = (any::<u64>(), select(origins), of(any::<u64>()));
    let rest = (of(text()), any::<bool>());
    (place, rest, vec(a_move(), 0..5), disputed).prop_map(|(place, rest, moves, disputes)| {
        Event::Outcomes {
            file_no: place.0,
            origin: place.1,
            message: place.2,
            why: rest.0,
            is_final: rest.1,
            moves,
            disputes,
        }
    })
}

fn of_messages_and_people() -> impl Strategy<Value = Event> {
    let n = any::<u64>;
    let three = || (text(), text(), text());
    prop_oneof![
        (bank(), three(), of(n()), of(n())).prop_map(|(bank, said, seen_at, written_at)| {
            let (message, digest, reading) = said;
            Event::BankMessage {
                bank,
                message,
                digest,
                reading,
                file_no: None,
                again: None,
                seen_at,
                written_at,
            }
        }),
        n().prop_map(|message| Event::BankMessageClosed { message }),
        (
            (bank(), n(), any::<u32>(), of(n())),
            text(),
            (of(any::<i64>()), any::<bool>(), of(any::<i64>())),
            n()
        )
            .prop_map(|((bank, message, place, file_no), why, whole, said)| {
                let (reported_fen, of_whole, expected_fen) = whole;
                Event::Unmatched {
                    bank,
                    message,
                    place,
                    file_no,
                    why,
                    reported_fen,
                    of_whole,
                    expected_fen,
                    said,
                }
            }),
        (payment(), line_event(), reason(), text(), text()).prop_map(
            |(payment, outcome, reason, evidence_digest, operator)| {
                Event::ResolutionProposed {
                    payment,
                    outcome,
                    reason,
                    evidence_digest,
                    operator,
                }
            }
        ),
        (payment(), of(n()), of(line_event()), (text(), text())).prop_map(
            |(payment, proposal, outcome, said)| Event::ResolutionConfirmed {
                payment,
                proposal,
                outcome,
                evidence_digest: said.0,
                operator: said.1,
            }
        ),
        (text(), any::<u32>()).prop_map(|(to, count)| Event::Disclosed { to, count }),
        (any::<u16>(), text(), text()).prop_map(|(kind, what, digest)| Event::Refused {
            kind,
            what,
            digest,
        }),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![of_intake(), of_files(), of_messages_and_people()]
}

fn row() -> impl Strategy<Value = TableRow> {
    let numbers = (any::<u32>(), any::<u32>(), any::<u32>(), any::<bool>());
    (numbers, any::<i64>(), any::<u64>(), any::<u64>()).prop_map(
        |(numbers, amount_fen, person, account)| TableRow {
            index: numbers.0,
            row: numbers.1,
            line_no: numbers.2,
            refused: numbers.3,
            amount_fen,
            person,
            account,
        },
    )
}

fn kept() -> impl Strategy<Value = KeptLine> {
    let id_type = IdType::parse("01").unwrap();
    let people = select(vec!["11010519491231002X", "34052419800101001X"]);
    let names = select(vec!["张样一", "阿卜杜拉·样例", "O'Sample", "𬱖样"]);
    let accounts = select(vec![
        "6222021202000000019",
        "12345678",
        "6228480000000000000",
    ]);
    let numbers = (any::<u32>(), any::<u32>(), 1..u32::MAX);
    let amounts = (any::<i64>(), of(any::<i64>()));
    let texts = (of(text()), of(text()));
    let rest = (of(bank()), any::<bool>(), of(payment()));
    (numbers, amounts, texts, (people, names, accounts), rest).prop_map(
        move |(numbers, amounts, texts, who, rest)| KeptLine {
            index: numbers.0,
            row: numbers.1,
            line_no: LineNo(numbers.2),
            reference: texts.0,
            name: PersonName::parse(who.1).unwrap(),
            id_type,
            id_number: IdNumber::parse(id_type, who.0).unwrap(),
            account: AccountNo::parse(who.2).unwrap(),
            payee_bank: rest.0,
            cnaps_code: rest.1.then(|| CnapsCode::parse("102100099996").unwrap()),
            amount: Fen(amounts.0),
            gross_amount: amounts.1.map(Fen),
            memo: texts.1,
            corrects: rest.2,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_event_reads_back_and_is_one_line(event in event()) {
        let text = serde_json::to_vec(&event).unwrap();
        // A table follows behind the first line feed of a record.
        prop_assert!(!text.contains(&b'\n'));
        prop_assert_eq!(serde_json::from_slice::<Event>(&text).unwrap(), event);
    }

    #[test]
    fn a_table_reads_back(rows in vec(row(), 0..40), rest in 1..ROW_BYTES) {
        let mut table = Vec::new();
        for row in &rows {
            row.write(&mut table);
        }
        prop_assert_eq!(table.len(), rows.len() * ROW_BYTES);
        prop_assert_eq!(TableRow::read_all(&table).unwrap(), rows);
        table.resize(table.len() + rest, 0);
        prop_assert!(TableRow::read_all(&table).is_none());
    }

    #[test]
    fn kept_lines_read_back(lines in vec(kept(), 0..20)) {
        let mut text = Vec::new();
        for line in &lines {
            write(&line.as_line(), &mut text);
        }
        prop_assert_eq!(text.iter().filter(|byte| **byte == b'\n').count(), lines.len());
        prop_assert_eq!(read_all(&text).unwrap(), lines);
    }

    #[test]
    fn any_bytes_are_kept_lines_or_an_error(bytes in vec(any::<u8>(), 0..200)) {
        let _ = read_all(&bytes);
        let _ = TableRow::read_all(&bytes);
        let _ = serde_json::from_slice::<Event>(&bytes);
    }
}
