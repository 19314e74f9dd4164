//! Conversations: the steps of a submission or a query, without a socket.

mod foreign;
mod known;
mod outgoing;
mod pages;

use crate::adapter::BankAdapter;
use crate::definition::dialect::StepRule;
use crate::exchange::{
    Certainty, ConversationError, Crypto, Next, OrderLine, Outcome, Reply, ResultFile, Unreadable,
};
use crate::layout::fault::{WriteFault, unreadable};
use crate::layout::field::Field;
use crate::layout::rows::Rows;
use crate::layout::values::{Record, Values};
use crate::reply::{Days, batch_code};
use crate::totals::{GROUPS, Group};
use crate::wire::http::WireRule;
use crate::wire::layer::Around;
use crate::wire::{Reading, md5_hex};
use std::collections::BTreeSet;

/// Which flow a conversation goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlowKind {
    Submit,
    Query,
    Returns,
}

/// One submission or one query, step by step: `next` says what to do, `feed` takes the reply.
pub struct Conversation<'a> {
    adapter: &'a BankAdapter,
    kind: FlowKind,
    steps: &'a [StepRule],
    values: Option<Values>,
    /// What is submitted; nothing in a query.
    lines: &'a [OrderLine],
    at: usize,
    part: usize,
    polls: u32,
    /// How often the flow began again.
    rounds: u32,
    /// Totals that an earlier answer of the same query stated.
    totals: Record,
    state: State,
    instructed: bool,
    /// Rows of the pages so far.
    rows: Rows,
    /// Keys of pages that were asked for.
    keys: BTreeSet<Vec<String>>,
    /// That the bank has the file, as an earlier answer of the same question said.
    known: Option<Box<ResultFile>>,
}

enum State {
    Ready,
    WaitFirst(u64),
    Sent,
    Stopped(String),
    Done(Box<Reply>),
}

impl std::fmt::Debug for Conversation<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conversation")
            .field("bank", &self.adapter.code())
            .field("kind", &self.kind)
            .field("step", &self.at)
            .finish_non_exhaustive()
    }
}

