//! M4: conservation. At every journal position the sums over line states equal the accepted total
//! of the batch; what banks report is summed apart, and every difference is a finding.
//!
//! Compared: the auditor's sums at every record; what the interface answers for a batch with the
//! amounts that its employer wrote, without the lines that have an error, which must be listed;
//! amounts as banks told them, where their bytes carry them, with the records about disputes and
//! strays.

use super::cursor::{Answered, number, sheet_of, text, told};
use super::reading::{Reading, Shared, Stray};
use crate::book::Batch;
use crate::simulation::checker::{Checker, Looks, View};
use crate::simulation::faults::FaultKind;
use crate::simulation::outside::{Answer, Outside, Sheet, Told};
use adapters::exchange::{LineOutcome, Outcome};
use schemas::value::{AccountNo, BankCode, PaymentId, Purpose};
use schemas::{FailureReason, LineEvent, LineState};
use serde_json::Value;
use std::collections::BTreeSet;

/// Looks after M4.
pub(super) struct Sums {
    reading: Shared,
    answered: Answered,
}

impl Sums {
    pub(super) fn new(reading: Shared) -> Self {
        Self {
            reading,
            answered: Answered::default(),
        }
    }

    /// What is told of a new batch are the sums of the file.
    fn answered(&mut self, view: &View<'_>, looks: &mut Looks) {
        let reading = self.reading.borrow();
        for (call, answer) in self.answered.news(view.outside) {
            let Some(sheet) = call.sheet.as_ref().filter(|_| answer.is_done()) else {
                continue;
            };
            let body = answer.json();
            let said = (number(&body, "line_count"), number(&body, "total_fen"));
            let own = sums_of(sheet, &reading);
            let own = own.map_or((None, None), |(count, fen)| (Some(count), Some(fen)));
            looks.hold(said == own, || {
                format!("{}: told {said:?}, the file has {own:?}", sheet.batch_no)
            });
            if sheet.is_flawed() {
                looks.hold(sheet.policy == "good_lines", || {
                    format!("{} has lines with errors, and is taken", sheet.batch_no)
                });
            }
        }
    }

    /// The states of each batch, as its employer is shown them.
    fn shown(&self, view: &View<'_>, looks: &mut Looks) {
        let reading = self.reading.borrow();
        for batch in reading.auditor.book().batches() {
            let caller = format!("urn:anxin:employer:{}", batch.head.employer);
            let path = format!("/v1/batches/{}", batch.id());
            let answer = view.door.call(&caller, "GET", &path, &[]);
            let sums = shown_sums(&answer);
            let accepted = (i64::from(batch.head.line_count), batch.head.total_fen);
            looks.hold(sums == Some(accepted), || {
                format!("{path} shows {sums:?}, accepted were {accepted:?}")
            });
            if let Some(sheet) = sheet_of(view.outside, batch) {
                refused(view, (batch, sheet), looks);
            }
        }
    }

    fn reported(&self, view: &View<'_>, looks: &mut Looks) {
        let reading = self.reading.borrow();
        let totals = told(view.outside);
        let totals = totals.filter(|(_, told)| told.lie == Some(FaultKind::BankLiesAboutTotals));
        for (bank, told) in totals {
            // Of a push that nobody can read, or that names no file, that is told.
            if is_useless(&reading, view.outside, bank, told) {
                continue;
            }
            let mut strays = reading.strays.iter();
            let of_it = |one: &Stray| {
                one.bank == bank && one.file_no == told.file_no && (one.of_whole || one.is_useless)
            };
            looks.hold(strays.any(of_it), || {
                let step = told.at.step;
                format!("{bank} states a total that is not so (step {step}); nobody is told")
            });
        }
        let lies = told(view.outside);
        let lies = lies.filter(|(_, told)| told.lie == Some(FaultKind::BankMismatch));
        for (bank, told) in lies {
            for (place, row) in (0u32..).zip(&told.lines) {
                if let Some(payment) = differs(&reading, view, bank, (told, row)) {
                    looks.hold(
                        is_listed(&reading, bank, told, (place, row, payment)),
                        || {
                            let (way, step) = (told.way, told.at.step);
                            format!(
                                "{bank} reports {payment} with another amount or account \
                             ({way:?}, step {step}); nobody is told"
                            )
                        },
                    );
                }
            }
        }
    }
}

/// Each line with an error is refused, for ever, and its employer finds it among the findings.
fn refused(view: &View<'_>, (batch, sheet): (&Batch, &Sheet), looks: &mut Looks) {
    if !sheet.is_flawed() {
        return;
    }
    let caller = format!("urn:anxin:employer:{}", batch.head.employer);
    let path = format!("/v1/batches/{}/findings", batch.id());
    let body = view.door.call(&caller, "GET", &path, &[]).json();
    let findings = body.get("findings").and_then(Value::as_array);
    let errors = findings.into_iter().flatten();
    let errors: BTreeSet<i64> = errors
        .filter(|finding| text(finding, "severity") == "error")
        .filter_map(|finding| number(finding, "line"))
        .collect();
    let rows = batch.lines.iter().zip(&sheet.wages).zip(1i64..);
    for ((line, _), row) in rows.filter(|((_, wage), _)| wage.is_flawed) {
        let is_refused = line.state == LineState::Refused && errors.contains(&row);
        looks.hold(is_refused, || {
            let state = line.state;
            format!("{path}: line {row} has an error, is {state:?}, listed are {errors:?}")
        });
    }
}

