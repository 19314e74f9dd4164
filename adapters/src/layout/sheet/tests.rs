#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::layout::Layout;
use crate::layout::field::Field;
use crate::layout::rows::Rows;
use crate::layout::values::{Record, Values};
use rust_xlsxwriter::{Formula, Workbook};
use schemas::text::Charset;

/// Three columns: account, amount in yuan, note.
fn sheet() -> Sheet {
    toml::from_str(
        "row = [\n\
         { path = \"账号\", field = \"payee.account\", required = true },\n\
         { path = \"金额\", field = \"row.amount\", as = \"yuan2\" },\n\
         { path = \"备注\", field = \"row.memo\" },\n]\n",
    )
    .unwrap()
}

fn values() -> Values {
    let row = |account: &str, fen: &str, memo: Option<&str>| {
        let mut row = Record::from([
            (Field::PayeeAccount, account.to_owned()),
            (Field::RowAmount, fen.to_owned()),
        ]);
        if let Some(memo) = memo {
            row.insert(Field::RowMemo, memo);
        }
        row
    };
    Values {
        rows: [
            row("6200000000000000018", "652350", Some("=1+1")),
            row("6200000000000000026", "1", None),
        ]
        .into_iter()
        .collect(),
        ..Values::default()
    }
}

fn write(values: &Values) -> Result<Vec<u8>, RowFault> {
    Layout::Sheet(sheet()).write(values, Charset::Utf8)
}

fn read(bytes: &[u8]) -> Result<Rows, String> {
    let mut values = Values::default();
    let read = sheet().read(bytes, &mut values);
    read.map_err(|error| error.to_string())?;
    Ok(values.rows)
}

/// A workbook whose first line has our titles, with further cells.
fn with(fill: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    for (column, title) in (0u16..).zip(["账号", "金额", "备注"]) {
        page.write_string(0, column, title).unwrap();
    }
    fill(page);
    book.save_to_buffer().unwrap()
}

#[test]
fn rows_come_back_as_they_were_written_and_the_bytes_are_always_the_same() {
    let bytes = write(&values()).unwrap();
    assert_eq!(bytes, write(&values()).unwrap());
    assert!(read(&bytes).unwrap() == values().rows);
}

#[test]
fn numbers_that_are_not_cut_are_read_and_empty_lines_are_passed_over() {
    let bytes = with(|page| {
        page.write_string(2, 0, "6200000000000000018").unwrap();
        page.write_number(2, 1, 6523.5).unwrap();
        page.write_number(2, 2, 42).unwrap();
    });
    let rows = read(&bytes).unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows.get(0).unwrap().get(&Field::RowAmount), Some("652350"));
    assert_eq!(rows.get(0).unwrap().get(&Field::RowMemo), Some("42"));
}

#[test]
fn what_an_office_program_may_have_changed_is_refused() {
    // 19 digits typed as a number: the last four are gone.
    let cut = with(|page| {
        page.write_number(1, 0, 6.200000000000000018e18).unwrap();
    });
    assert!(read(&cut).unwrap_err().contains("too long"));
    let boolean = with(|page| {
        page.write_boolean(1, 0, true).unwrap();
    });
    assert!(read(&boolean).unwrap_err().contains("neither a text"));
    let missing = with(|page| {
        page.write_string(1, 2, "only a note").unwrap();
    });
    assert!(read(&missing).unwrap_err().contains("line 2"));
    let further = with(|page| {
        page.write_string(1, 3, "a fourth column").unwrap();
    });
    assert!(read(&further).unwrap_err().contains("more columns"));
    let error = with(|page| {
        page.write_formula(1, 0, Formula::new("=1/0").set_result("#DIV/0!"))
            .unwrap();
    });
    assert!(read(&error).is_err());
}

#[test]
fn other_titles_and_what_is_no_workbook_are_refused() {
    let mut book = Workbook::new();
    book.add_worksheet().write_string(0, 0, "金额").unwrap();
    let other = book.save_to_buffer().unwrap();
    assert!(read(&other).unwrap_err().contains("other titles"));
    for bytes in [&b""[..], b"PK", b"PK\x03\x04 and rubbish", b"a,b,c\r\n"] {
        assert!(read(bytes).is_err());
    }
    let mut xls = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    xls.resize(4096, 0);
    assert!(read(&xls).is_err());
}

/// One cell at the far end makes no table of 17,000,000,000 cells.
#[test]
fn threats_24_a_sheet_costs_what_stands_in_it() {
    let far = with(|page| {
        page.write_string(1_048_575, 16_383, "x").unwrap();
    });
    assert!(read(&far).unwrap_err().contains("more columns"));
}

