//! A bank played from its own chair over any adapter: it remembers what it was instructed, and
//! breaks the line where the test says so.

mod pushes;

pub use crate::answers::result_bytes;
use crate::desk::Desk;
pub use crate::keys::keys_towards;
pub use crate::memory::{Arrived, Fault, Memory, Say, row, told};
pub use crate::stories::{at_bank, release, unsent};
use adapters::exchange::{LineOutcome, Outcome, Outgoing};
use adapters::{BankAdapter, BankLine, BankReply, Incoming, RequestKind};
use certs::digest::{DigestAlgorithm, digest};
use gateway::channel::{Channel, SendError, SendErrorKind};
use gateway::clock::{BoxFuture, Clock};
use gateway::core::Core;
use gateway::dispatch::{Bank, Decision, DispatchError, Dispatcher, Pace, Turn, decide, order};
use gateway::event::Event;
use gateway::keys::BankKeys;
use std::cell::RefCell;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The bank at the other end of the channel.
struct Line {
    adapter: &'static BankAdapter,
    keys: BankKeys,
    memory: Mutex<Memory>,
    core: Arc<Core>,
}

impl Line {
    /// M2, M8: what leaves is in the journal, with its digest, and durable.
    fn recorded(&self, out: &Outgoing) -> u64 {
        let journal = self.core.journal();
        let head = journal.head().0;
        let own = gateway::hex(&digest(DigestAlgorithm::Sha256, &out.bytes));
        // A disk without power can't be read either; what is durable is counted all the same.
        if let Ok((_, event)) = self.core.event(head) {
            let Event::MessageLeaving { digest: kept, .. } = event else {
                panic!("the last record is not the message that leaves: {event:?}")
            };
            assert_eq!(kept, own, "another message is recorded");
        }
        assert!(journal.durable() >= head, "the record is not durable");
        head
    }

    /// What the test lets happen while the message is on its way; the memory is free meanwhile.
    fn meanwhile(&self, out: &Outgoing) {
        let mut memory = self.memory.lock().unwrap();
        let happens = if out.instructs {
            memory.before_instruction.take()
        } else {
            memory.before_step.take()
        };
        drop(memory);
        if let Some(happens) = happens {
            happens();
        }
    }

    fn answer(&self, out: &Outgoing) -> Result<Vec<u8>, SendError> {
        let sequence = self.recorded(out);
        self.meanwhile(out);
        let mut memory = self.memory.lock().unwrap();
        let number = memory.sent;
        memory.sent += 1;
        let fault = memory.faults.get(&number).copied();
        let time_out = || SendError::after_bytes(SendErrorKind::TimeOut, "played", out);
        match fault {
            Some(Fault::Unreachable) => {
                return Err(SendError::not_sent(SendErrorKind::Connect, "played"));
            }
            Some(Fault::Lost) => return Err(time_out()),
            Some(Fault::Silent | Fault::Gibberish | Fault::Empty | Fault::BrokenOff) | None => {}
        }
        let (own, request) = match self.adapter.read_request(&incoming(out), &self.keys) {
            Ok(read) => read,
            Err(error) => {
                let place = format!("{} {}: {error}", self.adapter.code(), out.step);
                *memory.unreadable.as_mut().expect(&place) += 1;
                return Err(time_out());
            }
        };
        let file_no = request.file_no.expect("each message names its file");
        let lines = memory.gathered(&request);
        let side = own.bank_side();
        memory.arrived.push(Arrived {
            sequence,
            dialect: own.dialect(),
            step: request.step.clone(),
            kind: request.kind,
            file_no,
            lines,
        });
        match fault {
            Some(Fault::Silent) => return Err(time_out()),
            Some(Fault::Gibberish) => return Ok(b"\x81\x30 what?\r\n".to_vec()),
            Some(Fault::Empty) => return Ok(Vec::new()),
            Some(Fault::BrokenOff) => return Err(crate::memory::broken_off(out)),
            Some(Fault::Unreachable | Fault::Lost) | None => {}
        }
        if !request.has_reply {
            return Ok(Vec::new());
        }
        let reply = memory.answer(&request, file_no);
        let request = match memory
            .names_file
            .filter(|_| request.kind == RequestKind::Query)
        {
            Some(other) => request.about(other),
            None => request,
        };
        Ok(side.write_reply(&request, &reply, &self.keys).unwrap())
    }
}

impl Channel for Line {
    fn send<'a>(&'a self, out: &'a Outgoing) -> BoxFuture<'a, Result<Vec<u8>, SendError>> {
        Box::pin(std::future::ready(self.answer(out)))
    }
}

