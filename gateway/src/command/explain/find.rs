//! Of what is asked: the gateway's own id, or an employer's number. An employer writes its numbers
//! as it likes, also as one of our ids is written: what is both is told as neither.

use super::super::words::Failure;
use super::{mistakes, read, seen};
use crate::book::Book;
use crate::core::read_clear;
use crate::event::Event;
use crate::story::{Subject, Teller};
use journal::Damage;
use schemas::value::{BatchId, BatchNo, Uscc};
use std::path::Path;

/// What is told, under which id, and what the journal says of it.
pub(super) struct Found {
    pub(super) id: String,
    pub(super) subject: Subject,
    pub(super) teller: Teller,
    pub(super) damages: Vec<Damage>,
}

/// Finds what the text names; with `by_id` no employer's number.
pub(super) fn of(folder: &Path, given: &str, by_id: bool) -> Result<Found, Failure> {
    // As it is copied out of a letter: with a small letter.
    let id = given
        .strip_prefix('b')
        .map_or(given.to_owned(), |rest| format!("B{rest}"));
    let Some(subject) = Subject::parse(&id) else {
        if by_id {
            return Err(mistakes::no_own_id(given));
        }
        let batch = of_number(folder, given)?;
        return known(told(folder, given, Subject::Batch(batch))?, folder);
    };
    let found = told(folder, &id, subject)?;
    let book = found.teller.book();
    let numbered = match by_id {
        true => Vec::new(),
        false => numbered(book, [given, &id], subject),
    };
    match (is_there(&found), numbered.as_slice()) {
        (_, []) => known(found, folder),
        (false, [(batch, _)]) => known(told(folder, given, Subject::Batch(*batch))?, folder),
        (false, several) => Err(mistakes::several(given, several)),
        (true, others) => Err(mistakes::also_a_number((&id, subject), others)),
    }
}

/// The story of a subject.
fn told(folder: &Path, id: &str, subject: Subject) -> Result<Found, Failure> {
    let mut teller = Teller::of(subject);
    let damages = seen(folder, &mut |passed| teller.see(passed))?;
    Ok(Found {
        id: id.to_owned(),
        subject,
        teller,
        damages,
    })
}

/// What the journal has; else a failure that says what is near it.
fn known(found: Found, folder: &Path) -> Result<Found, Failure> {
    if is_there(&found) {
        return Ok(found);
    }
    let asked = (found.id.as_str(), found.subject);
    Err(mistakes::unknown(
        asked,
        folder,
        &found.teller,
        &found.damages,
    ))
}

/// Whether something is told, and it is no line that its batch does not have: a batch that was
/// refused has none that could be told from another.
fn is_there(found: &Found) -> bool {
    let is_beyond = match found.subject {
        Subject::Payment(payment) => found.teller.book().line(payment).is_none(),
        Subject::Batch(_) | Subject::File(_) | Subject::Record(_) => false,
    };
    !is_beyond && !found.teller.entries().is_empty()
}

/// Other batches than the subject to which their employers gave a number written like its id.
fn numbered(book: &Book, texts: [&str; 2], subject: Subject) -> Vec<(BatchId, Uscc)> {
    let others = book.batches().filter(|batch| {
        texts.contains(&batch.head.batch_no.as_str()) && subject != Subject::Batch(batch.id())
    });
    others
        .map(|batch| (batch.id(), batch.head.employer))
        .collect()
}

/// The batch of an employer's own number. Two employers may use one.
fn of_number(folder: &Path, text: &str) -> Result<BatchId, Failure> {
    let number = BatchNo::parse(text).map_err(|_| mistakes::no_id(text))?;
    let mut found: Vec<(BatchId, Uscc)> = Vec::new();
    read(folder, &mut |passed| {
        if passed.kind.is_reserved() {
            return Ok(());
        }
        let (event, _) = read_clear(passed.sequence, passed.clear)?;
        if let Event::BatchAccepted(head) = event
            && head.batch_no == number
        {
            found.push((head.batch, head.employer));
        }
        Ok(())
    })?;
    match found.as_slice() {
        [] => Err(mistakes::no_id(text)),
        [(batch, _)] => Ok(*batch),
        several => Err(mistakes::several(text, several)),
    }
}
