//! The journal as all checkers of a world read it: once a step, record by record, through the
//! auditor. After a crash it is read anew, and held against what was durable before.

use super::tested;
use crate::event::{Dispute, Event, Intent, Move, Origin};
use crate::simulation::audit::Auditor;
use crate::simulation::checker::{Looks, View};
use journal::Record;
use journal::chain::Hash;
use schemas::LineEvent;
use schemas::value::{BankCode, BatchId, PaymentId};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The reading of one world, shared by its checkers.
pub(super) type Shared = Rc<RefCell<Reading>>;

/// A message of ours in the journal.
#[derive(Clone, Debug)]
pub(super) struct Left {
    /// Its record.
    pub sequence: u64,
    /// The file that it is about.
    pub file_no: u64,
    /// Whether the bank may pay from it on.
    pub instructs: bool,
    /// Algorithm and key slot of its signature.
    pub signature: Option<(String, String)>,
}

/// What one record says of lines.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    /// The record.
    pub sequence: u64,
    /// The bank of the file.
    pub bank: BankCode,
    /// The bank's message that says it, where it pushed one.
    pub message: Option<u64>,
    /// The file of the lines.
    pub file_no: u64,
    /// Steps that were taken or noted.
    pub steps: Vec<(PaymentId, LineEvent)>,
    /// They were noted: the words changed nothing.
    pub is_note: bool,
    /// Lines that were disputed, each by a word.
    pub disputed: Vec<(PaymentId, LineEvent)>,
}

/// What a bank said and what fits nothing.
#[derive(Clone, Debug)]
pub(super) struct Stray {
    /// The record.
    pub sequence: u64,
    /// The bank.
    pub bank: BankCode,
    /// The message, where it pushed one.
    pub message: u64,
    /// Place in the message.
    pub place: u32,
    /// The file that it names.
    pub file_no: Option<u64>,
    /// About the message as a whole.
    pub of_whole: bool,
    /// An answer of which nothing could be used.
    pub is_useless: bool,
}

impl Stray {
    /// Whether both are about the same place of the same pushed message, or are the same record.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        let place = |one: &Self| (one.bank, one.message, one.file_no, one.place);
        let pushed = self.message != 0 && place(self) == place(other);
        pushed || self.sequence == other.sequence
    }
}

/// A message of a bank.
#[derive(Clone, Debug)]
pub(super) struct Message {
    /// The bank.
    pub bank: BankCode,
    /// Digest of its bytes.
    pub digest: String,
    /// Nobody could read it when it came.
    pub is_unread: bool,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    life: u32,
    /// The auditor with his book.
    pub auditor: Auditor,
    /// Messages of ours by the digest of their bytes.
    pub leaving: BTreeMap<String, Vec<Left>>,
    /// Messages of ours in order.
    pub left: Vec<Left>,
    /// Intents by file: the record of each.
    pub intents: BTreeMap<u64, Vec<(u64, Intent)>>,
    /// Answers by the digest of their bytes.
    pub answers: BTreeSet<String>,
    /// Messages of banks by record.
    pub messages: BTreeMap<u64, Message>,
    /// What banks said of lines, in order.
    pub heard: Vec<Heard>,
    /// What fits nothing, in order.
    pub strays: Vec<Stray>,
    /// Acceptances, in order: the record of each.
    pub accepted: Vec<(u64, BatchId)>,
    /// Payments that two people decided.
    pub resolved: BTreeSet<PaymentId>,
    /// When a line was disputed (true), and when two people decided it (false): the record of each.
    pub doubts: BTreeMap<PaymentId, Vec<(u64, bool)>>,
    /// The time of each record, Unix milliseconds.
    pub times: BTreeMap<u64, i64>,
    hashes: BTreeMap<u64, Hash>,
    breaches: BTreeMap<&'static str, Vec<String>>,
    /// What was held against each invariant and is not told yet.
    tested: BTreeMap<&'static str, u64>,
    /// Records up to this one were counted in the life before.
    counted: u64,
    is_closed: bool,
}

