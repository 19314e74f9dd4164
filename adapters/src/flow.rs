//! Conversations: the steps of a submission or a query, without a socket.

use crate::adapter::BankAdapter;
use crate::definition::dialect::StepRule;
use crate::exchange::{
    Certainty, ConversationError, Crypto, Next, Outcome, Outgoing, Reply, Unreadable,
};
use crate::layout::atom::WriteContext;
use crate::layout::fault::{WriteFault, unreadable};
use crate::layout::field::Field;
use crate::layout::values::Values;
use crate::wire::layer::Around;
use crate::wire::{Reading, md5_hex};

/// Which flow a conversation goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlowKind {
    Submit,
    Query,
}

/// One submission or one query, step by step: `next` says what to do, `feed` takes the reply.
pub struct Conversation<'a> {
    adapter: &'a BankAdapter,
    kind: FlowKind,
    steps: &'a [StepRule],
    values: Option<Values>,
    at: usize,
    polls: u32,
    state: State,
    instructed: bool,
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
    pub(crate) fn new(adapter: &'a BankAdapter, kind: FlowKind, values: Option<Values>) -> Self {
        let steps = match kind {
            FlowKind::Submit => &adapter.dialect.submit,
            FlowKind::Query => &adapter.dialect.query,
        };
        Self {
            adapter,
            kind,
            steps,
            values,
            at: 0,
            polls: 0,
            state: State::Ready,
            instructed: false,
        }
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
        let Some(values) = &self.values else {
            let fault = WriteFault::Form {
                place: Field::FileTotal.to_string(),
            };
            return Err(self.misfit(&(fault, None)));
        };
        let outgoing = self
            .adapter
            .outgoing(step, values, crypto)
            .map_err(|fault| self.misfit(&fault))?;
        self.instructed |= step.instructs;
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
        let said = message.read(&reply, Reading::Whole, around)?;
        self.refuse_foreign(&said)?;
        if let Some(values) = &mut self.values {
            for (name, value) in &said.captured {
                values.captured.insert(name.clone(), value.clone());
            }
            // The first number that the bank gave is the one by which it knows the batch.
            if let Some(number) = said.text(Field::BankBatchNo) {
                let known = values.head.entry(Field::BankBatchNo);
                known.or_insert_with(|| number.to_owned());
            }
        }
        self.advance(&said);
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

    /// A reply that names another file of ours is not the answer to this one.
    fn refuse_foreign(&self, said: &Values) -> Result<(), Unreadable> {
        let ours = self.values.as_ref().and_then(|v| v.text(Field::FileNo));
        match (said.text(Field::FileNo), ours) {
            (Some(theirs), Some(ours)) if theirs != ours => {
                let mut foreign = unreadable("the answer names another file");
                foreign.of_another_file = true;
                Err(foreign)
            }
            (Some(_) | None, _) => Ok(()),
        }
    }

    fn advance(&mut self, said: &Values) {
        let Some(step) = self.steps.get(self.at) else {
            return;
        };
        let last = self.at + 1 == self.steps.len();
        let request = self.adapter.request_outcome(&step.codes, said);
        let refused = step.reply.is_some() && request != Outcome::Accepted;
        let batch = said.text(Field::BatchCode);
        let listed = |codes: &[String]| batch.is_some_and(|b| codes.iter().any(|c| c == b));
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
        let ends = step.go_on.as_ref().is_some_and(|codes| !listed(codes));
        let instructed = self.instructed || self.kind == FlowKind::Query;
        if last || ends || (refused && instructed) {
            let reply = match self.kind {
                FlowKind::Submit => Reply::Receipt(self.adapter.receipt(&step.codes, said)),
                FlowKind::Query => Reply::Result(self.adapter.result(&step.codes, said)),
            };
            self.state = State::Done(Box::new(self.with_captured(reply)));
        } else if refused {
            self.state = State::Stopped("the bank refused the step".to_owned());
        } else {
            self.polls = 0;
            self.at += 1;
            let next = self.steps.get(self.at);
            self.state = match next.map_or(0, |step| step.wait_ms) {
                0 => State::Ready,
                wait_ms => State::WaitFirst(wait_ms),
            };
        }
    }

    /// Values given on the way belong to the receipt: the query needs them.
    fn with_captured(&self, mut reply: Reply) -> Reply {
        if let (Reply::Receipt(receipt), Some(values)) = (&mut reply, &self.values) {
            let kept = values.captured.iter();
            for (name, value) in kept.filter(|(name, _)| self.adapter.keeps(name)) {
                let entry = receipt.references.entry(name.clone());
                entry.or_insert_with(|| value.clone());
            }
        }
        reply
    }
}

impl BankAdapter {
    /// One message of a step, complete.
    pub(crate) fn outgoing(
        &self,
        step: &StepRule,
        values: &Values,
        crypto: &dyn Crypto,
    ) -> Result<Outgoing, (WriteFault, Option<u32>)> {
        let around = Around {
            crypto,
            charset: self.charset_out(),
        };
        let written = step.request.write(values, around)?;
        let reply = step.reply.as_ref().map(crate::wire::Message::frame_end);
        let head = |fault| (fault, None);
        let wire = step
            .wire
            .wire(&written, reply, values, around)
            .map_err(head)?;
        let context = WriteContext {
            values,
            row: None,
            payload: None,
            payload_bytes: 0,
            charset: around.charset,
            forbidden: &[],
        };
        let name: Result<String, WriteFault> = step
            .file_name
            .iter()
            .map(|slot| slot.write(&context))
            .collect();
        Ok(Outgoing {
            step: step.name.clone(),
            file_name: name.map_err(head)?,
            wire,
            bytes: written.bytes,
            instructs: step.instructs,
            signature: step.signature(),
        })
    }
}
