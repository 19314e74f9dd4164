//! Days on which banks work, from the State Council's notice of each year.

use super::CodesError;
use super::list::{Day, ListFile};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use time::{Date, Weekday};

pub(super) const FILE: ListFile = ListFile {
    name: "bank_days.toml",
    text: include_str!("../../codes/bank_days.toml"),
};

static CALENDAR: LazyLock<BTreeMap<i32, Year>> = LazyLock::new(|| load().unwrap_or_default());

/// Whether the banks work on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BankDay {
    /// They work.
    Open,
    /// Weekend or holiday.
    Closed,
}

/// The days on which banks work: the years in the program, years that an operator states, and
/// single days that an operator adds or changes. A year that is in neither is refused, never
/// guessed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BankCalendar {
    years: BTreeSet<i32>,
    days: BTreeMap<Date, BankDay>,
}

/// The calendar of the program alone.
static BUILT_IN: LazyLock<BankCalendar> =
    LazyLock::new(|| BankCalendar::with(BTreeSet::new(), BTreeMap::new()));

impl BankCalendar {
    /// The program's own years, nothing added.
    #[must_use]
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// The program's own years, and what an operator adds: `years` whose list of holidays and
    /// make-up days is complete in `days`, and `days` that go before the program's own. A day
    /// of a year that nobody stated is left out: it would make no year known.
    #[must_use]
    pub fn with(mut years: BTreeSet<i32>, mut days: BTreeMap<Date, BankDay>) -> Self {
        years.extend(CALENDAR.keys());
        days.retain(|date, _| years.contains(&date.year()));
        Self { years, days }
    }

    /// Whether banks work on `date`: as an operator says of the day; else Monday to Friday that
    /// is no holiday, or a make-up day of the year's notice.
    ///
    /// # Errors
    /// `YearUnknown` where no list of the year is loaded.
    pub fn bank_day(&self, date: Date) -> Result<BankDay, CodesError> {
        if !self.years.contains(&date.year()) {
            return Err(CodesError::YearUnknown { year: date.year() });
        }
        if let Some(day) = self.days.get(&date) {
            return Ok(*day);
        }
        let year = CALENDAR.get(&date.year());
        let off = year.is_some_and(|year| year.off.contains(&date));
        let make_up = year.is_some_and(|year| year.make_up.contains(&date));
        let open = (!weekend(date) && !off) || make_up;
        Ok(if open { BankDay::Open } else { BankDay::Closed })
    }

    /// The first bank day on or after `date`.
    ///
    /// # Errors
    /// `YearUnknown` where the search runs out of the known years.
    pub fn next_bank_day(&self, date: Date) -> Result<Date, CodesError> {
        let mut day = date;
        while self.bank_day(day)? == BankDay::Closed {
            day = day.next_day().ok_or(CodesError::YearUnknown {
                year: day.year().saturating_add(1),
            })?;
        }
        Ok(day)
    }

    /// The years that have a list, ascending. The operator is warned before the last one ends.
    pub fn years(&self) -> impl Iterator<Item = i32> {
        self.years.iter().copied()
    }
}

/// As [`BankCalendar::bank_day`] of the program's own calendar.
///
/// # Errors
/// `YearUnknown` where no list of the year is loaded.
pub fn bank_day(date: Date) -> Result<BankDay, CodesError> {
    BUILT_IN.bank_day(date)
}

/// As [`BankCalendar::next_bank_day`] of the program's own calendar.
///
/// # Errors
/// `YearUnknown` where the search runs out of the known years.
pub fn next_bank_day(date: Date) -> Result<Date, CodesError> {
    BUILT_IN.next_bank_day(date)
}

/// The years that have a list in the program, ascending.
pub fn bank_day_years() -> impl Iterator<Item = i32> {
    CALENDAR.keys().copied()
}

#[derive(Default)]
pub(super) struct Year {
    off: BTreeSet<Date>,
    make_up: BTreeSet<Date>,
}

fn weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

pub(super) fn load() -> Result<BTreeMap<i32, Year>, CodesError> {
    let rows: Rows = FILE.rows()?;
    let mut calendar = BTreeMap::new();
    for row in rows.year {
        let mut year = Year::default();
        for span in &row.off {
            if span.to < span.from {
                return Err(FILE.wrong(format!("{} ends before it begins", span.name)));
            }
            let mut day = Some(span.from.0);
            while let Some(date) = day.filter(|date| *date <= span.to.0) {
                year.off.insert(date);
                day = date.next_day();
            }
        }
        year.make_up = row.make_up.iter().map(|day| day.0).collect();
        let strange = year
            .off
            .iter()
            .chain(&year.make_up)
            .find(|date| date.year() != row.year);
        if let Some(date) = strange {
            return Err(FILE.wrong(format!("{date} is not of {}", row.year)));
        }
        if let Some(date) = year.make_up.iter().find(|date| !weekend(**date)) {
            return Err(FILE.wrong(format!("{date} is worked anyway")));
        }
        if let Some(date) = year.make_up.intersection(&year.off).next() {
            return Err(FILE.wrong(format!("{date} is both off and worked")));
        }
        if calendar.insert(row.year, year).is_some() {
            return Err(FILE.wrong(format!("{} stands twice", row.year)));
        }
    }
    Ok(calendar)
}

#[derive(Deserialize)]
struct Rows {
    year: Vec<YearRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearRow {
    year: i32,
    /// The notice and its address stand in the file for its readers.
    #[serde(rename = "notice")]
    _notice: String,
    #[serde(rename = "address")]
    _address: String,
    off: Vec<Span>,
    make_up: Vec<Day>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    from: Day,
    to: Day,
    name: String,
}
