//! An adapter and its bank side talk without a gateway: for the conformance cases.

use crate::bank::{incoming, result_bytes, row};
use crate::keys::{keys, wanted};
use crate::orders::{order, query};
use adapters::exchange::{
    ConversationError, LineOutcome, Next, Outcome, Outgoing, PaymentOrder, StatusQuery,
};
use adapters::{BankAdapter, BankLine, BankReply, BankRequest};
use gateway::keys::BankKeys;

/// One bank with its keys and an order of four lines.
pub struct Talk {
    /// The adapter.
    pub adapter: &'static BankAdapter,
    /// Keys of both sides.
    pub keys: BankKeys,
    /// An order that fits.
    pub order: PaymentOrder,
}

impl Talk {
    /// A bank and an order of four lines.
    #[must_use]
    pub fn with(adapter: &'static BankAdapter) -> Self {
        let order = order(adapter, 4);
        let query = query(&order, adapter.bank_side().references(order.file_no));
        let keys = keys(&wanted(adapter, &order, &query));
        Self {
            adapter,
            keys,
            order,
        }
    }

    /// The question about the order.
    #[must_use]
    pub fn query(&self) -> StatusQuery {
        query(
            &self.order,
            self.adapter.bank_side().references(self.order.file_no),
        )
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
        side.write_push_of(self.order.file_no, reply, &self.keys)
            .unwrap()
    }

    /// The bytes of a push with these lines.
    #[must_use]
    pub fn push(&self, lines: Vec<LineOutcome>) -> Vec<u8> {
        self.pushed(&BankReply::result(lines))
    }

    /// The bytes of a receipt.
    #[must_use]
    pub fn receipt(&self, outcome: Outcome) -> Vec<u8> {
        let messages = self.submit(&self.order).unwrap();
        let answered = messages.iter().rfind(|(_, request)| request.has_reply);
        let (_, request) = answered.expect("a submission is answered");
        let side = self.adapter.bank_side();
        side.write_reply(request, &BankReply::of(outcome), &self.keys)
            .unwrap()
    }
}