impl Reading {
    /// Reads what is new. What can't be read now, because the disk fails, is read later; at a
    /// `rest`, after a reopening or at the end, it is a breach.
    pub(super) fn follow(&mut self, view: &View<'_>, rest: bool) {
        let life = view.outside.now.life;
        let before = (life != self.life).then(|| self.begin_anew(view, life));
        if self.auditor.read() < view.core.journal().head().0 {
            let mut auditor = std::mem::take(&mut self.auditor);
            let shown = &mut |record: &Record, event: &Event| self.take(record, event);
            let (found, stopped) = auditor.follow_with(view.core, shown);
            self.auditor = auditor;
            for breach in found {
                self.breach(breach.invariant, breach.what);
            }
            if let Some(why) = stopped.filter(|_| rest) {
                self.breach("M3", why);
            }
        }
        if let Some(before) = before {
            self.compare(view, &before);
        }
    }

    fn breach(&mut self, invariant: &'static str, what: String) {
        self.breaches.entry(invariant).or_default().push(what);
    }

    /// Forgets what was read in the life before; gives the hashes of its records.
    fn begin_anew(&mut self, view: &View<'_>, life: u32) -> BTreeMap<u64, Hash> {
        let before = std::mem::take(self);
        let durable = view.outside.crashes.last().map_or(0, |crash| crash.durable);
        *self = Self {
            life,
            breaches: before.breaches,
            tested: before.tested,
            // Behind these, other records may have come in the place of lost ones.
            counted: before.auditor.read().min(durable),
            ..Self::default()
        };
        before.hashes
    }

    /// M3: every record that was durable before the crash is there, the same.
    fn compare(&mut self, view: &View<'_>, before: &BTreeMap<u64, Hash>) {
        let Some(crash) = view.outside.crashes.last() else {
            return;
        };
        for (sequence, hash) in before.range(..=crash.durable) {
            *self.tested.entry("M3").or_default() += 1;
            if self.hashes.get(sequence) != Some(hash) {
                let durable = crash.durable;
                let text =
                    format!("record {sequence} of {durable} durable ones is another, or gone");
                return self.breach("M3", text);
            }
        }
    }

    /// Tells a checker what the auditor held against its invariant, and found, since it was last
    /// told.
    pub(super) fn tell(&mut self, invariant: &'static str, looks: &mut Looks) {
        looks.compared += self.tested.remove(invariant).unwrap_or(0);
        let found = self.breaches.remove(invariant);
        looks.breaches.extend(found.unwrap_or_default());
    }

    /// At the end: what holds of the whole.
    pub(super) fn close(&mut self) {
        if !std::mem::replace(&mut self.is_closed, true) {
            for breach in self.auditor.close() {
                self.breach(breach.invariant, breach.what);
            }
        }
    }

    fn take(&mut self, record: &Record, event: &Event) {
        let sequence = record.sequence;
        self.hashes.insert(sequence, record.hash);
        self.times.insert(sequence, record.time_ms);
        if let Event::FileIntended(intent) = event {
            let of = self.intents.entry(intent.file_no).or_default();
            of.push((sequence, intent.as_ref().clone()));
        } else if let Event::MessageLeaving {
            file_no,
            digest,
            instructs,
            signature,
            ..
        } = event
        {
            let left = Left {
                sequence,
                file_no: *file_no,
                instructs: *instructs,
                signature: signature.clone(),
            };
            self.left.push(left.clone());
            self.leaving.entry(digest.clone()).or_default().push(left);
        } else if let Event::MessageAnswered { digest, .. } = event {
            self.answers.insert(digest.clone());
        } else if let Event::BankMessage {
            bank,
            digest,
            reading,
            ..
        } = event
        {
            let message = Message {
                bank: *bank,
                digest: digest.rsplit(':').next().unwrap_or_default().to_owned(),
                is_unread: reading != "applied",
            };
            self.messages.insert(sequence, message);
        } else if let Event::ResolutionConfirmed { payment, .. } = event {
            self.resolved.insert(*payment);
            self.doubt(*payment, (sequence, false));
        } else if let Event::BatchAccepted(head) = event {
            self.accepted.push((sequence, head.batch));
        }
        self.take_word(sequence, event);
        if sequence > self.counted {
            self.count(event);
        }
    }

