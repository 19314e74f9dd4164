//! Carries one conversation through: each message is durable in the journal before it leaves
//! (M2, M8), each answer before it is believed.

use super::ending::{self, Ending};
use super::gate::still_free;
use super::{ACTOR, DispatchError, Dispatcher, order};
use crate::channel::{Certainty, SendError};
use crate::core::Fact;
use crate::event::{Event, Intent, Origin};
use crate::outcome::{self, Said, Useless};
use adapters::Conversation;
use adapters::exchange::{
    Certainty as FlowCertainty, ConversationError, Next, Outgoing, Reply, Wire,
};
use schemas::Severity;
use std::collections::BTreeSet;

/// Why a file whose order does not fit the bank's message ended.
const MISFIT: &str = "order_does_not_fit";

/// How a conversation ended short of a reply.
#[derive(Debug)]
enum Broken {
    /// Nothing that instructs has left.
    NotSent(String),
    /// Something that instructs may have left.
    MaybeSent(String),
    /// The next message can't be made: a key or a number of ours is missing.
    Unmade(ConversationError),
    /// What is asked for does not fit into the bank's message.
    Misfit(ConversationError),
    /// Ours.
    Ours(DispatchError),
}

impl Broken {
    /// What it comes to where a message that instructs may have left in the conversation before:
    /// whatever came after it, the file is perhaps sent (M1).
    fn after(self, instructed: bool) -> Self {
        match self {
            Self::NotSent(why) if instructed => Self::MaybeSent(why),
            Self::Unmade(error) if instructed => Self::MaybeSent(error.what),
            Self::Misfit(_) if instructed => Self::MaybeSent(MISFIT.to_owned()),
            Self::NotSent(_)
            | Self::MaybeSent(_)
            | Self::Unmade(_)
            | Self::Misfit(_)
            | Self::Ours(_) => self,
        }
    }
}

impl<E: Into<DispatchError>> From<E> for Broken {
    fn from(error: E) -> Self {
        Self::Ours(error.into())
    }
}

impl Dispatcher {
    /// Writes the intent and submits the file. A new intent gets its number here. The first
    /// message is made before the intent is recorded: where a mandate or a key is gone, nothing
    /// is recorded and the lines stay released. The same where they may not be intended any more.
    pub(super) async fn intend_and_submit(&self, intent: &Intent) -> Result<(), DispatchError> {
        let mut intent = intent.clone();
        let is_new = intent.file_no == 0;
        let Some(adapter) = self.adapter_of(&intent) else {
            return Ok(());
        };
        let mut order = order::order_of(&self.core, &self.bank, &self.mandates, &intent)?;
        loop {
            if is_new {
                intent.file_no = self.core.desk().next_file_no();
                order.file_no = intent.file_no;
            }
            let mut conversation = adapter.submit(&order);
            let first = match conversation.next(&self.bank.keys) {
                Err(error) if error.certainty == FlowCertainty::NotSent => {
                    return Err(DispatchError::Message(error));
                }
                first => first,
            };
            {
                let mut desk = self.core.desk();
                if is_new && desk.next_file_no() != intent.file_no {
                    // Another bank's file took the number meanwhile; the message carries it.
                    continue;
                }
                // Between the decision and here the batch may have been withdrawn, and the bank's
                // day may have ended.
                if !still_free(&desk, &intent) || !self.is_bank_day(&intent) {
                    return Ok(());
                }
                desk.record(ACTOR, Event::FileIntended(Box::new(intent.clone())))?;
            }
            let (ended, asked_at) = self
                .converse(intent.file_no, &mut conversation, Some(first))
                .await;
            return match ended {
                Ok(reply) => {
                    // What could not be recorded is asked about; the file does not stay as if
                    // its message were under way.
                    let said = self.heard(intent.file_no, &reply, asked_at);
                    said.or_else(|error| self.broken(intent.file_no, Broken::Ours(error)))
                }
                Err(broken) => self.broken(intent.file_no, broken),
            };
        }
    }

    /// Asks the bank about a file.
    pub(super) async fn query(&self, file_no: u64) -> Result<(), DispatchError> {
        let Some(file) = self.core.desk().file(file_no).cloned() else {
            return Ok(());
        };
        let Some(adapter) = self.adapter_of(&file.intent) else {
            return Ok(());
        };
        let query = order::query_of(&self.core, &self.bank, &self.mandates, &file)?;
        let mut question = adapter.query(&query);
        let (answer, asked_at) = self.answer_to(file_no, &mut question).await;
        if let Ok(Some(reply)) = answer {
            return self.heard(file_no, &reply, asked_at);
        }
        // What the bank said before the question came to nothing is its word all the same.
        if let Some(known) = question.known() {
            self.heard(file_no, &Reply::Result(known), asked_at)?;
        }
        answer.map(|_| ())
    }

