//! One bank's desk: reads a request with the bank's side of its adapter, asks the ledger, writes
//! the answer. No socket here.

use super::character::Manner;
use super::ledger::{Instructed, Ledger, Statistics, Telling, Told};
use super::ledger_file::LedgerFile;
use adapters::exchange::{Crypto, LineOutcome, Outcome};
use adapters::{BankAdapter, BankLine, BankReply, BankRequest, Incoming, RequestKind};
use certs::digest::{DigestAlgorithm, digest};
use schemas::FailureReason;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Headers of a message, and its body.
pub type Parted = (Vec<(String, String)>, Vec<u8>);

/// Keys of the bank's chair.
pub type Keys = Box<dyn Crypto + Send + Sync>;

/// What happens on the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// This goes back.
    Answer {
        /// Headers of the answer, where it has any.
        headers: Vec<(String, String)>,
        /// The answer itself.
        body: Vec<u8>,
    },
    /// Nothing goes back: a dropped file has no answer.
    Nothing,
    /// The connection is closed without a word.
    HangUp,
    /// The connection is held without a word.
    Hold,
}

/// What a request led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// What happens on the connection.
    pub deed: Deed,
    /// A file that was booked by it.
    pub booked: Option<u64>,
}

impl Received {
    fn of(deed: Deed) -> Self {
        Self { deed, booked: None }
    }
}

struct Book {
    ledger: Ledger,
    // Lines that came with an earlier step than the instruction.
    uploads: BTreeMap<Option<u64>, Vec<BankLine>>,
    drops_next: bool,
    /// The dialect by which each file came, where the bank has two.
    spoken: BTreeMap<u64, &'static BankAdapter>,
    /// The bank day of each file, where a request names it.
    days: BTreeMap<u64, time::Date>,
}

/// The desk of one bank.
pub struct Desk {
    adapter: &'static BankAdapter,
    keys: Keys,
    manner: Manner,
    book: Mutex<Book>,
    file: Option<Arc<LedgerFile>>,
}

impl Desk {
    /// A desk with an empty ledger.
    #[must_use]
    pub fn new(adapter: &'static BankAdapter, keys: Keys, seed: u64, manner: Manner) -> Self {
        let side = adapter.bank_side();
        let can_return = side.line_expressible(Outcome::Returned, true) == Outcome::Returned;
        let repeats = adapter
            .returns_pace()
            .is_some_and(|pace| pace.repeats_query);
        let ledger = Ledger::new(seed, adapter.code(), manner, can_return);
        let ledger = ledger.telling_when_asked(repeats);
        Self {
            adapter,
            keys,
            manner,
            book: Mutex::new(Book {
                ledger,
                uploads: BTreeMap::new(),
                drops_next: false,
                spoken: BTreeMap::new(),
                days: BTreeMap::new(),
            }),
            file: None,
        }
    }

    /// What the bank is told is noted in a file as well, before it answers.
    #[must_use]
    pub fn noting(mut self, file: Option<Arc<LedgerFile>>) -> Self {
        self.file = file;
        self
    }

