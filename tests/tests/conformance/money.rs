//! What becomes of a batch at a bank when something goes wrong, each in its shortest form; the
//! whole stories, of which these are the beginnings, are the suite `money`.

use crate::Verdict::{self, Pass, Skip};
use adapters::exchange::{LineOutcome, Outcome};
use adapters::{BankReply, RequestKind};
use gateway::intake::{Receipt, Submitted};
use gateway::outcome::{MessageKind, Received, receive};
use schemas::{BankCode, FailureReason, LineState};
use std::time::Duration;
use tests::audit::assert_sound;
use tests::bank::{Fault, Played, row, told};
use tests::cuts::cut_everywhere;
use tests::desk::{Desk, banks, file, wages};
use tests::strangers::others;
use tests::talk::Talk;
use time::macros::{date, time};

/// Turns of work and waiting after which a story must have ended.
const TURNS: u32 = 45;

const FAILED: Outcome = Outcome::Failed(FailureReason::AccountClosed);

/// A desk whose files go to the bank by the dialect in question.
struct Story {
    dialect: &'static str,
    desk: Desk,
    text: String,
    lines: usize,
}

/// Of two lines, or of the one that a file of the bank takes.
fn story(talk: &Talk) -> Result<Story, Verdict> {
    let of_book = |code| banks().find(|bank| bank.code() == code);
    let adapter = talk.adapter;
    let Some(bank) = of_book(adapter.code()).filter(|bank| {
        let mut spoken = bank.by_dialect();
        spoken.any(|own| own.dialect() == adapter.dialect())
    }) else {
        return Err(Skip("no bank of the book speaks it"));
    };
    // What a bank's second dialect is for: accounts at other banks.
    let is_second = bank.dialect() != adapter.dialect();
    let elsewhere = is_second || !adapter.capability().own_bank;
    let payees = match elsewhere {
        true if bank.code().as_str() == "ICBC" => BankCode::parse("ABC").unwrap(),
        true => BankCode::parse("ICBC").unwrap(),
        false => bank.code(),
    };
    let lines = if talk.is_of_one_line() { 1 } else { 2 };
    let text = file(bank.code(), "GZ-1", &wages(1, lines, payees));
    let desk = Desk::new(bank.code());
    let lines = lines as usize;
    Ok(Story {
        dialect: adapter.dialect(),
        desk,
        text,
        lines,
    })
}

impl Story {
    fn released(&self) -> (Receipt, Played) {
        let batch = self.desk.release(&self.text);
        (batch, Played::new(&self.desk))
    }

    fn at_bank(&self) -> (Receipt, Played) {
        let (batch, played) = self.released();
        played.work(&self.desk);
        self.assert_all(&batch, LineState::Accepted);
        (batch, played)
    }

    fn assert_all(&self, batch: &Receipt, state: LineState) {
        let expected = vec![state; self.lines];
        assert_eq!(self.desk.states(batch), expected, "{}", self.desk.bank);
    }

    /// One file by the dialect of the case, instructed so many times, and a journal without a
    /// breach.
    fn assert_instructed(&self, played: &Played, times: usize) {
        let submissions = played.memory(|memory| memory.submissions());
        assert_eq!(submissions, times, "{}", self.desk.bank);
        let desk = self.desk.core.desk();
        let mut files = desk.files().map(|file| file.intent.dialect.as_deref());
        assert_eq!(files.next(), Some(Some(self.dialect)));
        assert_eq!(files.next(), None, "a second file");
        drop(files);
        drop(desk);
        assert_sound(&self.desk.core, self.desk.bank.as_str());
    }
}

/// What a bank pushes about rows of the first file, in the dialect of the case.
fn push_of(talk: &Talk, played: &Played, rows: Vec<LineOutcome>) -> Vec<u8> {
    let reply = BankReply {
        bank_date: played.day_of(1),
        ..BankReply::result(rows)
    };
    let side = talk.adapter.bank_side();
    side.write_push_of(1, &reply, played.keys()).unwrap()
}

fn hear(story: &Story, played: &Played, push: &[u8]) -> Received {
    let (core, adapter) = (&story.desk.core, played.adapter());
    receive(core, adapter, played.keys(), MessageKind::Push, push).unwrap()
}

