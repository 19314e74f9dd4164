//! Files that are none of ours, or not all of them: called what they are, and read as far as they
//! can be.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::book::container;
use employer_files_support::*;
use schemas::Lang;
use schemas::employer_files::{Format, Limits, ReadOptions};

fn utf16(text: &str) -> Vec<u8> {
    let units = text.encode_utf16().flat_map(u16::to_le_bytes);
    [0xFF, 0xFE].into_iter().chain(units).collect()
}

/// The first bytes of a compound file, with the name of a stream of it.
fn compound(stream: &str) -> Vec<u8> {
    let name: Vec<u8> = utf16(stream).split_off(2);
    [
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(),
        &[0; 504],
        &name,
    ]
    .concat()
}

#[test]
fn what_is_none_of_ours_is_called_what_it_is() {
    let page = "无法识别文件格式：网页（HTML）";
    let cases: [(Vec<u8>, &str); 13] = [
        (b"\n<!DOCTYPE html>\n<html></html>".to_vec(), page),
        (b"<HTML><body>x</body></HTML>".to_vec(), page),
        (b"\xEF\xBB\xBF<table border=1><tr><td>1".to_vec(), page),
        (
            b"<?xml version=\"1.0\"?>\n<!-- x --><html xmlns=\"x\"/>".to_vec(),
            page,
        ),
        (
            compound("Workbook"),
            "无法识别文件格式：旧版表格（.xls）或设有密码的表格",
        ),
        (
            compound("WordDocument"),
            "无法识别文件格式：文字文档（.doc）",
        ),
        (
            container(&[("word/document.xml", b"<a/>")]),
            "无法识别文件格式：文字文档（.docx）",
        ),
        (
            container(&[("xl/workbook.bin", b"<a/>")]),
            "无法识别文件格式：二进制格式的表格（.xlsb）",
        ),
        (
            container(&[("content.xml", b"<a/>")]),
            "无法识别文件格式：ODF 文件（.ods、.odt）",
        ),
        (
            container(&[("工资.csv", b"<a/>")]),
            "无法识别文件格式：压缩包（zip）",
        ),
        (b"%PDF-1.7".to_vec(), "无法识别文件格式：pdf"),
        (
            b"hello, world".to_vec(),
            "无法识别文件格式：不是工资表的文本",
        ),
        (
            b"<htmlish xmlns=\"urn:x\"/>".to_vec(),
            "无法识别文件格式：htmlish",
        ),
    ];
    for (bytes, said) in cases {
        let (summary, kept) = read_bytes(&bytes);
        assert_eq!(kept.places(), ["unsupported_format - - -"], "{said}");
        assert_eq!(kept.findings[0].message(Lang::Zh), said);
        assert_eq!((summary.format, summary.encoding), (None, None));
    }
}

#[test]
fn an_empty_file_is_of_no_format_unless_one_is_given() {
    let (summary, kept) = read_bytes(b" \r\n");
    assert_eq!(
        kept.one("unreadable").message(Lang::Zh),
        "文件无法读取：为空"
    );
    assert_eq!((summary.format, summary.encoding), (None, None));
    let given = ReadOptions {
        format: Some(Format::Xlsx),
        ..options()
    };
    let (summary, kept) = read_with(b"", &given);
    let said = kept.one("unreadable").message(Lang::Zh);
    assert_eq!(said, "文件无法读取，不是正确的 xlsx：为空");
    assert_eq!(summary.format, Some(Format::Xlsx));
}

/// Whoever says that a file is csv is told that it is none, wherever that shows.
#[test]
fn a_text_that_was_called_csv_is_no_csv() {
    let given = ReadOptions {
        format: Some(Format::Csv),
        ..options()
    };
    let unlike = "一,二,三\n".repeat(40);
    let newer = "杭州样例建设有限公司\n".to_owned() + &EXAMPLE.replace(",V1", ",V2");
    for text in [unlike, newer, "hello\n".to_owned()] {
        let (summary, kept) = read_with(text.as_bytes(), &given);
        let places = kept.places();
        assert_eq!(places.last().unwrap(), "unreadable - - -", "{text}");
        assert_eq!(kept.argument("unreadable", "reason"), "other_format");
        assert_eq!(summary.format, Some(Format::Csv));
    }
}

/// The format of UTF-16 is told, its encoding by its own name, and a program's file is not to be
/// saved as a workbook.
#[test]
fn utf_16_is_named() {
    let xml = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><Document/>";
    for (text, format, workbook) in [
        (xml, Format::Pain001, false),
        ("{\"batch_no\":1}", Format::Json, false),
        (EXAMPLE, Format::Csv, true),
    ] {
        let (summary, kept) = read_bytes(&utf16(text));
        assert_eq!(kept.places(), ["encoding_invalid - - -"]);
        let finding = &kept.findings[0];
        let said = "文件的编码 UTF-16LE 不受支持，偏移 0 字节处";
        assert_eq!(finding.message(Lang::Zh), said);
        assert_eq!(finding.hint(Lang::Zh).contains("xlsx"), workbook);
        assert_eq!(summary.format, Some(format));
        assert_eq!(summary.encoding.as_deref(), Some("UTF-16LE"));
    }
}

