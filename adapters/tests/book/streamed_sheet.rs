//! A sheet that is written while its rows come: read by openpyxl, and by the library that reads the
//! banks' sheets.

use crate::office_peers;
use adapters::layout::sheet::{SheetError, SheetWriter};
use calamine::{Data, Reader as _, open_workbook_auto_from_rs};
use std::io::{self, Cursor, Write};

fn written(rows: &[Vec<String>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut sheet = SheetWriter::begin(&mut bytes).unwrap();
    for row in rows {
        sheet.row(row).unwrap();
    }
    sheet.finish().unwrap();
    bytes
}

fn cells(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

#[test]
fn every_cell_is_the_text_that_was_given() {
    let mut wide = vec![String::new(); 28];
    wide[25] = "Z".to_owned();
    wide[26] = "AA".to_owned();
    wide[27] = "AB".to_owned();
    let rows = [
        cells(&["安薪代发工资表", "V1"]),
        cells(&[]),
        cells(&["330106199001010017", "", "=1+1", " 空 白 ", "a<b>&\"c\""]),
        cells(&["两\n行", "\u{20000}", "0012.50"]),
        wide.clone(),
    ];
    let bytes = written(&rows);
    assert_eq!(bytes, written(&rows), "the same rows make the same file");
    assert_eq!(
        office_peers::lines(&bytes)[..3],
        [
            format!("s:安薪代发工资表|s:V1{}", "|".repeat(26)),
            "|".repeat(27),
            format!(
                "s:330106199001010017||s:=1+1|s: 空 白 |s:a<b>&\"c\"{}",
                "|".repeat(23)
            ),
        ]
    );
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    for (at, row) in rows.iter().enumerate() {
        for (column, text) in row.iter().enumerate() {
            let at = (u32::try_from(at).unwrap(), u32::try_from(column).unwrap());
            let found = range.get_value(at).cloned().unwrap_or(Data::Empty);
            let text = match text.as_str() {
                "" => Data::Empty,
                text => Data::String(text.to_owned()),
            };
            assert_eq!(found, text, "{at:?}");
        }
    }
}

#[test]
fn more_than_a_sheet_takes_is_refused() {
    let mut sheet = SheetWriter::begin(Vec::new()).unwrap();
    sheet.row(&["字".repeat(32_767)]).unwrap();
    let long = sheet.row(&["字".repeat(32_768)]);
    assert!(matches!(long, Err(SheetError::TooMuch)));
    let wide = sheet.row(&vec![""; 16_385]);
    assert!(matches!(wide, Err(SheetError::TooMuch)));
}

/// Takes so many bytes, then none.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.checked_sub(bytes.len()) {
            Some(left) => {
                self.0 = left;
                Ok(bytes.len())
            }
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_receiver_that_goes_away_ends_it() {
    let rows = || -> Result<(), SheetError> {
        let mut sheet = SheetWriter::begin(Full(4_000))?;
        for number in 0..100_000u32 {
            // Nothing that packs well.
            sheet.row(&[(number.wrapping_mul(2_654_435_761)).to_string()])?;
        }
        sheet.finish()
    };
    let Err(SheetError::Container(error)) = rows() else {
        panic!("it went on")
    };
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
}
