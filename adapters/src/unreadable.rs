//! Why bytes are not the message that they should be, and what else they were tried as.

use crate::exchange::CryptoError;

/// Which of a bank's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Answer to a submission.
    Receipt,
    /// Answer to a query.
    Result,
    /// What the bank pushes.
    Push,
}

/// The bytes are not the message that they should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {offset}")]
pub struct Unreadable {
    /// What is wrong, without any value of the message in it.
    pub what: String,
    /// Offset in the bytes of the part that could not be read: the message as it came, or what
    /// `unwrapped` layers held (0 where it is about the whole of it).
    pub offset: usize,
    /// Layers that were taken off before it went wrong.
    pub unwrapped: usize,
    /// Bytes that were understood: tells which of several attempts got furthest.
    pub understood: usize,
    /// It is the message that it should be, and about another file than was asked.
    pub of_another_file: bool,
    /// The attempts that got less far, where a message may be framed, enveloped or bare.
    pub tried: Vec<Tried>,
}

/// An attempt to read a message that got less far than another one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {offset}")]
pub struct Tried {
    /// Outer layers that it took to be gone already; 0 is the message as it travels.
    pub layers_gone: usize,
    /// What is wrong, without any value of the message in it.
    pub what: String,
    /// As of [`Unreadable`].
    pub offset: usize,
}

/// Rows that the definition does not name.
pub(crate) const OTHER_ROWS: &str = "it holds rows of another form";

const NOTHING: &str = "there is no content";

impl Unreadable {
    /// At a place, up to which all was understood.
    #[must_use]
    pub fn at(what: impl Into<String>, offset: usize) -> Self {
        Self {
            what: what.into(),
            offset,
            unwrapped: 0,
            understood: offset,
            of_another_file: false,
            tried: Vec::new(),
        }
    }

    /// The same, when so much had been understood before.
    #[must_use]
    pub(crate) fn after(mut self, understood: usize) -> Self {
        self.understood = self.understood.max(understood);
        self
    }

    /// Whether it is about rows that stand there.
    pub(crate) fn is_about_rows(&self) -> bool {
        let what = self.what.as_str();
        what == OTHER_ROWS || what.starts_with("row ") || what.ends_with(" is missing in a row")
    }

    /// What is wrong with bytes that hold blanks and line ends at most, behind a mark of UTF-8
    /// perhaps: no bank answers so. `None` where they hold anything.
    #[must_use]
    pub fn of_nothing(bytes: &[u8]) -> Option<Self> {
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        text.trim_ascii().is_empty().then(|| Self::at(NOTHING, 0))
    }

    /// Whether nothing stood there to be read.
    #[must_use]
    pub fn is_of_nothing(&self) -> bool {
        self.what == NOTHING
    }

    /// Whether it ended at a sealed body that the keys do not open.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.what == CryptoError::BadCipherText.to_string()
    }

    fn rank(&self) -> (usize, usize) {
        (self.unwrapped, self.understood)
    }

    /// Whether it got further, by layers and then by bytes.
    #[must_use]
    pub fn is_further_than(&self, other: &Self) -> bool {
        self.rank() > other.rank()
    }

    /// Neither dialect of a bank reads the message: the one that got further, the first of
    /// equals, with the reason of the other among those tried.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let (mut further, less) = match other.is_further_than(&self) {
            true => (other, self),
            false => (self, other),
        };
        further.tried.push(Tried {
            layers_gone: 0,
            what: less.what,
            offset: less.offset,
        });
        further.tried.extend(less.tried);
        further
    }

    /// The attempt that got furthest, by layers and then by bytes; the first of equals. The
    /// others are listed in it. Each comes with the number of outer layers taken to be gone.
    pub(crate) fn furthest(attempts: Vec<(usize, Self)>) -> Option<Self> {
        let first = attempts.first().map(|(_, attempt)| attempt.rank())?;
        let (mut best, mut most) = (0, first);
        for (at, (_, attempt)) in attempts.iter().enumerate() {
            if attempt.rank() > most {
                (best, most) = (at, attempt.rank());
            }
        }
        let mut others = attempts;
        let (_, mut furthest) = others.remove(best);
        furthest.tried = others
            .into_iter()
            .map(|(layers_gone, attempt)| Tried {
                layers_gone,
                what: attempt.what,
                offset: attempt.offset,
            })
            .collect();
        Some(furthest)
    }
}
