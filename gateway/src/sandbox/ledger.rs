//! What a sandbox bank knows: the files that it was instructed with, and what it does with their
//! lines. It watches for what must never happen: an instruction that would pay twice.

use super::character::{Fate, Manner, fate};
use super::ledger_file::ToldLine;
use adapters::BankLine;
use adapters::exchange::{DisbursementRecord, LineOutcome, Outcome};
use schemas::value::{AccountNo, BankCode, Fen, PersonName, Purpose};
use std::collections::BTreeMap;

/// Counts of one bank, for tests and for a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Files instructed.
    pub files: u64,
    /// Lines instructed.
    pub lines: u64,
    /// Their sum in fen.
    pub instructed_fen: i64,
    /// Lines paid, those that come back later included.
    pub paid: u64,
    /// Their sum in fen.
    pub paid_fen: i64,
    /// Lines refused.
    pub failed: u64,
    /// Lines that came back after payment.
    pub returned: u64,
    /// Lines of which the bank says nothing that anybody understands.
    pub unclear: u64,
    /// The same file again, byte for byte in what it instructs: answered the same, paid once.
    pub repeated_files: u64,
    /// Instructions that would have paid a line twice. Must be 0.
    pub double_instructions: u64,
    /// Questions about files.
    pub queries: u64,
    /// Pushed messages that the gateway receipted.
    pub pushes: u64,
    /// Pushed messages that the gateway did not take.
    pub pushes_refused: u64,
    /// Requests that could not be read.
    pub unreadable: u64,
    /// Answers that could not be written.
    pub unwritable: u64,
    /// What was wrong with the last such request or answer; no personal value.
    pub last_trouble: Option<String>,
}

/// A line in the bank's book.
#[derive(Clone, Debug)]
struct Line {
    row_no: u32,
    name: PersonName,
    account: AccountNo,
    amount: Fen,
    fate: Fate,
}

/// A file in the bank's book.
#[derive(Clone, Debug)]
struct File {
    lines: Vec<Line>,
    queries: u32,
    returns_told: bool,
    // Every line was told with its end, and the bank tells what came back when it is asked again.
    ends_told: bool,
}

/// What the bank did with an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instructed {
    /// It was booked.
    Booked,
    /// The same file as before.
    Repeated,
    /// Another content under a number that is taken: refused.
    Conflict,
}

/// When a bank speaks of lines of its own accord.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// What was paid and what was not.
    Results,
    /// What came back.
    Returns,
}

/// How many questions a slow bank answers with "still working".
const SLOW_QUERIES: u32 = 3;
/// How many questions a mute bank answers before it falls silent.
const MUTE_QUERIES: u32 = 5;

/// The answer to a question about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The bank never heard of it.
    NotFound,
    /// What became of its lines.
    Lines(Vec<LineOutcome>),
    /// No word.
    Silence,
}

/// The book of one bank.
#[derive(Debug)]
pub struct Ledger {
    seed: u64,
    bank: BankCode,
    manner: Manner,
    can_return: bool,
    tells_when_asked: bool,
    files: BTreeMap<u64, File>,
    // Name, account, amount of lines that were not refused, and their file: the same person,
    // account and amount in another file is money paid twice unless the first one failed.
    booked: BTreeMap<(String, AccountNo, Fen), u64>,
    /// Counts.
    pub statistics: Statistics,
}

impl Ledger {
    /// An empty book. `can_return`: the bank's language has a word for a return.
    #[must_use]
    pub fn new(seed: u64, bank: BankCode, manner: Manner, can_return: bool) -> Self {
        Self {
            seed,
            bank,
            manner,
            can_return,
            tells_when_asked: false,
            files: BTreeMap::new(),
            booked: BTreeMap::new(),
            statistics: Statistics::default(),
        }
    }

    /// The bank tells what came back to whoever asks again once it told how every line ended.
    #[must_use]
    pub fn telling_when_asked(mut self, tells: bool) -> Self {
        self.tells_when_asked = tells;
        self
    }

    /// Takes an instruction. A number is booked once: the same content again changes nothing,
    /// another content is refused and counted as an alarm.
    pub fn instruct(&mut self, file_no: u64, lines: &[BankLine]) -> Instructed {
        let lines: Vec<Line> = lines
            .iter()
            .zip(1u32..)
            .map(|(line, place)| self.line(line, place))
            .collect();
        if let Some(known) = self.files.get(&file_no) {
            let same = |(a, b): (&Line, &Line)| {
                (a.row_no, &a.name, a.account, a.amount) == (b.row_no, &b.name, b.account, b.amount)
            };
            let equal =
                known.lines.len() == lines.len() && known.lines.iter().zip(&lines).all(same);
            if equal {
                self.statistics.repeated_files += 1;
                return Instructed::Repeated;
            }
            self.statistics.double_instructions += 1;
            return Instructed::Conflict;
        }
        self.book(file_no, &lines);
        let file = File {
            lines,
            queries: 0,
            returns_told: false,
            ends_told: false,
        };
        self.files.insert(file_no, file);
        Instructed::Booked
    }

    fn line(&self, line: &BankLine, place: u32) -> Line {
        let row_no = line.row_no.unwrap_or(place);
        let account = line.account.reveal(Purpose::Matching);
        let drawn = fate(self.seed, self.bank, place, account, self.manner);
        let fate = match drawn {
            Fate::Returned if !self.can_return => Fate::Paid,
            Fate::Paid | Fate::Failed(_) | Fate::Returned | Fate::Unlisted | Fate::Never => drawn,
        };
        Line {
            row_no,
            name: line.name.clone(),
            account: line.account,
            amount: line.amount,
            fate,
        }
    }