/// A message as the bank takes it.
#[must_use]
pub fn incoming(out: &Outgoing) -> Incoming {
    Incoming::from(out)
}

/// A dispatcher and the bank that it talks to.
pub struct Played {
    /// The gateway's side.
    pub dispatcher: Dispatcher,
    line: Arc<Line>,
    turn: RefCell<Turn>,
}

impl Played {
    /// Connects the desk's paying bank.
    #[must_use]
    pub fn new(desk: &Desk) -> Self {
        Self::speaking(desk, adapter(desk))
    }

    /// Connects the desk's paying bank, which speaks as this adapter.
    #[must_use]
    pub fn speaking(desk: &Desk, adapter: &'static BankAdapter) -> Self {
        let keys = || (adapter, keys_towards(adapter));
        Self::by_definitions(desk, keys(), keys())
    }

    /// Connects a bank that has other keys than we.
    #[must_use]
    pub fn with_keys(desk: &Desk, ours: BankKeys, theirs: BankKeys) -> Self {
        let adapter = adapter(desk);
        Self::by_definitions(desk, (adapter, ours), (adapter, theirs))
    }

    /// Connects a bank that understands another definition than the one we have of it.
    #[must_use]
    pub fn by_definitions(
        desk: &Desk,
        (own, ours): (&'static BankAdapter, BankKeys),
        (adapter, theirs): (&'static BankAdapter, BankKeys),
    ) -> Self {
        let on_clock = |keys| BankKeys {
            clock: Some(Arc::clone(&desk.clock) as Arc<dyn Clock>),
            ..keys
        };
        let (ours, theirs) = (on_clock(ours), on_clock(theirs));
        let line = Arc::new(Line {
            adapter,
            keys: theirs,
            memory: Mutex::default(),
            core: Arc::clone(&desk.core),
        });
        let bank = Bank {
            adapter: own,
            keys: ours,
            channel: Arc::clone(&line) as Arc<dyn Channel>,
            fields: own.example_connection(),
        };
        let dispatcher = Dispatcher {
            core: Arc::clone(&desk.core),
            bank: Arc::new(bank),
            mandates: Arc::clone(&desk.mandates),
            calendar: Arc::new(schemas::codes::BankCalendar::built_in().clone()),
            pace: Pace::REAL,
        };
        Self {
            dispatcher,
            line,
            turn: RefCell::default(),
        }
    }

    /// The same bank with what it knew when our journal ended with record `last`; `with` says
    /// whether the message of that very record had come to it.
    #[must_use]
    pub fn remembering(&self, desk: &Desk, last: u64, with: bool) -> Self {
        self.known_to(Self::new(desk), last, with)
    }

    /// What this bank knew, known to another player of it.
    #[must_use]
    pub fn known_to(&self, again: Self, last: u64, with: bool) -> Self {
        let came = |a: &&Arrived| a.sequence < last || (with && a.sequence == last);
        let arrived = self.memory(|memory| memory.arrived.iter().filter(came).cloned().collect());
        let (receipt, say) = self.memory(|memory| (memory.receipt, memory.say.clone()));
        again.memory(|memory| {
            memory.arrived = arrived;
            (memory.receipt, memory.say) = (receipt, say);
        });
        again
    }

    /// Looks into the bank's memory, or changes what it will do.
    pub fn memory<T>(&self, look: impl FnOnce(&mut Memory) -> T) -> T {
        look(&mut self.line.memory.lock().unwrap())
    }

    /// Sets what the bank answers to queries.
    pub fn says(&self, say: impl Fn(&[BankLine]) -> BankReply + Send + Sync + 'static) {
        self.memory(|memory| memory.say = Some(Arc::new(say)));
    }

    /// Sets what the bank answers to queries: one outcome a line in turn.
    pub fn tells(&self, outcomes: &[Outcome]) {
        let outcomes = outcomes.to_vec();
        self.says(move |lines| told(lines, &outcomes));
    }

    /// The adapter.
    #[must_use]
    pub fn adapter(&self) -> &'static BankAdapter {
        self.line.adapter
    }

    /// The keys of both sides.
    #[must_use]
    pub fn keys(&self) -> &BankKeys {
        &self.line.keys
    }

    /// What would be done next.
    #[must_use]
    pub fn decide(&self, desk: &Desk) -> Decision {
        use gateway::clock::Clock as _;
        let now = desk.clock.now();
        let (book, dispatcher) = (desk.core.desk(), &self.dispatcher);
        decide(
            &book,
            dispatcher.bank.adapter,
            &dispatcher.calendar,
            now,
            dispatcher.pace,
            &self.turn.borrow(),
        )
    }

    /// Does one piece of work; gives what it was, and how long it would wait after it.
    ///
    /// # Errors
    /// The dispatcher's own.
    pub fn step(&self, desk: &Desk) -> Result<(Decision, Option<Duration>), DispatchError> {
        let mut turn = self.turn.take();
        let (decision, done) = run(desk, self.dispatcher.work(&mut turn));
        self.turn.replace(turn);
        Ok((decision, done?))
    }

    /// Works until there is nothing to do now; gives how long it would wait. Waits within a
    /// conversation pass at once.
    pub fn work(&self, desk: &Desk) -> Duration {
        self.try_work(desk).unwrap()
    }

    /// As [`Played::work`], where the disk may fail.
    ///
    /// # Errors
    /// The dispatcher's own.
    pub fn try_work(&self, desk: &Desk) -> Result<Duration, DispatchError> {
        for _ in 0..200 {
            if let (_, Some(wait)) = self.step(desk)? {
                return Ok(wait);
            }
        }
        panic!("{} never rests", self.adapter().code())
    }

    /// How many looks of the dispatcher, one a minute, a turn lasts: a bank that wants to be asked
    /// by the hour is looked at by the minute all the same.
    #[must_use]
    pub fn looks_a_turn(&self) -> u32 {
        let pace = self.adapter().query_pace();
        let longest_ms = pace.first_ms.max(pace.interval_ms);
        u32::try_from(longest_ms / 120_000)
            .unwrap_or(u32::MAX)
            .max(1)
    }

    /// Works and lets time pass, at most `turns` times or until every line is final.
    pub fn settle(&self, desk: &Desk, turns: u32) {
        for _ in 0..turns.saturating_mul(self.looks_a_turn()) {
            let wait = self.work(desk);
            let open = |state: &gateway::book::BatchState| {
                !matches!(
                    state,
                    gateway::book::BatchState::Settled | gateway::book::BatchState::Withdrawn
                )
            };
            let waiting = desk.core.desk().batches().any(|batch| open(&batch.state()));
            if !waiting {
                return;
            }
            desk.clock.advance(wait);
        }
    }

    /// The adapter by which a file was instructed.
    #[must_use]
    pub fn of_file(&self, desk: &Desk, file_no: u64) -> &'static BankAdapter {
        let book = desk.core.desk();
        let dialect = book.file(file_no).and_then(|f| f.intent.dialect.clone());
        self.adapter()
            .of_file(dialect.as_deref())
            .expect("its dialect")
    }

