//! What is taken at a limit, and what is the first beyond it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod employer_files_support;

use employer_files_support::planted::Batch;
use employer_files_support::*;
use schemas::PayMonth;
use schemas::employer_files::{
    Census, Format, Limits, MemorySpill, ReadOptions, Spill, SpillPlace, read_after,
};
use std::cell::Cell;
use std::io::{Cursor, Read, Seek, SeekFrom};

/// Bytes of a field of a line.
const FIELD_MAX: usize = 4096;

fn message() -> String {
    String::from_utf8(Batch::good(1).write(Format::Pain001)).unwrap()
}

/// Without the note that the month is that of the date.
fn october() -> ReadOptions<'static> {
    ReadOptions {
        pay_month: PayMonth::new(2026, 10).ok(),
        ..options()
    }
}

fn places(text: &str) -> Vec<String> {
    read_with(text.as_bytes(), &october()).1.places()
}

#[test]
fn a_field_of_4096_bytes_is_read() {
    let memo = "x".repeat(FIELD_MAX);
    let (_, kept) = read_bytes(file("1", "1.00", &row(1, 9, &memo)).as_bytes());
    assert_eq!(kept.places(), [""; 0]);
    assert_eq!(kept.lines[0].memo.as_deref(), Some(memo.as_str()));
    let longer = format!("{memo}x");
    let (_, kept) = read_bytes(file("1", "1.00", &row(1, 9, &longer)).as_bytes());
    assert_eq!(kept.places(), ["text_too_long 1 14 memo"]);
    assert_eq!(kept.argument("text_too_long", "limit"), "4096");

    let of_message = |memo: &str| {
        let text = message().replacen("2026年10月工资", memo, 1);
        read_with(text.as_bytes(), &october()).1
    };
    let kept = of_message(&memo);
    assert_eq!(kept.places(), [""; 0]);
    assert_eq!(kept.lines[0].memo.as_deref(), Some(memo.as_str()));
    let kept = of_message(&longer);
    assert_eq!(kept.places(), ["too_large - - -"]);
    assert_eq!(kept.argument("too_large", "limit"), "4 KiB");
}

#[test]
fn a_tag_of_8192_bytes_is_read() {
    let tag = |bytes: usize| {
        // `GrpHdr a=""` takes the other eleven.
        let value = "x".repeat(bytes - 11);
        places(&message().replace("<GrpHdr>", &format!("<GrpHdr a=\"{value}\">")))
    };
    assert_eq!(tag(8192), [""; 0]);
    assert_eq!(tag(8193), ["too_large - - -"]);
}

/// Document, CstmrCdtTrfInitn and GrpHdr are the outer three.
#[test]
fn elements_stand_32_deep() {
    let deep = |depth: usize| {
        let (open, close) = ("<x>".repeat(depth - 3), "</x>".repeat(depth - 3));
        message().replace("<GrpHdr>", &format!("<GrpHdr>{open}{close}"))
    };
    assert_eq!(places(&deep(32)), [""; 0]);
    let (_, kept) = read_with(deep(33).as_bytes(), &october());
    assert_eq!(kept.argument("schema_violation", "reason"), "too_deep");
}

#[test]
fn unknown_elements_are_named_up_to_256() {
    let unknown: String = (0..300).map(|n| format!("<X{n}>a</X{n}>")).collect();
    let text = message().replace("<GrpHdr>", &format!("<GrpHdr>{unknown}"));
    assert_eq!(places(&text), ["field_ignored - - -"; 256]);
}

#[test]
fn other_currencies_are_named_up_to_64() {
    let rows = |count: u32| -> String {
        let row = |n| format!("{},X{n:02}\n", row(n, 0, &n.to_string()).trim_end());
        (1..=count).map(row).collect()
    };
    for (lines, named) in [(64, 64), (66, 64)] {
        let (count, total) = (lines.to_string(), format!("{lines}.00"));
        let text = file(&count, &total, &rows(lines));
        let text = text.replace(TITLES, &format!("{TITLES},币种"));
        let (summary, kept) = read_bytes(text.as_bytes());
        let expected = vec!["currency_not_supported - - currency"; named];
        assert_eq!(
            (kept.places(), summary.lines_ok),
            (expected.iter().map(ToString::to_string).collect(), 0)
        );
    }
}

/// Counts how often it was asked for a place.
#[derive(Default)]
struct Asked(Cell<u32>);

impl SpillPlace for Asked {
    fn open(&self) -> std::io::Result<Box<dyn Spill>> {
        self.0.set(self.0.get() + 1);
        Ok(Box::new(MemorySpill::default()))
    }
}

#[test]
fn findings_stay_in_memory_up_to_their_limit() {
    for (findings, opened) in [(3, 0), (4, 1)] {
        let asked = Asked::default();
        let limits = Limits {
            findings_in_memory: 3,
            ..Limits::default()
        };
        let options = ReadOptions {
            limits,
            spill: Some(&asked),
            ..options()
        };
        let rows: String = (1..=findings).map(|number| row(number, 7, "x")).collect();
        let text = file(&findings.to_string(), "0", &rows);
        let (summary, _) = read_with(text.as_bytes(), &options);
        assert_eq!(
            (summary.errors, asked.0.get()),
            (u64::from(findings), opened)
        );
    }
}

/// A file that counts the bytes that are taken from it.
struct Counted(Cursor<Vec<u8>>, usize);

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.0.read(into)?;
        self.1 += count;
        Ok(count)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

/// A second walk costs as much as the first: it is for a file in which something may come twice.
#[test]
fn a_file_is_walked_again_only_where_something_comes_twice() {
    let walks = |text: &str| {
        let mut source = Counted(Cursor::new(text.into()), 0);
        let census = Census::of(&mut source, &Limits::default()).unwrap();
        source.1 = 0;
        read_after(&mut source, &census, &october(), &mut Kept::default()).unwrap();
        assert_eq!(source.1 % text.len(), 0);
        source.1 / text.len()
    };
    assert_eq!(walks(EXAMPLE), 1);
    let account = EXAMPLE.replace("6228480000000000000", "6222021202000000019");
    assert_eq!(walks(&account), 2);
    assert_eq!(walks(&EXAMPLE.replace("\n2,", "\n1,")), 2);
    let reference = |first: &str, second: &str| {
        let text = message().replace("<EndToEndId>1<", &format!("<EndToEndId>{first}<"));
        text.replace("<EndToEndId>2<", &format!("<EndToEndId>{second}<"))
    };
    assert_eq!(walks(&reference("R-1", "R-2")), 1);
    assert_eq!(walks(&reference("R-1", "R-1")), 2);
}
