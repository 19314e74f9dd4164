//! The month for which a wage is paid.

use super::ValueError;

/// A calendar month, `2026-11`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PayMonth {
    year: u16,
    month: u8,
}

impl PayMonth {
    /// A month of the years 2000 to 2199.
    ///
    /// # Errors
    /// `Form` outside that range.
    pub fn new(year: u16, month: u8) -> Result<Self, ValueError> {
        if (2000..2200).contains(&year) && (1..=12).contains(&month) {
            Ok(Self { year, month })
        } else {
            Err(ValueError::Form)
        }
    }

    /// Reads `2026-11`, `202611`, `2026/11`, `2026年11月`; the month has two digits except in
    /// the forms with a separator.
    ///
    /// # Errors
    /// `Empty` or `Form`.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        let (year, rest) = text.split_at_checked(4).ok_or(ValueError::Form)?;
        let month = match rest.chars().next() {
            Some('-' | '/') => &rest[1..],
            Some('年') => rest
                .strip_prefix('年')
                .and_then(|month| month.strip_suffix('月'))
                .unwrap_or_default(),
            Some(_) if rest.len() == 2 => rest,
            Some(_) | None => return Err(ValueError::Form),
        };
        if month.len() > 2 {
            return Err(ValueError::Form);
        }
        Self::new(
            digits(year)?,
            u8::try_from(digits(month)?).map_err(|_| ValueError::Form)?,
        )
    }

    /// The month of a date.
    #[must_use]
    pub fn of(date: time::Date) -> Option<Self> {
        Self::new(u16::try_from(date.year()).ok()?, u8::from(date.month())).ok()
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }
}

fn digits(text: &str) -> Result<u16, ValueError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ValueError::Form);
    }
    text.parse().map_err(|_| ValueError::Form)
}

impl std::fmt::Display for PayMonth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl std::fmt::Debug for PayMonth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}