    /// The bytes of a result about a file, as the bank's last answer to a query would be.
    #[must_use]
    pub fn result_bytes(&self, desk: &Desk, file_no: u64, reply: &BankReply) -> Vec<u8> {
        let file = desk.core.desk().file(file_no).expect("the file").clone();
        let bank = &self.dispatcher.bank;
        let query = order::query_of(&desk.core, bank, &desk.mandates, &file).unwrap();
        result_bytes(self.of_file(desk, file_no), &query, reply, self.keys())
    }

    /// The first row of a result about the first file: a value that the bank's rows don't carry
    /// is `None`.
    #[must_use]
    pub fn row_of_result(&self, desk: &Desk) -> LineOutcome {
        let lines = self.memory(|memory| memory.instructed(1)).expect("file 1");
        let bytes = self.result_bytes(desk, 1, &told(&lines, &[Outcome::Paid]));
        let adapter = self.of_file(desk, 1);
        let read = adapter.decode_result(&bytes, self.keys()).unwrap();
        read.lines.first().expect("a row").clone()
    }
}

fn adapter(desk: &Desk) -> &'static BankAdapter {
    let book = adapters::Book::built_in().unwrap();
    book.adapter(desk.bank).expect("the paying bank")
}

/// Keys for the desk's paying bank, found by what a probe asks for.
#[must_use]
pub fn keys_of(desk: &Desk) -> BankKeys {
    keys_towards(adapter(desk))
}

/// Runs a future to its end; waits pass at once on the desk's clock.
pub fn run<T>(desk: &Desk, work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = tokio::task::yield_now() => {
                    if desk.clock.sleeping() > 0 {
                        desk.clock.advance(Duration::from_secs(1));
                    }
                }
            }
        }
    })
}
