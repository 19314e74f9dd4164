//! What is said to come next, and what is then done: the same, at the same moment.

use super::bank::{Act, Played, pushes_paid};
use super::desk::{Desk, ZHANG, file};
use super::money::corrected;
use adapters::exchange::Outcome;
use gateway::clock::{Clock as _, unix_ms};
use gateway::dispatch::outlook::{Planned, next_of};
use gateway::dispatch::{Bank, Decision, Dispatcher};
use gateway::keys::BankKeys;
use gateway::story::{Subject, Teller, sentence};
use schemas::{BatchId, FailureReason, Lang, PaymentId};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use time::macros::datetime;

/// What is said to come next of a batch, with its file, and in how many milliseconds.
fn next(desk: &Desk, played: &Played, batch: BatchId) -> Vec<(Planned, Option<u64>, Option<i64>)> {
    let (book, now) = (desk.core.desk(), desk.clock.now());
    let adapter = played.dispatcher.bank.adapter;
    let next = next_of(
        &book,
        book.batch(batch).unwrap(),
        adapter,
        &desk.calendar,
        now,
    );
    let next = next.into_iter().map(|one| {
        let wait_ms = one.at_ms.map(|at_ms| at_ms - unix_ms(now));
        (one.what, one.file_no, wait_ms)
    });
    next.collect()
}

/// A millisecond before the moment nothing is done; at the moment the decision is another.
fn then(desk: &Desk, played: &Played, wait_ms: u64) -> Decision {
    desk.clock.advance(Duration::from_millis(wait_ms - 1));
    assert!(matches!(played.decide(desk), Decision::Wait { .. }));
    desk.clock.advance(Duration::from_millis(1));
    played.decide(desk)
}

fn released(acts: &[Act]) -> (Desk, Played, BatchId) {
    let desk = Desk::new();
    let batch = desk.release(&file("GZ-1", &[ZHANG])).batch;
    let played = Played::new(&desk, acts);
    (desk, played, batch)
}

/// Five seconds, then twice as long each time, up to the sixth.
#[test]
fn a_file_that_did_not_leave_is_tried_again_when_it_is_said() {
    let (desk, played, batch) = released(&[const { Act::Unreachable }; 7]);
    assert_eq!(
        next(&desk, &played, batch),
        [(Planned::Send, None, Some(0))]
    );
    assert!(matches!(played.decide(&desk), Decision::Plan { .. }));
    for wait_ms in [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 160_000] {
        played.work(&desk);
        let said = (Planned::Resend, Some(1), Some(wait_ms));
        assert_eq!(next(&desk, &played, batch), [said]);
        let due = then(&desk, &played, wait_ms.unsigned_abs());
        assert_eq!(due, Decision::Resend { file_no: 1 });
        let said = (Planned::Resend, Some(1), Some(0));
        assert_eq!(next(&desk, &played, batch), [said]);
    }
}

/// Hua Xia Bank is asked after a minute and each minute, and has a day for its answer. What is
/// final waits for nothing.
#[test]
fn a_file_at_the_bank_is_asked_about_when_it_is_said() {
    let tells = |outcome| Act::Tell(vec![outcome]);
    let acts = [Act::Accept, tells(Outcome::Accepted), tells(Outcome::Paid)];
    let (desk, played, batch) = released(&acts);
    played.work(&desk);
    let day_ms = 86_400_000;
    for passed_ms in [0, 60_000] {
        let said = [
            (Planned::Query, Some(1), Some(60_000)),
            (Planned::AnswerLimit, Some(1), Some(day_ms - passed_ms)),
        ];
        assert_eq!(next(&desk, &played, batch), said);
        let due = then(&desk, &played, 60_000);
        assert_eq!(due, Decision::Query { file_no: 1 });
        played.work(&desk);
    }
    assert_eq!(next(&desk, &played, batch), []);
}

