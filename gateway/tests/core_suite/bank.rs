//! A bank by script: answers each conversation from its own chair, or breaks the line.

use super::desk::Desk;
use adapters::exchange::{LineOutcome, Outcome, Outgoing};
use adapters::{BankReply, Incoming, IncomingWire, RequestKind};
use gateway::channel::layer::Paced;
use gateway::channel::{Channel, SendError, SendErrorKind};
use gateway::clock::BoxFuture;
use gateway::dispatch::{Bank, Decision, Dispatcher, Pace, Turn, decide};
use gateway::event::Origin;
use gateway::keys::BankKeys;
use gateway::outcome::{Said, apply};
use schemas::BankCode;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

/// What the bank does with the next message.
#[derive(Clone, Debug)]
pub enum Act {
    /// Takes the instruction.
    Accept,
    /// Refuses the whole file.
    Refuse(Outcome),
    /// Answers a query with these outcomes, row by row.
    Tell(Vec<Outcome>),
    /// Answers a query as if the file had other numbers of rows or amounts.
    TellRows(Vec<(u32, Outcome, i64)>),
    /// Cannot be reached: nothing left.
    Unreachable,
    /// Reads the message and says nothing.
    Silent,
    /// Answers something that is not its format.
    Gibberish,
    /// Reads the message, and a defect of ours ends the task that waits for the answer.
    Defect,
}

/// Every message that reached the bank, with what it was.
#[derive(Default)]
pub struct Seen {
    pub submissions: Vec<(u64, Vec<i64>)>,
    pub queries: u32,
}

pub struct Script {
    acts: Mutex<VecDeque<Act>>,
    pub seen: Mutex<Seen>,
    adapter: &'static adapters::BankAdapter,
    /// Rows and amounts of each file, as the bank read them.
    files: Mutex<BTreeMap<u64, Vec<i64>>>,
}

impl Script {
    fn answer(&self, out: &Outgoing) -> Result<Vec<u8>, SendError> {
        let act = self
            .acts
            .lock()
            .unwrap()
            .pop_front()
            .expect("an act for each message");
        if matches!(act, Act::Unreachable) {
            return Err(SendError::not_sent(SendErrorKind::Connect, "script"));
        }
        let side = self.adapter.bank_side();
        let incoming = Incoming {
            wire: IncomingWire::Tcp,
            bytes: out.bytes.clone(),
        };
        let keys = BankKeys::default();
        let request = side.read_request(&incoming, &keys).unwrap();
        let file_no = request.file_no.unwrap();
        match request.kind {
            RequestKind::Submit => {
                let amounts: Vec<i64> = request.lines.iter().map(|line| line.amount.0).collect();
                self.files.lock().unwrap().insert(file_no, amounts.clone());
                self.seen
                    .lock()
                    .unwrap()
                    .submissions
                    .push((file_no, amounts));
            }
            RequestKind::Query => self.seen.lock().unwrap().queries += 1,
            RequestKind::Step | RequestKind::Returns => {}
        }
        let amounts = self
            .files
            .lock()
            .unwrap()
            .get(&file_no)
            .cloned()
            .unwrap_or_default();
        let reply = match act {
            Act::Accept => BankReply::of(Outcome::Accepted),
            Act::Refuse(outcome) => BankReply::of(outcome),
            Act::Tell(outcomes) => {
                let rows = (1u32..).zip(outcomes).zip(amounts);
                BankReply::result(rows.map(|((row, o), fen)| line(row, o, fen)).collect())
            }
            Act::TellRows(rows) => BankReply::result(
                rows.into_iter()
                    .map(|(row, o, fen)| line(row, o, fen))
                    .collect(),
            ),
            Act::Silent => {
                return Err(SendError::after_bytes(
                    SendErrorKind::TimeOut,
                    "script",
                    out,
                ));
            }
            Act::Defect => panic!("a defect while the bank answers"),
            Act::Gibberish => return Ok(b"\x81\x30 what?\r\n".to_vec()),
            Act::Unreachable => unreachable!("handled above"),
        };
        Ok(side.write_reply(&request, &reply, &keys).unwrap())
    }
}

