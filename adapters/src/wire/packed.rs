//! Bytes in other forms: hexadecimal, base64, DEFLATE.

use crate::exchange::Unreadable;
use crate::layout::fault::{WriteFault, unreadable};
use base64::Engine;
use std::io::Read;

/// Most bytes that a body may unpack to.
pub(super) const UNPACKED_BYTES_MAX: u64 = 64 << 20;

/// Upper-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |nibble: u8| DIGITS[usize::from(nibble & 15)];
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(*byte)])
        .collect()
}

/// Hexadecimal of either case.
pub(crate) fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
            _ => None,
        })
        .collect()
}

/// Standard base64; old encoders of the platforms that banks run on break it into lines of 76.
pub(crate) fn unbase64(text: &[u8]) -> Option<Vec<u8>> {
    let whole: Vec<u8> = text
        .iter()
        .copied()
        .filter(|byte| !b"\r\n".contains(byte))
        .collect();
    let decoded = base64::prelude::BASE64_STANDARD.decode(whole.trim_ascii());
    decoded.ok()
}

/// Raw DEFLATE.
pub(super) fn deflate(plain: &[u8]) -> Result<Vec<u8>, WriteFault> {
    let level = flate2::Compression::default();
    packed(flate2::read::DeflateEncoder::new(plain, level))
}

/// DEFLATE in the zlib format.
pub(super) fn zlib(plain: &[u8]) -> Result<Vec<u8>, WriteFault> {
    let level = flate2::Compression::default();
    packed(flate2::read::ZlibEncoder::new(plain, level))
}

/// Whether the first two bytes are a head of the zlib format (RFC 1950, section 2.2): method 8,
/// and a multiple of 31 together.
pub(super) fn has_zlib_head(bytes: &[u8]) -> bool {
    match bytes {
        [method, flags, ..] => {
            method & 0x0F == 8 && u16::from_be_bytes([*method, *flags]).is_multiple_of(31)
        }
        [_] | [] => false,
    }
}

fn packed(mut encoder: impl Read) -> Result<Vec<u8>, WriteFault> {
    let mut packed = Vec::new();
    encoder
        .read_to_end(&mut packed)
        .map_err(|_| WriteFault::Form {
            place: "the payload".to_owned(),
        })?;
    Ok(packed)
}

/// What a decoder unpacks, up to [`UNPACKED_BYTES_MAX`].
pub(super) fn inflate(decoder: impl Read) -> Result<Vec<u8>, Unreadable> {
    let mut plain = Vec::new();
    decoder
        .take(UNPACKED_BYTES_MAX + 1)
        .read_to_end(&mut plain)
        .map_err(|_| unreadable("not DEFLATE data"))?;
    if plain.len() as u64 > UNPACKED_BYTES_MAX {
        return Err(unreadable("unpacks to too much"));
    }
    Ok(plain)
}
