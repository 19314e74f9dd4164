//! M1: a word that frees corrections is weighed by when it came, and never believed while
//! something that the bank said cannot be read.

use adapters::BankReply;
use adapters::exchange::{Outcome, ResultFile};
use gateway::book::Came;
use gateway::event::{Event, Origin};
use gateway::keys::BankKeys;
use gateway::outcome::{
    MessageKind, Said, Source, apply, apply_from, read_again, receive, receive_found,
};
use schemas::{LineEvent, LineState};
use tests::audit::assert_sound;
use tests::bank::{Played, at_bank, told, unsent};
use tests::desk::{Desk, one_bank_a_dialect};

use super::evidence::{REFUSED, answer, disputed, given_up, record, resolve, said};
use super::not_found::{ask, lost};
use super::refusal::whole;

fn push(desk: &Desk, played: &Played, keys: &BankKeys, bytes: &[u8]) {
    let adapter = played.adapter();
    receive(&desk.core, adapter, keys, MessageKind::Push, bytes).unwrap();
}

/// "Failed" came first, and could only be read when the bank had accepted the line since: it is an
/// older word, and the bank is asked again.
#[test]
fn a_refusal_that_is_read_late_is_no_news() {
    let mut keyed = 0;
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        for by_bank in [false, true] {
            let desk = Desk::new(adapter.code());
            let (batch, played) = at_bank(&desk, 2);
            let lines = played.memory(|memory| memory.instructed(1)).unwrap();
            let refusal = told(&lines, &[REFUSED, REFUSED]).lines;
            let bytes = played.push_bytes(1, refusal);
            push(&desk, &played, &BankKeys::default(), &bytes);
            if desk.states(&batch) != [LineState::Accepted; 2] {
                // It needs no key to be read.
                continue;
            }
            keyed += 1;
            // The bank is asked, does not know, and then says "accepted" of both.
            let unsure = || [1, 2].map(|row| record(&desk, 2, row, Outcome::Unknown));
            answer(&desk, desk.head(), &unsure());
            let works = || [1, 2].map(|row| record(&desk, 2, row, Outcome::Accepted));
            answer(&desk, desk.head(), &works());
            assert_eq!(desk.states(&batch), [LineState::Accepted; 2], "{place}");
            if by_bank {
                push(&desk, &played, played.keys(), &bytes);
            } else {
                let keys: &dyn adapters::exchange::Crypto = played.keys();
                let read = read_again(&desk.core, &|_| Some((adapter, keys)));
                assert_eq!(read.unwrap(), 1, "{place}");
            }
            assert_eq!(desk.states(&batch), [LineState::Accepted; 2], "{place}");
            assert_eq!(disputed(&desk, &batch), [false; 2], "{place}");
            // Asked again, what it says then counts.
            answer(&desk, desk.head(), &[record(&desk, 2, 1, REFUSED)]);
            assert_eq!(desk.states(&batch)[0], LineState::Failed, "{place}");
            assert_sound(&desk.core, place);
        }
    }
    assert!(keyed >= 2, "some dialect signs or seals its pushes");
}

/// Where a file lay in the bank's folder while something else was recorded.
#[derive(Clone, Copy)]
enum Lay {
    Before,
    PerhapsBefore,
    Since,
}

/// The refusal lay in the bank's folder when the bank was asked and said that it works on the
/// lines: it is an older word, however late it is taken in. One that was found later is news, but
/// not where its time of change is older.
#[test]
fn a_refusal_that_lay_in_a_folder_is_no_newer_than_the_look_that_found_it() {
    let (mut seen, mut keyed) = (0, 0);
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        for (lay, unread) in [
            (Lay::Before, false),
            (Lay::Before, true),
            (Lay::PerhapsBefore, false),
            (Lay::PerhapsBefore, true),
            (Lay::Since, false),
        ] {
            let desk = Desk::new(adapter.code());
            let (batch, played) = at_bank(&desk, 2);
            let lines = played.memory(|memory| memory.instructed(1)).unwrap();
            let refusal = told(&lines, &[REFUSED, REFUSED]).lines;
            let bytes = played.push_bytes(1, refusal);
            let before = desk.head() + 1;
            let unsure = [1, 2].map(|row| record(&desk, 2, row, Outcome::Unknown));
            answer(&desk, desk.head(), &unsure);
            let works = [1, 2].map(|row| record(&desk, 2, row, Outcome::Accepted));
            answer(&desk, desk.head(), &works);
            let since = desk.head() + 1;
            let came = match lay {
                Lay::Before => Came::at(before),
                Lay::PerhapsBefore => Came {
                    earliest: before,
                    latest: since,
                },
                Lay::Since => Came::at(since),
            };
            let take = |keys: &BankKeys| {
                let message = (MessageKind::Push, bytes.as_slice());
                receive_found(&desk.core, adapter, keys, message, came).unwrap();
            };
            if unread {
                take(&BankKeys::default());
                if desk
                    .core
                    .desk()
                    .unread()
                    .all(|(_, unread)| unread.is_empty())
                {
                    // It needs no key to be read.
                    continue;
                }
                keyed += 1;
            }
            seen += 1;
            take(played.keys());
            let (wanted, what) = match lay {
                Lay::Before | Lay::PerhapsBefore => (LineState::Accepted, "older"),
                Lay::Since => (LineState::Failed, "news"),
            };
            assert_eq!(desk.states(&batch), [wanted; 2], "{place}: {what}");
            assert_eq!(disputed(&desk, &batch), [false; 2], "{place}: {what}");
            // Asked again, what it says then counts.
            answer(&desk, desk.head(), &[record(&desk, 2, 1, REFUSED)]);
            assert_eq!(desk.states(&batch)[0], LineState::Failed, "{place}");
            assert_sound(&desk.core, place);
        }
    }
    assert!(seen >= 20 && keyed >= 2, "{seen} {keyed}");
}

