//! Which format and which character set a file has, from its first bytes and the census.

use super::census::Census;
use super::{Format, ReadOptions};
use crate::finding::{Finding, FindingCode};
use crate::text::Charset;

/// How to read the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    pub(super) format: Format,
    pub(super) charset: Charset,
}

/// Decides, or says why the file can't be read at all; then with the likeliest manner.
pub(super) fn manner(
    census: &Census,
    options: &ReadOptions<'_>,
) -> Result<Manner, (Manner, Box<Finding>)> {
    let guess = options.format.unwrap_or(Format::Csv);
    let plain = Manner {
        format: guess,
        charset: Charset::Utf8,
    };
    let refuse = |manner: Manner, finding: Finding| Err((manner, Box::new(finding)));
    if census.bytes > options.limits.bytes_max {
        let finding = Finding::of_file(FindingCode::TooLarge)
            .with("limit", options.limits.bytes_max)
            .with("reason", "file");
        return refuse(plain, finding);
    }
    let text = without_mark(&census.first);
    if text.iter().all(u8::is_ascii_whitespace) {
        return refuse(plain, unreadable(guess, "empty"));
    }
    if let Some(found) = foreign(&census.first) {
        let finding = match options.format {
            Some(format) => unreadable(format, "other_format").with("found", found),
            None => Finding::of_file(FindingCode::UnsupportedFormat).with("format", found),
        };
        return refuse(plain, finding);
    }
    let workbook = census.first.starts_with(b"PK\x03\x04");
    let format = options.format.unwrap_or_else(|| detected(text, workbook));
    let manner = Manner { format, ..plain };
    if format == Format::Xlsx {
        return if workbook {
            Ok(manner)
        } else {
            refuse(manner, unreadable(format, "other_format"))
        };
    }
    if workbook {
        return refuse(
            manner,
            unreadable(format, "other_format").with("found", "zip"),
        );
    }
    match charset(census, format) {
        Ok(charset) => Ok(Manner { charset, ..manner }),
        Err(finding) => refuse(manner, finding),
    }
}

/// Nothing of the file can be read as its format.
pub(super) fn unreadable(format: Format, reason: &str) -> Finding {
    Finding::of_file(FindingCode::Unreadable)
        .with("format", format)
        .with("reason", reason)
}

/// A character set that is not read, however well-formed.
fn encoding_unsupported(charset: &str) -> Finding {
    Finding::of_file(FindingCode::EncodingInvalid)
        .with("encoding", charset)
        .with("offset", 0)
}

/// Ill-formed bytes at an offset of the file.
pub(super) fn encoding_invalid(charset: &str, offset: u64) -> Finding {
    Finding::of_file(FindingCode::EncodingInvalid)
        .with("charset", charset)
        .with("offset", offset)
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

fn detected(text: &[u8], workbook: bool) -> Format {
    if workbook {
        return Format::Xlsx;
    }
    match text.trim_ascii_start().first() {
        Some(b'<') => Format::Pain001,
        Some(b'{' | b'[') => Format::Json,
        Some(_) | None => Format::Csv,
    }
}

/// Formats that people send by mistake, by their first bytes.
fn foreign(first: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 9] = [
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "xls"),
        (b"%PDF", "pdf"),
        (b"\x89PNG", "png"),
        (b"\xFF\xD8\xFF", "jpeg"),
        (b"\x1F\x8B", "gzip"),
        (b"7z\xBC\xAF\x27\x1C", "7z"),
        (b"Rar!", "rar"),
        (b"PK\x05\x06", "zip"),
        (b"{\\rtf", "rtf"),
    ];
    let known = KNOWN.iter().find(|(magic, _)| first.starts_with(magic));
    known.map(|(_, name)| *name)
}

fn charset(census: &Census, format: Format) -> Result<Charset, Finding> {
    if let Some(mark) = utf16(&census.first) {
        return Err(encoding_unsupported(mark));
    }
    let marked = census.first.starts_with(b"\xEF\xBB\xBF");
    let declared = match format {
        Format::Pain001 => declared(&census.first),
        Format::Csv | Format::Json | Format::Xlsx => None,
    };
    match (census.utf8_fault, declared.as_deref()) {
        (None, None | Some("UTF-8")) => Ok(Charset::Utf8),
        (_, Some("GB18030" | "GBK" | "GB2312")) if !marked => Ok(Charset::Gb18030),
        // Any declared set is ASCII where all bytes are.
        (None, Some(_)) if census.ascii => Ok(Charset::Utf8),
        (None, Some(other)) => Err(encoding_unsupported(other)),
        // Eight characters of hanzi in GBK never happen to be UTF-8: one byte of it is broken.
        (Some(offset), _) if marked || census.multibyte >= 8 => {
            Err(encoding_invalid("UTF-8", offset))
        }
        (Some(_), None) => Ok(Charset::Gb18030),
        (Some(offset), Some(name)) => Err(encoding_invalid(name, offset)),
    }
}

/// UTF-16 by its mark, or by the zero bytes of ASCII: at its start, or where commas and ends of
/// line stand among hanzi. No text in another set has a zero byte.
fn utf16(first: &[u8]) -> Option<&'static str> {
    match first {
        [0xFF, 0xFE, ..] | [_, 0, _, 0, ..] => return Some("UTF-16LE"),
        [0xFE, 0xFF, ..] | [0, _, 0, _, ..] => return Some("UTF-16BE"),
        _ => {}
    }
    let zero_after = |sign: &[u8; 2]| first.chunks_exact(2).any(|pair| pair == sign);
    let signs = [[b',', 0], [b'\t', 0], [b'\n', 0]];
    let (little, big) = (
        signs.iter().any(zero_after),
        signs.iter().any(|[sign, zero]| zero_after(&[*zero, *sign])),
    );
    match (little, big) {
        (true, false) => Some("UTF-16LE"),
        (false, true) => Some("UTF-16BE"),
        _ => None,
    }
}

/// The encoding of an XML declaration, in capitals.
fn declared(first: &[u8]) -> Option<String> {
    let text = without_mark(first).trim_ascii_start();
    let text = text.get(..text.len().min(300))?;
    let end = text.windows(2).position(|pair| pair == b"?>")?;
    let declaration = std::str::from_utf8(text.get(..end)?).ok()?;
    let rest = declaration.strip_prefix("<?xml")?;
    let (_, value) = rest.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let name = value.get(1..)?.split(quote).next()?;
    Some(name.to_ascii_uppercase())
}
