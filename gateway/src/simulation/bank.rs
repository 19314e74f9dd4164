//! A simulated bank: reads what comes by its side of the adapter, decides once on each line, and
//! tells the truth, or not.

use super::dice::Dice;
use super::faults::FaultKind;
use super::keys::with_fixed_nonces;
use super::lies::{self, Answering};
use super::line::{Leaving, SimLine};
use super::outside::{Arrived, BankBook, FileAtBank, LineAtBank, Told, Way};
use super::teller;
use super::verifying::Verifying;
use adapters::exchange::{Outcome, Outgoing};
use adapters::{BankAdapter, BankLine, BankReply, BankRequest, Incoming, RequestKind};
use schemas::FailureReason;

/// What a bank did with a message.
pub(super) enum Heard {
    /// It answers; where the answer tells of lines, its place in [`BankBook::told`].
    Answered {
        /// The answer.
        bytes: Vec<u8>,
        /// Its place among what the bank said.
        told: Option<usize>,
    },
    /// Not a word.
    Silence,
}

/// A whole message comes to the bank.
pub(super) fn hears(line: &SimLine, out: &Outgoing, leaving: Leaving, is_copy: bool) -> Heard {
    let keys = Verifying::with(&line.keys);
    let read = line.adapter.read_request(&Incoming::from(out), &keys);
    let Ok((own, request)) = read else {
        note(line, out, leaving, (&out.bytes, true), None, is_copy);
        return Heard::Silence;
    };
    let gathered = gathered(line, &request);
    let about = Some(Read {
        request: &request,
        lines: &gathered,
        signatures: keys.verified(),
    });
    note(line, out, leaving, (&out.bytes, true), about, is_copy);
    let is_new = request.kind == RequestKind::Submit && books(line, own, &request, &gathered);
    if is_new && let Some(file_no) = request.file_no {
        teller::begins(line, file_no);
    }
    // A copy finds its number taken: what the bank says of it may be the answer that comes.
    if is_copy && request.kind != RequestKind::Submit {
        return Heard::Silence;
    }
    answers(line, own, &request, is_copy)
}

/// A beginning of a message comes, which says nothing.
pub(super) fn keeps_fragment(line: &SimLine, out: &Outgoing, leaving: Leaving, bytes: &[u8]) {
    note(line, out, leaving, (bytes, false), None, false);
}

/// What a bank reads of a message: with the lines of the steps before, and the signatures in it
/// that are right.
struct Read<'r> {
    request: &'r BankRequest,
    lines: &'r [BankLine],
    signatures: Vec<(String, String)>,
}

fn note(
    line: &SimLine,
    out: &Outgoing,
    leaving: Leaving,
    (bytes, is_whole): (&[u8], bool),
    about: Option<Read<'_>>,
    is_copy: bool,
) {
    let of = about.as_ref();
    let arrived = Arrived {
        at: leaving.at,
        bytes: bytes.to_vec(),
        is_whole,
        digest: crate::sha256_hex(&out.bytes),
        step: of.map_or_else(String::new, |read| read.request.step.clone()),
        kind: of.map(|read| read.request.kind),
        file_no: of.and_then(|read| read.request.file_no),
        lines: of.map_or_else(Vec::new, |read| read.lines.to_vec()),
        is_flagged: out.instructs,
        signatures: about.map_or_else(Vec::new, |read| read.signatures),
        head: leaving.head,
        durable: leaving.durable,
        is_copy,
    };
    let code = line.adapter.code();
    let what = format!(
        "{code} has {} of file {} ({} lines)",
        if arrived.step.is_empty() {
            "something unreadable"
        } else {
            &arrived.step
        },
        arrived.file_no.unwrap_or_default(),
        arrived.lines.len(),
    );
    line.stage
        .outside()
        .banks
        .entry(code)
        .or_default()
        .arrived
        .push(arrived);
    line.stage.tell(what);
}

/// The lines of a request, with those of the steps before that it goes on from: of a file in
/// parts, or uploaded before the instruction.
fn gathered(line: &SimLine, request: &BankRequest) -> Vec<BankLine> {
    if !request.continues && !request.lines.is_empty() {
        return request.lines.clone();
    }
    let outside = line.stage.outside();
    let book = outside.banks.get(&line.adapter.code());
    let arrived = book.iter().flat_map(|book| &book.arrived);
    let before = arrived
        .rev()
        .filter(|arrived| arrived.file_no == request.file_no && !arrived.is_copy)
        .find(|arrived| !arrived.lines.is_empty());
    let before = before.map_or_else(Vec::new, |arrived| arrived.lines.clone());
    match request.kind {
        RequestKind::Step | RequestKind::Submit => [before, request.lines.clone()].concat(),
        RequestKind::Query | RequestKind::Returns => request.lines.clone(),
    }
}

/// Books an instruction. False where the number is taken: a bank books a number once.
fn books(
    line: &SimLine,
    own: &'static BankAdapter,
    request: &BankRequest,
    lines: &[BankLine],
) -> bool {
    let Some(file_no) = request.file_no else {
        return false;
    };
    let at = line.stage.moment();
    let is_refused = line.dice.one_in(25);
    let mut outside = line.stage.outside();
    let book = outside.banks.entry(line.adapter.code()).or_default();
    if book.files.contains_key(&file_no) {
        return false;
    }
    let decide = |row: &BankLine| LineAtBank {
        line: row.clone(),
        fate: match is_refused {
            true => Outcome::Failed(FailureReason::RefusedByBank),
            false => fate(own, &line.dice),
        },
    };
    let file = FileAtBank {
        at,
        lines: lines.iter().map(decide).collect(),
        is_refused,
        dialect: own,
        bank_date: request.bank_date,
    };
    book.files.insert(file_no, file);
    true
}

