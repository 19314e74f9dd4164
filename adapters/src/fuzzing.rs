//! The doors through which bytes from outside come: the same for fuzzing and for mutation tests.

use crate::Incoming;
use crate::definition::Book;
use crate::exchange::{Crypto, Outcome};
use schemas::BankCode;

/// Which message the bytes are taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// A receipt.
    Receipt,
    /// A result.
    Result,
    /// A pushed message.
    Push,
    /// A request, read from the bank's side through each of its doors.
    Request,
}

/// Reads any bytes; `None` where they are refused, else every outcome that they tell.
#[must_use]
pub fn decode_any(
    code: BankCode,
    door: Door,
    bytes: &[u8],
    crypto: &dyn Crypto,
) -> Option<Vec<Outcome>> {
    let adapter = Book::built_in().ok()?.adapter(code)?;
    match door {
        Door::Receipt => {
            let receipt = adapter.decode_receipt(bytes, crypto).ok()?;
            Some(vec![receipt.outcome])
        }
        Door::Result => {
            let result = adapter.decode_result(bytes, crypto).ok()?;
            Some(result.lines.iter().map(|line| line.outcome).collect())
        }
        Door::Push => {
            let push = adapter.decode_push(bytes, crypto).ok()?;
            Some(push.lines.iter().map(|line| line.outcome).collect())
        }
        Door::Request => {
            let side = adapter.bank_side();
            let read = side.doors().into_iter().any(|wire| {
                let bytes = bytes.to_vec();
                side.read_request(&Incoming { wire, bytes }, crypto).is_ok()
            });
            read.then(Vec::new)
        }
    }
}
