//! `anxin explain`: the story of a batch, a line, a bank file or a record, from the journal. It
//! reads and never writes, takes no lock, and needs no key: what is sealed stays sealed.

mod days;
mod document;
mod find;
mod lines;
mod mistakes;
mod waiting;
mod written;

pub use days::Days;
use find::Found;
pub use written::write;

use super::arguments::Explain;
use super::convert::bank_days;
use super::terminal::paper;
use super::words::{Ended, Exit, Failure};
use crate::clock::{Clock, SystemClock};
use crate::core::CoreError;
use crate::story::{Entry, Subject, Teller, together, together_over_files};
use journal::disk::OsDisk;
use journal::{Damage, Flaw, Passed, Report};
use schemas::Lang;
use serde_json::Value;
use std::io::ErrorKind;
use std::path::Path;

/// Runs the command.
///
/// # Errors
/// See [`Failure`].
pub fn run(arguments: &Explain, lang: Lang) -> Ended {
    let folder = arguments.data.join("journal");
    // Without an id the waiting batches are asked for.
    let Some(given) = arguments.id.as_deref().map(str::trim) else {
        return waiting::run(&folder, arguments.json, lang);
    };
    let calendar = bank_days(arguments.calendar.as_deref(), lang)?;
    let days = Days {
        calendar: &calendar,
        of_gateway: arguments.calendar.is_some(),
        now: SystemClock::new().now(),
    };
    let Found {
        id,
        subject,
        teller,
        damages,
    } = find::of(&folder, given, arguments.by_id)?;
    let asked = (id.as_str(), subject);
    let (story, document) = tell(&teller, asked, arguments.every, days, &damages, lang);
    let mut paper = paper();
    if arguments.json {
        paper.document(&document)?;
    } else {
        write(&mut paper, &story, &document, &arguments.data, lang)?;
    }
    paper.flush()?;
    Ok(if damages.is_empty() {
        Exit::Done
    } else {
        Exit::InputErrors
    })
}

/// The story of a subject, every record by itself or what repeats together, and the document that
/// tells it. `days` say what comes next and when; `damages` are those of the journal that the
/// teller has seen.
#[must_use]
pub fn tell(
    teller: &Teller,
    (id, subject): (&str, Subject),
    every: bool,
    days: Days<'_>,
    damages: &[Damage],
    lang: Lang,
) -> (Vec<Entry>, Value) {
    let entries = teller.entries();
    let story = match every {
        true => entries,
        false if has_many_files(teller, subject) => together_over_files(entries),
        false => together(entries),
    };
    let document = document::of(teller, (id, subject), &story, days, damages, lang);
    (story, document)
}

/// Reads the journal once and gives its damages.
fn seen(
    folder: &Path,
    see: &mut dyn FnMut(Passed<'_>) -> Result<(), CoreError>,
) -> Result<Vec<Damage>, Failure> {
    let mut damages = read(folder, see)?.damages;
    // A gateway that runs may be writing its last record.
    damages.retain(|damage| !matches!(damage.what, Flaw::TornTail { .. }));
    // Another user's files are no damage.
    let closed = |damage: &&Damage| damage.what == Flaw::Unreadable(ErrorKind::PermissionDenied);
    match damages.iter().find(closed) {
        Some(damage) => Err(mistakes::not_allowed(folder, damage)),
        None => Ok(damages),
    }
}

/// Reads the journal once, record by record.
fn read(
    folder: &Path,
    see: &mut dyn FnMut(Passed<'_>) -> Result<(), CoreError>,
) -> Result<Report, Failure> {
    let mut stumbled: Option<CoreError> = None;
    let report = journal::verify_with(&OsDisk, folder, 0, &mut |passed| {
        if stumbled.is_none() {
            stumbled = see(passed).err();
        }
    });
    let report = report.map_err(|error| mistakes::no_journal(folder, &error))?;
    if let Some(error) = stumbled {
        return Err(Failure::defect(&error));
    }
    if report.segments == 0 {
        return Err(mistakes::empty(folder));
    }
    Ok(report)
}

/// A batch of more bank files is not told file by file: each has its own story.
const FILES_MAX: usize = 8;

fn has_many_files(teller: &Teller, subject: Subject) -> bool {
    let Subject::Batch(batch) = subject else {
        return false;
    };
    let batch = teller.book().batch(batch);
    batch.is_some_and(|batch| batch.files.len() > FILES_MAX)
}
