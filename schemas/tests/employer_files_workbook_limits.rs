//! How much of a workbook is kept in memory, whatever it says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::book::{WORKBOOK, container, sheet, workbook};
use employer_files_support::*;
use schemas::Lang;
use schemas::employer_files::{Limits, ReadOptions};

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