    /// The answer to a question, and the sequence of our first message of it. A question that gets
    /// none changes nothing but by what [`Conversation::known`] has; the next one is due by the
    /// pace.
    ///
    /// # Errors
    /// Ours, and a question that can't be made: nobody would hear of the file any more.
    pub(super) async fn answer_to(
        &self,
        file_no: u64,
        question: &mut Conversation<'_>,
    ) -> (Result<Option<Reply>, DispatchError>, Option<u64>) {
        let (ended, asked_at) = self.converse(file_no, question, None).await;
        let answer = match ended {
            Ok(reply) => Ok(Some(reply)),
            Err(Broken::Ours(error)) => Err(error),
            Err(Broken::Unmade(error) | Broken::Misfit(error)) => {
                Err(DispatchError::Message(error))
            }
            Err(Broken::NotSent(_) | Broken::MaybeSent(_)) => Ok(None),
        };
        (answer, asked_at)
    }

    /// The bank's reply, and the sequence of our message that it answers. `first`: what the
    /// conversation said already.
    async fn converse(
        &self,
        file_no: u64,
        conversation: &mut Conversation<'_>,
        first: Option<Result<Next, ConversationError>>,
    ) -> (Result<Reply, Broken>, Option<u64>) {
        let (mut instructed, mut asked_at) = (false, None);
        let said = (&mut instructed, &mut asked_at);
        let ended = self.talk(file_no, conversation, first, said).await;
        (ended.map_err(|broken| broken.after(instructed)), asked_at)
    }

    /// As [`Dispatcher::converse`]; `instructed` becomes true when a message that instructs may
    /// have left, and `asked_at` the sequence of the message that the reply answers.
    async fn talk(
        &self,
        file_no: u64,
        conversation: &mut Conversation<'_>,
        mut first: Option<Result<Next, ConversationError>>,
        (instructed, asked_at): (&mut bool, &mut Option<u64>),
    ) -> Result<Reply, Broken> {
        let returns = conversation.asks_returns();
        loop {
            let next = first.take();
            let next = next.unwrap_or_else(|| conversation.next(&self.bank.keys));
            match next.map_err(unmade)? {
                Next::Done(reply) => return Ok(reply),
                Next::Wait { wait_ms } => {
                    self.core.clock().sleep(self.pace.wait(wait_ms)).await;
                }
                Next::Send(outgoing) => {
                    // Before the last gate: what is said in this time still counts.
                    self.bank.channel.ready(&outgoing).await;
                    let kind = (asked_at.is_some(), returns);
                    let left_at = self.leave(file_no, &outgoing, kind).await?;
                    // The answer to a question is as old as what it said first.
                    if asked_at.is_none() || outgoing.instructs {
                        *asked_at = Some(left_at);
                    }
                    let sent = self.bank.channel.send(&outgoing).await;
                    self.core.reached(self.code(), may_have_left(&sent));
                    *instructed |= outgoing.instructs && may_have_left(&sent);
                    let answer = match sent {
                        Ok(answer) => answer,
                        Err(error) => {
                            // What came of a broken answer is evidence all the same (M8).
                            if !error.received.is_empty() {
                                self.keep_answer(file_no, &outgoing.step, &error.received)?;
                                self.broke_off(file_no, returns)?;
                            }
                            return Err(Broken::NotSent(error.kind.as_str().to_owned()));
                        }
                    };
                    self.keep_answer(file_no, &outgoing.step, &answer)?;
                    if answer.is_empty() && matches!(outgoing.wire, Wire::Drop { .. }) {
                        continue;
                    }
                    if let Err(unreadable) = conversation.feed(&answer, &self.bank.keys) {
                        let useless = match unreadable.of_another_file {
                            true => Useless::OfAnotherFile,
                            false => Useless::unreadable(returns),
                        };
                        outcome::useless_answer(&self.core, self.code(), file_no, useless)?;
                        let why = format!("unreadable answer to {}: {unreadable}", outgoing.step);
                        return Err(Broken::NotSent(why));
                    }
                }
            }
        }
    }

