//! Characters that a text of a message must not have.

use std::sync::LazyLock;

/// Characters that must not stand in a text: controls, and the separators of the bank's file.
#[derive(Clone, Debug)]
pub struct Forbidden {
    /// Bit n for the ASCII character n.
    ascii: u128,
    others: Vec<char>,
    /// The first bytes of these characters in UTF-8: asked for every byte of every line.
    first_bytes: [bool; 256],
}

impl Forbidden {
    /// Controls alone.
    #[must_use]
    pub fn controls() -> &'static Self {
        static CONTROLS: LazyLock<Forbidden> = LazyLock::new(|| Forbidden::of(&[]));
        &CONTROLS
    }

    /// Controls and these.
    #[must_use]
    pub fn of(separators: &[char]) -> Self {
        let controls = (0..=0xFF_u8).map(char::from).filter(|c| c.is_control());
        let (ascii, others): (Vec<char>, Vec<char>) = controls
            .chain(separators.iter().copied())
            .partition(char::is_ascii);
        let mut first_bytes = [false; 256];
        for character in ascii.iter().chain(&others) {
            let first = character.encode_utf8(&mut [0; 4]).as_bytes()[0];
            first_bytes[usize::from(first)] = true;
        }
        let bits = ascii.iter().map(|c| 1_u128 << u32::from(*c));
        Self {
            ascii: bits.fold(0, |all, one| all | one),
            others,
            first_bytes,
        }
    }

    /// The first of them in a text.
    #[must_use]
    pub fn first_in(&self, text: &str) -> Option<char> {
        let may_be = |byte: u8| self.first_bytes[usize::from(byte)];
        if !text.bytes().fold(false, |seen, byte| seen | may_be(byte)) {
            return None;
        }
        text.chars().find(|character| self.holds(*character))
    }

    fn holds(&self, character: char) -> bool {
        match u32::from(character) {
            code @ 0..0x80 => self.ascii >> code & 1 == 1,
            _ => self.others.contains(&character),
        }
    }
}