impl<'a> Conversation<'a> {
    pub(crate) fn new(
        adapter: &'a BankAdapter,
        kind: FlowKind,
        (values, lines): (Option<Values>, &'a [OrderLine]),
    ) -> Self {
        let steps: &[StepRule] = match kind {
            FlowKind::Submit => &adapter.dialect.submit,
            FlowKind::Query => &adapter.dialect.query,
            FlowKind::Returns => adapter.returns_steps(),
        };
        let mut values = values;
        // A key that an earlier question ended with is not where this one begins.
        for pages in steps.iter().filter_map(|step| step.pages.as_ref()) {
            if let Some(values) = &mut values {
                pages.forget(values);
            }
        }
        Self {
            adapter,
            kind,
            steps,
            values,
            lines,
            at: 0,
            part: 0,
            polls: 0,
            rounds: 0,
            totals: Record::new(),
            state: State::Ready,
            instructed: false,
            rows: Rows::default(),
            keys: BTreeSet::new(),
            known: None,
        }
    }

    pub(crate) fn kind(&self) -> FlowKind {
        self.kind
    }

    fn error(&self, what: &str) -> ConversationError {
        ConversationError {
            certainty: if self.instructed {
                Certainty::MaybeSent
            } else {
                Certainty::NotSent
            },
            step: self
                .steps
                .get(self.at)
                .map_or_else(String::new, |s| s.name.clone()),
            what: what.to_owned(),
            findings: Vec::new(),
        }
    }

    /// What to do next.
    ///
    /// # Errors
    /// The order does not fit (`Refused` before anything left), a key fails, a reply stopped the
    /// flow, or the reply of the last step was never fed.
    pub fn next(&mut self, crypto: &dyn Crypto) -> Result<Next, ConversationError> {
        match &self.state {
            State::Done(reply) => return Ok(Next::Done((**reply).clone())),
            State::Stopped(what) => return Err(self.error(what)),
            State::WaitFirst(wait_ms) => {
                let wait_ms = *wait_ms;
                self.state = State::Ready;
                return Ok(Next::Wait { wait_ms });
            }
            State::Sent => {
                let silent = self.steps.get(self.at).is_some_and(|s| s.reply.is_none());
                if !silent {
                    return Err(self.error("the reply is missing"));
                }
                // A dropped file has no reply: it is in the bank's folder, which is all we know.
                self.advance(&Values::default());
                if !matches!(self.state, State::Ready) {
                    return self.next(crypto);
                }
            }
            State::Ready => {}
        }
        let Some(step) = self.steps.get(self.at) else {
            return Err(self.error("there is no further step"));
        };
        if let (Some(values), Some(pages)) = (&mut self.values, &step.pages) {
            values.set(Field::PageFirst, (self.rows.len() + 1).to_string());
            values.set(Field::PageRows, pages.rows.to_string());
        }
        let Some(values) = &self.values else {
            let fault = WriteFault::Form {
                place: Field::FileTotal.to_string(),
            };
            return Err(self.misfit(&(fault, None)));
        };
        let said = (values, self.lines);
        let outgoing = match self.part {
            // Every part fits before the first one leaves.
            0 => self.adapter.outgoing_parts(step, said, crypto),
            at => {
                let part = self.adapter.outgoing_part(step, said, at, crypto);
                part.map(|outgoing| vec![outgoing])
            }
        };
        let outgoing = outgoing.map_err(|fault| self.misfit(&fault))?;
        let Some(outgoing) = outgoing.into_iter().next() else {
            return Err(self.error("the step has no message"));
        };
        self.instructed |= outgoing.instructs;
        self.state = State::Sent;
        Ok(Next::Send(outgoing))
    }

    fn misfit(&self, (fault, row_no): &(WriteFault, Option<u32>)) -> ConversationError {
        let mut error = self.error(&fault.to_string());
        let ours = matches!(fault, WriteFault::Crypto(_) | WriteFault::Missing { .. });
        if !self.instructed && !ours {
            error.certainty = Certainty::Refused;
        }
        error.findings.push(fault.finding(*row_no));
        error
    }

    /// Takes the reply of the step that was sent.
    ///
    /// # Errors
    /// `Unreadable`; the gateway then treats the step as without an answer.
    pub fn feed(&mut self, reply: &[u8], crypto: &dyn Crypto) -> Result<(), Unreadable> {
        if !matches!(self.state, State::Sent) {
            return Err(unreadable("no reply is awaited"));
        }
        let message = self.steps.get(self.at).and_then(|step| step.reply.as_ref());
        let message = message.ok_or_else(|| unreadable("the step has no reply"))?;
        let around = Around {
            crypto,
            charset: self.adapter.charset_in(),
        };
        self.check_md5(reply)?;
        let reply = self.adapter.tidy(reply);
        let mut said = message.read(&reply, Reading::Whole, around)?;
        self.refuse_foreign(&said)?;
        self.refuse_nameless(message, &said)?;
        // A stored file must say the same of its totals when it is read again.
        let step = self.steps.get(self.at);
        let file = step.is_some_and(|step| matches!(step.wire, WireRule::Fetch(_)));
        if self.kind != FlowKind::Submit && !file {
            self.keep_totals(&mut said);
        }
        if let Some(values) = &mut self.values {
            for (name, value) in &said.captured {
                values.captured.insert(name.clone(), value.clone());
            }
            // The first number that the bank gave is the one by which it knows the batch.
            if let Some(number) = said.text(Field::BankBatchNo)
                && values.text(Field::BankBatchNo).is_none()
            {
                values.set(Field::BankBatchNo, number);
            }
        }
        if let Some(step) = self.steps.get(self.at) {
            self.keep_known(step, &said);
        }
        if let Some(said) = self.with_pages(said)? {
            self.advance(&said);
        }
        Ok(())
    }

    /// A fetched file is the one that the bank's answer named.
    fn check_md5(&self, reply: &[u8]) -> Result<(), Unreadable> {
        let named = self.steps.get(self.at).and_then(|step| step.md5.as_ref());
        let Some(name) = named else { return Ok(()) };
        let told = self.values.as_ref().and_then(|v| v.captured.get(name));
        match told {
            Some(told) if told.eq_ignore_ascii_case(&md5_hex(reply)) => Ok(()),
            Some(_) | None => Err(unreadable("the file's MD5 is not the one that was told")),
        }
    }

    /// What one answer of a query states of the whole holds for the rows of the next.
    fn keep_totals(&mut self, said: &mut Values) {
        for (_, field) in GROUPS.iter().flat_map(Group::totals) {
            match (said.head.get(&field), self.totals.get(&field)) {
                (Some(stated), _) => {
                    self.totals.insert(field, stated);
                }
                (None, Some(kept)) => {
                    said.head.insert(field, kept);
                }
                (None, None) => {}
            }
        }
    }

    fn advance(&mut self, said: &Values) {
        let Some(step) = self.steps.get(self.at) else {
            return;
        };
        if self.begins_again(step, said) {
            (self.at, self.polls, self.state) = (0, 0, State::Ready);
            return;
        }
        let last = self.at + 1 == self.steps.len();
        let request = self.adapter.request_outcome(&step.codes, said);
        let refused = step.reply.is_some() && request != Outcome::Accepted;
        let batch = batch_code(said);
        let listed = |codes: &[String]| batch.as_ref().is_some_and(|b| codes.contains(b));
        if let Some(poll) = step.poll.as_ref().filter(|_| !refused)
            && !listed(&poll.until)
        {
            self.polls += 1;
            self.state = if self.polls < poll.count_max {
                State::WaitFirst(poll.wait_ms)
            } else {
                State::Stopped("the bank did not finish the step in time".to_owned())
            };
            return;
        }
        if !refused && self.next_part(step) {
            return;
        }
        if refused && self.part > 0 {
            self.state = State::Stopped("the bank refused a part of the file".to_owned());
            return;
        }
        let ends = step.go_on.as_ref().is_some_and(|codes| !listed(codes));
        let instructed = self.instructed || self.kind != FlowKind::Submit;
        if last || ends || (refused && instructed) {
            let reply = match self.kind {
                FlowKind::Submit => Reply::Receipt(self.adapter.receipt(&step.codes, said)),
                FlowKind::Query | FlowKind::Returns => {
                    let days = self.values.as_ref().and_then(Days::of);
                    let result = self.adapter.result(&step.codes, said, days);
                    Reply::Result(self.beside_known(result))
                }
            };
            self.state = State::Done(Box::new(self.with_captured(reply)));
        } else if refused {
            self.state = State::Stopped("the bank refused the step".to_owned());
        } else {
            self.polls = 0;
            self.part = 0;
            self.at += 1;
            let next = self.steps.get(self.at);
            self.state = match next.map_or(0, |step| step.wait_ms) {
                0 => State::Ready,
                wait_ms => State::WaitFirst(wait_ms),
            };
        }
    }

    /// The bank asks for the first step again; never once the file is instructed.
    fn begins_again(&mut self, step: &StepRule, said: &Values) -> bool {
        let code = said.text(Field::ReplyCode);
        let asked = step.again.as_ref().is_some_and(|again| {
            let listed = code.is_some_and(|code| again.codes.iter().any(|own| own == code));
            listed && !self.instructed && self.rounds < again.count_max
        });
        self.rounds += u32::from(asked);
        asked
    }

    /// Goes on to the next part of the step, if there is one.
    fn next_part(&mut self, step: &StepRule) -> bool {
        let (Some(rule), Some(values)) = (&step.parts, &self.values) else {
            return false;
        };
        if self.part + 1 >= rule.count(self.lines) {
            return false;
        }
        // Without it the bank would take the next part for the first of another file.
        self.state = if values.captured.contains_key(&rule.number) {
            self.part += 1;
            State::Ready
        } else {
            State::Stopped("the bank gave no number for the further parts".to_owned())
        };
        true
    }

    /// Values given on the way belong to the reply: the next questions need them. A result keeps
    /// the bank's number of the batch, where the receipt that gave it was lost.
    fn with_captured(&self, mut reply: Reply) -> Reply {
        let captures = &self.adapter.dialect.capture;
        let (given, of_receipt) = match &mut reply {
            Reply::Receipt(receipt) => (&mut receipt.references, true),
            Reply::Result(result) => (&mut result.references, false),
        };
        let kept = |name: &str| match of_receipt {
            true => self.adapter.keeps(name),
            false => captures.iter().any(|c| c.names_batch && c.name == name),
        };
        let known = self.values.iter().flat_map(|values| &values.captured);
        for (name, value) in known.filter(|(name, _)| kept(name)) {
            let entry = given.entry(name.clone());
            entry.or_insert_with(|| value.clone());
        }
        reply
    }
}