/// Hua Xia Bank is asked 120 times, ever more seldom; its answer limit passes meanwhile. Then
/// nothing more is said to come, and nothing does.
#[test]
fn a_silent_bank_is_asked_as_long_as_it_is_said_and_given_up_when_it_is_said() {
    let silent = std::iter::repeat_n(Act::Silent, 120);
    let acts: Vec<Act> = [Act::Accept].into_iter().chain(silent).collect();
    let (desk, played, batch) = released(&acts);
    let begun = desk.clock.now();
    played.work(&desk);
    let (mut asked, mut given_up) = (0, Vec::new());
    let mut before = Vec::new();
    while let Some((what, file_no, wait_ms)) = next(&desk, &played, batch).first().copied() {
        assert_eq!(file_no, Some(1));
        match then(&desk, &played, wait_ms.unwrap().unsigned_abs()) {
            Decision::Query { file_no: 1 } if what == Planned::Query => {
                asked += 1;
                before.push((desk.clock.now() - begun).whole_seconds());
            }
            Decision::GiveUpWaiting { file_no: 1, .. } if what == Planned::AnswerLimit => {
                given_up.push(desk.clock.now() - begun);
            }
            other => panic!("{what:?} is said, {other:?} is done"),
        }
        played.work(&desk);
    }
    assert_eq!((asked, given_up), (120, vec![time::Duration::days(1)]));
    assert_eq!(played.script.seen.lock().unwrap().queries, 120);
    // Twice as long after five, ten, fifteen and twenty questions.
    let waits: Vec<i64> = before.windows(2).map(|two| two[1] - two[0]).collect();
    let expected = [
        vec![60; 4],
        vec![120; 5],
        vec![240; 5],
        vec![480; 5],
        vec![960; 100],
    ];
    assert_eq!(waits, expected.concat());
    desk.clock.step(time::Duration::days(1));
    assert!(matches!(played.decide(&desk), Decision::Wait { .. }));
}

/// 27 November 2026 is a Friday; Hua Xia Bank takes instructions until four. The lists of days end
/// with the year.
#[test]
fn a_bank_day_that_is_over_is_said_with_the_next_one() {
    let (desk, played, batch) = released(&[const { Act::Unreachable }]);
    let at = |moment: time::OffsetDateTime| desk.clock.step(moment - desk.clock.now());
    played.work(&desk);
    // The next morning: given up now, and in a new file.
    at(datetime!(2026-11-24 10:00 +8));
    let said = (Planned::SendAnew, Some(1), Some(0));
    assert_eq!(next(&desk, &played, batch), [said]);
    let due = played.decide(&desk);
    assert!(matches!(due, Decision::Abandon { file_no: 1, .. }));
    // On Friday after the cut-off: on Monday.
    at(datetime!(2026-11-27 16:00 +8));
    let (two_days, eight_hours) = (2 * 86_400_000, 8 * 3_600_000);
    let said = (Planned::SendAnew, Some(1), Some(two_days + eight_hours));
    assert_eq!(next(&desk, &played, batch), [said]);
    at(datetime!(2027-01-04 10:00 +8));
    let said = (Planned::Calendar, Some(1), None);
    assert_eq!(next(&desk, &played, batch), [said]);
    // The same of lines that are in no file any more.
    played.work(&desk);
    assert_eq!(
        next(&desk, &played, batch),
        [(Planned::Calendar, None, None)]
    );
    at(datetime!(2026-11-28 09:00 +8));
    let said = (Planned::Send, None, Some(86_400_000 + 15 * 3_600_000));
    assert_eq!(next(&desk, &played, batch), [said]);
}

/// The bank takes back its word about the payment that a correction in an unsent file stands for:
/// the file is given up, and nothing of it is said to come.
#[test]
fn a_file_that_is_given_up_because_its_line_is_barred_is_not_said_to_go() {
    let failed = Act::Tell(vec![Outcome::Failed(FailureReason::NameMismatch)]);
    let (desk, played, original) = released(&[Act::Accept, failed, Act::Unreachable]);
    played.work(&desk);
    desk.clock.advance(Duration::from_secs(60));
    played.work(&desk);
    let payment = PaymentId {
        batch: original,
        row: 1,
    };
    let correction = desk.release(&corrected("GZ-2", Some(payment))).batch;
    played.work(&desk);
    let said = (Planned::Resend, Some(2), Some(5_000));
    assert_eq!(next(&desk, &played, correction), [said]);
    pushes_paid(&desk, 1);
    assert_eq!(next(&desk, &played, correction), []);
    let barred = Decision::Abandon {
        file_no: 2,
        why: "lines_barred",
    };
    assert_eq!(played.decide(&desk), barred);
    played.work(&desk);
    assert_eq!(next(&desk, &played, correction), []);
}