    /// Counts what a record put to the test, once in a world.
    fn count(&mut self, event: &Event) {
        let file = tested::file(event).and_then(|file_no| self.intent(file_no));
        let rows = file.map_or(0, |intent| intent.lines.len());
        for (invariant, times) in tested::by(event, rows) {
            *self.tested.entry(invariant).or_default() += times as u64;
        }
    }

    /// What banks say of lines, and what fits nothing.
    fn take_word(&mut self, sequence: u64, event: &Event) {
        if let Event::Outcomes {
            file_no,
            origin,
            message,
            moves,
            disputes,
            ..
        } = event
        {
            if let Some(batch) = self.intent(*file_no).map(|intent| intent.batch) {
                for (row, ..) in disputes {
                    let row = *row;
                    self.doubt(PaymentId { batch, row }, (sequence, true));
                }
            }
            let ours = matches!(
                origin,
                Origin::Channel | Origin::AnswerLimit | Origin::Recovery
            );
            if !ours {
                self.hear((sequence, false), (*file_no, *message), moves, disputes);
            }
        } else if let Event::FileReceipt {
            file_no,
            noted,
            message,
            ..
        } = event
        {
            self.hear((sequence, true), (*file_no, *message), noted, &[]);
        } else if let Event::Unmatched {
            bank,
            message,
            place,
            file_no,
            of_whole,
            why,
            ..
        } = event
        {
            let useless = [
                "answer_unreadable",
                "answer_of_another_file",
                "returns_unreadable",
            ];
            self.strays.push(Stray {
                is_useless: useless.contains(&why.as_str()),
                sequence,
                bank: *bank,
                message: *message,
                place: *place,
                file_no: *file_no,
                of_whole: *of_whole,
            });
        }
    }

    fn doubt(&mut self, payment: PaymentId, word: (u64, bool)) {
        self.doubts.entry(payment).or_default().push(word);
    }

    fn hear(
        &mut self,
        (sequence, is_note): (u64, bool),
        (file_no, message): (u64, Option<u64>),
        steps: &[Move],
        disputes: &[(u32, Dispute, Move)],
    ) {
        let Some(intent) = self.intent(file_no) else {
            return;
        };
        let (batch, bank) = (intent.batch, intent.bank);
        let of = |row| PaymentId { batch, row };
        self.heard.push(Heard {
            sequence,
            bank,
            message,
            file_no,
            steps: steps.iter().map(|s| (of(s.index), s.event)).collect(),
            is_note,
            disputed: disputes
                .iter()
                .map(|(row, _, s)| (of(*row), s.event))
                .collect(),
        });
    }

    /// The last intent of a file.
    pub(super) fn intent(&self, file_no: u64) -> Option<&Intent> {
        self.intents.get(&file_no)?.last().map(|(_, intent)| intent)
    }

    /// The line of a row of a file, counted from 1.
    pub(super) fn payment(&self, file_no: u64, row_no: u32) -> Option<PaymentId> {
        let intent = self.intent(file_no)?;
        let at = usize::try_from(row_no.checked_sub(1)?).ok()?;
        let row = *intent.lines.get(at)?;
        let batch = intent.batch;
        Some(PaymentId { batch, row })
    }

    /// The batch of an employer's number, as the auditor's book has it.
    pub(super) fn batch_of(&self, employer: &str, batch_no: &str) -> Option<&crate::book::Batch> {
        let mut batches = self.auditor.book().batches();
        batches.find(|batch| {
            batch.head.employer.as_str() == employer && batch.head.batch_no.as_str() == batch_no
        })
    }
}
