//! What a simulated bank says unasked, by its own certificate through the interface: pushes,
//! late results, the same once more.

use super::bank::keep;
use super::calls::{Request, calls};
use super::dice::Dice;
use super::faults::FaultKind;
use super::line::SimLine;
use super::outside::{FileAtBank, LineAtBank, Told, Way};
use super::stage::{Side, Stage};
use crate::keys::BankKeys;
use adapters::exchange::{LineOutcome, Outcome};
use adapters::{BankAdapter, BankReply};
use schemas::FailureReason;
use schemas::value::{AccountNo, BankCode, Fen};
use std::sync::Arc;
use std::time::Duration;

/// What begins so no dialect can read.
pub(super) const GIBBERISH: &[u8] = b"\x81\x30";
/// A push that finds nobody is tried so often.
const ATTEMPTS_MAX: u32 = 12;

/// Headers and body of what is pushed.
type Parted = (Vec<(String, String)>, Vec<u8>);

/// What tells of one file.
pub(super) struct Teller {
    stage: Arc<Stage>,
    keys: BankKeys,
    dice: Dice,
    bank: BankCode,
    /// The dialect by which the file came.
    dialect: &'static BankAdapter,
    file_no: u64,
    bank_date: Option<time::Date>,
}

/// A file was booked: the bank will speak of it.
pub(super) fn begins(line: &SimLine, file_no: u64) {
    let teller = {
        let outside = line.stage.outside();
        let book = outside.banks.get(&line.adapter.code());
        let file = book.and_then(|book| book.files.get(&file_no));
        file.map(|file| Teller::of(line, file_no, file))
    };
    if let Some(teller) = teller {
        line.stage.spawn(Side::Outside, teller.tells());
    }
}

impl Teller {
    pub(super) fn of(line: &SimLine, file_no: u64, file: &FileAtBank) -> Self {
        Self {
            stage: Arc::clone(&line.stage),
            keys: line.keys.clone(),
            dice: line.dice.fork(),
            bank: line.adapter.code(),
            dialect: file.dialect,
            file_no,
            bank_date: file.bank_date,
        }
    }

    async fn tells(self) {
        let pushes = self.dialect.capability().push;
        if pushes && !self.dice.one_in(4) {
            self.stage.sleep(self.dice.seconds(1, 6 * 3600)).await;
            self.pushes(false).await;
        }
        if self.dice.one_in(3) {
            self.stage.sleep(self.dice.seconds(1, 8 * 3600)).await;
            self.repeats_an_answer().await;
        }
        // What comes back comes a day or more later.
        self.stage
            .sleep(self.dice.seconds(25 * 3600, 50 * 3600))
            .await;
        if pushes {
            self.pushes(true).await;
        }
    }

    fn rows(&self, returns: bool) -> Vec<LineOutcome> {
        let outside = self.stage.outside();
        let book = outside.banks.get(&self.bank);
        let file = book.and_then(|book| book.files.get(&self.file_no));
        let lines = file.iter().flat_map(|file| &file.lines);
        let told = |row: &LineAtBank| match (row.fate, returns) {
            (Outcome::Returned, true) => Some(row.line.told(Outcome::Returned)),
            (Outcome::Returned, false) => Some(row.line.told(Outcome::Paid)),
            (_, true) => None,
            (fate, false) => Some(row.line.told(fate)),
        };
        lines.filter_map(told).collect()
    }

    async fn pushes(&self, returns: bool) {
        let mut rows = self.rows(returns);
        if rows.is_empty() {
            return;
        }
        if returns {
            self.stage.struck(FaultKind::BankReturns);
        }
        let (file_no, other) = self.names();
        let mut lie = other.or_else(|| self.bends(&mut rows));
        let Some(mut parted) = self.written(file_no, &rows) else {
            return;
        };
        if lie.is_none() && self.stage.strikes(FaultKind::BankUnreadable, &self.dice, 8) {
            lie = Some(FaultKind::BankUnreadable);
            parted.1 = [GIBBERISH, format!(" file {file_no}?\r\n").as_bytes()].concat();
        }
        let place = self.keeps_push(file_no, rows, &parted.1, lie);
        let times = match self.stage.strikes(FaultKind::BankRepeats, &self.dice, 4) {
            true => 2,
            false => 1,
        };
        for _ in 0..times {
            self.delivers("push", &parted, place, ATTEMPTS_MAX).await;
        }
    }

    /// Whether the bank's language can say in a push that it works on a line.
    pub(super) fn can_say_processing(&self) -> bool {
        let side = self.dialect.bank_side();
        let is_said = side.line_expressible(Outcome::Accepted, true) == Outcome::Accepted;
        self.dialect.capability().push && is_said
    }

    /// Pushes once that the bank works on some lines; nobody may be able to read it. Gives whether
    /// the gateway has receipted it.
    pub(super) async fn says_processing(&self, rows: Vec<LineOutcome>) -> bool {
        let Some(mut parted) = self.written(self.file_no, &rows) else {
            return false;
        };
        let mut lie = None;
        if self.stage.strikes(FaultKind::BankUnreadable, &self.dice, 2) {
            lie = Some(FaultKind::BankUnreadable);
            let words = format!(" file {} again!\r\n", self.file_no);
            parted.1 = [GIBBERISH, words.as_bytes()].concat();
        }
        let place = self.keeps_push(self.file_no, rows, &parted.1, lie);
        self.delivers("push", &parted, place, 1).await
    }