/// The bank's own "accepted".
fn accepted_at(desk: &Desk, came: Came) {
    let source = Source {
        origin: Origin::Push,
        message: None,
        asked_at: None,
        came: Some(came),
    };
    let accepted = [record(desk, 2, 1, Outcome::Accepted)];
    apply_from(&desk.core, 1, source, said(&accepted)).unwrap();
}

fn refused(desk: &Desk, asked_at: u64) {
    let rows = [1, 2].map(|row| record(desk, 2, row, REFUSED));
    answer(desk, asked_at, &rows);
}

/// The answer to a question that leaves now.
fn answered(desk: &Desk, result: &ResultFile) {
    let source = Source {
        origin: Origin::Result,
        message: None,
        asked_at: Some(desk.head() + 1),
        came: None,
    };
    let said = Said::Result {
        result,
        not_found_is_final: false,
    };
    apply_from(&desk.core, 1, source, said).unwrap();
}

/// The bank's own "accepted" came behind our message whose answer refuses the lines, and is read
/// when that answer is recorded: nobody knows what it said last, and no correction may leave.
#[test]
fn an_acceptance_that_crosses_a_refusal_calls_it_into_doubt() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _played) = at_bank(&desk, 2);
        let came_at = desk.head();
        refused(&desk, came_at + 1);
        assert_eq!(desk.states(&batch), [LineState::Failed; 2], "{place}");
        accepted_at(&desk, Came::at(came_at));
        assert_eq!(disputed(&desk, &batch), [true; 2], "{place}");
        assert_sound(&desk.core, place);
        // What came before we asked is older than the answer.
        let desk = Desk::new(adapter.code());
        let (batch, _played) = at_bank(&desk, 2);
        let came_at = desk.head();
        let asked = Event::MessageLeaving {
            file_no: 1,
            step: "query".to_owned(),
            instructs: false,
            digest: String::new(),
            signature: None,
            continues: false,
            returns: false,
        };
        refused(&desk, desk.core.record("t", asked.into()).unwrap());
        accepted_at(&desk, Came::at(came_at));
        assert_eq!(desk.states(&batch), [LineState::Failed; 2], "{place}");
        assert_eq!(disputed(&desk, &batch), [false; 2], "{place}");
        // Nobody knows whether it did: the clock by which it changed may be behind ours.
        let perhaps = Came {
            earliest: came_at,
            latest: desk.head() + 1,
        };
        accepted_at(&desk, perhaps);
        assert_eq!(disputed(&desk, &batch), [true; 2], "{place}");
    }
}

/// A bank that has a word of its own for a file that it does not know, or states its totals, has
/// the file of which it lists nothing yet: it did not refuse it, and no correction may leave.
#[test]
fn an_empty_list_of_a_bank_that_would_have_denied_the_file_calls_a_refusal_into_doubt() {
    let mut seen = 0;
    for adapter in one_bank_a_dialect() {
        if !adapter.capability().query {
            continue;
        }
        let talk = tests::talk::Talk::with(adapter);
        let read = |outcome| {
            let reply = BankReply {
                outcome,
                ..BankReply::result(Vec::new())
            };
            let bytes = talk.answer(&reply);
            adapter.decode_result(&bytes, &talk.keys)
        };
        let (Ok(works), Ok(denied)) = (read(Outcome::Accepted), read(Outcome::NotFound)) else {
            // Some have no form without rows.
            continue;
        };
        if denied.outcome != Outcome::NotFound || works.is_final || !works.lines.is_empty() {
            continue;
        }
        seen += 1;
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, _played) = at_bank(&desk, 2);
        refused(&desk, desk.head() + 1);
        assert_eq!(desk.states(&batch), [LineState::Failed; 2], "{place}");
        answered(&desk, &works);
        assert_eq!(disputed(&desk, &batch), [true; 2], "{place}");
        assert_sound(&desk.core, place);
    }
    assert!(seen >= 3, "{seen}");
}

