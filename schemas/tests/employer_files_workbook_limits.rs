//! How much of a workbook is kept in memory, whatever it says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::book::{RELATIONS, WORKBOOK, container, sheet, workbook};
use employer_files_support::*;
use schemas::Lang;
use schemas::employer_files::{Limits, ReadOptions};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// The example with a further row of a sheet.
fn with_row(cells: &str) -> String {
    let row = format!("<row r=\"16\">{cells}</row></sheetData>");
    sheet(EXAMPLE).replace("</sheetData>", &row)
}

/// A shared text of so many KiB, in pieces: no single event of the XML may be as long.
fn one_string(kib: usize) -> String {
    let piece = format!("<r><t>{}</t></r>", "a".repeat(16 << 10));
    assert_eq!(kib % 16, 0);
    format!("<sst><si>{}</si></sst>", piece.repeat(kib / 16))
}

const FIRST_STRING: &str = "<c t=\"s\"><v>0</v></c>";

/// Found by an attack: some KB made a row of many GB.
#[test]
fn a_row_of_shared_texts_is_as_long_as_any_other_at_most() {
    let long = one_string(960);
    let bomb = workbook(&with_row(&FIRST_STRING.repeat(2_000)), &long);
    assert!(bomb.len() < 20_000);
    // At its first cell: a row has 256 KiB at most, and this text has 960 KiB.
    let one = workbook(&with_row(FIRST_STRING), &long);
    for bytes in [one, bomb] {
        let (summary, kept) = read_bytes(&bytes);
        assert_eq!(kept.places(), ["too_large - 16 -"]);
        assert_eq!(kept.argument("too_large", "reason"), "row");
        assert_eq!(kept.argument("too_large", "limit"), "256 KiB");
        assert_eq!(summary.line_count, 2);
    }
    // Twice 128 KiB fit, and not a byte more.
    let half = one_string(128);
    let twice = FIRST_STRING.repeat(2);
    let (_, kept) = read_bytes(&workbook(&with_row(&twice), &half));
    assert!(!kept.places().is_empty());
    assert!(!kept.places().contains(&"too_large - 16 -".to_owned()));
    let more = twice + "<c t=\"str\"><v>b</v></c>";
    let (_, kept) = read_bytes(&workbook(&with_row(&more), &half));
    assert_eq!(kept.places(), ["too_large - 16 -"]);
}

/// The 65th cell and those after it are not looked at: it is said that they are there.
#[test]
fn shared_texts_beyond_the_cells_that_are_looked_at_are_not_kept() {
    let long = one_string(960);
    let beyond = "<c r=\"BM16\" t=\"s\"><v>0</v></c>".to_owned() + &FIRST_STRING.repeat(1_999);
    let (summary, kept) = read_bytes(&workbook(&with_row(&beyond), &long));
    // The row is a third line, and the file states two.
    let places = [
        "schema_violation - 16 -",
        "control_count_mismatch - - line_count",
    ];
    assert_eq!(kept.places(), places);
    assert_eq!((summary.line_count, summary.lines_ok), (3, 2));
}

/// A text of 16 KiB in each of five rows is 80 KiB, though the parts have some 20 together.
#[test]
fn shared_texts_count_as_often_as_they_are_named() {
    let rows: String = (16..21)
        .map(|row| format!("<row r=\"{row}\">{FIRST_STRING}</row>"))
        .collect();
    let many = sheet(EXAMPLE).replace("</sheetData>", &(rows + "</sheetData>"));
    let limits = Limits {
        unpacked_bytes_max: 64 << 10,
        ..Limits::default()
    };
    let small = ReadOptions {
        limits,
        ..options()
    };
    let book = workbook(&many, &one_string(16));
    let (_, kept) = read_with(&book, &small);
    assert_eq!(kept.argument("too_large", "reason"), "unpacked");
    assert_eq!(kept.argument("too_large", "limit"), "64 KiB");
    let (_, kept) = read_bytes(&book);
    assert!(!kept.places().contains(&"too_large - - -".to_owned()));
    // Four times 16 KiB are the limit itself.
    let four = many.replace(&format!("<row r=\"20\">{FIRST_STRING}</row>"), "");
    assert_ne!(four, many);
    let (_, kept) = read_with(&workbook(&four, &one_string(16)), &small);
    assert!(!kept.places().contains(&"too_large - - -".to_owned()));
}

