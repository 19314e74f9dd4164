//! When a bank booked a line, in the form of the contract.

use adapters::exchange::LineOutcome;
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::{format_description, offset};
use time::{Date, OffsetDateTime, PrimitiveDateTime};

/// When it was booked and the bank's text. What is no moment is one of the bank's words.
pub(super) fn shown(line: &LineOutcome) -> (Option<String>, Option<String>) {
    let text = line.bank_text.clone();
    let Some(booked) = line.booked_at.as_deref() else {
        return (None, text);
    };
    match moment(booked) {
        Some(moment) => (Some(moment), text),
        None => {
            let words = text.into_iter().chain([booked.to_owned()]);
            (None, Some(words.collect::<Vec<_>>().join(" ")))
        }
    }
}

const DAYS: [&[BorrowedFormatItem<'_>]; 2] = [
    format_description!("[year][month][day]"),
    format_description!("[year]-[month]-[day]"),
];

const MOMENTS: [&[BorrowedFormatItem<'_>]; 3] = [
    format_description!("[year][month][day][hour][minute][second]"),
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]"),
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]"),
];

/// A bank's moment, `yyyymmddhhmmss` as a rule, at +08:00 where it says no offset; milliseconds
/// are left out. A bare date has no moment and stays a date.
fn moment(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(day) = DAYS.iter().find_map(|form| Date::parse(text, form).ok()) {
        return Some(day.to_string());
    }
    if let Ok(moment) = OffsetDateTime::parse(text, &Rfc3339) {
        return moment.format(&Rfc3339).ok();
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = match (digits, text.len()) {
        (true, 17) => text.get(..14)?,
        (true | false, _) => text,
    };
    let moment = MOMENTS
        .iter()
        .find_map(|form| PrimitiveDateTime::parse(seconds, form).ok())?;
    moment.assume_offset(offset!(+8)).format(&Rfc3339).ok()
}

#[cfg(test)]
#[test]
fn moments_of_banks() {
    let cases = [
        ("20261123100501", Some("2026-11-23T10:05:01+08:00")),
        ("20261123100501123", Some("2026-11-23T10:05:01+08:00")),
        ("2026-11-23 10:05:01", Some("2026-11-23T10:05:01+08:00")),
        ("2026-11-23T10:05:01", Some("2026-11-23T10:05:01+08:00")),
        ("2026-11-23T02:05:01Z", Some("2026-11-23T02:05:01Z")),
        ("20261123", Some("2026-11-23")),
        ("2026-11-23", Some("2026-11-23")),
        ("garbage", None),
        ("20261399", None),
        ("20261123996000", None),
        ("", None),
    ];
    for (text, expected) in cases {
        assert_eq!(moment(text).as_deref(), expected, "{text}");
    }
}
