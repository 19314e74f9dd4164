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