/// Count and sum of a file's lines that were not refused.
fn sums_of(sheet: &Sheet, reading: &Reading) -> Option<(i64, i64)> {
    let batch = reading.batch_of(&sheet.employer, &sheet.batch_no)?;
    let lines = batch.lines.iter().zip(&sheet.wages);
    let good = lines.filter(|(line, _)| line.state != LineState::Refused);
    Some(good.fold((0, 0), |(count, fen), (_, wage)| {
        (count + 1, fen + wage.amount_fen)
    }))
}

/// The sums over all states but `refused`.
fn shown_sums(answer: &Answer) -> Option<(i64, i64)> {
    let body = answer.json();
    let states = body.get("states")?.as_object()?;
    let counted = states.iter().filter(|(state, _)| *state != "refused");
    let (mut count, mut fen) = (0, 0);
    for (_, sum) in counted {
        count += number(sum, "count")?;
        fen += number(sum, "fen")?;
    }
    Some((count, fen))
}

/// The line of a row whose amount or account is told, in its bytes, as another one than was
/// instructed.
fn differs(
    reading: &Reading,
    view: &View<'_>,
    bank: BankCode,
    (told, row): (&Told, &LineOutcome),
) -> Option<PaymentId> {
    let (file_no, row_no) = (told.file_no?, row.row_no?);
    let file = view.outside.banks.get(&bank)?.files.get(&file_no)?;
    let mut lines = file.lines.iter();
    let line = lines.find(|line| line.line.row_no == Some(row_no))?;
    let says = |text: &str| holds(&told.bytes, text.as_bytes());
    let amount = row.amount.map_or(0, |amount| amount.0);
    let yuan = format!("{}.{:02}", amount / 100, amount % 100);
    let carried = says(&yuan) || says(&amount.to_string());
    let of_amount = carried && row.amount.is_some_and(|told| told != line.line.amount);
    // Its own account stands in no row of the message, and the other one does.
    let other = row.account.filter(|told| *told != line.line.account);
    let stands = |account: AccountNo| says(account.reveal(Purpose::Matching));
    let of_account = other.is_some_and(|other| stands(other) && !stands(line.line.account));
    (of_amount || of_account)
        .then(|| reading.payment(file_no, row_no))
        .flatten()
}

fn holds(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len().max(1)).any(|part| part == text)
}

/// Whether a dispute of the line by that word is recorded, or that the row of that very message
/// fits nothing, or that nothing of the answer could be used: not every message names its file.
fn is_listed(
    reading: &Reading,
    bank: BankCode,
    told: &Told,
    (place, row, payment): (u32, &LineOutcome, PaymentId),
) -> bool {
    let word = match row.outcome {
        Outcome::Paid => LineEvent::Pay,
        Outcome::Failed(FailureReason::Duplicate) | Outcome::Unknown | Outcome::NotFound => {
            LineEvent::LoseTrack
        }
        Outcome::Failed(_) => LineEvent::Fail,
        Outcome::Accepted => LineEvent::Accept,
        Outcome::Returned => LineEvent::Return,
    };
    let mut heard = reading.heard.iter();
    let disputed = heard.any(|heard| heard.disputed.contains(&(payment, word)));
    let digest = crate::sha256_hex(&told.bytes);
    // The amount of a file's only line is its total, and a message may state that alone.
    let is_only = told.lines.len() == 1;
    let is_it = |one: &Stray| {
        let message = reading.messages.get(&one.message);
        let of_answer = one.message == 0 && one.file_no == told.file_no;
        let of_row = match one.of_whole {
            true => is_only,
            false => one.place == place,
        };
        (of_answer && (one.is_useless || of_row))
            || message.is_some_and(|message| message.digest == digest)
    };
    let mut strays = reading.strays.iter();
    disputed || strays.any(|one| one.bank == bank && is_it(one))
}

/// Whether it was pushed, and listed as one that nobody can read, or that names no file: by the
/// receipt of the push.
fn is_useless(reading: &Reading, outside: &Outside, bank: BankCode, told: &Told) -> bool {
    let book = outside.banks.get(&bank);
    let place = book.and_then(|book| book.told.iter().position(|one| std::ptr::eq(one, told)));
    let pushes = outside.calls.iter().filter(|call| call.told == place);
    let own = pushes.filter(|call| call.party().1 == bank.as_str());
    let mut receipts = own.filter_map(|call| call.answer.as_ref()?.receipt());
    let unread = |at: u64| reading.messages.get(&at).is_some_and(|one| one.is_unread);
    let names_none = |at: u64| {
        let mut strays = reading.strays.iter();
        strays.any(|one| one.message == at && one.file_no.is_none())
    };
    place.is_some() && receipts.any(|at| unread(at) || names_none(at))
}

impl Checker for Sums {
    fn id(&self) -> &'static str {
        "M4"
    }

    fn after_step(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, false);
        self.answered(view, looks);
        self.reading.borrow_mut().tell(self.id(), looks);
    }

    fn after_reopening(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.after_step(view, looks);
    }

    fn at_end(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, true);
        self.reading.borrow_mut().close();
        self.answered(view, looks);
        self.shown(view, looks);
        self.reported(view, looks);
        self.reading.borrow_mut().tell(self.id(), looks);
    }
}