/// By its mark or by its zero bytes: ASCII at the start, commas and ends of line among hanzi.
#[test]
fn utf_16_is_told_in_either_order_of_bytes_with_and_without_a_mark() {
    let object = "{\"batch_no\":1}";
    let hanzi = "批次号,张样一\n";
    for (text, format) in [(object, Format::Json), (hanzi, Format::Csv)] {
        let little = utf16(text);
        let big: Vec<u8> = little
            .chunks(2)
            .flat_map(|unit| [unit[1], unit[0]])
            .collect();
        for (bytes, encoding) in [(little, "UTF-16LE"), (big, "UTF-16BE")] {
            for bytes in [&bytes[..], &bytes[2..]] {
                let (summary, kept) = read_bytes(bytes);
                assert_eq!(kept.places(), ["encoding_invalid - - -"], "{text}");
                assert_eq!(summary.encoding.as_deref(), Some(encoding), "{text}");
                assert_eq!(summary.format, Some(format));
            }
        }
    }
}

/// A message that declares an encoding; `name` and `memo` of its lines as given.
fn declaring(encoding: &str, name: &str, memo: &str) -> String {
    let mut batch = planted::Batch::good(3);
    for at in 0..planted::LINES {
        batch.set_field(at, "name", name);
        batch.set_field(at, "memo", memo);
    }
    let message = String::from_utf8(batch.write(Format::Pain001)).unwrap();
    format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>{message}")
}

/// What a message says of itself is believed where the bytes don't belie it; all sets agree in
/// ASCII.
#[test]
fn a_declared_encoding_that_is_not_read_is_named_unless_all_is_ascii() {
    let ascii = declaring("iso-8859-1", "Zhang San", "wages");
    let (summary, kept) = read_bytes(ascii.as_bytes());
    assert_eq!(
        (summary.errors, summary.lines_ok),
        (0, 7),
        "{:?}",
        kept.places()
    );
    assert_eq!(summary.encoding.as_deref(), Some("UTF-8"));
    let latin = declaring("iso-8859-1", "张样一", "工资");
    // UTF-8 by its mark, and something else by its own words.
    let torn = "\u{FEFF}".to_owned() + &declaring("GBK", "张样一", "工资");
    for (text, encoding) in [(latin, "ISO-8859-1"), (torn, "GBK")] {
        let (summary, kept) = read_bytes(text.as_bytes());
        assert_eq!(kept.places(), ["encoding_invalid - - -"], "{encoding}");
        assert_eq!(kept.argument("encoding_invalid", "encoding"), encoding);
        assert_eq!(summary.encoding.as_deref(), Some(encoding));
        assert_eq!(
            (summary.format, summary.line_count),
            (Some(Format::Pain001), 0)
        );
    }
}

/// The word of the public contract, as a caller may write it.
#[test]
fn a_format_is_given_by_its_word() {
    for (word, format) in [
        ("csv", Some(Format::Csv)),
        ("XLSX", Some(Format::Xlsx)),
        (" json\n", Some(Format::Json)),
        ("Pain.001", Some(Format::Pain001)),
        ("pain", None),
        ("", None),
    ] {
        assert_eq!(Format::parse(word), format, "{word:?}");
    }
}

/// Nothing could be read of the text, so that its character set is a guess.
#[test]
fn what_is_not_of_the_given_format_has_no_encoding() {
    for format in [Format::Json, Format::Pain001] {
        let given = ReadOptions {
            format: Some(format),
            ..options()
        };
        let (summary, kept) = read_with(EXAMPLE.as_bytes(), &given);
        assert_eq!(kept.places(), ["unreadable - - -"], "{format}");
        assert_eq!((summary.format, summary.encoding), (Some(format), None));
    }
}

#[test]
fn a_file_may_be_as_large_as_the_limit() {
    let with = |bytes_max| ReadOptions {
        limits: Limits {
            bytes_max,
            ..Limits::default()
        },
        ..options()
    };
    let bytes = EXAMPLE.len() as u64;
    let (summary, kept) = read_with(EXAMPLE.as_bytes(), &with(bytes));
    assert_eq!((summary.lines_ok, kept.places()), (2, vec![]));
    for (limit, said) in [(bytes - 1, format!("{} B", bytes - 1)), (0, "0 B".into())] {
        let (summary, kept) = read_with(EXAMPLE.as_bytes(), &with(limit));
        assert_eq!(kept.places(), ["too_large - - -"]);
        assert_eq!(kept.argument("too_large", "limit"), said);
        assert_eq!((summary.format, summary.line_count), (None, 0));
    }
}