/// A cell has as many bytes as a spreadsheet's own of three bytes a character can have, and some.
/// A memo of so many is refused as a memo.
#[test]
fn a_cell_has_128_kib_at_most() {
    let cell = |more: &str| {
        let piece = format!("<r><t>{}</t></r>", "a".repeat(16 << 10));
        let text = piece.repeat(8);
        format!("<c r=\"J14\" t=\"inlineStr\"><is>{text}<r><t>{more}</t></r></is></c>")
    };
    let memo = "<c r=\"J14\" t=\"str\"><v>2026年11月工资</v></c>";
    let read = |more: &str| {
        let spoilt = sheet(EXAMPLE).replace(memo, &cell(more));
        assert!(spoilt.len() > 128 << 10);
        read_bytes(&workbook(&spoilt, "<sst/>")).1
    };
    assert_eq!(read("").places(), ["text_too_long 1 14 memo"]);
    let kept = read("b");
    assert_eq!(kept.places(), ["too_large - 14 -"]);
    assert_eq!(kept.argument("too_large", "reason"), "field");
    assert_eq!(kept.argument("too_large", "limit"), "128 KiB");
}

/// No part of a workbook nests deeper or has longer tags; a hostile one fills the memory with them.
#[test]
fn elements_nest_32_deep_and_a_tag_has_8_kib() {
    let with = |xml: &str| {
        let end = format!("{xml}</worksheet>");
        let spoilt = sheet(EXAMPLE).replace("</worksheet>", &end);
        read_bytes(&workbook(&spoilt, "<sst/>")).1.places()
    };
    // The worksheet itself is the first of them.
    let nested = |depth: usize| "<x>".repeat(depth - 1) + &"</x>".repeat(depth - 1);
    assert_eq!(with(&nested(32)), [""; 0]);
    assert_eq!(with(&nested(33)), ["schema_violation - - -"]);
    let tag = |bytes: usize| format!("<x a=\"{}\"></x>", "b".repeat(bytes - "x a=\"\"".len()));
    assert_eq!(with(&tag(8 << 10)), [""; 0]);
    assert_eq!(with(&tag((8 << 10) + 1)), ["schema_violation - - -"]);
}

#[test]
fn parts_hold_as_much_of_an_element_as_any_workbook_has() {
    let read = |relations: &str, styles: &str| {
        let book = container(&[
            ("xl/workbook.xml", WORKBOOK.as_bytes()),
            ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
            ("xl/styles.xml", styles.as_bytes()),
            ("xl/sheet1.xml", sheet(EXAMPLE).as_bytes()),
        ]);
        let (_, kept) = read_bytes(&book);
        let told = kept.findings.first();
        told.map(|finding| finding.message(Lang::En))
    };
    let relations = |more: usize| {
        let sheet = "<Relationship Id=\"r1\" Type=\"t/worksheet\" Target=\"sheet1.xml\"/>";
        let styles = "<Relationship Id=\"r2\" Type=\"t/styles\" Target=\"styles.xml\"/>";
        let others: String = (0..more)
            .map(|n| format!("<Relationship Id=\"o{n}\" Target=\"o\"/>"))
            .collect();
        format!("<Relationships>{sheet}{styles}{others}</Relationships>")
    };
    let cells = |count: usize| format!("<s><cellXfs>{}</cellXfs></s>", "<xf/>".repeat(count));
    let numbers = |count: usize| format!("<s>{}</s>", "<numFmt/>".repeat(count));
    let too_many = |of: &str| {
        Some(format!(
            "Too large: the unpacked content, the limit is {of}"
        ))
    };
    assert_eq!(read(&relations(1_022), &cells(65_536)), None);
    assert_eq!(
        read(&relations(1_023), "<s/>"),
        too_many("1024 Relationship")
    );
    assert_eq!(read(&relations(0), &cells(65_537)), too_many("65536 xf"));
    assert_eq!(read(&relations(0), &numbers(65_536)), None);
    assert_eq!(
        read(&relations(0), &numbers(65_537)),
        too_many("65536 numFmt")
    );
}

/// The end record of a container: disk, entries, bytes and place of the directory.
fn end_record(disk: u16, entries: u16, bytes: u32, place: u32) -> Vec<u8> {
    let mut end = b"PK\x05\x06".to_vec();
    for number in [disk, disk, entries, entries] {
        end.extend(number.to_le_bytes());
    }
    end.extend([bytes.to_le_bytes(), place.to_le_bytes()].concat());
    end.extend([0; 2]);
    end
}

/// The end record of ZIP64 and its locator, behind a directory that begins at `place`.
fn end_record_64(entries: u64, bytes: u64, place: u64) -> Vec<u8> {
    let mut end = b"PK\x06\x06".to_vec();
    end.extend(44u64.to_le_bytes());
    end.extend([45, 0, 45, 0]);
    end.extend([0; 8]);
    for number in [entries, entries, bytes, place] {
        end.extend(number.to_le_bytes());
    }
    end.extend(b"PK\x06\x07\0\0\0\0");
    end.extend((place + bytes).to_le_bytes());
    end.extend(1u32.to_le_bytes());
    end
}