/// 65 MiB of blanks pack into a few kilobytes.
#[test]
fn threats_24_an_archive_that_unpacks_to_too_much_is_refused() {
    use std::io::Write as _;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("xl/workbook.xml", options).unwrap();
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..65 {
        archive.write_all(&blanks).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    assert!(bytes.len() < 1 << 20);
    assert!(read(&bytes).unwrap_err().contains("unpacks to too much"));
}

/// Cells in the older kind: what our reader makes of them; another program reads them in
/// tests/book/mybank_h2h.rs.
#[test]
fn an_xls_comes_back_as_it_was_written_over_many_records() {
    let mut grid = vec![vec![
        "账号".to_owned(),
        String::new(),
        "𠮷 and €".to_owned(),
    ]];
    // Two records of 8,224 bytes hold less than this.
    grid.extend((0..400).map(|at| vec![format!("62000000000000{at:05}"), "x".repeat(at % 60)]));
    let bytes = xls::workbook(&grid).unwrap();
    assert_eq!(bytes, xls::workbook(&grid).unwrap());
    let lines = reading::lines(&bytes, 3, 1000).unwrap();
    let told: Vec<Vec<String>> = lines.into_iter().map(|(_, cells)| cells).collect();
    let padded = grid.iter().map(|cells| {
        let mut cells = cells.clone();
        cells.resize(3, String::new());
        cells
    });
    assert!(padded.eq(told));
}

#[test]
fn what_an_xls_does_not_hold_is_refused() {
    let too_much = |grid: &[Vec<String>]| {
        assert!(matches!(xls::workbook(grid), Err(SheetError::TooMuch)));
    };
    too_much(&vec![vec!["x".to_owned()]; 65_537]);
    too_much(&[vec!["x".to_owned(); 257]]);
    too_much(&[vec!["x".repeat(4001)]]);
    xls::workbook(&[vec!["x".repeat(4000)]]).unwrap();
}

/// A cell at the far end of an xls makes no table of 17,000,000 cells, and no cut or changed
/// file ends the task.
#[test]
fn threats_24_a_hostile_xls_is_refused_and_ends_nothing() {
    let row = |cells: &[&str]| cells.iter().map(|text| (*text).to_owned()).collect();
    let titles: Vec<String> = row(&["账号", "金额", "备注"]);
    let mut wide = vec![titles.clone(), vec![String::new(); 256]];
    wide[1][255] = "x".to_owned();
    let refused = read(&xls::workbook(&wide).unwrap()).unwrap_err();
    assert!(refused.contains("line 2 has more columns"), "{refused}");
    let mut long = vec![titles.clone()];
    long.resize(60_000, row(&["", "", "x"]));
    let far = xls::workbook(&long).unwrap();
    let refused = reading::lines(&far, 3, 1000).unwrap_err();
    assert!(refused.what.contains("too many rows"), "{refused}");

    let good = xls::workbook(&[titles, row(&["6200000000000000018", "1.00", "x"])]).unwrap();
    assert_eq!(read(&good).unwrap().len(), 1);
    for end in 0..good.len() {
        if let Ok(rows) = read(&good[..end]) {
            assert_eq!(rows.len(), 1, "cut at {end}");
        }
    }
    // Every record of the workbook's own stream with another length, kind or place.
    for at in 0..good.len() {
        for value in [0, 1, 0x7F, 0xFF] {
            let mut changed = good.clone();
            changed[at] = value;
            let _ = read(&changed);
        }
    }
}

/// Written by LibreOffice: texts that go on in the next record, in one and two bytes a unit, long
/// and short numbers.
#[test]
fn an_office_program_s_xls_is_read() {
    let lines = reading::lines(
        include_bytes!("../../../tests/book/mybank_h2h/libreoffice.xls"),
        3,
        100,
    )
    .unwrap();
    assert_eq!(lines.len(), 61);
    for (no, (line, cells)) in (0u32..).zip(&lines).skip(1) {
        let amount = match no % 3 {
            0 => format!("{no}.25"),
            1 => no.to_string(),
            _ => format!("{no}.10"),
        };
        let unit = if no % 2 == 1 { "x" } else { "备注𠮷" };
        let memo = unit.repeat(no as usize * 7 % 100) + &no.to_string();
        let account = format!("62000000000{no:08}");
        assert_eq!((*line, cells), (no + 1, &vec![account, amount, memo]));
    }
}

#[test]
fn titles_by_their_words() {
    let sheet: Sheet = toml::from_str(
        r#"row = [
            { path = "收款人账号", field = "payee.account" },
            { path = "收款人姓名", field = "payee.name" },
            { path = "付款金额", field = "row.amount", as = "yuan2" },
            { path = "备注", spare = "" },
            { path = "交易结果", field = "row.status" },
            { path = "交易描述", field = "row.text" },
        ]"#,
    )
    .unwrap();
    let reads = |titles: &str| {
        let titles: Vec<String> = titles.split(' ').map(str::to_owned).collect();
        kept::names_ours(&sheet, &titles)
    };
    assert!(reads("收款账号 户名 金额(元) 附言 处理结果 失败原因"));
    assert!(
        !reads("户名 收款账号 金额(元) 附言 处理结果 失败原因"),
        "another order"
    );
    assert!(
        !reads("收款账号 户名 金额(分) 附言 处理结果 失败原因"),
        "fen"
    );
    assert!(
        !reads("收款账号 户名 金额(元) 处理结果 失败原因"),
        "a column less"
    );
    assert!(
        !reads("收款账号 开户行名称 金额(元) 附言 处理结果 失败原因"),
        "a bank"
    );
}
