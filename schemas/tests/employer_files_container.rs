//! Workbooks as containers, hostile ones too, and where in a workbook a fault is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::book::{RELATIONS, WORKBOOK, book, container, sheet, workbook};
use employer_files_support::*;
use schemas::Lang;
use schemas::employer_files::{Limits, ReadOptions};
use schemas::people::SplitMix64;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

const STRINGS: &str = "<sst><si><t>张样一</t></si></sst>";

/// The one finding of a file.
fn code(bytes: &[u8]) -> &'static str {
    let (_, kept) = read_bytes(bytes);
    assert_eq!(kept.findings.len(), 1, "{:?}", kept.places());
    kept.findings[0].code.as_str()
}

#[test]
fn bombs_are_refused_by_the_limit_that_they_hit() {
    let said = |bytes: &[u8]| read_bytes(bytes).1.one("too_large").message(Lang::En);
    let spaces = vec![b' '; 100 << 20];
    let bomb = container(&[("xl/workbook.xml", &spaces)]);
    assert!(bomb.len() < 200_000);
    assert_eq!(code(&bomb), "too_large");
    let density = "Too large: what it unpacks to against its packed size (blank or repeated \
                   content), the limit is 100:1";
    assert_eq!(said(&bomb), density);
    let names: Vec<_> = (0..1000).map(|n| format!("n{n}")).collect();
    let many: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), b"".as_slice()))
        .collect();
    assert_eq!(
        said(&container(&many)),
        "Too large: the number of files in the container, 1000, the limit is 256"
    );
    let whole = book(&[("工资", EXAMPLE)]);
    let limits = Limits {
        unpacked_bytes_max: 1000,
        ..Limits::default()
    };
    let (_, kept) = read_with(
        &whole,
        &ReadOptions {
            limits,
            ..options()
        },
    );
    assert_eq!(kept.places(), ["too_large - - -"]);
    assert_eq!(
        kept.findings[0].message(Lang::En),
        "Too large: the unpacked content, the limit is 1000 B"
    );
    let limits = Limits {
        unpacked_bytes_max: 2 << 10,
        ..limits
    };
    let small = ReadOptions {
        limits,
        ..options()
    };
    let (_, kept) = read_with(&whole, &small);
    assert_eq!(kept.argument("too_large", "limit"), "2 KiB");
}

/// Up to 1 MiB a part may pack as densely as it likes, one that is not read too: 1 MiB at 100:1
/// would be 10 KiB.
#[test]
fn a_part_of_one_mebibyte_may_be_dense() {
    let with_spaces = |bytes: usize| {
        container(&[
            ("xl/workbook.xml", WORKBOOK.as_bytes()),
            ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
            ("xl/sheet1.xml", sheet(EXAMPLE).as_bytes()),
            ("xl/media/image1.bmp", &vec![b' '; bytes]),
        ])
    };
    let dense = with_spaces(1 << 20);
    assert!(dense.len() < 10 << 10);
    let (_, kept) = read_bytes(&dense);
    assert_eq!((kept.places(), kept.lines), (vec![], example_lines()));
    assert_eq!(code(&with_spaces((1 << 20) + 1)), "too_large");
}

/// Bytes that a deflated part of the container has, by its directory.
fn packed(bytes: &[u8], name: &str) -> usize {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let packed = zip.by_name(name).unwrap().compressed_size();
    usize::try_from(packed).unwrap()
}

