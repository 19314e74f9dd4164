#![allow(clippy::unwrap_used)]
//! Decision 019 in numbers.

use super::*;
use crate::book::FileState;
use crate::dispatch::tests;

/// A file that was paid at 1,000 and about whose returns so many questions went, the last at a
/// moment.
fn paid(asked: u32, asked_ms: Option<i64>) -> BankFile {
    BankFile {
        state: FileState::AtBank,
        paid: 1,
        paid_ms: Some(1_000),
        returns_since_paid: asked,
        returns_asked_ms: asked_ms,
        ..tests::file()
    }
}

/// After 100, then each 40, three in all: within 220 of the payment.
const RHYTHM: Rhythm = Rhythm {
    first_ms: 100,
    interval_ms: 40,
    count_max: 3,
    window_ms: 220,
    patience_ms: 10,
};

#[test]
fn a_question_is_due_after_the_first_wait_and_then_after_each_interval() {
    let due = |file: &BankFile| RHYTHM.due_ms(Afterwards::Returns, file, 1_000);
    assert_eq!(due(&paid(0, None)), Some(1_100));
    assert_eq!(due(&paid(1, Some(1_105))), Some(1_145));
    assert_eq!(due(&paid(2, Some(1_150))), Some(1_190));
    assert_eq!(due(&paid(3, Some(1_195))), None);
    let unpaid = BankFile {
        paid: 0,
        ..paid(0, None)
    };
    assert_eq!(due(&unpaid), None);
}

#[test]
fn nothing_is_asked_after_the_window() {
    let due = |now_ms| RHYTHM.due_ms(Afterwards::Returns, &paid(0, None), now_ms);
    assert_eq!(due(1_219), Some(1_100));
    assert_eq!(due(1_220), Some(1_100));
    assert_eq!(due(1_221), None);
}

/// What was stamped more than a minute ahead was stamped before the clock was set back: nobody
/// knows how long ago it was.
#[test]
fn a_moment_far_ahead_is_due_now() {
    let due = |now_ms| RHYTHM.due_ms(Afterwards::Returns, &paid(0, None), now_ms);
    assert_eq!(due(1_000 - 60_000), Some(1_100));
    assert_eq!(due(999 - 60_000), Some(999 - 60_000));
}

/// China Merchants Bank declares a day, a day and ten questions; a question for returns lets those
/// for outcomes go first for a quarter of its interval. A wait of the installation is a floor.
#[test]
fn the_rhythm_is_the_dialects_own() {
    let day_ms = 86_400_000;
    let book = adapters::Book::built_in().unwrap();
    let adapter = book.adapter(BankCode::parse("CMB").unwrap()).unwrap();
    let of = |pace| {
        let rhythm = Rhythm::of(Afterwards::Returns, adapter, pace).unwrap();
        let (first_ms, interval_ms) = (rhythm.first_ms, rhythm.interval_ms);
        let (window_ms, patience_ms) = (rhythm.window_ms, rhythm.patience_ms);
        (first_ms, interval_ms, window_ms, patience_ms)
    };
    assert_eq!(of(Pace::REAL), (day_ms, day_ms, 11 * day_ms, day_ms / 4));
    let slower = Pace {
        query_wait_ms: 172_800_000,
        ..Pace::REAL
    };
    assert_eq!(of(slower), (day_ms, 2 * day_ms, 21 * day_ms, day_ms / 2));
}