/// What a bank says of one row.
pub fn line(row_no: u32, outcome: Outcome, fen: i64) -> LineOutcome {
    LineOutcome {
        row_no: Some(row_no),
        account: Some(schemas::AccountNo::parse("6222021202000000019").unwrap()),
        amount: Some(schemas::Fen(fen)),
        ..LineOutcome::of(outcome)
    }
}

/// The bank pushes that it has paid the wage in row 1 of a file, 6,523.50 yuan.
pub fn pushes_paid(desk: &Desk, file_no: u64) {
    let lines = &[line(1, Outcome::Paid, 652_350)];
    let said = Said::Records { lines, flaws: &[] };
    apply(&desk.core, file_no, Origin::Push, None, said).unwrap();
}

struct Wire(Arc<Script>);

impl Channel for Wire {
    fn send<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        Box::pin(std::future::ready(self.0.answer(out)))
    }
}

/// A dispatcher to a scripted Hua Xia Bank.
pub struct Played {
    pub dispatcher: Dispatcher,
    pub script: Arc<Script>,
}

impl Played {
    pub fn new(desk: &Desk, acts: &[Act]) -> Self {
        let book = adapters::Book::built_in().unwrap();
        let adapter = book.adapter(BankCode::parse("HXB").unwrap()).unwrap();
        let script = Arc::new(Script {
            acts: Mutex::new(acts.iter().cloned().collect()),
            seen: Mutex::default(),
            adapter,
            files: Mutex::default(),
        });
        let fields = adapter
            .connection_fields()
            .iter()
            .map(|field| (field.name.clone(), field.example.clone()))
            .collect();
        let bank = Bank {
            adapter,
            keys: BankKeys::default(),
            channel: Arc::new(Wire(Arc::clone(&script))),
            fields,
        };
        let dispatcher = Dispatcher {
            core: Arc::clone(&desk.core),
            bank: Arc::new(bank),
            mandates: Arc::clone(&desk.mandates),
            calendar: Arc::clone(&desk.calendar),
            pace: Pace::REAL,
        };
        Self { dispatcher, script }
    }

    /// The same over a connection whose messages begin no closer together than an interval.
    pub fn paced(desk: &Desk, acts: &[Act], interval: std::time::Duration) -> Self {
        let played = Self::new(desk, acts);
        let clock: Arc<dyn gateway::clock::Clock> = desk.clock.clone();
        let wire = Wire(Arc::clone(&played.script));
        let bank = Bank {
            adapter: played.dispatcher.bank.adapter,
            keys: BankKeys::default(),
            channel: Arc::new(Paced::new(wire, interval, clock)),
            fields: played.dispatcher.bank.fields.clone(),
        };
        let dispatcher = Dispatcher {
            bank: Arc::new(bank),
            ..played.dispatcher
        };
        Self {
            dispatcher,
            ..played
        }
    }

    pub fn decide(&self, desk: &Desk) -> Decision {
        use gateway::clock::Clock as _;
        let now = desk.clock.now();
        decide(
            &desk.core.desk(),
            self.dispatcher.bank.adapter,
            &self.dispatcher.calendar,
            now,
            self.dispatcher.pace,
            &Turn::default(),
        )
    }

    /// Does one piece of work; gives how long it would wait.
    pub fn carry_out(&self, decision: Decision) -> Option<std::time::Duration> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let done = runtime.block_on(self.dispatcher.carry_out(decision));
        done.unwrap()
    }

    /// Works until there is nothing to do now; gives how long it would wait.
    pub fn work(&self, desk: &Desk) -> std::time::Duration {
        let mut waits = (0..100).map(|_| self.carry_out(self.decide(desk)));
        let rests = waits.find_map(|wait| wait);
        rests.expect("it rests")
    }
}
