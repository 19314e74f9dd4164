//! M11: nothing is dropped in silence: an unmatched bank record, a late result, a refused event
//! each become a finding that someone can list.
//!
//! Compared: each row that a bank said and that came, with what is recorded of its line: a step, a
//! dispute, a word that came too late, or the state that it tells of anyway; a row that fits no
//! line, and a message that nobody can read, with the records about strays. Every stray, every
//! disputed and every unknown line, and every bank with something unread stands in the list of
//! breaks that an operator is given, whenever he asks, in one page or in many.

use super::cursor::{Answered, number, text};
use super::reading::{Reading, Shared, Stray};
use crate::simulation::checker::{Checker, Looks, View};
use crate::simulation::faults::FaultKind;
use crate::simulation::outside::{BankBook, LineAtBank, Outside, Told, Way};
use adapters::RequestKind;
use adapters::exchange::{LineOutcome, Outcome};
use schemas::value::{BankCode, PaymentId, Purpose};
use schemas::{FailureReason, LineEvent, LineState};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What no dialect can read.
const GIBBERISH: &[u8] = b"\x81\x30";

/// Looks after M11.
pub(super) struct NothingDropped {
    reading: Shared,
    answered: Answered,
}

impl NothingDropped {
    pub(super) fn new(reading: Shared) -> Self {
        let answered = Answered::default();
        Self { reading, answered }
    }

    /// What an operator was given while things went on: every line that was open, however lately.
    fn given(&mut self, view: &View<'_>, looks: &mut Looks) {
        let answered = self.answered.news(view.outside).into_iter();
        let lists = answered.filter(|(call, answer)| {
            let is_operator = call.party().0 == "operator";
            is_operator && call.path == "/v1/breaks?limit=1000" && answer.is_done()
        });
        for (call, answer) in lists {
            let body = answer.json();
            let listed = body.get("breaks").and_then(Value::as_array);
            let listed: BTreeSet<&str> = listed
                .into_iter()
                .flatten()
                .map(|one| text(one, "payment_id"))
                .collect();
            let reading = self.reading.borrow();
            for (payment, since) in open_lines(&reading) {
                // The list was made at some moment between call and answer.
                let is_there = since > call.durable || listed.contains(payment.as_str());
                looks.hold(is_there, || {
                    format!("{payment} is open since record {since}, and the list has it not")
                });
            }
        }
    }

    fn told(&self, outside: &Outside, looks: &mut Looks) {
        let reading = self.reading.borrow();
        let known = Known::of(outside, &reading);
        for (bank, book) in &outside.banks {
            for (place, told) in book.told.iter().enumerate() {
                // A crash may have taken an answer that came: it is asked for again. What was
                // pushed and receipted stands.
                let lost = told.way == Way::Answer && known.crashed.contains(&told.at.life);
                // Which file an answer about another one was asked for, nobody outside knows.
                let other = told.lie == Some(FaultKind::BankOtherFile) && told.way == Way::Answer;
                if told.has_come && !lost && !other {
                    known.hold(*bank, place, told, looks);
                }
            }
        }
    }

    /// What an operator is given.
    fn listed(&self, view: &View<'_>, looks: &mut Looks) {
        let reading = self.reading.borrow();
        let listed = breaks(view, 1000);
        looks.hold(listed.is_some(), || "the breaks can't be listed".to_owned());
        let Some(listed) = listed else { return };
        let in_parts = breaks(view, 1 + listed.len() / 3);
        looks.hold(in_parts.as_ref() == Some(&listed), || {
            let parts = in_parts.map(|parts| parts.len());
            format!("{} breaks, by pages {parts:?}", listed.len())
        });
        let records: BTreeSet<i64> = listed
            .iter()
            .filter_map(|b| number(b, "sequence"))
            .collect();
        for stray in &reading.strays {
            let sequence = i64::try_from(stray.sequence).unwrap_or(0);
            // A message that a crash interrupted is read again: its records stand there twice.
            let mut twins = reading.strays.iter().filter(|one| stray.is_as(one));
            let is_listed = |one: &Stray| {
                i64::try_from(one.sequence).is_ok_and(|sequence| records.contains(&sequence))
            };
            looks.hold(twins.any(is_listed), || {
                format!("record {sequence} fits nothing and is in no list")
            });
        }
        let unread = |bank: &str| {
            let mut listed = listed.iter();
            listed.any(|b| text(b, "kind") == "message_unreadable" && text(b, "bank") == bank)
        };
        let banks = reading.auditor.book().unread();
        for (bank, _) in banks.filter(|(_, messages)| !messages.is_empty()) {
            looks.hold(unread(bank.as_str()), || {
                format!("{bank}: what nobody could read is in no list")
            });
        }
        let payments: BTreeSet<&str> = listed.iter().map(|b| text(b, "payment_id")).collect();
        for batch in reading.auditor.book().batches() {
            for (row, line) in (1u32..).zip(&batch.lines) {
                let id = batch.id();
                let payment = PaymentId { batch: id, row }.to_string();
                let is_open = line.disputed.is_some() || line.state == LineState::Unknown;
                looks.hold(!is_open || payments.contains(payment.as_str()), || {
                    format!("{payment} is open and in no list")
                });
            }
        }
    }
}

