//! A short ASCII text held in place, so that reading a line of a file allocates nothing.

/// At most `N` ASCII bytes, without allocation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InlineText<const N: usize> {
    bytes: [u8; N],
    len: u8,
}

impl<const N: usize> InlineText<N> {
    /// Takes `text` if it is ASCII and fits; `None` otherwise.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let mut inline = Self::default();
        text.bytes().all(|byte| inline.push(byte)).then_some(inline)
    }

    /// Takes `bytes` through a table; `None` where they don't fit or the table has a zero, which
    /// refuses the byte. The table gives ASCII only.
    pub(super) fn through(table: &[u8; 256], bytes: &[u8]) -> Option<Self> {
        let mut inline = Self::default();
        let place = inline.bytes.get_mut(..bytes.len())?;
        inline.len = u8::try_from(bytes.len()).ok()?;
        let mut allowed = true;
        for (to, byte) in place.iter_mut().zip(bytes) {
            *to = table[usize::from(*byte)];
            allowed &= *to != 0;
        }
        allowed.then_some(inline)
    }

    /// Takes ASCII digits; `None` for another byte or where they don't fit.
    pub(super) fn digits(bytes: &[u8]) -> Option<Self> {
        let all = bytes.iter().fold(true, |all, b| all & b.is_ascii_digit());
        all.then(|| Self::of_ascii(bytes)).flatten()
    }

    /// Takes `bytes`, which the caller knows to be ASCII; `None` where they don't fit.
    pub(super) fn of_ascii(bytes: &[u8]) -> Option<Self> {
        let mut inline = Self::default();
        inline.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        inline.len = u8::try_from(bytes.len()).ok()?;
        Some(inline)
    }

    /// Appends one byte; false when it is not ASCII or the text is full.
    pub fn push(&mut self, byte: u8) -> bool {
        let at = usize::from(self.len);
        if at >= N || at >= usize::from(u8::MAX) || !byte.is_ascii() {
            return false;
        }
        self.bytes[at] = byte;
        self.len += 1;
        true
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII is ever pushed, so this never falls back.
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The bytes of the text.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Number of bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.len)
    }

    /// True when nothing was pushed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<const N: usize> Default for InlineText<N> {
    fn default() -> Self {
        Self {
            bytes: [0; N],
            len: 0,
        }
    }
}
