//! M11 by what banks said: each row that came, with what is recorded of its line or as a stray.

use crate::event::Intent;
use crate::simulation::checker::Looks;
use crate::simulation::checkers::cursor::sheet_of;
use crate::simulation::checkers::reading::{Reading, Stray};
use crate::simulation::faults::FaultKind;
use crate::simulation::outside::{Arrived, BankBook, Outside, Told, Way};
use crate::simulation::teller::GIBBERISH;
use adapters::RequestKind;
use adapters::exchange::{LineOutcome, Outcome};
use schemas::value::{AccountNo, BankCode, Fen, PaymentId, Purpose};
use schemas::{FailureReason, LineEvent, LineState};
use std::collections::{BTreeMap, BTreeSet};

/// The steps that an outcome tells of.
fn steps_of(outcome: Outcome) -> &'static [LineEvent] {
    match outcome {
        Outcome::Paid => &[LineEvent::Pay],
        // That it has the number already is no refusal.
        Outcome::Failed(FailureReason::Duplicate) => &[LineEvent::LoseTrack],
        Outcome::Failed(_) => &[LineEvent::Fail],
        Outcome::Accepted => &[LineEvent::Accept],
        Outcome::Returned => &[LineEvent::Return, LineEvent::Pay],
        Outcome::Unknown | Outcome::NotFound => &[LineEvent::LoseTrack],
    }
}

/// Whether a line that stands so says what the outcome says.
fn agrees(outcome: Outcome, state: LineState) -> bool {
    match outcome {
        // What came back had been paid.
        Outcome::Paid => matches!(state, LineState::Paid | LineState::Returned),
        Outcome::Failed(FailureReason::Duplicate) | Outcome::Unknown => state == LineState::Unknown,
        Outcome::Failed(_) => state == LineState::Failed,
        Outcome::Accepted => state == LineState::Accepted,
        Outcome::Returned => state == LineState::Returned,
        // That it does not know the row is no word about it.
        Outcome::NotFound => true,
    }
}