/// Whichever end record is followed in the end, its numbers are within the limits.
#[test]
fn a_directory_is_limited_by_whatever_record_it_is_found() {
    let names: Vec<_> = (0..1000).map(|n| format!("n{n}")).collect();
    let parts: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), b"".as_slice()))
        .collect();
    let many = container(&parts);
    let told = |bytes: &[u8]| read_bytes(bytes).1.findings[0].message(Lang::En);
    let directory = many.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    let end = many.len() - 22;
    let (place, bytes) = (directory as u64, (end - directory) as u64);
    let record_64 = end_record_64(1000, bytes, place);
    for record in [
        end_record(0, 3, 100, u32::MAX),
        end_record(0, 3, u32::MAX, 0),
    ] {
        assert_eq!(
            told(&[&many[..end], &record_64, &record].concat()),
            "Too large: the directory of the container, the limit is 1 MiB"
        );
    }
    // A last one that is none: the one before it counts.
    let stray = end_record(1, 0, 0, 0);
    assert_eq!(
        told(&[many.as_slice(), &stray].concat()),
        "Too large: the number of files in the container, 1000, the limit is 256"
    );
}

/// The example with these further parts, which nobody reads.
fn with_parts(further: &[(String, Vec<u8>)]) -> Vec<u8> {
    let sheet = sheet(EXAMPLE);
    let own = [
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/sheet1.xml", sheet.as_bytes()),
    ];
    let further = further.iter();
    let further = further.map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    container(&own.into_iter().chain(further).collect::<Vec<_>>())
}

#[test]
fn a_container_of_256_files_is_read() {
    let further = |count| (0..count).map(|n| (format!("xl/media/{n}"), Vec::new()));
    let read = |count| read_bytes(&with_parts(&further(count).collect::<Vec<_>>())).1;
    let kept = read(253);
    assert_eq!((kept.places(), kept.lines), (vec![], example_lines()));
    assert_eq!(read(254).argument("too_large", "counted"), "257");
}

/// Comments make a directory of any size from a few entries.
#[test]
fn a_directory_of_one_mebibyte_is_read() {
    let further = (0..20).map(|n| (format!("xl/media/{n}"), Vec::new()));
    let plain = with_parts(&further.collect::<Vec<_>>());
    let begins = plain.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    let end = plain.len() - 22;
    let of_bytes = |bytes: usize| {
        let mut left = bytes - (end - begins);
        let (mut whole, mut at) = (plain[..begins].to_vec(), begins);
        while at < end {
            let number =
                |place: usize| usize::from(u16::from_le_bytes([plain[place], plain[place + 1]]));
            // Each entry has 46 bytes, its name and what it adds; a comment of its own follows.
            let next = at + 46 + number(at + 28) + number(at + 30);
            let comment = left.min(60_000);
            left -= comment;
            let mut entry = plain[at..next].to_vec();
            entry[32..34].copy_from_slice(&(comment as u16).to_le_bytes());
            whole.extend(entry);
            whole.extend(vec![b'x'; comment]);
            at = next;
        }
        assert_eq!((left, whole.len() - begins), (0, bytes));
        whole.extend(end_record(0, 23, bytes as u32, begins as u32));
        read_bytes(&whole).1
    };
    let kept = of_bytes(1 << 20);
    assert_eq!((kept.places(), kept.lines), (vec![], example_lines()));
    assert_eq!(
        of_bytes((1 << 20) + 1).argument("too_large", "limit"),
        "1 MiB"
    );
}

/// A picture may hold the bytes of an end record by chance. Who counts disks that nobody has is
/// no end, whatever else stands there.
#[test]
fn what_only_looks_like_an_end_record_limits_nothing() {
    for stray in [
        end_record(1, 1000, 100, 0),
        end_record(1, 3, 2 << 20, 0),
        end_record(0x5858, 0x5858, 0x5858_5858, 0x5858_5858),
    ] {
        let mut zip = ZipWriter::new_append(Cursor::new(with_parts(&[]))).unwrap();
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        zip.start_file("xl/media/0", stored).unwrap();
        zip.write_all(&stray).unwrap();
        let bytes = zip.finish().unwrap().into_inner();
        assert!(bytes.windows(stray.len()).any(|window| window == stray));
        let (_, kept) = read_bytes(&bytes);
        assert_eq!((kept.places(), kept.lines), (vec![], example_lines()));
    }
}

/// Where a number does not fit, the record of ZIP64 counts, and its disks are not asked for.
#[test]
fn any_number_that_does_not_fit_sends_to_the_other_record() {
    let whole = with_parts(&[]);
    let end = whole.len() - 22;
    for (entries, bytes, place, reason) in [
        (u16::MAX, 100, 0, "parts"),
        (3, u32::MAX, 0, "directory"),
        (3, 100, u32::MAX, "directory"),
        (u16::MAX, u32::MAX, u32::MAX, "parts"),
    ] {
        let record = end_record(u16::MAX, entries, bytes, place);
        let (_, kept) = read_bytes(&[&whole[..end], &record].concat());
        assert_eq!(kept.places(), ["too_large - - -"]);
        assert_eq!(kept.argument("too_large", "reason"), reason);
    }
}
