//! Rows taken ahead and rows taken one by one say the same, wherever a block ends; it holds a
//! byte order mark or one character at least.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::super::raw::{RawHead, RawLine, Receiver, Stop, Tally};
use super::splitter::Splitter;
use super::{Ahead, Decoded, plain_rows, walk};
use crate::employer_files::{Limits, ReadOptions, Source};
use crate::finding::Finding;
use crate::text::Charset;
use proptest::prelude::*;
use std::io::{Cursor, Read, Seek, SeekFrom};

/// Writes down all that it is told, in order.
#[derive(Default)]
struct Told(Vec<String>);

impl Receiver for Told {
    fn head(&mut self, head: &RawHead) -> Result<(), Stop> {
        self.0.push(format!("head {:?}", head.fields));
        Ok(())
    }

    fn line(&mut self, line: &RawLine<'_>) -> Result<(), Stop> {
        let RawLine {
            row,
            fields,
            broken,
            ..
        } = line;
        self.0.push(format!("line {row} {fields:?} {broken}"));
        Ok(())
    }

    fn finding(&mut self, finding: Finding) -> Result<(), Stop> {
        self.0.push(format!("{finding:?}"));
        Ok(())
    }

    fn tally(&self) -> Tally {
        Tally::default()
    }
}

fn one_by_one(_: &mut Splitter<'_>, _: &mut super::Grid, _: &mut dyn Receiver) -> Result<(), Stop> {
    Ok(())
}

fn told(bytes: &[u8], charset: Charset, ahead: Ahead, block_bytes: usize) -> Vec<String> {
    told_of(&mut Cursor::new(bytes), charset, ahead, block_bytes)
}

fn told_of(
    source: &mut dyn Source,
    charset: Charset,
    ahead: Ahead,
    block_bytes: usize,
) -> Vec<String> {
    let limits = Limits {
        field_bytes_max: 60,
        ..Limits::default()
    };
    let today = time::Date::from_calendar_date(2026, time::Month::November, 23).unwrap();
    let options = ReadOptions {
        limits,
        ..ReadOptions::new(today)
    };
    let mut told = Told::default();
    let end = Decoded::in_blocks(source, charset, block_bytes).and_then(|text| {
        let splitter = Splitter::new(text, limits.field_bytes_max, block_bytes);
        walk(splitter, ahead, &options, &mut told)
    });
    told.0.push(format!("{end:?}"));
    told.0
}

fn assert_same(bytes: &[u8], charset: Charset, block_bytes: usize) {
    let expected = told(bytes, charset, one_by_one, 64 << 10);
    for (ahead, block_bytes) in [
        (one_by_one as Ahead, block_bytes),
        (plain_rows, block_bytes),
        (plain_rows, 64 << 10),
    ] {
        assert_eq!(
            told(bytes, charset, ahead, block_bytes),
            expected,
            "{block_bytes}"
        );
    }
}

const HEAD: [&str; 3] = [
    "安薪代发工资表,V1\n批次号,A-1\n\n序号,姓名,证件号码,银行账号,实发金额,其他\n",
    "姓名\t银行账号\t证件号码\t实发金额\r\n",
    "\u{FEFF}name;account;id_number;amount;x\n",
];

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[0-9]{0,19}",
        4 => "[张样一𠮷ａ１２]{1,6}",
        4 => "[0-9]{1,5}\\.[0-9]{2}",
        2 => "[ \\t!#+*()]{0,3}",
        1 => "\"[^\"]{0,8}\"",
        1 => "\"(\"\"|\r\n|,|一){0,6}\"x?",
        1 => "[^,;]{0,12}",
        1 => "一{15,40}",
    ]
}