/// What becomes of a line: decided once.
fn fate(own: &BankAdapter, dice: &Dice) -> Outcome {
    const REASONS: [FailureReason; 5] = [
        FailureReason::AccountNotFound,
        FailureReason::AccountClosed,
        FailureReason::AccountFrozen,
        FailureReason::NameMismatch,
        FailureReason::RefusedByBank,
    ];
    let side = own.bank_side();
    let can_return = |push| side.line_expressible(Outcome::Returned, push) == Outcome::Returned;
    match dice.below(100) {
        0..15 => {
            let reason = dice.pick(&REASONS).unwrap_or(FailureReason::RefusedByBank);
            Outcome::Failed(reason)
        }
        15..25 if can_return(true) || can_return(false) => Outcome::Returned,
        _ => Outcome::Paid,
    }
}

/// The answer to a message.
fn answers(line: &SimLine, own: &BankAdapter, request: &BankRequest, is_copy: bool) -> Heard {
    if !request.has_reply {
        return Heard::Answered {
            bytes: Vec::new(),
            told: None,
        };
    }
    if line.stage.strikes(FaultKind::BankSilent, &line.dice, 16) {
        return Heard::Silence;
    }
    let file = {
        let outside = line.stage.outside();
        let book = outside.banks.get(&line.adapter.code());
        let file_no = request.file_no.unwrap_or_default();
        book.and_then(|book| book.files.get(&file_no).cloned())
    };
    if is_copy && !says_duplicate(line, own, request) {
        return Heard::Silence;
    }
    let reply = match (request.kind, &file) {
        (RequestKind::Step, _) => BankReply::of(Outcome::Accepted),
        (RequestKind::Submit, Some(_)) if is_copy => {
            BankReply::of(Outcome::Failed(FailureReason::Duplicate))
        }
        (RequestKind::Submit, Some(file)) if file.is_refused => {
            BankReply::of(Outcome::Failed(FailureReason::RefusedByBank))
        }
        (RequestKind::Submit, _) => BankReply::of(Outcome::Accepted),
        (RequestKind::Query | RequestKind::Returns, None) => BankReply::of(Outcome::NotFound),
        (RequestKind::Query, Some(file)) => truth(line, file),
        (RequestKind::Returns, Some(file)) => came_back(line, file),
    };
    let answering = Answering {
        own,
        request,
        file: file.as_ref(),
        reply,
    };
    lies::writes(line, answering)
}

/// Whether the bank's language tells a number that it has already from a refusal. Where it does
/// not, a refused copy could not be told from a refused file by anybody.
fn says_duplicate(line: &SimLine, own: &BankAdapter, request: &BankRequest) -> bool {
    let written = |reason| {
        let keys = with_fixed_nonces(&line.keys);
        let reply = BankReply::of(Outcome::Failed(reason));
        own.bank_side().write_reply(request, &reply, &keys).ok()
    };
    let taken = written(FailureReason::Duplicate);
    let mut others = FailureReason::ALL.into_iter();
    let is_own = |reason| reason == FailureReason::Duplicate || written(reason) != taken;
    taken.is_some() && others.all(is_own)
}

/// What the bank says of a file's lines when it is asked: the later, the more.
fn truth(line: &SimLine, file: &FileAtBank) -> BankReply {
    let late = line.stage.may(FaultKind::BankLate);
    let age_ms = line.stage.now_ms().saturating_sub(file.at.at_ms);
    // A bank that tells late works on a line for hours.
    let is_ready = !late || age_ms > 4 * 3_600_000;
    if late && !is_ready {
        line.stage.struck(FaultKind::BankLate);
    }
    let told = |row: &LineAtBank| {
        // A query tells a return as paid; the return comes later, or when it is asked for.
        let is_early = row.fate == Outcome::Returned && age_ms < 24 * 3_600_000;
        let outcome = if is_early { Outcome::Paid } else { row.fate };
        match is_ready || line.dice.one_in(3) {
            true => row.line.told(outcome),
            false => row.line.told(Outcome::Accepted),
        }
    };
    let rows = file.lines.iter().map(told).collect();
    BankReply {
        batch: Some(match is_ready {
            true => Outcome::Paid,
            false => Outcome::Accepted,
        }),
        ..BankReply::result(rows)
    }
}

/// What came back of a file, a day after it was paid.
fn came_back(line: &SimLine, file: &FileAtBank) -> BankReply {
    let age_ms = line.stage.now_ms().saturating_sub(file.at.at_ms);
    let is_due = age_ms >= 24 * 3_600_000;
    let back = file.lines.iter();
    let back = back.filter(|row| is_due && row.fate == Outcome::Returned);
    let rows: Vec<_> = back.map(|row| row.line.told(Outcome::Returned)).collect();
    if !rows.is_empty() {
        line.stage.struck(FaultKind::BankReturns);
    }
    BankReply::result(rows)
}

/// Keeps what a bank says; gives its place.
pub(super) fn keep(book: &mut BankBook, told: Told) -> usize {
    book.told.push(told);
    book.told.len() - 1
}

/// A word of [`Told`] for an answer.
pub(super) fn answer_of(
    line: &SimLine,
    (file_no, reply): (Option<u64>, &BankReply),
    bytes: &[u8],
    lie: Option<FaultKind>,
) -> Told {
    Told {
        at: line.stage.moment(),
        way: Way::Answer,
        file_no,
        whole: Some(reply.batch.unwrap_or(reply.outcome)),
        lines: reply.lines.clone(),
        bytes: bytes.to_vec(),
        lie,
        has_come: false,
        came_in_part: Vec::new(),
        receipt_names: None,
    }
}