/// The lines up to the limit are read; what follows is not, and no total is compared. That the
/// caller names the format says nothing else.
#[test]
fn more_lines_than_the_limit_end_the_reading_in_every_format() {
    let limits = Limits {
        lines_max: 6,
        ..Limits::default()
    };
    for format in Format::ALL {
        let text = planted::Batch::good(3).write(format);
        for given in [None, Some(format)] {
            let options = ReadOptions {
                format: given,
                limits,
                ..options()
            };
            // The last line is the one too many; in a csv file it may lack its end of line.
            for bytes in [&text[..], text.trim_ascii_end()] {
                let (summary, kept) = read_with(bytes, &options);
                assert!(kept.places().contains(&"too_many_lines - - -".to_owned()));
                assert_eq!((summary.errors, kept.lines.len()), (1, 6), "{format}");
                assert_eq!(summary.format, Some(format));
            }
        }
    }
}

/// The example with a finding in its first line and a byte of the second broken.
fn broken(bytes: fn(&str) -> Vec<u8>, text: &str, before: &str) -> (Vec<u8>, usize) {
    let (head, _) = text.split_once(before).unwrap();
    let at = bytes(head).len();
    let mut broken = bytes(text);
    broken[at] = 0xFF;
    (broken, at)
}

#[test]
fn what_stands_before_an_ill_formed_byte_is_read_and_judged() {
    let plain = |text: &str| text.as_bytes().to_vec();
    let text = EXAMPLE.replace("6523.50,6600.00", "0.00,6600.00");
    for (bytes, before) in [
        (plain as fn(&str) -> Vec<u8>, "李样二"),
        (gb18030, "李样二"),
        // The first byte after an end of line.
        (plain, "2,李样二"),
        (gb18030, "2,李样二"),
    ] {
        let (file, at) = broken(bytes, &text, before);
        let (summary, kept) = read_bytes(&file);
        let expected = ["amount_not_positive 1 14 amount", "encoding_invalid - - -"];
        assert_eq!(kept.places(), expected, "no total is compared");
        assert_eq!(kept.argument("encoding_invalid", "offset"), at.to_string());
        assert_eq!(kept.argument("encoding_invalid", "line_in_file"), "15");
        assert_eq!((summary.line_count, summary.lines_ok), (1, 0));
        assert!(kept.head.is_some());
        let said = kept.one("encoding_invalid").message(Lang::Zh);
        assert!(said.ends_with("其后的内容没有读取"), "{said}");
    }
}

/// The place is that in the file, however many blocks were read before it.
#[test]
fn so_it_is_in_a_large_file() {
    let rows: String = (1..=3000).map(|number| row(number, 9, "工资")).collect();
    let text = file("3000", "3000.00", &rows);
    for bytes in [
        (|text: &str| text.as_bytes().to_vec()) as fn(&str) -> Vec<u8>,
        gb18030,
    ] {
        let (file, at) = broken(bytes, &text, "\n2501,张");
        // The 2500th line stands in row 2513: its end of line is broken, and the next one lost.
        assert!(at > 128 << 10);
        let (summary, kept) = read_bytes(&file);
        assert_eq!(kept.places(), ["encoding_invalid - - -"]);
        assert_eq!(kept.argument("encoding_invalid", "offset"), at.to_string());
        assert_eq!(kept.argument("encoding_invalid", "line_in_file"), "2513");
        assert_eq!((summary.line_count, summary.lines_ok), (2499, 2499));
    }
}

#[test]
fn so_it_is_in_json_and_xml() {
    let batch = planted::Batch::good(3);
    for format in [Format::Json, Format::Pain001] {
        let mut spoilt = batch.clone();
        spoilt.set_field(1, "amount", "0.00");
        let mut file = spoilt.write(format);
        // A byte of the name of the fifth line.
        let name = spoilt.field(4, "name").to_owned();
        let at = String::from_utf8(file.clone())
            .unwrap()
            .find(&name)
            .unwrap();
        let line = file[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        file[at] = 0xFF;
        let (summary, kept) = read_bytes(&file);
        let places = kept.places();
        assert_eq!(places[0], "amount_not_positive 2 2 amount", "{format}");
        assert_eq!(places.last().unwrap(), "encoding_invalid - - -");
        assert_eq!(kept.argument("encoding_invalid", "offset"), at.to_string());
        let told = kept.argument("encoding_invalid", "line_in_file");
        assert_eq!(told, line.to_string());
        assert_eq!((summary.line_count, summary.lines_ok), (4, 3), "{format}");
    }
}