/// The same bank by a definition in which the dialect has another name.
fn renamed(played: Played) -> Played {
    let bank = &played.dispatcher.bank;
    let files = adapters::Book::built_in_files().filter(|(path, _)| {
        ["dialects/hxb_xhj/dialect.toml", "banks/HXB/bank.toml"].contains(&path.as_str())
    });
    let files = files
        .map(|(path, text)| [path.as_str(), text].map(|one| one.replace("hxb_xhj", "hxb_of_now")));
    let book = adapters::Book::from_files(files.map(|[path, text]| (path, text))).unwrap();
    let book: &'static adapters::Book = Box::leak(Box::new(book));
    let bank = Bank {
        adapter: book.adapter(bank.adapter.code()).unwrap(),
        keys: BankKeys::default(),
        channel: Arc::clone(&bank.channel),
        fields: bank.fields.clone(),
    };
    let dispatcher = Dispatcher {
        bank: Arc::new(bank),
        ..played.dispatcher
    };
    Played {
        dispatcher,
        ..played
    }
}

/// The definition loses the dialect of a file that certainly did not leave: the file is given up,
/// and its line goes in a new one.
#[test]
fn an_unsent_file_whose_dialect_is_gone_is_not_said_to_be_tried_again() {
    let (desk, played, batch) = released(&[Act::Unreachable, Act::Accept]);
    played.work(&desk);
    let said = (Planned::Resend, Some(1), Some(5_000));
    assert_eq!(next(&desk, &played, batch), [said]);
    let played = renamed(played);
    let said = (Planned::SendAnew, Some(1), Some(0));
    assert_eq!(next(&desk, &played, batch), [said]);
    let gone = Decision::Abandon {
        file_no: 1,
        why: "dialect_gone",
    };
    assert_eq!(played.decide(&desk), gone);
    played.carry_out(gone);
    let said = (Planned::Send, None, Some(0));
    assert_eq!(next(&desk, &played, batch), [said]);
    assert!(matches!(played.decide(&desk), Decision::Plan { .. }));
}

/// The definition loses the dialect of a file that the bank has: its line is unknown at once, for
/// that reason alone, a day before any limit.
#[test]
fn a_dialect_that_is_gone_is_no_limit_that_is_over() {
    let (desk, played, batch) = released(&[Act::Accept]);
    played.work(&desk);
    let played = renamed(played);
    let said = (Planned::DialectGone, Some(1), Some(0));
    assert_eq!(next(&desk, &played, batch), [said]);
    let gone = Decision::LoseTrack {
        file_no: 1,
        why: "dialect_gone",
    };
    assert_eq!(played.decide(&desk), gone);
    played.carry_out(gone);
    desk.core.wait_durable(desk.core.desk().sequence()).unwrap();
    let mut teller = Teller::of(Subject::Batch(batch));
    let folder = Path::new("/d/journal");
    let read = journal::verify_with(&desk.disk, folder, 0, &mut |passed| {
        teller.see(passed).unwrap();
    });
    assert_eq!(read.unwrap().damages, []);
    let last = teller.entries().pop().unwrap();
    assert_eq!((last.event, last.steps["lose_track"]), ("outcomes", 1));
    for (lang, gone, over) in [
        (Lang::Zh, "已没有发送时所用的方言", "时限"),
        (Lang::En, "no longer has the dialect", "is over"),
    ] {
        let said = sentence(&last, lang);
        assert!(said.contains(gone) && !said.contains(over), "{said}");
    }
}

/// The words of `anxin explain --json`, which programs rely on.
#[test]
fn what_is_planned_has_its_word() {
    let words = [
        (Planned::Send, "send"),
        (Planned::Resend, "resend"),
        (Planned::SendAnew, "send_anew"),
        (Planned::Query, "query"),
        (Planned::AnswerLimit, "answer_limit"),
        (Planned::DialectGone, "dialect_gone"),
        (Planned::Calendar, "calendar"),
    ];
    for (planned, word) in words {
        assert_eq!(planned.as_str(), word);
    }
}
