//! A bank whose memory is a file of its own: written and synced before it answers, so it knows
//! what it was told whatever becomes of the process.

use super::wages::{Draw, bank_code};
use adapters::exchange::{LineOutcome, Outcome, Outgoing};
use adapters::{BankAdapter, BankReply, BankRequest, Incoming, IncomingWire, RequestKind};
use gateway::channel::{Channel, SendError, SendErrorKind};
use gateway::clock::BoxFuture;
use gateway::keys::BankKeys;
use schemas::FailureReason;
use schemas::value::{AccountNo, Fen, Purpose};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// One row as the bank was told it: row number, account, fen.
pub type Row = (u32, String, i64);

/// One thing that the bank remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Memory {
    /// The process began.
    Start,
    /// An instruction.
    Submit(u64, Vec<Row>),
    /// A question.
    Query(u64),
}

/// Reads the bank's memory. A last line without its end was never answered for.
pub fn remember(path: &Path) -> Vec<Memory> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().map(parse).collect()
}

fn parse(line: &str) -> Memory {
    let mut words = line.split(' ');
    match (words.next(), words.next()) {
        (Some("start"), None) => Memory::Start,
        (Some("query"), Some(file_no)) => Memory::Query(file_no.parse().unwrap()),
        (Some("submit"), Some(file_no)) => {
            let row = |word: &str| {
                let parts: Vec<&str> = word.split(':').collect();
                (
                    parts[0].parse().unwrap(),
                    parts[1].to_owned(),
                    parts[2].parse().unwrap(),
                )
            };
            Memory::Submit(file_no.parse().unwrap(), words.map(row).collect())
        }
        other => panic!("the bank's memory: {other:?}"),
    }
}

/// What becomes of a wage at this bank in the end: one in six can't be paid.
pub fn is_paid(account: &str) -> bool {
    let digits: u64 = account[6..18].parse().unwrap();
    Draw(digits).below(6) != 0
}

struct State {
    draw: Draw,
    file: File,
    told: BTreeMap<u64, Vec<Row>>,
}

/// The bank.
pub struct RememberingBank {
    adapter: &'static BankAdapter,
    /// Answers everything at once and truly.
    is_calm: bool,
    state: Mutex<State>,
}

/// What happens to a message on its way and back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Answered,
    Unreachable,
    LostOnTheWay,
    AnswerLost,
    Gibberish,
}

impl RememberingBank {
    pub fn open(path: &Path, seed: u64, is_calm: bool) -> Self {
        let mut told = BTreeMap::new();
        for memory in remember(path) {
            if let Memory::Submit(file_no, rows) = memory {
                told.insert(file_no, rows);
            }
        }
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .unwrap();
        file.write_all(b"start\n").unwrap();
        file.sync_data().unwrap();
        let book = adapters::Book::built_in().unwrap();
        let state = State {
            draw: Draw(seed),
            file,
            told,
        };
        Self {
            adapter: book.adapter(bank_code()).unwrap(),
            is_calm,
            state: Mutex::new(state),
        }
    }

    pub fn knows(&self, file_no: u64) -> bool {
        self.state().told.contains_key(&file_no)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fate(&self) -> (Fate, Duration, Duration) {
        let mut state = self.state();
        let fate = match state.draw.below(20) {
            _ if self.is_calm => Fate::Answered,
            0 | 1 => Fate::Unreachable,
            2 => Fate::LostOnTheWay,
            3 | 4 => Fate::AnswerLost,
            5 => Fate::Gibberish,
            _ => Fate::Answered,
        };
        let mut wait = || Duration::from_micros(state.draw.below(4_000));
        (fate, wait(), wait())
    }

    async fn serve(&self, out: &Outgoing) -> Result<Vec<u8>, SendError> {
        let (fate, before, after) = self.fate();
        if fate == Fate::Unreachable {
            return Err(SendError::not_sent(SendErrorKind::Connect, "bank"));
        }
        let silence = || SendError::after_bytes(SendErrorKind::TimeOut, "bank", out);
        tokio::time::sleep(before).await;
        if fate == Fate::LostOnTheWay {
            return Err(silence());
        }
        let side = self.adapter.bank_side();
        let incoming = Incoming {
            wire: IncomingWire::Tcp,
            bytes: out.bytes.clone(),
        };
        let keys = BankKeys::default();
        let request = side.read_request(&incoming, &keys).unwrap();
        let reply = self.take(&request);
        tokio::time::sleep(after).await;
        match fate {
            Fate::AnswerLost | Fate::Unreachable | Fate::LostOnTheWay => Err(silence()),
            Fate::Gibberish => Ok(b"\x81\x30 what?\r\n".to_vec()),
            Fate::Answered => Ok(side.write_reply(&request, &reply, &keys).unwrap()),
        }
    }

    /// Remembers first, then knows what to answer.
    fn take(&self, request: &BankRequest) -> BankReply {
        let file_no = request.file_no.unwrap();
        match request.kind {
            RequestKind::Submit => {
                let row = |line: &adapters::BankLine| {
                    let account = line.account.reveal(Purpose::Matching).to_owned();
                    (line.row_no.unwrap_or_default(), account, line.amount.0)
                };
                let rows: Vec<Row> = request.lines.iter().map(row).collect();
                let words: Vec<String> = rows
                    .iter()
                    .map(|(row_no, account, fen)| format!("{row_no}:{account}:{fen}"))
                    .collect();
                self.write(&format!("submit {file_no} {}\n", words.join(" ")));
                self.state().told.insert(file_no, rows);
                BankReply::of(Outcome::Accepted)
            }
            RequestKind::Query => {
                self.write(&format!("query {file_no}\n"));
                self.tell(file_no)
            }
            RequestKind::Step | RequestKind::Returns => panic!("this bank knows no such step"),
        }
    }

    fn tell(&self, file_no: u64) -> BankReply {
        let mut state = self.state();
        let is_working = !self.is_calm && state.draw.below(3) == 0;
        let Some(rows) = state.told.get(&file_no) else {
            return BankReply::of(Outcome::NotFound);
        };
        let outcome = |account: &str| match (is_working, is_paid(account)) {
            (true, _) => Outcome::Accepted,
            (false, true) => Outcome::Paid,
            (false, false) => Outcome::Failed(FailureReason::RefusedByBank),
        };
        let line = |(row_no, account, fen): &Row| LineOutcome {
            row_no: Some(*row_no),
            account: Some(AccountNo::parse(account).unwrap()),
            amount: Some(Fen(*fen)),
            ..LineOutcome::of(outcome(account))
        };
        BankReply::result(rows.iter().map(line).collect())
    }

    fn write(&self, line: &str) {
        let mut state = self.state();
        state.file.write_all(line.as_bytes()).unwrap();
        state.file.sync_data().unwrap();
    }
}

/// The way to it.
pub struct Wire(pub std::sync::Arc<RememberingBank>);

impl Channel for Wire {
    fn send<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        Box::pin(self.0.serve(out))
    }
}