    /// The bank.
    #[must_use]
    pub fn adapter(&self) -> &'static BankAdapter {
        self.adapter
    }

    /// How it behaves.
    #[must_use]
    pub fn manner(&self) -> Manner {
        self.manner
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // Nothing panics under the lock, and the ledger stays whole if it did.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts until now.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.book().ledger.statistics.clone()
    }

    /// Whether the connection that just came is closed before anything is read from it.
    #[must_use]
    pub fn drops_connection(&self) -> bool {
        std::mem::take(&mut self.book().drops_next)
    }

    /// Takes one request.
    #[must_use]
    pub fn receive(&self, incoming: &Incoming) -> Received {
        let (adapter, request) = match self.adapter.read_request(incoming, self.keys.as_ref()) {
            Ok(read) => read,
            Err(unreadable) => {
                let statistics = &mut self.book().ledger.statistics;
                statistics.unreadable += 1;
                statistics.last_trouble = Some(unreadable.to_string());
                return Received::of(Deed::HangUp);
            }
        };
        if let Some(file_no) = request.file_no {
            let mut book = self.book();
            book.spoken.entry(file_no).or_insert(adapter);
            if let Some(day) = request.bank_date {
                book.days.entry(file_no).or_insert(day);
            }
        }
        match request.kind {
            RequestKind::Step => self.step(&request),
            RequestKind::Submit => self.submit(&request),
            RequestKind::Query => self.query(&request),
            RequestKind::Returns => self.returns(&request),
        }
    }

    /// The dialect by which a file came.
    fn spoken(&self, file_no: Option<u64>) -> &'static BankAdapter {
        let known = file_no.and_then(|file_no| self.book().spoken.get(&file_no).copied());
        let first = || self.adapter.by_dialect().next().unwrap_or(self.adapter);
        known.unwrap_or_else(first)
    }

    fn step(&self, request: &BankRequest) -> Received {
        if !request.lines.is_empty() {
            let lines = &request.lines;
            let mut book = self.book();
            let kept = book.uploads.entry(request.file_no).or_default();
            if !request.continues {
                kept.clear();
            }
            kept.extend_from_slice(lines);
        }
        Received::of(self.reply(request, BankReply::of(Outcome::Accepted)))
    }

    fn submit(&self, request: &BankRequest) -> Received {
        let mut book = self.book();
        let Some(file_no) = request.file_no else {
            drop(book);
            return Received::of(self.trouble("an instruction without a number of its file"));
        };
        let lines = if request.lines.is_empty() {
            let uploaded = book.uploads.get(&Some(file_no)).cloned();
            uploaded
                .or_else(|| book.uploads.remove(&None))
                .unwrap_or_default()
        } else if request.continues {
            let before = book.uploads.get(&Some(file_no)).cloned();
            [before.unwrap_or_default(), request.lines.clone()].concat()
        } else {
            request.lines.clone()
        };
        if lines.is_empty() {
            drop(book);
            return Received::of(self.trouble("an instruction whose lines never came"));
        }
        let instructed = book.ledger.instruct(file_no, &lines);
        if let Some(file) = &self.file {
            let (place, told) = ((self.adapter.code(), file_no), book.ledger.told(&lines));
            if let Err(error) = file.instructed(place, instructed, &told) {
                drop(book);
                return Received::of(self.unnoted(&error));
            }
        }
        let new = instructed == Instructed::Booked;
        book.drops_next |= new && self.manner == Manner::HangsUpNext;
        drop(book);
        let reply = match instructed {
            Instructed::Booked | Instructed::Repeated => {
                let mut reply = BankReply::of(Outcome::Accepted);
                reply.bank_batch_no = Some(format!("{file_no:012}"));
                reply
            }
            Instructed::Conflict => BankReply::of(Outcome::Failed(FailureReason::Duplicate)),
        };
        let deed = match self.manner {
            Manner::HangsUp if new => Deed::HangUp,
            Manner::Holds if new => Deed::Hold,
            Manner::Prompt
            | Manner::Slow
            | Manner::HangsUp
            | Manner::Holds
            | Manner::HangsUpNext
            | Manner::Mute
            | Manner::PushesTwice
            | Manner::OnlyAnswers => self.reply(request, reply),
        };
        Received {
            deed,
            booked: new.then_some(file_no),
        }
    }

    fn query(&self, request: &BankRequest) -> Received {
        if let Some(file) = &self.file
            && let Err(error) = file.asked(self.adapter.code(), request.file_no)
        {
            return Received::of(self.unnoted(&error));
        }
        let told = match request.file_no {
            Some(file_no) => self.book().ledger.answer(file_no),
            None => Told::NotFound,
        };
        let reply = match told {
            Told::Lines(lines) => self.result(request.file_no, lines),
            Told::NotFound => BankReply::of(Outcome::NotFound),
            Told::Silence => return Received::of(Deed::HangUp),
        };
        Received::of(self.reply(request, reply))
    }

    /// A bank that is asked what came back lists just that.
    fn returns(&self, request: &BankRequest) -> Received {
        let told = |file_no| self.book().ledger.returned(file_no);
        let reply = match request.file_no.and_then(told) {
            Some(lines) => BankReply::result(lines),
            None => BankReply::of(Outcome::NotFound),
        };
        Received::of(self.reply(request, reply))
    }

    /// A bank that tells of rows in a file alone makes it once nothing is under way any more; a
    /// word in it that nobody knows keeps none back.
    fn result(&self, file_no: Option<u64>, lines: Vec<LineOutcome>) -> BankReply {
        let open = |line: &LineOutcome| line.outcome == Outcome::Accepted;
        let done = self.spoken(file_no).bank_side().gives_files() && !lines.iter().any(open);
        BankReply {
            batch: done.then_some(Outcome::Paid),
            ..BankReply::result(lines)
        }
    }

    fn reply(&self, request: &BankRequest, reply: BankReply) -> Deed {
        if !request.has_reply {
            return Deed::Nothing;
        }
        let side = self.spoken(request.file_no).bank_side();
        match side.write_reply(request, &reply, self.keys.as_ref()) {
            Ok(bytes) => {
                let (headers, body) = side.parted_reply(&request.step, bytes);
                Deed::Answer { headers, body }
            }
            Err(fault) => {
                let statistics = &mut self.book().ledger.statistics;
                statistics.unwritable += 1;
                statistics.last_trouble = Some(format!("{}: {fault}", request.step));
                Deed::HangUp
            }
        }
    }

    fn trouble(&self, what: &str) -> Deed {
        let statistics = &mut self.book().ledger.statistics;
        statistics.unreadable += 1;
        statistics.last_trouble = Some(what.to_owned());
        Deed::HangUp
    }

    /// A bank that can't write its book says nothing.
    fn unnoted(&self, error: &std::io::Error) -> Deed {
        let statistics = &mut self.book().ledger.statistics;
        statistics.unwritable += 1;
        statistics.last_trouble = Some(format!("the ledger: {error}"));
        Deed::HangUp
    }

    /// What the bank pushes about a file now; `None` when it has nothing to say.
    #[must_use]
    pub fn push(&self, file_no: u64, telling: Telling) -> Option<Parted> {
        let records = self.book().ledger.tell(file_no, telling);
        if records.is_empty() {
            return None;
        }
        let side = self.spoken(Some(file_no)).bank_side();
        let reply = BankReply {
            bank_date: self.book().days.get(&file_no).copied(),
            ..BankReply::result(records.into_iter().map(|record| record.line).collect())
        };
        match side.write_push_of(file_no, &reply, self.keys.as_ref()) {
            Ok(bytes) => Some(side.parted_push(bytes)),
            Err(fault) => {
                let statistics = &mut self.book().ledger.statistics;
                statistics.unwritable += 1;
                statistics.last_trouble = Some(format!("push: {fault}"));
                None
            }
        }
    }

    /// Notes the receipt of a push in the file, if there is one: position in the journal and bytes.
    pub fn receipted(
        &self,
        file_no: u64,
        message: &[u8],
        (position, receipt): (Option<u64>, &[u8]),
    ) {
        let hash = |bytes: &[u8]| crate::hex(&digest(DigestAlgorithm::Sha256, bytes));
        let place = (self.adapter.code(), file_no);
        let Some(file) = &self.file else { return };
        if let Err(error) = file.pushed(place, &hash(message), (position, &hash(receipt))) {
            let _: Deed = self.unnoted(&error);
        }
    }

    /// Notes whether the gateway took a push.
    pub fn pushed(&self, receipt: Option<&[u8]>) {
        let keys = self.keys.as_ref();
        let takes = |own: &BankAdapter, bytes: &[u8]| {
            own.bank_side()
                .read_push_receipt(bytes, keys)
                .unwrap_or(false)
        };
        let taken =
            receipt.is_some_and(|bytes| self.adapter.by_dialect().any(|own| takes(own, bytes)));
        let statistics = &mut self.book().ledger.statistics;
        if taken {
            statistics.pushes += 1;
        } else {
            statistics.pushes_refused += 1;
        }
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk")
            .field("bank", &self.adapter.code())
            .field("manner", &self.manner)
            .finish_non_exhaustive()
    }
}
