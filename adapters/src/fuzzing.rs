//! The doors through which bytes from outside come: the same for fuzzing, for mutation tests and
//! for the hostile cases of every bank.

use crate::adapter::BankAdapter;
use crate::bank_side::{BankRequest, Incoming, IncomingWire};
use crate::definition::Book;
use crate::exchange::{Crypto, LineOutcome, Outcome, Push, Receipt, ResultFile, Unreadable};
use schemas::BankCode;

/// Which message the bytes are taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    /// A receipt.
    Receipt,
    /// A result.
    Result,
    /// A pushed message.
    Push,
    /// A request, read from the bank's side as it came; through each of the bank's doors where
    /// it is not said how.
    Request(Option<IncomingWire>),
}

impl Door {
    /// Every door, requests through each of the bank's own.
    #[must_use]
    pub fn all() -> [Self; 4] {
        [Self::Receipt, Self::Result, Self::Push, Self::Request(None)]
    }
}

/// What was read.
#[derive(Clone, Debug)]
pub enum Decoded {
    /// A receipt.
    Receipt(Receipt),
    /// A result.
    Result(ResultFile),
    /// A pushed message.
    Push(Push),
    /// A request.
    Request(Box<BankRequest>),
}

impl Decoded {
    /// What it says of single lines.
    #[must_use]
    pub fn lines(&self) -> &[LineOutcome] {
        match self {
            Self::Receipt(receipt) => &receipt.lines,
            Self::Result(result) => &result.lines,
            Self::Push(push) => &push.lines,
            Self::Request(_) => &[],
        }
    }

    /// Every outcome that it tells: of the whole, then of its lines.
    #[must_use]
    pub fn outcomes(&self) -> Vec<Outcome> {
        let whole = match self {
            Self::Receipt(receipt) => Some(receipt.outcome),
            Self::Result(result) => Some(result.outcome),
            Self::Push(_) | Self::Request(_) => None,
        };
        let lines = self.lines().iter().map(|line| line.outcome);
        whole.into_iter().chain(lines).collect()
    }

    /// Whether it says of anything that it is, or was, paid.
    #[must_use]
    pub fn pays(&self) -> bool {
        let paid = |outcome: &Outcome| matches!(outcome, Outcome::Paid | Outcome::Returned);
        self.outcomes().iter().any(paid)
    }
}

/// Reads any bytes.
///
/// # Errors
/// `Unreadable`, also where there is no such bank.
pub fn decode_any(
    code: BankCode,
    door: &Door,
    bytes: &[u8],
    crypto: &dyn Crypto,
) -> Result<Decoded, Unreadable> {
    let book = Book::built_in().ok();
    let adapter = book.and_then(|book| book.adapter(code));
    let adapter = adapter.ok_or_else(|| Unreadable::at("no such bank", 0))?;
    let read = adapter.read_by(|own| decode_at(own, door, bytes, crypto), |_| true);
    read.map(|(_, decoded)| decoded)
}

/// Reads any bytes at a bank of any book, of two dialects by that of its own accounts.
///
/// # Errors
/// `Unreadable`.
pub fn decode_at(
    adapter: &BankAdapter,
    door: &Door,
    bytes: &[u8],
    crypto: &dyn Crypto,
) -> Result<Decoded, Unreadable> {
    match door {
        Door::Receipt => Ok(Decoded::Receipt(adapter.decode_receipt(bytes, crypto)?)),
        Door::Result => Ok(Decoded::Result(adapter.decode_result(bytes, crypto)?)),
        Door::Push => Ok(Decoded::Push(adapter.decode_push(bytes, crypto)?)),
        Door::Request(wire) => request(adapter, wire.clone(), bytes, crypto),
    }
}

fn request(
    adapter: &BankAdapter,
    wire: Option<IncomingWire>,
    bytes: &[u8],
    crypto: &dyn Crypto,
) -> Result<Decoded, Unreadable> {
    let side = adapter.bank_side();
    let wires = wire.map_or_else(|| side.doors(), |wire| vec![wire]);
    let mut last = Unreadable::at("the bank has no door", 0);
    for wire in wires {
        let bytes = bytes.to_vec();
        match side.read_request(&Incoming { wire, bytes }, crypto) {
            Ok(request) => return Ok(Decoded::Request(Box::new(request))),
            Err(error) => last = error,
        }
    }
    Err(last)
}