/// Two people decided both rows over what the bank said of the second file. That it has the first
/// one as well was not known to them: it calls both into doubt.
#[test]
fn a_decision_about_the_second_file_does_not_vouch_for_the_first() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let (batch, played) = unsent(&desk, 2);
        given_up(&desk, &played);
        played.work(&desk);
        let unsure = [1, 2].map(|row| record(&desk, 2, row, Outcome::Unknown));
        apply(&desk.core, 2, Origin::Push, None, said(&unsure)).unwrap();
        for row in [1, 2] {
            resolve(&desk, &batch, row, LineEvent::ResolveFailed);
        }
        assert_eq!(desk.states(&batch), [LineState::Failed; 2], "{place}");
        let paid = || [record(&desk, 2, 1, Outcome::Paid)];
        apply(&desk.core, 1, Origin::Push, None, said(&paid())).unwrap();
        assert_eq!(disputed(&desk, &batch), [true; 2], "{place}");
        // Decided anew, with the first file before them: the same word is no news of row 2.
        for row in [1, 2] {
            resolve(&desk, &batch, row, LineEvent::ResolveFailed);
        }
        apply(&desk.core, 1, Origin::Push, None, said(&paid())).unwrap();
        assert!(!disputed(&desk, &batch)[1], "{place}");
        assert_sound(&desk.core, place);
    }
}

/// A success with an empty list, from a bank that says nothing of the file as a whole: it may have
/// no such file. It accepts nothing, and calls no refusal into doubt.
#[test]
fn an_empty_list_is_no_word_about_the_file() {
    for adapter in one_bank_a_dialect() {
        let place = adapter.dialect();
        let empty = ResultFile {
            of_whole: false,
            is_final: false,
            ..whole(Outcome::Accepted, &[])
        };
        for first in [Outcome::Unknown, REFUSED] {
            let desk = Desk::new(adapter.code());
            let (batch, _played) = at_bank(&desk, 2);
            let rows = [1, 2].map(|row| record(&desk, 2, row, first));
            answer(&desk, desk.head(), &rows);
            let states = desk.states(&batch);
            answered(&desk, &empty);
            assert_eq!(desk.states(&batch), states, "{place} {first:?}");
            assert_eq!(disputed(&desk, &batch), [false; 2], "{place} {first:?}");
            assert_sound(&desk.core, place);
        }
    }
}

/// The bank answered a question, or sent something, that nobody can read: it may have been
/// "accepted", and "not found" from another machine of its own then fails nothing.
#[test]
fn not_found_is_not_believed_beside_a_word_that_nobody_can_read() {
    let mut seen = 0;
    for adapter in one_bank_a_dialect() {
        if adapter.not_found_is_final_after_ms().is_none() {
            continue;
        }
        let place = adapter.dialect();
        for what in ["a push", "an answer", "names no file", "names none of ours"] {
            let desk = Desk::new(adapter.code());
            let batch = lost(&desk);
            if what == "a push" {
                let played = Played::new(&desk);
                push(&desk, &played, played.keys(), b"nobody can read this");
            } else if what == "an answer" {
                let why = gateway::outcome::Useless::Unreadable;
                gateway::outcome::useless_answer(&desk.core, desk.bank, 1, why).unwrap();
            } else {
                let nameless = Event::Unmatched {
                    bank: desk.bank,
                    message: 0,
                    place: 0,
                    file_no: (what == "names none of ours").then_some(42),
                    why: "names_no_file".to_owned(),
                    reported_fen: None,
                    of_whole: false,
                    expected_fen: None,
                    said: 0,
                };
                desk.core.record("t", nameless.into()).unwrap();
            }
            ask(&desk, Played::new(&desk), |_| {});
            let denied = desk.core.desk().file(1).unwrap().not_found_ms.len();
            assert!(denied > 2, "{place}: {denied}");
            assert_eq!(desk.states(&batch), [LineState::Unknown; 2], "{place}");
            assert_sound(&desk.core, place);
        }
        seen += 1;
    }
    assert!(seen > 0);
}

/// What lies in the bank's folder and is not taken in may be "accepted" of this very file.
#[test]
fn not_found_is_not_believed_while_something_in_the_banks_folder_is_not_taken_in() {
    let mut seen = 0;
    for adapter in one_bank_a_dialect() {
        if adapter.not_found_is_final_after_ms().is_none() {
            continue;
        }
        let place = adapter.dialect();
        let desk = Desk::new(adapter.code());
        let batch = lost(&desk);
        desk.core.collected(desk.bank, false);
        ask(&desk, Played::new(&desk), |_| {});
        let denied = desk.core.desk().file(1).unwrap().not_found_ms.len();
        assert!(denied > 2, "{place}: {denied}");
        assert_eq!(desk.states(&batch), [LineState::Unknown; 2], "{place}");
        desk.core.collected(desk.bank, true);
        ask(&desk, Played::new(&desk), |_| {});
        assert_eq!(desk.states(&batch), [LineState::Failed; 2], "{place}");
        assert_sound(&desk.core, place);
        seen += 1;
    }
    assert!(seen > 0);
}