/// A hundred bytes for each packed one are still allowed, and a hundred more are not: a picture of
/// noise and a plain ground, as large as it takes.
#[test]
fn a_part_may_be_a_hundred_times_as_large_as_it_is_packed() {
    const PICTURE: &str = "xl/media/image1.bmp";
    let mut chance = SplitMix64::new(1);
    let noise: Vec<u8> = (0..14_000).map(|_| chance.draw() as u8).collect();
    let with_picture = |bytes: usize| {
        let mut picture = noise.clone();
        picture.resize(bytes, b' ');
        container(&[
            ("xl/workbook.xml", WORKBOOK.as_bytes()),
            ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
            ("xl/sheet1.xml", sheet(EXAMPLE).as_bytes()),
            (PICTURE, &picture),
        ])
    };
    // More ground makes it a little larger packed as well, until both fit.
    let mut size = 1_400_000;
    let mut fitting = || {
        let bytes = with_picture(size);
        let most = 100 * packed(&bytes, PICTURE);
        let fits = size == most;
        size = most;
        fits.then_some(bytes)
    };
    let allowed = (0..20).find_map(|_| fitting()).unwrap();
    assert!(size > 1 << 20);
    let (_, kept) = read_bytes(&allowed);
    assert_eq!((kept.places(), kept.lines), (vec![], example_lines()));
    let denser = with_picture(size + 200);
    assert!(size / 100 + 2 > packed(&denser, PICTURE));
    assert_eq!(code(&denser), "too_large");
}

/// The limit is what all parts may come to together, to the byte.
#[test]
fn a_workbook_may_unpack_to_the_limit_itself() {
    let sheet = sheet(EXAMPLE);
    let parts = [WORKBOOK, RELATIONS, &sheet, STRINGS];
    let all: usize = parts.iter().map(|part| part.len()).sum();
    let read = |unpacked_bytes_max: usize| {
        let limits = Limits {
            unpacked_bytes_max: unpacked_bytes_max as u64,
            ..Limits::default()
        };
        let options = ReadOptions {
            limits,
            ..options()
        };
        read_with(&workbook(&sheet, STRINGS), &options).1.places()
    };
    assert_eq!(read(all), [""; 0]);
    assert_eq!(read(all - 1), ["too_large - - -"]);
}

#[test]
fn lying_and_broken_containers_are_refused() {
    // The directory lies about the size: what comes out is counted all the same.
    let mut lying = workbook(
        &format!("{}{}", sheet(EXAMPLE), " ".repeat(20 << 20)),
        STRINGS,
    );
    let claimed = (20u32 << 20) + sheet(EXAMPLE).len() as u32;
    let at: Vec<_> = lying
        .windows(4)
        .enumerate()
        .filter(|(_, window)| *window == claimed.to_le_bytes())
        .map(|(at, _)| at)
        .collect();
    assert!(!at.is_empty());
    for at in at {
        lying[at..at + 4].copy_from_slice(&1000u32.to_le_bytes());
    }
    assert!(matches!(
        code(&lying),
        "too_large" | "unreadable" | "schema_violation"
    ));
    assert_eq!(
        code(&container(&[("word/document.xml", b"<a/>")])),
        "unsupported_format"
    );
    let whole = book(&[("工资", EXAMPLE)]);
    assert_eq!(code(&whole[..whole.len() - 30]), "unreadable");
    assert_eq!(code(b"PK\x03\x04rest"), "unreadable");
}

/// Two entries of the directory that point at the same bytes, in a workbook that is whole.
#[test]
fn overlapping_entries_are_refused() {
    let mut bytes = container(&[
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/sheet1.xml", sheet(EXAMPLE).as_bytes()),
        ("xl/sheet1.xmm", b"x"),
    ]);
    assert_eq!(read_bytes(&bytes).1.places(), [""; 0]);
    let directory: Vec<_> = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, window)| *window == b"PK\x01\x02")
        .map(|(at, _)| at)
        .collect();
    // Where the directory says that an entry begins.
    let place = |entry: usize| directory[entry] + 42..directory[entry] + 46;
    let of_sheet = bytes[place(2)].to_vec();
    bytes[place(3)].copy_from_slice(&of_sheet);
    let (_, kept) = read_bytes(&bytes);
    assert_eq!(kept.places(), ["unreadable - - -"]);
    assert_eq!(kept.argument("unreadable", "reason"), "damaged");
}

