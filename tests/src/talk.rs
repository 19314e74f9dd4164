//! An adapter and its bank side talk without a gateway: for the conformance cases.

use crate::bank::{incoming, result_bytes, row};
use crate::keys::{keys, wanted};
use crate::orders::{order, query};
use adapters::exchange::{
    ConversationError, LineOutcome, Next, Outcome, Outgoing, PaymentOrder, StatusQuery,
};
use adapters::{BankAdapter, BankLine, BankReply, BankRequest, RequestKind};
use gateway::keys::BankKeys;
use schemas::FailureReason;

/// Whether a bank's pushed rows give a reason by a code of their own, beside their status.
#[must_use]
pub fn spells_reasons(adapter: &BankAdapter) -> bool {
    let failed = Outcome::Failed(FailureReason::AccountClosed);
    let explained = adapter.explain();
    let mut values = explained.iter().map(|each| each.value.as_str());
    adapter.bank_side().line_expressible(failed, true) == failed
        && values.any(|value| value.contains("row.code as "))
}

/// One bank with its keys and an order of four lines, or of one.
pub struct Talk {
    /// The adapter.
    pub adapter: &'static BankAdapter,
    /// Keys of both sides.
    pub keys: BankKeys,
    /// An order that fits.
    pub order: PaymentOrder,
}

impl Talk {
    /// A bank and an order of four lines, or as many as one file takes.
    #[must_use]
    pub fn with(adapter: &'static BankAdapter) -> Self {
        let order = order(adapter, 4);
        let query = query(&order, adapter.bank_side().references(order.file_no));
        let keys = keys(adapter, &wanted(adapter, &order, &query));
        Self {
            adapter,
            keys,
            order,
        }
    }

    /// One file takes one line: there are no rows to be told apart.
    #[must_use]
    pub fn is_of_one_line(&self) -> bool {
        self.adapter.limits().rows_max == 1
    }

    /// The question about the order.
    #[must_use]
    pub fn query(&self) -> StatusQuery {
        let side = self.adapter.bank_side();
        query(&self.order, side.references(self.order.file_no))
    }

    /// Submits `order`: every message and how the bank reads it.
    ///
    /// # Errors
    /// The conversation's: what does not fit.
    pub fn submit(
        &self,
        order: &PaymentOrder,
    ) -> Result<Vec<(Outgoing, BankRequest)>, ConversationError> {
        let side = self.adapter.bank_side();
        let mut conversation = self.adapter.submit(order);
        let mut messages = Vec::new();
        for _ in 0..20 {
            match conversation.next(&self.keys)? {
                Next::Done(_) => return Ok(messages),
                Next::Wait { .. } => {}
                Next::Send(out) => {
                    let request = side.read_request(&incoming(&out), &self.keys).unwrap();
                    if request.has_reply {
                        let reply = BankReply::of(Outcome::Accepted);
                        let bytes = side.write_reply(&request, &reply, &self.keys).unwrap();
                        conversation.feed(&bytes, &self.keys).unwrap();
                    }
                    messages.push((out, request));
                }
            }
        }
        panic!("the submission to {} does not end", self.adapter.code())
    }

    /// The lines of an order as the bank reads them.
    ///
    /// # Errors
    /// The conversation's.
    pub fn lines(&self, order: &PaymentOrder) -> Result<Vec<BankLine>, ConversationError> {
        let messages = self.submit(order)?;
        let mut read = messages.into_iter().map(|(_, request)| request.lines);
        Ok(read.rfind(|lines| !lines.is_empty()).unwrap_or_default())
    }

    /// The bank's words on the order's lines, one outcome a line in turn.
    #[must_use]
    pub fn told(&self, outcomes: &[Outcome]) -> Vec<LineOutcome> {
        let line = |line: &adapters::exchange::OrderLine| BankLine {
            row_no: Some(line.row_no),
            name: line.name.clone(),
            account: line.account,
            amount: line.amount,
            memo: None,
        };
        let lines = self.order.lines.iter().zip(outcomes.iter().cycle());
        lines.map(|(own, said)| row(&line(own), *said)).collect()
    }

    /// The bytes of a result with these lines.
    #[must_use]
    pub fn result(&self, batch: Outcome, lines: Vec<LineOutcome>) -> Vec<u8> {
        let reply = BankReply {
            batch: Some(batch),
            ..BankReply::result(lines)
        };
        self.answer(&reply)
    }

    /// The bytes of a reply to the question.
    #[must_use]
    pub fn answer(&self, reply: &BankReply) -> Vec<u8> {
        result_bytes(self.adapter, &self.query(), reply, &self.keys)
    }

    /// The bytes of a push with the lines and totals of a reply.
    #[must_use]
    pub fn pushed(&self, reply: &BankReply) -> Vec<u8> {
        let side = self.adapter.bank_side();
        let reply = BankReply {
            bank_date: Some(self.order.bank_date),
            ..reply.clone()
        };
        side.write_push_of(self.order.file_no, &reply, &self.keys)
            .unwrap()
    }

    /// The bytes of a push with these lines.
    #[must_use]
    pub fn push(&self, lines: Vec<LineOutcome>) -> Vec<u8> {
        self.pushed(&BankReply::result(lines))
    }

    /// The bytes of a receipt: of the answer to the instruction, where it has one.
    #[must_use]
    pub fn receipt(&self, outcome: Outcome) -> Vec<u8> {
        let messages = self.submit(&self.order).unwrap();
        let mut answers = messages.iter().filter(|(_, request)| request.has_reply);
        let instruction = |(_, request): &&(_, BankRequest)| request.kind == RequestKind::Submit;
        let answered = answers.clone().find(instruction).or(answers.next_back());
        let (_, request) = answered.expect("a submission is answered");
        let side = self.adapter.bank_side();
        side.write_reply(request, &BankReply::of(outcome), &self.keys)
            .unwrap()
    }
}
