//! Messages that banks push: stored, applied, closed, receipted.

mod again;
mod reading;

pub use again::read_again;

use super::stray::Stray;
use super::{Mismatch, Said, Source, actor, apply_from, groups};
use crate::book::{Book, Came, PushedMessage};
use crate::core::{Core, CoreError, Fact};
use crate::event::{Event, Origin};
use adapters::BankAdapter;
use adapters::exchange::{
    Answer, AsOf, Crypto, Flaw, LineOutcome, Push, PushReceipt, Receipt, ResultFile,
};
use reading::{file_speaker, understand};
use schemas::value::BankCode;

/// Which message a bank pushes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// Disbursement records.
    Push,
    /// A result file.
    Result,
    /// A late receipt.
    Receipt,
}

impl MessageKind {
    /// The word of the public contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Result => "result",
            Self::Receipt => "receipt",
        }
    }

    /// Which of a bank's messages it is.
    #[must_use]
    pub fn answer(self) -> Answer {
        match self {
            Self::Push => Answer::Push,
            Self::Result => Answer::Result,
            Self::Receipt => Answer::Receipt,
        }
    }

    /// Reads the word of the public contract.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Push, Self::Result, Self::Receipt]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// The answer to a pushed message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Journal sequence of the message: what the receipt and its header name.
    pub sequence: u64,
    /// Journal sequence of the last record about it: durable before the receipt leaves.
    pub last_sequence: u64,
    /// The receipt in the bank's own dialect.
    pub receipt: Vec<u8>,
    /// The same bytes came before: the same receipt, no second effect.
    pub replayed: bool,
}

/// The data-key owner of what a bank sends unasked.
fn owner_of(bank: BankCode) -> String {
    format!("bank:{bank}")
}

/// Takes a message that a bank pushed: stores it, applies it, receipts it.
///
/// The bank is its certificate's, never the message's: a file of another bank is unmatched.
///
/// # Errors
/// Ours only; what can't be read is stored, listed and receipted as such.
pub fn receive(
    core: &Core,
    adapter: &BankAdapter,
    crypto: &dyn Crypto,
    kind: MessageKind,
    bytes: &[u8],
) -> Result<Received, CoreError> {
    receive_at(core, adapter, crypto, (kind, bytes), None)
}

/// As [`receive`], of a message that lay in a folder: when it may have come by the journal sequence
/// of the next record then. It is as old as that, however late it is taken.
///
/// # Errors
/// As [`receive`].
pub fn receive_found(
    core: &Core,
    adapter: &BankAdapter,
    crypto: &dyn Crypto,
    (kind, bytes): (MessageKind, &[u8]),
    came: Came,
) -> Result<Received, CoreError> {
    receive_at(core, adapter, crypto, (kind, bytes), Some(came))
}

fn receive_at(
    core: &Core,
    adapter: &BankAdapter,
    crypto: &dyn Crypto,
    (kind, bytes): (MessageKind, &[u8]),
    found: Option<Came>,
) -> Result<Received, CoreError> {
    let bank = adapter.code();
    let digest = crate::sha256_hex(bytes);
    let key = format!("{}:{digest}", kind.as_str());
    let (reader, understood) = understand(core, adapter, crypto, kind, bytes).unzip();
    let _one_at_a_time = core.receiving(bank);
    let (earlier, told) = {
        let desk = core.desk();
        (desk.pushed(bank, &key).cloned(), desk.sequence())
    };
    let is_news = |message: &PushedMessage| message.is_unread() && understood.is_some();
    let (taken, accepted, replayed) = match earlier {
        // What was receipted stands, whatever keys and files there are today.
        Some(message) if !is_news(&message) => {
            let taken = Taken {
                sequence: message.sequence,
                // Its closing record may not be durable yet: the one who sent it first waits too.
                last: told,
                file_no: message.file_no,
            };
            (taken, !message.is_unread(), true)
        }
        unread => {
            let since = Since {
                again: unread.map(|message| message.sequence),
                found,
            };
            let stored = (kind.as_str(), key, bytes);
            let taken = take(core, bank, stored, understood.as_ref(), since)?;
            (taken, understood.is_some(), false)
        }
    };
    let speaker = file_speaker(core, adapter, taken.file_no).flatten();
    let speaker = speaker.or(reader).or(adapter.by_dialect().next());
    let receipt = speaker
        .unwrap_or(adapter)
        .encode_push_receipt(&PushReceipt {
            file_no: taken.file_no,
            accepted,
            position: taken.sequence,
            // The moment of the record: the same bytes get the same receipt for ever.
            at: moment_of(core, taken.sequence)?,
        });
    Ok(Received {
        sequence: taken.sequence,
        last_sequence: taken.last,
        receipt,
        replayed,
    })
}