/// What is recorded of what banks said.
pub(super) struct Known<'r> {
    outside: &'r Outside,
    reading: &'r Reading,
    /// Steps that were taken, with the record of each.
    moved: BTreeSet<(PaymentId, LineEvent, u64)>,
    /// Words that are kept once for ever: they changed nothing, or dispute the line.
    kept: BTreeSet<(PaymentId, LineEvent)>,
    /// Journal sequence of what was pushed, by bank and place among what it said.
    receipted: BTreeMap<(BankCode, usize), u64>,
    /// Lives that ended by a crash.
    pub(super) crashed: BTreeSet<u32>,
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
    pub(super) fn of(outside: &'r Outside, reading: &'r Reading) -> Self {
        let heard = |is_note| {
            let heard = reading.heard.iter();
            heard.filter(move |one| one.is_note == is_note)
        };
        let moved = heard(false).flat_map(|one| {
            let steps = one.steps.iter();
            steps.map(|(payment, event)| (*payment, *event, one.sequence))
        });
        let noted = heard(true).flat_map(|one| one.steps.iter().copied());
        let disputed = heard(false).flat_map(|one| one.disputed.iter().copied());
        let pushed = outside.calls.iter().filter_map(|call| {
            let (_, code) = call.party();
            let answer = call.answer.as_ref().filter(|answer| answer.is_done())?;
            Some(((BankCode::parse(code).ok()?, call.told?), answer.receipt()?))
        });
        Self {
            outside,
            reading,
            moved: moved.collect(),
            kept: noted.chain(disputed).collect(),
            receipted: pushed.collect(),
            crashed: outside.crashes.iter().map(|crash| crash.at.life).collect(),
            parted: {
                let parted = outside.banks.iter().filter(|(_, book)| is_parted(book));
                parted.map(|(bank, _)| *bank).collect()
            },
        }
    }

    pub(super) fn hold(&self, bank: BankCode, place: usize, told: &Told, looks: &mut Looks) {
        let message = self.receipted.get(&(bank, place)).copied();
        let record = message.and_then(|message| self.reading.messages.get(&message));
        if told.way != Way::Answer {
            looks.hold(record.is_some(), || {
                format!("{bank}: what it pushed ({place}, {message:?}) is in no record")
            });
            // What nobody can read is listed as such, and is no message that was applied.
            if record.is_none_or(|record| record.is_unread) {
                return;
            }
        }
        if self.is_forged(told) || told.bytes.starts_with(GIBBERISH) {
            let mut strays = self.reading.strays.iter();
            let files = self.files_asked_about(bank, told);
            let is_it = |stray: &Stray| stray.bank == bank && files.contains(&stray.file_no);
            let listed = strays.any(|stray| stray.is_useless && is_it(stray));
            looks.hold(told.way == Way::Answer && listed, || {
                format!("{bank}: what nobody can read is in no list")
            });
            return;
        }
        // Half of an answer may be read, and it may not.
        if told.lie == Some(FaultKind::BankUnreadable) {
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
                let of_row = !stray.of_whole && stray.place == place;
                // Without a lie only an answer in several steps is of no use: where the second
                // one is not what the first one announced.
                let may_be = told.lie.is_some() || self.parted.contains(&bank);
                let of_all = stray.is_useless && may_be;
                (of_row || of_all) && stray.file_no == told.file_no
            }
        };
        let mut strays = self.reading.strays.iter();
        if strays.any(|stray| stray.bank == bank && is_this(stray)) {
            return true;
        }
        let Some(payment) = self.payment(bank, told, row) else {
            return false;
        };
        let steps = steps_of(row.outcome);
        let mut kept = steps.iter().map(|step| (payment, *step));
        if kept.any(|word| self.kept.contains(&word)) {
            return true;
        }
        // A row with the account of another file's line says nothing of ours but that something is
        // wrong: the line is disputed, and by no word of the row.
        if self.is_of_another(bank, told, row)
            && self.kept.contains(&(payment, LineEvent::LoseTrack))
        {
            return true;
        }
        // What it said already when the message came is no news; what it said before is.
        let since = message.or_else(|| self.asked_at(bank, told)).unwrap_or(0);
        let is_now = |step: &LineEvent| {
            let moved = self.moved.range((payment, *step, since)..).next();
            moved.is_some_and(|(of, event, _)| (*of, *event) == (payment, *step))
        };
        let auditor = &self.reading.auditor;
        let then = auditor.state_at(payment, since).into_iter();
        let later = auditor.past(payment).filter(|(at, _)| *at > since);
        let mut states = then.chain(later.map(|(_, state)| state));
        steps.iter().any(is_now) || states.any(|state| agrees(row.outcome, state))
    }

    /// Whether a row of another file, told as one of this, names another account than its line.
    fn is_of_another(&self, bank: BankCode, told: &Told, row: &LineOutcome) -> bool {
        let intent = told.file_no.and_then(|no| self.reading.intent(no));
        let intent = intent.filter(|intent| intent.bank == bank);
        let lines = intent.and_then(|intent| self.lines(bank, intent));
        let at = row.row_no.and_then(|row_no| row_no.checked_sub(1));
        let at = at.and_then(|at| usize::try_from(at).ok());
        let own = lines
            .zip(at)
            .and_then(|(lines, at)| lines.into_iter().nth(at));
        let named = row
            .account
            .map(|no| no.reveal(Purpose::Matching).to_owned());
        let differs = own.zip(named).is_some_and(|((own, _), named)| own != named);
        told.lie == Some(FaultKind::BankOtherFile) && differs
    }

    /// The question that an answer answers.
    fn question(&self, bank: BankCode, told: &Told) -> Option<&'r Arrived> {
        let arrived = self.outside.banks.get(&bank)?.arrived.iter();
        let mut own = arrived.filter(|one| one.at.life == told.at.life);
        own.rfind(|one| one.file_no == told.file_no && one.at.step <= told.at.step)
    }

    /// The last record before the question that an answer answers left.
    fn asked_at(&self, bank: BankCode, told: &Told) -> Option<u64> {
        self.question(bank, told).map(|one| one.head)
    }

    /// The file that a question was about, as our record of it says; several files can be asked
    /// about by the same bytes. The bank may see another one, or none: where its number of the file
    /// was lost, and where it is given its own answer about another file to be opened.
    fn files_asked_about(&self, bank: BankCode, told: &Told) -> Vec<Option<u64>> {
        let question = self.question(bank, told);
        let left = question.and_then(|one| self.reading.leaving.get(&one.digest));
        let left = left.into_iter().flatten();
        left.map(|one| Some(one.file_no)).collect()
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
        let moved = self.moved.iter().filter(|(of, ..)| *of == payment);
        let moved: Vec<(LineEvent, u64)> = moved.map(|(_, event, at)| (*event, *at)).collect();
        let kept = self.kept.iter().filter(|(of, _)| *of == payment);
        let kept: Vec<LineEvent> = kept.map(|(_, event)| *event).collect();
        format!("{payment} is {state:?}, was moved by {moved:?}; {kept:?} are kept")
    }

    /// The line of a row: by its number, else by account and amount.
    fn payment(&self, bank: BankCode, told: &Told, row: &LineOutcome) -> Option<PaymentId> {
        let file_no = told.file_no?;
        let intent = self
            .reading
            .intent(file_no)
            .filter(|one| one.bank == bank)?;
        let at = match row.row_no {
            Some(row_no) => usize::try_from(row_no.checked_sub(1)?).ok()?,
            None => {
                let wanted = (
                    row.account?.reveal(Purpose::Matching).to_owned(),
                    row.amount?,
                );
                let lines = self.lines(bank, intent)?;
                let mut matching = (0..).zip(&lines).filter(|(_, line)| **line == wanted);
                matching.next()?.0
            }
        };
        let row = *intent.lines.get(at)?;
        let batch = intent.batch;
        Some(PaymentId { batch, row })
    }

    /// Accounts and amounts of a file's rows: by the bank's own book, else, where it has not got
    /// the file yet, by what was submitted.
    fn lines(&self, bank: BankCode, intent: &Intent) -> Option<Vec<(String, Fen)>> {
        let book = self.outside.banks.get(&bank)?;
        if let Some(file) = book.files.get(&intent.file_no) {
            let lines = file.lines.iter().map(|known| &known.line);
            let reveal = |no: AccountNo| no.reveal(Purpose::Matching).to_owned();
            let lines = lines.map(|line| (reveal(line.account), line.amount));
            return Some(lines.collect());
        }
        let batch = self.reading.auditor.book().batch(intent.batch)?;
        let sheet = sheet_of(self.outside, batch)?;
        let wages = intent.lines.iter().map(|row| {
            let at = usize::try_from(row.checked_sub(1)?).ok()?;
            let wage = sheet.wages.get(at)?;
            Some((wage.payee.account.clone(), Fen(wage.amount_fen)))
        });
        wages.collect()
    }
}

#[cfg(test)]
mod tests;
