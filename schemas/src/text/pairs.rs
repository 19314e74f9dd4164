//! Which characters are two bytes in a national character set: the length of a text without
//! writing it. Every name and memo of every line is measured so against its paying bank's limit.

use super::Charset;
use std::sync::LazyLock;

/// One bit for every character of the first plane.
type Pairs = Box<[u64]>;

static GBK: LazyLock<Pairs> = LazyLock::new(|| pairs_of(Charset::Gbk));
static GB2312: LazyLock<Pairs> = LazyLock::new(|| pairs_of(Charset::Gb2312));
static GB18030: LazyLock<Pairs> = LazyLock::new(|| pairs_of(Charset::Gb18030));

/// Bytes of `text` where each of its characters is ASCII or two bytes; `None` where the encoder
/// must be asked.
pub(super) fn byte_len(charset: Charset, text: &str) -> Option<usize> {
    let pairs = match charset {
        Charset::Utf8 => return Some(text.len()),
        Charset::Gbk => &GBK,
        Charset::Gb2312 => &GB2312,
        Charset::Gb18030 => &GB18030,
    };
    let mut bytes = 0;
    for character in text.chars() {
        let code = u32::from(character) as usize;
        bytes += match code {
            0..0x80 => 1,
            _ if pairs.get(code / 64)? >> (code % 64) & 1 == 1 => 2,
            _ => return None,
        };
    }
    Some(bytes)
}

/// Asks the encoder for each character once.
fn pairs_of(charset: Charset) -> Pairs {
    let mut pairs: Pairs = vec![0; 0x1_0000 / 64].into();
    for character in '\u{80}'..='\u{FFFF}' {
        let code = u32::from(character) as usize;
        let mut utf8 = [0; 4];
        let encoded = charset.encode(character.encode_utf8(&mut utf8));
        if let Some(word) = pairs.get_mut(code / 64)
            && encoded.is_ok_and(|bytes| bytes.len() == 2)
        {
            *word |= 1 << (code % 64);
        }
    }
    pairs
}
