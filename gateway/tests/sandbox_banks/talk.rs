//! What is said to a bank over its channel, and what it answers.

use super::lines_of;
use adapters::exchange::{Next, PaymentOrder, Reply, ResultFile, StatusQuery, Wire};
use adapters::{BankAdapter, Conversation};
use gateway::channel::{Channel, Endpoints};
use gateway::keys::BankKeys;
use std::collections::BTreeMap;
use std::time::Duration;

/// One conversation over the channel; `None` when the bank broke it off.
pub async fn converse(
    channel: &Endpoints,
    keys: &BankKeys,
    mut conversation: Conversation<'_>,
) -> Option<Reply> {
    loop {
        match conversation.next(keys).ok()? {
            Next::Done(reply) => return Some(reply),
            Next::Wait { .. } => tokio::time::sleep(Duration::from_millis(1)).await,
            Next::Send(outgoing) => {
                let answer = channel.send(&outgoing).await.ok()?;
                if matches!(outgoing.wire, Wire::Drop { .. }) {
                    continue;
                }
                conversation.feed(&answer, keys).unwrap();
            }
        }
    }
}

pub fn question(
    adapter: &BankAdapter,
    order: &PaymentOrder,
    references: &BTreeMap<String, String>,
    query_no: u32,
) -> StatusQuery {
    StatusQuery {
        file_no: order.file_no,
        query_no,
        bank_date: order.bank_date,
        instructed_at: order.instructed_at,
        asked_at: order.instructed_at,
        payer_account: order.payer_account,
        payer_name: order.payer_name.clone(),
        pay_month: order.pay_month,
        count: lines_of(adapter),
        total: order.total().unwrap(),
        connection: order.connection.clone(),
        references: references.clone(),
    }
}

pub async fn ask(
    channel: &Endpoints,
    keys: &BankKeys,
    adapter: &BankAdapter,
    order: &PaymentOrder,
    references: &BTreeMap<String, String>,
    query_no: u32,
) -> Option<ResultFile> {
    let query = question(adapter, order, references, query_no);
    match converse(channel, keys, adapter.query(&query)).await? {
        Reply::Result(result) => Some(result),
        Reply::Receipt(_) => panic!("a question is not answered by a receipt"),
    }
}