    /// Keeps a push as what the bank said: what nobody can read names no file and says nothing.
    fn keeps_push(
        &self,
        file_no: u64,
        rows: Vec<LineOutcome>,
        bytes: &[u8],
        lie: Option<FaultKind>,
    ) -> usize {
        let is_read = lie != Some(FaultKind::BankUnreadable);
        self.keeps(Told {
            at: self.stage.moment(),
            way: Way::Push,
            file_no: is_read.then_some(file_no),
            whole: None,
            lines: rows.into_iter().filter(|_| is_read).collect(),
            bytes: bytes.to_vec(),
            lie,
            has_come: false,
            came_in_part: Vec::new(),
            receipt_names: None,
        })
    }

    /// A push as its headers and its body; `None` for what the bank's language can't say.
    fn written(&self, file_no: u64, rows: &[LineOutcome]) -> Option<Parted> {
        let reply = BankReply {
            bank_date: self.bank_date,
            ..BankReply::result(rows.to_vec())
        };
        let side = self.dialect.bank_side();
        let bytes = side.write_push_of(file_no, &reply, &self.keys).ok()?;
        Some(side.parted_push(bytes))
    }

    /// The file that a push names: the bank's own, or by mistake another one, perhaps of another
    /// bank, or one that does not leave before later.
    fn names(&self) -> (u64, Option<FaultKind>) {
        if !self.stage.strikes(FaultKind::BankOtherFile, &self.dice, 10) {
            return (self.file_no, None);
        }
        let outside = self.stage.outside();
        let books = outside.banks.values();
        let known: Vec<u64> = books.flat_map(|book| book.files.keys().copied()).collect();
        drop(outside);
        let next = known.iter().max().map_or(1, |last| last + 1);
        let other = self.dice.pick(&known).filter(|_| !self.dice.one_in(3));
        let other = other.unwrap_or(next);
        match other == self.file_no {
            true => (self.file_no, None),
            false => (other, Some(FaultKind::BankOtherFile)),
        }
    }

    /// A push may contradict or mistake a line as well.
    fn bends(&self, rows: &mut [LineOutcome]) -> Option<FaultKind> {
        let others: Vec<AccountNo> = rows.iter().filter_map(|row| row.account).collect();
        let at = self.dice.below(rows.len() as u64);
        let row = rows.get_mut(usize::try_from(at).unwrap_or_default())?;
        let strikes = |kind| self.stage.strikes(kind, &self.dice, 14);
        if strikes(FaultKind::BankContradicts) {
            row.outcome = match row.outcome {
                Outcome::Failed(_) => Outcome::Paid,
                Outcome::Paid
                | Outcome::Accepted
                | Outcome::Unknown
                | Outcome::Returned
                | Outcome::NotFound => Outcome::Failed(FailureReason::AccountClosed),
            };
            return Some(FaultKind::BankContradicts);
        }
        if strikes(FaultKind::BankMismatch) {
            let other = others.iter().find(|other| row.account != Some(**other));
            match other.filter(|_| self.dice.one_in(2)) {
                Some(other) => row.account = Some(*other),
                None => row.amount = row.amount.map(|amount| Fen(amount.0 + 1)),
            }
            return Some(FaultKind::BankMismatch);
        }
        None
    }

    /// An answer that the bank gave before comes once more, as a result.
    async fn repeats_an_answer(&self) {
        let earlier = {
            let outside = self.stage.outside();
            let book = outside.banks.get(&self.bank);
            let told = book.iter().flat_map(|book| &book.told);
            let about = |told: &&Told| {
                told.file_no == Some(self.file_no)
                    && told.way == Way::Answer
                    && told.lie != Some(FaultKind::BankWorksAgain)
                    && !told.lines.is_empty()
            };
            told.rev().find(about).cloned()
        };
        let Some(earlier) = earlier else {
            return;
        };
        self.stage.struck(FaultKind::BankRepeats);
        let told = Told {
            at: self.stage.moment(),
            way: Way::Result,
            has_come: false,
            came_in_part: Vec::new(),
            ..earlier
        };
        let bytes = told.bytes.clone();
        if bytes.is_empty() {
            return;
        }
        let place = self.keeps(told);
        self.delivers("result", &(Vec::new(), bytes), place, ATTEMPTS_MAX)
            .await;
    }

    fn keeps(&self, told: Told) -> usize {
        let mut outside = self.stage.outside();
        keep(outside.banks.entry(self.bank).or_default(), told)
    }

    /// Tries until the gateway receipts it. Gives whether it did.
    async fn delivers(
        &self,
        kind: &str,
        (headers, bytes): &Parted,
        place: usize,
        attempts_max: u32,
    ) -> bool {
        let bank = self.bank;
        for attempt in 1..=attempts_max {
            let path = format!("/v1/banks/{bank}/messages?message={kind}");
            let request = Request {
                headers: headers.clone(),
                told: Some(place),
                ..Request::post(&format!("urn:anxin:bank:{bank}"), &path, bytes.clone())
            };
            let answer = calls(&self.stage, request).await;
            if let Some(answer) = answer.as_ref().filter(|answer| answer.status == 200) {
                let side = self.dialect.bank_side();
                let named = side.push_receipt_file_no(&answer.body, &self.keys);
                let named = named.ok().flatten();
                let mut outside = self.stage.outside();
                let book = outside.banks.entry(bank).or_default();
                if let Some(told) = book.told.get_mut(place) {
                    told.has_come = true;
                    told.receipt_names = named;
                }
                return true;
            }
            if answer.is_some_and(|answer| (400..500).contains(&answer.status)) {
                return false;
            }
            if attempt < attempts_max {
                self.stage.sleep(Duration::from_secs(60) * attempt).await;
            }
        }
        false
    }
}