fn file() -> impl Strategy<Value = String> {
    let end = prop_oneof![8 => Just("\n"), 4 => Just("\r\n"), 1 => Just("\r"), 1 => Just("\n\n")];
    let row = (proptest::collection::vec(cell(), 0..8), end);
    let rows = proptest::collection::vec(row, 0..30);
    let last = proptest::collection::vec(cell(), 0..5);
    (0..HEAD.len(), rows, last).prop_map(|(head, rows, last)| {
        let delimiter = [",", "\t", ";"][head];
        let rows = rows.iter().map(|(cells, end)| cells.join(delimiter) + end);
        HEAD[head].to_owned() + &rows.collect::<String>() + &last.join(delimiter)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ahead_says_what_one_by_one_says(file in file(), block_bytes in 4..200usize) {
        assert_same(file.as_bytes(), Charset::Utf8, block_bytes);
        let gb18030 = Charset::Gb18030.encode(file.trim_start_matches('\u{FEFF}')).unwrap();
        assert_same(&gb18030, Charset::Gb18030, block_bytes);
    }

    #[test]
    fn broken_bytes_too(
        file in file(), at in any::<prop::sample::Index>(), byte: u8, block_bytes in 4..200usize,
    ) {
        let mut bytes = file.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        assert_same(&bytes, Charset::Utf8, block_bytes);
    }
}

#[test]
fn a_row_is_too_long_by_its_bytes_and_not_by_the_blocks() {
    use super::splitter::ROW_MAX;
    for (more, refused) in [(0, false), (1, true)] {
        for end in ["\n", "\r\n"] {
            let row = "1,".to_owned() + &"x".repeat(ROW_MAX - 2 + more) + end;
            let file = HEAD[0].to_owned() + "1,一\n" + &row + "2,一\n";
            for (ahead, block_bytes) in [
                (one_by_one as Ahead, 1000),
                (one_by_one, 1 << 20),
                (plain_rows, 1000),
                (plain_rows, 1 << 20),
            ] {
                let told = told(file.as_bytes(), Charset::Utf8, ahead, block_bytes);
                let last = told.last().unwrap();
                assert_eq!(last.contains("TooLarge"), refused, "{more} {end:?} {last}");
                assert_eq!(last.contains("row: Some(6)"), refused, "{last}");
            }
        }
    }
}

/// The last row of a file, which nothing ends.
#[test]
fn a_row_of_the_greatest_length_may_lack_its_end_of_line() {
    use super::splitter::ROW_MAX;
    let file = HEAD[0].to_owned() + "1,一\n2," + &"x".repeat(ROW_MAX - 2);
    for ahead in [one_by_one as Ahead, plain_rows] {
        let told = told(file.as_bytes(), Charset::Utf8, ahead, 1000);
        assert_eq!(told.last().unwrap(), "Ok(())");
    }
}

/// Looking for the end of a quote may reach beyond the row; as many bytes as a row has with its
/// end of line may be held.
#[test]
fn an_open_quote_at_the_end_of_a_long_row_loses_this_row_only() {
    use super::splitter::ROW_MAX;
    let (begin, end) = ("2,", ",\"y\n3,一");
    let row = begin.to_owned() + &"x".repeat(ROW_MAX + 2 - begin.len() - end.len()) + end;
    let file = HEAD[0].to_owned() + "1,一\n" + &row;
    for ahead in [one_by_one as Ahead, plain_rows] {
        let told = told(file.as_bytes(), Charset::Utf8, ahead, 1000);
        let rows: Vec<_> = told
            .iter()
            .filter(|told| told.starts_with("line"))
            .collect();
        assert_eq!(rows.len(), 3, "{}", told.last().unwrap());
        assert!(rows[1].ends_with("true") && rows[2].starts_with("line 7"));
        assert_eq!(told.last().unwrap(), "Ok(())");
    }
}

/// Counts what is read of it.
struct Counted<'a>(Cursor<&'a [u8]>, usize);

impl Read for Counted<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(into)?;
        self.1 += read;
        Ok(read)
    }
}

impl Seek for Counted<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

/// A file of one endless row is not kept in memory to say that it has one.
#[test]
fn a_row_that_does_not_end_is_read_no_further_than_a_row_may_be_long() {
    use super::splitter::ROW_MAX;
    let file = HEAD[0].to_owned() + "1,一\n2," + &"x".repeat(4 * ROW_MAX);
    for ahead in [one_by_one as Ahead, plain_rows] {
        let mut source = Counted(Cursor::new(file.as_bytes()), 0);
        let told = told_of(&mut source, Charset::Utf8, ahead, 1000);
        assert!(told.last().unwrap().contains("TooLarge"), "{told:?}");
        assert!(source.1 < ROW_MAX + 5000, "{}", source.1);
    }
}
