//! The bank day that the messages carry.

use crate::clock::{Clock, SystemClock};
use crate::command::arguments::Convert;
use crate::command::told;
use crate::command::words::{Failure, Words};
use crate::configuration::Configuration;
use schemas::Lang;
use schemas::codes::{BankCalendar, CodesError};
use std::borrow::Cow;
use std::path::Path;
use time::Date;

/// The bank day of `--date`, or of today, by the program's calendar and that of `--calendar`.
///
/// # Errors
/// Wrong usage: no date, a calendar that is not in order, or a year without a list.
pub(super) fn bank_date(arguments: &Convert, lang: Lang) -> Result<Date, Failure> {
    let day = match &arguments.date {
        Some(text) => date(text)?,
        None => SystemClock::new().now().date(),
    };
    calendar(arguments.calendar.as_deref(), lang)?
        .next_bank_day(day)
        .map_err(|error| unknown(day, &error))
}

/// The program's calendar, and that of the folder of `--calendar` over it.
///
/// # Errors
/// A folder that is not there, or whose files are not in order.
pub(in crate::command) fn calendar(
    folder: Option<&Path>,
    lang: Lang,
) -> Result<Cow<'static, BankCalendar>, Failure> {
    let Some(folder) = folder else {
        return Ok(Cow::Borrowed(BankCalendar::built_in()));
    };
    let calendar = Configuration::calendar_in(folder);
    let calendar = calendar.map_err(|errors| told::refused(&errors, lang))?;
    Ok(Cow::Owned(calendar))
}

/// The bank day of today by the program's calendar, or the next one.
///
/// # Errors
/// A year without a list.
pub(in crate::command) fn of_today() -> Result<Date, Failure> {
    let day = SystemClock::new().now().date();
    let calendar = BankCalendar::built_in();
    calendar
        .next_bank_day(day)
        .map_err(|error| unknown(day, &error))
}

fn date(text: &str) -> Result<Date, Failure> {
    let form = time::macros::format_description!("[year]-[month]-[day]");
    Date::parse(text, form).map_err(|_| {
        Failure::usage(
            Words::new(
                format!("日期 {text} 不正确"),
                format!("the date {text} is not a day"),
            ),
            Words::new("写成 2026-11-24 的样子。", "Write it like 2026-11-24."),
        )
    })
}

fn unknown(day: Date, error: &CodesError) -> Failure {
    let year = match error {
        CodesError::YearUnknown { year } => *year,
        _ => day.year(),
    };
    Failure::usage(
        Words::new(
            format!("没有 {year} 年的银行工作日清单"),
            format!("there is no list of bank days for {year}"),
        ),
        Words::new(
            "用 --calendar 指定放有该年清单的目录(写法见 config/calendar/README.md),\
             或用 --date 另选一天。",
            "Give the folder with that year's list by --calendar (see \
             config/calendar/README.md), or choose another day by --date.",
        ),
    )
}
