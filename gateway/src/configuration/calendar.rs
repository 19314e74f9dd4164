//! Days that an operator adds to the program's calendar of bank days.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;

use serde::Deserialize;
use time::Date;

use super::error::{ConfigurationError, Problem};
use super::file::Source;
use super::{toml_files, value};

/// Whether banks work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DayKind {
    /// A holiday.
    Off,
    /// A working day, on a weekend as well.
    Work,
}

/// One day of a file in `config/calendar`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarDay {
    /// The day.
    #[serde(deserialize_with = "value::date")]
    pub date: Date,
    /// Whether banks work.
    pub kind: DayKind,
    /// Name of the holiday.
    #[serde(default)]
    pub name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarFile {
    #[serde(default)]
    day: Vec<CalendarDay>,
}

pub(super) fn read(
    folder: &Path,
    errors: &mut Vec<ConfigurationError>,
) -> BTreeMap<Date, CalendarDay> {
    let mut days = BTreeMap::new();
    for path in toml_files(folder, errors) {
        let typed =
            Source::read(&path).and_then(|source| Ok((source.typed::<CalendarFile>()?, source)));
        let (file, source) = match typed {
            Ok(typed) => typed,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        for (nth, day) in file.day.into_iter().enumerate() {
            match days.entry(day.date) {
                Entry::Occupied(_) => {
                    errors.push(source.nth_problem("[[day]]", nth, Problem::Twice));
                }
                Entry::Vacant(free) => {
                    free.insert(day);
                }
            }
        }
    }
    days
}