    /// The message is in the journal, durable, before its first byte leaves. Gives its sequence.
    async fn leave(
        &self,
        file_no: u64,
        outgoing: &Outgoing,
        (continues, returns): (bool, bool),
    ) -> Result<u64, Broken> {
        let event = Event::MessageLeaving {
            file_no,
            step: outgoing.step.clone(),
            instructs: outgoing.instructs,
            digest: crate::sha256_hex(&outgoing.bytes),
            signature: outgoing.signature.clone(),
            continues,
            returns,
        };
        let fact = Fact::sealed(event, &self.owner(file_no), outgoing.bytes.clone());
        let prepared = self.core.prepare(fact)?;
        let sequence = {
            // One lock: what is asked still holds when the record is written.
            let mut desk = self.core.desk();
            if outgoing.instructs {
                self.may_leave(&desk, file_no)
                    .map_err(|why| Broken::NotSent(why.to_owned()))?;
            }
            desk.record_prepared(ACTOR, &prepared)?
        };
        self.core.durable(sequence).await?;
        Ok(sequence)
    }

    fn keep_answer(&self, file_no: u64, step: &str, answer: &[u8]) -> Result<(), DispatchError> {
        let event = Event::MessageAnswered {
            file_no,
            step: step.to_owned(),
            digest: crate::sha256_hex(answer),
        };
        let fact = Fact::sealed(event, &self.owner(file_no), answer.to_vec());
        self.core.record(&outcome::actor(self.code()), fact)?;
        Ok(())
    }

    /// The data-key owner of a file's messages: the employer.
    fn owner(&self, file_no: u64) -> String {
        let desk = self.core.desk();
        let batch = desk
            .file(file_no)
            .and_then(|file| desk.batch(file.intent.batch));
        batch.map_or_else(
            || format!("bank:{}", self.code()),
            |b| b.head.employer.to_string(),
        )
    }

    fn heard(
        &self,
        file_no: u64,
        reply: &Reply,
        asked_at: Option<u64>,
    ) -> Result<(), DispatchError> {
        let (origin, said) = match reply {
            Reply::Receipt(receipt) => (Origin::Receipt, Said::Receipt(receipt)),
            Reply::Result(result) => {
                let said = Said::Result {
                    result,
                    not_found_is_final: self.not_found_is_final(file_no),
                };
                (Origin::Result, said)
            }
        };
        let source = outcome::Source {
            origin,
            message: None,
            asked_at,
            came: None,
        };
        outcome::apply_from(&self.core, file_no, source, said)?;
        Ok(())
    }

    fn broken(&self, file_no: u64, broken: Broken) -> Result<(), DispatchError> {
        match broken {
            Broken::Ours(error) => {
                // The intent stands; what left is in the journal. Recovery reads it there.
                super::recovery::settle(&self.core, file_no, Origin::Channel)?;
                Err(error)
            }
            Broken::NotSent(why) => self.ended(file_no, &why, Ending::NotSent),
            Broken::MaybeSent(why) => self.ended(file_no, &why, Ending::MaybeSent),
            Broken::Unmade(error) => {
                self.ended(file_no, &error.what, Ending::NotSent)?;
                Err(DispatchError::Message(error))
            }
            Broken::Misfit(error) => self.ended(file_no, MISFIT, Ending::Misfit(&rows_of(&error))),
        }
    }

    fn ended(&self, file_no: u64, why: &str, ending: Ending<'_>) -> Result<(), DispatchError> {
        let mut desk = self.core.desk();
        ending::record(&mut desk, file_no, Origin::Channel, why, ending)?;
        Ok(())
    }
}

fn unmade(error: ConversationError) -> Broken {
    match error.certainty {
        FlowCertainty::NotSent => Broken::Unmade(error),
        FlowCertainty::MaybeSent => Broken::MaybeSent(error.what),
        FlowCertainty::Refused => Broken::Misfit(error),
    }
}

/// The rows that don't fit, as far as they are named.
fn rows_of(misfit: &ConversationError) -> BTreeSet<u32> {
    let findings = misfit.findings.iter();
    findings
        .filter(|finding| finding.severity == Severity::Error)
        .filter_map(|finding| finding.row)
        .collect()
}

/// Whether a byte of a message can have left.
fn may_have_left(sent: &Result<Vec<u8>, SendError>) -> bool {
    !matches!(sent, Err(error) if error.certainty == Certainty::NotSent)
}

#[cfg(test)]
mod tests;