/// Tells a story at a new desk, where the bank of the book has one to tell.
fn play(talk: &Talk, tell: impl FnOnce(&Story)) -> Verdict {
    match story(talk) {
        Ok(story) => {
            tell(&story);
            Pass
        }
        Err(skip) => skip,
    }
}

/// The instruction's answer is lost: asked, never sent again. The instruction itself is lost:
/// nobody knows, and it is not sent again either.
pub fn money_time_out(talk: &Talk) -> Verdict {
    let mut instruction = 0;
    let verdict = play(talk, |story| {
        let (_, played) = story.released();
        played.settle(&story.desk, TURNS);
        let arrived = played.memory(|memory| memory.arrived.clone());
        let mut kinds = arrived.iter().map(|each| each.kind);
        instruction = kinds.position(|kind| kind == RequestKind::Submit).unwrap();
    });
    for (fault, state, times) in [
        (Fault::Silent, LineState::Paid, 1),
        (Fault::Lost, LineState::Unknown, 0),
    ] {
        play(talk, |story| {
            let (batch, played) = story.released();
            played.memory(|memory| memory.faults.insert(instruction, fault));
            played.settle(&story.desk, TURNS);
            story.assert_all(&batch, state);
            story.assert_instructed(&played, times);
        });
    }
    verdict
}

/// After every record of a paid batch the process dies and begins again.
pub fn money_crash_at_each_write_point(talk: &Talk) -> Verdict {
    play(talk, |story| {
        let (_, played) = story.released();
        played.settle(&story.desk, TURNS);
        cut_everywhere(&story.desk, &played, &story.text, |_, _, cut| {
            let left = match cut.never_came {
                true => LineState::Unknown,
                false => LineState::Paid,
            };
            assert_eq!(cut.states, vec![left; story.lines], "{}", cut.place);
        });
    })
}

/// The same file again is the same batch, however far it is.
pub fn money_replay(talk: &Talk) -> Verdict {
    play(talk, |story| {
        let (batch, played) = story.released();
        for turns in [0, 1, TURNS] {
            played.settle(&story.desk, turns);
            let again = story.desk.submit(&story.text);
            let Submitted::Replayed(again) = again else {
                panic!("{}: {again:?}", story.desk.bank)
            };
            assert_eq!(again.batch, batch.batch);
        }
        story.assert_all(&batch, LineState::Paid);
        story.assert_instructed(&played, 1);
    })
}

/// The same number over another amount is a conflict, and nothing of it leaves.
pub fn money_conflict(talk: &Talk) -> Verdict {
    play(talk, |story| {
        let (batch, played) = story.released();
        let memo = "11月工资";
        let other = story.text.replace(memo, "11月奖金");
        assert_ne!(other, story.text);
        for turns in [0, TURNS] {
            played.settle(&story.desk, turns);
            let answer = story.desk.submit(&other);
            assert!(matches!(answer, Submitted::Conflict(_)), "{answer:?}");
        }
        story.assert_all(&batch, LineState::Paid);
        story.assert_instructed(&played, 1);
    })
}

/// One line is paid, the other fails, each for itself.
pub fn money_partial(talk: &Talk) -> Verdict {
    if talk.is_of_one_line() {
        return Skip("a file has one line");
    }
    play(talk, |story| {
        let (batch, played) = story.released();
        played.tells(&[Outcome::Paid, FAILED]);
        played.settle(&story.desk, TURNS);
        let expected = [LineState::Paid, LineState::Failed];
        assert_eq!(story.desk.states(&batch), expected, "{}", story.desk.bank);
        story.assert_instructed(&played, 1);
    })
}

/// What was paid comes back, and is never sent again of itself.
pub fn money_return_after_paid(talk: &Talk) -> Verdict {
    if !talk.adapter.capability().push {
        return Skip("the bank pushes nothing");
    }
    play(talk, |story| {
        let (batch, played) = story.released();
        played.settle(&story.desk, TURNS);
        story.assert_all(&batch, LineState::Paid);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let back = push_of(talk, &played, told(&lines, &[Outcome::Returned]).lines);
        hear(story, &played, &back);
        story.assert_all(&batch, LineState::Returned);
        played.settle(&story.desk, TURNS);
        story.assert_all(&batch, LineState::Returned);
        story.assert_instructed(&played, 1);
    })
}