/// Who can't go back writes sizes and check sum behind each part: there, between the entries, are
/// bytes of none.
#[test]
fn a_container_that_was_written_as_a_stream_is_read() {
    let mut zip = ZipWriter::new_stream(Vec::new());
    for (name, bytes) in [
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/sheet1.xml", sheet(EXAMPLE).as_bytes()),
    ] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    assert!(bytes.windows(4).any(|window| window == b"PK\x07\x08"));
    let (_, kept) = read_bytes(&bytes);
    assert_eq!((kept.places(), kept.lines), (vec![], example_lines()));
}

fn said(bytes: &[u8], code: &str) -> String {
    read_bytes(bytes).1.one(code).message(Lang::Zh)
}

/// A part by its name and the place in it, a cell by its sheet and as people call it.
#[test]
fn a_structure_fault_of_a_workbook_has_its_place() {
    let good = sheet(EXAMPLE);
    let shared = good.replace(
        "<c r=\"B14\" t=\"str\"><v>张样一</v></c>",
        "<c r=\"B14\" t=\"s\"><v>0</v></c>",
    );
    assert_ne!(shared, good);
    let (summary, kept) = read_bytes(&workbook(&shared, STRINGS));
    assert_eq!((summary.lines_ok, kept.places()), (2, vec![]));
    let told = said(&workbook(&shared, "<sst></sst>"), "schema_violation");
    assert_eq!(
        told,
        "文件结构不符合格式要求：单元格所指的共用文字不存在，文件已损坏，第 14 行第 2 列\
         （单元格 工资!B14），位于 sharedStrings，实为“0”"
    );
    // The 23rd character of the second line closes what is not open.
    let broken = "<sst>\n<si><t>张样一</t></si></t>";
    let told = said(&workbook(&shared, broken), "schema_violation");
    assert_eq!(
        told,
        "文件结构不符合格式要求：文件已损坏，第 2 行第 23 列，位于 xl/sharedStrings.xml"
    );
    for (from, to, place) in [
        ("<row r=\"15\">", "<row r=\"3\">", "工作表“工资”第 15 行"),
        ("<c r=\"B15\"", "<c r=\"A15\"", "工作表“工资”第 15 行"),
        // A cell beyond the titles, and a title that repeats.
        (
            "</row></sheetData>",
            "<c r=\"AB15\" t=\"str\"><v>x</v></c></row></sheetData>",
            "单元格 工资!K15",
        ),
        ("<v>备注</v>", "<v>姓名</v>", "单元格 工资!J13"),
    ] {
        let told = said(
            &workbook(&good.replace(from, to), STRINGS),
            "schema_violation",
        );
        assert!(told.contains(place), "{told}");
    }
}

/// TRUE is kept as 1, and is no amount of one yuan.
#[test]
fn a_boolean_is_called_one() {
    let good = sheet(EXAMPLE);
    for (cell, value, code) in [
        ("H14", "6523.50", "amount_invalid"),
        ("B11", "13603.50", "control_total_invalid"),
    ] {
        for (kept_as, shown) in [("1", "TRUE"), ("0", "FALSE")] {
            let from = format!("<c r=\"{cell}\" t=\"str\"><v>{value}</v></c>");
            let to = format!("<c r=\"{cell}\" t=\"b\"><v>{kept_as}</v></c>");
            let spoilt = good.replace(&from, &to);
            assert_ne!(spoilt, good);
            let (_, kept) = read_bytes(&workbook(&spoilt, STRINGS));
            let finding = kept.one(code);
            assert_eq!(finding.value.as_deref(), Some(shown), "{cell}");
            let told = finding.message(Lang::Zh);
            assert!(told.contains("单元格是逻辑值"), "{told}");
        }
    }
    let number = good.replace(
        "<c r=\"A14\" t=\"str\"><v>1</v></c>",
        "<c r=\"A14\" t=\"b\"><v>1</v></c>",
    );
    let (_, kept) = read_bytes(&workbook(&number, STRINGS));
    assert_eq!(kept.places()[0], "line_no_invalid 1 14 line_no");
}
