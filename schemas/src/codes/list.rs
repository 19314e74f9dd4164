//! What every list file has in common: a head that says where it comes from, and one loader.

use super::CodesError;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Error};
use time::{Date, Month};

/// Where a list comes from and since when it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListHead {
    /// The file in `codes/`.
    pub file: &'static str,
    /// Who published what it was made from.
    pub source: String,
    /// First day for which it is used.
    pub effective_from: Date,
    /// Day on which it was compiled.
    pub compiled: Date,
}

/// One file of `codes/`, compiled in.
#[derive(Clone, Copy)]
pub(super) struct ListFile {
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

impl ListFile {
    /// Parses the rows. The head's keys are read by [`ListFile::head`] and passed over here.
    pub fn rows<T: DeserializeOwned>(self) -> Result<T, CodesError> {
        toml::from_str(self.text).map_err(|source| self.error(source))
    }

    /// Parses the head.
    pub fn head(self) -> Result<ListHead, CodesError> {
        let head: Head = self.rows()?;
        Ok(ListHead {
            file: self.name,
            source: head.source.trim().to_owned(),
            effective_from: head.effective_from.0,
            compiled: head.compiled.0,
        })
    }

    /// An error of content, told as the parser tells its own.
    pub fn wrong(self, what: impl std::fmt::Display) -> CodesError {
        self.error(toml::de::Error::custom(what))
    }

    fn error(self, source: toml::de::Error) -> CodesError {
        CodesError::Toml {
            file: self.name,
            source: Box::new(source),
        }
    }
}

#[derive(Deserialize)]
struct Head {
    source: String,
    effective_from: Day,
    compiled: Day,
}

/// A date of TOML as the date of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "toml::value::Datetime")]
pub(super) struct Day(pub Date);

impl TryFrom<toml::value::Datetime> for Day {
    type Error = &'static str;

    fn try_from(written: toml::value::Datetime) -> Result<Self, Self::Error> {
        let date = written.date.ok_or("a date is expected here")?;
        if written.time.is_some() || written.offset.is_some() {
            return Err("a date without a time is expected here");
        }
        Month::try_from(date.month)
            .and_then(|month| Date::from_calendar_date(i32::from(date.year), month, date.day))
            .map(Self)
            .map_err(|_| "no calendar has this date")
    }
}