/// Lines of which nobody knows what became, with the record since which it is so.
fn open_lines(reading: &Reading) -> Vec<(String, u64)> {
    let mut open = Vec::new();
    for batch in reading.auditor.book().batches() {
        for (row, line) in (1u32..).zip(&batch.lines) {
            let batch = batch.id();
            let payment = PaymentId { batch, row };
            let last = reading.auditor.past(payment).next_back();
            if let Some((since, _)) = last.filter(|_| line.state == LineState::Unknown) {
                open.push((payment.to_string(), since));
            }
        }
    }
    open
}

/// All pages of the breaks.
fn breaks(view: &View<'_>, limit: usize) -> Option<Vec<Value>> {
    let mut all = Vec::new();
    let mut path = format!("/v1/breaks?limit={limit}");
    for _ in 0..1000 {
        let page = view
            .door
            .call("urn:anxin:operator:lister", "GET", &path, &[]);
        let body = page.json();
        all.extend(body.get("breaks")?.as_array()?.iter().cloned());
        match body.get("next").and_then(Value::as_str) {
            Some(next) => path = format!("/v1/breaks?limit={limit}&next={next}"),
            None => return Some(all),
        }
    }
    None
}

/// The step that an outcome tells of.
fn step_of(outcome: Outcome) -> LineEvent {
    match outcome {
        Outcome::Paid => LineEvent::Pay,
        // That it has the number already is no refusal.
        Outcome::Failed(FailureReason::Duplicate) => LineEvent::LoseTrack,
        Outcome::Failed(_) => LineEvent::Fail,
        Outcome::Accepted => LineEvent::Accept,
        Outcome::Returned => LineEvent::Return,
        Outcome::Unknown | Outcome::NotFound => LineEvent::LoseTrack,
    }
}

/// Whether a line that stands so says what the outcome says.
fn agrees(outcome: Outcome, state: LineState) -> bool {
    match outcome {
        // What came back had been paid.
        Outcome::Paid => matches!(state, LineState::Paid | LineState::Returned),
        Outcome::Failed(_) => matches!(state, LineState::Failed | LineState::Unknown),
        // What comes after it says more.
        Outcome::Accepted => !matches!(state, LineState::Held | LineState::Cancelled),
        Outcome::Returned => state == LineState::Returned,
        Outcome::Unknown | Outcome::NotFound => true,
    }
}

/// What is recorded of what banks said.
struct Known<'r> {
    outside: &'r Outside,
    reading: &'r Reading,
    said: BTreeSet<(PaymentId, LineEvent)>,
    disputed: BTreeSet<PaymentId>,
    /// Journal sequence of what was pushed, by bank and place among what it said.
    receipted: BTreeMap<(BankCode, usize), u64>,
    /// Lives that ended by a crash.
    crashed: BTreeSet<u32>,
    /// Banks that are asked in several steps: not each answer has the rows.
    parted: BTreeSet<BankCode>,
}

/// Whether a bank is asked by messages of more than one kind.
fn is_parted(book: &BankBook) -> bool {
    let queries = book.arrived.iter();
    let queries = queries.filter(|one| one.kind == Some(RequestKind::Query));
    let steps: BTreeSet<&str> = queries.map(|one| one.step.as_str()).collect();
    steps.len() > 1
}

impl<'r> Known<'r> {
    fn of(outside: &'r Outside, reading: &'r Reading) -> Self {
        let heard = || reading.heard.iter();
        let pushed = outside.calls.iter().filter_map(|call| {
            let (_, code) = call.party();
            let answer = call.answer.as_ref().filter(|answer| answer.is_done())?;
            Some(((BankCode::parse(code).ok()?, call.told?), answer.receipt()?))
        });
        Self {
            outside,
            reading,
            said: heard().flat_map(|one| one.steps.clone()).collect(),
            disputed: heard().flat_map(|one| one.disputed.clone()).collect(),
            receipted: pushed.collect(),
            crashed: outside.crashes.iter().map(|crash| crash.at.life).collect(),
            parted: {
                let parted = outside.banks.iter().filter(|(_, book)| is_parted(book));
                parted.map(|(bank, _)| *bank).collect()
            },
        }
    }

