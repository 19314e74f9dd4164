//! How single values are read: each check happens where the file's line is still known.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use schemas::BankCode;
use serde::de::{self, Deserializer, Visitor};
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};

/// Largest message of a bank, in bytes, 63 MiB: it is kept whole in one record of the journal, with
/// a MiB for what stands around it there.
pub(super) const MESSAGE_BYTES_MAX: u64 = (journal::record::RECORD_BYTES_MAX as u64) - (1 << 20);

/// A wait as the settings have it.
pub(super) fn milliseconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
}

/// Reads a whole number within a range.
pub(super) fn within<'de, D: Deserializer<'de>>(
    deserializer: D,
    range: RangeInclusive<u64>,
) -> Result<u64, D::Error> {
    struct Number(RangeInclusive<u64>);
    impl Visitor<'_> for Number {
        type Value = u64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(
                f,
                "a whole number from {} to {}",
                self.0.start(),
                self.0.end()
            )
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<u64, E> {
            u64::try_from(number)
                .ok()
                .filter(|number| self.0.contains(number))
                .ok_or_else(|| E::invalid_value(de::Unexpected::Signed(number), &self))
        }
    }
    deserializer.deserialize_i64(Number(range))
}

/// Reads a text through a parsing door. The error never repeats the text: it may be personal.
pub(super) fn through<'de, D, T, E>(
    deserializer: D,
    parse: impl Fn(&str) -> Result<T, E>,
    expected: &'static str,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
{
    struct Text<F>(F, &'static str);
    impl<T, E, F: Fn(&str) -> Result<T, E>> Visitor<'_> for Text<F> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.1)
        }

        fn visit_str<X: de::Error>(self, text: &str) -> Result<T, X> {
            (self.0)(text).map_err(|_| X::custom(format_args!("expected {}", self.1)))
        }

        // An account written without quotes: the error of serde would print it.
        fn visit_i64<X: de::Error>(self, _: i64) -> Result<T, X> {
            Err(X::custom(format_args!("expected {} in quotes", self.1)))
        }

        fn visit_f64<X: de::Error>(self, _: f64) -> Result<T, X> {
            Err(X::custom(format_args!("expected {} in quotes", self.1)))
        }
    }
    deserializer.deserialize_str(Text(parse, expected))
}

/// Reads a bank's code.
pub(super) fn bank<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BankCode, D::Error> {
    through(
        deserializer,
        BankCode::parse,
        "a bank code such as \"ICBC\"",
    )
}

/// Reads `2026-12-31`.
pub(super) fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let format = time::macros::format_description!("[year]-[month]-[day]");
    through(
        deserializer,
        |text| Date::parse(text, &format),
        "a date such as \"2026-12-31\"",
    )
}

/// Reads `2026-11-23T10:00:00+08:00`.
pub(super) fn moment<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<OffsetDateTime>, D::Error> {
    through(
        deserializer,
        |text| OffsetDateTime::parse(text, &Rfc3339).map(Some),
        "a time such as \"2026-11-23T10:00:00+08:00\"",
    )
}
