//! Characters that a text of a message must not have, and what else one look along it tells.

use std::sync::LazyLock;

/// What one look along a text told of its characters. It may tell of more than there is, never
/// of less: so a text is looked at once, where it is spelt, and not again for each question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen(u8);

impl Seen {
    /// ASCII without marks: what numbers are spelt with.
    pub const PLAIN: Self = Self(0);
    /// Whatever there is: nobody looked.
    pub const ANYTHING: Self = Self(u8::MAX);

    const FORBIDDEN: Self = Self(1);
    const WIDE: Self = Self(2);
    const MARK: Self = Self(4);

    /// Whether every character is ASCII: as many bytes in every character set.
    #[must_use]
    pub fn is_ascii(self) -> bool {
        !self.has(Self::WIDE)
    }

    /// Whether a mark of XML may be among them: `<`, `>` or `&`.
    #[must_use]
    pub fn may_have_marks(self) -> bool {
        self.has(Self::MARK)
    }

    /// What both tell.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// Characters that must not stand in a text: controls, and the separators of the bank's file.
#[derive(Clone, Debug)]
pub struct Forbidden {
    /// Bit n for the ASCII character n.
    ascii: u128,
    others: Vec<char>,
    /// What each byte of UTF-8 tells; a character that is forbidden is told by its first. Asked
    /// for every byte of every line.
    told: [Seen; 256],
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
        let mut told = [Seen::PLAIN; 256];
        let firsts = ascii.iter().chain(&others);
        let firsts = firsts.map(|character| character.encode_utf8(&mut [0; 4]).as_bytes()[0]);
        let tellers = firsts
            .map(|first| (first, Seen::FORBIDDEN))
            .chain((0x80..=0xFF).map(|byte| (byte, Seen::WIDE)))
            .chain(b"<>&".map(|byte| (byte, Seen::MARK)));
        for (byte, tells) in tellers {
            let told = &mut told[usize::from(byte)];
            *told = told.and(tells);
        }
        let bits = ascii.iter().map(|c| 1_u128 << u32::from(*c));
        Self {
            ascii: bits.fold(0, |all, one| all | one),
            others,
            told,
        }
    }

    /// The first of them in a text.
    #[must_use]
    pub fn first_in(&self, text: &str) -> Option<char> {
        self.look(text).1
    }

    /// What a look along a text tells, and the first of them in it.
    #[must_use]
    pub fn look(&self, text: &str) -> (Seen, Option<char>) {
        let told = |seen: Seen, byte: u8| seen.and(self.told[usize::from(byte)]);
        let seen = text.bytes().fold(Seen::PLAIN, told);
        let first = match seen.has(Seen::FORBIDDEN) {
            true => text.chars().find(|character| self.holds(*character)),
            false => None,
        };
        (seen, first)
    }

    fn holds(&self, character: char) -> bool {
        match u32::from(character) {
            code @ 0..0x80 => self.ascii >> code & 1 == 1,
            _ => self.others.contains(&character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Forbidden, Seen};

    #[test]
    fn a_look_tells_of_everything_that_there_is() {
        let forbidden = Forbidden::of(&['|', '、']);
        // 。 begins with the same two bytes as 、 and is another character.
        let cases = [
            ("", None, true, false),
            ("6523.50", None, true, false),
            ("a|b", Some('|'), true, false),
            ("张三", None, false, false),
            ("张。三", None, false, false),
            ("张、三|", Some('、'), false, false),
            ("A&B\n", Some('\n'), true, true),
            ("张<", None, false, true),
            (">", None, true, true),
            ("a\u{80}", Some('\u{80}'), false, false),
        ];
        for (text, first, ascii, marks) in cases {
            let (seen, found) = forbidden.look(text);
            let told = (found, seen.is_ascii(), seen.may_have_marks());
            assert_eq!(told, (first, ascii, marks), "{text:?}");
        }
        let both = forbidden.look("张").0.and(forbidden.look("<").0);
        assert!(!both.is_ascii() && both.may_have_marks());
        assert!(!Seen::ANYTHING.is_ascii() && Seen::ANYTHING.may_have_marks());
    }
}
