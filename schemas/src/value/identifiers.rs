//! Numbers by which batches and lines are called.

use super::{InlineText, ValueError, trimmed};

/// 批次号: the employer's own number of a batch, unique per employer for ever. 1 to 35
/// characters (the length of ISO 20022 Max35Text), printable, no spaces.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchNo(String);

impl BatchNo {
    /// Reads a number, outer spaces dropped.
    ///
    /// # Errors
    /// `Empty`, or `Form` for more than 35 characters or anything but letters (of any script),
    /// digits and `- _ . / + : ( ) ,`.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        let allowed = |c: char| c.is_alphanumeric() || "-_./+:(),".contains(c);
        if text.chars().count() > 35 || !text.chars().all(allowed) {
            return Err(ValueError::Form);
        }
        Ok(Self(text.to_owned()))
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for BatchNo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::fmt::Display for BatchNo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// 序号: a line's number in its file, 1 to 4,294,967,295.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineNo(pub u32);

impl LineNo {
    /// Reads ASCII digits, outer spaces dropped; leading zeros are allowed, zero is not.
    ///
    /// # Errors
    /// `Empty` or `Form`.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let text = trimmed(text);
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        let mut number = 0u32;
        for byte in text.bytes() {
            let digit = byte.wrapping_sub(b'0');
            number = match number.checked_mul(10) {
                Some(tens) if digit < 10 => tens.checked_add(u32::from(digit)),
                Some(_) | None => None,
            }
            .ok_or(ValueError::Form)?;
        }
        match number {
            0 => Err(ValueError::Form),
            number => Ok(Self(number)),
        }
    }
}

impl std::fmt::Display for LineNo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Our number of a batch: the day it came and the journal sequence of its opening record,
/// `B20261123-4711`. Unique for ever.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchId {
    day: u32,
    sequence: u64,
}

impl BatchId {
    /// From the day (as yyyymmdd) and the journal sequence of the opening record.
    #[must_use]
    pub fn new(day: u32, sequence: u64) -> Self {
        Self { day, sequence }
    }

    /// Reads what [`std::fmt::Display`] writes.
    ///
    /// # Errors
    /// `Empty` or `Form`.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        let (day, sequence) = text
            .strip_prefix('B')
            .and_then(|rest| rest.split_once('-'))
            .ok_or(ValueError::Form)?;
        let id = Self {
            day: day.parse().map_err(|_| ValueError::Form)?,
            sequence: sequence.parse().map_err(|_| ValueError::Form)?,
        };
        // One spelling per number: no leading zeros, signs or other lengths.
        if id.to_string() == text {
            Ok(id)
        } else {
            Err(ValueError::Form)
        }
    }

    /// The journal sequence of the opening record.
    #[must_use]
    pub fn sequence(self) -> u64 {
        self.sequence
    }
}

impl std::fmt::Display for BatchId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&format!("B{:08}-{}", self.day, self.sequence))
    }
}

impl std::fmt::Debug for BatchId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

/// Our number of one payment: its batch and its place among the batch's lines from 1,
/// `B20261123-4711.3`. The place is the row's position, which is unique where a file repeats
/// a line number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaymentId {
    /// The batch.
    pub batch: BatchId,
    /// Position of the line in the file, from 1.
    pub row: u32,
}

impl PaymentId {
    /// Reads what [`std::fmt::Display`] writes.
    ///
    /// # Errors
    /// `Empty` or `Form`.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let text = trimmed(text);
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        let (batch, row) = text.rsplit_once('.').ok_or(ValueError::Form)?;
        let id = Self {
            batch: BatchId::parse(batch)?,
            row: LineNo::parse(row)?.0,
        };
        // One spelling per number, as for the batch.
        if id.to_string() == text {
            Ok(id)
        } else {
            Err(ValueError::Form)
        }
    }
}

impl std::fmt::Display for PaymentId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.batch, self.row)
    }
}

impl std::fmt::Debug for PaymentId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

/// A region of GB/T 2260: six digits, `330000` the province, `330100` a city, else a county.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionCode(InlineText<6>);

impl RegionCode {
    /// Reads six digits.
    ///
    /// # Errors
    /// `Empty` or `Form`.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        if text.is_empty() {
            return Err(ValueError::Empty);
        }
        InlineText::new(text)
            .filter(|code| code.len() == 6 && code.as_bytes().iter().all(u8::is_ascii_digit))
            .map(Self)
            .ok_or(ValueError::Form)
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether `other` is this region or lies in it: `330000` covers `330110`, `330100` too.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let own = self.as_str();
        let significant = match (own.get(2..4), own.get(4..6)) {
            (Some("00"), Some("00")) => 2,
            (Some(_), Some("00")) => 4,
            _ => 6,
        };
        own.get(..significant) == other.as_str().get(..significant)
    }
}

impl std::fmt::Debug for RegionCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Display for RegionCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
