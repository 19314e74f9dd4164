//! Files that are none of ours, or not all of them: called what they are, and read as far as they
//! can be.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::book::container;
use employer_files_support::*;
use schemas::Lang;
use schemas::employer_files::{Format, ReadOptions};

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
