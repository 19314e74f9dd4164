//! Days that an operator adds to the program's calendar of bank days.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use schemas::codes::{BankCalendar, BankDay};
use serde::Deserialize;
use time::Date;

use super::error::{ConfigurationError, Problem};
use super::file::Source;
use super::{toml_files, value};

/// Whether banks work.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum DayKind {
    /// A holiday.
    Off,
    /// A working day, on a weekend as well.
    Work,
}

/// One day of a file in `config/calendar`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarDay {
    #[serde(deserialize_with = "value::date")]
    date: Date,
    kind: DayKind,
    /// Name of the holiday, for those who read the file.
    #[serde(default, rename = "name")]
    _name: String,
}

/// A year whose list is complete in the folder: without this word single days make no year
/// known.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarYear {
    year: i32,
    /// The State Council's notice that the days come from, for those who read the file.
    #[serde(rename = "notice")]
    _notice: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarFile {
    #[serde(default)]
    year: Vec<CalendarYear>,
    #[serde(default)]
    day: Vec<CalendarDay>,
}

/// Every file of the folder over the program's own calendar.
pub(super) fn read(folder: &Path, errors: &mut Vec<ConfigurationError>) -> BankCalendar {
    let mut files = Vec::new();
    for path in toml_files(folder, errors) {
        let typed =
            Source::read(&path).and_then(|source| Ok((source.typed::<CalendarFile>()?, source)));
        match typed {
            Ok(typed) => files.push(typed),
            Err(error) => errors.push(error),
        }
    }
    let years = stated_years(&files, errors);
    let built_in = BankCalendar::built_in();
    let mut days = BTreeMap::new();
    for (file, source) in &files {
        for (nth, day) in file.day.iter().enumerate() {
            let year = day.date.year();
            if !years.contains(&year) && !built_in.years().any(|known| known == year) {
                errors.push(source.nth_problem("[[day]]", nth, Problem::YearUnknown(year)));
            }
            let open = match day.kind {
                DayKind::Off => BankDay::Closed,
                DayKind::Work => BankDay::Open,
            };
            match days.entry(day.date) {
                Entry::Occupied(_) => {
                    errors.push(source.nth_problem("[[day]]", nth, Problem::Twice));
                }
                Entry::Vacant(free) => {
                    free.insert(open);
                }
            }
        }
    }
    BankCalendar::with(years, days)
}

/// The years that the files state. One without a single holiday is a list that was forgotten.
fn stated_years(
    files: &[(CalendarFile, Source)],
    errors: &mut Vec<ConfigurationError>,
) -> BTreeSet<i32> {
    let off = |day: &CalendarDay| matches!(day.kind, DayKind::Off).then(|| day.date.year());
    let days = files.iter().flat_map(|(file, _)| &file.day);
    let with_holidays: BTreeSet<i32> = days.filter_map(off).collect();
    let mut years = BTreeSet::new();
    for (file, source) in files {
        for (nth, stated) in file.year.iter().enumerate() {
            if !with_holidays.contains(&stated.year) {
                let problem = Problem::YearEmpty(stated.year);
                errors.push(source.nth_problem("[[year]]", nth, problem));
            }
            if !years.insert(stated.year) {
                errors.push(source.nth_problem("[[year]]", nth, Problem::Twice));
            }
        }
    }
    years
}