/// A message as it stands in the journal.
struct Taken {
    /// Sequence of the message.
    sequence: u64,
    /// Sequence of the last record about it.
    last: u64,
    /// The file that its receipt names.
    file_no: Option<u64>,
}

/// Since when a message is there that is stored now.
#[derive(Clone, Copy)]
struct Since {
    /// The message as which it came when nobody could read it.
    again: Option<u64>,
    /// When it came into a folder, where it lay in one.
    found: Option<Came>,
}

/// Stores a message (its kind, key and bytes), applies it and closes it. One that came before and
/// could not be applied to its end is not stored again.
fn take(
    core: &Core,
    bank: BankCode,
    (kind, key, bytes): (&str, String, &[u8]),
    understood: Option<&ByFile>,
    Since { again, found }: Since,
) -> Result<Taken, CoreError> {
    let named = understood.and_then(|(file_no, _)| *file_no);
    // A receipt names no file that the bank can't know: of another bank's it would say that it
    // exists.
    let file_no = named.filter(|file_no| is_file_of(&core.desk(), bank, *file_no));
    let reading = match understood {
        Some(_) => "applied",
        None => "unreadable",
    };
    let open = core.desk().open_message(bank, &key, reading).cloned();
    if let Some(open) = open {
        return Ok(Taken {
            sequence: open.sequence,
            last: finish(core, bank, open.sequence, understood)?,
            // What a later copy is receipted by.
            file_no: open.file_no,
        });
    }
    let written = found.filter(|came| came.earliest < came.latest);
    let event = Event::BankMessage {
        bank,
        message: kind.to_owned(),
        digest: key,
        reading: reading.to_owned(),
        file_no,
        again,
        seen_at: found.map(|came| came.latest),
        written_at: written.map(|came| came.earliest),
    };
    let fact = Fact::sealed(event, &owner_of(bank), bytes.to_vec());
    let sequence = core.record(&actor(bank), fact)?;
    Ok(Taken {
        sequence,
        last: finish(core, bank, sequence, understood)?,
        file_no,
    })
}

fn moment_of(core: &Core, sequence: u64) -> Result<time::OffsetDateTime, CoreError> {
    let (record, _) = core.event(sequence)?;
    let nanoseconds = i128::from(record.time_ms) * 1_000_000;
    let moment = time::OffsetDateTime::from_unix_timestamp_nanos(nanoseconds);
    Ok(moment
        .unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
        .to_offset(crate::clock::CHINA))
}

/// Applies what a stored message says and closes it.
fn finish(
    core: &Core,
    bank: BankCode,
    message: u64,
    understood: Option<&ByFile>,
) -> Result<u64, CoreError> {
    if let Some((file_no, pushed)) = understood {
        apply_pushed(core, bank, message, *file_no, pushed)?;
    }
    core.desk()
        .record(&actor(bank), Event::BankMessageClosed { message })
}

/// Finishes the messages whose reading a crash, or an error of ours, interrupted. Gives how many
/// there were. One that can't be finished stays open and is listed: the others, and all other
/// banks, do not wait for it.
///
/// # Errors
/// Ours only: the journal takes or gives no records.
pub fn finish_interrupted<'a>(
    core: &Core,
    bank_of: &dyn Fn(BankCode) -> Option<(&'a BankAdapter, &'a dyn Crypto)>,
) -> Result<usize, CoreError> {
    let open: Vec<(u64, BankCode, Option<MessageKind>)> = core
        .desk()
        .open_messages()
        .map(|(sequence, bank, message)| (sequence, bank, MessageKind::parse(&message.message)))
        .collect();
    for (sequence, bank, kind) in &open {
        // Without the bank's adapter or keys it can't be read now: it stays open, for a start
        // that has them.
        let (Some((adapter, crypto)), Some(kind)) = (bank_of(*bank), kind) else {
            tracing::warn!(%bank, sequence, "a message stays open: the bank is not connected");
            continue;
        };
        let finished = finish_stored(core, adapter, crypto, *kind, *sequence);
        going_on(*bank, *sequence, finished)?;
    }
    Ok(open.len())
}

