//! Which format and which character set a file has, from its first bytes and the census.

use super::census::Census;
use super::raw::size;
use super::{Format, ReadOptions};
use crate::finding::{Finding, FindingCode};
use crate::text::Charset;

/// How to read the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    pub(super) format: Format,
    pub(super) charset: Charset,
    /// Offset where the text is ill-formed, if that is known before it is read.
    pub(super) fault: Option<u64>,
}

/// What is known of a file's form.
#[derive(Clone, Debug, Default)]
pub(super) struct Form {
    pub(super) format: Option<Format>,
    /// A name, also of a set that is not read.
    pub(super) encoding: Option<String>,
}

impl Form {
    /// A reader that could make nothing of the file: what it was taken for was a guess.
    pub(super) fn correct(&mut self, code: FindingCode, options: &ReadOptions<'_>) {
        let is_foreign = code == FindingCode::UnsupportedFormat;
        if is_foreign {
            self.format = options.format;
        }
        if is_foreign || code == FindingCode::Unreadable {
            self.encoding = None;
        }
    }
}

/// A file of which nothing can be read.
pub(super) struct Refused {
    pub(super) form: Form,
    pub(super) finding: Box<Finding>,
}

/// Decides, or says why the file can't be read at all.
pub(super) fn manner(census: &Census, options: &ReadOptions<'_>) -> Result<Manner, Refused> {
    let refuse = |format: Option<Format>, finding: Finding| {
        let encoding = finding.arguments.get("encoding").cloned();
        let form = Form { format, encoding };
        let finding = Box::new(finding);
        Err(Refused { form, finding })
    };
    let given = options.format;
    if census.bytes > options.limits.bytes_max {
        let finding = Finding::of_file(FindingCode::TooLarge)
            .with("limit", size(options.limits.bytes_max))
            .with("reason", "file");
        return refuse(given, finding);
    }
    let text = without_mark(&census.first);
    if text.iter().all(u8::is_ascii_whitespace) {
        let finding = match given {
            Some(format) => unreadable(format, "empty"),
            None => Finding::of_file(FindingCode::Unreadable).with("reason", "empty"),
        };
        return refuse(given, finding);
    }
    if let Some(found) = foreign(&census.first) {
        return refuse(given, other_format(given, found));
    }
    let workbook = census.first.starts_with(b"PK\x03\x04");
    let format = given.unwrap_or_else(|| detected(text, workbook));
    if workbook != (format == Format::Xlsx) {
        let finding = unreadable(format, "other_format");
        let finding = match workbook {
            true => finding.with("found", "zip"),
            false => finding,
        };
        return refuse(given, finding);
    }
    let charset = if workbook {
        Ok((Charset::Utf8, None))
    } else {
        charset(census, format)
    };
    match charset {
        Ok((charset, fault)) => Ok(Manner {
            format,
            charset,
            fault,
        }),
        // A table can be saved as a workbook; what a program wrote, it must write again.
        Err(finding) if format == Format::Csv => refuse(Some(format), finding),
        Err(finding) => refuse(Some(format), finding.with("remedy", "export_utf8")),
    }
}

/// A file that is something else, called by its name.
pub(super) fn other_format(given: Option<Format>, found: &str) -> Finding {
    match given {
        Some(format) => unreadable(format, "other_format").with("found", found),
        None => {
            let finding = Finding::of_file(FindingCode::UnsupportedFormat);
            finding.with("format", found).with("reason", found)
        }
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
        .with("reason", "not_read_on")
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

fn detected(text: &[u8], workbook: bool) -> Format {
    if workbook {
        return Format::Xlsx;
    }
    // UTF-16 has a mark before it and zero bytes between.
    let solid = |byte: &&u8| !byte.is_ascii_whitespace() && !matches!(byte, 0 | 0xFE | 0xFF);
    match text.iter().find(solid) {
        Some(b'<') => Format::Pain001,
        Some(b'{' | b'[') => Format::Json,
        Some(_) | None => Format::Csv,
    }
}

/// Formats that people send by mistake, by their first bytes.
fn foreign(first: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 8] = [
        (b"%PDF", "pdf"),
        (b"\x89PNG", "png"),
        (b"\xFF\xD8\xFF", "jpeg"),
        (b"\x1F\x8B", "gzip"),
        (b"7z\xBC\xAF\x27\x1C", "7z"),
        (b"Rar!", "rar"),
        (b"PK\x05\x06", "zip"),
        (b"{\\rtf", "rtf"),
    ];
    if first.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Some(of_old_office(first));
    }
    let known = KNOWN.iter().find(|(magic, _)| first.starts_with(magic));
    let known = known.map(|(_, name)| *name);
    known.or_else(|| is_web_page(without_mark(first)).then_some("html"))
}

/// Whose document a compound file is, by the name of its stream in UTF-16: one of Word, or what
/// most are, an old workbook or an encrypted one.
fn of_old_office(first: &[u8]) -> &'static str {
    let of_word: Vec<u8> = "WordDocument".bytes().flat_map(|byte| [byte, 0]).collect();
    match memchr::memmem::find(first, &of_word) {
        Some(_) => "doc",
        None => "xls",
    }
}

/// HTML, perhaps as XML: some programs save a table as a page and call it a workbook.
fn is_web_page(text: &[u8]) -> bool {
    const TAGS: [&[u8]; 6] = [
        b"!doctype html",
        b"html",
        b"head",
        b"body",
        b"table",
        b"meta",
    ];
    let mut rest = text.trim_ascii_start();
    for (open, close) in [("<?", "?>"), ("<!--", "-->")] {
        if rest.starts_with(open.as_bytes()) {
            let end = memchr::memmem::find(rest, close.as_bytes());
            let after = end.and_then(|end| rest.get(end + close.len()..));
            rest = after.unwrap_or_default().trim_ascii_start();
        }
    }
    let Some(tag) = rest.strip_prefix(b"<") else {
        return false;
    };
    TAGS.iter().any(|name| {
        let after = tag.get(name.len()).copied().unwrap_or(b'>');
        let whole = after.is_ascii_whitespace() || matches!(after, b'>' | b'/');
        let begin = tag.get(..name.len()).unwrap_or_default();
        whole && begin.eq_ignore_ascii_case(name)
    })
}

/// The character set, and where the text is none of it.
fn charset(census: &Census, format: Format) -> Result<(Charset, Option<u64>), Finding> {
    if let Some(mark) = utf16(&census.first) {
        return Err(encoding_unsupported(mark));
    }
    let marked = census.first.starts_with(b"\xEF\xBB\xBF");
    let declared = match format {
        Format::Pain001 => declared(&census.first),
        Format::Csv | Format::Json | Format::Xlsx => None,
    };
    match (census.utf8_fault, declared.as_deref()) {
        (None, None | Some("UTF-8")) => Ok((Charset::Utf8, None)),
        (_, Some("GB18030" | "GBK" | "GB2312")) if !marked => Ok((Charset::Gb18030, None)),
        // Any declared set is ASCII where all bytes are.
        (None, Some(_)) if census.ascii => Ok((Charset::Utf8, None)),
        (None, Some(other)) => Err(encoding_unsupported(other)),
        // Eight characters of hanzi in GBK never happen to be UTF-8: one byte of it is broken.
        (fault, _) if marked || census.multibyte >= 8 => Ok((Charset::Utf8, fault)),
        (fault, Some("UTF-8")) => Ok((Charset::Utf8, fault)),
        (Some(_), None) => Ok((Charset::Gb18030, None)),
        (Some(_), Some(other)) => Err(encoding_unsupported(other)),
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