    /// Lines as they were told, each with what becomes of it.
    #[must_use]
    pub fn told(&self, lines: &[BankLine]) -> Vec<ToldLine> {
        let told = lines.iter().zip(1u32..).map(|(line, place)| {
            let Line {
                row_no,
                account,
                amount,
                fate,
                ..
            } = self.line(line, place);
            ToldLine {
                row_no,
                account,
                amount,
                fate,
            }
        });
        told.collect()
    }

    fn book(&mut self, file_no: u64, lines: &[Line]) {
        let statistics = &mut self.statistics;
        statistics.files += 1;
        for line in lines {
            statistics.lines += 1;
            statistics.instructed_fen += line.amount.0;
            let pays = match line.fate {
                Fate::Paid => true,
                Fate::Returned => {
                    statistics.returned += 1;
                    true
                }
                Fate::Failed(_) => {
                    statistics.failed += 1;
                    false
                }
                Fate::Unlisted | Fate::Never => {
                    statistics.unclear += 1;
                    true
                }
            };
            if matches!(line.fate, Fate::Paid | Fate::Returned) {
                statistics.paid += 1;
                statistics.paid_fen += line.amount.0;
            }
            if !pays || line.fate == Fate::Returned {
                continue;
            }
            let name = line.name.reveal(Purpose::Matching).to_owned();
            let key = (name, line.account, line.amount);
            let before = self.booked.insert(key, file_no);
            if before.is_some_and(|other| other != file_no) {
                statistics.double_instructions += 1;
            }
        }
    }

    /// Whether the bank knows the file.
    #[must_use]
    pub fn knows(&self, file_no: u64) -> bool {
        self.files.contains_key(&file_no)
    }

    /// The answer to a question about a file.
    pub fn answer(&mut self, file_no: u64) -> Told {
        self.statistics.queries += 1;
        let Some(file) = self.files.get_mut(&file_no) else {
            return Told::NotFound;
        };
        file.queries = file.queries.saturating_add(1);
        if self.manner == Manner::Mute && file.queries > MUTE_QUERIES {
            return Told::Silence;
        }
        let still_working = self.manner == Manner::Slow && file.queries <= SLOW_QUERIES;
        let returned = file.returns_told || file.ends_told;
        let outcomes = file.lines.iter().map(|line| {
            let outcome = match line.fate {
                _ if still_working => Outcome::Accepted,
                Fate::Paid => Outcome::Paid,
                Fate::Returned if returned => Outcome::Returned,
                Fate::Returned => Outcome::Paid,
                Fate::Failed(reason) => Outcome::Failed(reason),
                Fate::Unlisted => Outcome::Unknown,
                Fate::Never => Outcome::Accepted,
            };
            outcome_of(file_no, line, outcome)
        });
        let outcomes: Vec<LineOutcome> = outcomes.collect();
        let ends = |line: &LineOutcome| line.outcome != Outcome::Accepted;
        file.ends_told |= self.tells_when_asked && outcomes.iter().all(ends);
        Told::Lines(outcomes)
    }

    /// What came back of a file, for whoever asks; `None` where the bank never heard of it.
    pub fn returned(&mut self, file_no: u64) -> Option<Vec<LineOutcome>> {
        self.statistics.queries += 1;
        let told = self.tell(file_no, Telling::Returns);
        let known = self.files.contains_key(&file_no);
        known.then(|| told.into_iter().map(|record| record.line).collect())
    }

    /// What the bank tells of a file by itself; nothing where it has nothing to tell.
    pub fn tell(&mut self, file_no: u64, telling: Telling) -> Vec<DisbursementRecord> {
        let Some(file) = self.files.get_mut(&file_no) else {
            return Vec::new();
        };
        if telling == Telling::Returns {
            file.returns_told = true;
        }
        let tells = |line: &Line| match (telling, line.fate) {
            (Telling::Results, Fate::Paid | Fate::Returned) => Some(Outcome::Paid),
            (Telling::Results, Fate::Failed(reason)) => Some(Outcome::Failed(reason)),
            (Telling::Returns, Fate::Returned) => Some(Outcome::Returned),
            (Telling::Results, Fate::Unlisted | Fate::Never)
            | (Telling::Returns, Fate::Paid | Fate::Failed(_) | Fate::Unlisted | Fate::Never) => {
                None
            }
        };
        let told = file.lines.iter().filter_map(|line| {
            let line = outcome_of(file_no, line, tells(line)?);
            Some(DisbursementRecord {
                file_no: Some(file_no),
                line,
            })
        });
        told.collect()
    }
}

/// The bank's serial number of a payment: the file and the row.
fn serial(file_no: u64, row_no: u32) -> String {
    format!("{file_no:010}{row_no:06}")
}

fn outcome_of(file_no: u64, line: &Line, outcome: Outcome) -> LineOutcome {
    let own = serial(file_no, line.row_no);
    let returned = outcome == Outcome::Returned;
    LineOutcome {
        row_no: Some(line.row_no),
        reference: None,
        account: Some(line.account),
        name: Some(line.name.clone()),
        amount: Some(line.amount),
        outcome,
        return_reason: None,
        detail: None,
        bank_code: None,
        bank_text: None,
        bank_serial: Some(if returned {
            format!("9{}", own.get(1..).unwrap_or(&own))
        } else {
            own.clone()
        }),
        original_bank_serial: returned.then_some(own),
        booked_at: None,
    }
}