    fn hold(&self, bank: BankCode, place: usize, told: &Told, looks: &mut Looks) {
        let message = self.receipted.get(&(bank, place)).copied();
        let record = message.and_then(|message| self.reading.messages.get(&message));
        if told.way != Way::Answer {
            looks.hold(record.is_some(), || {
                format!("{bank}: what it pushed ({place}, {message:?}) is in no record")
            });
            // What nobody can read is listed as such.
            if record.is_none_or(|record| record.is_unread) {
                return;
            }
        }
        if self.is_forged(told) || told.bytes.starts_with(GIBBERISH) {
            let mut strays = self.reading.strays.iter();
            let listed = strays.any(|stray| stray.bank == bank && stray.of_whole);
            looks.hold(told.way == Way::Answer && listed, || {
                format!("{bank}: what nobody can read is in no list")
            });
            return;
        }
        // Half of an answer may be read, and it may not. Where the rows come with a later answer,
        // they may be the true ones by then.
        let in_part = told.way == Way::Answer && self.parted.contains(&bank);
        if told.lie == Some(FaultKind::BankUnreadable) || (in_part && told.lie.is_some()) {
            return;
        }
        for (place, row) in (0u32..).zip(&told.lines) {
            let is_kept = self.accounts_for(bank, (told, message), (place, row));
            looks.hold(is_kept, || self.lost(bank, told, row));
        }
    }

    /// Signed by a stranger: where it tells of lines, its signature is looked at.
    fn is_forged(&self, told: &Told) -> bool {
        told.lie == Some(FaultKind::BankWrongSeal) && !told.lines.is_empty()
    }

    fn accounts_for(
        &self,
        bank: BankCode,
        (told, message): (&Told, Option<u64>),
        (place, row): (u32, &LineOutcome),
    ) -> bool {
        let is_this = |stray: &Stray| match message {
            Some(message) => stray.message == message && stray.place == place,
            None => {
                let of_row = !stray.of_whole || stray.is_useless;
                of_row && stray.file_no == told.file_no
            }
        };
        let mut strays = self.reading.strays.iter();
        if strays.any(|stray| stray.bank == bank && is_this(stray)) {
            return true;
        }
        let Some(payment) = self.payment(bank, told, row) else {
            // A file that the bank had not got yet: what it said is held against its lines.
            let mut heard = self.reading.heard.iter();
            let is_other = told.lie == Some(FaultKind::BankOtherFile);
            return is_other && heard.any(|one| one.message.is_some() && one.message == message);
        };
        let line = self.reading.auditor.book().line(payment);
        let now = line.map(|(_, line)| line.state);
        // What it said already when the message came is no news.
        let then = message.and_then(|at| self.reading.auditor.state_at(payment, at));
        let mut states = now.into_iter().chain(then);
        self.said.contains(&(payment, step_of(row.outcome)))
            || self.disputed.contains(&payment)
            || states.any(|state| agrees(row.outcome, state))
    }

    /// The row that is lost, and where it comes from.
    fn lost(&self, bank: BankCode, told: &Told, row: &LineOutcome) -> String {
        let (file, way, step, lie) = (told.file_no, told.way, told.at.step, told.lie);
        let (row_no, outcome) = (row.row_no, row.outcome);
        let stands = self.standing(bank, told, row);
        format!(
            "{bank}: {outcome:?} of row {row_no:?} of file {file:?} is lost ({way:?} of step \
             {step}, {lie:?}); {stands}"
        )
    }

    /// Where the line of a row stands, in words.
    fn standing(&self, bank: BankCode, told: &Told, row: &LineOutcome) -> String {
        let Some(payment) = self.payment(bank, told, row) else {
            return "it names no line".to_owned();
        };
        let line = self.reading.auditor.book().line(payment);
        let state = line.map(|(_, line)| line.state);
        let said = self.said.iter().filter(|(of, _)| *of == payment);
        let said: Vec<LineEvent> = said.map(|(_, event)| *event).collect();
        format!("{payment} is {state:?}, and was told {said:?}")
    }

    /// The line of a row, by the bank's own book: by its number, else by account and amount.
    fn payment(&self, bank: BankCode, told: &Told, row: &LineOutcome) -> Option<PaymentId> {
        let file_no = told.file_no?;
        let intent = self
            .reading
            .intent(file_no)
            .filter(|one| one.bank == bank)?;
        let file = self.outside.banks.get(&bank)?.files.get(&file_no)?;
        let account = row
            .account
            .map(|no| no.reveal(Purpose::Matching).to_owned());
        let is_it = |known: &&LineAtBank| match row.row_no {
            Some(row_no) => known.line.row_no == Some(row_no),
            None => {
                let own = known.line.account.reveal(Purpose::Matching).to_owned();
                account == Some(own) && row.amount == Some(known.line.amount)
            }
        };
        let at = file.lines.iter().position(|known| is_it(&known))?;
        let row = *intent.lines.get(at)?;
        let batch = intent.batch;
        Some(PaymentId { batch, row })
    }
}

impl Checker for NothingDropped {
    fn id(&self) -> &'static str {
        "M11"
    }

    fn after_step(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.given(view, looks);
    }

    fn after_reopening(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, true);
        self.reading.borrow_mut().tell(self.id(), looks);
    }

    fn at_end(&mut self, view: &View<'_>, looks: &mut Looks) {
        self.reading.borrow_mut().follow(view, true);
        self.reading.borrow_mut().close();
        self.told(view.outside, looks);
        self.listed(view, looks);
        self.reading.borrow_mut().tell(self.id(), looks);
    }
}
