//! The bank's own chair reads the messages and answers: one line paid, one failed, one of which
//! nobody knows, and so on in turn.

use crate::command::adapter::PlaceholderKeys;
use adapters::exchange::{
    LineOutcome, Next, Outcome, Outgoing, PaymentOrder, Push, Receipt, Reply, ResultFile,
    StatusQuery,
};
use adapters::{BankAdapter, BankLine, BankReply, BankRequest, Incoming, RequestKind};
use schemas::FailureReason;

/// What the bank says of the lines, in turn.
const SAID: [Outcome; 3] = [
    Outcome::Paid,
    Outcome::Failed(FailureReason::AccountClosed),
    Outcome::Unknown,
];

/// Messages of one conversation at most: a bank that asks without end is not waited for.
const MESSAGES_MAX: usize = 64;

/// A message, and how the bank reads it.
pub(super) struct Sent {
    pub(super) out: Outgoing,
    pub(super) request: BankRequest,
}

/// What was said to and fro. What could not be played is not there, and why.
pub(super) struct Played<'a> {
    /// The dialect in which it is said.
    pub(super) adapter: &'a BankAdapter,
    /// Number of the bank file that is played.
    pub(super) file_no: u64,
    pub(super) sent: Vec<Sent>,
    pub(super) receipt: Option<Receipt>,
    pub(super) result: Option<ResultFile>,
    /// The bytes of the bank's last answer to a query.
    pub(super) result_bytes: Vec<u8>,
    pub(super) push: Option<Push>,
    pub(super) stopped: Option<String>,
}

/// Plays a submission, a query about it, and a push where the bank sends one.
pub(super) fn play<'a>(adapter: &'a BankAdapter, order: &PaymentOrder) -> Played<'a> {
    let mut played = Played {
        adapter,
        file_no: order.file_no,
        sent: Vec::new(),
        receipt: None,
        result: None,
        result_bytes: Vec::new(),
        push: None,
        stopped: None,
    };
    let stopped = submit(adapter, order, &mut played)
        .and_then(|lines| query(adapter, order, &lines, &mut played))
        .err();
    played.stopped = stopped;
    played
}

fn submit(
    adapter: &BankAdapter,
    order: &PaymentOrder,
    played: &mut Played<'_>,
) -> Result<Vec<BankLine>, String> {
    let (keys, side) = (PlaceholderKeys, adapter.bank_side());
    let mut conversation = adapter.submit(order);
    let mut lines: Vec<BankLine> = Vec::new();
    while played.sent.len() < MESSAGES_MAX {
        let out = match conversation.next(&keys).map_err(text)? {
            Next::Wait { .. } => continue,
            Next::Send(out) => out,
            Next::Done(reply) => {
                if let Reply::Receipt(receipt) = reply {
                    played.receipt = Some(receipt);
                }
                return Ok(lines);
            }
        };
        let request = side
            .read_request(&Incoming::from(&out), &keys)
            .map_err(text)?;
        if !request.lines.is_empty() {
            match request.continues {
                true => lines.extend(request.lines.iter().cloned()),
                false => lines.clone_from(&request.lines),
            }
        }
        if request.has_reply {
            let reply = BankReply::of(Outcome::Accepted);
            let bytes = side.write_reply(&request, &reply, &keys).map_err(text)?;
            conversation.feed(&bytes, &keys).map_err(text)?;
        }
        played.sent.push(Sent { out, request });
    }
    Err("the submission does not end".to_owned())
}

fn query(
    adapter: &BankAdapter,
    order: &PaymentOrder,
    lines: &[BankLine],
    played: &mut Played<'_>,
) -> Result<(), String> {
    let (keys, side) = (PlaceholderKeys, adapter.bank_side());
    let said: Vec<LineOutcome> = lines
        .iter()
        .zip(SAID.iter().cycle())
        .map(|(line, outcome)| line.told(*outcome))
        .collect();
    let query = asked(order, played.receipt.as_ref());
    let mut conversation = adapter.query(&query);
    let mut count = 0;
    while adapter.capability().query && count < MESSAGES_MAX {
        let out = match conversation.next(&keys).map_err(text)? {
            Next::Wait { .. } => continue,
            Next::Send(out) => out,
            Next::Done(reply) => {
                if let Reply::Result(result) = reply {
                    played.result = Some(result);
                }
                break;
            }
        };
        count += 1;
        let request = side
            .read_request(&Incoming::from(&out), &keys)
            .map_err(text)?;
        let reply = match request.kind {
            RequestKind::Query => BankReply {
                batch: Some(Outcome::Paid),
                ..BankReply::result(said.clone())
            },
            RequestKind::Step | RequestKind::Submit | RequestKind::Returns => {
                BankReply::of(Outcome::Accepted)
            }
        };
        if request.has_reply {
            let bytes = side.write_reply(&request, &reply, &keys).map_err(text)?;
            conversation.feed(&bytes, &keys).map_err(text)?;
            played.result_bytes = bytes;
        }
    }
    if adapter.capability().push {
        let reply = BankReply {
            bank_date: Some(order.bank_date),
            ..BankReply::result(said)
        };
        let bytes = side
            .write_push_of(order.file_no, &reply, &keys)
            .map_err(text)?;
        played.push = Some(adapter.decode_push(&bytes, &keys).map_err(text)?);
    }
    Ok(())
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn asked(order: &PaymentOrder, receipt: Option<&Receipt>) -> StatusQuery {
    StatusQuery {
        file_no: order.file_no,
        query_no: 1,
        bank_date: order.bank_date,
        instructed_at: order.instructed_at,
        asked_at: order.instructed_at + time::Duration::minutes(5),
        payer_account: order.payer_account,
        payer_name: order.payer_name.clone(),
        pay_month: order.pay_month,
        count: u32::try_from(order.lines.len()).unwrap_or(u32::MAX),
        total: order.total().unwrap_or_default(),
        connection: order.connection.clone(),
        references: receipt
            .map(|receipt| receipt.references.clone())
            .unwrap_or_default(),
    }
}