/// Past the answer limit nobody knows; what the bank says after it counts.
pub fn money_late_result(talk: &Talk) -> Verdict {
    if !talk.adapter.capability().push {
        return Skip("the bank pushes nothing");
    }
    play(talk, |story| {
        let (batch, played) = story.at_bank();
        played.memory(|memory| {
            let silent = |number| (number, Fault::Silent);
            memory.faults = (memory.sent..memory.sent + 1_000).map(silent).collect();
        });
        let limit = talk.adapter.query_pace().answer_limit_ms;
        story.desk.clock.advance(Duration::from_millis(limit));
        played.work(&story.desk);
        story.assert_all(&batch, LineState::Unknown);
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let late = push_of(talk, &played, told(&lines, &[Outcome::Paid]).lines);
        hear(story, &played, &late);
        story.assert_all(&batch, LineState::Paid);
        story.assert_instructed(&played, 1);
    })
}

/// Nothing leaves from the cut-off on, at a weekend or on a holiday; on the next bank day it does.
/// By the notice of the State Council 1 October 2026 is a holiday; 28 November is a Saturday.
pub fn money_cut_off_and_holidays(talk: &Talk) -> Verdict {
    play(talk, |story| {
        let (batch, played) = story.released();
        let cut_off = played.adapter().cut_off();
        for (day, at) in [
            (date!(2026 - 10 - 01), time!(10:00)),
            (date!(2026 - 11 - 27), cut_off),
            (date!(2026 - 11 - 28), time!(10:00)),
        ] {
            story.desk.set_clock(day, at);
            played.work(&story.desk);
            assert_eq!(played.memory(|memory| memory.sent), 0, "{day}");
        }
        story.desk.set_clock(date!(2026 - 11 - 30), time!(09:00));
        played.settle(&story.desk, TURNS);
        story.assert_all(&batch, LineState::Paid);
        let day = story
            .desk
            .core
            .desk()
            .file(1)
            .unwrap()
            .intent
            .bank_date
            .clone();
        assert_eq!(day, "2026-11-30", "{}", story.desk.bank);
        story.assert_instructed(&played, 1);
    })
}

/// The same push again has the same receipt and no second effect.
pub fn money_doubled_push(talk: &Talk) -> Verdict {
    if !talk.adapter.capability().push {
        return Skip("the bank pushes nothing");
    }
    play(talk, |story| {
        let (batch, played) = story.at_bank();
        let lines = played.memory(|memory| memory.instructed(1)).unwrap();
        let push = push_of(talk, &played, vec![row(&lines[0], Outcome::Paid)]);
        let first = hear(story, &played, &push);
        let head = story.desk.head();
        let again = hear(story, &played, &push);
        assert!(again.replayed && !first.replayed, "{}", story.desk.bank);
        assert_eq!(again.receipt, first.receipt);
        assert_eq!(story.desk.head(), head, "a second record");
        assert_eq!(story.desk.states(&batch)[0], LineState::Paid);
        story.assert_instructed(&played, 1);
    })
}

/// A bank that can't verify or open our message hangs up: nobody knows, nothing is sent again.
pub fn money_wrong_seal(talk: &Talk) -> Verdict {
    if talk.keys.public_keys.is_empty() && talk.keys.body_keys.is_empty() {
        return Skip("nothing is signed or sealed");
    }
    play(talk, |story| {
        let batch = story.desk.release(&story.text);
        let ours = tests::bank::keys_of(&story.desk);
        let played = Played::with_keys(&story.desk, ours.clone(), others(&ours));
        played.memory(|memory| memory.unreadable = Some(0));
        played.settle(&story.desk, 10);
        story.assert_all(&batch, LineState::Unknown);
        assert!(played.memory(|memory| memory.unreadable) >= Some(2));
        story.assert_instructed(&played, 0);
    })
}