/// Reads an open message to its end.
fn finish_stored(
    core: &Core,
    adapter: &BankAdapter,
    crypto: &dyn Crypto,
    kind: MessageKind,
    sequence: u64,
) -> Result<(), CoreError> {
    let bank = adapter.code();
    let (record, _) = core.event(sequence)?;
    let bytes = core.personal(&record)?;
    let then = AsOf::new(crypto, record.time_ms / 1000);
    let understood = understand(core, adapter, &then, kind, &bytes);
    let understood = understood.map(|(_, read)| read);
    let was_understood = core
        .desk()
        .open_messages()
        .any(|(open, _, message)| open == sequence && !message.is_unread());
    if was_understood && understood.is_none() {
        // Closed now, it would count as applied for ever, and nothing of it would be.
        tracing::warn!(%bank, sequence, "a message stays open: its key or dialect is gone");
        return Ok(());
    }
    finish(core, bank, sequence, understood.as_ref()).map(drop)
}

/// An error of one message stops no start, unless the journal itself fails.
fn going_on<T>(
    bank: BankCode,
    sequence: u64,
    done: Result<T, CoreError>,
) -> Result<Option<T>, CoreError> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(error @ (CoreError::Journal(_) | CoreError::Doubtful)) => Err(error),
        Err(
            error @ (CoreError::Vault(_)
            | CoreError::Inconsistent(_)
            | CoreError::NotAnEvent { .. }
            | CoreError::Json(_)),
        ) => {
            let error = crate::chain(&error);
            tracing::error!(%bank, sequence, error, "a message could not be read to its end");
            Ok(None)
        }
    }
}

/// The file that a message names, and what it says of it.
type ByFile = (Option<u64>, Pushed);

/// What a pushed message holds: it is about one file.
enum Pushed {
    Records(Push),
    Result(Box<ResultFile>),
    Receipt(Box<Receipt>),
}

fn apply_pushed(
    core: &Core,
    bank: BankCode,
    message: u64,
    file_no: Option<u64>,
    pushed: &Pushed,
) -> Result<u64, CoreError> {
    let known = file_no.filter(|file_no| is_file_of(&core.desk(), bank, *file_no));
    let (said, lines, flaws): (Said<'_>, &[LineOutcome], &[Flaw]) = match pushed {
        Pushed::Records(Push { lines, flaws, .. }) => {
            (Said::Records { lines, flaws }, lines, flaws)
        }
        Pushed::Result(result) => (
            Said::Result {
                result,
                not_found_is_final: false,
            },
            &result.lines,
            &result.flaws,
        ),
        Pushed::Receipt(receipt) => (Said::Receipt(receipt), &receipt.lines, &receipt.flaws),
    };
    if let Some(file_no) = known {
        let source = Source {
            origin: Origin::Push,
            message: Some(message),
            asked_at: None,
            came: Some(core.desk().came(message)),
        };
        return apply_from(core, file_no, source, said);
    }
    let why = if file_no.is_some() {
        "no_such_file"
    } else {
        "names_no_file"
    };
    let places = u32::try_from(lines.len().max(1)).unwrap_or(u32::MAX);
    let records = (0..places).map(|place| Stray::of_record(place, file_no, why, lines));
    let mismatches: Vec<Mismatch> = flaws.iter().map(Mismatch::of_flaw).collect();
    let whole = mismatches.iter().zip(places..);
    let whole = whole.map(|(mismatch, place)| Stray::of_whole(place, file_no, mismatch));
    let strays = records.chain(whole);
    let events = strays.map(|stray| stray.event(bank, Some(message)));
    let last = groups::record(core, &actor(bank), events)?;
    Ok(last.unwrap_or(message))
}

/// M6: a bank speaks only of files that were instructed to it.
fn is_file_of(book: &Book, bank: BankCode, file_no: u64) -> bool {
    book.file(file_no)
        .is_some_and(|file| file.intent.bank == bank)
}
